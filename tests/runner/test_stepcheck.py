# SPDX-License-Identifier: BSD-2-Clause
"""Steps, timeline, hosts and measures: what is taken, and where it is complained of."""
from __future__ import annotations

from pathlib import Path

import pytest

from waylay import results, scenario
from waylay.errors import BadInput
from waylay.model import When

HEAD = """\
name: timed
nodes:
  c1: {role: client}
  r1: {role: router, program: none}
  p1: {role: proxy}
  o1: {role: origin}
links:
  - {ends: [c1, r1], subnet: 10.0.1.0/24, wire: {rate: 1Mbit}}
  - {ends: [r1, p1], subnet: 10.0.2.0/24}
  - {ends: [r1, o1], subnet: 10.0.3.0/24, capture: false}
hosts: {www.example.org: o1, far.example.org: 192.0.2.7}
steps:
  - {name: first, fetch: {node: c1, url: "http://www.example.org/a"}}
  - name: second
    do:
      - mark: opened
      - load: {node: c1, urls: ["http://o1/{n}"], requests: 5}
timeline:
"""
S = 1_000_000_000


def load(tmp_path: Path, *more: str) -> scenario.Scenario:
    file = tmp_path / "timed.yaml"
    file.write_text(HEAD + "".join(f"{line}\n" for line in more))
    return scenario.load(file)


def complaint(tmp_path: Path, *more: str) -> str:
    with pytest.raises(BadInput) as caught:
        load(tmp_path, *more)
    return str(caught.value).removeprefix(f"{tmp_path}/timed.yaml:")


