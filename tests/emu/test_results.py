# SPDX-License-Identifier: BSD-2-Clause
"""Verdicts: nothing unproven passes; and how results come to lie where they lie."""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

import harness
from waylay import programs, results, scenario

BUILT = Path(os.environ.get(programs.BINDIR_VARIABLE, "/nowhere"))


def verdicts(*words: str) -> list[dict[str, Any]]:
    return [{"name": f"n{index}", "verdict": word} for index, word in enumerate(words)]


@pytest.mark.parametrize(
    ("steps", "checks", "trust", "expected"),
    [
        (["passed"], ["passed"], "yes", "passed"),
        (["passed"], [], "yes", "passed"),
        (["passed"], ["passed"], "suspect", "passed"),
        (["passed"], ["passed"], "no", "inconclusive"),
        (["passed"], ["inconclusive"], "yes", "inconclusive"),
        (["failed", "skipped"], ["passed"], "yes", "failed"),
        (["passed"], ["inconclusive", "failed"], "no", "failed"),
        (["skipped"], ["passed"], "yes", "inconclusive"),
    ],
)
def test_verdict(steps: list[str], checks: list[str], trust: str, expected: str) -> None:
    assert results.verdict(verdicts(*steps), verdicts(*checks), trust) == expected


def program(folder: Path, text: str) -> str:
    """A program that stands in for waylay-assert."""
    path = folder / "judge"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("text", "detail", "verdict"),
    [
        (None, "was not found", "inconclusive"),
        ("echo 'cannot read' >&2; exit 2", "cannot read", "failed"),
        ("echo '{}'", "code 0", "inconclusive"),
        ("""echo '{"expectations": []}'""", "said nothing", "inconclusive"),
        ("echo '[1'; exit 1", "code 1", "inconclusive"),
    ],
)
def test_what_was_not_judged_never_passes(
    tmp_path: Path, text: "str | None", detail: str, verdict: str
) -> None:
    (tmp_path / "logs").mkdir()
    judge = program(tmp_path, text) if text is not None else None
    wanted = scenario.load(harness.FIRST_FETCH)
    judged = results.check(tmp_path, wanted, judge)
    assert len(judged) == len(wanted.source["expectations"])  # files: none could be read
    assert {item["verdict"] for item in judged} == {verdict}
    assert all(detail in item["detail"] for item in judged)


def test_latest_is_replaced(tmp_path: Path) -> None:
    first = results.new_run_dir(tmp_path, scenario.load(harness.FIRST_FETCH))
    second = results.new_run_dir(tmp_path, scenario.load(harness.FIRST_FETCH))
    assert first != second
    for run in (first, second):
        results.set_latest(run)
        assert os.readlink(run.parent / "latest") == run.name
    assert {path.name for path in first.parent.iterdir()} == {first.name, second.name, "latest"}


@pytest.mark.usefixtures("privileged")
@pytest.mark.usefixtures("privileged")
def test_closed_streams_are_no_matter(out: Path) -> None:
    """Nobody reads, nobody can type: the run is made, paused, and let go all the same."""
    ways = [*harness.command("run", harness.SCENARIOS / "plain.yaml", "--out", out)]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *ways], env=harness.environment(), timeout=120
    )
    assert done.returncode == 0
    run = harness.finished(out, "plain")
    assert run.results["verdict"] == "passed"
    logged = "".join(file.read_text() for file in (run.folder / "logs").glob("*.log"))
    assert "verdict" not in logged, "what is told does not end in a file of the run"


def test_without_a_judge_a_run_is_inconclusive(out: Path, tmp_path: Path) -> None:
    text = (harness.SCENARIOS / "plain.yaml").read_text()
    file = tmp_path / "unjudged.yaml"
    file.write_text(text + "expectations: [rules.expect]\n")
    (tmp_path / "rules.expect").write_text('"x": no "tcp" on c1-r1 with ip.ttl == 1\n')
    nowhere = ("env", f"{programs.BINDIR_VARIABLE}={tmp_path}")
    (tmp_path / "waylay-hold").symlink_to(BUILT / "waylay-hold")
    if programs.find("waylay-assert") != programs.find(str(BUILT / "waylay-assert")):
        pytest.skip("waylay-assert is installed on this machine, too")
    done = harness.waylay("run", file, "--out", out, prefix=nowhere)
    assert done.returncode == 3, done.stdout + done.stderr
    assert harness.finished(out, "plain").results["verdict"] == "inconclusive"


@pytest.mark.usefixtures("privileged")
def test_measures_and_marks(out: Path) -> None:
    harness.waylay("run", harness.SCENARIOS / "plain.yaml", "--out", out)
    run = harness.finished(out, "plain")
    assert 0 < run.results["measures"]["miss"]["time_total"] < 10**10
    marks = json.loads((run.folder / "bindings.json").read_text())["marks"]
    assert marks["delayed.start"] < marks["delayed.opened"] < marks["delayed.end"]


def test_what_did_not_occur_is_told_in_one_line() -> None:
    held = {"name": "held", "verdict": "passed", "detail": "3 selected, all fulfil it"}
    idle = [{"name": f"n{n}", "verdict": "passed", "detail": results.IDLE} for n in range(3)]
    assert results.folded([held, *idle[:2]]) == [held, *idle[:2]]
    shown = results.folded([*idle, held])
    assert [one["name"] for one in shown] == ["held", "3 more, about what did not occur"]
