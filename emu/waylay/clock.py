# SPDX-License-Identifier: BSD-2-Clause
"""The run's clock: monotonic time plus an offset fixed at the run's start.

All times that a run leaves are integer nanoseconds since the epoch on this
clock. The programs get the offset in WAYLAY_CLOCK_OFFSET. tcpdump stamps with
the real-time clock, which may be slewed or stepped during the run: so the
offset is measured again at the end, and stamps are converted by a straight line
between the two. What the line cannot know is stored as the uncertainty.
"""
from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Optional

OFFSET_VARIABLE = "WAYLAY_CLOCK_OFFSET"


@dataclass(frozen=True)
class Sample:
    """One measurement of (real time - monotonic time); all in nanoseconds."""

    monotonic: int
    offset: int
    error: int  # the true offset lies within offset +- error


def sample(tries: int = 50) -> Sample:
    """The sharpest of several readings of real time between two of monotonic."""
    best: Optional[Sample] = None
    for _ in range(tries):
        before = time.monotonic_ns()
        real = time.time_ns()
        after = time.monotonic_ns()
        middle, error = (before + after) // 2, (after - before + 1) // 2
        if best is None or error < best.error:
            best = Sample(middle, real - middle, error)
    assert best is not None
    return best


class RunClock:
    """Reads the run's clock and converts real-time stamps to it."""

    def __init__(self) -> None:
        self.start = sample()
        self.end: Optional[Sample] = None

    @property
    def offset(self) -> int:
        return self.start.offset

    def now(self) -> int:
        return time.monotonic_ns() + self.offset

    def close(self) -> None:
        """Measure the offset again; conversions before and after may differ."""
        self.end = sample()

    @property
    def drift(self) -> int:
        """How far real time moved against the run's clock during the run."""
        return self.end.offset - self.start.offset if self.end else 0

    @property
    def uncertainty(self) -> int:
        """Bound of the error of converted stamps, had real time moved evenly."""
        errors = [s.error for s in (self.start, self.end) if s]
        return max(errors) + abs(self.drift)

    def from_realtime(self, stamp: int) -> int:
        """The run's time of a real-time stamp (ns)."""
        if self.end is None or self.drift == 0:
            return stamp
        span = max(1, self.end.monotonic - self.start.monotonic)
        passed = stamp - self.offset - self.start.monotonic
        return stamp - self.drift * min(max(passed, 0), span) // span
