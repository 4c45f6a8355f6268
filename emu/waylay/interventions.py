# SPDX-License-Identifier: BSD-2-Clause
"""What was done to a run from outside while it stood: what its scenario does not say.

    {"time": ns, "what": "pause" | "step" | "resume" | "visit" | "wire set" | ..., "by": ...}

on the run's clock, in the order of time. Pauses and visits come from the runner, by
the way they were asked for; changes of a wire from the wire's own account, which
tells those of the runner's steps from all others. `link`, `from` and `change` say
which was changed, `node` which was visited.

What somebody does to a network that is kept after the last step is no part of the run.
"""
from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any, Callable, Optional, Sequence

from waylay.wire import PLANNED

Json = dict[str, Any]

LISTED = 1000  # of pauses and visits; the wire bounds its own
WIRE = "wire "  # begins what was done to a wire


class Interventions:
    """Notes of the runner's; several threads write them. `clock` gives the run's time."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.clock = clock
        self.lock = threading.Lock()
        self.notes: list[Json] = []
        self.closed: Optional[int] = None  # from when on nothing counts

    def note(self, what: str, by: str, **more: str) -> None:
        with self.lock:
            if self.closed is None and len(self.notes) < LISTED:
                self.notes.append({"time": self.clock(), "what": what, "by": by, **more})

    def close(self) -> None:
        """What comes from now on is no part of the run."""
        with self.lock:
            if self.closed is None:
                self.closed = self.clock()

    def all(self, wire: Optional[Json]) -> list[Json]:
        """With those that the wire's account tells of."""
        with self.lock:
            end = self.closed
            changes = [one for one in of_wire(wire) if end is None or one["time"] <= end]
            return sorted([*self.notes, *changes], key=lambda one: int(one["time"]))


def of_wire(wire: Optional[Json]) -> list[Json]:
    """Changes of a wire that were made by hand."""
    told = []
    for change in (wire or {}).get("changes") or []:
        if change.get("by") != PLANNED:
            more = {key: change[key] for key in ("link", "from", "change") if change.get(key)}
            what = f"{WIRE}{change.get('do')}"
            told.append({"time": change["time"], "what": what, "by": change["by"], **more})
    return told


def doubt(found: Sequence[Json]) -> Optional[str]:
    """Why a run is not what its scenario says; None where it is."""
    links = [str(one.get("link")) for one in found if str(one["what"]).startswith(WIRE)]
    if not links:
        return None
    names = ", ".join(dict.fromkeys(links))
    times = "once" if len(links) == 1 else f"{len(links)} times"
    return f"the wire was changed by hand ({names}, {times}): it is not what the scenario says"


def line(found: Sequence[Json]) -> str:
    """For people; empty where there were none."""
    return f"{len(found)} (by hand: see results.json)" if found else ""


def of_run(run_dir: Path) -> list[Json]:
    """Those of a kept run; none where it left no results."""
    try:
        told = json.loads((run_dir / "results.json").read_text(encoding="utf-8"))
        return list(told.get("interventions") or [])
    except (OSError, ValueError, AttributeError):
        return []


def warn(run_dir: Path) -> None:
    """Before a run is repeated: what somebody did to it is not."""
    count = len(of_run(run_dir))
    if count:
        told = f"waylay: warning: {count} interventions by hand in '{run_dir}' are not repeated"
        print(f"{told}: this run may differ from that one", file=sys.stderr)
