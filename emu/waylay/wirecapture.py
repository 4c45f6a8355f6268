# SPDX-License-Identifier: BSD-2-Clause
"""The capture at one end of a wired link, written by the wire itself.

Its stamps are the run's clock's already. A probe is sent inside the node at that
end: the wire captures it where it comes in, and does not carry it. What is lost
between node and wire, and between wire and file, is in the wire's account.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

from waylay.capture import Capture
from waylay.clock import RunClock
from waylay.errors import WaylayError
from waylay.wire import Wire

Json = dict[str, Any]


class WireCapture(Capture):
    """The capture `LINK@NODE`. `on` of both ends of a link goes together."""

    def __init__(self, wire: Wire, link: str, node: str, folder: Path) -> None:
        super().__init__(f"{link}@{node}", link, folder)
        self.wire = wire
        self.node_name = node
        self.told: Optional[Json] = None

    def begin(self) -> None:
        self.wire.capture(self.link, True)

    def cease(self) -> None:
        self.wire.capture(self.link, False)
        self.wire.flush()

    def bring(self) -> None:
        self.wire.flush()

    def losses(self, clock: RunClock) -> Json:
        del clock
        if self.told is None:
            raise WaylayError(f"the capture {self.name}: the wire left no account of it")
        return self.account(losses_of(self.told, self.link, self.node_name), lambda stamp: stamp)


def losses_of(told: Json, link: str, node: str) -> dict[str, int]:
    """What a wire's account says of the capture at one end, in the words of losses.json."""
    counts = (told.get("captures") or {}).get(f"{link}@{node}") or {}
    captured, dropped = int(counts.get("captured", 0)), int(counts.get("dropped", 0))
    ways = (told.get("links") or {}).get(link) or {}
    device = int((ways.get(node) or {}).get("device_drops") or 0)
    return {
        "captured": captured,
        "received_by_filter": captured + dropped,
        "dropped_by_kernel": dropped + device,
    }


def held(told: Json) -> int:
    """How many frames the wire had under way when it gave this account."""
    links: dict[str, dict[str, Json]] = told.get("links") or {}
    return sum(int(way.get("held") or 0) for ways in links.values() for way in ways.values())
