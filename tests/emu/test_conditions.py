# SPDX-License-Identifier: BSD-2-Clause
"""Waiting in scenarios: conditions that come, and guards that run out."""
from __future__ import annotations

import time
from pathlib import Path

import pytest

import harness

pytestmark = pytest.mark.usefixtures("privileged")

HEAD = """\
name: conditions
nodes:
  c1: {role: client}
  o1: {role: origin, server: nginx, objects: {/a: {size: 10}}}
links:
  - {ends: [c1, o1], subnet: 10.0.1.0/24}
services:
  web: {port: 80, node: o1, redirected: false}
steps:
  - name: wait
    do:
"""


def perform(out: Path, tmp_path: Path, *lines: str) -> harness.Finished:
    file = tmp_path / "conditions.yaml"
    file.write_text(HEAD + "".join(f"      - {line}\n" for line in lines))
    harness.waylay("run", file, "--out", out)
    return harness.finished(out, "conditions")


def test_all_kinds_of_conditions(out: Path, tmp_path: Path) -> None:
    run = perform(
        out,
        tmp_path,
        "start: {as: get, fetch: {node: c1, url: 'http://o1/a'}}",
        "until: {capture: c1-o1, filter: 'src host $o1 and tcp port 80', count: 2}",
        "join: get",
        "until: {listening: {node: o1, port: 80}}",
        "until: {log: {node: o1, line: epoll}}",
        "exec: {node: c1, command: 'exit 3', exit: 3}",
    )
    assert run.step("wait")["verdict"] == "passed", run.step("wait")


def test_what_goes_on_beside_may_say_much(out: Path, tmp_path: Path) -> None:
    """More than a pipe holds, before anybody joins it."""
    command = "head -c 300000 /dev/zero; touch /run/said"
    run = perform(
        out,
        tmp_path,
        f"start: {{as: loud, exec: {{node: c1, command: '{command}'}}}}",
        "until: {exec: {node: c1, command: 'test -e /run/said'}, within: 60}",
        "join: loud",
    )
    assert run.step("wait")["verdict"] == "passed", run.step("wait")


def test_a_command_that_leaves_its_session_holds_nobody_up(out: Path, tmp_path: Path) -> None:
    begin = time.monotonic()
    command = "setsid sleep 600 & sleep 600"
    run = perform(out, tmp_path, f"exec: {{node: c1, within: 1, command: '{command}'}}")
    assert run.step("wait")["detail"] == "exec in c1 took over 1 s"
    assert time.monotonic() - begin < 300


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "until: {capture: c1-o1, filter: 'tcp port 99', within: 0.3}",
            "waited 0.3 s for packet 1 of 'tcp port 99' on c1-o1",
        ),
        (
            "until: {listening: {node: c1, port: 80}, within: 0.3}",
            "waited 0.3 s for a listener on port 80 of c1",
        ),
        (
            "until: {log: {node: o1, line: never}, within: 0.3}",
            "waited 0.3 s for 'never' in a log of o1",
        ),
        ("exec: {node: c1, command: 'echo no; exit 3'}", "'echo no; exit 3' ended with 3: no"),
        ("exec: {node: c1, command: 'sleep 60', within: 0.3}", "exec in c1 took over 0.3 s"),
        (
            "fetch: {node: c1, url: 'http://o1/a', expect: {headers: {Server: apache}}}",
            "expected Server to match 'apache', got nginx",
        ),
        ("fetch: {node: c1, url: 'http://o1/a', expect: {refused: true}}", "expected a refused"),
        ("fetch: {node: c1, url: 'http://o1/a', expect: {size: 11}}", "expected 11 bytes, got 10"),
    ],
)
def test_what_does_not_hold_is_said(out: Path, tmp_path: Path, line: str, expected: str) -> None:
    run = perform(out, tmp_path, line)
    assert run.step("wait")["verdict"] == "failed"
    assert expected in run.step("wait")["detail"]
