# SPDX-License-Identifier: BSD-2-Clause
"""Steps that change links and captures while a run goes on, live, over wires."""
from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import harness
import small
from waylay import programs

pytestmark = pytest.mark.usefixtures("privileged")

FETCH = "fetch: {node: c1, url: 'http://o1/a', expect: {size: 1000}}"
UNREACHED = "fetch: {node: c1, url: 'http://o1/a', within: 1, expect: {curl_exit: [7, 28]}}"
SECOND = 1_000_000_000


@pytest.fixture(autouse=True)
def wire_is_built() -> None:
    if programs.find("waylay-wire") is None:
        pytest.skip("not built: waylay-wire (is WAYLAY_BINDIR set?)")


def perform(out: Path, tmp_path: Path, steps: str, capture: str = "true") -> harness.Finished:
    return small.perform(out, tmp_path, "wired", steps, f"{small.WIRED}, capture: {capture}")


def times(rows: list[list[str]]) -> list[int]:
    """Nanoseconds of the field frame.time_epoch, the last of each row."""
    return [int(Decimal(row[-1]) * SECOND) for row in rows]


def fetch_seconds(run: harness.Finished, step: str) -> float:
    return float(run.step(step)["fetch"]["curl"]["time_total"])


def test_a_change_is_felt_both_ways_or_one_way(out: Path, tmp_path: Path) -> None:
    run = perform(
        out,
        tmp_path,
        f"""\
steps:
  - {{name: before, {FETCH}}}
  - {{name: slow, link: {{link: c1-r1, change: {{delay: 100ms}}}}}}
  - {{name: after, {FETCH}}}
  - {{name: faster, link: {{link: c1-r1, from: c1, change: {{delay: 0}}}}}}
  - {{name: last, {FETCH}}}
measures:
  out: {{wire: {{link: c1-r1, from: c1, figure: out}}}}
""",
    )
    assert [step["verdict"] for step in run.results["steps"]] == ["passed"] * 5, run.results
    # A fetch takes two round trips: to connect, and for the request.
    assert fetch_seconds(run, "before") >= 0.02
    assert fetch_seconds(run, "after") >= 0.4
    assert 0.2 <= fetch_seconds(run, "last") < fetch_seconds(run, "after")
    assert run.results["measures"]["out"] > 0


def test_a_link_goes_down_in_one_direction_and_comes_back(out: Path, tmp_path: Path) -> None:
    run = perform(
        out,
        tmp_path,
        f"""\
steps:
  - {{name: first, {FETCH}}}
  - {{name: down, link: {{link: c1-r1, from: r1, down: true}}}}
  - name: unheard
    do:
      - start: {{as: late, {FETCH}}}
      - until: {{capture: c1-r1@r1, filter: 'src $c1 and tcp[tcpflags] & tcp-syn != 0', count: 2}}
      - link: {{link: c1-r1, from: r1, up: true}}
      - join: late
""",
    )
    assert run.results["verdict"] == "passed", run.results
    assert fetch_seconds(run, "unheard") >= 1, "the first SYN was not answered"
    # The origin repeats its SYN-ACK by its own clock, too: how many come is its to say, not when.
    answers = "tcp.flags.syn == 1 and tcp.flags.ack == 1"
    captures = run.folder / "captures"
    sent = times(harness.tshark(captures / "c1-r1@r1.pcap", answers, "frame.time_epoch"))
    came = times(harness.tshark(captures / "c1-r1@c1.pcap", answers, "frame.time_epoch"))
    marks = json.loads((run.folder / "bindings.json").read_text())["marks"]
    outage = (marks["down.end"], marks["unheard.end"])
    assert any(outage[0] <= at <= outage[1] for at in sent)
    assert 2 <= len(came) < len(sent), "one before the outage, one after, none of those sent in it"


def test_the_timeline_takes_a_link_down_while_it_is_used(out: Path, tmp_path: Path) -> None:
    run = perform(
        out,
        tmp_path,
        """\
steps:
  - name: storm
    load: {node: c1, urls: ['http://o1/a'], requests: 150, concurrency: 2}
timeline:
  - {name: outage, at: 300ms, link: {link: c1-r1, down: true}}
  - {name: back, after: {step: outage, plus: 1s}, link: {link: c1-r1, up: true}}
""",
    )
    assert run.results["verdict"] == "passed", run.results
    timeline: dict[str, Any] = {item["name"]: item for item in run.results["timeline"]}
    apart = timeline["back"]["start"] - timeline["outage"]["start"]
    assert apart >= SECOND
    assert run.step("storm")["load"]["latency"]["max"] >= SECOND // 2


def test_a_capture_is_on_for_a_while(out: Path, tmp_path: Path) -> None:
    run = perform(
        out,
        tmp_path,
        f"""\
steps:
  - {{name: unseen, {FETCH}}}
  - {{name: film, capture: {{link: c1-r1, on: true}}}}
  - {{name: seen, {FETCH}}}
  - {{name: enough, capture: {{link: c1-r1, on: false}}}}
  - {{name: again, {FETCH}}}
""",
        capture="false",
    )
    assert [step["verdict"] for step in run.results["steps"]] == ["passed"] * 5, run.results
    got = harness.tshark(
        run.folder / "captures" / "c1-r1@c1.pcap", "http.request", "frame.time_epoch"
    )
    marks = json.loads((run.folder / "bindings.json").read_text())["marks"]
    (row,) = got
    assert marks["seen.start"] / 1e9 <= float(row[1]) <= marks["seen.end"] / 1e9


def test_a_plain_link_goes_down_as_a_whole(out: Path, tmp_path: Path) -> None:
    run = perform(
        out,
        tmp_path,
        f"""\
steps:
  - {{name: down, link: {{link: r1-o1, down: true}}}}
  - {{name: unreachable, {UNREACHED}}}
  - {{name: up, link: {{link: r1-o1, up: true}}}}
  - {{name: reached, {FETCH}}}
""",
    )
    assert run.results["verdict"] in ("passed", "inconclusive"), run.results
    assert [step["verdict"] for step in run.results["steps"]] == ["passed"] * 4


def test_without_a_wire_nothing_is_started(out: Path, tmp_path: Path) -> None:
    steps = f"steps: [{{name: first, {FETCH}}}]\n"
    file = small.scenario(tmp_path, "wired", steps, small.WIRED)
    lacking = ("env", f"WAYLAY_BINDIR={tmp_path}", "PATH=/usr/sbin:/usr/bin:/sbin:/bin")
    done = harness.waylay("run", file, "--out", out, prefix=lacking)
    assert done.returncode == 2 and not out.exists()
    assert "links with a wire need the program 'waylay-wire', which was found" in done.stderr


def test_captures_keep_as_much_of_a_frame_as_is_asked(out: Path, tmp_path: Path) -> None:
    """Filters know the length that it had all the same, and so does the file."""
    run = perform(
        out,
        tmp_path,
        f"""\
snaplen: 80
steps:
  - name: get
    do:
      - {FETCH}
      - until: {{capture: c1-r1, filter: 'src $o1 and greater 1000', count: 1}}
      - until: {{capture: r1-o1, filter: 'src $o1 and greater 1000', count: 1}}
""",
    )
    assert run.results["verdict"] == "passed", run.results
    for name in ("c1-r1@c1", "c1-r1@r1", "r1-o1"):
        rows = harness.tshark(run.capture(name), "frame", "frame.cap_len", "frame.len")
        kept = [int(row[1]) for row in rows]
        assert kept == [min(int(row[2]), 80) for row in rows] and max(kept) == 80, name
