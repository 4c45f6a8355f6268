# SPDX-License-Identifier: BSD-2-Clause
"""Interfaces, standard input and many files in the place of one capture."""
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from made import CLIENT, SERVER, Packet, udp, write

from conftest import PROGRAM, Judged

HELPER = Path(__file__).parent / "live_pings.py"
COMES_THROUGH = """
"every request comes through":
  each "icmp[icmptype] = icmp-echo" on left becomes on right with ip.ttl == was.ip.ttl within 1s
"no more than were sent":
  exactly 40 "icmp" on right
"""


def live(rules: Path, count: int, stop: str, *more: str) -> subprocess.CompletedProcess[str]:
    argv = ["unshare", "-n", "/usr/bin/python3", str(HELPER), str(count), stop, str(PROGRAM)]
    argv += ["--json", "--live", "left=left", *more, str(rules)]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)
    if "unshare failed" in done.stderr:
        pytest.skip(f"no network namespace: {done.stderr.strip()}")
    return done


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.expect"
    path.write_text(COMES_THROUGH)
    return path


def test_of_an_interface_there_is_evidence(rules: Path) -> None:
    rules.write_text('"none": each "icmp[icmptype] = icmp-echo" on left with ip.ttl == 1\n')
    folder = rules.parent / "evidence"
    done = live(
        rules, 10, "wait", "--live", "right=right", "--for", "3s", "--evidence", str(folder)
    )
    judged = Judged(done)
    (path,) = folder.iterdir()
    assert judged.code == 1 and judged.items[0]["evidence"] == str(path), judged
    argv = ["tshark", "-r", str(path), "-Y", "icmp.type == 8 && frame.comment"]
    shown = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=120, check=True)
    assert len(shown.stdout.splitlines()) == 3, shown


def test_two_interfaces_until_a_deadline(rules: Path) -> None:
    judged = Judged(live(rules, 40, "wait", "--live", "right=right", "--for", "3s"))
    assert judged.code == 0, judged
    assert [item["matched"] for item in judged.items] == [40, 40], judged


def test_until_a_signal(rules: Path) -> None:
    judged = Judged(live(rules, 40, "SIGINT", "--live", "right=right"))
    assert judged.code == 0, judged
    judged = Judged(live(rules, 39, "SIGTERM", "--live", "right=right"))
    assert judged.failed == ["no more than were sent"], judged


def test_nothing_came(rules: Path) -> None:
    judged = Judged(live(rules, 0, "wait", "--live", "right=right", "--for", "500ms"))
    assert judged.code == 1 and len(judged.failed) == 2, judged


def test_what_cannot_be_captured_is_told(rules: Path) -> None:
    done = live(rules, 1, "wait", "--live", "right=nosuch0")
    assert done.returncode == 2 and "nosuch0" in done.stderr
    for said in ("3", "soon", "-1s", "0s", "1e99h"):
        done = live(rules, 1, "wait", "--live", "right=right", "--for", said)
        assert done.returncode == 2 and f"expected a duration like 30s, found {said}" in done.stderr


def test_what_is_under_way_at_the_end_is_undecided(tmp_path: Path) -> None:
    """Within an hour, of which the capture shows half a second."""
    rules = tmp_path / "rules.expect"
    rules.write_text(
        '"followed": each "icmp" on left followed by "udp" on left within 1h\n'
        '"alone": each "icmp" on left followed by no "udp" on left within 1h\n'
        '"first": first "icmp" on left as a first "udp" on left after a within 1h\n'
        '"none": first "icmp" on left as a no "udp" on left after a within 1h\n'
        '"becomes": each "icmp" on right becomes on left within 1h\n'
        '"vanishes": each "icmp" on right does not appear on left within 1h\n'
        '"some": first "icmp" on left as a at least 99 "icmp" on left from a within 1h\n'
    )
    judged = Judged(live(rules, 1, "wait", "--live", "right=right", "--for", "500ms"))
    assert set(judged.verdicts.values()) == {"inconclusive"}, judged.verdicts
    assert judged.code == 3


# ---- standard input, and several files


def numbered(first: int, count: int) -> list[Packet]:
    return [Packet(n, CLIENT, SERVER, udp(9, 9), id=n) for n in range(first, first + count)]


def test_standard_input(tmp_path: Path) -> None:
    rules = tmp_path / "rules.expect"
    rules.write_text('tap x = "-"\n"ten": exactly 10 "udp" on x')
    capture = write(tmp_path / "x.pcap", numbered(0, 10))
    with open(capture, "rb") as file:
        done = subprocess.run([PROGRAM, str(rules)], stdin=file, capture_output=True, timeout=60)
    assert done.returncode == 0, done


def test_files_of_one_tap_are_read_in_the_order_of_time(tmp_path: Path) -> None:
    for name, first in (("late", 10), ("early", 0), ("middle", 5)):
        write(tmp_path / f"{name}.pcap", numbered(first, 5))
    rules = tmp_path / "rules.expect"
    rules.write_text(
        'tap x = "late.pcap", "early.pcap", "middle.pcap"\n'
        '"in order": exactly 15 "udp" on x\n'
        "  first packet on x as begin with ip.id == 0\n"
        "  last packet on x as end with ip.id == 14, time - begin.time == 14s\n"
    )
    done = subprocess.run([PROGRAM, str(rules)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
