# SPDX-License-Identifier: BSD-2-Clause
"""Packets that no well-behaved host would send, from a description of their fields.

    ip: {dst: o1, ttl: 3, options: [{redirect: o1}]}    what is not said is as it should be:
    tcp: {dport: 80, flags: [syn], checksum: bad}       lengths and checksums are computed
    payload: {text: "GET / HTTP/1.1\r\n\r\n"}           from the rest unless they are given
    fragments: {size: 8, order: reversed}

Pure: `build` returns the IPv4 packets as bytes, and sends nothing. Numbers are
written in network byte order (RFC 791, 792, 768, 9293). FORM is the schema of a
description; what a schema cannot say (that options fit into 40 bytes) is judged
by building the packet, which raises Misfit with the place and what was expected.
"""
from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Optional, Sequence

from waylay.forms import Schema, choice, integer, listed, mapping, mapping_or, one_of, text
from waylay.yamlmarks import Place

Resolve = Callable[[str], ipaddress.IPv4Address]

OPTION_SPACE = 40  # bytes of options in an IPv4 or a TCP header
LONGEST = 65535
IP_FLAGS = {"reserved": 4, "df": 2, "mf": 1}
TCP_FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ece": 64, "cwr": 128}
PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17}
ROUTES = {"record-route": 7, "lsrr": 131, "ssrr": 137}
COPIED = 0x80  # of an option's type: it stands in every fragment

BYTE = integer(0, 255, "a number from 0 to 255")
SHORT = integer(0, 65535, "a number from 0 to 65535")
LONG = integer(0, (1 << 32) - 1, "a number from 0 to 4294967295")
HEX = text("bytes as pairs of hexadecimal digits", r"^([0-9a-fA-F]{2} ?)+$")
HOST = text("a node, a name of the hosts table, or an IPv4 address", r"^[A-Za-z0-9.-]+$")
BAD_SUM = "bad"
CHECKSUM: Schema = {
    "anyOf": [{"const": BAD_SUM}, SHORT],
    "expected": "bad, or a number from 0 to 65535",
}
ROUTE = mapping(
    {
        "addresses": {"type": "array", "items": HOST, "expected": "a list of addresses"},
        "pointer": BYTE,
        "length": BYTE,
    },
    ("addresses",),
)
IP_OPTION = mapping_or(
    one_of({**dict.fromkeys(ROUTES, ROUTE), "redirect": HOST, "router-alert": SHORT, "hex": HEX}),
    choice(("nop", "end")),
)
TCP_OPTION = mapping_or(
    one_of(
        {
            "mss": SHORT,
            "window-scale": BYTE,
            "timestamps": {**listed(LONG, "two numbers"), "minItems": 2, "maxItems": 2},
            "hex": HEX,
        }
    ),
    choice(("nop", "end", "sack-permitted")),
)


def _flags(names: dict[str, int]) -> Schema:
    words = "a list of " + ", ".join(names)
    return {"type": "array", "items": choice(tuple(names)), "expected": words}


IP = mapping(
    {
        "src": HOST,
        "dst": HOST,
        "ttl": BYTE,
        "tos": BYTE,
        "id": SHORT,
        "flags": _flags(IP_FLAGS),
        "offset": integer(0, 65528, "bytes, a multiple of 8 (0 to 65528)"),
        "protocol": BYTE,
        "options": {"type": "array", "items": IP_OPTION, "expected": "a list of options"},
        "version": integer(0, 15, "a number from 0 to 15"),
        "ihl": integer(0, 15, "words of 4 bytes (0 to 15)"),
        "length": SHORT,
        "checksum": CHECKSUM,
    },
    ("dst",),
)
TCP = mapping(
    {
        "sport": SHORT,
        "dport": SHORT,
        "seq": LONG,
        "ack": LONG,
        "flags": _flags(TCP_FLAGS),
        "window": SHORT,
        "urgent": SHORT,
        "options": {"type": "array", "items": TCP_OPTION, "expected": "a list of options"},
        "offset": integer(0, 15, "words of 4 bytes (0 to 15)"),
        "checksum": CHECKSUM,
    },
    ("dport",),
)
UDP = mapping({"sport": SHORT, "dport": SHORT, "length": SHORT, "checksum": CHECKSUM}, ("dport",))
PAYLOAD = one_of(
    {
        "text": {"type": "string", "expected": "a text"},
        "hex": HEX,
        "size": integer(0, LONGEST, "bytes (0 to 65535)"),
    }
)
_TRANSPORTS: Schema = {"tcp": TCP, "udp": UDP, "payload": PAYLOAD}
ICMP = mapping(
    {
        "type": BYTE,
        "code": BYTE,
        "rest": LONG,  # the second word: identifier and number, next-hop MTU, gateway
        "quote": mapping({"ip": IP, **_TRANSPORTS, "bytes": SHORT}, ("ip",)),
        "checksum": CHECKSUM,
    },
    ("type",),
)
FRAGMENTS = mapping(
    {
        "size": integer(8, 65528, "bytes of payload in a fragment, a multiple of 8"),
        "order": choice(("forward", "reversed")),
        "options": choice(("copied", "every")),
        "leave-out": listed(integer(1, 8192, "the number of a fragment, from 1"), "numbers"),
    },
    ("size",),
)
FORM = mapping({"ip": IP, **_TRANSPORTS, "icmp": ICMP, "fragments": FRAGMENTS}, ("ip",))


