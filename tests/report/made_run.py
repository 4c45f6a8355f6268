# SPDX-License-Identifier: BSD-2-Clause
"""A run's folder as first-fetch would leave it, made packet by packet.

Each step is told as a list of packets with their times in microseconds; the folder
has nanosecond captures with Ethernet addresses and real IPv4 options, an access log,
bindings and results. Tests change what they are about before it is written.
"""
from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import dpkt

C1, R1C, P1, R1P, O1, R1O = "10.0.1.2", "10.0.1.1", "10.0.2.2", "10.0.2.1", "10.0.3.2", "10.0.3.1"
EPOCH = 1_800_000_000_000_000_000
US = 1000
FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
SYN_ACK, PSH_ACK, FIN_ACK, RST_ACK = SYN | ACK, PSH | ACK, FIN | ACK, RST | ACK
HOP = 20  # microseconds from one link to the next

NODES = {
    "c1": ("client", {"c1-r1": C1}),
    "r1": ("router", {"c1-r1": R1C, "r1-p1": R1P, "r1-o1": R1O}),
    "p1": ("proxy", {"r1-p1": P1}),
    "o1": ("origin", {"r1-o1": O1}),
}
LINKS = {"c1-r1": ("c1", "r1"), "r1-p1": ("r1", "p1"), "r1-o1": ("r1", "o1")}


def packed(address: str) -> bytes:
    return bytes(int(part) for part in address.split("."))


def mac_of(node: str, link: str) -> bytes:
    return bytes([2, 0, 0, 0, list(NODES).index(node), list(LINKS).index(link)])


def mac_text(mac: bytes) -> str:
    return ":".join(f"{byte:02x}" for byte in mac)


def record_route(origin: str) -> bytes:
    return bytes([1, 7, 7, 8]) + packed(origin)


@dataclass
class MadeRun:
    """What the folder will hold."""

    frames: dict[str, list[tuple[int, bytes]]] = field(
        default_factory=lambda: {link: [] for link in LINKS}
    )
    log: list[dict[str, Any]] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    results: dict[str, Any] = field(default_factory=dict)
    delay: int = 0  # microseconds that each link's wire takes; 0: plain links
    lost: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # numbers, from 1
    decisions: list[dict[str, Any]] = field(default_factory=list)
    client_port: int = 40000
    own_port: int = 50000
    now: int = 0  # microseconds since EPOCH

    def stamp(self, at: int) -> int:
        return EPOCH + at * US

    def frame(self, link: str, sender: str, at: int, ip: bytes) -> bool:
        """Puts a frame on a link; whether it arrives."""
        ends = LINKS[link]
        receiver = ends[1] if sender == ends[0] else ends[0]
        header = mac_of(receiver, link) + mac_of(sender, link) + b"\x08\x00"
        if not self.delay:
            self.frames[link].append((self.stamp(at), header + ip))
            return True
        here, there = f"{link}@{sender}", f"{link}@{receiver}"
        self.frames.setdefault(here, []).append((self.stamp(at), header + ip))
        number = sum(1 for _, frame in self.frames[here] if frame[6:12] == header[6:12])
        if number in self.lost.get((link, sender), []):
            entry = {"time": self.stamp(at), "link": link, "from": sender, "frame": number}
            entry |= {"copy": 0, "length": len(header + ip), "decision": "drop", "why": "list"}
            self.decisions.append({**entry, "value": 0})
            return False
        arrival = self.stamp(at + self.delay)
        self.frames.setdefault(there, []).append((arrival, header + ip))
        return True

    def step(self, name: str, length: int) -> None:
        """Opens a step of that many microseconds; the next begins where it ends."""
        start, end = self.stamp(self.now), self.stamp(self.now + length)
        self.marks[f"{name}.start"], self.marks[f"{name}.end"] = start, end
        self.steps.append(
            {"name": name, "verdict": "passed", "detail": "", "start": start, "end": end}
        )

    def packet(
        self,
        at: int,
        way: str,
        ends: tuple[str, int, str, int],
        flags: int,
        data: bytes = b"",
        seq: int = 1,
    ) -> None:
        """One packet over all links of its way: c>o, c>p, o>c (from P), p>o, o>p, c>o direct."""
        src, sport, dst, dport = ends
        for number, (link, sender, rewritten, options) in enumerate(hops(way, ends)):
            ip = segment(rewritten[0], rewritten[1], sport, dport, flags, data, seq, options)
            if not self.frame(link, sender, at + number * (HOP + self.delay), ip):
                return

    def write(self, folder: Path) -> Path:
        (folder / "captures").mkdir(parents=True)
        (folder / "logs").mkdir()
        self.frames = {name: f for name, f in self.frames.items() if self.is_wired == ("@" in name)}
        for link, frames in self.frames.items():
            write_capture(folder / "captures" / f"{link}.pcap", sorted(frames))
        write_json(folder / "bindings.json", self.bindings())
        write_json(folder / "results.json", {"steps": self.steps, **self.results})
        write_json(folder / "captures" / "losses.json", self.losses())
        lines = "".join(json.dumps(line) + "\n" for line in self.log)
        (folder / "logs" / "p1-access.jsonl").write_text(lines)
        (folder / "scenario.yaml").write_text(SCENARIO + (WIRES if self.is_wired else ""))
        if self.is_wired:
            lines = "".join(json.dumps(line) + "\n" for line in self.decisions)
            (folder / "logs" / "wire-decisions.jsonl").write_text(lines)
            write_json(folder / "fidelity.json", fidelity())
        return folder

    @property
    def is_wired(self) -> bool:
        return self.delay > 0

    def losses(self) -> dict[str, Any]:
        return {
            link: {
                "captured": len(frames),
                "received_by_filter": len(frames),
                "dropped_by_kernel": 0,
                "live": EPOCH - 10**9,
            }
            for link, frames in self.frames.items()
        }

    def bindings(self) -> dict[str, Any]:
        nodes = {
            name: {
                "role": role,
                "addresses": addresses,
                "macs": {link: mac_text(mac_of(name, link)) for link in addresses},
            }
            for name, (role, addresses) in NODES.items()
        }
        links: dict[str, Any] = {name: {"ends": list(ends)} for name, ends in LINKS.items()}
        for name, ends in LINKS.items():
            if self.is_wired:
                links[name]["captures"] = {end: f"captures/{name}@{end}.pcap" for end in ends}
                links[name]["timing"] = {"error": 52000}
            else:
                links[name] |= {"capture": f"captures/{name}.pcap", "interface": "r1-x"}
        return {
            "version": 1,
            "run": "20261123-000000",
            "scenario": "first-fetch",
            "nodes": nodes,
            "links": links,
            "services": {"web": {"port": 80, "redirected": True, "node": "o1"}},
            "marks": self.marks,
            "clock": {"offset": EPOCH, "uncertainty": 1500},
        }


