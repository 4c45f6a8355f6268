# SPDX-License-Identifier: BSD-2-Clause
"""A good run of the mechanism: steps as a scenario has them, and packets that are rare.

Steps `miss`, `refused`, `hit`, `late`, `nowhere` (unreachable), `mute` and `tunnel` leave their
marks. What hosts hardly ever send is in `rare.py`.
"""
from __future__ import annotations

import rare
from made import ACK, SYN, Packet, tcp
from mechanism import DATA, FIN_ACK, HOP, MSS, RST_ACK, SYN_ACK, C, O, P, World

REQUEST = b"GET / HTTP/1.1\r\n\r\n"
NOWHERE = "192.0.2.7"


def marked(world: World, step: str, start: float, end: float) -> None:
    world.marks |= {f"{step}.start": start, f"{step}.end": end}


def response(*fields: str) -> bytes:
    head = ["HTTP/1.1 200 OK", "Content-Length: 2", "Via: 1.1 p1", *fields]
    return ("\r\n".join(head) + "\r\n\r\nok").encode()


def open_(world: World, at: float, port: int, own: int, which: str = "") -> None:
    world.logged(at, port, own)
    world.asked(at, f"{which}syn", tcp(port, 80, SYN, 1000, 0, b"", MSS))
    world.fetched(at + 0.001, f"{which}syn", tcp(own, 80, SYN, 5000))
    world.fetched(at + 0.002, f"{which}syn-ack", tcp(80, own, SYN_ACK, 7000, 5001), back=True)
    world.fetched(at + 0.0025, f"{which}ack", tcp(own, 80, ACK, 5001, 7001))
    world.answered(at + 0.003, f"{which}syn-ack", tcp(80, port, SYN_ACK, 9000, 1001, b"", MSS))
    world.asked(at + 0.004, f"{which}ack", tcp(port, 80, ACK, 1001, 9001))


def miss(world: World) -> None:
    marked(world, "miss", 0.9, 1.9)
    open_(world, 1.0, 40001, 50001)
    world.asked(1.01, "request", tcp(40001, 80, DATA, 1001, 9001, REQUEST))
    world.fetched(1.011, "request", tcp(50001, 80, DATA, 5001, 7001, REQUEST))
    own = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    world.fetched(1.012, "answer", tcp(80, 50001, DATA, 7001, 5019, own), back=True)
    answer = response("Cache-Status: p1; fwd=uri-miss; stored")
    world.answered(1.013, "answer", tcp(80, 40001, DATA, 9001, 1019, answer))
    world.asked(1.02, "fin", tcp(40001, 80, FIN_ACK, 1019, 9001 + len(answer)))
    world.answered(1.021, "fin.back", tcp(80, 40001, FIN_ACK, 9001 + len(answer), 1020))
    world.asked(1.022, "last", tcp(40001, 80, ACK, 1020, 9002 + len(answer)))


def refused(world: World) -> None:
    marked(world, "refused", 2.0, 2.5)
    world.logged(2.1, 40002, 50002, 8081)
    world.asked(2.1, "shut.syn", tcp(40002, 8081, SYN, 3000))
    world.fetched(2.101, "shut.syn", tcp(50002, 8081, SYN, 6000))
    world.fetched(2.102, "shut.rst", tcp(8081, 50002, RST_ACK, 0, 6001), back=True)
    world.answered(2.103, "shut.rst", tcp(8081, 40002, RST_ACK, 0, 3001, window=0))


def hit(world: World) -> None:
    """The same object again; the origin is connected to, and asked nothing."""
    marked(world, "hit", 3.0, 3.5)
    open_(world, 3.1, 40003, 50003, "hit.")
    world.asked(3.11, "hit.request", tcp(40003, 80, DATA, 1001, 9001, REQUEST))
    answer = response("Age: 2", "Cache-Status: p1; hit")
    world.answered(3.111, "hit.answer", tcp(80, 40003, DATA, 9001, 1019, answer))
    world.asked(3.112, "hit.ack", tcp(40003, 80, ACK, 1019, 9001 + len(answer)))


