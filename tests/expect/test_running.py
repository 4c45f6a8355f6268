# SPDX-License-Identifier: BSD-2-Clause
"""Running numbers: what packets come to up to the one at hand, and in any stretch of time."""
from __future__ import annotations

import pytest
from made import ACK, CLIENT, PSH, SERVER, SYN, Packet, tcp, udp
from test_events import check
from test_time import NODES, rule, timed

from conftest import Judge, Run

Packets = list[Packet]


def asked(at: float, ident: int = 0, size: int = 10) -> Packet:
    return Packet(at, CLIENT, SERVER, udp(4000, 53, b"q" * size), id=ident)


def told(at: float, ident: int = 0, size: int = 10, port: int = 4000) -> Packet:
    return Packet(at, SERVER, CLIENT, udp(53, port, b"a" * size), id=ident)


def test_at_most_one_is_unanswered(judge: Judge) -> None:
    rules = """each "udp" on x with running count("dst port 53" on x)
      - running count("src port 53" on x) <= 1"""
    good = [p for n in range(9) for p in (asked(n), told(n + 0.5))]
    check(judge, rules, {"x": good}, x=good[:4] + [asked(1.6), asked(1.7), *good[4:]])


def test_never_more_than_so_many_in_a_second(judge: Judge) -> None:
    steady = [asked(n / 10) for n in range(50)]
    burst = steady + [asked(2.05)]
    check(
        judge,
        'each "udp" on x with running count("udp" on x over 1s) <= 10',
        {"x": steady},
        x=burst,
    )
    check(
        judge, 'each "udp" on x with running rate("udp" on x over 1s) <= 10', {"x": steady}, x=burst
    )
    check(judge, 'expect count("udp" on x over 1s) <= 10', {"x": steady}, x=burst)
    check(judge, 'expect rate("udp" on x over 500ms) == 10', {"x": steady}, x=burst)
    check(
        judge, 'no "udp" on x with running count("udp" on x over 1s) > 10', {"x": steady}, x=burst
    )


def test_a_stretch_is_open_at_its_beginning(judge: Judge) -> None:
    """What came exactly a second before is not within the last second."""
    pair = [asked(1), asked(2)]
    text = rule('expect count("udp" on x over %s) == %d')
    assert judge(text % ("1s", 1), x=pair).code == 0
    assert judge(text % ("1000000001ns", 2), x=pair).code == 0


def test_each_kind(judge: Judge) -> None:
    """At the last of ten answers of 20, 21, … bytes, one a second."""
    good = [told(n, size=12 + n) for n in range(10)]
    of = '(udp.length of "udp" on x%s)'
    last = 'exactly 1 "udp" on x where ip.id == 9 with '
    packets = [p.but(id=n) for n, p in enumerate(good)]
    for text in (
        "running sum{} == 245",
        "running min{} == 20",
        "running max{} == 29",
        "running mean{} == 24.5",
        "running p50{} == 24",
        "running distinct{} == 10",
        'running rate("udp" on x) == 10 / 9',
        'running share("udp" on x where ip.id > 4 among "udp" on x) == 0.5',
    ):
        judged = judge(rule(last + text.format(of % "")), x=packets)
        assert judged.code == 0, (text, judged)
    for text in (
        "running sum{} == 84",
        "running min{} == 27",
        "running max{} == 29",
        "running mean{} == 28",
        "running p50{} == 28",
        "running distinct{} == 3",
        'running rate("udp" on x over 3s) == 1',
        'running share("udp" on x where ip.id mod 2 == 0 among "udp" on x over 3s) == 1 / 3',
    ):
        judged = judge(rule(last + text.format(of % " over 3s")), x=packets)
        assert judged.code == 0, (text, judged)


def test_the_largest_goes_with_its_stretch(judge: Judge) -> None:
    packets = [told(n, size=size) for n, size in enumerate((10, 99, 10, 10, 10))]
    text = 'exactly 2 "udp" on x with running max(udp.length of "udp" on x over 2s) > 100'
    assert judge(rule(text), x=packets).code == 0


