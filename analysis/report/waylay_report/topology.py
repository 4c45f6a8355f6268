# SPDX-License-Identifier: BSD-2-Clause
"""A network: what is to be drawn of it, and where each node stands.

Columns are distances from the clients (from the first node, where there is no
client), so that a path reads from left to right; rows follow the left neighbour, in
the order of the scenario. The same network is always drawn alike. Of many nodes that
differ in nothing but their number one stands for all. topology_svg.py and
topology_text.py draw what is placed here.
"""
from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, Optional

ALIKE_MOST = 6  # more leaves of one role at one neighbour are drawn as one


@dataclass
class Place:
    """A node, and those that it stands for."""

    name: str
    role: str
    services: list[str] = field(default_factory=list)
    stands_for: int = 1
    column: int = 0
    row: int = 0

    @property
    def title(self) -> str:
        return self.name if self.stands_for == 1 else f"{self.name} … ({self.stands_for})"


@dataclass
class Line:
    """A link. `numbers` are the last parts of both ends' addresses."""

    ends: tuple[str, str]
    subnet: str
    wire: Optional[str]  # its parameters in words; None for a plain link
    numbers: tuple[str, str] = ("", "")


@dataclass
class Topology:
    places: dict[str, Place]
    lines: list[Line]

    @property
    def columns(self) -> int:
        return max((p.column for p in self.places.values()), default=0) + 1

    @property
    def rows(self) -> int:
        return max((p.row for p in self.places.values()), default=0) + 1


def neighbours(lines: Iterable[Line]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        a, b = line.ends
        found.setdefault(a, []).append(b)
        found.setdefault(b, []).append(a)
    return found


def place(places: list[Place], lines: list[Line]) -> Topology:
    """Gives every node its column and row."""
    topology = gathered({one.name: one for one in places}, lines)
    near = neighbours(topology.lines)
    distances = distances_from(start_of(topology.places), near)
    for one in topology.places.values():
        one.column = distances.get(one.name, 0)
    for column in range(topology.columns):
        fill(topology, column, near)
    return topology


def gathered(places: dict[str, Place], lines: list[Line]) -> Topology:
    """Leaves of one role at one neighbour, when there are many, are gathered into the first."""
    near = neighbours(lines)
    groups: dict[tuple[str, str], list[str]] = {}
    for name, one in places.items():
        if len(near.get(name, [])) == 1 and not one.services:
            groups.setdefault((near[name][0], one.role), []).append(name)
    gone: set[str] = set()
    for names in groups.values():
        if len(names) > ALIKE_MOST:
            places[names[0]].stands_for = len(names)
            gone.update(names[1:])
    kept = {name: one for name, one in places.items() if name not in gone}
    return Topology(kept, [line for line in lines if not gone & set(line.ends)])


def start_of(places: Mapping[str, Place]) -> list[str]:
    clients = [name for name, one in places.items() if one.role == "client"]
    return clients or list(places)[:1]


def distances_from(start: list[str], near: Mapping[str, list[str]]) -> dict[str, int]:
    distances = {name: 0 for name in start}
    queue = deque(start)
    while queue:
        at = queue.popleft()
        for other in near.get(at, []):
            if other not in distances:
                distances[other] = distances[at] + 1
                queue.append(other)
    return distances


def fill(topology: Topology, column: int, near: Mapping[str, list[str]]) -> None:
    """Rows of one column, those to the left being known."""
    here = [one for one in topology.places.values() if one.column == column]

    def wanted(one: Place) -> int:
        left = (topology.places[name] for name in near.get(one.name, []))
        return min((other.row for other in left if other.column < column), default=0)

    free = 0
    for one in sorted(here, key=wanted):
        one.row = max(free, wanted(one))
        free = one.row + 1


def number_of(address: str) -> str:
    """`.2` of 10.0.1.2."""
    return "." + address.rpartition(".")[2] if address else ""


def of_scenario(
    nodes: Mapping[str, Mapping[str, Any]],
    links: Mapping[str, Mapping[str, Any]],
    services: Mapping[str, Mapping[str, Any]],
    wires: Mapping[str, Optional[str]],
    subnets: Mapping[str, str],
) -> Topology:
    """From what a run's bindings say of nodes, links and services (bindings.json)."""
    places = [Place(name, str(node.get("role", ""))) for name, node in nodes.items()]
    for name, service in services.items():
        how = ", redirected" if service.get("redirected") else ", direct"
        how += "" if service.get("listening", True) else ", closed"
        for one in places:
            if one.name == service.get("node"):
                one.services.append(f"{name} :{service.get('port')}{how}")
    lines = []
    for name, link in links.items():
        a, b = (str(end) for end in link["ends"])
        addresses = [(nodes.get(end, {}).get("addresses") or {}).get(name, "") for end in (a, b)]
        numbers = (number_of(str(addresses[0])), number_of(str(addresses[1])))
        lines.append(Line((a, b), subnets.get(name, ""), wires.get(name), numbers))
    return place(places, lines)
