# SPDX-License-Identifier: BSD-2-Clause
"""The same packet elsewhere: one to one, whatever repeats, is cut, comes early or is late."""
from __future__ import annotations

import pytest
from made import ACK, CLIENT, PSH, SERVER, Packet, tcp, udp
from test_time import NODES, rule, timed

from conftest import Judge, Run

Packets = list[Packet]
# The rule as it stands, and where a bound packet makes it one about kept packets.
PLAIN = "%s"
BOUND = """for each "udp port 7" on x as tick:
  %s"""
BOTH = pytest.mark.parametrize("frame", (PLAIN, BOUND), ids=("plain", "bound"))


def framed(frame: str, text: str) -> str:
    """The rule; where a packet is bound, the rule is about those behind it."""
    where = "on x after tick where ip.id > tick.ip.id" if frame == BOUND else "on x"
    return rule(frame % text.replace("on x", where, 1))


def tick() -> Packet:
    return Packet(0.001, CLIENT, SERVER, udp(9, 7))


def sent(at: float, seq: int = 100, length: int = 10, ident: int = 1, first: int = 0) -> Packet:
    data = bytes((seq + n) % 251 for n in range(first, first + length))
    return Packet(
        at, CLIENT, SERVER, tcp(50001, 80, PSH | ACK, (seq + first) % 2**32, 1, data), id=ident
    )


def end(at: float = 9) -> Packet:
    return Packet(at, CLIENT, SERVER, udp(9, 8))


BECOMES = 'each "tcp" on x becomes on y within 1s'
SEGMENTS = 'each "tcp" on x becomes segments on y within 1s'


@BOTH
@pytest.mark.parametrize("text", (BECOMES, SEGMENTS))
def test_the_nth_copy_is_the_nth(judge: Judge, frame: str, text: str) -> None:
    """A retransmission that is byte for byte the same is another packet."""
    x = [tick(), sent(0.1), sent(0.3), sent(0.5), end()]
    y = [p.but(at=p.at + 0.01) for p in x]
    assert judge(framed(frame, text), x=x, y=y).code == 0
    judged = judge(framed(frame, text), x=x, y=y[:3] + y[4:])
    assert judged.code == 1, judged
    assert [rule["matched"] for rule in judged.items[0]["rules"]] == [2], judged
    late = [p.but(at=p.at + 0.6) for p in x]  # all three, each behind the next one's time
    assert judge(framed(frame, text), x=x, y=late).code == 0


@BOTH
def test_one_is_not_two(judge: Judge, frame: str) -> None:
    """What two become, one to one, is not one that both claim."""
    for text in (BECOMES, SEGMENTS, 'each "tcp" on x becomes fragments on y'):
        x = [tick(), sent(0.1), sent(0.2), end()]
        assert judge(framed(frame, text), x=x, y=[sent(0.25), end()]).code == 1
        assert judge(framed(frame, text), x=x, y=[sent(0.25), sent(0.26), end()]).code == 0


@BOTH
def test_bytes_serve_once(judge: Judge, frame: str) -> None:
    """Repeated segments overlap, and what becomes of them is cut otherwise."""
    whole = [tick(), sent(0.1, length=100), sent(0.2, first=50, length=100), end()]
    cut = [(0, 30), (30, 70), (50, 50), (100, 50)]
    y = [sent(0.3 + n / 100, first=first, length=length) for n, (first, length) in enumerate(cut)]
    assert judge(framed(frame, SEGMENTS), x=whole, y=y + [end()]).code == 0
    for lost in range(4):
        left = y[:lost] + y[lost + 1 :] + [end()]
        assert judge(framed(frame, SEGMENTS), x=whole, y=left).code == 1, lost


@BOTH
def test_sequence_numbers_wrap(judge: Judge, frame: str) -> None:
    x = [tick(), sent(0.1, seq=2**32 - 50, length=100), end()]
    y = [
        sent(0.2, seq=2**32 - 50, length=40),
        sent(0.21, seq=2**32 - 50, first=40, length=20),
        sent(0.22, seq=2**32 - 50, first=60, length=40),
    ]
    assert judge(framed(frame, SEGMENTS), x=x, y=y + [end()]).code == 0
    assert judge(framed(frame, SEGMENTS), x=x, y=[y[0], y[2], end()]).code == 1


@BOTH
def test_where_a_window_is_not_said_it_is_a_second(judge: Judge, frame: str) -> None:
    text = 'each "tcp" on x becomes on y'
    x = [tick(), sent(0.1), end()]
    assert judge(framed(frame, text), x=x, y=[sent(1.05), end()]).code == 0
    assert judge(framed(frame, text), x=x, y=[sent(1.2), end()]).code == 1


@BOTH
def test_what_was_there_before_is_another(judge: Judge, frame: str) -> None:
    x = [tick(), sent(0.1), end()]
    assert judge(framed(frame, BECOMES), x=x, y=[sent(0.0995), end()]).code == 1
    assert judge(framed(frame, BECOMES), x=x, y=[sent(0.0995), sent(0.11), end()]).code == 0
    vanishes = 'each "tcp" on x does not appear on y'
    assert judge(framed(frame, vanishes), x=x, y=[sent(0.0995), end()]).code == 0
    assert judge(framed(frame, vanishes), x=x, y=[sent(0.0995), sent(0.11), end()]).code == 1


