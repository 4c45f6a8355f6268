# SPDX-License-Identifier: BSD-2-Clause
"""Capture files from made packets: pcap and pcapng of every kind that is read."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from pathlib import Path

from made_packets import Maker

ETHERNET, RAW, SLL, IPV4, SLL2 = 1, 101, 113, 228, 276
START = 1_753_000_000_000_000_123
STEP = 1_234_567


def draw(link: int, seed: int, count: int) -> list[tuple[int, bytes]]:
    """Packets for a link type, each with its time in ns."""
    maker = Maker(seed)
    makers: dict[int, Callable[[], bytes]] = {
        ETHERNET: maker.ethernet,
        RAW: maker.packet,
        IPV4: maker.packet,
        SLL: maker.cooked,
        SLL2: maker.cooked2,
    }
    return [(START + n * STEP, makers[link]()) for n in range(count)]


def pcap(
    packets: Iterable[tuple[int, bytes]],
    link: int = ETHERNET,
    order: str = "<",
    nano: bool = True,
    snap: int = 262144,
) -> bytes:
    """A pcap file."""
    unit = 1 if nano else 1000
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link)]
    for time, packet in packets:
        kept = packet[:snap]
        second, fraction = divmod(time, 10**9)
        out.append(struct.pack(order + "IIII", second, fraction // unit, len(kept), len(packet)))
        out.append(kept)
    return b"".join(out)


def block(order: str, kind: int, body: bytes) -> bytes:
    """A pcapng block."""
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + length + body + length


def option(order: str, code: int, value: bytes) -> bytes:
    """A pcapng option."""
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order: str) -> bytes:
    """A section header."""
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order: str, link: int, resolution: int | None = 9) -> bytes:
    """An interface; `resolution` is if_tsresol's byte, None: microseconds by silence."""
    options = b""
    if resolution is not None:
        options = option(order, 9, bytes([resolution])) + option(order, 0, b"")
    return block(order, 1, struct.pack(order + "HHI", link, 0, 0) + options)


def enhanced(order: str, number: int, ticks: int, packet: bytes) -> bytes:
    """A packet of an interface."""
    head = struct.pack(
        order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(packet), len(packet)
    )
    return block(order, 6, head + packet)


def pcapng(
    packets: Iterable[tuple[int, bytes]],
    link: int = ETHERNET,
    order: str = "<",
    resolution: int | None = 9,
) -> bytes:
    """A pcapng file of one section and one interface."""
    per_second = 10**6 if resolution is None else 10**resolution
    if resolution is not None and resolution & 0x80:
        per_second = 2 ** (resolution & 0x7F)
    out = [section(order), interface(order, link, resolution)]
    for time, packet in packets:
        out.append(enhanced(order, 0, time * per_second // 10**9, packet))
    return b"".join(out)


def write(path: Path, data: bytes) -> Path:
    """Writes the file and returns its path."""
    path.write_bytes(data)
    return path
