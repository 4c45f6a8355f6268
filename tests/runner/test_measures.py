# SPDX-License-Identifier: BSD-2-Clause
"""Numbers that programs counted, from the files that they leave."""
from __future__ import annotations

from pathlib import Path

from waylay import measures


def test_numbers_are_named_by_node_and_counter(tmp_path: Path) -> None:
    told = '{"program": "waylay-router", "time": 17, "pushed": 70, "lost": 0, "half": 0.5}'
    (tmp_path / "r1-counters.json").write_text(told)
    assert measures.numbers(tmp_path, ["r1"]) == {"r1_pushed": 70, "r1_lost": 0}


def test_a_program_that_left_nothing_has_no_numbers(tmp_path: Path) -> None:
    (tmp_path / "p1-counters.json").write_text('{"seen": ')
    assert measures.numbers(tmp_path, ["c1", "p1"]) == {}
