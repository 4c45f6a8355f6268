# SPDX-License-Identifier: BSD-2-Clause
"""A small network for tests of the proxy: real programs, scripted client and origin.

    c 10.0.1.2 --- 10.0.1.1 r 10.0.2.1 --- p 10.0.2.2      r: waylay-router
                            r 10.0.3.1 --- o 10.0.3.2      p: waylay-proxy

Client and origin are sockets of the test itself, made inside the namespaces:
every byte and every close is the test's. The namespaces' names bear the test's
process id, and all are removed with what runs in them.
"""
from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import struct
import subprocess
from pathlib import Path
from typing import Any, Iterator, Optional

from waylay import programs
from waylay.wait import wait_for

GUARD = 20.0
CLIENT, PROXY, ORIGIN = "10.0.1.2", "10.0.2.2", "10.0.3.2"
ROUTER = ("10.0.1.1", "10.0.2.1", "10.0.3.1")
PORT, CLOSED_PORT, OTHER_PORT = 80, 8081, 8080
DEVICE = f"device: {os.environ.get('WAYLAY_TEST_DEVICE', 'auto')}\n"
SERVICES = f"""services:
  - {{protocol: tcp, port: {PORT}}}
  - {{protocol: tcp, port: {CLOSED_PORT}}}
"""
SETUP = """
link add c-r netns {c} type veth peer name r-c netns {r}
link add p-r netns {p} type veth peer name r-p netns {r}
link add o-r netns {o} type veth peer name r-o netns {r}
-n {c} addr add 10.0.1.2/24 dev c-r
-n {r} addr add 10.0.1.1/24 dev r-c
-n {p} addr add 10.0.2.2/24 dev p-r
-n {r} addr add 10.0.2.1/24 dev r-p
-n {o} addr add 10.0.3.2/24 dev o-r
-n {r} addr add 10.0.3.1/24 dev r-o
-n {c} link set c-r up
-n {r} link set r-c up
-n {p} link set p-r up
-n {r} link set r-p up
-n {o} link set o-r up
-n {r} link set r-o up
-n {c} route add default via 10.0.1.1
-n {p} route add default via 10.0.2.1
-n {p} route add 10.0.1.0/24 via 10.0.2.1 advmss 1452
-n {o} route add default via 10.0.3.1
"""
CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done.stdout