@BOTH
def test_equal_stamps_may_pass_in_either_order(judge: Judge, frame: str) -> None:
    """Of coarse stamps; which file comes first on the command line says nothing."""
    x = [tick(), sent(0.1), sent(0.2, ident=2), end()]
    y = [p.but(ttl=63) for p in x]
    for taps in ({"x": x, "y": y}, {"y": y, "x": x}):
        assert judge(framed(frame, BECOMES), **taps).code == 0
        assert judge(framed(frame, BECOMES), **{**taps, "y": y[:2] + y[3:]}).code == 1


@BOTH
def test_came_from(judge: Judge, frame: str) -> None:
    text = 'each "tcp" on x came from y within 500ms with ip.ttl == was.ip.ttl + 1'
    x = [tick(), sent(1.1).but(ttl=63), sent(1.2).but(ttl=63), end()]
    y = [sent(1.0), sent(1.1), end()]
    assert judge(framed(frame, text), x=x, y=y).code == 0
    assert judge(framed(frame, text), x=x, y=y[:1] + y[2:]).code == 1
    assert judge(framed(frame, text), x=x, y=[sent(0.5), *y[1:]]).code == 1
    assert judge(framed(frame, text), x=x, y=[sent(0.3), *y]).code == 0


@BOTH
def test_translated_addresses_and_ports(judge: Judge, frame: str) -> None:
    """Matched by what the translation leaves alone; demanded by what it does."""
    text = 'each "tcp" on x becomes on y matched by ip.id, tcp.seq_raw, ip.dst, tcp.dstport'
    text += " with ip.src == 192.0.2.1, tcp.srcport == was.tcp.srcport + 1000 within 1s"
    x = [tick(), *(sent(0.1 + n / 10, seq=100 * n, ident=5 + n % 2) for n in range(6)), end()]
    y = [
        p.but(
            at=p.at + 0.05,
            source="192.0.2.1",
            what=tcp(51001, 80, PSH | ACK, 100 * n, 1, b"x" * 10),
        )
        for n, p in enumerate(x[1:-1])
    ] + [end()]
    assert judge(framed(frame, text), x=x, y=y).code == 0
    wrong = [*y[:2], y[2].but(source="192.0.2.2"), *y[3:]]
    judged = judge(framed(frame, text), x=x, y=wrong)
    assert judged.code == 1 and judged.items[0]["rules"][-1]["matched"] == 5, judged


def test_copies_to_two_places_are_told_apart(judge: Judge) -> None:
    """One to many: each rule is about those of the others that it means."""
    x = [sent(0.1), sent(0.2, ident=2), end()]
    y = [
        p.but(at=p.at + at, destination=to)
        for p in x[:2]
        for at, to in ((0.01, "10.9.0.1"), (0.02, "10.9.0.2"))
    ]
    for to in ("10.9.0.1", "10.9.0.2"):
        text = f'each "tcp" on x becomes on y where ip.dst == {to} and ip.ttl == was.ip.ttl'
        assert judge(rule(text), x=x, y=y + [end()]).code == 0, to
        left = [p for p in y if (p.destination, p.id) != (to, 2)]
        assert judge(rule(text), x=x, y=left + [end()]).code == 1, to


def test_rounds_do_not_share(judge: Judge) -> None:
    """In the second round the copy of the first one's is looked for again: it is taken."""
    text = """for each "udp port 7" on x as tick:
      each "tcp" on x after tick until next tick becomes on y within 1s"""
    x = [tick(), sent(0.1), tick().but(at=0.2), sent(0.3), end()]
    y = [sent(0.4), sent(0.5), end()]
    assert judge(rule(text), x=x, y=y).code == 0
    judged = judge(rule(text), x=x, y=y[1:])
    assert judged.code == 1 and judged.items[0]["rules"][0]["matched"] == 1, judged


@pytest.mark.parametrize("early, code", [(0.0005, 0), (0.0015, 1)])
@BOTH
def test_clocks(run: Run, judge_run: Judge, frame: str, early: float, code: int) -> None:
    """A copy that is stamped before its own is within the clocks' error, or another's."""
    x = [tick(), sent(0.1), sent(0.3), end()]
    y = [sent(0.1 - early), sent(0.31), end()]
    folder = timed(run(NODES, {"m": 0}, {}, {"c-r": x, "r-o": y}), 0.001, 0)
    text = framed(frame, BECOMES).replace("on x", "on c-r").replace("on y", "on r-o")
    assert judge_run(text, folder).code == code


def test_what_must_not_be_lost_is_named(judge: Judge) -> None:
    judged = judge(rule('no "tcp" on x does not appear on y within 1s'), x=[sent(1)], y=[end()])
    assert judged.code == 1 and "found this one" in judged.reasons("it"), judged
