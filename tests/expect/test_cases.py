# SPDX-License-Identifier: BSD-2-Clause
"""What people want to say of captures: each said, and each broken in a way that is noticed."""
from __future__ import annotations

from typing import Callable

import pytest
from made import ACK, CLIENT, FIN, SERVER, SYN, Packet, echo, sack, tcp, udp

from conftest import Judge

Packets = list[Packet]


def down(at: float, flags: int, seq: int, data: bytes = b"", ack: int = 101) -> Packet:
    """From the server; sequence numbers count from 1000."""
    return Packet(at, SERVER, CLIENT, tcp(80, 50001, flags, 1000 + seq, ack, data))


def up(at: float, flags: int, ack: int, options: bytes = b"", seq: int = 101) -> Packet:
    return Packet(at, CLIENT, SERVER, tcp(50001, 80, flags, seq, 1000 + ack, b"", options))


def handshake() -> Packets:
    return [
        Packet(0.0, CLIENT, SERVER, tcp(50001, 80, SYN, 100)),
        Packet(0.001, SERVER, CLIENT, tcp(80, 50001, SYN | ACK, 1000, 101)),
        up(0.002, ACK, 1),
    ]


# ---- fast retransmit


def recovery() -> Packets:
    segments = [down(0.01 + i / 1e4, ACK, 1 + 1460 * i, b"x" * 1460) for i in range(4)]
    edges = [(2461, 3921), (2461, 5381), (2461, 6841)]
    reports = [up(0.02 + i / 1e3, ACK, 1, sack(edge)) for i, edge in enumerate(edges)]
    again = down(0.024, ACK, 1, b"x" * 1460)
    later = [up(0.05, ACK, 5841)]  # the capture goes on for longer than the 4 ms
    return handshake() + later + segments + reports + [again, up(0.025, ACK, 5841)]


def too_late(packets: Packets) -> None:
    packets[-2] = packets[-2].but(at=0.0275)
    packets[-1] = packets[-1].but(at=0.028)


def before_the_third(packets: Packets) -> None:
    packets[-2] = packets[-2].but(at=0.0215)


def twice(packets: Packets) -> None:
    packets.append(packets[-2].but(at=0.0245))


def another_one(packets: Packets) -> None:
    packets.append(down(0.0245, ACK, 1461, b"x" * 1460))


def shorter(packets: Packets) -> None:
    packets[-2] = down(0.024, ACK, 1, b"x" * 1000)


def not_pure(packets: Packets) -> None:
    """The second report bears data, and is none."""
    what = tcp(50001, 80, ACK, 101, 1001, b"x", sack((2461, 5381)))
    packets[-4] = packets[-4].but(what=what)


def never_filled(packets: Packets) -> None:
    packets[:] = [p for p in packets if p.what != up(0, ACK, 5841).what]


ONE = "one retransmission, at once after the third report, and no other"
WITHIN = "exactly 1 data() on wire where tcp.seq == 1 and tcp.len == 1460 within 4ms of three"
BEFORE = "no data() on wire before three where tcp.analysis.retransmission"
UNTIL = "exactly 1 data() on wire where tcp.analysis.retransmission from three to filled"


def test_fast_retransmit(judge: Judge) -> None:
    assert judge("fast-retransmit.expect", wire=recovery()).code == 0


@pytest.mark.parametrize(
    "spoil, reason",
    [
        (too_late, f"{WITHIN}: expected exactly 1 such packets, found 0"),
        (before_the_third, f"{BEFORE}: expected no such packet, found this one"),
        (twice, f"{WITHIN}: expected exactly 1 such packets, found 2"),
        (another_one, f"{UNTIL}: expected exactly 1 such packets, found 2"),
        (shorter, f"{WITHIN}: expected exactly 1 such packets, found 0"),
        (not_pure, "first report(4381) on wire after one as two"),
        (never_filled, 'first "src port 50001" on wire where tcp.ack >= 5841'),
    ],
)
def test_fast_retransmit_spoilt(
    judge: Judge, spoil: Callable[[Packets], None], reason: str
) -> None:
    packets = recovery()
    spoil(packets)
    assert judge("fast-retransmit.expect", wire=packets).broke(ONE, reason)


