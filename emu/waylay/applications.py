# SPDX-License-Identifier: BSD-2-Clause
"""The programs of a run's nodes: started in order, stopped, killed, started anew.

A program that was stopped or killed on purpose is not missed; one that ends by
itself is. Started anew it reads the same configuration, and its log goes on.
"""
from __future__ import annotations

import signal
from pathlib import Path
from typing import NoReturn, Optional

import yaml

from waylay import nginx, programs
from waylay.errors import BadInput, WaylayError
from waylay.layout import Layout
from waylay.nodes import WaylayNode
from waylay.programs import Program
from waylay.model import NodeSpec, Scenario
from waylay.wait import wait_for
from waylay.wire import PROGRAM as WIRE_PROGRAM

ROLE_PROGRAMS = {"router": "waylay-router", "proxy": "waylay-proxy"}
SERVER_PROGRAMS = {"waylay-origin": "waylay-origin", "nginx": "nginx"}
START_ORDER = ("origin", "proxy", "router")
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
    """The path of every node's program; BadInput names one that is not found.

    Whether there is a waylay-wire for the links that need it is looked for, too.
    """
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
        found[name] = path or _lacking(f"{scenario.file}: node '{name}' needs", wanted)
    if any(link.wire is not None for link in scenario.links) and not programs.find(WIRE_PROGRAM):
        _lacking(f"{scenario.file}: links with a wire need", WIRE_PROGRAM)
    return found


def _lacking(who: str, program: str) -> NoReturn:
    raise BadInput(
        f"{who} the program '{program}', which was found neither in "
        f"${programs.BINDIR_VARIABLE} nor in $PATH: build or install it"
    )


class Applications:
    """What runs in the nodes of one run, but for captures and commands of steps."""

    def __init__(
        self,
        layout: Layout,
        nodes: dict[str, WaylayNode],
        logs: Path,
        scratch: Path,
        environment: dict[str, str],
    ) -> None:
        self.layout = layout
        self.scenario = layout.scenario
        self.nodes = nodes
        self.logs = logs
        self.scratch = scratch
        self.environment = environment
        self.paths: dict[str, str] = {}
        self.running: dict[str, Program] = {}  # by node, in order of start

    def start_all(self, paths: dict[str, str]) -> None:
        """Start origins, then proxies, then routers; each is ready before the next."""
        self.paths = paths
        for role in START_ORDER:
            for spec in self.scenario.of_role(role):
                if spec.name in paths:
                    self.start(spec.name)

    def start(self, name: str) -> None:
        """Start a node's program, and wait until it is ready."""
        if name not in self.paths:
            raise WaylayError(f"{name} has no program that could be started")
        if name in self.running:
            self.running[name].check_alive()
            raise WaylayError(f"{self.running[name].name} runs already")
        path = self.paths[name]
        spec, node = self.scenario.nodes[name], self.nodes[name]
        log = self.logs / f"{name}-{Path(path).name}.log"
        if spec.role == "origin":
            self._start_origin(spec, node, path, log)
            return
        config = (
            self.layout.router_config(name)
            if spec.role == "router"
            else self.layout.proxy_config(name, self.logs)
        )
        file = self.logs / f"{name}-{Path(path).name}.yaml"
        file.write_text(yaml.safe_dump(config, sort_keys=False))
        counters = str(self.logs / f"{name}-counters.json")
        argv = [path, "--config", str(file), "--counters", counters]
        self.running[name] = node.start_program(argv, log, self.environment)
        self.running[name].wait_ready()

    def _start_origin(self, spec: NodeSpec, node: WaylayNode, path: str, log: Path) -> None:
        ports = self.layout.listening_ports(spec.name)
        address = str(self.layout.address(spec.name))
        if Path(path).name == "nginx":
            argv = nginx.prepare(spec, path, address, ports, self.scratch, self.scenario.seed)
            self.running[spec.name] = node.start_program(argv, log, self.environment)
        else:
            listed = ",".join(str(port) for port in ports)
            argv = [path, "--address", address, "--port", listed]
            self.running[spec.name] = node.start_program(argv, log, self.environment)
            self.running[spec.name].wait_ready()
        for port in ports:
            self.wait_listening(spec.name, port, LISTEN_SECONDS)

    def _running(self, name: str) -> Program:
        if name not in self.running:
            raise WaylayError(f"no program runs in {name}")
        return self.running[name]

    def _gone(self, name: str) -> Program:
        """Miss the program no more."""
        program = self.running.pop(name)
        self.nodes[name].programs.remove(program)
        return program

    def stop(self, name: str) -> None:
        """Tell a node's program to end; that it ends badly is an error."""
        self._running(name).check_alive()
        self.nodes[name].note(f"kill -TERM {self.running[name].name}")
        program = self._gone(name)
        if program.stop() != 0:
            raise WaylayError(program.ended())

    def kill(self, name: str) -> None:
        """End a node's program at once, as a crash would."""
        self._running(name).check_alive()
        self.nodes[name].note(f"kill -KILL {self.running[name].name}")
        self._gone(name).kill()

    def send_signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a node's program, which goes on; that it ends will be missed."""
        program = self._running(name)
        program.check_alive()
        self.nodes[name].note(f"kill -{number.name.removeprefix('SIG')} {program.name}")
        program.process.send_signal(number)

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

    def check(self) -> None:
        """Raise WaylayError if a program ended before it was told to."""
        for node in self.nodes.values():
            for program in node.programs:
                program.check_alive()

    def stop_all(self) -> list[str]:
        """Stop in the reverse order of the start: routers let traffic pass first.

        Returns a line for each program that did not end with code 0.
        """
        faults = []
        for name in reversed(list(self.running)):
            faults += self.nodes[name].stop_programs()
        self.running.clear()
        for node in self.nodes.values():
            faults += node.stop_programs()
        return faults
