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
    return f'HTTP/1.1 200 OK\nETag: "x"\nAge: {age}\nCache-Status: p1; {cache}\nContent-Length: 2\n'


def aged(
    ages: tuple[int, int, int] = (4, 6, 8),
    told: str = 'HTTP/1.1 304 Not Modified\nETag: "x"\n',
    body: bytes = b"",
    tag: str = '"x"',
    every: float = 2.0,
) -> Packets:
    talk = Talk(0.0, 50001)
    for n, (age, cache) in enumerate(zip(ages, ("fwd=uri-miss", "hit", "hit"))):
        talk.ask(0.1 + every * n, GET).answer(0.2 + every * n, ok(age, cache), b"hi")
    talk.ask(9.0, GET + f"If-None-Match: {tag}\n").answer(9.1, told, body)
    return talk.packets


def origin() -> Packets:
    return Talk(0.11, 60001, "10.0.2.2").ask(0.12, GET).answer(0.13, ok(4, "x"), b"hi").packets


def test_age(judge: Judge) -> None:
    judged = judge("age.expect", client=aged(), origin=origin())
    assert judged.code == 0, judged


OLDER = "hits grow older, and are no affair of the origin's"
NO_BODY = "a tag that matches gets no body"


def test_age_spoilt(judge: Judge) -> None:
    judged = judge("age.expect", client=aged((4, 4, 8)), origin=origin())
    assert judged.broke(OLDER, "expected one.http.age == 6 give or take 1")
    judged = judge("age.expect", client=aged((4, 6, 6)), origin=origin())
    assert judged.broke(OLDER, "expected two.http.age == 8 give or take 1")
    judged = judge("age.expect", client=aged(every=3.0), origin=origin())
    assert judged.broke(OLDER, "expected one.time - stored.time == 2s give or take 500ms")
    asked = origin() + Talk(2.11, 60002, "10.0.2.2").ask(2.12, GET).packets
    judged = judge("age.expect", client=aged(), origin=asked)
    assert judged.broke(OLDER, 'no "tcp dst port 80" on origin after stored: expected no such')


def test_a_tag_spoilt(judge: Judge) -> None:
    whole = "HTTP/1.1 200 OK\nContent-Length: 2\n"
    judged = judge("age.expect", client=aged(told=whole, body=b"hi"), origin=origin())
    assert judged.broke(
        NO_BODY, "expected http.response.code == 304", "found http.response.code is"
    )
    bodied = "HTTP/1.1 304 Not Modified\n"
    judged = judge("age.expect", client=aged(told=bodied, body=b"hi"), origin=origin())
    assert judged.broke(NO_BODY, "expected tcp.len == http.head_len")
    judged = judge("age.expect", client=aged(tag='"y"'), origin=origin())
    assert judged.broke(NO_BODY, "where http.if_none_match == stored.http.etag")


LONG = "HTTP/1.1 200 OK\nContent-Length: 10000\n"
VIA = LONG + "Via: 1.1 p1\nCache-Status: p1; fwd=uri-miss\n"


def dying(
    got: int = 3000, ends: float = 1.01, cache: str = "fwd=uri-miss", given: int = 3000
) -> dict[str, Packets]:
    """The origin sends 3000 of 10000 bytes; the client gets `got`, and asks again later."""
    here = Talk(0.0, 50001).ask(0.1, GET).answer(0.3, VIA, b"x" * got).end(ends, RST | ACK)
    there = Talk(0.11, 60001, "10.0.2.2").ask(0.12, GET).answer(0.2, LONG, b"x" * given)
    again = Talk(5.0, 50002).ask(5.1, GET).answer(5.2, ok(0, cache), b"hi")
    return {
        "client": here.packets + again.packets,
        "origin": there.end(1.0, RST | ACK).packets,
    }


def test_origin_dies(judge: Judge) -> None:
    judged = judge("origin-dies.expect", **dying())
    assert judged.code == 0, judged


DIES = "the client gets no more than there was, is told in time, and is not served it again"


def test_origin_dies_spoilt(judge: Judge) -> None:
    judged = judge("origin-dies.expect", **dying(got=3001))
    assert judged.broke(DIES, "expect sum(tcp.len of", "<= sum(tcp.len of")
    judged = judge("origin-dies.expect", **dying(ends=4.0))
    assert judged.broke(DIES, "expected 0ns to 2s after died, found 3s after it")
    judged = judge("origin-dies.expect", **dying(cache="hit"))
    assert judged.broke(DIES, 'with any http.cache_status contains "hit": expected no such packet')
    judged = judge("origin-dies.expect", **dying(given=10000, got=10000))
    assert judged.broke(DIES, "< given.http.content_length")
