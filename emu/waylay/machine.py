# SPDX-License-Identifier: BSD-2-Clause
"""How busy the machine was while a run went on: stolen, idle, under pressure.

A thread reads /proc/stat a few times a second, and adds up per window how much of
all processors' time was idle and how much the hypervisor gave to others (steal,
proc(5)). A window with hardly any idle time is a *full* one: something waited for
a processor then, and what a wire sent may have been late. PSI's figures
(/proc/pressure/cpu), where the kernel has them, are kept beside it.

Linux shows both for the whole machine, also inside a run's namespaces.
"""
from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

WINDOW_SECONDS = 0.2
FULL_IDLE_SHARE = 0.02  # a window with less idle time is full
SATURATED_SHARE = 0.3  # of full windows, from which on the machine was saturated

# Columns of the line `cpu` in /proc/stat; guest times are contained in user's.
COLUMNS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")


@dataclass(frozen=True)
class Ticks:
    """Processor time since boot, all processors together, in the kernel's ticks."""

    total: int
    idle: int
    steal: int


def parse_stat(text: str) -> Ticks:
    """The first line of /proc/stat."""
    words = text.splitlines()[0].split()
    values = dict(zip(COLUMNS, (int(word) for word in words[1:])))
    idle = values.get("idle", 0) + values.get("iowait", 0)
    return Ticks(sum(values.values()), idle, values.get("steal", 0))


def parse_pressure(text: str) -> int:
    """Microseconds for which some task waited for a processor (line `some`)."""
    line = next(line for line in text.splitlines() if line.startswith("some "))
    return int(line.rpartition("total=")[2])


def summary(samples: list[Ticks], seconds: float, pressure_us: Optional[int]) -> dict[str, Any]:
    """What the samples of a run come to; shares are of all processors' time."""
    pairs = [(a, b) for a, b in zip(samples, samples[1:]) if b.total > a.total]
    total = sum(b.total - a.total for a, b in pairs)
    full = sum(1 for a, b in pairs if (b.idle - a.idle) / (b.total - a.total) < FULL_IDLE_SHARE)
    said: dict[str, Any] = {
        "cpus": os.cpu_count(),
        "seconds": round(seconds, 3),
        "idle_share": _share(sum(b.idle - a.idle for a, b in pairs), total),
        "steal_share": _share(sum(b.steal - a.steal for a, b in pairs), total),
        "full_share": _share(full, len(pairs)),
        "pressure_share": None if pressure_us is None else _share(pressure_us, seconds * 1e6),
    }
    return {**said, "saturated": bool(pairs) and full / len(pairs) >= SATURATED_SHARE}


def _share(part: float, whole: float) -> float:
    return round(min(max(part / whole, 0.0), 1.0), 4) if whole else 0.0


class Sampler:
    """Samples from start() to stop(), which returns the summary."""

    def __init__(self) -> None:
        self.samples: list[Ticks] = []
        self.begin = 0.0
        self.pressure: Optional[int] = None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, name="sampler", daemon=True)

    def start(self) -> None:
        self.begin = time.monotonic()
        self.pressure = _pressure()
        self._sample()
        self.thread.start()

    def _run(self) -> None:
        while not self.ended.wait(WINDOW_SECONDS):
            self._sample()

    def _sample(self) -> None:
        self.samples.append(parse_stat(Path("/proc/stat").read_text(encoding="ascii")))

    def stop(self) -> dict[str, Any]:
        self.ended.set()
        self.thread.join()
        self._sample()
        before, after = self.pressure, _pressure()
        waited = after - before if before is not None and after is not None else None
        load = [round(one, 2) for one in os.getloadavg()]
        return {**summary(self.samples, time.monotonic() - self.begin, waited), "load": load}


def _pressure() -> Optional[int]:
    """None where the kernel has no PSI."""
    try:
        return parse_pressure(Path("/proc/pressure/cpu").read_text(encoding="ascii"))
    except (OSError, StopIteration, ValueError):
        return None
