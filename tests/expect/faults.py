# SPDX-License-Identifier: BSD-2-Clause
"""Faults of router and proxy, as edits of a good run (`steps.good`), each with the only
expectation that it breaks.

docs/mechanism-rules.md names them: a test holds it to this table.
"""
from __future__ import annotations

import struct
from typing import Any, Callable

import rare
from made import ACK, CLIENT, Packet, Transport, checksum, quad, tcp
from mechanism import DATA, HOP, RST_ACK, SYN_ACK, C, O, P, World, record_route
from steps import REQUEST

Spoil = Callable[[World], None]


def all_of(*parts: Spoil) -> Spoil:
    def spoil(world: World) -> None:
        for part in parts:
            part(world)

    return spoil


def other(link: str, label: str, **changes: Any) -> Spoil:
    return lambda world: world.change(link, label, **changes)


def lost(label: str, *links: str) -> Spoil:
    return all_of(*(lambda world, on=link: world.lose(on, label) for link in links))


def options(new: bytes, label: str = "request") -> Spoil:
    return other("proxy", label, options=new)


# ---- the redirect


def other_data(world: World) -> None:
    was = world["proxy", "request"].what
    changed = Transport(6, was.head, b"PUT" + was.data[3:], was.checksum_at)
    world.change("proxy", "request", what=changed)


def another_window(world: World) -> None:
    was = world["proxy", "request"].what
    head = was.head[:14] + b"\x10\x00" + was.head[16:]
    world.change("proxy", "request", what=Transport(6, head, was.data, was.checksum_at))


def past_the_proxy(world: World) -> None:
    """The request goes on to the origin, too."""
    copy = world["client", "request"]
    world.put("origin", "request", copy.but(at=copy.at + HOP, ttl=63), "r1")


# ---- handshakes and refusals


def early(world: World) -> None:
    """The client is acknowledged before the origin has acknowledged."""
    world.delay("syn-ack", -0.0018, "proxy", "client")


def asks_another(world: World) -> None:
    """The proxy's SYN goes to some other host."""
    for link in ("proxy", "origin"):
        world.change(link, "own.hit.syn", destination="10.0.3.9")


def large_segments(world: World) -> None:
    for link in ("proxy", "client"):
        mss = bytes([2, 4]) + (1460).to_bytes(2, "big")
        world.change(link, "syn-ack", what=tcp(80, 40001, SYN_ACK, 9000, 1001, b"", mss))


def refused_before_the_origin(world: World) -> None:
    world.delay("shut.rst", -0.0018, "proxy", "client")


def refused_otherwise(world: World) -> None:
    for link in ("proxy", "client"):
        reset = tcp(8081, 40002, RST_ACK, 77, 3001, window=0)
        world.change(link, "shut.rst", what=reset)


def refused_from_silence(world: World) -> None:
    """The origin has said nothing, and the client is refused."""
    world.answered(7.2, "mute.rst", tcp(80, 40006, RST_ACK, 0, 1001, window=0))


def unreachable_by_the_wrong_one(world: World) -> None:
    for link in ("proxy", "client"):
        world.change(link, "nowhere.error", source=rare.R_NEAR)


# ---- what the proxy answers


def asks_all_the_same(world: World) -> None:
    """A hit, and yet the proxy asks the origin (to be sure, as it were)."""
    request = tcp(50003, 80, DATA, 5001, 7001, REQUEST)
    world.fetched(3.1105, "hit.request", request)


def answers_itself(world: World) -> None:
    """A miss that the origin never hears of."""
    for link in ("proxy", "origin"):
        world.lose(link, "own.request")
        world.lose(link, "own.answer")


def an_answer_from_nowhere(world: World) -> None:
    said = Packet(1.6, O, CLIENT, tcp(80, 40001, ACK, 9100, 1019, b"and more"), id=801)
    world.put("client", "more", said, "r1")


def without_via(world: World) -> None:
    for link in ("proxy", "client"):
        was = world[link, "answer"].what
        data = was.data.replace(b"Via:", b"Vie:")
        world.change(link, "answer", what=Transport(6, was.head, data, was.checksum_at))


