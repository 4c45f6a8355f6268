# SPDX-License-Identifier: BSD-2-Clause
"""Mininet nodes that carry Waylay's programs, in any Mininet script.

    net = Mininet(controller=None)          # or WaylayNet()
    r1 = net.addHost("r1", cls=WaylayRouter, ip="10.0.1.1/24", config={...})

A node's namespaces are held by waylay-hold (holder.py). Mininet's shell is
started in them when it is first used (`cmd`, `sendCmd`): interfaces, addresses,
routes and settings need none. A program that a node is given (`config` of
routers and proxies, `serve` of origins) starts when Mininet configures its
hosts, once the links are there, and stops with the node or its first link.

Configuration that fails is a WaylayError with what was tried and what was said
of it. `journal`, if given, is called with the node and a command line for each
thing done, also where no command was run for it.
"""
from __future__ import annotations

import shlex
import subprocess
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Callable, Optional, Sequence

from mininet.node import Node

from waylay import holder
from waylay.errors import WaylayError
from waylay.netlink import Namespace, Request, route
from waylay.programs import Program

Journal = Callable[[str, str], None]

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


class WaylayNode(Node):  # type: ignore[misc]
    """A node without a shell until it is asked for one; it keeps its programs.

    Parameters beyond Mininet's: `sysctls`, over those of the class; `binds`, files
    that are shown in place of others (targets to sources); `journal`; `pid`, the
    process that holds the node's namespaces, where these were made before.
    """

    sysctls: dict[str, str] = {}

    def __init__(
        self,
        name: str,
        journal: Optional[Journal] = None,
        sysctls: Optional[dict[str, str]] = None,
        binds: Optional[dict[str, str]] = None,
        pid: Optional[int] = None,
        **params: Any,
    ) -> None:
        self.journal = journal
        self.programs: list[Program] = []
        self.request = type(self).wanted(name, sysctls, binds)
        self.held: Optional[int] = pid
        super().__init__(name, **params)

    @classmethod
    def wanted(
        cls,
        name: str,
        sysctls: Optional[dict[str, str]] = None,
        binds: Optional[dict[str, str]] = None,
        **_params: Any,
    ) -> holder.NodeRequest:
        """What is asked of the holder for a node of this class with these parameters."""
        settings = {**COMMON_SYSCTLS, **cls.sysctls, **(sysctls or {})}
        return holder.NodeRequest(name, settings, dict(binds or {}), {"/sys/fs/bpf": "bpf"})

    # The shell, when it is wanted.

    def startShell(self, mnopts: Optional[str] = None) -> None:
        """Mininet calls this once: take the namespaces, leave the shell for later."""
        del mnopts
        if self.held is None:
            self.held = holder.shared().hold([self.request])[self.request.name]
        self.pid = self.held
        for verb, first, second in self.request.verbs():
            self.note(_command_of(verb, first, second))

    def _open_shell(self) -> None:
        if self.shell or self.held is None:
            return
        # mnexec takes the process whose namespaces to enter from the same word.
        self.inNamespace = False
        try:
            super().startShell(f"-cda{self.held}")
        finally:
            self.inNamespace = True
            self.pid = self.held

    def cmd(self, *args: Any, **kwargs: Any) -> Any:
        self._open_shell()
        return super().cmd(*args, **kwargs)

    def sendCmd(self, *args: Any, **kwargs: Any) -> None:
        self._open_shell()
        super().sendCmd(*args, **kwargs)

    # What is done in the node.

    def note(self, line: str) -> None:
        if self.journal:
            self.journal(self.name, line)

    def namespace(self) -> Namespace:
        """The way into the node's network by netlink; open it as a context manager."""
        return Namespace(self.name, self.pid)

    def apply(self, namespace: Namespace, requests: Sequence[Request]) -> None:
        """Carry out requests in the node's opened namespace, and note them."""
        for request in requests:
            self.note(request.words)
        namespace.apply(requests)

    def inside(self, argv: Sequence[str]) -> list[str]:
        """The command line that runs `argv` in this node's namespaces."""
        return ["mnexec", "-da", str(self.pid), *argv]

    def execute(
        self, argv: Sequence[str], check: bool = True, timeout: float = 10
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the node to its end."""
        self.note(shlex.join(argv))
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

    # Mininet's own ways to configure a host, without its shell.

    def config(
        self,
        mac: Optional[str] = None,
        ip: Optional[str] = None,
        defaultRoute: Any = None,
        routes: Optional[dict[str, str]] = None,
        **_params: Any,
    ) -> dict[str, Any]:
        """Called when the links are there; `lo` is up already.

        `routes` maps prefixes to the words of defaultRoute.
        """
        results: dict[str, Any] = {}
        self.setParam(results, "setMAC", mac=mac)
        self.setParam(results, "setIP", ip=ip)
        ways = {"default": defaultRoute} if defaultRoute else {}
        self.set_routes({**ways, **(routes or {})})
        return results

    def setDefaultRoute(self, intf: Any = None) -> None:
        """By an interface, or as Mininet's words have it: `via ADDRESS [dev NAME]`."""
        self.set_routes({"default": str(intf or self.defaultIntf())})

    def set_routes(self, ways: dict[str, str]) -> None:
        """Set routes, in the place of those that there are to the same prefixes."""
        if not ways:
            return
        with self.namespace() as inside:
            requests = []
            for prefix, words in ways.items():
                network, via, name = self._way(prefix, words)
                index = inside.index(name)
                requests.append(route(network, index, name, via, replace=True))
            self.apply(inside, requests)

    def _way(
        self, prefix: str, said: str
    ) -> tuple[Optional[IPv4Network], Optional[IPv4Address], str]:
        """What a prefix and the words of its route come to: network, gateway, interface."""
        words = str(said).split()
        if len(words) == 1:
            words = ["dev", words[0]]
        options = dict(zip(words[::2], words[1::2]))
        try:
            if len(words) % 2 or not words or set(options) - {"via", "dev"}:
                raise ValueError("expected an interface, 'via ADDRESS' or 'via ADDRESS dev NAME'")
            network = None if prefix == "default" else IPv4Network(prefix)
            via = IPv4Address(options["via"]) if "via" in options else None
        except ValueError as error:
            raise WaylayError(
                f"{self.name}: route to '{prefix}': found '{said}': {error}"
            ) from None
        return network, via, options.get("dev") or self._towards(via)

    def _towards(self, gateway: Optional[IPv4Address]) -> str:
        """The interface whose network holds the gateway, else the first."""
        for intf in self.intfList():
            if intf.ip and gateway is not None:
                if gateway in IPv4Network(f"{intf.ip}/{intf.prefixLen}", strict=False):
                    return str(intf.name)
        return str(self.defaultIntf())

    # Programs.

    def start_program(
        self, argv: Sequence[str], log: Path, env: Optional[dict[str, str]] = None
    ) -> Program:
        """Start a program that lives until `stop_programs`; see programs.py."""
        self.note(shlex.join(argv) + " &")
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

    def terminate(self) -> None:
        """Stop what runs in the node, and give its namespaces back."""
        self.stop_programs()
        if self.held is not None:
            super().terminate()
            held, self.held = self.held, None
            holder.release([held])


def _command_of(verb: str, first: str, second: str) -> str:
    if verb == "sysctl":
        return f"sysctl -w {first.replace('/', '.')}={second}"
    return shlex.join(
        ["mount", "--bind", first, second]
        if verb == "bind"
        else ["mount", "-t", first, first, second]
    )
