# SPDX-License-Identifier: BSD-2-Clause
"""A plan in words: every action has some, and a reader sees when and what."""
from __future__ import annotations

from pathlib import Path

from test_stepcheck import load
from waylay import schema, words


def test_every_action_has_words() -> None:
    assert set(words.SAYINGS) == set(schema.VERBS)


def test_a_plan_in_words(tmp_path: Path) -> None:
    made = load(
        tmp_path,
        "  - {name: a, at: 2s, link: {link: c1-r1, from: r1, down: true}}",
        "  - {name: b, after: {step: a}, link: {link: c1-r1, change: {loss: {bernoulli: 1%}}}}",
        "  - {name: c, every: {period: 1s, times: 3}, program: {node: p1, do: kill}}",
        "  - name: d",
        "    at: 0",
        "    do:",
        "      - send: {node: c1, link: c1-r1, times: 3, packets: [{ip: {dst: o1}}]}",
        "      - start: {as: x, exec: {node: c1, command: 'true'}}",
        "      - until: {capture: c1-r1, filter: tcp, count: 2}",
        "      - join: x",
    )
    assert [line for step in made.timeline for line in words.of_step(step)] == [
        "a (at 2 s): c1-r1, from r1, goes down",
        "b (at a.end): c1-r1 loss {bernoulli: 1%}",
        "c (at 0, 3 times every 1 s): p1's program: kill",
        "d (at 0):",
        "  c1 sends 3 packets of its own making on c1-r1",
        "  start 'x': c1$ true",
        "  wait until c1-r1 has carried 'tcp', 2 times",
        "  wait for 'x'",
    ]
    assert [line for step in made.steps for line in words.of_step(step)] == [
        "first: c1 fetches http://www.example.org/a",
        "second:",
        "  mark opened",
        "  c1 fetches 5 times, 8 at once: http://o1/{n}",
    ]
    assert list(words.of_wire(made.links[0])) == [
        "c1 to r1: rate 1Mbit",
        "r1 to c1: rate 1Mbit",
    ]