def with_an_address(world: World) -> None:
    for link in ("proxy", "client"):
        was = world[link, "answer"].what
        data = was.data.replace(b"stored", b'stored; by="10.0.2.2"')
        world.change(link, "answer", what=Transport(6, was.head, data, was.checksum_at))


def own_address(world: World) -> None:
    leak = Packet(1.7, P, CLIENT, tcp(9, 40001, ACK, 1, 1), id=802)
    world.put("client", "leak", leak, "r1")


def leaks_an_option(world: World) -> None:
    """The proxy's own packet bears the option, as a kernel's echo of it would."""
    world.fetched(1.8, "leak", tcp(50001, 80, ACK, 5019, 7001))
    for link in ("proxy", "origin"):
        world.change(link, "own.leak", options=record_route())


# ---- what is rare


def to_the_proxy(world: World) -> None:
    """A client addresses the proxy itself, and the router lets it by."""
    forged = world["client", "forged"]
    world.put("proxy", "forged", forged.but(at=forged.at + HOP, ttl=63), "r1")
    # What the proxy then does is what it does with any SYN.
    world.fetched(forged.at + 0.001, "forged", tcp(51021, 80, 2, 5000))
    world.change("proxy", "own.forged", destination="10.0.9.9")
    world.lose("origin", "own.forged")


def source_routed(world: World) -> None:
    routed = world["client", "routed"]
    world.put("origin", "routed", routed.but(at=routed.at + HOP, ttl=63), "r1")


def fragment_goes_its_own_way(world: World) -> None:
    world.lose("proxy", "part32")
    part = world["client", "part32"]
    world.put("origin", "part32", part.but(at=part.at + HOP, ttl=63), "r1")


def pushed_all_the_same(label: str, **changes: Any) -> Spoil:
    """What cannot be pushed is, though its sender is told the contrary, too."""

    def spoil(world: World) -> None:
        packet = world["client", label]
        behind = packet.but(at=packet.at + HOP, destination=P, options=record_route(), **changes)
        world.put("proxy", label, behind, "r1")

    return spoil


def of_length(packet: bytes, length: int) -> bytes:
    """The IPv4 packet with another total length, its header's checksum right."""
    size = 4 * (packet[0] & 15)
    head = packet[:2] + struct.pack("!H", length) + packet[4:10] + b"\0\0" + packet[12:size]
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + packet[size:]


def said_otherwise(
    label: str, what: tuple[int, int], mtu: int = 0, grown: int = 0, **changes: Any
) -> Spoil:
    """An ICMP error to the client about its packet of that label, which it quotes changed, and as
    so much longer."""

    def spoil(world: World) -> None:
        packet = world["client", label.partition(".")[0]]
        quoted = of_length(packet.but(**changes).ip(), len(packet.ip()) + grown)
        world.change("client", label, what=rare.error(*what, quoted[:36], mtu))

    return spoil


def other_data_quoted(world: World) -> None:
    quoted = world["client", "bulk"].ip()
    quoted = quoted[:28] + bytes(8) + quoted[36:]
    world.change("client", "bulk.lost", what=rare.error(*rare.EXCEEDED, quoted[:36]))


def checksum_of_a_fragment(world: World) -> None:
    """The first fragment's checksum is left as it was."""
    was = world["client", "part0"].raw
    part = world["proxy", "part0"].raw
    assert was and part
    world.change("proxy", "part0", raw=part[:16] + was[16:18] + part[18:])


def altered_in_the_tunnel(world: World) -> None:
    for link in ("proxy", "origin"):
        was = world[link, "own.tunnel.hello"].what
        data = was.data.replace(b"hello", b"HELLO")
        changed = Transport(6, was.head, data, was.checksum_at)
        world.change(link, "own.tunnel.hello", what=changed)


def answer_error_to_the_origin(world: World) -> None:
    error = world["client", "answer.error"]
    world.put("origin", "answer.error", error.but(at=error.at + HOP, ttl=63), "r1")


