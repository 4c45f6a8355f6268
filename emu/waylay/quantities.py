# SPDX-License-Identifier: BSD-2-Clause
"""Durations, rates, sizes and probabilities, as scenario files write them.

    duration      10ms, 50us, 1.5s, 100ns; a bare number only if it is 0
    rate          10Mbit (bit, kbit, Mbit, Gbit), or a number of bits a second
    size          150kB (B, kB, MB, KiB, MiB), or a number of bytes
    probability   1%, or 0.01

The same forms are read by waylay-wire's configuration (emu/wire), whose bounds
are kept here too, so that a file is refused before anything is started.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Mapping, Optional

NUMBER = r"[0-9]+(?:\.[0-9]+)?"
DIVISIONS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
RATES = {"bit": 1, "kbit": 1_000, "Mbit": 1_000_000, "Gbit": 1_000_000_000}
SIZES = {"B": 1, "kB": 1_000, "MB": 1_000_000, "KiB": 1 << 10, "MiB": 1 << 20}


@dataclass(frozen=True)
class Quantity:
    """One kind: its units with their worth, its bound, and how to say what it is."""

    units: Mapping[str, float]
    bare: bool  # whether a number without a unit will do
    most: float
    expected: str

    @property
    def pattern(self) -> str:
        return f"^({NUMBER})({'|'.join(self.units)})$"

    def value(self, written: Any) -> Optional[float]:
        """In the smallest unit (ns, bit/s, bytes, 1); None if it is no such quantity."""
        if isinstance(written, (int, float)) and not isinstance(written, bool):
            return float(written) if written == 0 or (self.bare and written > 0) else None
        if not isinstance(written, str):
            return None
        match = re.fullmatch(self.pattern, written)
        return float(match[1]) * self.units[match[2]] if match else None

    def fits(self, written: Any) -> bool:
        value = self.value(written)
        return value is not None and value <= self.most


QUANTITIES = {
    "duration": Quantity(DIVISIONS, False, 3600e9, "a duration up to 3600s, such as 10ms or 50us"),
    "rate": Quantity(RATES, True, 1e12, "bits a second up to 1000Gbit, such as 10Mbit"),
    "size": Quantity(SIZES, True, 256 << 20, "bytes up to 256MiB, such as 1500 or 150kB"),
    "overhead": Quantity(SIZES, True, 65600, "bytes of a frame up to 65600, such as 24"),
    "probability": Quantity({"%": 0.01}, True, 1, "a probability, such as 1% or 0.01"),
}


def duration_ns(written: Any) -> int:
    """The nanoseconds of a duration that is known to be one."""
    value = QUANTITIES["duration"].value(written)
    assert value is not None, written
    return round(value)