def late(world: World) -> None:
    """The origin is silent until the client has repeated its SYN."""
    marked(world, "late", 4.0, 6.0)
    world.logged(4.1, 40004, 50004)
    for at, label in ((4.1, "late.syn"), (5.1, "late.again")):
        world.asked(at, label, tcp(40004, 80, SYN, 1000, 0, b"", MSS))
        world.fetched(at + 0.001, label, tcp(50004, 80, SYN, 5000))
    world.fetched(5.102, "late.syn-ack", tcp(80, 50004, SYN_ACK, 7000, 5001), back=True)
    world.answered(5.103, "late.syn-ack", tcp(80, 40004, SYN_ACK, 9000, 1001, b"", MSS))
    world.asked(5.104, "late.ack", tcp(40004, 80, ACK, 1001, 9001))


def unreachable(world: World) -> None:
    """The router has no way to where the client wants to go, and says so to the proxy."""
    marked(world, "nowhere", 6.5, 6.9)
    world.logged(6.6, 40005, 50005, to=NOWHERE)
    world.asked(6.6, "nowhere.syn", tcp(40005, 80, SYN, 1000), to=NOWHERE)
    own = Packet(6.601, P, NOWHERE, tcp(50005, 80, SYN, 5000), id=600)
    world.put("proxy", "own.nowhere", own, "p1")
    told = Packet(6.6012, "10.0.2.1", P, rare.error(3, 0, own.ip()), id=601)
    world.put("proxy", "own.nowhere.error", told, "r1")
    quote = world["client", "nowhere.syn"].but(ttl=63).ip()
    said = Packet(6.602, "10.0.2.1", C, rare.error(3, 0, quote), id=602)
    world.put("proxy", "nowhere.error", said, "p1")
    world.put("client", "nowhere.error", said.but(at=said.at + HOP, ttl=63), "r1")


def mute(world: World) -> None:
    marked(world, "mute", 7.0, 9.0)
    world.logged(7.1, 40006, 50006)
    for at, label in ((7.1, "mute.syn"), (8.1, "mute.again")):
        world.asked(at, label, tcp(40006, 80, SYN, 1000))
        world.fetched(at + 0.001, label, tcp(50006, 80, SYN, 5000))


def tunnel(world: World) -> None:
    """What the client says is no HTTP."""
    marked(world, "tunnel", 9.3, 9.8)
    open_(world, 9.4, 40008, 50008, "tunnel.")
    hello, back = b"\x16\x03\x01 hello", b"\x16\x03\x03 who?"
    world.asked(9.41, "tunnel.hello", tcp(40008, 80, DATA, 1001, 9001, hello))
    world.fetched(9.411, "tunnel.hello", tcp(50008, 80, DATA, 5001, 7001, hello))
    answer = tcp(80, 50008, DATA, 7001, 5001 + len(hello), back)
    world.fetched(9.412, "tunnel.back", answer, back=True)
    world.answered(9.413, "tunnel.back", tcp(80, 40008, DATA, 9001, 1001 + len(hello), back))


def beside(world: World) -> None:
    """A service that is not redirected."""
    there = world.sent(9.2, "direct", tcp(40007, 8080, SYN, 1000, 0, b"", MSS))
    world.put("origin", "direct", there.but(at=9.2 + HOP, ttl=63), "r1")
    back = Packet(9.201, O, C, tcp(8080, 40007, SYN_ACK, 9000, 1001, b"", MSS), id=700)
    world.put("origin", "direct.back", back, "o1")
    world.put("client", "direct.back", back.but(at=9.201 + HOP, ttl=63), "r1")


def good() -> World:
    world = World()
    for part in (miss, refused, hit, late, unreachable, mute, beside, tunnel):
        part(world)
    rare.all_of_it(world)
    return world
