# SPDX-License-Identifier: BSD-2-Clause
"""Pairs of veth in the TUN devices' places: the whole path, and nothing is lost."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

import harness


@pytest.mark.usefixtures("whole_path")
def test_first_fetch_by_pairs_of_veth(out: Path) -> None:
    done = harness.waylay("run", harness.SCENARIOS / "packet-device.yaml", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    run = harness.finished(out, "packet-device")
    assert run.results["verdict"] == "passed"
    for node in ("r1", "p1"):
        counters = json.loads((run.folder / "logs" / f"{node}-counters.json").read_text())
        assert counters["lost"] == 0, node
