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

from made import ACK, FIN, PSH, RST, START, SYN, Packet, Transport, quad, write

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

    def delay(self, label: str, by: float, *links: str) -> None:
        for link in links:
            self.change(link, label, at=self[link, label].at + by)

    def put(self, link: str, label: str, packet: Packet, sender: str) -> None:
        ends = LINKS[link]
        receiver = ends[0] if sender == ends[1] else ends[1]
        packet = packet.but(source_mac=MACS[sender], destination_mac=MACS[receiver])
        self.packets[link, label] = packet

    def sent(self, at: float, label: str, what: Transport, to: str = O, **more: Any) -> Packet:
        """From the client; nothing becomes of it."""
        self.number += 1
        packet = Packet(at, C, to, what, id=self.number, **more)
        self.put("client", label, packet, "c1")
        return packet

    def asked(
        self, at: float, label: str, what: Transport, to: str = O, kept: bool = True, **more: Any
    ) -> None:
        """From the client, by the router, to the proxy; its own options are kept, or not."""
        packet = self.sent(at, label, what, to, **more)
        options = record_route(to) + (packet.options if kept else b"")
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

    def logged(self, at: float, port: int, own: int, server: int = 80, to: str = O) -> None:
        stamp = (START * 10**9) + round(at * 1e9)
        self.log.append(
            {
                "event": "connection",
                "time": stamp + 10**9,
                "connection": len(self.log) + 1,
                "client": {"address": C, "port": port},
                "origin": {"address": to, "port": server},
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
        bound: dict[str, Any] = {}
        losses: dict[str, Any] = {}
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
                "direct": {"port": 8080, "redirected": False, "node": "o1"},
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
