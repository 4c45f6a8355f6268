# SPDX-License-Identifier: BSD-2-Clause
"""Figures of a run: from its marks, and what programs counted, from the files that they leave."""
from __future__ import annotations

from pathlib import Path

import pytest

from waylay import measures
from waylay.errors import BadInput
from waylay.model import Measure
from waylay.scenario import load

SCENARIO = """
name: spans
nodes: {c1: {role: client}, c2: {role: client}}
links: [{ends: [c1, c2], subnet: 10.0.1.0/24}]
steps:
  - {name: outage, exec: {node: c1, command: "true"}}
  - {name: back, exec: {node: c1, command: "true"}}
measures:
  lasted: {span: {from: outage.end, to: %s}}
"""


def gathered(marks: dict[str, int]) -> object:
    wanted = [Measure("lasted", "span", {"from": "outage.end", "to": "back.start"})]
    return measures.gather(wanted, [], marks, None, Path("nowhere"))


def test_a_span_lies_between_two_marks() -> None:
    assert gathered({"outage.end": 10, "back.start": 3_000_000_010}) == (
        {"lasted": 3_000_000_000},
        None,
    )


def test_a_span_without_its_ends_is_a_fault() -> None:
    assert gathered({"outage.end": 10}) == ({}, "lasted: the mark back.start was not left")
    assert gathered({"outage.end": 10, "back.start": 9}) == (
        {},
        "lasted: the mark back.start came before outage.end",
    )


def test_the_marks_of_a_span_are_judged_before_the_run(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(SCENARIO % "back.start")
    assert load(file).measures[0].arguments == {"from": "outage.end", "to": "back.start"}
    file.write_text(SCENARIO % "bakc.start")
    with pytest.raises(BadInput, match=r"measures.lasted.span.to': found 'bakc.start', expected"):
        load(file)


def test_numbers_are_named_by_node_and_counter(tmp_path: Path) -> None:
    told = '{"program": "waylay-router", "time": 17, "pushed": 70, "lost": 0, "half": 0.5}'
    (tmp_path / "r1-counters.json").write_text(told)
    assert measures.numbers(tmp_path, ["r1"]) == {"r1_pushed": 70, "r1_lost": 0}


def test_a_program_that_left_nothing_has_no_numbers(tmp_path: Path) -> None:
    (tmp_path / "p1-counters.json").write_text('{"seen": ')
    assert measures.numbers(tmp_path, ["c1", "p1"]) == {}
