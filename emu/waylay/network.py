# SPDX-License-Identifier: BSD-2-Clause
"""A scenario's network: nodes, links, captures and programs, made in this order.

Everything that comes from the scenario is computed by layout.py; this file only
carries it out, on Mininet, and starts and stops what runs in the nodes.
"""
from __future__ import annotations

import signal
from pathlib import Path
from typing import Optional

import yaml

from waylay import netlink, nginx, programs
from waylay.capture import Capture, wait_live
from waylay.clock import OFFSET_VARIABLE, RunClock
from waylay.errors import BadInput, WaylayError
from waylay.layout import Interface, Layout
from waylay.links import WaylayLink, make_pairs
from waylay.mn import NODE_CLASSES, WaylayNet, WaylayNode
from waylay.netlink import OFFLOADS, End
from waylay.programs import Program
from waylay.scenario import NodeSpec, Scenario
from waylay.wait import wait_for

ROLE_PROGRAMS = {"router": "waylay-router", "proxy": "waylay-proxy"}
SERVER_PROGRAMS = {"waylay-origin": "waylay-origin", "nginx": "nginx"}
LISTEN_SECONDS = 10.0
TCP_LISTEN = "0A"  # the state column of /proc/net/tcp


def program_name(node: NodeSpec) -> Optional[str]:
    """The program that a node runs, before it is looked for; None for none."""
    if node.program is not None:
        return None if node.program == "none" else node.program
    if node.role == "origin":
        return SERVER_PROGRAMS.get(node.server)
    return ROLE_PROGRAMS.get(node.role)


def find_programs(scenario: Scenario, overrides: dict[str, str]) -> dict[str, str]:
    """The path of every node's program; BadInput names one that is not found."""
    for name in overrides:
        if name not in scenario.nodes:
            raise BadInput(
                f"--program: found node '{name}', expected one of " + ", ".join(scenario.nodes)
            )
    found = {}
    for name, node in scenario.nodes.items():
        wanted = overrides.get(name) or program_name(node)
        if wanted is None or wanted == "none":
            continue
        path = programs.find(wanted)
        if path is None and name in overrides:
            raise BadInput(
                f"--program {name}={wanted}: found no program there that can be executed"
            )
        if path is None:
            raise BadInput(
                f"{scenario.file}: node '{name}' needs the program '{wanted}', which was found "
                f"neither in ${programs.BINDIR_VARIABLE} nor in $PATH: build or install it"
            )
        found[name] = path
    return found


