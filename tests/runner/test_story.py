# SPDX-License-Identifier: BSD-2-Clause
"""Times are told by the steps of the run."""
from __future__ import annotations

from typing import Any

import pytest

from waylay import story

SECOND = 10**9
START = 1_764_115_200 * SECOND


def step(name: str, start: "float | None", end: "float | None") -> dict[str, Any]:
    times = (None if at is None else START + round(at * SECOND) for at in (start, end))
    return {"name": name, **dict(zip(("start", "end"), times))}


STEPS = [step("warm", 1, 2), step("again", 3, 9), step("outage", 4, 4.5), step("late", None, None)]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (0.75, "250.0 ms before warm"),
        (1, "0 µs into warm"),
        (1.0005, "500 µs into warm"),
        (2.5, "500.0 ms after warm"),
        (3.25, "250.0 ms into again"),
        (4.25, "250.0 ms into outage"),
        (5, "2.000 s into again"),
        (11, "2.000 s after again"),
    ],
)
def test_when(at: float, told: str) -> None:
    stamp = f"{START // SECOND + int(at)}.{round(at % 1 * SECOND):09d}"
    text = f"c1-r1.pcap frame 7 at {stamp}: expected this, found that"
    assert story.retold(text, STEPS) == f"c1-r1.pcap frame 7, {told}: expected this, found that"


def test_a_step_that_has_not_ended_goes_on() -> None:
    assert story.when(START + 5 * SECOND, [step("warm", 1, None)]) == "4.000 s into warm"


def test_without_steps_a_stamp_stays() -> None:
    text = f"frame 7 at {START // SECOND}.000000000: x"
    assert story.retold(text, [step("late", None, None)]) == text
    assert story.retold("12 selected", STEPS) == "12 selected"
