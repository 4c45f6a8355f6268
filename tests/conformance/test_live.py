# SPDX-License-Identifier: BSD-2-Clause
"""Live captures of two interfaces, merged in the order of time, and ended by their deadline."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import made_captures as made
from reader import DUMP, run

FRAMES = 40


def test_two_interfaces() -> None:
    """Each frame is seen where it is sent and where it arrives, in this order."""
    helper = Path(__file__).parent / "live_veth.py"
    done = subprocess.run(
        ["unshare", "-n", "/usr/bin/python3", str(helper), str(DUMP), str(FRAMES)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare failed" in done.stderr:
        pytest.skip(f"no network namespace: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    packets, ends = rows[:-2], rows[-2:]
    assert [end for end, _ in ends] == ["deadline", "deadline"]
    times = [int(time) for _, time, _, _ in packets]
    assert times == sorted(times)
    ours = [(source, int(length)) for source, _, length, kind in packets if kind == "88b5"]
    for source in "01":
        assert [length for s, length in ours if s == source] == [14 + n for n in range(FRAMES)]


def test_an_interface_that_is_not_there() -> None:
    """It is named."""
    done = subprocess.run(
        [str(DUMP), "merge", "live:nosuch0:100"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "interface nosuch0: " in done.stderr


def test_files_merge_by_time(tmp_path: Path) -> None:
    """Three captures of one time, in any order, are one in the order of time."""
    packets = made.draw(made.ETHERNET, 3, 300)
    parts = [packets[n::3] for n in (2, 0, 1)]
    files = [made.write(tmp_path / f"{n}", made.pcap(part)) for n, part in enumerate(parts)]
    rows = [line.split("\t") for line in run(DUMP, "merge", *files).splitlines()]
    assert [int(time) for _, time, _, _ in rows[:-3]] == [time for time, _ in packets]
    assert [source for source, *_ in rows[:3]] == ["1", "2", "0"]
    assert rows[-3:] == [["whole", "100"]] * 3
