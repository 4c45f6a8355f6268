# SPDX-License-Identifier: BSD-2-Clause
"""first-fetch, told step by step: miss, hit, refused, direct, delayed."""
from __future__ import annotations

from typing import Any, Optional

from made_run import ACK, C1, FIN_ACK, O1, P1, PSH_ACK, RST_ACK, SYN, SYN_ACK, US, MadeRun

MSS = 1448
REQUEST = (
    b"GET /object/first?size=100k&header=Cache-Control:max-age=60 HTTP/1.1\r\nHost: o1\r\n\r\n"
)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


def base_line(run: MadeRun, event: str, port: int, seen: int, service: int = 80) -> dict[str, Any]:
    return {
        "event": event,
        "time": run.stamp(run.now + 9000),
        "connection": len(run.log) + 1,
        "client": {"address": C1, "port": port},
        "origin": {"address": O1, "port": service},
        "local_port": run.own_port,
        "handshake": "deferred",
        "syn_seen": run.stamp(seen),
    }


def body(run: MadeRun, at: int, way: str, ends: tuple[str, int, str, int], size: int) -> int:
    """A response of that many bytes; acknowledged each second segment. Returns its end."""
    back = {"p>c": "c>p", "o>p": "p>o", "o>c": "c>o"}[way]
    reverse = (ends[2], ends[3], ends[0], ends[1])
    data, sent = HEAD + bytes(size), 0
    while sent < len(data):
        part = data[sent : sent + MSS]
        run.packet(at, way, ends, PSH_ACK, part, seq=1 + sent)
        sent += len(part)
        at += 12
        if sent // MSS % 2 == 0:
            run.packet(at + 50, back, reverse, ACK, seq=1 + len(REQUEST))
    return at


def close(run: MadeRun, at: int, there: str, back: str, ends: tuple[str, int, str, int]) -> None:
    reverse = (ends[2], ends[3], ends[0], ends[1])
    run.packet(at, there, ends, FIN_ACK, seq=100)
    run.packet(at + 80, back, reverse, FIN_ACK, seq=200_000)
    run.packet(at + 160, there, ends, ACK, seq=101)


def proxied(run: MadeRun, name: str, hit: bool, delay: int = 0, size: int = 100_000) -> None:
    """A fetch through the proxy: the held handshake, the request, the response, the end."""
    run.step(name, 20_000 + delay)
    port, own = run.client_port, run.own_port
    t = run.now + 100
    ends, mine = (C1, port, O1, 80), (P1, own, O1, 80)
    back, mine_back = (O1, 80, C1, port), (O1, 80, P1, own)
    run.packet(t, "c>p", ends, SYN, seq=7)
    run.packet(t + 150, "p>o", mine, SYN, seq=9)
    if delay:
        run.packet(t + delay // 2, "c>p", ends, SYN, seq=7)
        run.packet(t + delay // 2 + 40, "p>o", mine, SYN, seq=9)
    run.packet(t + 210 + delay, "o>p", mine_back, SYN_ACK)
    run.packet(t + 260 + delay, "p>o", mine, ACK)
    run.packet(t + 330 + delay, "p>c", back, SYN_ACK)
    run.packet(t + 380 + delay, "c>p", ends, ACK)
    ask = t + 450 + delay
    run.packet(ask, "c>p", ends, PSH_ACK, REQUEST)
    run.packet(ask + 50, "p>c", back, ACK)
    answer = ask + 90
    if not hit:
        run.packet(ask + 100, "p>o", mine, PSH_ACK, REQUEST)
        body(run, ask + 300, "o>p", mine_back, size)
        answer = ask + 420
    end = body(run, answer, "p>c", back, size) + 100
    close(run, end, "c>p", "p>c", ends)
    close(run, end + 300, "p>o", "o>p", mine)
    line = base_line(run, "request", port, t + 45)
    line |= {"request": 1, "method": "GET", "host": "o1", "target": "/object/first", "status": 200}
    line |= {
        "cache": "hit" if hit else "miss",
        "cache_status": "p1; hit" if hit else "p1; fwd=miss",
    }
    line |= {"fetch_local_port": None if hit else own, "fetch_reused": False}
    run.log.append(line)
    line = base_line(run, "connection", port, t + 45)
    line |= {
        "origin_connect": run.stamp(t + 140),
        "origin_acknowledged": run.stamp(t + 250 + delay),
    }
    line |= {
        "syn_released": run.stamp(t + 320 + delay),
        "client_accepted": run.stamp(t + 430 + delay),
    }
    line |= {"closed": run.stamp(end + 900), "bytes_from_client": len(REQUEST)}
    line |= {"bytes_to_client": len(HEAD) + size, "requests": 1}
    run.log.append(line)
    advance(run, 20_000 + delay)


def refused(run: MadeRun) -> None:
    run.step("refused", 10_000)
    port, own, t = run.client_port, run.own_port, run.now + 100
    run.packet(t, "c>p", (C1, port, O1, 8081), SYN, seq=7)
    run.packet(t + 150, "p>o", (P1, own, O1, 8081), SYN, seq=9)
    run.packet(t + 210, "o>p", (O1, 8081, P1, own), RST_ACK, seq=0)
    run.packet(t + 320, "p>c", (O1, 8081, C1, port), RST_ACK, seq=0)
    line = base_line(run, "refused", port, t + 45, 8081)
    line |= {"by": "rst", "icmp_type": None, "icmp_code": None, "offender": None}
    run.log.append(line | {"at": run.stamp(t + 310)})
    advance(run, 10_000)


def direct(run: MadeRun) -> None:
    run.step("direct", 10_000)
    port, t = run.client_port, run.now + 100
    ends, back = (C1, port, O1, 8080), (O1, 8080, C1, port)
    run.packet(t, "c>o", ends, SYN, seq=7)
    run.packet(t + 60, "o>c", back, SYN_ACK)
    run.packet(t + 110, "c>o", ends, ACK)
    run.packet(t + 150, "c>o", ends, PSH_ACK, REQUEST)
    end = body(run, t + 300, "o>c", back, 100_000) + 200
    close(run, end, "c>o", "o>c", ends)
    advance(run, 10_000)


def advance(run: MadeRun, length: int) -> None:
    run.now += length
    run.client_port += 1
    run.own_port += 1


def first_fetch(delay: Optional[int] = 1_020_000) -> MadeRun:
    """The whole scenario, all of it passed."""
    run = MadeRun()
    proxied(run, "miss", hit=False)
    proxied(run, "hit", hit=True)
    refused(run)
    direct(run)
    proxied(run, "delayed", hit=False, delay=delay or 0)
    run.results = {
        "verdict": "passed",
        "faithful": "yes",
        "expectations": [
            {
                "name": "redirected-packets-carry-the-option",
                "verdict": "passed",
                "detail": "57 packets on r1-p1",
                "examined": 400,
                "matched": 57,
            },
            {
                "name": "client-acknowledged-after-origin",
                "verdict": "passed",
                "detail": "3 connections; smallest lead 0.080 ms",
                "examined": 20,
                "matched": 3,
            },
        ],
        "measures": {"packets": 1234, "lateness": 20 * US},
    }
    return run