def _enter(descriptor: int) -> None:
    if _LIBC.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Net:
    """The namespaces and the programs in them."""

    def __init__(self, folder: Path, proxy: str = "waylay-proxy") -> None:
        self.folder = folder
        self.names = {node: f"way-{os.getpid()}-{node}" for node in "crpo"}
        self.running: list[programs.Program] = []
        self.counters_file = folder / "counters.json"
        self.access_file = folder / "access.jsonl"
        self.proxy_program = proxy

    def __enter__(self) -> "Net":
        try:
            self._make()
            self._start("r", "waylay-router", self._router_config())
            self.proxy = self._start("p", self.proxy_program, self._proxy_config())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for program in reversed(self.running):
            program.process.terminate()
            program.process.wait(GUARD)
        for name in self.names.values():
            subprocess.run(["ip", "netns", "del", name], capture_output=True)

    def restart_proxy(self) -> None:
        """Start it again after it ended."""
        self.running.remove(self.proxy)
        (self.folder / "p.log").unlink()
        self.proxy = self._start("p", self.proxy_program, self._proxy_config())

    def _make(self) -> None:
        for name in self.names.values():
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        for line in SETUP.format(**self.names).strip().splitlines():
            run("ip", *line.split())
        for name in (self.names["r"], self.names["p"]):
            command = "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done"
            run("ip", "netns", "exec", name, "sh", "-c", command)
        run("ip", "netns", "exec", self.names["r"], "sysctl", "-qw", "net.ipv4.ip_forward=1")

    def _router_config(self) -> str:
        clients = "clients:\n  - {interface: r-c, prefixes: [10.0.1.0/24]}\n"
        return clients + SERVICES + f"proxy: {{address: {PROXY}}}\ntun: way-r\n{DEVICE}"

    def _proxy_config(self) -> str:
        end = f"tun: way-p\npseudonym: p1\naccess_log: {self.access_file}\n"
        return "interfaces: [p-r]\n" + SERVICES + "handshake: {held: 64}\n" + end + DEVICE

    def _start(self, node: str, program: str, config: str) -> programs.Program:
        path = self.folder / f"{node}.yaml"
        path.write_text(config)
        found = programs.find(program)
        assert found, f"{program} is not built"
        argv = ["ip", "netns", "exec", self.names[node], found, "--config", str(path)]
        if node == "p":
            argv += ["--counters", str(self.counters_file)]
        started = programs.Program(node, argv, self.folder / f"{node}.log")
        self.running.append(started)
        log = self.folder / f"{node}.log"
        wait_for(f"{program} to be ready", GUARD, lambda: " ready\n" in log.read_text())
        return started

    @contextlib.contextmanager
    def inside(self, node: str) -> Iterator[None]:
        """What is opened meanwhile is opened in the node's network namespace."""
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.names[node]}", os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(home)
            os.close(home)
            os.close(there)

    def open(self, node: str, kind: int = socket.SOCK_STREAM, protocol: int = 0) -> socket.socket:
        with self.inside(node):
            made = socket.socket(socket.AF_INET, kind, protocol)
        made.settimeout(GUARD)
        return made

    def listen(self, port: int = PORT) -> socket.socket:
        """A listener at the origin."""
        listener = self.open("o")
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ORIGIN, port))
        listener.listen()
        return listener

    def connect(self, port: int = PORT) -> socket.socket:
        client = self.open("c")
        client.connect((ORIGIN, port))
        return client

    def begin_connect(self, port: int = PORT) -> socket.socket:
        """A client that is connecting, and does not wait."""
        client = self.open("c")
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.connect((ORIGIN, port))
        return client

    def ip(self, node: str, *words: str) -> str:
        return run("ip", "-n", self.names[node], *words)

    def worker(self) -> int:
        """The process id of the proxy's worker: the child of the parent."""
        parent = self.proxy.process.pid
        return int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])

    def counter(self, name: str) -> int:
        """One counter of the proxy's, asked for now."""
        self.counters_file.unlink(missing_ok=True)
        os.kill(self.worker(), signal.SIGUSR1)
        wait_for("the counters", GUARD, self.counters_file.exists)
        return int(json.loads(self.counters_file.read_text())[name])

    def wait_counter(self, name: str, least: int = 1) -> None:
        wait_for(f"{name} >= {least}", GUARD, lambda: self.counter(name) >= least)

    def access(self, event: str) -> list[dict[str, Any]]:
        """The access log's lines of an event."""
        if not self.access_file.exists():
            return []
        lines = [json.loads(line) for line in self.access_file.read_text().splitlines()]
        return [line for line in lines if line["event"] == event]

    def wait_access(self, event: str, count: int = 1) -> dict[str, Any]:
        """The newest line of an event, when there are so many."""

        def found() -> Optional[dict[str, Any]]:
            lines = self.access(event)
            return lines[-1] if len(lines) >= count else None

        return wait_for(f"{count} lines of {event}", GUARD, found)


def checksum(data: bytes) -> int:
    """RFC 1071."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def redirected_syn(origin: str, port: int, **change: Any) -> bytes:
    """A client's SYN as the router redirects it; `change` says what is different."""
    option = change.get("option", bytes([1, 7, 7, 8]) + socket.inet_aton(origin))
    flags = change.get("flags", 0x02)
    source = change.get("source", CLIENT)
    tcp = struct.pack("!HHIIBBHHH", 40001, port, 1000, 0, 5 << 4, flags, 1000, 0, 0)
    ends = socket.inet_aton(source) + socket.inet_aton(PROXY)
    pseudo = ends + struct.pack("!HH", 6, len(tcp))
    wrong = 1 if change.get("wrong_checksum") else 0
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp) ^ wrong) + tcp[18:]
    head = struct.pack("!BBHHHBBH", 0x47, 0, 28 + len(tcp), 7, 0, 64, 6, 0) + ends + option
    packet: bytes = head + tcp
    return packet
