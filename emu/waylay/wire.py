# SPDX-License-Identifier: BSD-2-Clause
"""A waylay-wire: the process that carries the frames of any number of links.

    wire = Wire(folder, seed=7)
    wire.start([wire_link("c1-r1", first, second, WireSpec({"delay": "10ms"}))])
    wire.set("c1-r1", {"loss": "1%"}, sender="c1")
    fidelity = wire.stop()

It is started with the links that are known, and takes more later, over its
control socket: a JSON object a line, each way. It dies with its owner; when it is
stopped it leaves its account of itself, which `stop` returns.

The ends of its links are TAPs in the nodes where the TUN node can be used. Elsewhere
they are veth pairs: one end in the node, the other, read and written by packet
sockets, in a namespace that only the wire is in.
"""
from __future__ import annotations

import fcntl
import itertools
import json
import os
import socket
import struct
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Sequence

import yaml

from waylay import holder, isolate, netlink, programs
from waylay.clock import OFFSET_VARIABLE, sample
from waylay.errors import WaylayError
from waylay.linkspec import Parameters, WireSpec
from waylay.model import SNAPLEN_MAX
from waylay.programs import Program

PROGRAM = "waylay-wire"
PLANNED = "runner"  # who asks, as opposed to somebody by hand
NODE = "wire"  # whose log and namespace it is
ANSWER_SECONDS = 30.0
READY_SECONDS = 30.0
STOP_SECONDS = 30.0
SOCKET_PATH_BYTES = 107  # sockaddr_un
TUN_NODE = "/dev/net/tun"
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR, TUNSETIFF = 0x0002, 0x1000, 0x4000, 0x400454CA

Json = dict[str, Any]


@dataclass(frozen=True)
class WireEnd:
    """One end of a wired link: an interface that the node will have."""

    node: str
    interface: str
    pid: int  # of a process in the node's namespaces
    mac: str
    mtu: int = 1500


@dataclass(frozen=True)
class WireLinkSpec:
    """A link that a wire is to carry."""

    name: str
    ends: tuple[WireEnd, WireEnd]
    parameters: WireSpec
    capture: bool = True
    snaplen: int = SNAPLEN_MAX


def tap_fault(pid: int) -> Optional[str]:
    """Why no TAP can be made in the namespace of a process; None if one can."""
    try:
        with isolate.network_of(pid), open(TUN_NODE, "rb+", buffering=0) as device:
            flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR
            fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"way-try%d", flags))
    except OSError as error:
        return f"{TUN_NODE}: {error.strerror}"
    return None


