# SPDX-License-Identifier: BSD-2-Clause
"""Programs that break the mechanism on purpose: the named expectation notices.

A check that only ever passed has shown nothing. Each of these programs breaks
one promise; the expectation of that promise must fail, for that reason.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import harness
from waylay import programs

pytestmark = pytest.mark.usefixtures("whole_path")


@dataclass(frozen=True)
class Fault:
    """A broken program, and what must notice it."""

    node: str
    program: str
    expectation: str
    reason: str  # words of the detail
    unharmed: tuple[str, ...]  # expectations that must not fail by accident


FAULTS = (
    Fault(
        "r1",
        "waylay-router-fault-no-option",
        "redirected packets carry the option",
        "found ip[20:4] is absent",
        (),  # without the option nothing else can be right
    ),
    Fault(
        "p1",
        "waylay-proxy-fault-early-ack",
        "the client is acknowledged after the origin acknowledged",
        'expected "$answered and $syn_ack" on origins@routers before it',
        (
            "redirected packets carry the option",
            "the proxy's address never reaches the client",
            "the option never reaches the origin",
        ),
    ),
    Fault(
        "p1",
        "waylay-proxy-fault-own-address",
        "the proxy's address never reaches the client",
        "10.0.2.2",
        ("redirected packets carry the option", "the option never reaches the origin"),
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.program for fault in FAULTS])
def test_fault_is_noticed(out: Path, fault: Fault) -> None:
    if programs.find(fault.program) is None:
        pytest.skip(f"{fault.program} is not built (configure --enable-faults)")
    override = f"{fault.node}={fault.program}"
    done = harness.waylay("run", harness.FIRST_FETCH, "--out", out, "--program", override)
    assert done.returncode == 1, done.stdout + done.stderr
    run = harness.finished(out, "first-fetch")
    noticed = run.expectation(fault.expectation)
    assert noticed["verdict"] == "failed", run.results["expectations"]
    assert fault.reason in noticed["detail"]
    for name in fault.unharmed:
        assert run.expectation(name)["verdict"] != "failed", run.expectation(name)