@pytest.mark.parametrize(
    ("times", "when"),
    [
        ("at: 2s", When(True, None, 2 * S)),
        ("after: {step: first, plus: 500ms}", When(True, "first.end", S // 2)),
        ("after: {mark: second.opened}", When(True, "second.opened")),
        ("every: {period: 1s, times: 5}, at: 1s", When(True, None, S, S, 5)),
    ],
)
def test_times(tmp_path: Path, times: str, when: When) -> None:
    made = load(tmp_path, f"  - {{name: it, {times}, link: {{link: c1-r1, down: true}}}}")
    assert made.timeline[0].when == when


def test_times_in_words() -> None:
    assert When(True, None, 2 * S).words() == "at 2 s"
    assert When(True, "a.end", S // 2, S, 3).words() == "500 ms after a.end, 3 times every 1 s"
    assert When(True, "a.end").words() == "at a.end" and When().words() == ""


DOWN = "link: {link: c1-r1, down: true}"
# (an item of the timeline, the key that is complained of, what the complaint says)
WRONG = [
    (f"name: it, {DOWN}", "timeline.0", "one of the keys at, after, every"),
    (f"name: first, at: 1s, {DOWN}", "timeline.0.name", "a name that no other step has"),
    (f"name: it, at: 1, {DOWN}", "timeline.0.at", "a duration"),
    (f"name: it, at: 1s, after: {{step: first}}, {DOWN}", "timeline.0.after", "one of them"),
    (f"name: it, after: {{step: frist}}, {DOWN}", "timeline.0.after.step", "a step: first"),
    (f"name: it, after: {{mark: first.x}}, {DOWN}", "timeline.0.after.mark", "a mark: first.end"),
    (f"name: it, after: {{plus: 1s}}, {DOWN}", "timeline.0.after", "one of step and mark"),
    (f"name: it, after: {{step: it}}, {DOWN}", "timeline.0.after.step", "can come before it.start"),
    (f"name: it, every: {{period: 0, times: 2}}, {DOWN}", "timeline.0.every.period", "above 0"),
    (f"name: it, every: {{period: 2s, times: 9999}}, {DOWN}", "timeline.0.every", "3600 s in all"),
    ("name: it, at: 0, link: {link: r1-p1, from: p1, up: true}", "0.link.link", "with a wire"),
    ("name: it, at: 0, link: {link: r1-p1, change: {mtu: 0}}", "0.link.link", "with a wire"),
    ("name: it, at: 0, until: {capture: c1-r1@o1}", "until.capture", "c1-r1@c1, c1-r1@r1"),
    ("name: it, at: 0, until: {capture: r1-o1}", "until.capture", "on at some time"),
    ("name: it, at: 0, link: {link: c1-r1}", "timeline.0.link", "one of down, up and change"),
    ("name: it, at: 0, link: {link: c1-r1, from: o1, up: true}", "link.from", "an end of the link"),
    (
        "name: it, at: 0, link: {link: c1-r1, change: {trace: timed.yaml}}",
        "timeline.0.link.change.trace",
        "a trace of milliseconds",
    ),
    ("name: it, at: 0, program: {node: c1, do: kill}", "program.node", "that runs a program"),
    ("name: it, at: 0, program: {node: p1, do: signal}", "program.signal", "found nothing"),
    ("name: it, at: 0, fetch: {node: c1, url: 'http://elsewhere/'}", "fetch.url", "far.example"),
    ("name: it, at: 0, until: {mark: it.end}", "until.mark", "can come before it.end"),
    ("name: it, at: 0, until: {mark: a.b, filter: tcp}", "until.filter", "only beside capture"),
    (
        "name: it, at: 0, send: {node: o1, link: c1-r1, packets: [{ip: {dst: o1}}]}",
        "send.node",
        "an end of the link: c1, r1",
    ),
    (
        "name: it, at: 0, send: {node: c1, link: c1-r1, packets: [{ip: {dst: x1}}]}",
        "send.packets.0.ip.dst",
        "an IPv4 address or one of c1",
    ),
    (
        "name: it, at: 0, send: {node: c1, link: c1-r1, packets: [{ip: {dst: o1}, payload: "
        "{size: 1481}}]}",
        "send.packets.0",
        "within the link's MTU of 1500, or fragments",
    ),
    (
        "name: it, at: 0, send: {node: c1, link: c1-r1, times: 900, spacing: 1s, packets: "
        "[{ip: {dst: o1}}]}",
        "timeline.0.send",
        "at most 600 s in all",
    ),
]


@pytest.mark.parametrize(("item", "key", "expected"), WRONG, ids=[str(w[1:]) for w in WRONG])
def test_wrong_items(tmp_path: Path, item: str, key: str, expected: str) -> None:
    said = complaint(tmp_path, f"  - {{{item}}}")
    assert said.startswith("19:") and f"{key}': found" in said and expected in said


def test_a_wait_in_a_circle(tmp_path: Path) -> None:
    said = complaint(
        tmp_path,
        f"  - {{name: a, after: {{step: b}}, {DOWN}}}",
        f"  - {{name: b, after: {{step: a, plus: 1s}}, {DOWN}}}",
    )
    assert (
        "key 'timeline.0.after.step': found 'b.end', expected a mark that can come before" in said
    )


def test_changes_fit_what_changes_before_made_of_the_link(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("1\n")
    codel = "{queue: {discipline: codel}, trace: t}"
    to_codel = f"  - {{name: a, at: 0, link: {{link: c1-r1, change: {codel}}}}}"
    ecn = "  - {name: b, at: 1s, link: {link: c1-r1, from: r1, change: {queue: {ecn: true}}}}"
    made = load(tmp_path, to_codel, ecn)
    assert made.timeline[0].actions[0].arguments["to"]["trace"] == str(tmp_path / "t")
    said = complaint(tmp_path, ecn)
    assert "change.queue.ecn': found" in said and "where discipline is codel or red" in said


def test_the_files_that_are_named_come_into_the_runs_folder(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("1\n")
    made = load(tmp_path, "  - {name: a, at: 0, link: {link: c1-r1, change: {trace: t}}}")
    run = tmp_path / "run"
    run.mkdir()
    kept = results.keep_files(run, made.source, made.files)
    assert kept["timeline"][0]["link"]["change"]["trace"] == "files/1-t"
    assert (run / "files" / "1-t").read_text() == "1\n"
    assert made.source["timeline"][0]["link"]["change"]["trace"] == "t"


@pytest.mark.parametrize(
    ("line", "key", "expected"),
    [
        ("hosts: {}\n", "hosts", "each key once"),
        (
            "measures: {first: {fetch: {step: first, figure: size}}}",
            "measures.first",
            "no step has",
        ),
        ("measures: {a: {fetch: {step: second, figure: size}}}", "a.fetch.step", "with a fetch"),
        ("measures: {a: {load: {step: first, figure: p99}}}", "a.load.step", "with a load"),
        (
            "measures: {a: {wire: {link: r1-p1, from: p1, figure: in}}}",
            "a.wire.link",
            "with a wire",
        ),
        ("measures: {a: {wire: {link: c1-r1, from: o1, figure: in}}}", "a.wire.from", "an end of"),
        ("measures: {a: {counter: {node: r1, name: x}}}", "a.counter.node", "a node of this file"),
        ("measures: {a: {step: {step: first, figure: lenght}}}", "step.figure", "one of duration"),
    ],
)
def test_wrong_measures(tmp_path: Path, line: str, key: str, expected: str) -> None:
    said = complaint(tmp_path, f"  - {{name: it, at: 0, {DOWN}}}", line)
    assert f"{key}': found" in said and expected in said


@pytest.mark.parametrize("entry", ["o1: 192.0.2.1", "a.b: x9", "localhost: o1", "A.b: o1"])
def test_wrong_hosts(tmp_path: Path, entry: str) -> None:
    file = tmp_path / "timed.yaml"
    file.write_text(HEAD.replace("hosts: {", f"hosts: {{{entry}, ").removesuffix("timeline:\n"))
    with pytest.raises(BadInput, match="key 'hosts."):
        scenario.load(file)


def test_a_guard_belongs_inside_its_action(tmp_path: Path) -> None:
    until = "{name: late, at: 1s, until: {mark: first.end}, within: 5}"
    with pytest.raises(BadInput, match="found 'within', expected it inside 'until'"):
        load(tmp_path, f"  - {until}")


def test_nginx_is_asked_for_what_it_has(tmp_path: Path) -> None:
    file = tmp_path / "timed.yaml"
    nginx = "{role: origin, server: nginx, objects: {/b: {size: 1}}}"
    text = HEAD.replace("o1: {role: origin}", f"o1: {nginx}").removesuffix("timeline:\n")
    file.write_text(text)
    with pytest.raises(BadInput, match="example.org/a', expected one of the objects of o1: /b"):
        scenario.load(file)
    file.write_text(text.replace("example.org/a", "example.org/b"))
    scenario.load(file)
