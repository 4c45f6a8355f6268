# SPDX-License-Identifier: BSD-2-Clause
"""Runs that are killed at each moment of their life, or that can write no more, leave nothing."""
from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Optional

import pytest

import harness
import small
from waylay import programs
from waylay.wait import wait_for

pytestmark = pytest.mark.usefixtures("privileged")

STEPS = "steps:\n  - {name: get, fetch: {node: c1, url: 'http://o1/a'}}\n"
# What a run's folder has by then: when it begins, makes its network, its wire, its captures,
# starts programs, is in its steps, has closed its captures.
MOMENTS = (
    *(".", "scenario.yaml", "logs/commands.log", "logs/wire.yaml", "logs/wire.log"),
    *("captures/r1-o1.pcap", "logs/o1-nginx.log", "logs/c1-curl-get-0.log", "bindings.json"),
)


@pytest.fixture
def short(tmp_path: Path) -> Path:
    if programs.find("waylay-wire") is None:
        pytest.skip("not built: waylay-wire (is WAYLAY_BINDIR set?)")
    return small.scenario(tmp_path, "short", STEPS, small.WIRED, size=300000)


def come_to(process: "subprocess.Popen[str]", out: Path, moment: str) -> str:
    """Wait until the run has come so far; returns its id."""

    def there() -> Optional[Path]:
        folder = harness.run_folder(out, "short")
        assert process.poll() is None or (folder and (folder / moment).exists())
        return folder if folder and (folder / moment).exists() else None

    return wait_for(moment, harness.UP_SECONDS, there).name


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment(out: Path, short: Path, moment: str) -> None:
    before = harness.machine()
    process = harness.start("run", short, "--out", out)
    try:
        run = come_to(process, out, moment)
        were_in = harness.namespaces(harness.processes(run))
        were_in -= harness.namespaces({os.getpid(): b""})
    finally:
        process.kill()
        process.communicate()
    harness.assert_gone(run, were_in, before)
    assert not (out / "short" / "latest").exists() or moment == "bindings.json"
    done = harness.waylay("clean", "--results", out)
    assert done.returncode == 0, done.stdout
    assert harness.run_folder(out, "short") is None or moment == "bindings.json"


def test_a_second_interrupt_ends_it_at_once(out: Path) -> None:
    """What does not end at the first (here: stopped) is killed at the second."""
    before = harness.machine()
    process = harness.start("run", harness.SCENARIOS / "hold-plain.yaml", "--out", out)
    try:
        run = harness.wait_held(out, "hold-plain", process)
        were_in = harness.namespaces(harness.processes(run))
        were_in -= harness.namespaces({os.getpid(): b""})
        os.kill(harness.inner_of(run), signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=harness.GONE_SECONDS)
    finally:
        process.kill()
    assert process.returncode == 130
    harness.assert_gone(run, were_in, before)


def small_disk(out: Path, size: str) -> tuple[str, ...]:
    """Before a command: a small disk for its results, in a mount namespace of its own."""
    out.mkdir()
    keep = 'mount -t tmpfs -o "size=$1" none "$2"; out=$2; shift 2; "$@"; code=$?; '
    keep += 'find "$out" >&2; exit $code'
    return ("unshare", "--mount", "sh", "-c", keep, "sh", size, str(out))


def full_files(said: str) -> list[str]:
    """What lies on the disk when all is over, by name."""
    return [line.rpartition("/")[2] for line in said.splitlines() if line.startswith("/")]


@pytest.mark.parametrize("size", ["16k", "64k", "160k"])
def test_a_full_disk_fails_the_run_in_words(out: Path, short: Path, size: str) -> None:
    before = harness.machine()
    done = harness.waylay("run", short, "--out", out, prefix=small_disk(out, size))
    assert done.returncode in (1, 2, 3), done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    told = done.stdout + done.stderr
    assert "No space left" in told or "lost" in told, told
    halves = [name for name in full_files(done.stderr) if name.endswith((".new", ".restamped"))]
    assert not halves
    harness.assert_same(before)


def test_results_that_cannot_be_written_are_refused_before_the_start(
    out: Path, short: Path
) -> None:
    out.mkdir()
    readonly = 'mount -t tmpfs -o ro none "$1"; shift; exec "$@"'
    prefix = ("unshare", "--mount", "sh", "-c", readonly, "sh", str(out))
    done = harness.waylay("run", short, "--out", out, prefix=prefix)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "--out: cannot make" in done.stderr and "Read-only file system" in done.stderr
