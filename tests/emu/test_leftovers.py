# SPDX-License-Identifier: BSD-2-Clause
"""A run leaves its results and nothing else, however it ends."""
from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Callable

import pytest

import harness

pytestmark = pytest.mark.usefixtures("privileged")

HOLD = harness.SCENARIOS / "hold.yaml"
PLAIN = harness.SCENARIOS / "plain.yaml"


@pytest.fixture(params=["plain", "programs"])
def hold(request: pytest.FixtureRequest) -> list[object]:
    """The words of a run that holds: without our programs, and with them."""
    if request.param == "programs":
        request.getfixturevalue("whole_path")
        return [HOLD]
    return [harness.SCENARIOS / "hold-plain.yaml"]


def test_after_success(out: Path) -> None:
    before = harness.machine()
    done = harness.waylay("run", PLAIN, "--out", out)
    assert done.returncode in (0, 1), done.stderr
    run = harness.finished(out, "plain")
    assert [s["verdict"] for s in run.results["steps"]] == ["passed"] * 5, done.stdout
    assert not harness.processes(run.folder.name)
    harness.assert_same(before)


def test_after_failure(out: Path) -> None:
    before = harness.machine()
    done = harness.waylay("run", harness.SCENARIOS / "failing.yaml", "--out", out)
    assert done.returncode == 1
    run = harness.finished(out, "failing")
    assert run.results["verdict"] == "failed"
    assert [s["verdict"] for s in run.results["steps"]] == ["failed", "skipped"]
    assert "expected status 404, got 200" in run.step("wrong")["detail"]
    assert not harness.processes(run.folder.name)
    harness.assert_same(before)


def interrupt(process: "subprocess.Popen[str]", run: str) -> None:
    """As a terminal does it: to the whole foreground group."""
    del run
    os.killpg(process.pid, signal.SIGINT)


def kill_outer(process: "subprocess.Popen[str]", run: str) -> None:
    del run
    os.kill(process.pid, signal.SIGKILL)


def kill_inner(process: "subprocess.Popen[str]", run: str) -> None:
    del process
    os.kill(harness.inner_of(run), signal.SIGKILL)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        pytest.param(interrupt, 130, id="ctrl-c"),
        pytest.param(kill_outer, -signal.SIGKILL, id="kill-9-outer"),
        pytest.param(kill_inner, 1, id="kill-9-inner"),
    ],
)
def test_after_an_end_in_the_middle(
    out: Path,
    hold: list[object],
    end: Callable[["subprocess.Popen[str]", str], None],
    code: int,
) -> None:
    before = harness.machine()
    process = harness.start("run", *hold, "--out", out)
    name = Path(str(hold[0])).stem
    try:
        run = harness.wait_held(out, name, process)
        were_in = harness.namespaces(harness.processes(run))
        were_in -= harness.namespaces({os.getpid(): b""})
        assert were_in, "the run is in namespaces of its own"
        end(process, run)
        process.communicate(timeout=harness.GONE_SECONDS)
    finally:
        process.kill()
    assert process.returncode == code
    harness.assert_gone(run, were_in, before)
    assert not (out / name / "latest").exists(), "an unfinished run is not the latest"


@pytest.mark.usefixtures("whole_path")
def test_first_fetch_passes_after_a_killed_run(out: Path) -> None:
    process = harness.start("run", HOLD, "--out", out)
    try:
        harness.wait_held(out, "hold", process)
    finally:
        process.kill()
    done = harness.waylay("run", harness.FIRST_FETCH, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_program_that_dies_fails_the_step(out: Path) -> None:
    done = harness.waylay("run", harness.SCENARIOS / "dying.yaml", "--out", out)
    assert done.returncode == 1
    detail = harness.finished(out, "dying").step("kill")["detail"]
    assert "o1-nginx on o1 ended" in detail
