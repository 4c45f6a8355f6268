# SPDX-License-Identifier: BSD-2-Clause
"""docs/mechanism-rules.md is true: what it names exists, and nothing is missing in it."""
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import FAULTS

TOP = Path(__file__).resolve().parents[2]
PAGE = TOP / "docs" / "mechanism-rules.md"
SCENARIOS = TOP / "scenarios"
# The steps that faults.py's run has, for the words that name a step.
STEPS = r"during (refused|hit|late|miss|nowhere|mute|tunnel)$"


@dataclass(frozen=True)
class Row:
    """A rule: its expectation's file and words, and what makes it fail."""

    file: Path
    words: str
    faults: list[str]
    builds: list[str]
    tests: list[str]


def in_place(name: str) -> Path:
    return SCENARIOS / name if "/" in name else SCENARIOS / "common" / name


def read() -> list[Row]:
    rows = []
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) != 4 or not (said := re.fullmatch(r'`(.+\.expect)`: "(.+)"', cells[1])):
            continue
        marked = re.findall(r"(build |test |)`([^`]+)`", cells[2])
        kinds = {
            kind: [name for k, name in marked if k == kind] for kind in ("", "build ", "test ")
        }
        rows.append(Row(in_place(said[1]), said[2], kinds[""], kinds["build "], kinds["test "]))
    return rows


ROWS = read()


def test_the_page_was_understood() -> None:
    lines = [line for line in PAGE.read_text().splitlines() if ".expect`:" in line]
    assert len(ROWS) == len(lines) > 40


@pytest.mark.parametrize("row", ROWS, ids=[row.words for row in ROWS])
def test_a_row(row: Row) -> None:
    assert f'"{row.words}":' in row.file.read_text()
    assert row.faults or row.builds or row.tests, "nothing shows it to fail"
    for fault in row.faults:
        assert re.sub(STEPS, "during $step", FAULTS[fault][1]) == row.words
    for build in row.builds:
        told = (TOP / "tests" / "emu" / "test_faults.py").read_text()
        words = re.escape(row.words.replace("$step", "")) + r"\w*"
        assert re.search(rf'"{build}",\s*{{[^}}]*"{words}"', told), build
    for test in row.tests:
        file, _, name = test.partition("::")
        assert f"def {name}(" in (TOP / "tests" / "expect" / file).read_text()


def test_nothing_is_missing() -> None:
    named = {(row.file, row.words) for row in ROWS}
    for file in (SCENARIOS / "common").glob("*.expect"):
        for words in re.findall(r'^"(.+)":', file.read_text(), re.M):
            assert (file, words) in named
    assert {fault for row in ROWS for fault in row.faults} == set(FAULTS)


def test_what_is_to_come_is_shown() -> None:
    tests = re.findall(r"test_mechanism_ahead\.py::(\w+)", PAGE.read_text())
    file = (TOP / "tests" / "expect" / "test_mechanism_ahead.py").read_text()
    assert sorted(tests) == sorted(re.findall(r"^def (test_\w+)\(", file, re.M))


def test_where_it_was_seen() -> None:
    for line in PAGE.read_text().splitlines():
        if ".expect`:" in line:
            for name in line.strip("|").split(" | ")[3].strip().split(", "):
                if not name.startswith("all"):
                    assert (SCENARIOS / name / "scenario.yaml").exists(), name
