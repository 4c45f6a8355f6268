# SPDX-License-Identifier: BSD-2-Clause
"""A scenario's network: nodes, links, captures and programs, made in this order.

Everything that comes from the scenario is computed by layout.py; this file only
carries it out, on Mininet. Links with a wire are carried by one waylay-wire, the
others are veth pairs. What changes while the run goes on (a link, a capture, a
program) is asked for by name: see `set_link`, `capture`, `stop_program`.
"""
from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any, Callable, Optional

from waylay import capture as captures, netlink
from waylay.applications import Applications, find_programs
from waylay.capture import Capture, TcpdumpCapture
from waylay.clock import OFFSET_VARIABLE, RunClock
from waylay.errors import WaylayError
from waylay.layout import Interface, Layout
from waylay.links import WaylayLink, make_pairs
from waylay.linkspec import Parameters
from waylay.mn import NODE_CLASSES, WaylayNet, WaylayNode
from waylay.netlink import OFFLOADS, End
from waylay.model import LinkSpec
from waylay.wire import Wire, WireEnd, WireLinkSpec
from waylay.wirecapture import WireCapture, held
from waylay.wirelink import WireLink

__all__ = ["Network", "find_programs"]

# What a link without a wire can be told.
PLAIN_CHANGES = ("down",)


