# SPDX-License-Identifier: BSD-2-Clause
"""Packets of one link, read from its capture and decoded as far as a report needs.

Everything here comes from the capture alone: times are the file's own stamps as
integer nanoseconds, the sender is told by the Ethernet source address, and frame
numbers are those that Wireshark shows. Captures come from outside: what cannot be
decoded is counted, never guessed, and a file that ends inside a record (a
capture that was killed) yields what came before.
"""
from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Iterator, Mapping, Optional, Union

import dpkt

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10

END_OF_OPTIONS, NO_OPERATION, RECORD_ROUTE = 0, 1, 7
ROUTE_OPTIONS = {RECORD_ROUTE: "RR", 131: "LSRR", 137: "SSRR"}
FIRST_LINE_MAX = 120
PROBE = b"\x88\xb5"  # the ethertype of what shows that a capture is live: no wire counts it

ICMP_NAMES = {
    (3, 0): "network unreachable",
    (3, 1): "host unreachable",
    (3, 3): "port unreachable",
    (3, 4): "fragmentation needed",
    (11, 0): "time exceeded",
}


@dataclass(frozen=True)
class Packet:
    """One IPv4 packet as it stood on one link.

    `sender` and `receiver` are the link's two nodes, None when the Ethernet
    addresses are not known. Ports, sequence numbers and flags are 0 for what is not TCP.

    On a link with a wire, which is captured at each end, `time` is when it arrived,
    `left` when it left its sender, and `end` whose capture holds `frame`; what never
    arrived has in `lost` why, and `time` is when it left (flights.py).
    """

    time: int
    link: str
    frame: int
    sender: Optional[str]
    receiver: Optional[str]
    src: str
    dst: str
    protocol: str
    route: tuple[str, ...] = ()
    route_name: str = ""
    other_options: tuple[int, ...] = ()
    sport: int = 0
    dport: int = 0
    seq: int = 0
    ack: int = 0
    flags: int = 0
    payload: int = 0
    first_line: str = ""
    icmp: str = ""
    left: Optional[int] = None
    end: str = ""
    lost: str = ""
    ordinal: int = 0  # which of its sender's frames it is, in a capture at that end
    length: int = 0  # of the frame, bytes
    key: int = 0  # of the frame's bytes; equal for what a wire carries unchanged

    @property
    def start(self) -> int:
        """When it was first seen."""
        return self.time if self.left is None else self.left

    @property
    def flight(self) -> int:
        """How long the wire had it; 0 where that is not known."""
        return self.time - self.start

    @property
    def place(self) -> str:
        """The capture that holds the frame."""
        return f"{self.link}@{self.end}" if self.end else self.link

    def time_at(self, node: Optional[str]) -> int:
        """When that end of the link had it."""
        return self.start if node == self.sender else self.time

    def has(self, flags: int) -> bool:
        return self.flags & flags == flags

    @property
    def is_tcp(self) -> bool:
        return self.protocol == "tcp"

    @property
    def is_syn(self) -> bool:
        return self.is_tcp and self.flags & (SYN | ACK) == SYN

    @property
    def is_syn_ack(self) -> bool:
        return self.is_tcp and self.has(SYN | ACK)

    @property
    def is_reset(self) -> bool:
        return self.is_tcp and self.has(RST)

    @property
    def is_request(self) -> bool:
        return bool(self.first_line) and not self.first_line.startswith("HTTP/")

    @property
    def is_response(self) -> bool:
        return self.first_line.startswith("HTTP/")

    @property
    def flow(self) -> frozenset[tuple[str, int]]:
        """Both ends as they stand on this link, in no order."""
        return frozenset({(self.src, self.sport), (self.dst, self.dport)})


@dataclass
class Capture:
    """What one file held."""

    link: str
    end: str = ""  # the end at which it was taken; empty where that makes no difference
    sent: int = 0  # frames that this end sent
    packets: list[Packet] = field(default_factory=list)
    others: int = 0  # frames that are no IPv4 (ARP, probes)
    undecodable: int = 0  # frames that say they are IPv4 and are not
    problem: str = ""  # why reading ended early


def dotted(address: bytes) -> str:
    return ".".join(str(byte) for byte in address)


def options_of(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, body) of the IPv4 options; ends at the first that is malformed."""
    at = 0
    while at < len(raw) and raw[at] != END_OF_OPTIONS:
        if raw[at] == NO_OPERATION:
            at += 1
            continue
        length = raw[at + 1] if at + 1 < len(raw) else 0
        if length < 2 or at + length > len(raw):
            return
        yield raw[at], raw[at + 2 : at + length]
        at += length


def recorded_route(body: bytes) -> tuple[str, ...]:
    """The addresses before the pointer; the pointer counts from the option's type as 1."""
    if not body:
        return ()
    end = min(body[0] - 4, len(body) - 1)
    return tuple(dotted(body[1 + i : 5 + i]) for i in range(0, end - 3, 4))


