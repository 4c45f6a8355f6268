# SPDX-License-Identifier: BSD-2-Clause
"""Cases that need what a run says of itself: names, marks, counters."""
from __future__ import annotations

from made import ACK, CLIENT, SERVER, Packet, gre, tcp, udp

from conftest import Judge, Judged, Run

Packets = list[Packet]

# ---- a tunnel that is down for a while

TUNNEL = {"up.start": 0.0, "up.end": 2.0, "down.start": 2.0, "down.end": 4.0}
NODES = {"a": CLIENT, "r": "10.0.1.1", "c": SERVER}


def tunnelled() -> tuple[Packets, Packets]:
    plain = [Packet(0.1 + n / 10, CLIENT, SERVER, udp(9, 9, b"%d" % n), id=n) for n in range(10)]
    copies = [Packet(p.at + 0.001, "10.0.1.1", SERVER, gre(p.ip()), ttl=50) for p in plain]
    idle = [Packet(at, SERVER, CLIENT, udp(1, 1)) for at in (2.5, 4.5)]
    lost = [plain[0].but(at=2.2, id=77)]
    return plain + lost + idle, copies + idle


def test_tunnel(run: Run, judge_run: Judge) -> None:
    plain, copies = tunnelled()
    folder = run(NODES, TUNNEL, {}, {"a-r": plain, "r-c": copies})
    assert judge_run("tunnel.expect", folder).code == 0


UP = "what enters the tunnel leaves it whole, while it is up"
DOWN = "nothing leaves it while it is down"


def test_tunnel_spoilt(run: Run, judge_run: Judge) -> None:
    plain, copies = tunnelled()
    first = copies[0]
    altered = plain[0].but(what=udp(9, 9, b"!"))
    wrongs = [
        ([first.but(ttl=49), *copies[1:]], "expected ip.ttl == 50, found ip.ttl is 49"),
        (
            [first.but(what=gre(altered.ip())), *copies[1:]],
            "expected gre.payload == was.frame[14:]",
        ),
        (copies[1:], "expected the packet on r-c within 100ms, found none"),
        ([*copies, first.but(at=1.5)], "expected exactly 10 such packets, found 11"),
    ]
    for wrong, reason in wrongs:
        folder = run(NODES, TUNNEL, {}, {"a-r": plain, "r-c": wrong})
        assert judge_run("tunnel.expect", folder).broke(UP, reason)


def test_tunnel_leaks(run: Run, judge_run: Judge) -> None:
    plain, copies = tunnelled()
    leaked = [*copies, copies[0].but(at=3.0)]
    judged = judge_run("tunnel.expect", run(NODES, TUNNEL, {}, {"a-r": plain, "r-c": leaked}))
    assert judged.broke(DOWN, "expected no such packet, found this one")
    unasked = [p for p in plain if p.id != 77]
    judged = judge_run("tunnel.expect", run(NODES, TUNNEL, {}, {"a-r": unasked, "r-c": copies}))
    assert judged.broke(DOWN, 'some "src host $a" on a-r during down')


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


SHARE = "both next hops have their share"
ONE_PATH = "each flow keeps to one path"
FLOWS = "there are ten thousand flows"
COUNTED = "the router counted what the wire shows"


def judged_flows(
    run: Run, judge_run: Judge, x: Packets, y: Packets, more: tuple[int, int] = (0, 0)
) -> Judged:
    """The counters tell of so many packets more than there are."""
    told = {"to-x": len(x) + more[0], "to-y": len(y) + more[1]}
    return judge_run("shares.expect", run(HOPS, {"m": 0.0}, told, {"r-x": x, "r-y": y}))


def test_shares_spoilt(run: Run, judge_run: Judge) -> None:
    x, y = flows()
    leaning = judged_flows(run, judge_run, x[:4000], y + x[4000:])
    assert leaning.broke(SHARE, "expected share(", "distinct(flow of")
    both = judged_flows(run, judge_run, [*x, y[7].but(at=0.5)], y)
    assert both.broke(ONE_PATH, "expected no such packet")
    fewer = judged_flows(run, judge_run, x[1:], y)
    assert fewer.broke(FLOWS, "found distinct(flow of")


def test_counters_of_shares(run: Run, judge_run: Judge) -> None:
    x, y = flows()
    assert judged_flows(run, judge_run, x, y, (10, -10)).code == 0
    for more in ((11, 0), (0, -11)):
        assert judged_flows(run, judge_run, x, y, more).broke(COUNTED, "give or take 10")
