# SPDX-License-Identifier: BSD-2-Clause
"""What a scenario is once it was read and judged: values without behaviour.

Made by scenario.py, stepcheck.py and actioncheck.py; carried out by the network
and the performer of steps. All durations are nanoseconds.
"""
from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from waylay.linkspec import WireSpec
from waylay.yamlmarks import Place


@dataclass(frozen=True)
class NodeSpec:
    """One node. `program`: None for the role's own, "none" for no program."""

    name: str
    role: str
    config: dict[str, Any]
    program: Optional[str]
    server: str  # of an origin: waylay-origin, nginx or none
    objects: dict[str, dict[str, int]]  # of nginx: path -> size, max_age

    @property
    def runs(self) -> bool:
        """Whether a program runs in it, unless the command line says otherwise."""
        if self.program is not None:
            return self.program != "none"
        if self.role == "origin":
            return self.server != "none"
        return self.role in ("router", "proxy")


SNAPLEN_MIN, SNAPLEN_MAX = 64, 262144  # a whole probe; more than any frame has


@dataclass(frozen=True)
class LinkSpec:
    """One link; `name` is its ends as the file orders them."""

    ends: tuple[str, str]
    subnet: ipaddress.IPv4Network
    mtu: int
    wire: Optional[WireSpec] = None  # None: a plain veth pair
    capture: bool = True  # from the start of the run on
    snaplen: int = SNAPLEN_MAX  # bytes of each frame that captures keep

    @property
    def name(self) -> str:
        return "-".join(self.ends)


@dataclass(frozen=True)
class ServiceSpec:
    """One TCP port of a node; whether the router redirects it."""

    name: str
    port: int
    node: str
    redirected: bool
    listening: bool


@dataclass(frozen=True)
class Action:
    """One thing to do: a verb of schema.ACTIONS, and what the file says of it."""

    verb: str
    arguments: Any


@dataclass(frozen=True)
class When:
    """When a step begins: `offset` after a mark, or after the start of the steps.

    It happens `times` times, and begins every `period`. Unless `stated`, the file
    leaves its time to the order of the steps.
    """

    stated: bool = False
    mark: Optional[str] = None
    offset: int = 0
    period: int = 0
    times: int = 1

    def words(self) -> str:
        """For people: "at 2 s", "500 ms after outage.end, 3 times every 1 s"."""
        said = [f"at {shown(self.offset)}"] if self.stated and self.mark is None else []
        if self.mark is not None:
            said = [f"{shown(self.offset)} after {self.mark}" if self.offset else f"at {self.mark}"]
        if self.times > 1:
            said.append(f"{self.times} times every {shown(self.period)}")
        return ", ".join(said)


@dataclass(frozen=True)
class Step:
    """A named part of the run; marks <name>.start and <name>.end frame it."""

    name: str
    actions: tuple[Action, ...]
    when: When = When()


@dataclass(frozen=True)
class Measure:
    """A figure that results.json is to hold under a name: where it comes from."""

    name: str
    source: str  # step, span, fetch, load, wire or counter
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A whole scenario, consistent in itself."""

    file: str
    name: str
    seed: int
    repeat: int
    nodes: dict[str, NodeSpec]
    links: tuple[LinkSpec, ...]
    services: dict[str, ServiceSpec]
    steps: tuple[Step, ...]  # one after the other
    source: dict[str, Any] = field(repr=False)  # as resolved; kept in the results
    timeline: tuple[Step, ...] = ()  # beside the steps, each at its time
    hosts: dict[str, str] = field(default_factory=dict)  # further names -> node or address
    measures: tuple[Measure, ...] = ()
    files: dict[Place, Path] = field(default_factory=dict)  # that `source` names, and where
    expected: dict[Place, Path] = field(default_factory=dict)  # files of expectations, likewise

    def of_role(self, role: str) -> list[NodeSpec]:
        return [node for node in self.nodes.values() if node.role == role]

    def node_called(self, host: str) -> Optional[NodeSpec]:
        """The node that a host name means, by its own name or one of the hosts table."""
        return self.nodes.get(self.hosts.get(host, host))


def shown(duration: int) -> str:
    """A duration for people: the largest unit in which it is a short number."""
    for unit, worth in (("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000)):
        if duration >= worth:
            return f"{duration / worth:g} {unit}"
    return f"{duration} ns" if duration else "0"