class Misfit(Exception):
    """A description of no packet: where, what was found, what was expected."""

    def __init__(self, place: Place, found: Any, expected: str) -> None:
        super().__init__(expected)
        self.place, self.found, self.expected = place, found, expected


@dataclass(frozen=True)
class Names:
    """What names stand for, and who sends if the description does not say."""

    resolve: Resolve
    sender: str


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071) of some bytes."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def build(packet: dict[str, Any], names: Names, number: int = 1) -> list[bytes]:
    """The packets of a description: one, or its fragments. `number` is the IP
    identification unless that is given."""
    transports = [name for name in PROTOCOLS if name in packet]
    if len(transports) > 1:
        raise Misfit((), ", ".join(transports), "one of tcp, udp and icmp")
    ip = {"id": number & 0xFFFF, **packet["ip"]}
    payload = _transport(packet, ip, names)
    protocol = PROTOCOLS[transports[0]] if transports else 255
    if "fragments" not in packet:
        return [_ip(ip, payload, protocol, names)]
    return list(_fragments(packet["fragments"], ip, payload, protocol, names))


def _fragments(
    how: dict[str, Any], ip: dict[str, Any], payload: bytes, protocol: int, names: Names
) -> Iterator[bytes]:
    size, every = how["size"], how.get("options") == "every"
    if size % 8:
        raise Misfit(("fragments", "size"), size, "a multiple of 8")
    starts = range(0, max(len(payload), 1), size)
    pieces = []
    for index, start in enumerate(starts):
        flags = [*ip.get("flags", []), *(["mf"] if start + size < len(payload) else [])]
        offset = ip.get("offset", 0) + start
        own = {**ip, "flags": flags, "offset": offset}
        if index and not every:
            own["options"] = [o for o in ip.get("options", []) if _is_copied(o, names)]
        if index + 1 not in how.get("leave-out", []):
            pieces.append(_ip(own, payload[start : start + size], protocol, names))
    yield from reversed(pieces) if how.get("order") == "reversed" else pieces


def _is_copied(option: Any, names: Names) -> bool:
    return bool(_ip_option(option, names, ())[0] & COPIED)


