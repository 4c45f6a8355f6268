# SPDX-License-Identifier: BSD-2-Clause
"""Steps that hurt the whole path: programs that die, and packets that mean no good."""
from __future__ import annotations

from pathlib import Path

import pytest

import harness

pytestmark = pytest.mark.usefixtures("whole_path")


def perform(out: Path, name: str) -> harness.Finished:
    done = harness.waylay("run", harness.SCENARIOS / f"{name}.yaml", "--out", out)
    run = harness.finished(out, name)
    told = [(step["name"], step["detail"]) for step in run.results["steps"]]
    assert {step["verdict"] for step in run.results["steps"]} == {"passed"}, (told, done.stderr)
    return run


def test_every_program_can_be_killed_or_stopped_and_started_anew(out: Path) -> None:
    run = perform(out, "again")
    assert run.results["verdict"] == "passed"
    log = (run.folder / "logs" / "p1-waylay-proxy.log").read_text()
    assert log.count(" ready\n") == 2, "one log, of both lives"


def test_hostile_packets_reach_the_router_and_get_nowhere(out: Path) -> None:
    run = perform(out, "hostile")
    measures = run.results["measures"]
    assert measures["to_proxy"] == 1 and measures["source_routed"] == 1
    assert measures["fragments"] == 2 and measures["record_routes"] >= 1
    assert harness.tshark(run.capture("c1-r1"), "ip.opt.type == 131")
    assert not harness.tshark(run.capture("r1-o1"), "ip.opt.type")
    redirected = harness.tshark(run.capture("r1-p1"), "tcp.srcport == 2000", "ip.rec_rt")
    assert redirected and {row[1] for row in redirected} == {"10.0.3.2"}
