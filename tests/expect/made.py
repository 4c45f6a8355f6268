# SPDX-License-Identifier: BSD-2-Clause
"""Captures, packet by packet, for the tests of expectations.

A packet is made by `ip(...)` around `tcp(...)`, `udp(...)`, `icmp(...)` or `gre(...)`, with
checksums of this file's own; `write` puts packets with their times into a pcap file
(ns stamps, Ethernet). Times are seconds from the start of the capture.
"""
from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Iterable

START = 1_764_115_200  # of every capture, s since the epoch
CLIENT, SERVER = "10.0.1.2", "10.0.3.2"
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def quad(address: str) -> bytes:
    return bytes(map(int, address.split(".")))


def checksum(data: bytes) -> int:
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return int(~total & 0xFFFF)


@dataclass(frozen=True)
class Transport:
    """What an IPv4 packet bears: its protocol, and its bytes for given addresses."""

    protocol: int
    head: bytes
    data: bytes = b""
    checksum_at: int = -1
    pseudo: bool = True

    def render(self, source: str, destination: str) -> bytes:
        whole = self.head + self.data
        if self.checksum_at < 0:
            return whole
        before = b""
        if self.pseudo:
            before = quad(source) + quad(destination)
            before += struct.pack("!BBH", 0, self.protocol, len(whole))
        total = checksum(before + whole)
        at = self.checksum_at
        return whole[:at] + struct.pack("!H", total) + whole[at + 2 :]


def tcp(
    sport: int,
    dport: int,
    flags: int,
    seq: int = 0,
    ack: int = 0,
    data: bytes = b"",
    options: bytes = b"",
    window: int = 65535,
) -> Transport:
    options += b"\1" * (-len(options) % 4)
    offset = (20 + len(options)) // 4 << 4
    head = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, offset, flags, window, 0, 0)
    return Transport(6, head + options, data, 16)


def sack(*blocks: tuple[int, int]) -> bytes:
    """A SACK option (RFC 2018)."""
    edges = b"".join(struct.pack("!II", left, right) for left, right in blocks)
    return bytes([1, 1, 5, 2 + len(edges)]) + edges


def udp(sport: int, dport: int, data: bytes = b"") -> Transport:
    return Transport(17, struct.pack("!HHHH", sport, dport, 8 + len(data), 0), data, 6)


def echo(kind: int, ident: int, seq: int, data: bytes = b"waylay") -> Transport:
    return Transport(1, struct.pack("!BBHHH", kind, 0, 0, ident, seq), data, 2, pseudo=False)


def gre(inner: bytes) -> Transport:
    return Transport(47, struct.pack("!HH", 0, 0x0800), inner)


@dataclass(frozen=True)
class Packet:
    """One IPv4 packet; `at` is its time in seconds."""

    at: float
    source: str
    destination: str
    what: Transport
    ttl: int = 64
    id: int = 0
    tos: int = 0
    options: bytes = b""  # of IPv4, a multiple of 4 bytes
    fragment: int = 0x4000  # flags and offset; 0x4000 is do-not-fragment
    raw: bytes | None = None  # the payload as it stands, of a fragment
    source_mac: str = "02:00:00:00:00:01"
    destination_mac: str = "02:00:00:00:00:02"
    spoilt: dict[int, int] = field(default_factory=dict)  # bytes of the IPv4 packet

    def ip(self) -> bytes:
        payload = self.what.render(self.source, self.destination) if self.raw is None else self.raw
        length = 20 + len(self.options)
        head = struct.pack(
            "!BBHHHBBH", 0x40 | length // 4, self.tos, length + len(payload), self.id,
            self.fragment, self.ttl, self.what.protocol, 0,
        )  # fmt: skip
        head += quad(self.source) + quad(self.destination) + self.options
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        packet = bytearray(head + payload)
        for at, value in self.spoilt.items():
            packet[at] = value
        return bytes(packet)

    def frame(self) -> bytes:
        macs = bytes.fromhex((self.destination_mac + self.source_mac).replace(":", ""))
        return macs + b"\x08\0" + self.ip()

    def but(self, **changes: object) -> "Packet":
        return replace(self, **changes)


def write(path: Path, packets: Iterable[Packet]) -> Path:
    """A pcap file of the packets in the order of their times."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))
        for packet in sorted(packets, key=lambda p: p.at):
            frame = packet.frame()
            ns = round(packet.at * 1e9)
            stamp = (START + ns // 10**9, ns % 10**9)
            file.write(struct.pack("<IIII", *stamp, len(frame), len(frame)) + frame)
    return path