def http_first_line(payload: bytes) -> str:
    """The first line when the payload begins a request or a response, else ''."""
    line = payload[: FIRST_LINE_MAX * 4].split(b"\n", 1)[0].rstrip(b"\r")
    words = line.split(b" ")
    is_response = words[0].startswith(b"HTTP/1.")
    is_request = len(words) == 3 and words[2].startswith(b"HTTP/1.") and words[0].isalpha()
    if not (is_response or is_request):
        return ""
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in line)
    return text if len(text) <= FIRST_LINE_MAX else text[: FIRST_LINE_MAX - 1] + "…"


def with_tcp(packet: Packet, segment: dpkt.tcp.TCP, length: int) -> Packet:
    """`length` is that of the IP packet without its header, which says what a capture with a
    small snaplen does not hold."""
    payload = bytes(segment.data)
    return replace(
        packet,
        protocol="tcp",
        sport=segment.sport,
        dport=segment.dport,
        seq=segment.seq,
        ack=segment.ack,
        flags=segment.flags,
        payload=max(len(payload), length - 4 * segment.off),
        first_line=http_first_line(payload),
    )


def with_icmp(packet: Packet, icmp: dpkt.icmp.ICMP) -> Packet:
    kind = (int(icmp.type), int(icmp.code))
    name = ICMP_NAMES.get(kind, f"type {kind[0]} code {kind[1]}")
    return replace(packet, protocol="icmp", icmp=name)


def with_options(packet: Packet, raw: bytes) -> Packet:
    route: tuple[str, ...] = ()
    name = ""
    others = []
    for kind, body in options_of(raw):
        if kind in ROUTE_OPTIONS and not name:
            name, route = ROUTE_OPTIONS[kind], recorded_route(body)
        else:
            others.append(kind)
    return replace(packet, route=route, route_name=name, other_options=tuple(others))


def decode(packet: Packet, ip: dpkt.ip.IP) -> Packet:
    """Fills in what the IPv4 packet says."""
    named = replace(packet, src=dotted(ip.src), dst=dotted(ip.dst), protocol=str(ip.p))
    result = with_options(named, ip.opts)
    if isinstance(ip.data, dpkt.tcp.TCP):
        return with_tcp(result, ip.data, ip.len - 4 * ip.hl)
    if isinstance(ip.data, dpkt.icmp.ICMP):
        return with_icmp(result, ip.data)
    return result


def nanoseconds(stamp: Union[Decimal, float]) -> int:
    """dpkt gives exact decimals for nanosecond files, floats for microsecond ones."""
    if isinstance(stamp, Decimal):
        return int(stamp * 10**9)
    return round(stamp * 10**6) * 1000


def mac(raw: bytes) -> str:
    return ":".join(f"{byte:02x}" for byte in raw)


def records(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(time, frame) of each record; raises ValueError when the file ends inside one."""
    reader = dpkt.pcap.Reader(stream)
    if reader.datalink() != dpkt.pcap.DLT_EN10MB:
        raise ValueError(f"link type {reader.datalink()}, expected 1 (Ethernet)")
    for stamp, frame in reader:
        yield nanoseconds(stamp), frame


def read_capture(path: Path, link: str, macs: Mapping[str, str], end: str = "") -> Capture:
    """Reads one file. `macs` maps each end's Ethernet address to the name of its node."""
    capture = Capture(link, end)
    try:
        with path.open("rb") as stream:
            for number, (time, frame) in enumerate(records(stream), 1):
                add_frame(capture, number, time, frame, macs)
    except (OSError, ValueError, dpkt.dpkt.Error, struct.error) as error:
        capture.problem = f"{path.name}: {error or type(error).__name__}"
    return capture


def key_of(frame: bytes) -> int:
    """Of an IPv4 frame, but for what a queue may mark: ECN and with it the checksum."""
    return hash((frame[:15], frame[15] & 0xFC, frame[16:24], frame[26:]))


def add_frame(
    capture: Capture, number: int, time: int, frame: bytes, macs: Mapping[str, str]
) -> None:
    sender = macs.get(mac(frame[6:12]))
    receiver = macs.get(mac(frame[0:6]))
    if frame[12:14] != PROBE and sender and sender == capture.end:
        capture.sent += 1
    if frame[12:14] != b"\x08\x00":
        capture.others += 1
        return
    if sender and not receiver:
        receiver = next((name for name in macs.values() if name != sender), None)
    blank = Packet(
        time,
        capture.link,
        number,
        sender,
        receiver,
        "",
        "",
        "",
        end=capture.end,
        ordinal=capture.sent if sender == capture.end else 0,
        length=len(frame),
        key=key_of(frame) if capture.end else 0,
    )
    try:
        capture.packets.append(decode(blank, dpkt.ip.IP(frame[14:])))
    except (dpkt.dpkt.Error, ValueError, struct.error):
        capture.undecodable += 1
