# SPDX-License-Identifier: BSD-2-Clause
"""A network that is kept after the steps: to look around, and judged as if it had not been."""
from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

import harness

pytestmark = pytest.mark.usefixtures("privileged")


def visit(out: Path, scenario: str, option: str, ending: int, visitor: str) -> tuple[int, bool]:
    """Run a scenario and end the visit by a signal; its code, and whether it was kept."""
    file = harness.SCENARIOS / f"{scenario}.yaml"
    process = harness.start("run", file, "--out", out, option)
    guard = threading.Timer(harness.RUN_SECONDS, process.kill)  # else reading waits for ever
    guard.start()
    kept = False
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "ends the visit" in line:
                kept = True
                run = harness.run_folder(out, scenario)
                assert run is not None
                seen = harness.waylay("shell", "--run", run.name, visitor, "ip", "-br", "address")
                assert "10.0.1." in seen.stdout, seen.stderr
                os.kill(process.pid, ending)
        process.wait(harness.RUN_SECONDS)
    finally:
        guard.cancel()
        process.kill()
        process.communicate()
    return process.returncode, kept


@pytest.mark.parametrize("ending", [signal.SIGUSR1, signal.SIGINT])
def test_a_visit_does_not_change_the_verdict(out: Path, ending: int) -> None:
    assert visit(out, "plain", "--keep", ending, "c1") == (0, True)
    assert harness.finished(out, "plain").results["verdict"] == "passed"


@pytest.mark.parametrize(("scenario", "code", "kept"), [("failing", 1, True), ("plain", 0, False)])
def test_kept_on_failure_only(out: Path, scenario: str, code: int, kept: bool) -> None:
    assert visit(out, scenario, "--keep-failed", signal.SIGUSR1, "o1") == (code, kept)


def test_several_runs_cannot_be_kept(out: Path) -> None:
    plain = harness.SCENARIOS / "plain.yaml"
    done = harness.waylay("run", plain, "--repeat", "2", "--keep", "--out", out)
    assert done.returncode == 2
    assert "--keep: found 2 runs, expected a single one" in done.stderr
