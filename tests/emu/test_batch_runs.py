# SPDX-License-Identifier: BSD-2-Clause
"""Several runs from one command: sweeps, repeats, replays, and what CI reads."""
from __future__ import annotations

import os
import signal
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import yaml

import harness
from waylay.wait import wait_for

SWEPT = """\
extends: {base}
name: swept
parameters: {{size: {{type: integer, default: 10}}}}
sweep: {{grid: {{size: [10, 20]}}}}
nodes: {{o1: {{objects: {{/a: {{size: "${{size}}"}}}}}}}}
steps:
  - name: get
    fetch: {{node: c1, url: "http://o1/a", expect: {{size: "${{size}}"}}}}
"""


@pytest.fixture
def swept(tmp_path: Path) -> Path:
    file = tmp_path / "swept.yaml"
    file.write_text(SWEPT.format(base=harness.SCENARIOS / "failing.yaml"))
    return file


def resolved(folder: Path) -> dict[str, object]:
    return dict(yaml.safe_load((folder / "scenario.yaml").read_text()))


@pytest.mark.usefixtures("privileged")
def test_a_sweep_with_repeats_runs_in_parallel_and_is_told(out: Path, swept: Path) -> None:
    before = harness.machine()
    files = ["--junit", out.parent / "j.xml", "--tap", out.parent / "t.tap"]
    done = harness.waylay("run", swept, "--repeat", 2, "--jobs", 2, "--out", out, *files)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 runs: 4 passed" in done.stdout
    assert "\r" not in done.stdout, "no progress line unless on a terminal"
    folders = list((out / "swept").glob("2*"))
    sizes = sorted(resolved(f)["run"]["parameters"]["size"] for f in folders)  # type: ignore
    assert sizes == [10, 10, 20, 20]
    assert all("sweep" not in resolved(folder) for folder in folders)
    suites = ElementTree.parse(out.parent / "j.xml").findall("testsuite")
    names = ["swept size=10 #1", "swept size=10 #2", "swept size=20 #1", "swept size=20 #2"]
    assert [suite.get("name") for suite in suites] == names
    assert "1..8" in (out.parent / "t.tap").read_text()
    harness.assert_same(before)


@pytest.mark.usefixtures("privileged")
def test_the_worst_verdict_wins(out: Path, swept: Path) -> None:
    failing = harness.SCENARIOS / "failing.yaml"
    done = harness.waylay("run", failing, swept, "--out", out)
    assert done.returncode == 1
    assert "3 runs: 1 failed, 2 passed" in done.stdout
    assert "wrong: expected status 404, got 200" in done.stdout


@pytest.mark.usefixtures("privileged")
def test_a_kept_run_is_repeated_from_its_own_folder(out: Path, swept: Path) -> None:
    done = harness.waylay("run", swept, "--set", "size=30", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    first = harness.finished(out, "swept")
    swept.unlink()
    done = harness.waylay("run", "--replay", first.folder, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    again = harness.finished(out, "swept")
    assert again.folder != first.folder
    assert again.step("get")["fetch"]["sha256"] == first.step("get")["fetch"]["sha256"]
    kept, new = resolved(first.folder), resolved(again.folder)
    assert kept.pop("run") and new.pop("run")
    assert kept == new and kept["seed"] == 1


def start_two(out: Path) -> "subprocess.Popen[str]":
    """Three runs that hold, two at once; returns when both do."""
    hold = harness.SCENARIOS / "hold-plain.yaml"
    process = harness.start("run", hold, "--repeat", 3, "--jobs", 2, "--out", out)

    def both_hold() -> bool:
        assert process.poll() is None, process.communicate()
        folders = (out / "hold-plain").glob("2*")
        lines = [line for f in folders for line in harness.processes(f.name).values()]
        return sum(line.split(b"\0") == harness.HOLD_COMMAND for line in lines) == 2

    try:
        wait_for("two runs to hold", harness.UP_SECONDS, both_hold)
    except BaseException:
        process.kill()
        raise
    return process


@pytest.mark.usefixtures("privileged")
def test_ctrl_c_ends_all_runs_and_leaves_nothing(out: Path) -> None:
    before = harness.machine()
    process = start_two(out)
    try:
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=harness.RUN_SECONDS)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "2 runs: 2 interrupted" in said and "1 runs were not started" in said
    assert len(list((out / "hold-plain").glob("2*"))) == 2, "what never ran leaves no folder"
    harness.assert_same(before)


@pytest.mark.usefixtures("privileged")
def test_a_killed_batch_takes_its_runs_with_it(out: Path) -> None:
    before = harness.machine()
    process = start_two(out)
    process.kill()
    process.wait(harness.GONE_SECONDS)
    folders = list((out / "hold-plain").glob("2*"))
    wait_for(
        "all runs to be gone",
        harness.GONE_SECONDS,
        lambda: not any(harness.processes(folder.name) for folder in folders),
    )
    harness.assert_same(before)


def test_a_dry_run_starts_nothing(out: Path, swept: Path) -> None:
    done = harness.waylay("run", swept, "--repeat", 2, "--dry-run", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "swept size=20 #2 (seed 1)" in done.stdout
    assert "10.0.1.1/24" in done.stdout and "get: c1 fetches http://o1/a" in done.stdout
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--set", "sise=1"], "--set: found 'sise', expected a parameter: size"),
        (["--set", "size=x"], "--set size: found 'x', expected a whole number"),
        (["--set", "size"], "found 'size', expected KEY=VALUE"),
        (["--repeat", "0"], "found '0', expected a number (1 to 10000)"),
        (["--pause-after", "get"], "found 2 runs, expected a single one"),
        (["--replay", "/tmp"], "found a scenario, --set or --repeat beside it"),
    ],
)
def test_wrong_words(out: Path, swept: Path, words: list[str], expected: str) -> None:
    done = harness.waylay("run", swept, *words, "--out", out)
    assert done.returncode == 2, done.stdout
    assert expected in done.stderr and "Traceback" not in done.stderr
    assert not out.exists()


def test_what_is_no_kept_run(tmp_path: Path) -> None:
    for folder, expected in (
        (tmp_path, "cannot be read"),
        (harness.FIRST_FETCH.parent, "expected the folder of a run"),
    ):
        done = harness.waylay("run", "--replay", folder)
        assert done.returncode == 2 and expected in done.stderr