SCENARIO = """name: first-fetch
seed: 7
versions: {waylay: 0.1.0, python: 3.11.2}
kernel: 6.18.0
command_line: ./run first-fetch
"""


WIRES = """links:
- {ends: [c1, r1], wire: {delay: 40us, from: {c1: {loss: {frames: [1, 6]}}}}}
- {ends: [r1, p1], wire: {delay: 40us}}
- {ends: [r1, o1], wire: {delay: 40us, rate: 10Mbit}}
"""


def fidelity() -> dict[str, Any]:
    """As a run with wires leaves it, on a busy machine."""
    late = {"p50": 4000, "p99": 41000, "max": 52000, "count": 80}
    way = {"in": 80, "out": 78, "conserved": True, "device_drops": 0, "lateness": late}
    links = {name: {end: way for end in ends} for name, ends in LINKS.items()}
    machine = {"idle_share": 0.1, "steal_share": 0.0, "full_share": 0.4, "saturated": True}
    why = ["the machine was saturated for 40% of the time"]
    told = {"version": 1, "links": links, "wire": {"verdict": "yes", "why": []}}
    return {**told, "machine": machine, "verdict": "suspect", "why": why}


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value))


def write_capture(path: Path, frames: list[tuple[int, bytes]], nano: bool = True) -> None:
    with path.open("wb") as stream:
        writer = dpkt.pcap.Writer(stream, snaplen=262144, nano=nano)
        for stamp, frame in frames:
            writer.writepkt_time(frame, Decimal(stamp) / 10**9)


def hops(
    way: str, ends: tuple[str, int, str, int]
) -> list[tuple[str, str, tuple[str, str], bytes]]:
    """(link, sender, addresses, options) on each link of the way."""
    src, _, dst, _ = ends
    plain = (src, dst)
    return {
        "c>p": [
            ("c1-r1", "c1", plain, b""),
            ("r1-p1", "r1", (src, P1), record_route(dst)),
        ],
        "p>c": [("r1-p1", "p1", plain, b""), ("c1-r1", "r1", plain, b"")],
        "p>o": [("r1-p1", "p1", plain, b""), ("r1-o1", "r1", plain, b"")],
        "o>p": [("r1-o1", "o1", plain, b""), ("r1-p1", "r1", plain, b"")],
        "c>o": [("c1-r1", "c1", plain, b""), ("r1-o1", "r1", plain, b"")],
        "o>c": [("r1-o1", "o1", plain, b""), ("c1-r1", "r1", plain, b"")],
    }[way]


def segment(
    src: str,
    dst: str,
    sport: int,
    dport: int,
    flags: int,
    data: bytes,
    seq: int,
    options: bytes,
) -> bytes:
    """IPv4 with TCP; checksums are dpkt's."""
    tcp = dpkt.tcp.TCP(
        sport=sport, dport=dport, seq=seq % 2**32, ack=1, flags=flags, win=65535, data=data
    )
    raw = bytes(tcp)
    header = struct.pack(
        "!BBHHHBBH4s4s",
        0x45 + len(options) // 4,
        0,
        20 + len(options) + len(raw),
        1,
        0x4000,
        64,
        6,
        0,
        packed(src),
        packed(dst),
    )
    return header + options + raw
