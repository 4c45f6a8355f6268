# SPDX-License-Identifier: BSD-2-Clause
"""The whole path beside the common way."""
from __future__ import annotations

from pathlib import Path

import pytest

import harness

pytestmark = pytest.mark.usefixtures("whole_path")


def test_sizes_errors_and_crowds(out: Path) -> None:
    done = harness.waylay("run", harness.SCENARIOS / "edges.yaml", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    icmp = harness.tshark(
        harness.finished(out, "edges").capture("c1-r1"), "icmp", "ip.src", "ip.dst", "icmp.type"
    )
    assert icmp and all(row[3] == "3" for row in icmp), "unreachable, in the client's terms"
    assert all("10.0.2.2" not in ",".join(row) for row in icmp)
    assert all("10.0.9.9" in row[2].split(",") for row in icmp), "quoting the client's packet"


def test_a_client_that_knows_the_proxy(out: Path) -> None:
    done = harness.waylay("run", harness.SCENARIOS / "forged.yaml", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    run = harness.finished(out, "forged")
    sent = harness.tshark(run.capture("c1-r1"), "ip.dst == 10.0.2.2")
    assert len(sent) >= 2, "the client did send"
    assert harness.tshark(run.capture("c1-r1"), "ip.src == 10.0.2.2") == []
    assert harness.tshark(run.capture("r1-p1"), "ip.src == 10.0.1.2") == []
