# SPDX-License-Identifier: BSD-2-Clause
"""Made packets, the same ones for the same seed: of every kind that is dissected.

Nothing here uses the code under test: headers are put together from RFCs with
struct, checksums are summed here. A `Maker` draws its choices from one generator.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

ICMP, IPIP, TCP, UDP, GRE = 1, 4, 6, 17, 47


def checksum(data: bytes) -> int:
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pad4(data: bytes, fill: bytes = b"\0") -> bytes:
    """Filled up to a multiple of 4."""
    return data + fill * (-len(data) % 4)


class Maker:
    """Makes packets at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def number(self, bits: int) -> int:
        """A number of so many bits."""
        return self.random.getrandbits(bits)

    def some(self, most: int, least: int = 0) -> bytes:
        """So many bytes, or fewer."""
        return self.random.randbytes(self.random.randint(least, most))

    def address(self) -> bytes:
        """One of few addresses, so that selections match some packets."""
        return bytes([10, 0, self.random.randint(1, 3), self.random.randint(1, 4)])

    def mac(self) -> bytes:
        """A hardware address, sometimes a group's."""
        first = self.random.choice([0x02, 0x00, 0x01, 0x03])
        return bytes([first, 0, 0x5E, 0, self.number(2), self.number(2)])

    def port(self) -> int:
        """A port that no dissector of Wireshark claims, or 80."""
        return self.random.choice([80, 47001, 47002, 47003, 47004])

    # --- IPv4

    def route_option(self, kind: int) -> bytes:
        """A record route or source route, with any pointer that RFC 791 allows."""
        slots = self.random.randint(1, 4)
        pointer = 4 + 4 * self.random.randint(0, slots)
        return bytes([kind, 3 + 4 * slots, pointer]) + b"".join(
            self.address() for _ in range(slots)
        )

    def stamp_option(self) -> bytes:
        """A timestamp option: stamps alone, or with addresses."""
        flag = self.random.choice([0, 1, 3])
        step = 8 if flag else 4
        slots = self.random.randint(1, 2)
        body = b"".join(
            (self.address() if flag else b"") + self.random.randbytes(4) for _ in range(slots)
        )
        pointer = 5 + step * slots
        return bytes([68, 4 + len(body), pointer, self.number(4) << 4 | flag]) + body

    def waylay_option(self) -> bytes:
        """NOP and the full record route that the router inserts."""
        return bytes([1, 7, 7, 8]) + self.address()

    def option(self) -> bytes:
        """Any one option."""
        kinds: list[Callable[[], bytes]] = [
            lambda: b"\x01",
            lambda: self.route_option(7),
            lambda: self.route_option(7),
            self.stamp_option,
            lambda: bytes([148, 4, 0, 0]),
            lambda: bytes([136, 4]) + self.random.randbytes(2),
            lambda: bytes([130, 11]) + bytes([0, 0]) + bytes(7),
            lambda: bytes([134, 6]) + struct.pack(">I", self.number(8)),
            self.waylay_option,
        ]
        return self.random.choice(kinds)()

    def options(self) -> bytes:
        """None, mostly; else a few."""
        if self.random.random() < 0.5:
            return b""
        out = b""
        for _ in range(self.random.randint(1, 3)):
            more = self.option()
            if len(out) + len(more) <= 40:
                out += more
        return pad4(out, self.random.choice([b"\0", b"\x01"]))

    def ip(self, protocol: int, payload: bytes, **fixed: int) -> bytes:
        """An IPv4 packet around the payload. `fragment`: the flags and offset word."""
        options = self.options()
        fragment = fixed.get("fragment", self.random.choice([0, 0x4000, 0x4000, 0x8000]))
        source, destination = fixed_addresses(fixed) or (self.address(), self.address())
        header = struct.pack(
            ">BBHHHBBH4s4s",
            0x45 + len(options) // 4,
            self.number(8),
            20 + len(options) + len(payload),
            self.number(16),
            fragment,
            self.number(8),
            protocol,
            0,
            source,
            destination,
        )
        total = checksum(header + options)
        if self.random.random() < 0.1:
            total ^= 0x0100
        return header[:10] + struct.pack(">H", total) + header[12:] + options + payload

    def pseudo(self, source: bytes, destination: bytes, protocol: int, length: int) -> bytes:
        """The pseudo header of TCP and UDP."""
        return source + destination + struct.pack(">BBH", 0, protocol, length)

    # --- over IPv4

    def tcp_option(self) -> bytes:
        """Any one option of TCP."""
        blocks = self.random.randint(1, 3)
        return self.random.choice(
            [
                b"\x01",
                struct.pack(">BBH", 2, 4, self.number(16)),
                bytes([3, 3, self.random.randint(0, 14)]),
                bytes([4, 2]),
                bytes([5, 2 + 8 * blocks]) + self.random.randbytes(8 * blocks),
                bytes([8, 10]) + self.random.randbytes(8),
            ]
        )

    def tcp_options(self) -> bytes:
        """Some options, each kind once."""
        out, kinds = b"", set()
        for _ in range(self.random.randint(0, 4)):
            more = self.tcp_option()
            if len(out) + len(more) <= 40 and (more[0] == 1 or more[0] not in kinds):
                kinds.add(more[0])
                out += more
        return pad4(out, self.random.choice([b"\0", b"\x01"]))

    def tcp(self) -> bytes:
        """A whole packet with a TCP segment."""
        source, destination = self.address(), self.address()
        options, data = self.tcp_options(), self.some(60)
        flags = self.random.choice([0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14, self.number(12)])
        if flags & 0x04:  # tshark takes data of a reset for its reason
            data = b""
        header = struct.pack(
            ">HHIIHHHH",
            self.port(),
            self.port(),
            self.number(32),
            self.number(32),
            (5 + len(options) // 4) << 12 | flags,
            self.number(16),
            0,
            self.number(16) if flags & 0x20 else 0,
        )
        segment = header + options + data
        total = checksum(self.pseudo(source, destination, TCP, len(segment)) + segment)
        if self.random.random() < 0.1:
            total ^= 0x1000
        segment = segment[:16] + struct.pack(">H", total) + segment[18:]
        return self.ip(TCP, segment, **as_fixed(source, destination))

    def udp(self) -> bytes:
        """A whole packet with a UDP datagram."""
        source, destination = self.address(), self.address()
        data = self.some(60)
        header = struct.pack(">HHHH", self.port(), self.port(), 8 + len(data), 0)
        total = checksum(self.pseudo(source, destination, UDP, 8 + len(data)) + header + data)
        total = self.random.choice([total or 0xFFFF, total or 0xFFFF, 0, total ^ 0x0200])
        datagram = header[:6] + struct.pack(">H", total) + data
        return self.ip(UDP, datagram, **as_fixed(source, destination))

    def sealed(self, message: bytes) -> bytes:
        """An ICMP message with its checksum, mostly right."""
        total = checksum(message[:2] + b"\0\0" + message[4:])
        if self.random.random() < 0.1:
            total ^= 0x0001
        return message[:2] + struct.pack(">H", total) + message[4:]

    def echo(self) -> bytes:
        """A question or an answer."""
        kind = self.random.choice([0, 8])
        head = struct.pack(">BBHHH", kind, 0, 0, self.number(16), self.number(16))
        return self.ip(ICMP, self.sealed(head + self.some(40)))

    def extensions(self) -> bytes:
        """RFC 4884: a few objects of a class that nobody has defined."""
        objects = b""
        for _ in range(self.random.randint(1, 2)):
            data = self.random.randbytes(4 * self.random.randint(0, 3))
            objects += struct.pack(">HBB", 4 + len(data), 200, self.number(8)) + data
        total = checksum(b"\x20\0\0\0" + objects)
        return b"\x20\0" + struct.pack(">H", total) + objects

    def error(self) -> bytes:
        """An ICMP error about a packet, quoted in part or whole, with extensions or not."""
        quoted = self.random.choice([self.tcp, self.udp, self.echo])()
        header_len = (quoted[0] & 15) * 4
        quoted = quoted[: self.random.choice([header_len + 8, header_len + 20, len(quoted)])]
        kind, code = self.random.choice([(3, 1), (3, 3), (3, 4), (5, 1), (11, 0), (12, 0)])
        rest = {5: self.address(), 12: bytes([20, 0, 0, 0])}.get(kind, bytes(4))
        if (kind, code) == (3, 4):
            rest = struct.pack(">HH", 0, 1500 - self.number(8))
        tail = b""
        if kind in (3, 11) and code != 4 and self.random.random() < 0.5:
            # A TCP header that ends in padding would make tshark give up before.
            quoted = (self.udp() + bytes(128))[:128]
            rest = bytes([0, len(quoted) // 4, 0, 0])
            tail = self.extensions()
        return self.ip(ICMP, self.sealed(bytes([kind, code, 0, 0]) + rest + quoted + tail))

    def gre(self) -> bytes:
        """A GRE packet with a packet, or a frame, in it."""
        flags, optional = 0, b""
        bridged = self.random.random() < 0.3
        inner = self.frame(self.plain()) if bridged else self.plain()
        if self.random.random() < 0.5:
            flags |= 0x2000
            optional += struct.pack(">I", self.number(32))
        if self.random.random() < 0.5:
            flags |= 0x1000
            optional += struct.pack(">I", self.number(32))
        head = struct.pack(">HH", flags, 0x6558 if bridged else 0x0800)
        if self.random.random() < 0.5:
            head = struct.pack(">H", flags | 0x8000) + head[2:]
            total = checksum(head + bytes(4) + optional + inner)
            head += struct.pack(">HH", total, 0)
        return self.ip(GRE, head + optional + inner)

    def ip_in_ip(self) -> bytes:
        """A packet in a packet."""
        return self.ip(IPIP, self.plain())

    def fragment(self) -> bytes:
        """A first fragment, or a later one."""
        whole = self.plain()
        header_len = (whole[0] & 15) * 4
        if whole[9] == TCP and whole[header_len + 13] & 0x04:
            whole = whole[: header_len + 13] + b"\x10" + whole[header_len + 14 :]
        payload = whole[header_len:] + self.random.randbytes(40)
        word = self.random.choice([0x2000, 0x2001 + self.number(6), self.number(6) + 1])
        if word == 0x2000 and whole[9] == UDP:  # what is longer than this fragment
            payload = payload[:4] + struct.pack(">H", 1000) + payload[6:]
        return self.ip(whole[9], payload[: len(payload) // 8 * 8], fragment=word)

    def plain(self) -> bytes:
        """TCP, UDP or ICMP echo."""
        return self.random.choice([self.tcp, self.tcp, self.udp, self.echo])()

    def packet(self) -> bytes:
        """Any IPv4 packet."""
        kinds = [self.tcp] * 6 + [self.udp, self.echo, self.error, self.error]
        kinds += [self.gre, self.ip_in_ip, self.fragment]
        return self.random.choice(kinds)()

    # --- links

    def frame(self, packet: bytes, kind: int = 0x0800) -> bytes:
        """An Ethernet frame, padded to its least length."""
        return (self.mac() + self.mac() + struct.pack(">H", kind) + packet).ljust(60, b"\0")

    def tagged(self, packet: bytes) -> bytes:
        """A frame with one VLAN tag, or with one of a provider before it."""
        tags = struct.pack(">HH", self.number(16), 0x0800)
        kind = 0x8100
        if self.random.random() < 0.4:
            tags = struct.pack(">HH", self.number(16), 0x8100) + tags
            kind = 0x88A8
        return self.mac() + self.mac() + struct.pack(">H", kind) + tags + packet

    def arp(self) -> bytes:
        """A question, an answer, or an announcement."""
        sender, target = self.address(), self.address()
        if self.random.random() < 0.3:
            target = sender
        body = struct.pack(">HHBBH", 1, 0x0800, 6, 4, self.random.randint(1, 2))
        return self.frame(body + self.mac() + sender + self.mac() + target, 0x0806)

    def other(self) -> bytes:
        """A frame without IPv4: version 6, or an 802.3 length."""
        if self.random.random() < 0.5:
            data = self.some(20)
            head = struct.pack(">IHBB", 6 << 28, len(data), 59, 64)
            return self.frame(head + self.random.randbytes(32) + data, 0x86DD)
        return self.frame(b"\xaa\xaa\x03\0\0\0\x12\x34" + self.some(30), 38)

    def ethernet(self) -> bytes:
        """Any Ethernet frame."""
        kind = self.random.random()
        if kind < 0.08:
            return self.arp()
        if kind < 0.12:
            return self.other()
        if kind < 0.2:
            return self.tagged(self.packet())
        return self.frame(self.packet())

    def cooked(self) -> bytes:
        """A Linux cooked packet, version 1."""
        kind = self.random.randint(0, 4)
        return struct.pack(">HHH8sH", kind, 1, 6, self.mac() + b"\0\0", 0x0800) + self.packet()

    def cooked2(self) -> bytes:
        """A Linux cooked packet, version 2."""
        kind = self.random.randint(0, 4)
        head = struct.pack(">HHIHBB8s", 0x0800, 0, self.number(8), 1, kind, 6, self.mac() + b"\0\0")
        return head + self.packet()


def as_fixed(source: bytes, destination: bytes) -> dict[str, int]:
    """Addresses as Maker.ip takes them."""
    return {"source": int.from_bytes(source, "big"), "to": int.from_bytes(destination, "big")}


def fixed_addresses(fixed: dict[str, int]) -> tuple[bytes, bytes] | None:
    """The reverse of as_fixed."""
    if "source" not in fixed:
        return None
    return fixed["source"].to_bytes(4, "big"), fixed["to"].to_bytes(4, "big")
