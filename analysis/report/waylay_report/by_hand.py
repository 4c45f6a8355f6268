# SPDX-License-Identifier: BSD-2-Clause
"""What was done to a run by hand, from `interventions` of its results.json, as rows of a table.

A time is told from the start of the first step; what came before has a minus.
"""
from __future__ import annotations

import json
from typing import Any

from .run import Run, items
from .text import duration

SPOKEN = ("time", "what", "by")


def rows(run: Run) -> list[dict[str, str]]:
    """Each intervention, in the order of time."""
    first = min((step.start for step in [*run.steps, *run.timeline]), default=None)
    return [
        {
            "at": _since(one.get("time"), first),
            "what": str(one.get("what", "?")),
            "by": str(one.get("by", "?")),
            "more": _more(one),
        }
        for one in items(run.results.get("interventions"))
    ]


def _since(time: Any, first: Any) -> str:
    if not isinstance(time, int) or first is None:
        return "?"
    return duration(time - first) if time >= first else "-" + duration(first - time)


def _more(one: dict[str, Any]) -> str:
    """Which node or link, and what was asked of it."""
    told = [
        f"{key} {value if isinstance(value, str) else json.dumps(value)}"
        for key, value in one.items()
        if key not in SPOKEN
    ]
    return ", ".join(told)
