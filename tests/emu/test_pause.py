# SPDX-License-Identifier: BSD-2-Clause
"""A run that pauses: a shell in a node, and going on."""
from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

import harness
from waylay.wait import wait_for


@pytest.mark.usefixtures("privileged")
def test_look_into_a_node_and_go_on(out: Path) -> None:
    plain = harness.SCENARIOS / "plain.yaml"
    process = harness.start("run", plain, "--out", out, "--pause-after", "hit")
    guard = threading.Timer(harness.RUN_SECONDS, process.kill)  # else readline waits for ever
    guard.start()
    try:
        assert process.stdout is not None
        said = [process.stdout.readline()]
        while said[-1] and "goes on; Ctrl-C ends the run" not in said[-1]:
            said.append(process.stdout.readline())
        run = next((out / "plain").glob("2*")).name
        assert any(line.strip().endswith(f"shell --run {run} c1") for line in said)
        seen = harness.waylay("shell", "--run", run, "c1", "ip", "-br", "address")
        assert "10.0.1.2/24" in seen.stdout, seen.stderr
        os.kill(process.pid, signal.SIGUSR1)
        process.communicate(timeout=harness.RUN_SECONDS)
        assert process.returncode in (0, 1)
    finally:
        guard.cancel()
        process.kill()
    steps = harness.finished(out, "plain").results["steps"]
    assert [step["verdict"] for step in steps] == ["passed"] * 5
    wait_for("its processes to go", harness.GONE_SECONDS, lambda: not harness.processes(run))


def test_no_such_step(out: Path) -> None:
    plain = harness.SCENARIOS / "plain.yaml"
    done = harness.waylay("run", plain, "--out", out, "--pause-after", "hti")
    assert done.returncode == 2
    assert "--pause-after: found 'hti', expected one of miss, hit" in done.stderr


@pytest.mark.usefixtures("privileged")
def test_no_such_node() -> None:
    done = harness.waylay("shell", "nobody")
    assert done.returncode == 2
    assert "found no node 'nobody'" in done.stderr
