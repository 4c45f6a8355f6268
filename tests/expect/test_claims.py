# SPDX-License-Identifier: BSD-2-Clause
"""What an access log claims: each line has packets, each packet a line."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from made import ACK, CLIENT, SERVER, START, SYN, Packet, tcp, udp
from test_time import rule

from conftest import Judge, Run

OTHER = "10.0.1.3"
NODES = {"c": CLIENT, "r": "10.0.1.1", "p": "10.0.2.2", "o": SERVER}
SYN_ON = 'each "tcp[tcpflags] & tcp-syn != 0" on c-r'
BOTH = 'followed by "tcp" on c-r, r-o joined by connection'
WHOLE = f"{SYN_ON} {BOTH}"
DURING = f"{SYN_ON} during s {BOTH}"
BETWEEN = f'first "tcp" on c-r as a {SYN_ON} from a {BOTH}'
BEYOND = [Packet(0, CLIENT, SERVER, udp(9, 9))]  # the other link carries no connection


def connection(at: float, port: int, client: str = CLIENT) -> list[Packet]:
    return [
        Packet(at, client, SERVER, tcp(port, 80, SYN, 1)),
        Packet(at + 0.01, SERVER, client, tcp(80, port, SYN | ACK, 1, 2)),
        Packet(at + 0.02, client, SERVER, tcp(port, 80, ACK, 2, 2)),
    ]


def logged(folder: Path, lines: list[tuple[float, int, str]]) -> Path:
    """The run with a proxy's log of connections: when, from which port, whose."""
    path = folder / "bindings.json"
    bindings = json.loads(path.read_text())
    bindings["nodes"]["p"]["role"] = "proxy"
    path.write_text(json.dumps(bindings))
    (folder / "logs").mkdir(exist_ok=True)
    text = ""
    for number, (at, port, client) in enumerate(lines):
        time = START * 10**9 + round(at * 1e9)
        line = {
            "event": "connection",
            "connection": number,
            "time": time + 10**8,
            "syn_seen": time,
        }
        line |= {"client": {"address": client, "port": port}, "local_port": 40000 + number}
        text += json.dumps(line | {"origin": {"address": SERVER, "port": 80}}) + "\n"
    (folder / "logs" / "p-access.jsonl").write_text(text)
    return folder


@pytest.mark.parametrize(
    "claimed, whole, during, between",
    [
        ([], 0, 0, 0),
        ([(2.5, 50009, CLIENT)], 1, 1, 0),  # inside of the step: nobody has seen it
        ([(8.5, 50009, CLIENT)], 1, 0, 0),  # outside
        ([(2.5, 50009, OTHER)], 1, 0, 0),  # another client's: its link may be elsewhere
    ],
)
def test_a_line_without_packets(
    run: Run, judge_run: Judge, claimed: list[tuple[float, int, str]], whole: int, during: int,
    between: int,
) -> None:  # fmt: skip
    packets = connection(1, 50001) + connection(3, 50002) + connection(9, 50003)
    folder = run(NODES, {"s.start": 2, "s.end": 5}, {}, {"c-r": packets, "r-o": BEYOND})
    true = [(p.at, 50001 + n, CLIENT) for n, p in enumerate(packets[::3])]
    logged(folder, true + claimed)
    for text, code in ((WHOLE, whole), (DURING, during), (BETWEEN, between)):
        judged = judge_run(rule(text), folder)
        assert judged.code == code, (text, judged)
        assert not code or "none of connection p/3" in judged.items[0]["detail"], judged


def test_a_packet_without_a_line(run: Run, judge_run: Judge) -> None:
    packets = connection(1, 50001) + connection(3, 50002)
    links = {"c-r": packets, "r-o": BEYOND}
    folder = logged(run(NODES, {"s.start": 2, "s.end": 5}, {}, links), [(1, 50001, CLIENT)])
    judged = judge_run(rule(DURING), folder)
    assert judged.code == 1 and "no line for this connection" in judged.items[0]["detail"], judged


def test_on_one_link_the_log_is_not_asked(run: Run, judge_run: Judge) -> None:
    """What goes past the proxy has no line; on its link it is a connection all the same."""
    links = {"c-r": connection(1, 50001) + connection(3, 50002), "r-o": BEYOND}
    folder = logged(run(NODES, {"m": 0}, {}, links), [(1, 50001, CLIENT)])
    for count, code in ((2, 0), (3, 1)):
        for taps in ("c-r", "c-r@r"):
            text = f'each "tcp[tcpflags] = tcp-syn" on c-r followed by exactly {count} "tcp"'
            judged = judge_run(rule(f"{text} on {taps} joined by connection"), folder)
            assert judged.code == code, judged


def test_many_connections(run: Run, judge_run: Judge) -> None:
    """Ports are used again; of the lines that fit it is the latest that has begun."""
    packets, lines = [], []
    for n in range(4000):
        packets += connection(n / 10, 40000 + n % 500)
        lines.append((n / 10 + 0.001, 40000 + n % 500, CLIENT))
    folder = logged(run(NODES, {"m": 0}, {}, {"c-r": packets, "r-o": BEYOND}), lines)
    text = 'each "tcp[tcpflags] = tcp-syn" on c-r'
    text += ' followed by exactly 2 "tcp" on c-r, r-o joined by connection'
    judged = judge_run(rule(text), folder)
    assert judged.code == 0, judged.items[0]["detail"]