# ---- a FIN again and again


def fins(*times: float) -> Packets:
    return handshake() + [up(at, FIN | ACK, 1) for at in times]


def test_fin_repeated(judge: Judge) -> None:
    assert judge("fin-repeated.expect", wire=fins(1, 1.35, 1.7, 2.4)).code == 0


@pytest.mark.parametrize(
    "times, reason",
    [
        ((1, 1.25, 1.6, 2.3), "expected again.time - sent.time in 0.3s .. 0.4s"),
        ((1, 1.35, 1.8, 2.5), "expected third.time - again.time in 0.3s .. 0.4s"),
        ((1, 1.35, 1.7, 2.2), "expected last_one.time - third.time in 0.6s .. 0.8s"),
        ((1, 1.35, 1.7), "first fin() on wire after third as last_one"),
        ((1, 1.35, 1.7, 2.4, 3.8), "no fin() on wire after last_one: expected no such packet"),
    ],
)
def test_fin_repeated_otherwise(judge: Judge, times: tuple[float, ...], reason: str) -> None:
    words = "the FIN is repeated three times, with gaps that grow, and then no more"
    assert judge("fin-repeated.expect", wire=fins(*times)).broke(words, reason)


def test_another_fin(judge: Judge) -> None:
    packets = fins(1, 1.35, 1.7, 2.4)
    packets[-1] = up(2.4, FIN | ACK, 1, seq=102)
    words = "the FIN is repeated three times, with gaps that grow, and then no more"
    reason = "expected tcp.seq_raw == sent.tcp.seq_raw, which is 101, found tcp.seq_raw is 102"
    assert judge("fin-repeated.expect", wire=packets).broke(words, reason)


# ---- a probe of the path's MTU


def probing(sizes: list[int], acknowledged_after: int) -> Packets:
    packets, seq = handshake(), 1
    for number, size in enumerate(sizes):
        packets.append(down(0.01 * (number + 1), ACK, seq, b"d" * size))
        seq += size
        if number == acknowledged_after:
            packets.append(up(0.01 * (number + 1) + 0.005, ACK, seq))
    return packets


def test_mtu_probe(judge: Judge) -> None:
    assert judge("mtu-probe.expect", wire=probing([600, 986, 600, 600, 986, 986], 3)).code == 0


@pytest.mark.parametrize(
    "sizes, reason",
    [
        ([600, 986, 986, 600, 986], "after probe before covered with tcp.len == 600"),
        ([600, 986, 600, 600, 600, 986], "after covered with tcp.len == 986"),
        ([700, 986, 600, 600, 986], "before probe with tcp.len == 600"),
        ([600, 600, 600, 600, 600], "first data() on wire where tcp.len == 986 as probe"),
    ],
)
def test_mtu_probe_otherwise(judge: Judge, sizes: list[int], reason: str) -> None:
    words = "one probe of 986 bytes, 600 until it is acknowledged, then 986"
    assert judge("mtu-probe.expect", wire=probing(sizes, 3)).broke(words, reason)


def test_mtu_probe_that_nobody_acknowledges(judge: Judge) -> None:
    words = "one probe of 986 bytes, 600 until it is acknowledged, then 986"
    judged = judge("mtu-probe.expect", wire=probing([600, 986, 600, 986], 0))
    assert judged.broke(words, 'first "dst port 80" on wire where tcp.ack >= probe.tcp.nxtseq')


# ---- TTL


def pings() -> tuple[Packets, Packets]:
    near, far = [], []
    for seq, ttl in enumerate([59, 1, 59]):
        asked = Packet(1.0 + seq, CLIENT, SERVER, echo(8, 7, seq), ttl=ttl)
        near.append(asked)
        if ttl > 1:
            far.append(asked.but(at=asked.at + 0.001, ttl=ttl - 1))
            near.append(Packet(asked.at + 0.002, SERVER, CLIENT, echo(0, 7, seq)))
    return near, far


def test_ttl(judge: Judge) -> None:
    near, far = pings()
    assert judge("ttl.expect", near=near, far=far).code == 0


