# SPDX-License-Identifier: BSD-2-Clause
"""What follows from a scenario: names, addresses, routes, program configurations.

Pure: it computes, and starts nothing. Rules, so that a reader of a scenario can
do it in the head: the interface of a towards b is `a-b`; on a link the router
has the subnet's first address and the other end the second (without a router,
the ends in the file's order); a MAC is 02:00 and the four bytes of the address.
"""
from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Optional

from waylay.scenario import LinkSpec, NodeSpec, Scenario

# Bytes that the option adds to each packet of a redirected connection, and the
# IPv4 and TCP headers that an MSS leaves out.
OPTION_BYTES = 8
BASE_HEADERS = 40


@dataclass(frozen=True)
class Interface:
    """One end of a link."""

    node: str
    peer: str
    link: LinkSpec
    address: IPv4Address

    @property
    def name(self) -> str:
        return f"{self.node}-{self.peer}"

    @property
    def mac(self) -> str:
        return ":".join(f"{byte:02x}" for byte in b"\x02\x00" + self.address.packed)


@dataclass(frozen=True)
class Route:
    """One route of a node; no prefix means the default route."""

    prefix: Optional[IPv4Network]
    via: IPv4Address
    interface: str
    advmss: Optional[int] = None

    def arguments(self) -> list[str]:
        """As `ip route add` takes it."""
        target = str(self.prefix) if self.prefix else "default"
        words = [target, "via", str(self.via), "dev", self.interface]
        return words + (["advmss", str(self.advmss)] if self.advmss else [])


