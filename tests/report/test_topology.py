# SPDX-License-Identifier: BSD-2-Clause
"""Drawings of a network: where nodes stand, and what is written at its links."""
from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any, Optional

from story import first_fetch

import waylay_report
from waylay_report import topology_svg, topology_text
from waylay_report.topology import Topology, of_scenario

Ends = list[tuple[str, str]]
FIRST = {"c1": "client", "r1": "router", "p1": "proxy", "o1": "origin"}
FIRST_LINKS: Ends = [("c1", "r1"), ("r1", "p1"), ("r1", "o1")]
SERVICES = {
    "web": {"port": 80, "redirected": True, "node": "o1"},
    "closed": {"port": 81, "redirected": False, "node": "o1", "listening": False},
}


def network(
    roles: dict[str, str], ends: Ends, wires: Optional[dict[str, str]] = None, services: Any = None
) -> Topology:
    nodes: dict[str, Any] = {name: {"role": role, "addresses": {}} for name, role in roles.items()}
    links, subnets = {}, {}
    for number, (a, b) in enumerate(ends, 1):
        name = f"{a}-{b}"
        links[name], subnets[name] = {"ends": [a, b]}, f"10.0.{number}.0/24"
        nodes[a]["addresses"][name] = f"10.0.{number}.1"
        nodes[b]["addresses"][name] = f"10.0.{number}.2"
    return of_scenario(nodes, links, services or {}, dict(wires or {}), subnets)


def test_the_first_network_in_characters() -> None:
    drawn = topology_text.draw(network(FIRST, FIRST_LINKS, {"c1-r1": "delay 10ms"}, SERVICES))
    assert drawn.splitlines() == [
        "c1 ──── 10.0.1.0/24 ──── r1 ──── 10.0.2.0/24 ──── p1",
        "client    delay 10ms     router                   proxy",
        "                         │",
        "                         │",
        "                         └───── 10.0.3.0/24 ───── o1",
        "                                                  origin",
        "                                                  web :80, redirected",
        "                                                  closed :81, direct, closed",
    ]


def test_long_parameters_are_shown_as_far_as_there_is_room() -> None:
    wires = {"r1-p1": "delay 1ms, loss 2%, duplicate 1%, reorder probability 2% by 3ms"}
    drawn = topology_text.draw(network(FIRST, FIRST_LINKS, wires))
    assert "router  delay 1ms, loss 2%, duplicate 1%, reo…  proxy" in drawn


def test_places() -> None:
    found = network({**FIRST, "c2": "client"}, [*FIRST_LINKS, ("c2", "r1")])
    assert {n: (p.column, p.row) for n, p in found.places.items()} == {
        "c1": (0, 0),
        "c2": (0, 1),
        "r1": (1, 0),
        "p1": (2, 0),
        "o1": (2, 1),
    }


def test_what_cannot_be_drawn_is_said() -> None:
    drawn = topology_text.draw(network(FIRST, [*FIRST_LINKS, ("p1", "o1")]))
    assert drawn.endswith("and p1 ─── 10.0.4.0/24 ─── o1\n")


def test_many_alike_are_one() -> None:
    many = {f"c{number}": "client" for number in range(1, 1001)}
    found = network({**many, "r1": "router"}, [(name, "r1") for name in many])
    assert [p.title for p in found.places.values()] == ["c1 … (1000)", "r1"]
    assert len(topology_svg.draw(found, "many")) < 6000


def test_a_network_without_clients_or_links() -> None:
    assert topology_text.draw(network({"a": "host"}, [])) == "a\nhost\n"
    assert "<svg" in topology_svg.draw(network({}, []), "nothing")


def test_the_svg_is_whole_and_escaped() -> None:
    wires = {"c1-r1": "delay 10ms, rate 10Mbit, queue packets 100, from c1: loss 1% <&>"}
    drawn = topology_svg.draw(network(FIRST, FIRST_LINKS, wires, SERVICES), "a <title>")
    root = ElementTree.fromstring(drawn)
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for wanted in (
        "c1",
        "router",
        "10.0.2.0/24",
        ".2",
        "web :80, redirected",
        "from c1: loss 1% <&>",
    ):
        assert wanted in words
    assert drawn == topology_svg.draw(network(FIRST, FIRST_LINKS, wires, SERVICES), "a <title>")


def test_the_page_shows_the_network(tmp_path: Path) -> None:
    page = waylay_report.write(first_fetch().write(tmp_path / "run")).read_text()
    assert '<svg class="topology"' in page
