# SPDX-License-Identifier: BSD-2-Clause
"""A scenario's network, drawn: in characters, and as SVG.

The drawing itself is the report's (waylay_report.topology), so that both show the
same; here it is told what the scenario says, before anything runs.
"""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from waylay.errors import BadInput
from waylay.layout import Layout
from waylay.scenario import Scenario

if TYPE_CHECKING:
    from waylay_report.topology import Topology


def topology(scenario: Scenario) -> "Topology":
    from waylay_report.ladder import wire_text
    from waylay_report.topology import of_scenario

    layout = Layout(scenario)
    given = {tuple(link["ends"]): link for link in scenario.source["links"]}
    wires = {
        link.name: wire_text(given[link.ends].get("wire") or {}) if link.wire is not None else None
        for link in scenario.links
    }
    return of_scenario(
        layout.bindings_nodes(),
        layout.bindings_links(),
        layout.bindings_services(),
        wires,
        {link.name: str(link.subnet) for link in scenario.links},
    )


def as_text(scenario: Scenario) -> str:
    from waylay_report.topology_text import draw

    return draw(topology(scenario))


def write_svg(scenario: Scenario, file: Path) -> None:
    """Raises BadInput where the file cannot be written."""
    from waylay_report.topology_svg import draw

    try:
        file.write_text(draw(topology(scenario), scenario.name), encoding="utf-8")
    except OSError as error:
        raise BadInput(f"--svg: cannot write '{file}': {error.strerror}") from error