THROUGH = "a request with TTL to spend comes through with one less, and is answered"


def test_ttl_spoilt(judge: Judge) -> None:
    near, far = pings()
    judged = judge("ttl.expect", near=near, far=[far[0].but(ttl=59), far[1]])
    assert judged.broke(
        THROUGH, "expected ip.ttl == was.ip.ttl - 1, which is 58, found ip.ttl is 59"
    )
    judged = judge("ttl.expect", near=near, far=far[1:])
    assert judged.broke(THROUGH, "expected the packet on far within 1s, found none")
    longer = far[0].but(what=echo(8, 7, 0, b"waylays"))
    judged = judge("ttl.expect", near=near, far=[longer, far[1]])
    assert set(judged.failed) == {THROUGH, "what comes through was sent, once"}
    judged = judge("ttl.expect", near=near[:1] + near[2:], far=far)
    assert judged.broke(THROUGH, 'expected "icmp[icmptype] = icmp-echoreply" on near after it')
    judged = judge("ttl.expect", near=near, far=[*far, far[1].but(at=3.5)])
    assert judged.broke("what comes through was sent, once", "expected the packet on near")


def test_ttl_spent(judge: Judge) -> None:
    near, far = pings()
    judged = judge("ttl.expect", near=near, far=far + [near[2].but(at=2.1)])
    words = "a request with TTL 1 does not appear behind the router"
    assert judged.broke(words, "expected no such packet, found this one")


# ---- a thousand rounds


def rounds(count: int = 1000) -> tuple[Packets, Packets]:
    a, b = [], []
    for n in range(count):
        at = n * 0.01
        a.append(Packet(at, CLIENT, SERVER, udp(4000, 5000), id=n))
        a.append(Packet(at + (0.002 if n % 2 else 0.004), SERVER, CLIENT, udp(5000, 4000), id=n))
        b.append(Packet(at + 0.003, SERVER, "239.1.1.1", udp(6000, 6000), id=n))
    return a, b


def test_rounds(judge: Judge) -> None:
    a, b = rounds()
    assert judge("rounds.expect", a=a, b=b).code == 0


ROUND = "each request is acknowledged here and told to the group there, in either order, once"
ON_A = 'exactly 1 "udp src port 5000" on a from request until next request'
ON_B = 'exactly 1 "udp and dst host 239.1.1.1" on b from request until next request'


def test_rounds_spoilt(judge: Judge) -> None:
    a, b = rounds()
    judged = judge("rounds.expect", a=a, b=b[:500] + b[501:])
    assert judged.broke(ROUND, f"{ON_B}: expected exactly 1 such packets, found 0")
    judged = judge("rounds.expect", a=a, b=b + [b[7].but(at=b[7].at + 0.001)])
    assert judged.broke(ROUND, f"{ON_B}: expected exactly 1 such packets, found 2")
    judged = judge("rounds.expect", a=a[:401] + a[402:], b=b)
    assert judged.broke(ROUND, f"{ON_A}: expected exactly 1 such packets, found 0")


def test_a_round_is_missing(judge: Judge) -> None:
    a, b = rounds(999)
    words = "there are a thousand rounds"
    assert judge("rounds.expect", a=a, b=b).broke(words, "exactly 1000 such packets, found 999")


# ---- one request, many replies


def replies() -> tuple[Packets, Packets]:
    request = Packet(1.0, CLIENT, "239.1.1.1", udp(4000, 7000))
    outside, inside = [request], []
    for n, member in enumerate([3, 1, 2]):
        reply = Packet(1.1 + n / 100, f"10.0.2.{member}", CLIENT, udp(7000, 4000), id=member)
        inside.append(reply)
        outside.append(reply.but(at=reply.at + 0.001))
    return inside, outside


def test_group(judge: Judge) -> None:
    inside, outside = replies()
    assert judge("group.expect", inside=inside, outside=outside).code == 0


def member(n: int) -> str:
    return f"member 10.0.2.{n} replies once, inside before outside"


