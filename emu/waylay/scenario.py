# SPDX-License-Identifier: BSD-2-Clause
"""A scenario file, read and judged before anything is started.

`load` returns a Scenario that is known to be consistent: every name in it
exists, filters compile, joins have something to wait for. Every complaint is a
BadInput of the form `FILE:LINE:COLUMN: key 'x.y': found 'V', expected WHAT`.
"""
from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, Iterator, Optional

from waylay import compose, expectations, linkspec, schema
from waylay.actioncheck import Actions, is_address
from waylay.forms import check, known
from waylay.model import SNAPLEN_MAX, LinkSpec, Measure, NodeSpec, Scenario, ServiceSpec, Step
from waylay.stepcheck import Steps
from waylay.yamlmarks import Document, Place

__all__ = ["LinkSpec", "NodeSpec", "Scenario", "ServiceSpec", "Step", "build", "load"]


def load(path: Path, settings: Optional[dict[str, str]] = None) -> Scenario:
    """Read and judge the first run of a scenario; raises BadInput.

    `settings` are parameters and their values, as --set gives them.
    """
    composed = compose.read(path)
    return build(compose.resolve(composed, compose.points(composed, settings or {})[0]))


def build(document: Document) -> Scenario:
    """The scenario in a document; raises BadInput."""
    check(document, (), schema.SCENARIO)
    data = document.data
    nodes = {name: _node(name, item) for name, item in data["nodes"].items()}
    links = tuple(_link(document, index, nodes) for index in range(len(data["links"])))
    _check_links(document, links, nodes)
    services = {name: _service(document, name, nodes) for name in (data.get("services") or {})}
    _check_nodes(document, nodes, services)
    hosts = _hosts(document, nodes)
    actions = Actions(document, nodes, links, hosts)
    judged = Steps(document, actions)
    scenario = Scenario(
        file=document.file,
        name=data["name"],
        seed=data.get("seed", 1),
        repeat=data.get("repeat", 1),
        nodes=nodes,
        links=links,
        services=services,
        steps=judged.steps,
        source=data,
        timeline=judged.timeline,
        hosts=hosts,
        measures=tuple(_measures(document, judged, links, nodes)),
        files={**dict(_files_of_links(document, links)), **actions.files},
        expected=expectations.check(document, list(judged.names)),
    )
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
    snaplen = item.get("snaplen", document.data.get("snaplen", SNAPLEN_MAX))
    return LinkSpec(ends, subnet, item.get("mtu", 1500), wire, item.get("capture", True), snaplen)


def _check_links(
    document: Document, links: tuple[LinkSpec, ...], nodes: dict[str, NodeSpec]
) -> None:
    joined: set[frozenset[str]] = set()
    for index, link in enumerate(links):
        pair = frozenset(link.ends)
        if pair in joined:
            expected = "nodes that no link joins yet"
            raise document.error(("links", index, "ends"), link.name, expected)
        joined.add(pair)
    _check_subnets(document, links)
    linked = {end for link in links for end in link.ends}
    for name in nodes:
        if name not in linked:
            raise document.error(("nodes", name), name, "a node that some link ends at", True)


def _check_subnets(document: Document, links: tuple[LinkSpec, ...]) -> None:
    """No two overlap. Prefixes are nested or apart: in order, one that overlaps any before
    it overlaps the last of them."""
    ordered = sorted(range(len(links)), key=lambda index: links[index].subnet)
    before: Optional[int] = None  # the index before, in order
    for index in ordered:
        if before is not None and links[before].subnet.overlaps(links[index].subnet):
            first, second = sorted((before, index))
            other = links[first]
            raise document.error(
                ("links", second, "subnet"),
                links[second].subnet,
                f"a prefix of its own ({other.name} has {other.subnet})",
            )
        before = index


def _files_of_links(
    document: Document, links: tuple[LinkSpec, ...]
) -> Iterator[tuple[Place, Path]]:
    """The files that wires name, and where they do."""
    for index, link in enumerate(links):
        if link.wire is not None:
            place: Place = ("links", index, "wire")
            yield from linkspec.files(document, place)
            for sender in link.wire.senders:
                yield from linkspec.files(document, place + ("from", sender))


def _hosts(document: Document, nodes: dict[str, NodeSpec]) -> dict[str, str]:
    """The table of further names, each to a node or an address."""
    hosts: dict[str, str] = document.data.get("hosts") or {}
    for name, value in hosts.items():
        place: Place = ("hosts", name)
        if name in nodes or name == "localhost" or is_address(name):
            raise document.error(place, name, "a name that is no node, localhost or address", True)
        if value not in nodes and not is_address(value):
            raise document.error(place, value, "an IPv4 address or a node: " + ", ".join(nodes))
    return hosts


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


def _measures(
    document: Document, judged: Steps, links: tuple[LinkSpec, ...], nodes: dict[str, NodeSpec]
) -> Iterator[Measure]:
    """The figures that the file asks for; each has a source that will have it."""
    wires = {link.name: link for link in links if link.wire is not None}
    sources = {
        "step": ("step", judged.names),
        "fetch": ("step", judged.actions.fetched),
        "load": ("step", judged.actions.loaded),
        "wire": ("link", wires),
        "counter": ("node", [name for name, node in nodes.items() if node.runs]),
    }
    what = {"fetch": "step with a fetch", "load": "step with a load", "wire": "link with a wire"}
    for name, item in (document.data.get("measures") or {}).items():
        place: Place = ("measures", name)
        if name in judged.names:
            raise document.error(place, name, "a name that no step has", True)
        source, arguments = next(iter(item.items()))
        if source == "span":
            for end in ("from", "to"):
                known(document, place + (source, end), arguments[end], judged.actions.marks, "mark")
            yield Measure(name, source, arguments)
            continue
        key, having = sources[source]
        inner = place + (source, key)
        known(document, inner, arguments[key], having, what.get(source, key))
        if source == "wire" and arguments["from"] not in wires[arguments["link"]].ends:
            ends = ", ".join(wires[arguments["link"]].ends)
            inner = place + (source, "from")
            raise document.error(inner, arguments["from"], f"an end of the link: {ends}")
        yield Measure(name, source, arguments)