def segment(
    at: float, source: str, flags: int, seq: int, ack: int, data: int = 0, port: int = 50001
) -> Packet:
    other = SERVER if source == CLIENT else CLIENT
    ports = (port, 80) if source == CLIENT else (80, port)
    return Packet(at, source, other, tcp(*ports, flags, seq, ack, b"d" * data))


def transfer(at: float, port: int) -> Packets:
    packets = [
        segment(at, CLIENT, SYN, 100, 0, port=port),
        segment(at + 0.1, SERVER, SYN | ACK, 1000, 101, port=port),
        segment(at + 0.2, CLIENT, ACK, 101, 1001, port=port),
    ]
    for n in range(5):
        packets.append(segment(at + 1 + n, SERVER, PSH | ACK, 1001 + 100 * n, 101, 100, port))
        packets.append(segment(at + 1.5 + n, CLIENT, ACK, 101, 1101 + 100 * n, port=port))
    return packets


def test_no_more_is_acknowledged_than_was_sent(judge: Judge) -> None:
    """Of each connection; the other one has sent more by then."""
    rules = """
      each "src host 10.0.1.2 and tcp" on x where tcp.flags.ack with
        running max(tcp.ack_raw of "src host 10.0.1.2" on x where tcp.flags.ack per connection)
        <= running max(tcp.seq_raw + tcp.len + 1 of "src host 10.0.3.2" on x per connection)
    """
    rules = rules.replace("tcp.seq_raw + tcp.len + 1", "tcp.nxtseq").replace(
        "tcp.ack_raw", "tcp.ack"
    )
    good = transfer(0, 50001) + transfer(3, 50002)
    early = segment(4.3, CLIENT, ACK, 101, 1201, port=50002)
    check(judge, rules, {"x": good}, x=good + [early])


def test_a_group_of_which_there_is_none_yet(judge: Judge) -> None:
    text = """each "dst port 53" on x with running count("src port 53" on x per connection) == 0"""
    assert judge(rule(text), x=[asked(1), asked(2)]).code == 0
    text = """each "dst port 53" on x with running max(ip.id of "src port 53" on x) == 0"""
    judged = judge(rule(text), x=[asked(1), told(2)])
    assert judged.code == 1 and "absent" in judged.items[0]["rules"][0]["notes"][0]["found"], judged


def test_where_packets_are_counted_as_they_pass(judge: Judge) -> None:
    """Taps are merged in the order of time: with clocks that agree, that is the order."""
    text = 'each "udp" on y with running count("udp" on x) == ip.id'
    x = [asked(n) for n in range(5)]
    y = [told(n + 0.5, n + 1) for n in range(5)]
    check(judge, text, {"x": x, "y": y}, y=y[:-1] + [told(3.9, 5)])


@pytest.mark.parametrize("later, code", [(0.01, 0), (0.0005, 3), (0, 3), (-0.0005, 3), (-0.01, 1)])
def test_what_clocks_cannot_tell(run: Run, judge_run: Judge, later: float, code: int) -> None:
    """An answer counts on one tap, its question on another; clocks may be off by 1 ms."""
    x = [p for n in range(5) for p in (asked(n), told(n + 0.5))]
    y = [told(n + 0.1, n + 1) for n in range(3)] + [told(3 + later, 4), told(4.2, 5)]
    folder = timed(run(NODES, {"m": 0}, {}, {"c-r": x, "r-o": y}), 0.001, 0)
    for text in (
        'each "udp" on r-o with running count("dst port 53" on c-r) >= ip.id',
        'each "udp" on r-o with running count("dst port 53" on c-r) == ip.id',
        'each "udp" on r-o with running count("udp" on r-o) <= running count("dst port 53" on c-r)',
    ):
        assert judge_run(rule(text), folder).code == code, text
    # What is in doubt does not matter to what is so either way.
    for text in (
        'each "udp" on r-o with running count("dst port 53" on c-r) >= ip.id - 1',
        'each "udp" on r-o with running count("udp" on r-o) == ip.id',
    ):
        assert judge_run(rule(text), folder).code == 0, text


