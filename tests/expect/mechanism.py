# SPDX-License-Identifier: BSD-2-Clause
"""A run of the mechanism, packet by packet, for tests that spoil it in one respect.

Client, router, proxy and origin with one link each to the router. A packet has a link and a
label: `world["proxy", "request"]` is the request as the proxy's link sees it. What a client sends
is put on both links that it passes, with the option on the second; likewise what comes back.
"""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from made import ACK, FIN, PSH, RST, START, SYN, Packet, Transport, quad, tcp, write

C, P, O = "10.0.1.2", "10.0.2.2", "10.0.3.2"  # noqa: E741: as the documents call them
ROUTERS = {"client": "10.0.1.1", "proxy": "10.0.2.1", "origin": "10.0.3.1"}
LINKS = {"client": ("c1", "r1"), "proxy": ("r1", "p1"), "origin": ("r1", "o1")}
MACS = {"c1": "02:00:00:00:00:c1", "r1": "02:00:00:00:00:0a", "p1": "02:00:00:00:00:b1"}
MACS["o1"] = "02:00:00:00:00:01"
HOP = 0.0001
MSS = bytes([2, 4]) + (1452).to_bytes(2, "big")
SYN_ACK, RST_ACK, FIN_ACK, DATA = SYN | ACK, RST | ACK, FIN | ACK, PSH | ACK


def record_route(origin: str = O) -> bytes:
    return bytes([1, 7, 7, 8]) + quad(origin)


class World:
    """Packets by link and label; changed by tests before they are written."""

    def __init__(self) -> None:
        self.packets: dict[tuple[str, str], Packet] = {}
        self.log: list[dict[str, Any]] = []
        self.marks: dict[str, float] = {"begin": 0.0}
        self.number = 0
        self.mtu = {"client": 1500, "proxy": 1500, "origin": 1500}

    def __getitem__(self, at: tuple[str, str]) -> Packet:
        return self.packets[at]

    def change(self, link: str, label: str, **changes: object) -> None:
        self.packets[link, label] = self.packets[link, label].but(**changes)

    def lose(self, link: str, label: str) -> None:
        del self.packets[link, label]

    def put(self, link: str, label: str, packet: Packet, sender: str) -> None:
        ends = LINKS[link]
        receiver = ends[0] if sender == ends[1] else ends[1]
        packet = packet.but(source_mac=MACS[sender], destination_mac=MACS[receiver])
        self.packets[link, label] = packet

    def asked(self, at: float, label: str, what: Transport, **more: Any) -> None:
        """From the client, by the router, to the proxy."""
        self.number += 1
        packet = Packet(at, C, O, what, id=self.number, **more)
        self.put("client", label, packet, "c1")
        options = record_route() + packet.options
        behind = packet.but(at=at + HOP, destination=P, ttl=packet.ttl - 1, options=options)
        self.put("proxy", label, behind, "r1")

    def answered(self, at: float, label: str, what: Transport) -> None:
        """From the proxy in the origin's name, by the router, to the client."""
        self.number += 1
        packet = Packet(at, O, C, what, id=self.number)
        self.put("proxy", label, packet, "p1")
        self.put("client", label, packet.but(at=at + HOP, ttl=63), "r1")

    def fetched(self, at: float, label: str, what: Transport, back: bool = False) -> None:
        """From the proxy to the origin, or back."""
        self.number += 1
        source, destination = (O, P) if back else (P, O)
        packet = Packet(at, source, destination, what, id=self.number)
        near, far = ("origin", "proxy") if back else ("proxy", "origin")
        self.put(near, f"own.{label}", packet, "o1" if back else "p1")
        self.put(far, f"own.{label}", packet.but(at=at + HOP, ttl=63), "r1")

    def logged(self, at: float, port: int, own: int, server: int = 80) -> None:
        stamp = (START * 10**9) + round(at * 1e9)
        self.log.append(
            {
                "event": "connection",
                "time": stamp + 10**9,
                "connection": len(self.log) + 1,
                "client": {"address": C, "port": port},
                "origin": {"address": O, "port": server},
                "local_port": own,
                "handshake": "deferred",
                "syn_seen": stamp,
            }
        )

    def told_mtu(self, link: str) -> dict[str, int]:
        return {"mtu": self.mtu[link]} if self.mtu[link] else {}

    def write(self, folder: Path) -> Path:
        (folder / "captures").mkdir(parents=True)
        (folder / "logs").mkdir()
        bound, losses = {}, {}
        for name, ends in LINKS.items():
            link = "-".join(ends)
            packets = [p for (on, _), p in self.packets.items() if on == name]
            write(folder / "captures" / f"{link}.pcap", packets)
            live = (START - 1) * 10**9
            losses[link] = {"captured": len(packets), "dropped_by_kernel": 0, "live": live}
            bound[link] = {
                "ends": list(ends),
                **self.told_mtu(name),
                "capture": f"captures/{link}.pcap",
            }
        bindings = {
            "version": 1,
            "nodes": nodes(),
            "links": bound,
            "services": {
                "web": {"port": 80, "redirected": True, "node": "o1"},
                "shut": {"port": 8081, "redirected": True, "node": "o1"},
            },
            "marks": {m: START * 10**9 + round(at * 1e9) for m, at in self.marks.items()},
            "numbers": {},
            "clock": {"offset": 0, "uncertainty": 1500},
        }
        (folder / "bindings.json").write_text(json.dumps(bindings))
        (folder / "captures" / "losses.json").write_text(json.dumps(losses))
        lines = "".join(json.dumps(line) + "\n" for line in self.log)
        (folder / "logs" / "p1-access.jsonl").write_text(lines)
        (folder / "results.json").write_text("{}")
        return folder


