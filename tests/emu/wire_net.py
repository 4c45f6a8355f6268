# SPDX-License-Identifier: BSD-2-Clause
"""Two nodes and a waylay-wire between them, each in a network namespace of its own.

A namespace lives as long as a process that does nothing in it, so that whatever
a test does, nothing is left. Nodes have no IPv6 and say nothing by themselves;
frames that are to be counted are sent raw, with an ethertype of their own.
"""
from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Optional

from waylay import programs
from waylay.wait import wait_for

CLONE_NEWNET = 0x40000000
GUARD = 30.0
NUMBERED = 0x88B6  # IEEE 802: local experimental, as is the probes'
PROBE = 0x88B5
ADDRESSES = {"a": "10.9.0.1", "b": "10.9.0.2"}
MACS = {"a": "02:00:0a:00:00:01", "b": "02:00:0a:00:00:02"}
LIBC = ctypes.CDLL(None, use_errno=True)


class Space:
    """A network namespace."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo up; exec cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout and self.process.stdout.readline() == b"up\n"
        self.path = f"/proc/{self.process.pid}/ns/net"
        for scope in ("all", "default"):
            self.run("sysctl", "-qw", f"net.ipv6.conf.{scope}.disable_ipv6=1")
        self.run("ip", "link", "set", "lo", "up")

    def command(self, *argv: object) -> list[str]:
        return ["nsenter", f"--net={self.path}", *map(str, argv)]

    def run(self, *argv: object, check: bool = True) -> str:
        done = subprocess.run(
            self.command(*argv), capture_output=True, encoding="utf-8", timeout=GUARD
        )
        assert not check or done.returncode == 0, f"{argv}: {done.stderr}"
        return done.stdout

    def interfaces(self) -> set[str]:
        return {line["ifname"] for line in json.loads(self.run("ip", "-j", "link"))}

    @contextmanager
    def inside(self) -> Iterator[None]:
        """What is opened here belongs to the namespace."""
        own, there = os.open("/proc/self/ns/net", os.O_RDONLY), os.open(self.path, os.O_RDONLY)
        assert LIBC.setns(there, CLONE_NEWNET) == 0
        try:
            yield
        finally:
            assert LIBC.setns(own, CLONE_NEWNET) == 0
            os.close(own)
            os.close(there)

    def close(self) -> None:
        self.process.communicate()


class Port:
    """Raw frames at a node's interface."""

    def __init__(self, space: Space, interface: str, ethertype: int = NUMBERED) -> None:
        self.ethertype = ethertype
        with space.inside():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ethertype))
            self.socket.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
            self.socket.bind((interface, ethertype))

    def send(self, payload: bytes, size: int = 60) -> None:
        head = b"\x02\0\0\0\0\x02" + b"\x02\0\0\0\0\x01" + struct.pack(">H", self.ethertype)
        self.socket.send((head + payload).ljust(size, b"\0"))

    def send_numbers(self, count: int, size: int = 60) -> None:
        for number in range(1, count + 1):
            self.send(struct.pack(">I", number), size)

    def numbers(self, quiet: float = 1.0) -> list[int]:
        """The numbers that came, until none has for some time."""
        found = []
        while select.select([self.socket], [], [], quiet)[0]:
            found.append(struct.unpack_from(">I", self.socket.recv(65600), 14)[0])
        return found

    def __enter__(self) -> "Port":
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        value: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.socket.close()