class Wire:
    """One waylay-wire. Its files lie in `folder`, unless they are named.

    `seed` and `run` fix all randomness. `captures` is a folder for a capture at each
    end of each link, `decisions` the file of its decision log, `replay` such a file of
    an earlier run, `spin` how long the last stretch before a due time is spun. `packet`
    chooses the kind of the ends; None: TAPs where they can be had.
    """

    def __init__(
        self,
        folder: Path,
        seed: int = 1,
        run: int = 1,
        captures: Optional[Path] = None,
        decisions: Optional[Path] = None,
        replay: Optional[Path] = None,
        fidelity: Optional[Path] = None,
        log: Optional[Path] = None,
        control: Optional[Path] = None,
        spin: Optional[str] = None,
        realtime: bool = True,
        packet: Optional[bool] = None,
        environment: Optional[dict[str, str]] = None,
    ) -> None:
        self.folder = folder
        self.fidelity_file = fidelity or folder / "fidelity.json"
        self.log = log or folder / "wire.log"
        self.control = control or folder / "wire.sock"
        self.packet = packet
        self.settings: Json = {
            "seed": seed,
            "run": run,
            "control": str(self.control),
            "captures": captures and str(captures),
            "decisions": decisions and str(decisions),
            "replay": replay and str(replay),
            "fidelity": str(self.fidelity_file),
            "spin": spin,
            "realtime": realtime,
        }
        self.settings = {key: value for key, value in self.settings.items() if value is not None}
        self.environment = environment or {OFFSET_VARIABLE: str(sample().offset)}
        self.links: dict[str, WireLinkSpec] = {}
        self.program: Optional[Program] = None
        self.namespace: Optional[int] = None  # of the packet ends
        self.numbers = itertools.count()
        self.connection: Optional[Connection] = None
        self.asking = threading.Lock()

    # Start and stop.

    @property
    def running(self) -> bool:
        return self.program is not None

    def start(self, links: Sequence[WireLinkSpec] = ()) -> None:
        """Start it with links; returns when these stand."""
        if len(str(self.control).encode()) > SOCKET_PATH_BYTES:
            raise WaylayError(
                f"the wire's control socket: found '{self.control}', expected a path of "
                f"at most {SOCKET_PATH_BYTES} bytes"
            )
        path = programs.find(PROGRAM)
        if path is None:
            raise WaylayError(
                f"links with a wire need the program '{PROGRAM}', which was found neither in "
                f"${programs.BINDIR_VARIABLE} nor in $PATH: build or install it"
            )
        config = {**self.settings, "links": self._prepare(links)}
        file = self.folder / "wire.yaml"
        file.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        argv = [path, "--config", str(file)]
        if self.namespace is not None:
            argv = ["nsenter", f"--net=/proc/{self.namespace}/ns/net", *argv]
        self.program = Program(NODE, argv, self.log, self.environment, mortal=True)
        self.program.wait_log(r" ready$", READY_SECONDS)

    def stop(self) -> Json:
        """End it; returns its account of itself (see docs/reference.md)."""
        program, self.program = self.program, None
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        if program is None:
            raise WaylayError("the wire was not running")
        code = program.stop(STOP_SECONDS)
        self.links.clear()
        if self.namespace is not None:
            holder.release([self.namespace])
            self.namespace = None
        if code != 0:
            raise WaylayError(program.ended())
        told: Json = json.loads(self.fidelity_file.read_text(encoding="utf-8"))
        return told

    def check_alive(self) -> None:
        """Raise WaylayError if it ended by itself."""
        if self.program is not None:
            self.program.check_alive()

    # Links.

    def _prepare(self, links: Sequence[WireLinkSpec]) -> list[Json]:
        """Make what the wire expects to be there; returns the links as it reads them."""
        if not links:
            return []
        if self.packet is None:
            self.packet = tap_fault(links[0].ends[0].pid) is not None
        for link in links:
            self.links[link.name] = link
        if not self.packet:
            return [_described(link, [_tap(end) for end in link.ends]) for link in links]
        if self.namespace is None:
            self.namespace = holder.shared().hold([holder.NodeRequest(NODE)])[NODE]
        pairs, described = [], []
        for link in links:
            ends = []
            for end in link.ends:
                own = f"w{next(self.numbers)}"
                node_end = netlink.End(end.interface, end.pid, end.mac)
                pairs.append(netlink.veth(node_end, netlink.End(own, self.namespace), end.mtu))
                ends.append(_packet(end, own))
            described.append(_described(link, ends))
        with netlink.Namespace("links", os.getpid()) as here:
            here.apply(pairs)
        self._raise_interfaces(links)
        return described

    def _raise_interfaces(self, links: Sequence[WireLinkSpec]) -> None:
        """The nodes' ends; the wire raises its own."""
        names: dict[int, list[str]] = {}
        for link in links:
            for end in link.ends:
                names.setdefault(end.pid, []).append(end.interface)
        for pid, interfaces in names.items():
            with netlink.Namespace(NODE, pid) as inside:
                inside.apply([netlink.link_set(name, up=True) for name in interfaces])

    def add(self, links: Sequence[WireLinkSpec]) -> None:
        """Take on more links; starts the wire if it does not run."""
        if not self.running:
            self.start(links)
            return
        for described in self._prepare(links):
            self.request({"do": "add", "link": described})

    def remove(self, name: str) -> None:
        """Give up a link; its TAPs go with it."""
        self.request({"do": "remove", "link": name})
        self.links.pop(name, None)

    def set(self, name: str, changes: Parameters, sender: Optional[str] = None) -> Json:
        """Change parameters of a link, of what `sender` sends or (None) both ways."""
        told: Json = {"do": "set", "link": name, "to": changes}
        return self.request({**told, "from": sender} if sender else told)

    def capture(self, name: str, on: bool) -> Json:
        return self.request({"do": "capture", "link": name, "on": on})

    def flush(self) -> None:
        """All that was captured so far stands in the files."""
        self.request({"do": "flush"})

    def fidelity(self) -> Json:
        """Its account of itself as of now."""
        return self.request({"do": "fidelity"})

    def show(self, name: Optional[str] = None) -> Json:
        """Parameters and counts of a link, or of all."""
        return self.request({"do": "show", "link": name} if name else {"do": "show"})

    def request(self, told: Json) -> Json:
        """Ask over the control socket; a refusal is a WaylayError with its reason."""
        if not self.running:
            raise WaylayError("the wire does not run")
        self.check_alive()
        with self.asking:
            if self.connection is None:
                self.connection = Connection(self.control)
            try:
                answer = self.connection.ask({**told, "by": PLANNED})
            except WaylayError:
                # A late answer is not to be taken for that of the next request.
                self.connection.close()
                self.connection = None
                raise
        if not answer.get("ok"):
            raise WaylayError(f"the wire refused {json.dumps(told)}: {answer.get('error')}")
        return answer


class Connection:
    """A connection to a control socket: a JSON object a line, each way, in order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # Where others queue it waits for its turn; a socket with Python's own limit does not.
        patience = struct.pack("ll", int(ANSWER_SECONDS), 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)
        try:
            self.socket.connect(str(path))
            self.socket.settimeout(ANSWER_SECONDS)
        except OSError as error:
            self.socket.close()
            raise WaylayError(f"control socket {path}: {error.strerror or error}") from error
        self.lines = self.socket.makefile("rb")

    def ask(self, told: Json) -> Json:
        begin = time.monotonic()
        try:
            self.socket.sendall(json.dumps(told).encode() + b"\n")
            line = self.lines.readline()
        except OSError as error:
            waited = time.monotonic() - begin
            raise WaylayError(
                f"control socket {self.path}: {error.strerror or error} (after {waited:.1f} s)"
            ) from error
        if not line.endswith(b"\n"):
            raise WaylayError(f"control socket {self.path}: closed without an answer")
        answer = json.loads(line)
        return dict(answer)

    def close(self) -> None:
        self.lines.close()
        self.socket.close()


def _netns(end: WireEnd) -> str:
    return f"/proc/{end.pid}/ns/net"


def _tap(end: WireEnd) -> Json:
    place = {"node": end.node, "interface": end.interface, "netns": _netns(end)}
    return {**place, "kind": "tap", "mtu": end.mtu, "address": end.mac}


def _packet(end: WireEnd, own: str) -> Json:
    """`netns` is where the other end of the pair is, whose offloads the wire sets."""
    return {"node": end.node, "interface": own, "netns": _netns(end), "kind": "packet"}


def _described(link: WireLinkSpec, ends: list[Json]) -> Json:
    told: Json = {"name": link.name, "ends": ends, **link.parameters.config()}
    if link.snaplen != SNAPLEN_MAX:
        told["snaplen"] = link.snaplen
    return told if link.capture else {**told, "capture": False}
