# SPDX-License-Identifier: BSD-2-Clause
"""When something happened, by the steps of its run: for people, who do not count from 1970.

Pure. Steps are records of results.json (`name`, `start`, `end`, nanoseconds since the
epoch), of the steps and of the timeline.
"""
from __future__ import annotations

import re
from typing import Any, Sequence

Json = dict[str, Any]

STAMP = re.compile(r" at (\d{10})\.(\d{9})\b")  # as waylay-assert writes times


def retold(text: str, steps: Sequence[Json]) -> str:
    """The text, with each time told by the steps."""
    begun = [step for step in steps if step.get("start") is not None]
    if not begun:
        return text
    return STAMP.sub(lambda stamp: f", {when(int(stamp[1] + stamp[2]), begun)}", text)


def when(time: int, begun: Sequence[Json]) -> str:
    """As "12.3 ms into warm": of the steps that go on then, the one that began last."""
    under_way = [s for s in begun if s["start"] <= time and (s.get("end") or time) >= time]
    if under_way:
        step = max(under_way, key=lambda s: int(s["start"]))
        return f"{_span(time - step['start'])} into {step['name']}"
    over = [s for s in begun if s["start"] <= time]
    if over:
        step = max(over, key=lambda s: int(s["end"]))
        return f"{_span(time - step['end'])} after {step['name']}"
    step = min(begun, key=lambda s: int(s["start"]))
    return f"{_span(step['start'] - time)} before {step['name']}"


def _span(ns: int) -> str:
    if ns < 10**6:
        return f"{ns / 1e3:.0f} µs"
    return f"{ns / 1e6:.1f} ms" if ns < 10**9 else f"{ns / 1e9:.3f} s"
