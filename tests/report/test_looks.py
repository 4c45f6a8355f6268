# SPDX-License-Identifier: BSD-2-Clause
"""Drawings have their colours in them, for what knows no CSS variables."""
from __future__ import annotations

import re
from pathlib import Path

from test_topology import FIRST, FIRST_LINKS, network

from waylay_report import svg, topology_svg
from waylay_report.ladder import make_ladder
from waylay_report.looks import dark_style, dressed
from waylay_report.run import read_run

SHEET = """
:root { --a: #111111; --b: #222222; }
@media (prefers-color-scheme: dark) { :root { --a: #eeeeee; } }
.d text { fill: var(--a); font-size: 9px; }
.d .x { fill: var(--b); }
.d .warm .x { fill: red; }
"""


def test_a_sheet_becomes_attributes_by_rank() -> None:
    body = dressed(
        '<g class="warm"><text class="x">a</text></g><text class="x">b</text>', SHEET, "d"
    )
    assert body == (
        '<g class="warm"><text class="x" fill="red" font-size="9px">a</text></g>'
        '<text class="x" fill="#222222" font-size="9px">b</text>'
    )
    assert dark_style(SHEET, "d").splitlines()[1:-1] == [".d text { fill: #eeeeee; }"]


def test_drawings_need_no_variables(made: Path) -> None:
    ladder = svg.draw(make_ladder(read_run(made), "miss"), lambda node: "role")
    topology = topology_svg.draw(network(FIRST, FIRST_LINKS, {"c1-r1": "delay 10ms"}), "first")
    for drawn in (ladder, topology):
        assert "var(" not in drawn
        for tag in re.findall(r"<(?:rect|path|line|polygon|circle|text)\b[^>]*>", drawn):
            assert " fill=" in tag or " stroke=" in tag, tag