class WireNet:
    """The nodes `a` and `b` with the link a-b, or more of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.nodes = {name: Space() for name in ("a", "b")}
        self.between = Space()
        self.wire: Optional["subprocess.Popen[bytes]"] = None

    # ---- the wire ----

    def end(self, node: str, kind: str, link: str = "a-b") -> dict[str, Any]:
        interface = f"{node}.{link}"[:15]
        space = self.nodes[node]
        if kind == "tap":
            return {"node": node, "interface": interface, "netns": space.path, "kind": kind}
        here = f"w{node}.{link}"[:15]
        self.between.run(
            *("ip", "link", "add", here, "type", "veth", "peer", "name", interface),
            *("netns", str(space.process.pid)),
        )
        space.run("ip", "link", "set", interface, "up")
        return {"node": node, "interface": here, "netns": space.path, "kind": kind}

    def link(self, kind: str, name: str = "a-b", **keys: Any) -> dict[str, Any]:
        ends = [self.end(node, kind, name) for node in ("a", "b")]
        return {"name": name, "ends": ends, **keys}

    def start(self, links: list[dict[str, Any]], **keys: Any) -> None:
        config: dict[str, Any] = {
            "control": str(self.folder / "wire.sock"),
            "captures": str(self.folder),
            "decisions": str(self.folder / "decisions.jsonl"),
            "fidelity": str(self.folder / "fidelity.json"),
            "links": links,
            **keys,
        }
        file = self.folder / "wire.yaml"
        file.write_text(json.dumps({k: v for k, v in config.items() if v is not None}, indent=1))
        program = programs.find("waylay-wire")
        with open(self.log, "wb") as log:
            self.wire = subprocess.Popen(
                self.between.command(program, "--config", file),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_for("the wire to be ready", GUARD, self._ready)

    def _ready(self) -> bool:
        assert self.wire is not None
        said = self.log.read_text()
        assert self.wire.poll() is None, said
        return said.splitlines()[-1:] != [] and "info: ready" in said

    @property
    def log(self) -> Path:
        return self.folder / "wire.log"

    def ask(self, **request: Any) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(GUARD)
            client.connect(str(self.folder / "wire.sock"))
            client.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(client.makefile().readline())
        return answer

    def do(self, **request: Any) -> dict[str, Any]:
        answer = self.ask(**request)
        assert answer["ok"], answer
        return answer

    def stop(self) -> dict[str, Any]:
        """End the wire; returns what it says of itself."""
        assert self.wire is not None
        self.wire.send_signal(signal.SIGTERM)
        assert self.wire.wait(GUARD) == 0, self.log.read_text()
        self.wire = None
        said: dict[str, Any] = json.loads((self.folder / "fidelity.json").read_text())
        return said

    def kill(self) -> None:
        assert self.wire is not None
        self.wire.kill()
        self.wire.wait(GUARD)
        self.wire = None

    def close(self) -> None:
        if self.wire is not None:
            self.kill()
        for space in (*self.nodes.values(), self.between):
            space.close()

    # ---- traffic ----

    def port(self, node: str, link: str = "a-b", ethertype: int = NUMBERED) -> Port:
        return Port(self.nodes[node], f"{node}.{link}"[:15], ethertype)

    def address(self, link: str = "a-b") -> None:
        """Give the nodes addresses on the link, and each the other's MAC: no ARP."""
        for node, space in self.nodes.items():
            interface = f"{node}.{link}"[:15]
            other = "b" if node == "a" else "a"
            space.run("ip", "link", "set", interface, "address", MACS[node])
            space.run("ip", "address", "add", f"{ADDRESSES[node]}/24", "dev", interface)
            space.run(
                *("ip", "neigh", "replace", ADDRESSES[other], "lladdr", MACS[other]),
                *("dev", interface, "nud", "permanent"),
            )

    def ping(self, count: int = 5) -> list[float]:
        """Round-trip times in milliseconds of those that came back, from a to b."""
        said = self.nodes["a"].run(
            "ping", "-n", "-c", count, "-i", "0.1", "-W", "5", ADDRESSES["b"], check=False
        )
        return [float(part.split()[0]) for part in said.split("time=")[1:]]

    def bulk(self, size: int) -> float:
        """Send `size` bytes by TCP from a to b, byte by byte the same; returns the seconds."""
        data = os.urandom(1 << 20)
        with self.nodes["b"].inside():
            listener = socket.create_server((ADDRESSES["b"], 7000))
        child = os.fork()
        if child == 0:
            os._exit(_send(self.nodes["a"], data, size))
        listener.settimeout(GUARD)
        received, _ = listener.accept()
        listener.close()
        begin, seen = time.monotonic(), 0
        with received:
            received.settimeout(GUARD)
            while chunk := received.recv(1 << 18):
                at = seen % len(data)
                twice = data[at:] + data
                assert chunk == twice[: len(chunk)], f"other bytes arrived behind {seen}"
                seen += len(chunk)
        seconds = time.monotonic() - begin
        assert os.waitpid(child, 0)[1] == 0 and seen == size
        return seconds


def _send(space: Space, data: bytes, size: int) -> int:
    try:
        with space.inside():
            sender = socket.create_connection((ADDRESSES["b"], 7000), GUARD)
        with sender:
            for sent in range(0, size, len(data)):
                sender.sendall(data[: min(len(data), size - sent)])
        return 0
    except OSError:
        return 1


def read_pcap(path: Path) -> list[tuple[int, bytes]]:
    """The frames of a capture with nanosecond stamps: (ns, bytes)."""
    raw = path.read_bytes()
    assert struct.unpack_from("=I", raw)[0] == 0xA1B23C4D
    at, frames = 24, []
    while at < len(raw):
        seconds, ns, kept, length = struct.unpack_from("=IIII", raw, at)
        assert kept == length
        frames.append((seconds * 10**9 + ns, raw[at + 16 : at + 16 + kept]))
        at += 16 + kept
    return frames


def numbered(frames: list[tuple[int, bytes]]) -> dict[int, int]:
    """The stamps of numbered frames, by number."""
    return {
        struct.unpack_from(">I", frame, 14)[0]: stamp
        for stamp, frame in frames
        if struct.unpack_from(">H", frame, 12)[0] == NUMBERED
    }
