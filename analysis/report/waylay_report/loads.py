# SPDX-License-Identifier: BSD-2-Clause
"""Fetches of a load, summed up: too many of one step to be read one by one.

A step with more than ROWS_MAX fetches becomes one Summary; the others keep a row
a fetch. Quantiles are nearest-rank: the smallest time that so many do not exceed.
"""
from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Callable, Iterable, Optional, Sequence

from .latency import Claim, Latency

ROWS_MAX = 20  # fetches of one step that are shown one by one
QUANTILES = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))
# How a summary's lines are called, and the time of a fetch that each is made of.
TIMES: tuple[tuple[str, Callable[[Latency], Optional[int]]], ...] = (
    ("SYN → answer", lambda row: row.handshake),
    ("SYN held (log)", lambda row: row.held),
    ("first byte, from request", lambda row: row.first_byte),
    ("last byte, from request", lambda row: row.last_byte),
    ("total", lambda row: row.total),
)


@dataclass
class Spread:
    """How one kind of time was distributed; nanoseconds."""

    what: str
    times: list[int]  # in order, never empty

    @property
    def quantiles(self) -> list[int]:
        return [self.times[max(math.ceil(q * len(self.times)) - 1, 0)] for _, q in QUANTILES]


@dataclass
class Summary:
    """What the fetches of one step came to."""

    step: str
    requests: int
    connections: int
    received: int  # payload bytes
    served: dict[str, int]  # by the log's word, the most frequent first
    outcomes: dict[str, int]
    spreads: list[Spread]

    @property
    def words(self) -> str:
        """In one line."""
        return (
            f"{self.requests} requests on {self.connections} connections: "
            f"{counted(self.served)}; results {counted(self.outcomes)}; {self.received:,} bytes"
        )


def counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} × {what}" for what, count in counts.items())


def split(rows: Sequence[Latency]) -> tuple[list[Latency], list[Summary]]:
    """The fetches to be shown one by one, and the summaries of the others."""
    often = Counter(row.step for row in rows)
    loads = [step for step, count in often.items() if count > ROWS_MAX]
    few = [row for row in rows if row.step not in loads]
    return few, [sum_up(step, [row for row in rows if row.step == step]) for step in loads]


def sum_up(step: str, rows: Sequence[Latency]) -> Summary:
    spreads = []
    for what, time_of in TIMES:
        times = sorted(time for time in map(time_of, rows) if time is not None)
        if times:
            spreads.append(Spread(what, times))
    return Summary(
        step=step,
        requests=len(rows),
        connections=len({id(row.fetch.exchange) for row in rows}),
        received=sum(row.received for row in rows),
        served=dict(Counter(row.served for row in rows).most_common()),
        outcomes=dict(Counter(row.outcome for row in rows).most_common()),
        spreads=spreads,
    )


def worth_showing(claims: Iterable[Claim], most: int) -> list[Claim]:
    """Disagreements first, and of each step no more statements than `most`."""
    shown: Counter[str] = Counter()
    found = []
    for claim in sorted(claims, key=lambda one: one.agrees):
        shown[claim.step] += 1
        if shown[claim.step] <= most:
            found.append(claim)
    return found