class Network:
    """The running network of one run; `repeat` is its number among its like."""

    def __init__(
        self,
        layout: Layout,
        run_dir: Path,
        scratch: Path,
        clock: RunClock,
        repeat: int = 1,
        replay: Optional[Path] = None,
    ) -> None:
        self.layout = layout
        self.scenario = layout.scenario
        self.run_dir = run_dir
        self.logs = run_dir / "logs"
        self.captures_dir = run_dir / "captures"
        self.scratch = scratch
        self.clock = clock
        self.repeat = repeat
        self.commands = (self.logs / "commands.log").open("a", encoding="utf-8")
        self.batching = False  # many lines at once are coming
        self.replay = replay  # a decision log, which the wire repeats
        self.environment = {OFFSET_VARIABLE: str(clock.offset)}
        self.net = WaylayNet()
        self.nodes: dict[str, WaylayNode] = {}
        self.wire: Optional[Wire] = None
        self.account: Optional[dict[str, Any]] = None  # the wire's, once it has ended
        self.captures: dict[str, Capture] = {}  # by the names of their files
        self.applications = Applications(layout, self.nodes, self.logs, scratch, self.environment)

    def journal(self, node: str, line: str) -> None:
        """Every command that shapes the network, with its node."""
        self.commands.write(f"{node}$ {line}\n")
        if not self.batching:
            self.commands.flush()

    # Made, in this order.

    def build(self) -> None:
        """Make nodes, links, addresses, neighbours and routes; batch by batch."""
        self.batching = True
        try:
            self._build()
        finally:
            self.batching = False
            self.commands.flush()

    def _build(self) -> None:
        binds = self._covers()
        classes = {name: NODE_CLASSES[spec.role] for name, spec in self.scenario.nodes.items()}
        self.net.hold([cls.wanted(name, binds=binds) for name, cls in classes.items()])
        for name, cls in classes.items():
            self.nodes[name] = self.net.addHost(name, cls=cls, journal=self.journal, binds=binds)
        self._make_plain([link for link in self.scenario.links if link.wire is None])
        self._make_wired([link for link in self.scenario.links if link.wire is not None])
        for link in self.scenario.links:
            self._show_to_mininet(link)
        for name in self.nodes:
            self._address(name)

    def _covers(self) -> dict[str, str]:
        """Names come from the hosts file alone: nobody asks for a name server."""
        covers = {
            "/etc/hosts": self.layout.hosts_file(),
            "/etc/nsswitch.conf": "hosts: files\npasswd: files\ngroup: files\n",
            "/etc/resolv.conf": "",
        }
        covers = {target: text for target, text in covers.items() if Path(target).exists()}
        for target, text in covers.items():
            (self.scratch / Path(target).name).write_text(text)
        return {target: str(self.scratch / Path(target).name) for target in covers}

    def _make_plain(self, links: list[LinkSpec]) -> None:
        ends = [self.layout.ends(link) for link in links]
        pairs = [(self._end(a), self._end(b), a.link.mtu) for a, b in ends]
        for request, (first, _) in zip(make_pairs(pairs), ends):
            self.journal(first.node, request.words)

    def _end(self, interface: Interface) -> End:
        return End(interface.name, self.nodes[interface.node].pid, interface.mac)

    def _make_wired(self, links: list[LinkSpec]) -> None:
        """One wire for the run; it starts with all links that it is to carry."""
        if not links:
            return
        self.wire = Wire(
            self.logs,
            seed=self.scenario.seed,
            run=self.repeat,
            captures=self.captures_dir,
            decisions=self.logs / "wire-decisions.jsonl",
            replay=self.replay,
            fidelity=self.run_dir / "fidelity.json",
            control=self.scratch / "wire.sock",
            environment=self.environment,
        )
        described = [self._wired(link) for link in links]
        self.wire.start(described)
        for link in described:
            told = json.dumps(link.parameters.config())
            kind = "packet sockets" if self.wire.packet else "TAPs"
            self.journal("wire", f"link {link.name} by {kind}: {told}")

    def _wired(self, link: LinkSpec) -> WireLinkSpec:
        assert link.wire is not None
        first, second = (
            WireEnd(end.node, end.name, self.nodes[end.node].pid, end.mac, link.mtu)
            for end in self.layout.ends(link)
        )
        return WireLinkSpec(link.name, (first, second), link.wire, link.capture, link.snaplen)

    def _show_to_mininet(self, link: LinkSpec) -> None:
        first, second = self.layout.ends(link)
        nodes = self.nodes[first.node], self.nodes[second.node]
        told = {
            "intfName1": first.name,
            "intfName2": second.name,
            "addr1": first.mac,
            "addr2": second.mac,
            "made": True,
        }
        if link.wire is None:
            self.net.addLink(*nodes, cls=WaylayLink, **told)
        else:
            self.net.addLink(*nodes, cls=WireLink, wire=self.wire, **told)

    def _address(self, name: str) -> None:
        """All that a node's own network needs, at once."""
        node = self.nodes[name]
        requests = []
        with node.namespace() as inside:
            indices = {own.name: inside.index(own.name) for own in self.layout.of(name)}
            for own in self.layout.of(name):
                if own.link.wire is None:  # else it is the wire's to say
                    inside.offload_off(own.name)
                    node.note(f"ethtool -K {own.name} " + " ".join(f"{o} off" for o in OFFLOADS))
                peer, index = self.layout.other_end(own), indices[own.name]
                requests.append(netlink.link_set(own.name, up=True))
                length = own.link.subnet.prefixlen
                requests.append(netlink.address(own.name, index, own.address, length))
                requests.append(netlink.neighbour(own.name, index, peer.address, peer.mac))
            for way in self.layout.routes(name):
                index = indices[way.interface]
                requests.append(
                    netlink.route(way.prefix, index, way.interface, way.via, way.advmss)
                )
            node.apply(inside, requests)

    def start_captures(self) -> None:
        """Capture every link that is to be; return when all have proven live."""
        for link in self.scenario.links:
            for one in self._captures_of(link):
                self.captures[one.name] = one
        wanted = {link.name for link in self.scenario.links if link.capture}
        captures.start_all([one for one in self.captures.values() if one.link in wanted])

    def _captures_of(self, link: LinkSpec) -> list[Capture]:
        tap = self.layout.tap(link)
        if link.wire is None:
            far = self.layout.other_end(tap)
            folders = self.captures_dir, self.logs
            node = self.nodes[tap.node]
            one = TcpdumpCapture(link.name, node, tap.name, *folders, link.snaplen)
            one.probe_from(self.nodes[far.node], far.name)
            return [one]
        assert self.wire is not None
        both: list[Capture] = []
        for end in self.layout.ends(link):
            both.append(WireCapture(self.wire, link.name, end.node, self.captures_dir))
            both[-1].probe_from(self.nodes[end.node], end.name)
        return both

    def start_programs(self, paths: dict[str, str]) -> None:
        self.applications.start_all(paths)

    # While the run goes on.

    def find_capture(self, name: str) -> Capture:
        """`a-b@a`, or `a-b`: of a wired link the end at which others are captured, too."""
        if name in self.captures:
            return self.captures[name]
        for link in self.scenario.links:
            if link.name == name:
                return self.captures[f"{name}@{self.layout.tap(link).node}"]
        raise WaylayError(f"found the capture '{name}', expected one of {', '.join(self.captures)}")

    def capture(self, name: str, on: bool) -> None:
        """Turn the captures of a link on or off."""
        self._link(name)
        ours = [one for one in self.captures.values() if one.link == name]
        if on:
            captures.start_all(ours)
        else:
            captures.stop_all(ours)
        self.journal("captures", f"{name} {'on' if on else 'off'}")

    def set_link(self, name: str, sender: Optional[str], changes: Parameters) -> None:
        """Change parameters of a link, of what `sender` sends or (None) both ways.

        A link without a wire can only be set down or up, and as a whole.
        """
        link = self._link(name)
        if link.wire is not None:
            assert self.wire is not None
            self.wire.set(name, changes, sender)
            self.journal("wire", f"set {name} from={sender or 'both'} {json.dumps(changes)}")
            return
        unknown = [key for key in changes if key not in PLAIN_CHANGES]
        if sender is not None or unknown:
            what = f"a change of {', '.join(unknown)}" if unknown else "one direction"
            raise WaylayError(
                f"link {name}: found {what}, expected down alone, both ways: it has no wire"
            )
        # The other end loses its carrier with it; routes and neighbours would be lost by
        # an interface that is set down, and not come back: so those are made again.
        for end in self.layout.ends(link):
            node = self.nodes[end.node]
            with node.namespace() as inside:
                node.apply(inside, [netlink.link_set(end.name, up=not changes["down"])])
                if not changes["down"]:
                    node.apply(inside, self._ways(end, inside.index(end.name)))

    def _ways(self, own: Interface, index: int) -> list[netlink.Request]:
        """The neighbour and the routes of an interface that was down."""
        peer = self.layout.other_end(own)
        requests = [netlink.neighbour(own.name, index, peer.address, peer.mac)]
        for way in self.layout.routes(own.node):
            if way.interface == own.name:
                told = way.prefix, index, way.interface, way.via, way.advmss
                requests.append(netlink.route(*told, replace=True))
        return requests

    def _link(self, name: str) -> LinkSpec:
        for link in self.scenario.links:
            if link.name == name:
                return link
        names = ", ".join(link.name for link in self.scenario.links)
        raise WaylayError(f"found the link '{name}', expected one of {names}")

    def start_program(self, node: str) -> None:
        self.applications.start(node)

    def stop_program(self, node: str) -> None:
        self.applications.stop(node)

    def kill_program(self, node: str) -> None:
        self.applications.kill(node)

    def signal_program(self, node: str, number: signal.Signals) -> None:
        self.applications.send_signal(node, number)

    def wait_listening(self, name: str, port: int, guard: float) -> None:
        self.applications.wait_listening(name, port, guard)

    def check_programs(self) -> None:
        """Raise WaylayError if a program, or the wire, ended before it was told to."""
        self.applications.check()
        if self.wire is not None:
            self.wire.check_alive()

    # Ended, in this order.

    def wait_settled(self) -> bool:
        """Wait until no link has carried a packet for a while; False if they go on."""
        under_way: Callable[[], int] = lambda: 0
        if self.wire is not None:
            wire = self.wire
            under_way = lambda: held(wire.fidelity()["fidelity"])  # noqa: E731
        return captures.wait_settled(list(self.captures.values()), self.clock, under_way)

    def close_captures(self) -> None:
        captures.close_all(list(self.captures.values()))

    def stop_programs(self) -> list[str]:
        """Returns a line for each program that did not end with code 0."""
        return self.applications.stop_all()

    def losses(self) -> dict[str, dict[str, Any]]:
        """What each capture lost; known when the network has stopped."""
        for one in self.captures.values():
            if isinstance(one, WireCapture):
                one.told = self.account
        return {name: one.losses(self.clock) for name, one in self.captures.items()}

    def stop(self) -> None:
        """Take the network down; what remains goes with the namespaces."""
        try:
            self.stop_programs()
            if self.wire is not None and self.wire.running:
                self.account = self.wire.stop()
        finally:
            self.net.stop()
            self.commands.close()