def test_an_edge_that_clocks_cannot_place(run: Run, judge_run: Judge) -> None:
    """A window between marks, and a packet within error of one: the count is one or two."""
    packets = [asked(1), asked(2.0005), asked(9)]
    folder = timed(run(NODES, {"s.start": 0.5, "s.end": 2}, {}, {"c-r": packets}), 0.001, 0)
    for text, code in (
        ('expect count("udp" on c-r during s) == 1', 3),
        ('expect count("udp" on c-r during s) in 1 .. 2', 0),
        ('expect count("udp" on c-r during s) <= 2', 0),
        ('expect count("udp" on c-r during s) > 2', 1),
        ('expect 2 * count("udp" on c-r during s) - 1 in 1 .. 3', 0),
        ('expect share("udp" on c-r during s among "udp" on c-r) in 0.3 .. 0.7', 0),
        ('expect share("udp" on c-r during s among "udp" on c-r) < 0.5', 3),
        ('each "udp" on c-r with running count("udp" on c-r during s) <= 2', 3),
    ):
        assert judge_run(rule(text), folder).code == code, text


@pytest.mark.parametrize(
    "number, apart, wide",
    [
        ('mean(ip.id of "dst port 53" on c-r{w}{o})', "== 5", "in 2.5 .. 7.5"),
        ('p50(ip.id of "dst port 53" on c-r{w}{o})', "== 5", "in 0 .. 10"),
        ('share("dst port 53" on c-r{w} among "udp" on c-r{w}{o})', "== 0.5", "in 0.1 .. 1.5"),
    ],
)
def test_doubtful_packets_that_outweigh_each_other(
    run: Run, judge_run: Judge, number: str, apart: str, wide: str
) -> None:
    """Both of them leave it as it is; one alone does not."""
    x = [asked(1, 5), told(1.1), asked(1.9995, 0), told(1.9996), told(2.0004), asked(2.0005, 10)]
    marks = {"s.start": 0.5, "s.end": 2}
    folder = timed(run(NODES, marks, {}, {"c-r": x, "r-o": [told(2, 7), told(9)]}), 0.001, 0)
    fixed, moving = number.format(w=" during s", o=""), number.format(w="", o=" over 5s")
    at = 'some "udp" on r-o where ip.id == 7 with running '
    for text in (f"expect {fixed} ", at + moving + " "):
        assert judge_run(rule(text + apart), folder).code == 3, text
        assert judge_run(rule(text + wide), folder).code == 0, text


def test_a_stretch_shorter_than_the_error_of_clocks(run: Run, judge_run: Judge) -> None:
    """Of the packet's own tap it is known what came within it."""
    x = [asked(1), asked(1.002), asked(1.004), asked(9)]
    folder = timed(run(NODES, {"m": 0}, {}, {"c-r": x, "r-o": [told(1.5), told(8)]}), 0.01, 0)
    count = 'count("udp" on c-r, r-o over 1ms)'
    for text, code in (
        (f'each "udp" on c-r with running {count} == 1', 0),
        (f'some "udp" on c-r with running {count} == 2', 1),
        (f"expect {count} == 1", 0),
    ):
        assert judge_run(rule(text), folder).code == code, text


def test_where_they_may_stand(judge: Judge) -> None:
    for text, said in (
        ('each "udp" on x where running count("udp" on x) > 1', "expected it behind 'with'"),
        ('expect running count("udp" on x) > 1', "expected it behind 'with'"),
        ('each "udp" on x with running count("udp" on x) > 1 followed by "udp" on x', "only while"),
        ('first "udp" on x with running count("udp" on x) > 1', "only while"),
        (
            'for each "udp" on x as a: no "udp" on x with running count("udp" on x) > 1',
            "only while",
        ),
        (
            'first "udp" on x as a no "udp" on x with running count("udp" on x after a) > 1',
            "counted as they pass",
        ),
        ('each "udp" on x with running count("udp" on x over 0s) > 1', "more than 0s"),
        ('each "udp" on x with running count("udp" on x over 3) > 1', "expected a duration"),
        ('expect count("udp" on x per flow) > 1', "'per' is of running ones"),
        ('expect count("udp" on x with ip.ttl > 3) > 1', "packets that are counted take"),
        ('expect count("udp" on x as a) > 1', "packets that are counted take"),
        ('each "udp" on x followed by "udp" on x per flow', "expected 'per' before"),
    ):
        judged = judge(rule(text), x=[asked(1)])
        assert judged.code == 2 and said in judged.error, (text, judged.error)
