# SPDX-License-Identifier: BSD-2-Clause
"""A scenario file, read and judged before anything is started.

`load` returns a Scenario that is known to be consistent: every name in it
exists, filters compile, joins have something to wait for. Every complaint is a
BadInput of the form `FILE:LINE:COLUMN: key 'x.y': found 'V', expected WHAT`.
"""
from __future__ import annotations

import ipaddress
import re
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Optional, Sequence

from waylay import compose, linkspec, pcap, schema
from waylay.forms import check, known
from waylay.linkspec import WireSpec
from waylay.yamlmarks import Document, Place


@dataclass(frozen=True)
class NodeSpec:
    """One node. `program`: None for the role's own, "none" for no program."""

    name: str
    role: str
    config: dict[str, Any]
    program: Optional[str]
    server: str  # of an origin: waylay-origin, nginx or none
    objects: dict[str, dict[str, int]]  # of nginx: path -> size, max_age


@dataclass(frozen=True)
class LinkSpec:
    """One link; `name` is its ends as the file orders them."""

    ends: tuple[str, str]
    subnet: ipaddress.IPv4Network
    mtu: int
    wire: Optional[WireSpec] = None  # None: a plain veth pair
    capture: bool = True  # from the start of the run on

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
    """One thing to do: fetch, exec, until, mark, join or start."""

    verb: str
    arguments: Any


@dataclass(frozen=True)
class Step:
    """A named part of the run; marks <name>.start and <name>.end frame it."""

    name: str
    actions: tuple[Action, ...]


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
    steps: tuple[Step, ...]
    source: dict[str, Any] = field(repr=False)  # as resolved; kept in the results

    def of_role(self, role: str) -> list[NodeSpec]:
        return [node for node in self.nodes.values() if node.role == role]


def load(
    path: Path, checks: Sequence[str] = (), settings: Optional[dict[str, str]] = None
) -> Scenario:
    """Read and judge the first run of a scenario; raises BadInput.

    `checks` are the names that expectations may have; none given, none judged.
    `settings` are parameters and their values, as --set gives them.
    """
    composed = compose.read(path)
    return build(compose.resolve(composed, compose.points(composed, settings or {})[0]), checks)


def build(document: Document, checks: Sequence[str] = ()) -> Scenario:
    """The scenario in a document; raises BadInput."""
    check(document, (), schema.SCENARIO)
    data = document.data
    nodes = {name: _node(name, item) for name, item in data["nodes"].items()}
    links = tuple(_link(document, index, nodes) for index in range(len(data["links"])))
    _check_links(document, links, nodes)
    services = {name: _service(document, name, nodes) for name in (data.get("services") or {})}
    _check_nodes(document, nodes, services)
    builder = _Steps(document, nodes, links)
    scenario = Scenario(
        file=document.file,
        name=data["name"],
        seed=data.get("seed", 1),
        repeat=data.get("repeat", 1),
        nodes=nodes,
        links=links,
        services=services,
        steps=tuple(builder.step(("steps", i)) for i in range(len(data["steps"]))),
        source=data,
    )
    _check_expectations(document, checks, [step.name for step in scenario.steps])
    return scenario


def _node(name: str, item: dict[str, Any]) -> NodeSpec:
    return NodeSpec(
        name=name,
        role=item["role"],
        config=item.get("config", {}),
        program=item.get("program"),
        server=item.get("server", "waylay-origin"),
        objects=item.get("objects", {}),
    )


def _expected_prefix(found: str) -> str:
    """What should have stood for a prefix; for one with host bits set, the prefix itself."""
    try:
        prefix = ipaddress.IPv4Network(found, strict=False)
    except ValueError:
        return "an IPv4 prefix, such as 10.0.1.0/24"
    return f"a prefix without host bits: {prefix}"


def _link(document: Document, index: int, nodes: dict[str, NodeSpec]) -> LinkSpec:
    item = document.data["links"][index]
    place: Place = ("links", index)
    for end, name in enumerate(item["ends"]):
        known(document, place + ("ends", end), name, nodes, "node")
    if item["ends"][0] == item["ends"][1]:
        raise document.error(place + ("ends",), item["ends"], "two different nodes")
    try:
        subnet = ipaddress.IPv4Network(item["subnet"])
    except ValueError:
        raise document.error(
            place + ("subnet",), item["subnet"], _expected_prefix(item["subnet"])
        ) from None
    if subnet.prefixlen > 30:
        raise document.error(place + ("subnet",), subnet, "a prefix with room for two (/30)")
    ends = (item["ends"][0], item["ends"][1])
    wire = linkspec.read(document, place + ("wire",), ends) if "wire" in item else None
    return LinkSpec(ends, subnet, item.get("mtu", 1500), wire, item.get("capture", True))


