# SPDX-License-Identifier: BSD-2-Clause
"""Packets of a link with a wire: each once, from the captures at both ends.

What the sender's end shows and what arrived at the other are paired: first by the
frames' bytes, in order, as often as the wire was to deliver each (its decision log
says what it dropped, and what it doubled), then what it damaged, by order. What is
left over at the sender's end was lost; why, the log says, where there is one.
"""
from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from typing import Any, Iterable, Optional

from .packets import Capture, Packet

UNKNOWN = "not seen to arrive"


@dataclass
class Decided:
    """What a wire did to one frame."""

    copies: int = 1  # how many were to arrive
    drop: str = ""  # why one was dropped
    damaged: bool = False
    length: int = 0


@dataclass
class Decisions:
    """The log, by (link, sender, number of the frame)."""

    of: dict[tuple[str, str, int], Decided] = field(default_factory=dict)
    counts: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)

    def add(self, entry: dict[str, Any]) -> None:
        """One line of logs/wire-decisions.jsonl; what it says of others is passed over."""
        link, sender, frame = entry.get("link"), entry.get("from"), entry.get("frame")
        what, why = str(entry.get("decision")), str(entry.get("why"))
        if not (isinstance(link, str) and isinstance(sender, str) and isinstance(frame, int)):
            return
        counts = self.counts.setdefault((link, sender), defaultdict(int))
        counts[f"{what}: {why}" if what == "drop" else what] += 1
        decided = self.of.setdefault((link, sender, frame), Decided())
        length = entry.get("length")
        decided.length = length if isinstance(length, int) else 0
        if what == "drop":
            decided.copies -= 1
            decided.drop = why
        elif what == "duplicate":
            decided.copies += 1
        elif what == "corrupt":
            decided.damaged = True

    def about(self, packet: Packet) -> Optional[Decided]:
        """Of a packet in its sender's capture; None where nothing was done to it."""
        found = self.of.get((packet.link, packet.sender or "", packet.ordinal))
        return found if found and found.length in (0, packet.length) else None


def pair(ends: Iterable[Capture], decisions: Decisions) -> list[Packet]:
    """The packets of one link, from the captures at its two ends."""
    one, other = ends
    found = one_way(one, other, decisions) + one_way(other, one, decisions)
    return sorted(found, key=lambda p: (p.time, p.frame))


def one_way(sender: Capture, receiver: Capture, decisions: Decisions) -> list[Packet]:
    departed = [p for p in sender.packets if p.sender == sender.end]
    arrived = [p for p in receiver.packets if p.sender != receiver.end]
    expected: dict[int, deque[Packet]] = defaultdict(deque)
    lost: list[Packet] = []
    damaged: list[Packet] = []
    for packet in departed:
        decided = decisions.about(packet) or Decided()
        if decided.copies <= 0:
            lost.append(replace(packet, lost=decided.drop))
        elif decided.damaged:
            damaged.append(packet)
        else:
            expected[packet.key].extend([packet] * decided.copies)
    found: list[Packet] = []
    strangers: list[Packet] = []
    for packet in arrived:
        waiting = expected.get(packet.key)
        if waiting:
            found.append(replace(packet, left=waiting.popleft().time))
        else:
            strangers.append(packet)
    found += with_damage(strangers, damaged, lost)
    lost += [replace(p, lost=UNKNOWN) for waiting in expected.values() for p in set(waiting)]
    return found + lost


def with_damage(strangers: list[Packet], damaged: list[Packet], lost: list[Packet]) -> list[Packet]:
    """What arrived unlike anything that was sent, beside what was damaged, by order.

    What was damaged beyond being an IPv4 packet is noted as lost.
    """
    found = []
    for packet in strangers:
        origin = next((p for p in damaged if p.time <= packet.time), None)
        if origin is not None:
            damaged.remove(origin)
            packet = replace(packet, left=origin.time)
        found.append(packet)
    lost += [replace(p, lost="corrupt") for p in damaged]
    return found