class Layout:
    """The network of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.interfaces: list[Interface] = []
        # Looked up for each of maybe thousands of nodes and links.
        self._by_node: dict[str, list[Interface]] = {name: [] for name in scenario.nodes}
        self._by_link: dict[str, tuple[Interface, Interface]] = {}
        for link in scenario.links:
            ends = self._by_link[link.name] = self._ends(link)
            for interface in ends:
                self.interfaces.append(interface)
                self._by_node[interface.node].append(interface)

    def _ends(self, link: LinkSpec) -> tuple[Interface, Interface]:
        first, second = link.ends
        routers = [end for end in link.ends if self.node(end).role == "router"]
        numbered = (second, first) if routers == [second] else (first, second)
        hosts = link.subnet.network_address
        number = {end: hosts + 1 + index for index, end in enumerate(numbered)}
        return (
            Interface(first, second, link, number[first]),
            Interface(second, first, link, number[second]),
        )

    def node(self, name: str) -> NodeSpec:
        return self.scenario.nodes[name]

    def of(self, node: str) -> list[Interface]:
        """The interfaces of a node, in the order of the scenario's links."""
        return self._by_node[node]

    def other_end(self, interface: Interface) -> Interface:
        first, second = self._by_link[interface.link.name]
        return second if interface.node == first.node else first

    def ends(self, link: LinkSpec) -> tuple[Interface, Interface]:
        """Both ends of a link, in the scenario's order."""
        return self._by_link[link.name]

    def tap(self, link: LinkSpec) -> Interface:
        """The end at which a link is captured: the router's, else the first.

        All captures at one router share its view of the order of things.
        """
        ends = self.ends(link)
        routers = [i for i in ends if self.node(i.node).role == "router"]
        return (routers or ends)[0]

    def address(self, node: str) -> IPv4Address:
        """The address by which others name the node: that of its first link."""
        return self.of(node)[0].address

    def routes(self, node: str) -> list[Route]:
        """Hosts have a default route, routers one to each subnet far away.

        A proxy also has routes to the prefixes of clients, with an `advmss`
        that leaves room for the option in the packets that clients send.
        """
        interfaces = self.of(node)
        if len(interfaces) != 1:
            far = self._far(node)
            return [Route(link.subnet, self.other_end(hop).address, hop.name) for link, hop in far]
        (own,) = interfaces
        # Without a look at the whole network: hosts may be thousands.
        if len(self.of(own.peer)) == 1:
            return []
        routes = [Route(None, self.other_end(own).address, own.name)]
        if self.node(node).role == "proxy":
            clients = [(link, hop) for link, hop in self._far(node) if self._clients(link)]
            routes += [self._to_client(link, hop) for link, hop in clients]
        return routes

    def _far(self, node: str) -> list[tuple[LinkSpec, Interface]]:
        """The links that the node is at no end of but reaches, with the first interface."""
        hops = self._next_hops(node)
        others = (link for link in self.scenario.links if node not in link.ends)
        return [(link, hops[link.name]) for link in others if link.name in hops]

    def _to_client(self, link: LinkSpec, hop: Interface) -> Route:
        advmss = hop.link.mtu - BASE_HEADERS - OPTION_BYTES
        return Route(link.subnet, self.other_end(hop).address, hop.name, advmss)

    def _clients(self, link: LinkSpec) -> bool:
        return any(self.node(end).role == "client" for end in link.ends)

    def _next_hops(self, node: str) -> dict[str, Interface]:
        """By link: the node's interface on the shortest way (over routers) to it."""
        queue = deque((interface, interface.peer) for interface in self.of(node))
        seen = {node}
        hops: dict[str, Interface] = {}
        while queue:
            first, at = queue.popleft()
            for interface in self.of(at):
                hops.setdefault(interface.link.name, first)
            if at in seen or self.node(at).role != "router":
                continue
            seen.add(at)
            queue.extend((first, interface.peer) for interface in self.of(at))
        return hops

    def hosts_file(self) -> str:
        """What /etc/hosts says in every node."""
        lines = ["127.0.0.1 localhost"]
        nodes = self.scenario.nodes
        lines += [f"{self.address(name)} {name}" for name in nodes]
        for name, value in self.scenario.hosts.items():
            lines.append(f"{self.address(value) if value in nodes else value} {name}")
        return "\n".join(lines) + "\n"

    def redirected_services(self) -> list[dict[str, Any]]:
        ports = {s.port: None for s in self.scenario.services.values() if s.redirected}
        return [{"protocol": "tcp", "port": port} for port in ports]

    def listening_ports(self, node: str) -> list[int]:
        services = self.scenario.services.values()
        return sorted({s.port for s in services if s.node == node and s.listening})

    def router_config(self, node: str) -> dict[str, Any]:
        """What waylay-router is told; the scenario's own keys win."""
        clients = [i for i in self.of(node) if self.node(i.peer).role == "client"]
        proxies = [i for i in self.interfaces if self.node(i.node).role == "proxy"]
        config: dict[str, Any] = {
            "clients": [{"interface": i.name, "prefixes": [str(i.link.subnet)]} for i in clients],
            "services": self.redirected_services(),
            "proxy": {"address": str(proxies[0].address) if proxies else ""},
            "tun": f"way-{node}",
        }
        return {**config, **self.node(node).config}

    def proxy_config(self, node: str, logs: Path) -> dict[str, Any]:
        """What waylay-proxy is told; the scenario's own keys win."""
        facing = [i for i in self.of(node) if self.node(i.peer).role == "router"]
        config: dict[str, Any] = {
            "interfaces": [i.name for i in facing],
            "services": self.redirected_services(),
            "tun": f"way-{node}",
            "pseudonym": node,
            "handshake": {"mode": "deferred", "held": 4096},
            "cache": {"size": "64MiB", "object": "8MiB"},
            "access_log": str(logs / f"{node}-access.jsonl"),
        }
        return {**config, **self.node(node).config}

    def bindings_nodes(self) -> dict[str, Any]:
        return {
            name: {
                "role": node.role,
                "addresses": {i.link.name: str(i.address) for i in self.of(name)},
                "macs": {i.link.name: i.mac for i in self.of(name)},
            }
            for name, node in self.scenario.nodes.items()
        }

    def bindings_links(self) -> dict[str, Any]:
        return {link.name: self._bindings_link(link) for link in self.scenario.links}

    def _bindings_link(self, link: LinkSpec) -> dict[str, Any]:
        """One capture of a plain link, taken at an interface; two of a wired one."""
        told: dict[str, Any] = {"ends": list(link.ends), "mtu": link.mtu}
        if link.wire is not None:
            files = {end: f"captures/{link.name}@{end}.pcap" for end in link.ends}
            return {**told, "captures": files}
        file = f"captures/{link.name}.pcap"
        return {**told, "capture": file, "interface": self.tap(link).name}

    def bindings_services(self) -> dict[str, Any]:
        return {
            service.name: {
                "port": service.port,
                "redirected": service.redirected,
                "node": service.node,
                "listening": service.listening,
            }
            for service in self.scenario.services.values()
        }
