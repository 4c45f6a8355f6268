# SPDX-License-Identifier: BSD-2-Clause
"""What hosts hardly ever send, and what a good router makes of it."""
from __future__ import annotations

import struct

from made import ACK, SYN, Packet, Transport, checksum, quad, tcp
from mechanism import DATA, HOP, C, O, P, World, record_route

R_NEAR, R_FAR = "10.0.1.1", "10.0.2.1"  # the router, as the client and as the proxy know it
ALERT = bytes([148, 4, 0, 0])
CROWD = bytes([68, 36, 37, 0]) + bytes(32)  # time stamps, all taken: no room for ours
OWN_ROUTE = bytes([7, 7, 4]) + bytes(5)
TOO_BIG, EXCEEDED = (3, 4), (11, 0)


def error(kind: int, code: int, quoted: bytes, mtu: int = 0) -> Transport:
    """An ICMP error."""
    head = struct.pack("!BBHHH", kind, code, 0, 0, mtu)
    total = checksum(head + quoted)
    return Transport(1, head[:2] + struct.pack("!H", total) + head[4:], quoted)


def options(world: World) -> None:
    """The client's own: kept behind ours, or taken off."""
    syn = tcp(41001, 8081, SYN, 1000)
    world.asked(10.0, "options", syn, options=ALERT)
    world.asked(10.1, "crowd", tcp(41002, 8081, SYN, 1000), options=CROWD, kept=False)
    world.asked(10.2, "own-route", tcp(41003, 8081, SYN, 1000), options=OWN_ROUTE, kept=False)
    for n in range(3):  # each is refused; the proxy asks before
        at, port = 10.0 + n / 10, 41001 + n
        world.logged(at, port, 51001 + n, 8081)
        world.fetched(at + 0.001, f"options{n}", tcp(51001 + n, 8081, SYN, 5000))
        rst = tcp(8081, 51001 + n, 0x14, 0, 5001, window=0)
        world.fetched(at + 0.002, f"options{n}.rst", rst, back=True)
        world.answered(at + 0.003, f"options{n}.rst", tcp(8081, port, 0x14, 0, 1001, window=0))


def fragments(world: World) -> None:
    """A segment that comes in two fragments, and one that the router cuts."""
    segment = tcp(40001, 80, DATA, 1019, 9001, b"f" * 48)
    whole, redirected = segment.render(C, O), segment.render(C, P)
    for at, fragment in ((0, 0x2000), (32, 4)):
        packet = Packet(10.5, C, O, segment, id=902, fragment=fragment)
        end = at + 32 if at == 0 else len(whole)
        world.put("client", f"part{at}", packet.but(raw=whole[at:end]), "c1")
        behind = packet.but(at=10.5 + HOP, destination=P, ttl=63, options=record_route())
        world.put("proxy", f"part{at}", behind.but(raw=redirected[at:end]), "r1")
    long = tcp(40001, 80, DATA, 1067, 9001, b"l" * 1460)
    world.put("client", "long", Packet(10.6, C, O, long, id=903, fragment=0), "c1")
    redirected = long.render(C, P)
    for at, fragment in ((0, 0x2000), (1472, 184)):
        raw = redirected[at : at + 1472]
        packet = Packet(10.6 + HOP, C, P, long, ttl=63, id=903, fragment=fragment, raw=raw)
        world.put("proxy", f"piece{at}", packet.but(options=record_route()), "r1")


def told(world: World, label: str, at: float, what: tuple[int, int], mtu: int = 0) -> None:
    """The router tells the client what is wrong with its packet of that label."""
    quoted = world["client", label].ip()[:48]
    said = Packet(at, R_NEAR, C, error(*what, quoted, mtu), id=910, tos=0xC0)
    world.put("client", f"{label}.error", said, "r1")


def ends_at_the_router(world: World) -> None:
    """A TTL that is spent, and a segment that must not be cut and cannot grow."""
    world.sent(10.7, "spent", tcp(40001, 80, ACK, 1067, 9001), ttl=1)
    told(world, "spent", 10.701, EXCEEDED)
    world.sent(10.8, "huge", tcp(40001, 80, DATA, 2527, 9001, b"h" * 1460))
    told(world, "huge", 10.801, TOO_BIG, 1492)


def dropped(world: World) -> None:
    """Packets that the router keeps from going on."""
    forged = Packet(10.9, C, P, tcp(41021, 80, SYN, 1), id=920, options=record_route("10.0.9.9"))
    world.put("client", "forged", forged, "c1")
    routed = bytes([131, 7, 4]) + quad("10.0.3.9") + b"\0"
    world.put("client", "routed", Packet(10.91, C, O, tcp(41022, 8080, SYN, 1), id=921,
                                         options=routed), "c1")  # fmt: skip


def too_big_behind(world: World) -> None:
    """A router behind R cannot carry a redirected segment, and says so; R tells the client."""
    world.asked(11.0, "bulk", tcp(40001, 80, DATA, 3987, 9001, b"b" * 1400))
    raised = error(*TOO_BIG, world["proxy", "bulk"].ip()[:36], 1400)
    world.put("proxy", "bulk.error", Packet(11.001, R_FAR, C, raised, id=930), "p1")
    quoted = world["client", "bulk"].but(ttl=63).ip()[:28]
    said = Packet(11.0011, R_NEAR, C, error(*TOO_BIG, quoted, 1392), id=930, ttl=63)
    world.put("client", "bulk.error", said, "r1")


def lost_behind(world: World) -> None:
    """It lost its way behind R: whoever noticed tells the client, and echoes our option."""
    raised = error(*EXCEEDED, world["proxy", "bulk"].ip()[:36])
    packet = Packet(11.05, R_FAR, C, raised, id=931, options=record_route())
    world.put("proxy", "bulk.lost", packet, "p1")
    quoted = world["client", "bulk"].but(ttl=63).ip()[:28]
    said = Packet(11.0501, R_NEAR, C, error(*EXCEEDED, quoted), id=931, ttl=63)
    world.put("client", "bulk.lost", said, "r1")


def too_big_before(world: World) -> None:
    """Somebody on the client's side cannot carry an answer; the proxy is told."""
    quoted = world["client", "answer"].ip()[:28]
    what = error(*TOO_BIG, quoted, 1300)
    packet = Packet(11.1, C, O, what, id=940)
    world.put("client", "answer.error", packet, "c1")
    behind = packet.but(at=11.1 + HOP, destination=P, ttl=63, options=record_route())
    world.put("proxy", "answer.error", behind, "r1")


def all_of_it(world: World) -> None:
    for part in (
        options,
        fragments,
        ends_at_the_router,
        dropped,
        too_big_behind,
        lost_behind,
        too_big_before,
    ):
        part(world)
    # Everything is over; what should have come would have come.
    world.asked(13.0, "end", tcp(40001, 80, ACK, 5387, 9001))
    world.fetched(13.0, "end", tcp(50001, 80, ACK, 5019, 7001))
