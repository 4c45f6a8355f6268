# SPDX-License-Identifier: BSD-2-Clause
"""Cases about HTTP messages: their ages, their tags, and an origin that dies."""
from __future__ import annotations

from made import ACK, CLIENT, PSH, RST, SERVER, SYN, Packet, tcp

from conftest import Judge

Packets = list[Packet]


class Talk:
    """One TCP connection, told message by message."""

    def __init__(self, at: float, port: int, client: str = CLIENT) -> None:
        self.port, self.client, self.up, self.down = port, client, 101, 1001
        self.packets = [
            Packet(at, client, SERVER, tcp(port, 80, SYN, 100)),
            Packet(at + 0.001, SERVER, client, tcp(80, port, SYN | ACK, 1000, 101)),
            Packet(at + 0.002, client, SERVER, tcp(port, 80, ACK, 101, 1001)),
        ]

    def ask(self, at: float, head: str) -> "Talk":
        data = (head + "Host: o1\n\n").replace("\n", "\r\n").encode()
        what = tcp(self.port, 80, PSH | ACK, self.up, self.down, data)
        self.packets.append(Packet(at, self.client, SERVER, what))
        self.up += len(data)
        return self

    def answer(self, at: float, head: str, body: bytes = b"") -> "Talk":
        data = (head + "\n").replace("\n", "\r\n").encode() + body
        what = tcp(80, self.port, PSH | ACK, self.down, self.up, data)
        self.packets.append(Packet(at, SERVER, self.client, what))
        self.down += len(data)
        return self

    def end(self, at: float, flags: int) -> "Talk":
        what = tcp(80, self.port, flags, self.down, self.up)
        self.packets.append(Packet(at, SERVER, self.client, what))
        return self


GET = "GET /a HTTP/1.1\n"


def ok(age: int, cache: str) -> str:
    return f"HTTP/1.1 200 OK\nAge: {age}\nCache-Status: p1; {cache}\nContent-Length: 2\n"


def aged(ages: tuple[int, int, int] = (4, 6, 8), tagged: str = "") -> Packets:
    talk = Talk(0.0, 50001)
    for n, (age, cache) in enumerate(zip(ages, ("fwd=uri-miss", "hit", "hit"))):
        talk.ask(0.1 + 2 * n, GET).answer(0.2 + 2 * n, ok(age, cache), b"hi")
    talk.ask(5.0, GET + 'If-None-Match: "x"\n')
    talk.answer(5.1, tagged or 'HTTP/1.1 304 Not Modified\nETag: "x"\n')
    return talk.packets


def origin() -> Packets:
    return Talk(0.11, 60001, "10.0.2.2").ask(0.12, GET).answer(0.13, ok(4, "x"), b"hi").packets


def test_age(judge: Judge) -> None:
    judged = judge("age.expect", client=aged(), origin=origin())
    assert judged.code == 0, judged


def test_age_spoilt(judge: Judge) -> None:
    assert judge("age.expect", client=aged((4, 4, 4)), origin=origin()).code == 1
    asked = origin() + Talk(2.11, 60002, "10.0.2.2").ask(2.12, GET).packets
    assert judge("age.expect", client=aged(), origin=asked).failed == [
        "hits grow older, and are no affair of the origin's"
    ]
    whole = "HTTP/1.1 200 OK\nContent-Length: 0\n"
    judged = judge("age.expect", client=aged(tagged=whole), origin=origin())
    assert judged.failed == ["a tag that matches gets no body"], judged


LONG = "HTTP/1.1 200 OK\nContent-Length: 10000\n"


def dying(got: int = 3000, ends: float = 1.01, cache: str = "fwd=uri-miss") -> dict[str, Packets]:
    """The origin sends 3000 of 10000 bytes; the client gets `got`, and asks again later."""
    here = Talk(0.0, 50001).ask(0.1, GET).answer(0.3, LONG, b"x" * got).end(ends, RST | ACK)
    there = Talk(0.11, 60001, "10.0.2.2").ask(0.12, GET).answer(0.2, LONG, b"x" * 3000)
    again = Talk(5.0, 50002).ask(5.1, GET).answer(5.2, ok(0, cache), b"hi")
    return {
        "client": here.packets + again.packets,
        "origin": there.end(1.0, RST | ACK).packets,
    }


def test_origin_dies(judge: Judge) -> None:
    judged = judge("origin-dies.expect", **dying())
    assert judged.code == 0, judged


def test_origin_dies_spoilt(judge: Judge) -> None:
    assert judge("origin-dies.expect", **dying(got=3001)).code == 1
    assert judge("origin-dies.expect", **dying(ends=4.0)).code == 1
    assert judge("origin-dies.expect", **dying(cache="hit")).code == 1