class Network:
    """The running network of one run."""

    def __init__(self, layout: Layout, run_dir: Path, scratch: Path, clock: RunClock) -> None:
        self.layout = layout
        self.scenario = layout.scenario
        self.logs = run_dir / "logs"
        self.captures_dir = run_dir / "captures"
        self.scratch = scratch
        self.environment = {OFFSET_VARIABLE: str(clock.offset)}
        self.net = WaylayNet()
        self.nodes: dict[str, WaylayNode] = {}
        self.captures: dict[str, Capture] = {}
        self.paths: dict[str, str] = {}  # of the nodes' programs
        self.started: list[str] = []  # nodes whose program runs, in order of start

    def journal(self, node: str, line: str) -> None:
        """Every command that shapes the network, with its node."""
        with (self.logs / "commands.log").open("a") as out:
            out.write(f"{node}$ {line}\n")

    def build(self) -> None:
        """Make nodes, links, addresses, neighbours and routes; batch by batch."""
        binds = self._covers()
        classes = {name: NODE_CLASSES[spec.role] for name, spec in self.scenario.nodes.items()}
        self.net.hold([cls.wanted(name, binds=binds) for name, cls in classes.items()])
        for name, cls in classes.items():
            self.nodes[name] = self.net.addHost(name, cls=cls, journal=self.journal, binds=binds)
        self._link()
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

    def _link(self) -> None:
        """The veth pairs, then Mininet's view of them."""
        ends = [self.layout.ends(link) for link in self.scenario.links]
        pairs = [(self._end(first), self._end(second), first.link.mtu) for first, second in ends]
        for request, (first, _) in zip(make_pairs(pairs), ends):
            self.journal(first.node, request.words)
        for first, second in ends:
            nodes = self.nodes[first.node], self.nodes[second.node]
            names = {"intfName1": first.name, "intfName2": second.name}
            macs = {"addr1": first.mac, "addr2": second.mac}
            self.net.addLink(*nodes, cls=WaylayLink, made=True, **names, **macs)

    def _end(self, interface: Interface) -> End:
        return End(interface.name, self.nodes[interface.node].pid, interface.mac)

    def _address(self, name: str) -> None:
        """All that a node's own network needs, at once."""
        node = self.nodes[name]
        requests = []
        with node.namespace() as inside:
            indices = {own.name: inside.index(own.name) for own in self.layout.of(name)}
            for own in self.layout.of(name):
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
        """Start a capture on every link; return when all have proven live."""
        for link in self.scenario.links:
            tap = self.layout.tap(link)
            far = self.layout.other_end(tap)
            node = self.nodes[tap.node]
            capture = Capture(link.name, node, tap.name, self.captures_dir, self.logs)
            self.captures[link.name] = capture
            capture.open_probe(self.nodes[far.node], far.name)
        wait_live(list(self.captures.values()))

    def start_programs(self, paths: dict[str, str]) -> None:
        """Start origins, then proxies, then routers; each is ready before the next."""
        self.paths = paths
        order = ("origin", "proxy", "router")
        for role in order:
            for spec in self.scenario.of_role(role):
                if spec.name in paths:
                    self._start(spec, paths[spec.name])
                    self.started.append(spec.name)

    def _start(self, spec: NodeSpec, path: str) -> None:
        node = self.nodes[spec.name]
        log = self.logs / f"{spec.name}-{Path(path).name}.log"
        if spec.role == "origin":
            self._start_origin(spec, node, path, log)
            return
        config = (
            self.layout.router_config(spec.name)
            if spec.role == "router"
            else self.layout.proxy_config(spec.name, self.logs)
        )
        file = self.logs / f"{spec.name}-{Path(path).name}.yaml"
        file.write_text(yaml.safe_dump(config, sort_keys=False))
        counters = str(self.logs / f"{spec.name}-counters.json")
        argv = [path, "--config", str(file), "--counters", counters]
        node.start_program(argv, log, self.environment).wait_ready()

    def _start_origin(self, spec: NodeSpec, node: WaylayNode, path: str, log: Path) -> None:
        ports = self.layout.listening_ports(spec.name)
        address = str(self.layout.address(spec.name))
        if Path(path).name == "nginx":
            argv = nginx.prepare(spec, path, address, ports, self.scratch, self.scenario.seed)
            node.start_program(argv, log, self.environment)
        else:
            listed = ",".join(str(port) for port in ports)
            argv = [path, "--address", address, "--port", listed]
            node.start_program(argv, log, self.environment).wait_ready()
        for port in ports:
            self.wait_listening(spec.name, port, LISTEN_SECONDS)

    def wait_listening(self, name: str, port: int, guard: float) -> None:
        """Wait until some socket of the node listens on a TCP port."""
        node = self.nodes[name]

        def listening() -> bool:
            for program in node.programs:
                program.check_alive()
            rows = Path(f"/proc/{node.pid}/net/tcp").read_text().splitlines()[1:]
            columns = [row.split() for row in rows]
            return any(c[1].endswith(f":{port:04X}") and c[3] == TCP_LISTEN for c in columns)

        wait_for(f"a listener on port {port} of {name}", guard, listening)

    def _program(self, name: str) -> Program:
        """The program of a node that runs; WaylayError if none does."""
        if name not in self.started:
            raise WaylayError(f"{name}: no program of this node runs")
        return self.nodes[name].programs[-1]

    def stop_program(self, name: str) -> None:
        """Stop a node's program as at the end of the run; it must end with code 0."""
        self._program(name)
        self.journal(name, "kill -TERM # its program")
        self.started.remove(name)
        faults = self.nodes[name].stop_programs()
        if faults:
            raise WaylayError("\n".join(faults))

    def kill_program(self, name: str) -> None:
        """End a node's program at once, as a crash would."""
        program = self._program(name)
        self.journal(name, "kill -KILL # its program")
        self.started.remove(name)
        self.nodes[name].programs.remove(program)
        program.kill()

    def signal_program(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a node's program, which goes on."""
        program = self._program(name)
        self.journal(name, f"kill -{number.name.removeprefix('SIG')} # its program")
        program.process.send_signal(number)

    def start_program(self, name: str) -> None:
        """Start a node's program again; returns when it is ready."""
        if name not in self.paths:
            raise WaylayError(f"{name}: this run gives the node no program")
        if name in self.started:
            raise WaylayError(f"{name}: the node's program runs already")
        self._start(self.scenario.nodes[name], self.paths[name])
        self.started.append(name)

    def check_programs(self) -> None:
        """Raise WaylayError if a program ended before it was told to."""
        for node in self.nodes.values():
            for program in node.programs:
                program.check_alive()

    def close_captures(self) -> None:
        for capture in self.captures.values():
            capture.close()

    def stop_programs(self) -> list[str]:
        """Stop in the reverse order of the start: routers let traffic pass first.

        Returns a line for each program that did not end with code 0.
        """
        faults = []
        while self.started:
            faults += self.nodes[self.started.pop()].stop_programs()
        for node in self.nodes.values():
            faults += node.stop_programs()
        return faults

    def stop(self) -> None:
        """Take the network down; what remains goes with the namespaces."""
        self.stop_programs()
        self.net.stop()
