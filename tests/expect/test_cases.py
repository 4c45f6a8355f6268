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
    packets.append(packets[-2].but(at=0.0215))


def twice(packets: Packets) -> None:
    packets.append(packets[-2].but(at=0.0245))


def another_one(packets: Packets) -> None:
    packets.append(down(0.0245, ACK, 1461, b"x" * 1460))


def test_fast_retransmit(judge: Judge) -> None:
    assert judge("fast-retransmit.expect", wire=recovery()).code == 0


@pytest.mark.parametrize("spoil", [too_late, before_the_third, twice, another_one])
def test_fast_retransmit_spoilt(judge: Judge, spoil: Callable[[Packets], None]) -> None:
    packets = recovery()
    spoil(packets)
    judged = judge("fast-retransmit.expect", wire=packets)
    assert judged.code == 1, judged


# ---- a FIN again and again


def fins(*times: float) -> Packets:
    return handshake() + [up(at, FIN | ACK, 1) for at in times]


def test_fin_repeated(judge: Judge) -> None:
    assert judge("fin-repeated.expect", wire=fins(1, 1.35, 1.7, 2.4)).code == 0


@pytest.mark.parametrize(
    "times", [(1, 1.25, 1.6, 2.3), (1, 1.35, 1.7, 2.2), (1, 1.35, 1.7), (1, 1.35, 1.7, 2.4, 3.8)]
)
def test_fin_repeated_otherwise(judge: Judge, times: tuple[float, ...]) -> None:
    assert judge("fin-repeated.expect", wire=fins(*times)).code == 1


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


@pytest.mark.parametrize("sizes", [[600, 986, 986, 600, 986], [600, 986, 600, 600, 600, 986]])
def test_mtu_probe_otherwise(judge: Judge, sizes: list[int]) -> None:
    assert judge("mtu-probe.expect", wire=probing(sizes, 3)).code == 1


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


def test_ttl_spoilt(judge: Judge) -> None:
    near, far = pings()
    assert judge("ttl.expect", near=near, far=[far[0].but(ttl=59), far[1]]).code == 1
    assert judge("ttl.expect", near=near, far=far[1:]).code == 1
    assert judge("ttl.expect", near=near[:1] + near[2:], far=far).code == 1  # no reply
    leaked = near[2].but(at=2.1)
    judged = judge("ttl.expect", near=near, far=far + [leaked])
    assert judged.failed == ["a request with TTL 1 does not appear behind the router"], judged


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


def test_rounds_spoilt(judge: Judge) -> None:
    a, b = rounds()
    assert judge("rounds.expect", a=a, b=b[:500] + b[501:]).code == 1
    assert judge("rounds.expect", a=a, b=b + [b[7].but(at=b[7].at + 0.001)]).code == 1
    assert judge("rounds.expect", a=a[:401] + a[402:], b=b).code == 1


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


def test_group_spoilt(judge: Judge) -> None:
    inside, outside = replies()
    others = outside + [outside[1].but(source="10.0.2.9", at=1.2)]
    assert judge("group.expect", inside=inside, outside=others).failed == ["nobody else replies"]
    early = [outside[0], outside[1].but(at=1.05), *outside[2:]]
    assert judge("group.expect", inside=inside, outside=early).failed == [
        "member 10.0.2.3 replies once, inside before outside"
    ]
    assert judge("group.expect", inside=inside, outside=outside[:-1]).code == 1
    assert (
        judge("group.expect", inside=inside, outside=outside + [outside[2].but(at=1.3)]).code == 1
    )


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


def test_rewritten_spoilt(judge: Judge) -> None:
    before, behind = marked()
    first = behind[0]
    for wrong in (
        first.but(tos=0),
        first.but(spoilt={30: 0x55}),
        first.but(what=udp(9, 9, b"DATA 0")),
        first.but(spoilt={10: 0x12}),
    ):
        judged = judge("rewritten.expect", before=before, behind=[wrong, *behind[1:]])
        assert judged.failed[0].startswith("one field is rewritten"), judged
    swapped = [behind[1].but(at=behind[0].at), behind[0].but(at=behind[1].at), *behind[2:]]
    assert "the order is kept" in judge("rewritten.expect", before=before, behind=swapped).failed
