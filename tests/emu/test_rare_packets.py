# SPDX-License-Identifier: BSD-2-Clause
"""Rules for what hardly ever occurs, in a run where all of it does: none is held for want of
anything to examine."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

import harness

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
    rules = re.findall(r'^"(.+)":', RARE.read_text(), re.M)
    assert len(rules) > 10
    for words in rules:
        detail = run.expectation(words)["detail"]
        assert not detail.startswith("0 packets examined"), f"{words}: {detail}"
