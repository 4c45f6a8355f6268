# SPDX-License-Identifier: BSD-2-Clause
"""The scenarios that are shipped, each run as a user would, and what it is to show.

A machine that has no time to spare makes wires late, and then a run is inconclusive
by its own account: such a run is tried again, and skipped if that never changes.
"""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import harness

pytestmark = pytest.mark.usefixtures("whole_path")

SHIPPED = harness.TOP / "scenarios"
TRIES = 3
INCONCLUSIVE = 3


def run(out: Path, name: str, *options: object) -> harness.Finished:
    """A passed run of the scenario."""
    words = options or (SHIPPED / name,)
    done = harness.waylay("run", *words, "--out", out)
    for _ in range(TRIES - 1):
        if done.returncode != INCONCLUSIVE:
            break
        done = harness.waylay("run", *words, "--out", out)
    if done.returncode == INCONCLUSIVE and "faithful: yes" not in done.stdout:
        pytest.skip(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr
    return harness.finished(out, name)


def decided(finished: harness.Finished) -> set[tuple[str, str, int, str, str]]:
    """What its wires did, and to which frame."""
    _, *lines = (finished.folder / "logs" / "wire-decisions.jsonl").read_text().splitlines()
    told = [json.loads(line) for line in lines]  # the first says seed and run
    return {(d["link"], d["from"], d["frame"], d["decision"], d["why"]) for d in told}


def read(finished: harness.Finished, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((finished.folder / name).read_text())
    return told


def test_delayed_fetch(out: Path) -> None:
    found = run(out, "delayed-fetch")
    # 2 x (10 + 2) to the proxy and back, 2 x (2 + 20) from there to the origin and back.
    assert found.results["measures"]["miss_handshake"] >= 68_000_000
    for name, link in read(found, "bindings.json")["links"].items():
        assert sorted(link["captures"]) == sorted(link["ends"])
        assert all((found.folder / file).exists() for file in link["captures"].values())
        assert 0 <= link["timing"]["p99"] <= link["timing"]["error"]
        assert all(way["conserved"] for way in read(found, "fidelity.json")["links"][name].values())
    page = (found.folder / "report.html").read_text()
    assert "delay 20ms, rate 20Mbit" in page and 'class="topology"' in page


@pytest.mark.long
def test_delay_sweep(out: Path) -> None:
    done = harness.waylay("run", SHIPPED / "delay-sweep", "--out", out)
    if done.returncode == INCONCLUSIVE:
        pytest.skip(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = (out / "delay-sweep").glob("summary-*.json")
    assert f"summary   {file}" in done.stdout
    for run in json.loads(file.read_text())["runs"]:
        way = int(run["parameters"]["delay"].removesuffix("ms"))
        # To the proxy and back, and from there to the origin and back.
        assert run["measures"]["miss_handshake"] >= (2 * 6 + 2 * (1 + way)) * 1_000_000


@pytest.mark.long
def test_origins(out: Path) -> None:
    found = run(out, "origins")
    assert found.results["measures"]["far_handshake"] >= 1_500_000_000
    assert found.results["measures"]["slow_first_byte"] >= 300_000_000


@pytest.mark.long
def test_lossy_link_and_its_decisions_again(out: Path) -> None:
    found = run(out, "lossy-link")
    first = decided(found)
    assert {"bernoulli", "gilbert-elliott"} <= {why for *_, why in first}
    assert "✕" in harness.waylay("report", found.folder, "--step", "miss").stdout
    again = run(out, "lossy-link", "--replay", found.folder, "--decisions")
    second = decided(again)
    assert again.folder != found.folder and second and second <= first


@pytest.mark.long
def test_cellular(out: Path) -> None:
    found = run(out, "cellular")
    # A packet of 1500 bytes each 1/360 s, when the cell is at its mean.
    assert found.results["measures"]["hit_total"] >= 500_000_000
    files = list(found.folder.rglob("*down.trace"))
    assert files and files[0].read_bytes() == (SHIPPED / "cellular" / "down.trace").read_bytes()


@pytest.mark.long
def test_one_way_outage(out: Path) -> None:
    found = run(out, "one-way-outage")
    assert found.results["measures"]["transfer_total"] >= 4_000_000_000
    assert ("r1-o1", "o1", "drop", "down") in {(a, b, d, w) for a, b, _, d, w in decided(found)}


@pytest.mark.long
def test_middlebox_that_drops(out: Path) -> None:
    run(out, "middlebox-drops")


@pytest.mark.long
def test_middlebox_that_strips(out: Path) -> None:
    assert run(out, "middlebox-strips").results["measures"]["dropped_without_option"] >= 2


def test_a_replay_of_decisions_needs_a_log(out: Path) -> None:
    done = harness.waylay("run", SHIPPED / "lossy-link", "--decisions")
    assert (done.returncode, "--decisions: found no --replay" in done.stderr) == (2, True)
    found = run(out, "first-fetch")
    done = harness.waylay("run", "--replay", found.folder, "--decisions")
    assert done.returncode == 2
    assert "found no logs/wire-decisions.jsonl" in done.stderr
