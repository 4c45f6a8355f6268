# SPDX-License-Identifier: BSD-2-Clause
"""Cases that need what a run says of itself: names, marks, counters."""
from __future__ import annotations

from made import ACK, CLIENT, SERVER, Packet, gre, tcp, udp

from conftest import Judge, Run

Packets = list[Packet]

# ---- a tunnel that is down for a while

TUNNEL = {"up.start": 0.0, "up.end": 2.0, "down.start": 2.0, "down.end": 4.0}
NODES = {"a": CLIENT, "r": "10.0.1.1", "c": SERVER}


def tunnelled() -> tuple[Packets, Packets]:
    plain = [Packet(0.1 + n / 10, CLIENT, SERVER, udp(9, 9, b"%d" % n), id=n) for n in range(10)]
    copies = [Packet(p.at + 0.001, "10.0.1.1", SERVER, gre(p.ip()), ttl=50) for p in plain]
    idle = [Packet(at, SERVER, CLIENT, udp(1, 1)) for at in (2.5, 4.5)]
    return plain + idle, copies + idle


def test_tunnel(run: Run, judge_run: Judge) -> None:
    plain, copies = tunnelled()
    folder = run(NODES, TUNNEL, {}, {"a-r": plain, "r-c": copies})
    assert judge_run("tunnel.expect", folder).code == 0


def test_tunnel_spoilt(run: Run, judge_run: Judge) -> None:
    plain, copies = tunnelled()
    first = copies[0]
    wrongs: list[Packets] = [
        [first.but(ttl=49), *copies[1:]],
        [first.but(what=gre(plain[1].ip())), *copies[1:]],
        copies[1:],
    ]
    for wrong in wrongs:
        folder = run(NODES, TUNNEL, {}, {"a-r": plain, "r-c": wrong})
        assert judge_run("tunnel.expect", folder).code == 1
    leaked = [*copies, first.but(at=3.0)]
    judged = judge_run("tunnel.expect", run(NODES, TUNNEL, {}, {"a-r": plain, "r-c": leaked}))
    assert "nothing leaves it while it is down" in judged.failed, judged


# ---- ten thousand flows over two next hops

HOPS = {"r": "10.0.1.1", "x": "10.0.8.1", "y": "10.0.9.1"}


def flows(count: int = 10_000) -> tuple[Packets, Packets]:
    x: Packets = []
    y: Packets = []
    for n in range(count):
        packet = Packet(n / 1e4, f"10.7.{n // 250}.{n % 250 + 1}", SERVER, tcp(1024 + n, 80, ACK))
        (x if n % 2 else y).append(packet)
    return x, y


def test_shares(run: Run, judge_run: Judge) -> None:
    x, y = flows()
    folder = run(HOPS, {"m": 0.0}, {"to-x": 5003, "to-y": 4992}, {"r-x": x, "r-y": y})
    assert judge_run("shares.expect", folder).code == 0


def test_shares_spoilt(run: Run, judge_run: Judge) -> None:
    x, y = flows()
    numbers = {"to-x": 5000, "to-y": 5000}
    leaning = judge_run(
        "shares.expect", run(HOPS, {"m": 0.0}, numbers, {"r-x": x[:4000], "r-y": y})
    )
    assert "both next hops have their share" in leaning.failed
    both = judge_run(
        "shares.expect", run(HOPS, {"m": 0.0}, numbers, {"r-x": [*x, y[7].but(at=0.5)], "r-y": y})
    )
    assert both.failed == ["each flow keeps to one path"], both
    miscounted = run(HOPS, {"m": 0.0}, {"to-x": 5011, "to-y": 5000}, {"r-x": x, "r-y": y})
    assert judge_run("shares.expect", miscounted).failed == [
        "the router counted what the wire shows"
    ]
