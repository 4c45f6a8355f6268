# SPDX-License-Identifier: BSD-2-Clause
"""Programs that break the mechanism on purpose: the expectations of what they break
notice, and no others.

A check that only ever passed has shown nothing. Each of these programs breaks one promise.
An expectation that a packet breaks names that packet. Others fail beside it for want of
anything to examine, where the fault ends the run early: they name none, and are told apart.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import harness
from waylay import programs

pytestmark = pytest.mark.usefixtures("whole_path")

NOTHING_TO_EXAMINE = (
    "expected packets to examine",
    "expected the marks and names that it speaks of",
)


@dataclass(frozen=True)
class Fault:
    """A broken program, and who must notice it, with words of what is said."""

    node: str
    program: str
    noticed: dict[str, str]


FAULTS = (
    Fault(
        "r1",
        "waylay-router-fault-no-option",
        {
            "redirected packets carry the option": "found ip[20:4] is absent",
            "the option comes first, as NOP, Record Route, length 7, pointer 8": "ip.hdr_len is 20",
            "the option holds the origin": "found rr.addresses is absent",
            "the router counted each packet that it redirected": "is 0",
            # Nobody knows what was meant, and so it never gets to a request.
            "a request is fetched from the origin during miss": "found none",
        },
    ),
    Fault(
        "p1",
        "waylay-proxy-fault-early-ack",
        {
            "the client is acknowledged after the origin acknowledged": (
                'expected "$answered and $syn_ack" on origins@routers before it'
            ),
            # Who was acknowledged cannot be refused any more.
            "refused in the origin's name during refused": "expected no such packet",
        },
    ),
    Fault(
        "p1",
        "waylay-proxy-fault-own-address",
        {"the proxy's address never reaches the client": "10.0.2.2"},
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.program for fault in FAULTS])
def test_exactly_its_expectations_notice(out: Path, fault: Fault) -> None:
    if programs.find(fault.program) is None:
        pytest.skip(f"{fault.program} is not built (configure --enable-faults)")
    override = f"{fault.node}={fault.program}"
    done = harness.waylay("run", harness.FIRST_FETCH, "--out", out, "--program", override)
    assert done.returncode == 1, done.stdout + done.stderr
    run = harness.finished(out, "first-fetch")
    failed = {
        e["name"]: e["detail"] for e in run.results["expectations"] if e["verdict"] == "failed"
    }
    broken = {
        name: detail
        for name, detail in failed.items()
        if not any(words in detail for words in NOTHING_TO_EXAMINE)
    }
    assert broken.keys() == fault.noticed.keys(), failed
    for name, words in fault.noticed.items():
        assert words in broken[name]