def wrong_checksum_everywhere(world: World) -> None:
    """The proxy's own packet has a wrong checksum from the beginning to the end."""
    for link in ("proxy", "origin"):
        world.change(link, "own.hit.ack", spoilt={36: 0x12, 37: 0x34})


def broken_goes_on(world: World) -> None:
    """The header's checksum is wrong, and the router mends it."""
    packet = Packet(12.0, C, O, tcp(40001, 80, ACK, 5387, 9001), id=960)
    world.put("client", "broken", packet.but(spoilt={10: 0, 11: 0}), "c1")
    behind = packet.but(at=12.0 + HOP, destination=P, ttl=63, options=record_route())
    world.put("proxy", "broken", behind, "r1")


CROWDED = record_route() + bytes([68, 32, 33, 0]) + bytes(28)  # what fits of the client's

FIRST = "the option comes first, as NOP, Record Route, length 7, pointer 8"
HOLDS = "the option holds the origin"
AS_WAS = "TCP header and data stay as they were"
ACKNOWLEDGED = "the client is acknowledged after the origin acknowledged"
REFUSED = "refused in the origin's name during refused"
AS_SENT = "the client gets the proxy's answers as they were sent"
BY_PROXY = "the client gets nothing from the service but by the proxy"
CUT = "what is cut is cut before it gets the option"
SPENT = "a packet whose TTL ends at the router is answered in the client's terms"
TOLD = "a packet too long with the option is told what fits"
PSEUDONYM = "each answer says that a cache was on the way, by its pseudonym"
TO_PROXY = "an ICMP error about an answer goes to the proxy"
NOWHERE = "unreachable in the client's terms during nowhere"

