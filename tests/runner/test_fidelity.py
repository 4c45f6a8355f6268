# SPDX-License-Identifier: BSD-2-Clause
"""Whether a run can be believed: what lowers the verdict, and what is written down."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from waylay import fidelity, machine
from waylay.machine import Ticks

CALM = {"steal_share": 0.0, "idle_share": 0.9, "saturated": False, "full_share": 0.0}
LOSSLESS = {"c1-r1@c1": {"captured": 5, "dropped_by_kernel": 0, "live": 1}}


def wire(**changes: Any) -> dict[str, Any]:
    """An account of a link whose one direction is changed."""
    lateness = {"p50": 4000, "p99": 40000, "max": 90000, "count": 100}
    good: dict[str, Any] = {
        "in": 100,
        "out": 100,
        "conserved": True,
        "device_drops": 0,
        "lateness": lateness,
    }
    other = {**good, "lateness": {**lateness, "max": 50000}}
    told: dict[str, Any] = {
        "version": 1,
        "links": {"c1-r1": {"c1": {**good, **changes}, "r1": other}},
    }
    return {**told, "verdict": "yes", "why": []}


def test_decisions_that_found_no_frame_are_counted() -> None:
    assert fidelity.unmet(wire()) == fidelity.unmet(None) == ""
    repeated = wire(replay={"decisions": 5, "unmet": 2})
    assert fidelity.unmet(repeated) == "2 of 5 decisions found no frame"


def judged(account: Any = None, **changes: Any) -> fidelity.Fidelity:
    told: dict[str, Any] = {"losses": LOSSLESS, "uncertainty": 100, "machine": CALM}
    told.update(steps=[], wired=True, wire=account or wire())
    told.update(changes)
    return fidelity.judge(**told)


def test_a_good_run_is_believed() -> None:
    assert (judged().verdict, judged().why) == ("yes", [])
    assert judged(wired=False).line == "yes"


@pytest.mark.parametrize(
    "found, verdict, reason",
    [
        (judged(wire(conserved=False)), "no", "from c1, did not account for all"),
        (judged(wire(device_drops=3)), "no", "lost 3 frames in its device"),
        (judged(settled=False), "suspect", "still under way when the captures were closed"),
        (judged({**wire(), "verdict": "no", "why": ["c1-r1 lost"]}), "no", "waylay-wire: c1-r1 l"),
        (judged({**wire(), "verdict": "suspect", "why": ["late"]}), "suspect", "late"),
        (judged({**wire(), "verdict": "suspect"}), "suspect", "without a reason"),
        (judged(uncertainty=2_000_000), "suspect", "by 2 ms"),
        (judged(machine={**CALM, "steal_share": 0.2}), "suspect", "20% of the processors'"),
        (judged(machine={**CALM, "saturated": True, "full_share": 0.6}), "suspect", "for 60% of"),
        (judged(steps=[{"name": "cut", "lateness": 50_000_000}]), "suspect", "'cut' began 50 ms"),
        (judged(losses={"a-b": {"dropped_by_kernel": 2}}), "no", "of a-b lost 2 packets"),
    ],
)
def test_what_lowers_the_verdict(found: fidelity.Fidelity, verdict: str, reason: str) -> None:
    assert found.verdict == verdict
    assert reason in found.why[0]


def test_a_wire_without_an_account() -> None:
    found = fidelity.judge(LOSSLESS, 0, CALM, [], None, wired=True)
    assert (found.verdict, found.line) == ("no", "no (the wire left no account of what it did)")
    assert fidelity.judge(LOSSLESS, 0, CALM, [], None, wired=False).verdict == "yes"


def test_the_worst_reason_counts_and_all_are_kept() -> None:
    found = judged(wire(device_drops=1), machine={**CALM, "saturated": True})
    assert found.verdict == "no" and len(found.why) == 2
    assert found.line.endswith("; and 1 more)")


def test_timing_is_the_worse_of_both_directions() -> None:
    assert fidelity.timing(wire()) == {"c1-r1": {"error": 90000, "p99": 40000}}
    assert fidelity.timing(None) == {}


def test_the_account_keeps_the_wires_own_verdict() -> None:
    told = fidelity.account(judged(machine={**CALM, "saturated": True}), CALM, 7, wire())
    assert told["verdict"] == "suspect" and told["wire"] == {"verdict": "yes", "why": []}
    assert told["links"]["c1-r1"]["c1"]["in"] == 100 and told["uncertainty"] == 7


def test_reading_the_wires_file(tmp_path: Path) -> None:
    file = tmp_path / "wire.json"
    assert fidelity.read_wire(file) is None
    file.write_text("{")
    assert fidelity.read_wire(file) is None
    file.write_text(json.dumps(wire()))
    assert fidelity.read_wire(file) == wire()


def test_stat_and_pressure_are_read() -> None:
    ticks = machine.parse_stat("cpu  10 1 5 80 4 0 2 3 7 0\ncpu0 ...\n")
    assert ticks == Ticks(total=105, idle=84, steal=3)
    said = "some avg10=0.55 avg60=1.72 avg300=4.07 total=108715888\nfull avg10=0 total=0\n"
    assert machine.parse_pressure(said) == 108715888


def test_shares_of_a_run() -> None:
    busy = [Ticks(0, 0, 0), Ticks(100, 50, 0), Ticks(200, 50, 10), Ticks(300, 51, 20)]
    said = machine.summary(busy, 2.0, 500_000)
    assert (said["idle_share"], said["steal_share"]) == (0.17, 0.0667)
    assert said["full_share"] == 0.6667 and said["saturated"]
    assert said["pressure_share"] == 0.25
    assert not machine.summary(busy[:2], 1.0, None)["saturated"]
    assert not machine.summary([], 0.0, None)["saturated"]


def test_sampling_this_machine() -> None:
    sampler = machine.Sampler()
    sampler.start()
    told = sampler.stop()
    assert len(told["load"]) == 3 and told["cpus"] >= 1 and not sampler.thread.is_alive()