def nodes() -> dict[str, Any]:
    def node(role: str, addresses: dict[str, str], name: str) -> dict[str, Any]:
        return {"role": role, "addresses": addresses, "macs": {a: MACS[name] for a in addresses}}

    routers = {"-".join(LINKS[link]): address for link, address in ROUTERS.items()}
    return {
        "c1": node("client", {"c1-r1": C}, "c1"),
        "r1": node("router", routers, "r1"),
        "p1": node("proxy", {"r1-p1": P}, "p1"),
        "o1": node("origin", {"r1-o1": O}, "o1"),
    }


def open_(world: World, at: float, port: int, own: int, which: str = "") -> None:
    world.logged(at, port, own)
    world.asked(at, f"{which}syn", tcp(port, 80, SYN, 1000, 0, b"", MSS))
    world.fetched(at + 0.001, f"{which}syn", tcp(own, 80, SYN, 5000))
    world.fetched(at + 0.002, f"{which}syn-ack", tcp(80, own, SYN_ACK, 7000, 5001), back=True)
    world.answered(at + 0.003, f"{which}syn-ack", tcp(80, port, SYN_ACK, 9000, 1001, b"", MSS))
    world.asked(at + 0.004, f"{which}ack", tcp(port, 80, ACK, 1001, 9001))


def good() -> World:
    """A miss, a refused connection, a hit, and an origin that is late."""
    world = World()
    open_(world, 1.0, 40001, 50001)
    world.asked(1.01, "request", tcp(40001, 80, DATA, 1001, 9001, b"GET / HTTP/1.1\r\n\r\n"))
    world.fetched(1.011, "request", tcp(50001, 80, DATA, 5001, 7001, b"GET / HTTP/1.1\r\n\r\n"))
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    world.fetched(1.012, "answer", tcp(80, 50001, DATA, 7001, 5019, answer), back=True)
    world.answered(1.013, "answer", tcp(80, 40001, DATA, 9001, 1019, answer))
    world.asked(1.02, "fin", tcp(40001, 80, FIN_ACK, 1019, 9001 + len(answer)))
    world.answered(1.021, "fin.back", tcp(80, 40001, FIN_ACK, 9001 + len(answer), 1020))
    world.asked(1.022, "last", tcp(40001, 80, ACK, 1020, 9002 + len(answer)))
    world.marks |= {"refused.start": 2.0, "refused.end": 2.5}
    world.logged(2.1, 40002, 50002, 8081)
    world.asked(2.1, "shut.syn", tcp(40002, 8081, SYN, 3000))
    world.fetched(2.101, "shut.syn", tcp(50002, 8081, SYN, 6000))
    world.fetched(2.102, "shut.rst", tcp(8081, 50002, RST_ACK, 0, 6001), back=True)
    world.answered(2.103, "shut.rst", tcp(8081, 40002, RST_ACK, 0, 3001, window=0))
    hit(world)
    late(world)
    return world


def hit(world: World) -> None:
    """Step hit: the same object again; the origin is connected to, and asked nothing."""
    world.marks |= {"hit.start": 3.0, "hit.end": 3.5}
    open_(world, 3.1, 40003, 50003, "hit.")
    request = b"GET / HTTP/1.1\r\n\r\n"
    world.asked(3.11, "hit.request", tcp(40003, 80, DATA, 1001, 9001, request))
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nAge: 2\r\n\r\nok"
    world.answered(3.111, "hit.answer", tcp(80, 40003, DATA, 9001, 1019, answer))
    world.asked(3.112, "hit.ack", tcp(40003, 80, ACK, 1019, 9001 + len(answer)))


def late(world: World) -> None:
    """Step late: the origin is silent until the client has repeated its SYN."""
    world.marks |= {"late.start": 4.0, "late.end": 6.0}
    world.logged(4.1, 40004, 50004)
    for at, label in ((4.1, "late.syn"), (5.1, "late.again")):
        world.asked(at, label, tcp(40004, 80, SYN, 1000, 0, b"", MSS))
        world.fetched(at + 0.001, label, tcp(50004, 80, SYN, 5000))
    world.fetched(5.102, "late.syn-ack", tcp(80, 50004, SYN_ACK, 7000, 5001), back=True)
    world.answered(5.103, "late.syn-ack", tcp(80, 40004, SYN_ACK, 9000, 1001, b"", MSS))
    world.asked(5.104, "late.ack", tcp(40004, 80, ACK, 1001, 9001))
