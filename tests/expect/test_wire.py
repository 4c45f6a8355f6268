# SPDX-License-Identifier: BSD-2-Clause
"""What an emulated link did on purpose is told where its packets are missed."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from made import ACK, CLIENT, SERVER, START, SYN, Packet, tcp, write

from conftest import Judge, Judged, Run

A_MAC, B_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
PACKETS = [
    Packet(n / 10, CLIENT, SERVER, tcp(50001, 80, ACK, 10 * n, 1, b"d%09d" % n), id=n)
    for n in range(10)
]
ARRIVES = '"it arrives": each "tcp" on a-b@a appears on a-b@b within 10ms'


def decision(frame: int, what: str, why: str, **more: Any) -> dict[str, Any]:
    packet = PACKETS[frame - 1]
    return {
        "time": START * 10**9 + round(packet.at * 1e9),
        "link": "a-b",
        "from": "a",
        "frame": frame,
        "copy": 0,
        "length": len(packet.frame()),
        "decision": what,
        "why": why,
        "value": 0,
        **more,
    }


def wired(
    run: Run, sent: list[Packet], came: list[Packet], decisions: list[dict[str, Any]]
) -> Path:
    """A run of one link from a to b with a capture at each end, and a decision log."""
    folder = run({"a": CLIENT, "b": SERVER}, {"m": 0.0}, {}, {"a-b": []})
    bindings = json.loads((folder / "bindings.json").read_text())
    losses = {}
    for end, mac, packets in (("a", A_MAC, sent), ("b", B_MAC, came)):
        bindings["nodes"][end]["macs"] = {"a-b": mac}
        write(folder / "captures" / f"a-b@{end}.pcap", packets)
        live = (START - 1) * 10**9
        losses[f"a-b@{end}"] = {"captured": len(packets), "dropped_by_kernel": 0, "live": live}
    captures = {end: f"captures/a-b@{end}.pcap" for end in "ab"}
    bindings["links"]["a-b"] = {"ends": ["a", "b"], "captures": captures}
    (folder / "bindings.json").write_text(json.dumps(bindings))
    (folder / "captures" / "losses.json").write_text(json.dumps(losses))
    (folder / "logs").mkdir(exist_ok=True)
    lines = [{"seed": 1, "run": 1}, *decisions]
    log = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "logs" / "wire-decisions.jsonl").write_text(log)
    return folder


def after_a_ms(packets: list[Packet]) -> list[Packet]:
    return [p.but(at=p.at + 0.001) for p in packets]


def told(judged: Judged, note: int = 0) -> str:
    assert judged.code == 1, judged
    return str(judged.items[0]["rules"][0]["notes"][note].get("wire", ""))


def test_a_packet_that_was_dropped_on_purpose(run: Run, judge_run: Judge) -> None:
    came = after_a_ms(PACKETS[:6] + PACKETS[7:])
    folder = wired(run, PACKETS, came, [decision(7, "drop", "bernoulli")])
    judged = judge_run(ARRIVES, folder)
    assert told(judged) == "dropped it: bernoulli, frame 7 from a on a-b"
    assert judged.items[0]["wire"] == told(judged)


def test_what_is_lost_by_itself_is_not_the_wires(run: Run, judge_run: Judge) -> None:
    came = after_a_ms(PACKETS[:6] + PACKETS[7:])
    folder = wired(run, PACKETS, came, [decision(6, "reorder", "random", value=10**6)])
    assert told(judge_run(ARRIVES, folder)) == ""


def test_a_frame_whose_length_is_another_is_another(run: Run, judge_run: Judge) -> None:
    came = after_a_ms(PACKETS[:6] + PACKETS[7:])
    folder = wired(run, PACKETS, came, [decision(7, "drop", "bernoulli", length=60)])
    assert told(judge_run(ARRIVES, folder)) == ""


def test_a_queue_that_drops_when_frames_leave_is_known_by_number(
    run: Run, judge_run: Judge
) -> None:
    late = decision(7, "drop", "codel")
    late["time"] += 5_000_000
    folder = wired(run, PACKETS, after_a_ms(PACKETS[:6] + PACKETS[7:]), [late])
    assert told(judge_run(ARRIVES, folder)) == "dropped it: codel, frame 7 from a on a-b"


def test_a_bit_that_was_flipped(run: Run, judge_run: Judge) -> None:
    bit = 8 * (14 + 20 + 20 + 3) + 7  # the last one of the payload's fourth byte
    spoilt = PACKETS[4].but(spoilt={20 + 20 + 3: PACKETS[4].ip()[43] ^ 1})
    came = after_a_ms(PACKETS[:4] + [spoilt] + PACKETS[5:])
    folder = wired(run, PACKETS, came, [decision(5, "corrupt", "random", value=bit)])
    assert told(judge_run(ARRIVES, folder)).startswith(f"corrupted it in bit {bit}: random")
    sums = '"sums": each "tcp" on a-b@b with tcp.checksum.valid'
    assert told(judge_run(sums, folder)).endswith("random, frame 5 from a on a-b")


def test_a_packet_that_came_twice(run: Run, judge_run: Judge) -> None:
    came = after_a_ms(PACKETS) + [PACKETS[2].but(at=0.2015)]
    folder = wired(run, PACKETS, came, [decision(3, "duplicate", "random")])
    judged = judge_run('"once": each "tcp" on a-b@b came from a-b@a', folder)
    assert told(judged) == "doubled it: random, frame 3 from a on a-b"


def test_a_count_that_the_wire_made_smaller(run: Run, judge_run: Judge) -> None:
    dropped = [decision(n, "drop", "list") for n in (2, 7)]
    came = after_a_ms([p for n, p in enumerate(PACKETS, 1) if n not in (2, 7)])
    folder = wired(run, PACKETS, came, dropped)
    judged = judge_run('"ten": exactly 10 "tcp dst port 80" on a-b@b', folder)
    assert "dropped one: list, frame 2 from a on a-b (in all: dropped 2, doubled 0)" in told(judged)
    assert told(judge_run('"none": exactly 10 "udp" on a-b@b', folder)) == ""


def test_an_answer_that_the_wire_dropped(run: Run, judge_run: Judge) -> None:
    syn = Packet(0.0, SERVER, CLIENT, tcp(50001, 80, SYN), source_mac=B_MAC)
    folder = wired(run, [syn, *PACKETS[1:]], [syn], [decision(2, "drop", "gilbert-elliott")])
    rules = '"answer": each "tcp[tcpflags] & tcp-syn != 0" on a-b@b followed by "src host $a" on '
    judged = judge_run(rules + "a-b@b joined by order within 150ms", folder)
    assert "dropped one: gilbert-elliott, frame 2 from a on a-b" in told(judged)
    judged = judge_run(rules + "a-b@b joined by order within 20ms", folder)
    assert told(judged) == ""  # it would have come later


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"link": 1}', "x" * 5000, '{"link": "a-b", "from": "a", "time": -1}', "\0"],
    ids=["cut", "list", "number", "long", "negative", "zero"],
)
def test_a_log_that_is_none_is_told_and_changes_no_verdict(
    run: Run, judge_run: Judge, line: str
) -> None:
    folder = wired(run, PACKETS, after_a_ms(PACKETS[:4] + PACKETS[5:]), [])
    (folder / "logs" / "wire-decisions.jsonl").write_text(line + "\n")
    judged = judge_run(ARRIVES, folder)
    assert told(judged) == "" and "wire-decisions.jsonl:1" in judged.error, judged
