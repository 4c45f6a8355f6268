# SPDX-License-Identifier: BSD-2-Clause
"""Mininet nodes and links that carry Waylay's programs.

Usable from anyone's own Mininet script:

    net = WaylayNet()
    r1 = net.addHost("r1", cls=WaylayRouter)
    net.addLink(...)
    r1.start_program(["waylay-router", "--config", "r1.yaml"], log=Path("r1.log"))

A node is configured by commands that must succeed (`execute`), each of which
goes to the node's command log; a failing one raises WaylayError with what it
said. Nothing here knows scenarios; network.py puts the two together.
"""
from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any, Callable, Optional, Sequence

from mininet.link import Link
from mininet.net import Mininet
from mininet.node import Node

from waylay.errors import WaylayError
from waylay.programs import Program

# Of every node: no IPv6 and no redirects, so that captures hold the experiment only.
COMMON_SYSCTLS = {
    "net.ipv6.conf.all.disable_ipv6": "1",
    "net.ipv6.conf.default.disable_ipv6": "1",
    "net.ipv4.conf.all.send_redirects": "0",
    "net.ipv4.conf.default.send_redirects": "0",
}

# Where packets with foreign source addresses are rightful.
NO_REVERSE_PATH_FILTER = {
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.default.rp_filter": "0",
}

OFFLOADS = ("tso", "gso", "gro", "tx", "rx")


class WaylayNet(Mininet):  # type: ignore[misc]
    """A Mininet without switches, controllers or changes to the machine's limits."""

    def __init__(self, **params: Any) -> None:
        # Else Mininet would raise machine-wide limits, and leave them so.
        Mininet.inited = True
        super().__init__(build=False, controller=None, **params)


class WaylayNode(Node):  # type: ignore[misc]
    """A node that logs its commands and keeps its programs.

    Parameters: `sysctls`, a mapping set at once, before any link is made;
    `journal`, called with each command line before it runs.
    """

    sysctls: dict[str, str] = {}

    def __init__(
        self,
        name: str,
        journal: Optional[Callable[[str, str], None]] = None,
        **params: Any,
    ) -> None:
        self.journal = journal
        self.programs: list[Program] = []
        super().__init__(name, **params)
        self.set_sysctls({**COMMON_SYSCTLS, **self.sysctls})
        self.execute(["ip", "link", "set", "lo", "up"])

    def config(self, **_params: Any) -> dict[str, Any]:
        """Mininet would give the node an address of its choice here."""
        return {}

    def inside(self, argv: Sequence[str]) -> list[str]:
        """The command line that runs `argv` in this node's namespaces."""
        return ["mnexec", "-da", str(self.pid), *argv]

    def execute(
        self, argv: Sequence[str], check: bool = True, timeout: float = 10
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the node to its end."""
        if self.journal:
            self.journal(self.name, shlex.join(argv))
        try:
            done = subprocess.run(
                self.inside(argv),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                timeout=timeout,
            )
        except subprocess.TimeoutExpired:
            raise WaylayError(
                f"{self.name}: '{shlex.join(argv)}' took over {timeout:g} s"
            ) from None
        if check and done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise WaylayError(f"{self.name}: '{shlex.join(argv)}' failed: {said}")
        return done

    def set_sysctls(self, values: dict[str, str]) -> None:
        self.execute(["sysctl", "-q", "-w", *(f"{key}={value}" for key, value in values.items())])

    def start_program(
        self, argv: Sequence[str], log: Path, env: Optional[dict[str, str]] = None
    ) -> Program:
        """Start a program that lives until `stop_programs`; see programs.py."""
        if self.journal:
            self.journal(self.name, shlex.join(argv) + " &")
        program = Program(self.name, self.inside(argv), log, env)
        self.programs.append(program)
        return program

    def stop_programs(self) -> list[str]:
        """Stop in the reverse order of the start; returns what ended badly."""
        faults = []
        while self.programs:
            program = self.programs.pop()
            if program.stop() != 0:
                faults.append(program.ended())
        return faults


class WaylayClient(WaylayNode):
    """Where requests come from."""


class WaylayHost(WaylayNode):
    """A bystander."""


class WaylayOrigin(WaylayNode):
    """An origin server: waylay-origin, nginx, or anything that listens."""


class WaylayRouter(WaylayNode):
    """Forwards; with waylay-router it redirects."""

    sysctls = {"net.ipv4.ip_forward": "1", **NO_REVERSE_PATH_FILTER}


class WaylayProxy(WaylayNode):
    """Receives what routers redirect."""

    sysctls = NO_REVERSE_PATH_FILTER


NODE_CLASSES: dict[str, type[WaylayNode]] = {
    "client": WaylayClient,
    "host": WaylayHost,
    "origin": WaylayOrigin,
    "router": WaylayRouter,
    "proxy": WaylayProxy,
}


class WaylayLink(Link):  # type: ignore[misc]
    """A veth pair without offloads: captures show what a wire would carry.

    Parameters beyond Mininet's: `mtu`, of both ends.
    """

    def __init__(self, node1: WaylayNode, node2: WaylayNode, mtu: int = 1500, **params: Any):
        super().__init__(node1, node2, **params)
        for interface in (self.intf1, self.intf2):
            node, name = interface.node, interface.name
            node.execute(["ip", "link", "set", name, "mtu", str(mtu)])
            switches = [word for offload in OFFLOADS for word in (offload, "off")]
            node.execute(["ethtool", "-K", name, *switches])
            node.execute(["ip", "link", "set", name, "up"])
