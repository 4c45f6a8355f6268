# SPDX-License-Identifier: BSD-2-Clause
"""Rules for what hardly ever occurs, in a run where all of it does: none is held for want of
anything to examine."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import harness
from waylay import programs

pytestmark = pytest.mark.usefixtures("whole_path")

RARE = harness.TOP / "scenarios" / "common" / "rare.expect"


@pytest.mark.parametrize(
    "scenario",
    [
        harness.TOP / "scenarios" / "rare-packets",
        harness.SCENARIOS / "narrow.yaml",  # the proxy's link is narrower than the client's
    ],
    ids=lambda path: path.stem,
)
def test_every_rare_rule_met_its_packets(out: Path, scenario: Path) -> None:
    done = harness.waylay("run", scenario, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    run = harness.finished(out, scenario.stem)
    argv = [str(programs.find("waylay-assert")), "--json", "--no-evidence", str(RARE)]
    told = subprocess.run([*argv, str(run.folder)], capture_output=True, encoding="utf-8")
    expectations = json.loads(told.stdout)["expectations"]
    assert len(expectations) > 10
    for rule in (rule for each in expectations for rule in each["rules"]):
        assert rule["examined"] > 0, rule["rule"]
