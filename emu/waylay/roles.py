# SPDX-License-Identifier: BSD-2-Clause
"""The nodes of a network by what they do, and the programs that make them do it.

    r1 = net.addHost("r1", cls=WaylayRouter, config={"clients": [...], "services": [...],
                                                     "proxy": {"address": "10.0.2.2"}})
    p1 = net.addHost("p1", cls=WaylayProxy, config={"services": [...]})
    o1 = net.addHost("o1", cls=WaylayOrigin, serve=[80])

`config` is that of the program (docs/reference.md); names of devices and files
that it lacks are filled in. Without `config` or `serve` a node runs nothing by
itself. Programs start in `net.start()` (or `net.build()`), and each is ready
before the next node is configured. Their files (configuration, log, counters,
access log) lie in `folder`, which is a temporary one unless it is given.
"""
from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Optional, Sequence

import yaml
from mininet.log import error
from mininet.node import Switch

from waylay import netlink, owners, programs
from waylay.errors import WaylayError
from waylay.nodes import NO_REVERSE_PATH_FILTER, WaylayNode
from waylay.programs import Program

DEVICE_NAME_BYTES = 15


class WaylayClient(WaylayNode):
    """Where requests come from."""


class WaylayHost(WaylayNode):
    """A bystander."""


class ProgramNode(WaylayNode):
    """A node with a program of its own: when it has something to do, it is started."""

    program_name = ""

    def __init__(
        self,
        name: str,
        program: Optional[str] = None,
        folder: Optional[Path] = None,
        **params: Any,
    ) -> None:
        self.program_path = program
        self.own_program: Optional[Program] = None
        self.temporary = folder is None
        self.folder = folder
        super().__init__(name, **params)

    def wants_program(self) -> bool:
        raise NotImplementedError

    def command_line(self, program: str, folder: Path) -> list[str]:
        """Write what the program reads into `folder`; returns how to start it."""
        raise NotImplementedError

    def configDefault(self, **moreParams: Any) -> None:
        """What Mininet calls for each host once all links are there."""
        super().configDefault(**moreParams)
        if self.wants_program():
            self.start_own_program()

    def start_own_program(self) -> Program:
        """Start it and wait until it is ready; what ended before is started anew."""
        if self.own_program is not None and self.own_program.process.poll() is None:
            return self.own_program
        wanted = self.program_path or self.program_name
        path = programs.find(wanted)
        if path is None:
            raise WaylayError(
                f"{self.name} needs the program '{wanted}', which was found neither in "
                f"${programs.BINDIR_VARIABLE} nor in $PATH: build or install it"
            )
        if self.folder is None:
            self.folder = owners.temporary_folder(f"waylay-{self.name}-")
        log = self.folder / f"{self.name}-{Path(path).name}.log"
        self.own_program = self.start_program(self.command_line(path, self.folder), log)
        self.own_program.wait_ready()
        return self.own_program

    def stop_own_program(self) -> None:
        """Stop it; a bad end is told in Mininet's log."""
        for fault in self.stop_programs():
            error(f"*** Error: {fault}\n")

    def terminate(self) -> None:
        self.stop_own_program()
        super().terminate()
        if self.temporary and self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None


class ConfiguredNode(ProgramNode):
    """A program that reads a YAML file: `config` over the defaults of the class."""

    def __init__(self, name: str, config: Optional[dict[str, Any]] = None, **params: Any) -> None:
        self.program_config = config
        super().__init__(name, **params)

    def wants_program(self) -> bool:
        return self.program_config is not None

    def defaults(self, folder: Path) -> dict[str, Any]:
        del folder
        return {"tun": f"way-{self.name}"[:DEVICE_NAME_BYTES]}

    def command_line(self, program: str, folder: Path) -> list[str]:
        file = folder / f"{self.name}-{Path(program).name}.yaml"
        config = {**self.defaults(folder), **(self.program_config or {})}
        file.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        counters = folder / f"{self.name}-counters.json"
        return [program, "--config", str(file), "--counters", str(counters)]


class WaylayRouter(ConfiguredNode):
    """Forwards; with `config` its waylay-router redirects."""

    sysctls = {"net.ipv4.ip_forward": "1", **NO_REVERSE_PATH_FILTER}
    program_name = "waylay-router"


class WaylayProxy(ConfiguredNode):
    """Receives what routers redirect; with `config` its waylay-proxy answers."""

    sysctls = NO_REVERSE_PATH_FILTER
    program_name = "waylay-proxy"

    def defaults(self, folder: Path) -> dict[str, Any]:
        return {
            **super().defaults(folder),
            "interfaces": [str(intf) for intf in self.intfList()],
            "pseudonym": self.name,
            "access_log": str(folder / f"{self.name}-access.jsonl"),
        }


class WaylayOrigin(ProgramNode):
    """An origin server: with `serve`, a list of ports, waylay-origin listens on them."""

    program_name = "waylay-origin"

    def __init__(self, name: str, serve: Sequence[int] = (), **params: Any) -> None:
        self.serve = list(serve)
        super().__init__(name, **params)

    def wants_program(self) -> bool:
        return bool(self.serve)

    def command_line(self, program: str, folder: Path) -> list[str]:
        del folder
        return [program, "--port", ",".join(str(port) for port in self.serve)]


class WaylaySwitch(WaylayNode, Switch):  # type: ignore[misc]
    """A bridge of the kernel, in namespaces of its own: needs no bridge-utils."""

    def __init__(self, name: str, **params: Any) -> None:
        # Mininet asks for the machine's own namespace, where names may be taken.
        settings: dict[str, Any] = {**params, "inNamespace": True}
        super().__init__(name, **settings)
        self.controlIntf = None

    def defaultDpid(self, dpid: Optional[str] = None) -> str:
        """OpenFlow's number of a switch: there is no OpenFlow here."""
        return dpid or "0" * self.dpidLen

    def start(self, controllers: Sequence[Any]) -> None:
        del controllers
        with self.namespace() as inside:
            self.apply(inside, [netlink.bridge(self.name)])
            index = inside.index(self.name)
            ports = [str(intf) for intf in self.intfList()]
            requests = [netlink.link_master(port, self.name, index) for port in ports]
            self.apply(inside, [*requests, netlink.link_set(self.name, up=True)])

    def stop(self, deleteIntfs: bool = True) -> None:
        """Ports and bridge go with the namespaces."""
        del deleteIntfs


NODE_CLASSES: dict[str, type[WaylayNode]] = {
    "client": WaylayClient,
    "host": WaylayHost,
    "origin": WaylayOrigin,
    "router": WaylayRouter,
    "proxy": WaylayProxy,
}
