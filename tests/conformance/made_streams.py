# SPDX-License-Identifier: BSD-2-Clause
"""Made TCP connections: scripts of segments with their times, merged into a capture."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from made_packets import TCP, checksum

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
MS = 1_000_000
ETHERNET = bytes([2, 0, 0, 0, 0, 1]) + bytes([2, 0, 0, 0, 0, 2]) + b"\x08\0"


@dataclass
class Segment:
    """What may be changed of one segment."""

    flags: int = ACK
    data: bytes = b""
    back: int = 0  # how many bytes before what comes next it begins
    options: bytes = b""
    window: int = 1000
    ack: int | None = None  # relative; None: all that the other has sent


@dataclass
class Conversation:
    """A connection between a client and a server, sent segment by segment."""

    client_port: int
    start: int  # ns
    server_port: int = 80
    isn: tuple[int, int] = (0xFFFFF000, 0x1000)  # the client's wraps around soon
    sent: list[int] = field(default_factory=lambda: [0, 0])  # relative, of each side
    packets: list[tuple[int, bytes]] = field(default_factory=list)
    now: int = 0

    def send(self, side: int, segment: Segment, after: int = MS, seen: bool = True) -> None:
        """Sends from side 0 (client) or 1, `after` ns later; unseen: the tap misses it."""
        self.now += after
        begin = self.sent[side] - segment.back
        length = len(segment.data) + bool(segment.flags & SYN) + bool(segment.flags & FIN)
        self.sent[side] = max(self.sent[side], begin + length)
        if seen:
            self.packets.append((self.start + self.now, self.frame(side, segment, begin)))

    def frame(self, side: int, segment: Segment, begin: int) -> bytes:
        """The Ethernet frame."""
        addresses = [bytes([10, 0, 1, 2]), bytes([10, 0, 3, 2])]
        ports = [self.client_port, self.server_port]
        acked = self.sent[1 - side] if segment.ack is None else segment.ack
        ack = (self.isn[1 - side] + acked) % 2**32 if segment.flags & ACK else 0
        tcp = struct.pack(
            ">HHIIBBHHH",
            ports[side],
            ports[1 - side],
            (self.isn[side] + begin) % 2**32,
            ack,
            (5 + len(segment.options) // 4) << 4,
            segment.flags,
            segment.window,
            0,
            0,
        )
        tcp += segment.options + segment.data
        pseudo = addresses[side] + addresses[1 - side] + struct.pack(">BBH", 0, TCP, len(tcp))
        tcp = tcp[:16] + struct.pack(">H", checksum(pseudo + tcp)) + tcp[18:]
        header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, TCP, 0)
        header += addresses[side] + addresses[1 - side]
        header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
        return ETHERNET + header + tcp

    def open(self, scale: bool = True) -> Conversation:
        """The handshake."""
        offers = [b"\x03\x03\x07\x01\x04\x02\x01\x01", b"\x03\x03\x02\x01\x04\x02\x01\x01"]
        self.send(0, Segment(SYN, options=offers[0], window=64000))
        self.send(1, Segment(SYN | ACK, options=offers[1] if scale else b"", window=65000))
        self.send(0, Segment())
        return self

    def close(self) -> Conversation:
        """Both sides end, the client first."""
        self.send(0, Segment(FIN | ACK))
        self.send(1, Segment(FIN | ACK))
        self.send(0, Segment())
        return self

    def say(self, side: int, *pieces: bytes) -> Conversation:
        """Data, a segment a piece, each acknowledged."""
        for piece in pieces:
            self.send(side, Segment(PSH | ACK, piece))
            self.send(1 - side, Segment())
        return self


def merged(*conversations: Conversation) -> list[tuple[int, bytes]]:
    """All packets in the order of their times, which are made to differ."""
    packets = sorted(p for c in conversations for p in c.packets)
    return [(time + n, packet) for n, (time, packet) in enumerate(packets)]
