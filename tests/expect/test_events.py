# SPDX-License-Identifier: BSD-2-Clause
"""What the language says of streams, counts, keys and order: each held and each broken."""
from __future__ import annotations

from made import ACK, CLIENT, FIN, PSH, RST, SERVER, SYN, Packet, tcp, udp

from conftest import Judge

Packets = list[Packet]


def check(judge: Judge, rules: str, good: dict[str, Packets], **bad: Packets) -> None:
    """The rules hold for the good taps, and no more when some are replaced by the bad."""
    held = judge(f'"it": {rules}', **good)
    assert held.code == 0, held
    broken = judge(f'"it": {rules}', **{**good, **bad})
    assert broken.code == 1, broken


def data(at: float, seq: int, length: int = 100, sport: int = 80, **more: int) -> Packet:
    body = bytes((seq + n) % 251 for n in range(length))
    what = tcp(sport, 50001, PSH | ACK, seq, 501, body)
    return Packet(at, SERVER, CLIENT, what, id=more.get("id", seq % 65536))


def acknowledged(at: float, ack: int) -> Packet:
    return Packet(at, CLIENT, SERVER, tcp(50001, 80, ACK, 501, ack))


def handshake() -> Packets:
    return [
        Packet(0.0, CLIENT, SERVER, tcp(50001, 80, SYN, 500)),
        Packet(0.001, SERVER, CLIENT, tcp(80, 50001, SYN | ACK, 1000, 501)),
        acknowledged(0.002, 1001),
    ]


def stream(count: int = 10) -> Packets:
    packets = handshake()
    for n in range(count):
        packets += [data(0.1 + n / 10, 1001 + 100 * n), acknowledged(0.15 + n / 10, 1101 + 100 * n)]
    return packets


# ---- TCP


def test_no_retransmission(judge: Judge) -> None:
    again = stream() + [data(2.0, 1101, id=9)]
    check(judge, 'no "tcp" on x with tcp.analysis.retransmission', {"x": stream()}, x=again)


def test_a_connection_does_not_stall(judge: Judge) -> None:
    late = [p.but(at=p.at + 3 * (p.at > 0.5)) for p in stream()]
    check(judge, 'each "tcp" on x with tcp.time_delta <= 500ms', {"x": stream()}, x=late)
    rules = 'each "src port 80" on x where tcp.len > 0 and tcp.nxtseq < 1001 followed by '
    rules += '"src port 80" on x where tcp.len > 0 within 500ms'
    check(judge, rules, {"x": stream()}, x=late)


def test_no_reset_and_nothing_behind_one(judge: Judge) -> None:
    reset = Packet(5.0, SERVER, CLIENT, tcp(80, 50001, RST, 2001))
    check(judge, 'no "tcp[tcpflags] & tcp-rst != 0" on x', {"x": stream()}, x=stream() + [reset])
    rules = 'first "tcp[tcpflags] & tcp-rst != 0" on x as reset no "tcp" on x after reset'
    more = stream() + [reset, data(5.1, 2001)]
    check(judge, rules, {"x": stream() + [reset]}, x=more)


def test_sequence_numbers_have_no_hole(judge: Judge) -> None:
    hole = [p for p in stream() if p != data(0.4, 1301)]
    assert len(hole) == len(stream()) - 1
    check(judge, 'no "tcp" on x with tcp.analysis.lost_segment', {"x": stream()}, x=hole)


def test_bytes_in_flight(judge: Judge) -> None:
    burst = handshake() + [data(0.1 + n / 1e4, 1001 + 100 * n) for n in range(4)]
    rules = 'each "src port 80" on x where tcp.len > 0 with tcp.analysis.bytes_in_flight <= 300'
    check(judge, rules, {"x": stream()}, x=burst)


def test_handshakes_are_three_packets_in_order(judge: Judge) -> None:
    rules = """
      for each "tcp[tcpflags] = tcp-syn" on x as asked:
      first "tcp[tcpflags] = (tcp-syn|tcp-ack)" on x after asked
        where connection == asked.connection as told with tcp.ack_raw == asked.tcp.seq_raw + 1
      first "tcp[tcpflags] = tcp-ack" on x after told where connection == asked.connection
        with tcp.ack_raw == told.tcp.seq_raw + 1 within 1s of told
    """
    wrong = handshake()[:2] + [acknowledged(0.002, 1002)]
    check(judge, rules, {"x": handshake()}, x=wrong)


def test_checksums(judge: Judge) -> None:
    broken = stream()
    broken[5] = broken[5].but(spoilt={36: 0x12, 37: 0x34})
    check(
        judge,
        'each "tcp" on x with ip.checksum.valid, tcp.checksum.valid',
        {"x": stream()},
        x=broken,
    )


# ---- streams, by their bytes