def _check_links(
    document: Document, links: tuple[LinkSpec, ...], nodes: dict[str, NodeSpec]
) -> None:
    for index, link in enumerate(links):
        for other in links[:index]:
            if set(other.ends) == set(link.ends):
                raise document.error(
                    ("links", index, "ends"), link.name, "nodes that no link joins yet"
                )
            if other.subnet.overlaps(link.subnet):
                raise document.error(
                    ("links", index, "subnet"),
                    link.subnet,
                    f"a prefix of its own ({other.name} has {other.subnet})",
                )
    linked = {end for link in links for end in link.ends}
    for name in nodes:
        if name not in linked:
            raise document.error(("nodes", name), name, "a node that some link ends at", True)


def _service(document: Document, name: str, nodes: dict[str, NodeSpec]) -> ServiceSpec:
    item = document.data["services"][name]
    known(document, ("services", name, "node"), item["node"], nodes, "node")
    return ServiceSpec(
        name, item["port"], item["node"], item["redirected"], item.get("listening", True)
    )


def _check_nodes(
    document: Document, nodes: dict[str, NodeSpec], services: dict[str, ServiceSpec]
) -> None:
    for name, node in nodes.items():
        if node.role != "origin":
            for key in ("server", "objects"):
                if key in document.data["nodes"][name]:
                    raise document.error(
                        ("nodes", name, key), node.role, "this key only where role is origin", True
                    )
        elif node.objects and node.server != "nginx":
            raise document.error(
                ("nodes", name, "objects"), node.server, "objects only where server is nginx", True
            )
    routers = [n for n in nodes.values() if n.role == "router" and n.program != "none"]
    for service in services.values():
        place: Place = ("services", service.name)
        if service.redirected and routers and not any(n.role == "proxy" for n in nodes.values()):
            raise document.error(place + ("redirected",), True, "a node of role proxy to exist")
        if service.listening and nodes[service.node].role != "origin":
            raise document.error(place + ("node",), service.node, "a node of role origin")


def _check_expectations(document: Document, checks: Sequence[str], steps: list[str]) -> None:
    for index, item in enumerate(document.data.get("expectations") or []):
        place: Place = ("expectations", index)
        if isinstance(item, dict) and len(item) != 1:
            raise document.error(place, item, "a name, or one name with its parameters")
        name = item if isinstance(item, str) else next(iter(item))
        if checks and name not in checks:
            raise document.error(place, name, "one of " + ", ".join(checks))
        parameters = item[name] if isinstance(item, dict) else {}
        if not isinstance(parameters, dict):
            raise document.error(place + (name,), parameters, "a mapping of parameters")
        if parameters.get("during", steps[0]) not in steps:
            raise document.error(
                place + (name, "during"), parameters["during"], "a step: " + ", ".join(steps)
            )


