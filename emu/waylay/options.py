# SPDX-License-Identifier: BSD-2-Clause
"""What the command line of `waylay run` says, as its parts pass it on."""
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional, Sequence


KEEP = ("never", "failed", "always")


@dataclass
class Options:
    """What the command line says."""

    scenarios: Sequence[Path]
    out: Optional[Path] = None  # results.choose_root says where, then
    programs: dict[str, str] = field(default_factory=dict)
    pause_after: Optional[str] = None  # a step
    paused: bool = False  # from the start on
    stepping: bool = False  # the same, and Enter lets one step go
    settings: dict[str, str] = field(default_factory=dict)
    repeat: Optional[int] = None
    jobs: int = 1
    dry_run: bool = False
    junit: Optional[Path] = None
    tap: Optional[Path] = None
    replay: Optional[Path] = None  # the folder of a kept run
    decisions: bool = False  # of that run's wires, instead of new ones
    keep: str = "never"  # the network after the steps: one of KEEP
