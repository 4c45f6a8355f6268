# SPDX-License-Identifier: BSD-2-Clause
"""Several runs leave one result beside their folders."""
from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from waylay import outcome, results, summary
from waylay.outcome import Outcome


def made(folder: Path, delay: str, **measures: Any) -> Outcome:
    told = {"verdict": "passed", "faithful": "yes", "steps": [], "measures": measures}
    label = f"sweep delay={delay}"
    return Outcome(label, label, str(folder / "sweep" / delay), 0, 1.5, told, {"delay": delay}, 2)


@pytest.fixture
def runs(tmp_path: Path) -> list[Outcome]:
    (tmp_path / "sweep").mkdir()
    return [
        made(tmp_path, "5ms", handshake=17_000_000, miss={"time_total": 3}),
        made(tmp_path, "20ms", handshake=47_000_000, late=0.25),
    ]


def test_a_row_for_each_run(tmp_path: Path, runs: list[Outcome]) -> None:
    (file,) = summary.write(runs)
    assert file.parent == tmp_path / "sweep" and file.name.startswith("summary-")
    first, second = json.loads(file.read_text())["runs"]
    assert first["parameters"] == {"delay": "5ms"} and first["repeat"] == 2
    assert first["measures"] == {"handshake": 17_000_000, "miss.time_total": 3}
    assert (second["verdict"], second["faithful"], second["run"]) == ("passed", "yes", "20ms")
    rows = list(csv.DictReader(file.with_suffix(".csv").open()))
    assert [row["parameter.delay"] for row in rows] == ["5ms", "20ms"]
    assert [row["measure.late"] for row in rows] == ["", "0.25"]
    assert rows[1]["folder"] == str(tmp_path / "sweep" / "20ms")


def test_two_batches_in_a_second_do_not_overwrite(runs: list[Outcome]) -> None:
    assert summary.write(runs) != summary.write(runs)


def test_a_single_run_needs_none(runs: list[Outcome]) -> None:
    assert summary.write(runs[:1]) == []


def test_few_measures_stand_in_the_table(runs: list[Outcome]) -> None:
    lines = outcome.table(runs).splitlines()
    at = lines.index("Measures (times in nanoseconds)")
    assert lines[at + 1].split() == ["handshake", "late"]
    assert lines[at + 3].split() == ["sweep", "delay=20ms", "47,000,000", "0.25"]


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_the_commit_is_told_of_a_checkout_only(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    assert results.checkout(package) == ""
    told = ["-c", "user.name=n", "-c", "user.email=e@localhost"]
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert results.checkout(package) == ""
    for words in (["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", "-C", str(tmp_path), *told, *words], check=True)
    assert len(results.checkout(package)) >= 7
