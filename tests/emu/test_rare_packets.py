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


def test_every_rare_rule_met_its_packets(out: Path) -> None:
    done = harness.waylay("run", harness.TOP / "scenarios" / "rare-packets", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    run = harness.finished(out, "rare-packets")
    rules = re.findall(r'^"(.+)":', RARE.read_text(), re.M)
    assert len(rules) > 10
    for words in rules:
        detail = run.expectation(words)["detail"]
        assert not detail.startswith("0 packets examined"), f"{words}: {detail}"
