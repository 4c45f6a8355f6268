# SPDX-License-Identifier: BSD-2-Clause
"""Whether a run's own instruments can be believed, and by how much they err.

    no        something was lost or is not known: a capture lost packets, a wire lost
              or invented frames, or left no account of itself. Nothing may be
              concluded from the run, unless it failed anyway.
    suspect   everything is there, but times may be further off than they should:
              a wire was late, the clocks moved, the machine had no time to spare;
              or a wire was changed by hand, or the links did not fall silent at the end.
    yes       neither.

Pure: what is judged comes in as values (the wire's account as waylay-wire writes
it, losses.json, the clock, machine.py's summary, the steps' records), and the
verdict comes out with a reason for each step down. fidelity.json holds the lot.
"""
from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Optional, Sequence

Json = dict[str, Any]

WORST_FIRST = ("no", "suspect", "yes")

# Limits beyond which a run is suspect.
CLOCK_NS = 1_000_000
STEAL_SHARE = 0.05
STEP_NS = 20_000_000  # a timed step that began later than it should have
# Where a wire's own verdict lacks, its lateness is held to this.
LATENESS_P99_NS = 1_000_000


@dataclass
class Fidelity:
    """A verdict and what led to it; it only ever gets worse."""

    verdict: str = "yes"
    why: list[str] = field(default_factory=list)

    def lower(self, verdict: str, reason: str) -> None:
        if WORST_FIRST.index(verdict) < WORST_FIRST.index(self.verdict):
            self.verdict = verdict
        self.why.append(reason)

    @property
    def line(self) -> str:
        """For a terminal: `suspect (the machine was saturated; and 2 more)`."""
        more = f"; and {len(self.why) - 1} more" if len(self.why) > 1 else ""
        return f"{self.verdict} ({self.why[0]}{more})" if self.why else self.verdict


def judge(
    losses: dict[str, Json],
    uncertainty: int,
    machine: Json,
    steps: Sequence[Json],
    wire: Optional[Json],
    wired: bool,
    by_hand: Optional[str] = None,
    settled: bool = True,
) -> Fidelity:
    """`wire` is the wire's account; None where it left none. `wired`: the run has wires.
    `by_hand`: what somebody did to it that makes it another than the scenario's.
    `settled`: no packet was under way any more when the captures were closed."""
    found = Fidelity()
    for name, entry in losses.items():
        lost = entry.get("dropped_by_kernel")
        if lost:
            found.lower("no", f"the capture of {name} lost {lost} packets")
    if wired and wire is None:
        found.lower("no", "the wire left no account of what it did")
    if wire is not None:
        _judge_wire(wire, found)
    if by_hand is not None:
        found.lower("suspect", by_hand)
    if not settled:
        words = "packets were still under way when the captures were closed"
        found.lower("suspect", f"{words}: what came later is not in them")
    if uncertainty > CLOCK_NS:
        found.lower("suspect", f"the clocks moved against each other by {duration(uncertainty)}")
    _judge_machine(machine, found)
    for step in steps:
        late = step.get("lateness")
        if isinstance(late, int) and late > STEP_NS:
            found.lower("suspect", f"the step '{step['name']}' began {duration(late)} late")
    return found


def _judge_wire(wire: Json, found: Fidelity) -> None:
    """Its own verdict with its reasons, and what makes any run unfaithful."""
    own = wire.get("verdict")
    reasons = [str(reason) for reason in wire.get("why") or []]
    for link, sender, way in directions(wire):
        name = f"the wire {link}, from {sender},"
        if way.get("conserved") is False and own != "no":
            found.lower("no", f"{name} did not account for all of its frames")
        if way.get("device_drops") and own != "no":
            found.lower("no", f"{name} lost {way['device_drops']} frames in its device")
        p99 = _lateness(way, "p99")
        if own not in WORST_FIRST and p99 > LATENESS_P99_NS:
            found.lower("suspect", f"{name} was late by {duration(p99)} (99th percentile)")
    if own in ("no", "suspect"):
        for reason in reasons or ["without a reason"]:
            found.lower(str(own), f"waylay-wire: {reason}")


def _judge_machine(machine: Json, found: Fidelity) -> None:
    steal = machine.get("steal_share") or 0
    if steal > STEAL_SHARE:
        found.lower("suspect", f"{steal:.0%} of the processors' time was stolen from the machine")
    if machine.get("saturated"):
        full = machine.get("full_share") or 0
        words = f"the machine was saturated for {full:.0%} of the time"
        found.lower("suspect", f"{words} (that makes its times doubtful, nothing else)")


def directions(wire: Json) -> Iterator[tuple[str, str, Json]]:
    """(link, sender, account) of each direction of each link."""
    for link, ways in (wire.get("links") or {}).items():
        for sender, way in ways.items():
            if isinstance(way, dict) and ("in" in way or "lateness" in way):
                yield link, sender, way


def _lateness(way: Json, key: str) -> int:
    value = (way.get("lateness") or {}).get(key)
    return value if isinstance(value, int) else 0


def unmet(wire: Optional[Json]) -> str:
    """Of a run that repeats decisions: how many found no frame; else empty."""
    told = [way["replay"] for _, _, way in directions(wire or {}) if way.get("replay")]
    if not told:
        return ""
    left, count = (sum(one[key] for one in told) for key in ("unmet", "decisions"))
    return f"{left} of {count} decisions found no frame"


def timing(wire: Optional[Json]) -> dict[str, Json]:
    """Per link what its stamps and departures may be off by, ns: for bindings.json."""
    found: dict[str, Json] = {}
    for link, _, way in directions(wire or {}):
        entry = found.setdefault(link, {"error": 0, "p99": 0})
        entry["error"] = max(entry["error"], _lateness(way, "max"))
        entry["p99"] = max(entry["p99"], _lateness(way, "p99"))
    return found


def read_wire(file: Path) -> Optional[Json]:
    """What waylay-wire wrote at its end; None where that is missing or broken."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and isinstance(told.get("links"), dict) else None


def account(found: Fidelity, machine: Json, uncertainty: int, wire: Optional[Json]) -> Json:
    """fidelity.json: the wire's account, with the run's verdict in the place of its own."""
    told = dict(wire or {"version": 1, "links": {}})
    told["wire"] = {"verdict": told.pop("verdict", None), "why": told.pop("why", [])}
    told["uncertainty"] = uncertainty
    return {**told, "machine": machine, "verdict": found.verdict, "why": found.why}


def duration(ns: int) -> str:
    for unit, size in (("s", 10**9), ("ms", 10**6), ("µs", 10**3)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns} ns"