def cut(sizes: list[int], at: float) -> Packets:
    packets, seq = [], 1001
    whole = b"".join(bytes((1001 + 100 * n + m) % 251 for m in range(100)) for n in range(6))
    for n, size in enumerate(sizes):
        body = whole[seq - 1001 : seq - 1001 + size]
        packets.append(
            Packet(at + n / 1e3, SERVER, CLIENT, tcp(80, 50001, PSH | ACK, seq, 501, body), id=n)
        )
        seq += size
    return packets


def test_a_stream_is_the_same_in_other_segments(judge: Judge) -> None:
    rules = 'each "src port 80" on x becomes segments on y within 1s'
    large, small = [300, 300], [100, 150, 50, 300]
    other = cut(small, 0.2)
    other[1] = other[1].but(what=tcp(80, 50001, PSH | ACK, 1101, 501, b"!" * 150))
    check(judge, rules, {"x": cut(large, 0.1), "y": cut(small, 0.2)}, y=other)
    check(judge, rules, {"x": cut(small, 0.1), "y": cut(large, 0.2)}, y=cut([300], 0.2))


def fragments(sizes: list[int], at: float) -> Packets:
    whole = udp(4000, 7000, bytes(range(248))).render(CLIENT, SERVER)
    packets, offset = [], 0
    for size in sizes:
        more = 0x2000 if offset + size < len(whole) else 0
        part = Packet(at, CLIENT, SERVER, udp(0, 0), id=7, fragment=more | offset // 8)
        packets.append(part.but(raw=whole[offset : offset + size], at=at + offset / 1e5))
        offset += size
    return packets


def test_a_packet_is_the_same_in_fragments(judge: Judge) -> None:
    rules = 'each "udp" on x becomes fragments on y within 1s'
    good = {"x": fragments([256], 0.1), "y": fragments([128, 64, 64], 0.2)}
    check(judge, rules, good, y=fragments([128, 64, 64], 0.2)[:2])


# ---- aggregates


def rounds(delays: list[float]) -> Packets:
    packets = []
    for n, delay in enumerate(delays):
        packets.append(Packet(float(n), CLIENT, SERVER, udp(4000, 53, b"q" * 10), id=n))
        packets.append(Packet(n + delay, SERVER, CLIENT, udp(53, 4000, b"a" * (20 + n)), id=n))
    return packets


def test_counts_compared_with_each_other(judge: Judge) -> None:
    rules = 'expect count("udp dst port 53" on x) == count("udp src port 53" on x)'
    good = rounds([0.1] * 10)
    check(judge, rules, {"x": good}, x=good[:-1])


def test_sums_extremes_and_percentiles(judge: Judge) -> None:
    good = rounds([0.1] * 10)
    longer = good[:-1] + [good[-1].but(what=udp(53, 4000, b"a" * 500))]
    answers = '(udp.length of "udp src port 53" on x)'
    for rule in ("sum{} == 325", "max{} <= 37", "mean{} < 40", "p99{} <= 40"):
        check(judge, "expect " + rule.format(answers), {"x": good}, x=longer)
    shorter = [good[0], good[1].but(what=udp(53, 4000, b"")), *good[2:]]
    check(judge, f"expect min{answers} >= 28", {"x": good}, x=shorter)
    check(judge, f"expect p50{answers} in 30 .. 34", {"x": good}, x=[p for p in good if p.id > 6])


def test_rate_share_and_distinct(judge: Judge) -> None:
    good = rounds([0.1] * 10)
    fast = [p.but(at=p.at / 10) for p in good]
    rules = 'expect rate("udp dst port 53" on x) == 1 give or take 20%'
    check(judge, rules, {"x": good}, x=fast)
    rules = 'expect share("udp dst port 53" on x among "udp" on x) == 50%'
    check(judge, rules, {"x": good}, x=good[:-1])
    rules = 'expect distinct(ip.id of "udp src port 53" on x) == 10'
    check(judge, rules, {"x": good}, x=good[:-1] + [good[-1].but(id=0)])


def test_running_counts(judge: Judge) -> None:
    """When a request is sent, at most one before it is unanswered."""
    rules = """
      for each "udp dst port 53" on x as asked:
      expect count("udp dst port 53" on x before asked)
        - count("udp src port 53" on x before asked) <= 1
    """
    check(judge, rules, {"x": rounds([1.5] * 10)}, x=rounds([2.5] * 10))


# ---- keys, and order


def test_per_key(judge: Judge) -> None:
    good = rounds([0.1])
    check(
        judge, 'exactly 2 "udp" on x per ip.id', {"x": rounds([0.1] * 5)}, x=rounds([0.1] * 5)[:-1]
    )
    check(judge, 'at most 1 "udp" on x per flow', {"x": good}, x=rounds([0.1] * 2))


def test_each_first_of_a_connection(judge: Judge) -> None:
    rules = 'each first "tcp" on x per connection with tcp.flags.syn'
    other = [p.but(what=tcp(50002, 80, ACK, 1, 1)) for p in handshake()[2:]]
    check(judge, rules, {"x": stream()}, x=stream() + other)


def test_one_becomes_many_and_many_are_one(judge: Judge) -> None:
    """A copy to each of two taps; replies of three are joined to one request."""
    asked = [Packet(1.0, CLIENT, "239.1.1.1", udp(4000, 7000), id=1)]
    told = [Packet(1.1 + n, f"10.0.2.{n}", CLIENT, udp(7000, 4000), id=n) for n in (1, 2, 3)]
    rules = 'each "dst host 239.1.1.1" on x followed by exactly 3 "udp dst port 4000" on x'
    rules += " joined by was.udp.srcport == udp.dstport"
    check(judge, rules, {"x": asked + told}, x=asked + told[:2])
    rules = 'each "udp dst port 4000" on x preceded by "udp dst port 7000" on x'
    rules += " joined by was.udp.dstport == udp.srcport"
    check(
        judge,
        rules,
        {"x": asked + told},
        x=[Packet(0.5, "10.0.2.9", CLIENT, udp(7000, 4000)), *asked],
    )


def test_order_is_partial(judge: Judge) -> None:
    """Two events behind one, in either order; a third behind both."""
    rules = """
      first "udp dst port 1" on x as start
      first "udp dst port 2" on x after start as one
      first "udp dst port 3" on x after start as other
      first "udp dst port 4" on x as done
      expect one.time < done.time, other.time < done.time
    """

    def events(*ports: int) -> Packets:
        return [Packet(n + 1, CLIENT, SERVER, udp(9, port)) for n, port in enumerate(ports)]

    check(judge, rules, {"x": events(1, 2, 3, 4)}, x=events(1, 2, 4, 3))
    check(judge, rules, {"x": events(1, 3, 2, 4)}, x=events(2, 3, 1, 4))


def test_until_and_from_to(judge: Judge) -> None:
    def events(*ports: int) -> Packets:
        return [Packet(n + 1, CLIENT, SERVER, udp(9, port)) for n, port in enumerate(ports)]

    edges = 'first "udp dst port 1" on x as a first "udp dst port 4" on x as b '
    inside = edges + 'no "udp dst port 2" on x from a to b'
    check(judge, inside, {"x": events(2, 1, 3, 4, 2)}, x=events(1, 2, 4))
    check(
        judge, edges + 'no "udp dst port 2" on x until b', {"x": events(1, 4, 2)}, x=events(2, 1, 4)
    )
    check(
        judge, edges + 'exactly 1 "udp" on x from a to b', {"x": events(2, 1, 4)}, x=events(1, 3, 4)
    )


def test_a_fin_ends_each_side(judge: Judge) -> None:
    ends = [
        Packet(8.0, SERVER, CLIENT, tcp(80, 50001, FIN | ACK, 2001, 501)),
        Packet(8.1, CLIENT, SERVER, tcp(50001, 80, FIN | ACK, 501, 2002)),
    ]
    rules = 'exactly 2 "tcp[tcpflags] & tcp-fin != 0" on x per connection'
    check(judge, rules, {"x": stream() + ends}, x=stream() + ends[:1])


def test_a_number_says_which_packets_are_meant(judge: Judge) -> None:
    """It is gathered wherever a condition asks for it."""
    x = [data(n, n, sport=81) for n in range(3)]
    y = [data(1.5, 3), data(8, 9)]
    others = 'count("tcp" on x where tcp.srcport == 81)'
    for text, code in (
        (f'no "tcp" on y where ip.id == {others}', 1),
        (f'exactly 1 "tcp" on y where ip.id == {others}', 0),
        (f'first "tcp" on y as a no "tcp" on y after a where ip.id == a.ip.id * {others}', 1),
        (f'expect count("tcp" on y where ip.id == {others}) == 1', 0),
        (
            f'each "ip[4:2] = 1" on x followed by no "tcp" on y where ip.id == {others} within 5s '
            "joined by ip.src",
            1,
        ),
    ):
        assert judge(f'"it": {text}', x=x, y=y).code == code, text
    scoped = f'"it": for each "tcp" on y where ip.id == {others} as it: no "tcp" on x after it'
    assert judge(scoped, x=x, y=y).code == 1


def test_what_numbers_in_conditions_rest_on(judge: Judge) -> None:
    """A tap that is empty has no number that says which packets are meant."""
    text = '"it": no "tcp" on y where ip.id == 1 + count("tcp" on x)'
    judged = judge(text, x=[], y=[data(1, 3)])
    assert judged.code == 1 and "a whole, live and lossless capture at x" in judged.reasons("it")