FAULTS: dict[str, tuple[Spoil, str]] = {
    "no NOP": (options(bytes([7, 7, 8]) + quad(O) + b"\0"), FIRST),
    "the NOP behind": (options(bytes([7, 7, 8]) + quad(O) + b"\1"), FIRST),
    "the route is not full": (options(bytes([1, 7, 7, 4]) + quad(O)), FIRST),
    "another address": (options(record_route("10.0.3.9")), HOLDS),
    "a second Record Route": (
        options(record_route() + bytes([7, 7, 4]) + bytes(5)),
        "there is no second Record Route",
    ),
    "the client's Record Route is kept": (
        options(record_route() + rare.OWN_ROUTE, "own-route"),
        "there is no second Record Route",
    ),
    "the client's options are taken off": (
        options(record_route(), "options"),
        "the client's own options stay behind the redirect's",
    ),
    "the client's options are cut off": (
        options(CROWDED, "crowd"),
        "options that leave no room are taken off",
    ),
    "TTL": (other("proxy", "request", ttl=64), "the router takes one from the TTL"),
    "data": (other_data, AS_WAS),
    "window": (another_window, AS_WAS),
    "type of service": (other("proxy", "request", tos=4), AS_WAS),
    "may be cut": (other("proxy", "request", fragment=0), AS_WAS),
    "IP checksum": (
        other("proxy", "request", spoilt={10: 0x12, 11: 0x34}),
        "checksums are right behind the router",
    ),
    "the request goes to the origin, too": (
        past_the_proxy,
        "the origin gets nothing from the client but by the proxy",
    ),
    "early": (early, ACKNOWLEDGED),
    "the proxy asks another": (asks_another, "the proxy asks the origin that the option names"),
    "MSS": (
        large_segments,
        "the segment size that a client is offered leaves room for the option",
    ),
    "refused too early": (refused_before_the_origin, REFUSED),
    "never refused": (lost("shut.rst", "proxy", "client"), REFUSED),
    "a refusal like a reset": (
        refused_otherwise,
        "a refusal answers the SYN: sequence number 0, acknowledged",
    ),
    "refused where there is silence": (
        refused_from_silence,
        "silence stays silence during mute",
    ),
    "unreachable, says another": (unreachable_by_the_wrong_one, NOWHERE),
    "unreachable, and silence": (lost("nowhere.error", "proxy", "client"), NOWHERE),
    "no silence to speak of": (
        lost("late.again", "client", "proxy"),
        "not acknowledged while the origin is silent during late",
    ),
    "a hit that asks the origin": (asks_all_the_same, "no request reaches the origin during hit"),
    "a miss that asks nobody": (answers_itself, "a request is fetched from the origin during miss"),
    "an answer is lost": (lost("options1.rst", "client"), AS_SENT),
    "an answer keeps its TTL": (other("client", "answer", ttl=64), AS_SENT),
    "an answer from nowhere": (an_answer_from_nowhere, BY_PROXY),
    "no Via": (without_via, PSEUDONYM),
    "an address in Cache-Status": (with_an_address, PSEUDONYM),
    "a FIN without answer": (
        lost("fin.back", "proxy", "client"),
        "a FIN of the client's is acknowledged in the origin's name",
    ),
    "the proxy's address": (own_address, "the proxy's address never reaches the client"),
    "the option at the origin": (leaks_an_option, "the option never reaches the origin"),
    "another service's TTL": (
        other("origin", "direct", ttl=64),
        "what is not redirected passes as it was",
    ),
    "another service's packet is lost": (
        lost("direct.back", "client"),
        "what is not redirected passes as it was",
    ),
    "the proxy's own packet is lost": (
        lost("own.hit.ack", "origin"),
        "what proxy and origin say to each other passes as it was",
    ),
    "to the proxy": (to_the_proxy, "what a client sends to a proxy is dropped"),
    "another's hardware address": (
        other("proxy", "request", source_mac="02:00:00:00:00:77"),
        "packets bear the hardware addresses of their link's ends",
    ),
    "the proxy sends what is broken": (
        wrong_checksum_everywhere,
        "what proxies and origins send is whole",
    ),
    "a broken header goes on": (
        broken_goes_on,
        "what is broken when the router gets it goes no further",
    ),
    "source-routed": (source_routed, "a source-routed packet goes no further"),
    "a fragment without the option": (
        options(b"", "part32"),
        "every fragment bears the option",
    ),
    "a piece is lost": (lost("piece1472", "proxy"), CUT),
    "a piece with another address": (options(record_route("10.0.3.9"), "piece1472"), CUT),
    "a fragment's checksum stays": (
        checksum_of_a_fragment,
        "the first fragment's checksum is corrected for the whole packet",
    ),
    "altered in the tunnel": (altered_in_the_tunnel, "bytes pass as they are during tunnel"),
    "fragments part": (fragment_goes_its_own_way, "all fragments of a packet go one way"),
    "a spent TTL is pushed": (pushed_all_the_same("spent", ttl=0), SPENT),
    "a spent TTL, and silence": (lost("spent.error", "client"), SPENT),
    "too long, and pushed": (pushed_all_the_same("huge", ttl=63), TOLD),
    "too long, and silence": (lost("huge.error", "client"), TOLD),
    "too long, with the link's own MTU": (said_otherwise("huge.error", rare.TOO_BIG, 1500), TOLD),
    "an MTU in the router's terms": (
        said_otherwise("bulk.error", rare.TOO_BIG, 1400),
        "the MTU that a client is told leaves room for the option",
    ),
    "an error that quotes the option": (
        said_otherwise("bulk.lost", rare.EXCEEDED, options=record_route()),
        "an ICMP error quotes no option of ours",
    ),
    "an error that quotes another length": (
        said_otherwise("bulk.lost", rare.EXCEEDED, grown=8),
        "an ICMP error speaks of what the client sent",
    ),
    "an error that quotes other bytes": (
        other_data_quoted,
        "an ICMP error speaks of what the client sent",
    ),
    "an error that still echoes the option": (
        other("client", "bulk.lost", options=record_route()),
        "an ICMP error speaks of what the client sent",
    ),
    "an error that is broken": (
        other("client", "bulk.lost", spoilt={22: 1, 23: 1}),
        "an ICMP error that the client gets is whole",
    ),
    "an error is lost": (
        lost("bulk.lost", "client"),
        "an ICMP error about a redirected packet reaches its client",
    ),
    "an error about an answer is lost": (lost("answer.error", "proxy"), TO_PROXY),
    "an error about an answer, to the origin": (answer_error_to_the_origin, TO_PROXY),
}