def _ip(ip: dict[str, Any], payload: bytes, protocol: int, names: Names) -> bytes:
    """A header with these fields, and the payload behind it."""
    parts = [
        _ip_option(o, names, ("ip", "options", i)) for i, o in enumerate(ip.get("options", []))
    ]
    options = _padded(b"".join(parts), ("ip", "options"))
    if ip.get("offset", 0) % 8:
        raise Misfit(("ip", "offset"), ip["offset"], "a multiple of 8")
    whole = 20 + len(options) + len(payload)
    if whole > LONGEST:
        raise Misfit((), f"{whole} bytes", f"a packet of at most {LONGEST} bytes")
    flags = sum({IP_FLAGS[name] for name in ip.get("flags", [])})
    header = struct.pack(
        "!BBHHHBBH4s4s",
        ip.get("version", 4) << 4 | ip.get("ihl", 5 + len(options) // 4),
        ip.get("tos", 0),
        ip.get("length", whole),
        ip.get("id", 0),
        flags << 13 | ip.get("offset", 0) // 8,
        ip.get("ttl", 64),
        ip.get("protocol", protocol),
        0,
        names.resolve(ip.get("src", names.sender)).packed,
        names.resolve(ip["dst"]).packed,
    )
    return _summed(header + options, 10, ip.get("checksum")) + payload


def _summed(data: bytes, at: int, wanted: Any, before: bytes = b"") -> bytes:
    """The bytes with their checksum at its place: right, wrong by one bit, or as wanted."""
    value = checksum(before + data) if wanted in (None, BAD_SUM) else int(wanted)
    if wanted == BAD_SUM:
        value ^= 0x0100
    return data[:at] + struct.pack("!H", value) + data[at + 2 :]


def _padded(options: bytes, place: Place) -> bytes:
    if len(options) > OPTION_SPACE:
        raise Misfit(place, f"{len(options)} bytes", f"options of at most {OPTION_SPACE} bytes")
    return options + b"\0" * (-len(options) % 4)


def _ip_option(option: Any, names: Names, place: Place) -> bytes:
    if isinstance(option, str):
        return {"end": b"\0", "nop": b"\1"}[option]
    kind, value = next(iter(option.items()))
    if kind == "hex":
        return bytes.fromhex(value)
    if kind == "router-alert":
        return struct.pack("!BBH", 148, 4, value)
    if kind == "redirect":  # what waylay-router inserts
        return bytes((1, 7, 7, 8)) + names.resolve(value).packed
    route = b"".join(names.resolve(name).packed for name in value["addresses"])
    length = value.get("length", 3 + len(route))
    if 3 + len(route) > OPTION_SPACE:
        raise Misfit(place, f"{len(route) // 4} addresses", "at most 9 addresses in an option")
    return bytes((ROUTES[kind], length, value.get("pointer", 4))) + route


def _tcp_option(option: Any) -> bytes:
    if isinstance(option, str):
        return {"end": b"\0", "nop": b"\1", "sack-permitted": b"\4\2"}[option]
    kind, value = next(iter(option.items()))
    if kind == "mss":
        return struct.pack("!BBH", 2, 4, value)
    if kind == "window-scale":
        return bytes((3, 3, value))
    if kind == "timestamps":
        return struct.pack("!BBII", 8, 10, *value)
    return bytes.fromhex(value)


def _payload(packet: dict[str, Any]) -> bytes:
    payload = packet.get("payload", {})
    if "hex" in payload:
        return bytes.fromhex(payload["hex"])
    if "size" in payload:
        return bytes(i & 0xFF for i in range(payload["size"]))
    return str(payload.get("text", "")).encode()


def _transport(packet: dict[str, Any], ip: dict[str, Any], names: Names) -> bytes:
    """What stands behind the IP header."""
    payload = _payload(packet)
    if "icmp" in packet:
        return _icmp(packet["icmp"], payload, names)
    ends = names.resolve(ip.get("src", names.sender)).packed + names.resolve(ip["dst"]).packed
    if "tcp" in packet:
        return _tcp(packet["tcp"], payload, ends)
    return _udp(packet["udp"], payload, ends) if "udp" in packet else payload


def _tcp(tcp: dict[str, Any], payload: bytes, ends: bytes) -> bytes:
    options = _padded(b"".join(map(_tcp_option, tcp.get("options", []))), ("tcp", "options"))
    flags = sum({TCP_FLAGS[name] for name in tcp.get("flags", [])})
    header = struct.pack(
        "!HHIIBBHHH",
        tcp.get("sport", 1024),
        tcp["dport"],
        tcp.get("seq", 1),
        tcp.get("ack", 0),
        tcp.get("offset", 5 + len(options) // 4) << 4,
        flags,
        tcp.get("window", 65535),
        0,
        tcp.get("urgent", 0),
    )
    segment = header + options + payload
    pseudo = ends + struct.pack("!HH", PROTOCOLS["tcp"], len(segment) & 0xFFFF)
    return _summed(segment, 16, tcp.get("checksum"), pseudo)


def _udp(udp: dict[str, Any], payload: bytes, ends: bytes) -> bytes:
    length = udp.get("length", (8 + len(payload)) & 0xFFFF)
    datagram = struct.pack("!HHHH", udp.get("sport", 1024), udp["dport"], length, 0) + payload
    pseudo = ends + struct.pack("!HH", PROTOCOLS["udp"], length)
    return _summed(datagram, 6, udp.get("checksum"), pseudo)


def _icmp(icmp: dict[str, Any], payload: bytes, names: Names) -> bytes:
    quoted = b""
    if "quote" in icmp:
        try:
            quoted = build(icmp["quote"], names)[0][: icmp["quote"].get("bytes")]
        except Misfit as misfit:
            place = ("icmp", "quote", *misfit.place)
            raise Misfit(place, misfit.found, misfit.expected) from None
    head = struct.pack("!BBHI", icmp["type"], icmp.get("code", 0), 0, icmp.get("rest", 0))
    return _summed(head + quoted + payload, 2, icmp.get("checksum"))


def hosts_named(packet: dict[str, Any], place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every name of a host in a description, with its place."""
    ip = packet["ip"]
    for key in ("src", "dst"):
        if key in ip:
            yield place + ("ip", key), ip[key]
    for index, option in enumerate(ip.get("options", [])):
        inner: Place = place + ("ip", "options", index)
        for kind, value in option.items() if isinstance(option, dict) else ():
            if kind == "redirect":
                yield inner + (kind,), value
            for number, name in enumerate(value["addresses"] if kind in ROUTES else ()):
                yield inner + (kind, "addresses", number), name
    if "quote" in packet.get("icmp", {}):
        yield from hosts_named(packet["icmp"]["quote"], place + ("icmp", "quote"))


def frame(packet: bytes, source: str, target: str) -> bytes:
    """An Ethernet frame with the packet, between two MACs."""
    ends = bytes.fromhex((target + source).replace(":", ""))
    return ends + struct.pack("!H", 0x0800) + packet


def longest(packets: Sequence[bytes]) -> int:
    return max((len(packet) for packet in packets), default=0)


def wrong(packet: dict[str, Any], mtu: int) -> Optional[Misfit]:
    """What keeps a description from being sent over a link; None if nothing does."""
    somebody = ipaddress.IPv4Address("192.0.2.1")
    try:
        size = longest(build(packet, Names(lambda _name: somebody, "")))
    except Misfit as misfit:
        return misfit
    if size > mtu:
        return Misfit((), f"{size} bytes", f"a packet within the link's MTU of {mtu}, or fragments")
    return None