class _Steps:
    """Builds the steps in order, remembering what later ones may refer to."""

    def __init__(
        self, document: Document, nodes: dict[str, NodeSpec], links: tuple[LinkSpec, ...]
    ) -> None:
        self.document = document
        self.nodes = nodes
        self.links = {link.name: link for link in links}
        self.names: set[str] = set()
        self.started: set[str] = set()
        self.fetched: set[str] = set()

    def step(self, place: Place) -> Step:
        item = self.at(place)
        name = self.name(place, item)
        rest = [key for key in item if key != "name"]
        if rest == ["do"]:
            actions = tuple(self.sequence(place + ("do",), item["do"], name))
        else:
            actions = (self.action(place, rest, name),)
        left = self.started
        if left:
            raise self.document.error(
                place, name, "a join of what the step started: " + ", ".join(sorted(left))
            )
        return Step(name, actions)

    def at(self, place: Place) -> Any:
        value = self.document.data
        for key in place:
            value = value[key]
        return value

    def name(self, place: Place, item: dict[str, Any]) -> str:
        name = item.get("name")
        if not isinstance(name, str) or not re.match(schema.STEP_NAME, name):
            raise self.document.error(place + ("name",), name, schema.STEP["expected"])
        if name in self.names:
            raise self.document.error(place + ("name",), name, "a name that no other step has")
        self.names.add(name)
        return name

    def sequence(self, place: Place, items: Any, step: str) -> Iterator[Action]:
        if not isinstance(items, list) or not items:
            raise self.document.error(place, items, "a list of actions")
        for index, item in enumerate(items):
            if not isinstance(item, dict):
                raise self.document.error(place + (index,), item, "an action: " + self.verbs())
            yield self.action(place + (index,), list(item), step)

    @staticmethod
    def verbs() -> str:
        return "one of " + ", ".join([*schema.ACTIONS, "start"])

    def action(self, place: Place, verbs: list[str], step: str) -> Action:
        for verb in verbs:
            if verb not in schema.ACTIONS and verb != "start":
                raise self.document.error(place + (verb,), verb, "an action, " + self.verbs(), True)
        if len(verbs) != 1:
            raise self.document.error(place, ", ".join(verbs) or None, "one action a step")
        verb = verbs[0]
        inner = place + (verb,)
        check(self.document, inner, schema.START if verb == "start" else schema.ACTIONS[verb])
        getattr(self, "check_" + verb)(inner, self.at(inner), step)
        return Action(verb, self.at(inner))

    def check_fetch(self, place: Place, item: dict[str, Any], step: str) -> None:
        known(self.document, place + ("node",), item["node"], self.nodes, "node")
        self.check_url(place + ("url",), item["url"])
        expect = item.get("expect", {})
        if "refused" in expect and ("status" in expect or "curl_exit" in expect):
            raise self.document.error(
                place + ("expect",), expect, "one of status, curl_exit and refused"
            )
        other = expect.get("same_body_as")
        if other is not None and other not in self.fetched:
            raise self.document.error(
                place + ("expect", "same_body_as"), other, "an earlier step that fetches"
            )
        for name, pattern in expect.get("headers", {}).items():
            self.expression(place + ("expect", "headers", name), pattern)
        self.fetched.add(step)

    def check_url(self, place: Place, url: str) -> None:
        """Names come from the hosts file of a run alone: those of nodes are known."""
        try:
            host = urllib.parse.urlsplit(url).hostname or ""
        except ValueError:
            host = ""
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            if host not in (*map(str.lower, self.nodes), "localhost"):
                expected = "a URL whose host is an IPv4 address or one of the nodes "
                raise self.document.error(place, url, expected + ", ".join(self.nodes)) from None

    def expression(self, place: Place, pattern: str) -> None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise self.document.error(place, pattern, f"a regular expression ({error})") from None

    def check_exec(self, place: Place, item: dict[str, Any], step: str) -> None:
        del step
        known(self.document, place + ("node",), item["node"], self.nodes, "node")

    def check_until(self, place: Place, item: dict[str, Any], step: str) -> None:
        del step
        kinds = [kind for kind in ("capture", "listening", "log") if kind in item]
        if len(kinds) != 1:
            raise self.document.error(
                place, ", ".join(kinds) or None, "one of capture, listening and log"
            )
        if kinds == ["capture"]:
            self.check_capture(place, item)
            return
        for key in ("filter", "count"):
            if key in item:
                raise self.document.error(
                    place + (key,), item[key], "this key only beside capture", True
                )
        inner = item[kinds[0]]
        known(self.document, place + (kinds[0], "node"), inner["node"], self.nodes, "node")
        if kinds == ["log"]:
            self.expression(place + ("log", "line"), inner["line"])

    def check_capture(self, place: Place, item: dict[str, Any]) -> None:
        known(self.document, place + ("capture",), item["capture"], self.links, "link")
        expression = item.get("filter", "")
        stand_in = re.sub(r"\$([a-z][a-z0-9]*)", self.placeholder(place), expression)
        try:
            pcap.Filter(stand_in)
        except ValueError as error:
            raise self.document.error(
                place + ("filter",), expression, f"a libpcap filter expression ({error})"
            ) from None

    def placeholder(self, place: Place) -> Any:
        def replace(match: re.Match[str]) -> str:
            known(self.document, place + ("filter",), match.group(1), self.nodes, "node")
            return "192.0.2.1"

        return replace

    def check_mark(self, place: Place, item: str, step: str) -> None:
        if item in ("start", "end"):
            raise self.document.error(place, item, "a mark other than start and end")
        del step

    def check_start(self, place: Place, item: dict[str, Any], step: str) -> None:
        verbs = [verb for verb in ("fetch", "exec") if verb in item]
        if len(verbs) != 1:
            raise self.document.error(place, ", ".join(verbs) or None, "one of fetch and exec")
        if item["as"] in self.started:
            raise self.document.error(place + ("as",), item["as"], "a name not in use")
        getattr(self, "check_" + verbs[0])(place + (verbs[0],), item[verbs[0]], step)
        self.started.add(item["as"])

    def check_join(self, place: Place, item: str, step: str) -> None:
        del step
        if item not in self.started:
            raise self.document.error(place, item, "what an earlier start of the step is named")
        self.started.discard(item)