def test_group_spoilt(judge: Judge) -> None:
    inside, outside = replies()
    early = [outside[0], outside[1].but(at=1.05), *outside[2:]]
    judged = judge("group.expect", inside=inside, outside=early)
    assert judged.broke(member(3), 'expected "udp and src host $member" on inside before it')
    judged = judge("group.expect", inside=inside, outside=outside[:-1])
    assert judged.broke(member(2), "on outside after request: expected exactly 1 such packets")
    judged = judge("group.expect", inside=inside, outside=outside + [outside[2].but(at=1.3)])
    assert judged.broke(member(1), "expected exactly 1 such packets, found 2")
    judged = judge("group.expect", inside=inside[1:], outside=outside)
    assert judged.broke(member(3), "on inside: expected exactly 1 such packets, found 0")
    elsewhere = [*outside[:3], outside[3].but(destination="10.0.1.9")]
    judged = judge("group.expect", inside=inside, outside=elsewhere)
    assert judged.broke(member(2), "expected ip.dst == request.ip.src")


def test_others_in_the_group(judge: Judge) -> None:
    inside, outside = replies()
    stranger = outside[1].but(source="10.0.2.9", at=1.2)
    reason = "with ip.src not in $members: expected no such packet"
    for taps in ((inside, [*outside, stranger]), ([*inside, stranger], outside)):
        judged = judge("group.expect", inside=taps[0], outside=taps[1])
        assert judged.broke("nobody else replies", reason)
    again = judge("group.expect", inside=inside, outside=[*outside, outside[0].but(at=1.9)])
    assert again.broke("there is one request", "expected exactly 1 such packets, found 2")


# ---- a field rewritten


def marked() -> tuple[Packets, Packets]:
    before = [Packet(n / 10, CLIENT, SERVER, udp(9, 9, b"data %d" % n), id=n) for n in range(10)]
    behind = [
        p.but(at=p.at + 0.001, ttl=63, tos=46 << 2, source_mac="02:00:00:00:00:09") for p in before
    ]
    return before, behind


def test_rewritten(judge: Judge) -> None:
    before, behind = marked()
    assert judge("rewritten.expect", before=before, behind=behind).code == 0


WHOLE = "one field is rewritten, all else stays, and checksums are right"
TEN = "there are ten, and none is as it was"


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"what": udp(9, 9, b"DATA 0")}, "expected frame[26:] == was.frame[26:]"),
        ({"what": udp(9, 10, b"data 0")}, "expected frame[26:] == was.frame[26:]"),
        ({"fragment": 0}, "expected frame[16:6] == was.frame[16:6]"),
        ({"tos": 46 << 2 | 1}, "expected ip.dsfield.ecn == was.ip.dsfield.ecn"),
        ({"spoilt": {10: 0x12}}, "expected ip.checksum.valid"),
        ({"spoilt": {26: 0x12}}, "expected udp.checksum.valid"),
    ],
)
def test_rewritten_spoilt(judge: Judge, changes: dict[str, object], reason: str) -> None:
    before, behind = marked()
    judged = judge(
        "rewritten.expect", before=before, behind=[behind[0].but(**changes), *behind[1:]]
    )
    assert WHOLE in judged.failed and reason in judged.reasons(WHOLE), judged


def test_not_rewritten(judge: Judge) -> None:
    before, behind = marked()
    judged = judge("rewritten.expect", before=before, behind=[behind[0].but(tos=0), *behind[1:]])
    assert judged.failed == [WHOLE, TEN], judged
    assert "found ip.dsfield.dscp != 46: ip.dsfield.dscp is 0" in judged.reasons(TEN)
    judged = judge("rewritten.expect", before=before[1:], behind=behind[1:])
    assert judged.broke(TEN, "expected exactly 10 such packets, found 9")
    more = [*behind, behind[3].but(at=2.0)]
    assert judge("rewritten.expect", before=before, behind=more).broke(TEN, "found 11")


def test_rewritten_in_another_order(judge: Judge) -> None:
    before, behind = marked()
    swapped = [behind[1].but(at=behind[0].at), behind[0].but(at=behind[1].at), *behind[2:]]
    judged = judge("rewritten.expect", before=before, behind=swapped)
    assert "expected ip.id == was.ip.id" in judged.reasons("the order is kept"), judged
