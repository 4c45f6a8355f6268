# SPDX-License-Identifier: BSD-2-Clause
"""Captures: live before the first packet, lossless or said.

A plain link has one, by tcpdump at one end; a wired link two, written by its wire
(wirecapture.py). Both are alike to who uses them. A capture is live when a frame
that was sent for that purpose has come out in its file: a frame of the local
experimental ethertype 0x88b5, which checks ignore. The same is done before it is
closed or turned off, so that all that was captured before is known to be in the file.

A capture that is turned off and on again has a gap, which its entry of losses.json
names; all its packets are in one file.
"""
from __future__ import annotations

import os
import re
import signal
import socket
import struct
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional, Sequence

from waylay import isolate
from waylay.clock import RunClock
from waylay.errors import GuardExpired, WaylayError
from waylay.model import SNAPLEN_MAX
from waylay.nodes import WaylayNode
from waylay.pcap import FILE_HEADER, Filter, Reader, join, restamp, write_empty
from waylay.programs import Program
from waylay.wait import wait_for

PROBE_ETHERTYPE = 0x88B5
PROBE_MAGIC = b"waylay probe "
LIVE_SECONDS = 10.0
SETTLED_NS = 150_000_000
SETTLED_GUARD = 5.0
PLACES_APART = 1 << 20  # bytes

STATISTICS = {
    "captured": r"^(\d+) packets? captured$",
    "received_by_filter": r"^(\d+) packets? received by filter$",
    "dropped_by_kernel": r"^(\d+) packets? dropped by kernel$",
}


def _prefer(pid: int) -> None:
    """Let a capture go before what it watches, where that is allowed: what it loses is lost."""
    try:
        os.setpriority(os.PRIO_PROCESS, pid, -10)
    except (PermissionError, ProcessLookupError):
        pass  # an ordinary user's: its losses are counted all the same


@dataclass(frozen=True)
class Place:
    """Where a record begins: its stamp, in which of the capture's files, and at which byte."""

    stamp: int
    part: int
    at: int


FIRST_PLACE = Place(0, 0, FILE_HEADER.size)


class Capture:
    """The packets of one file, while it grows and after. `name` is the file's."""

    def __init__(self, name: str, link: str, folder: Path) -> None:
        self.name = name
        self.link = link
        self.file = folder / f"{name}.pcap"
        self.on = False
        self.live: Optional[int] = None  # stamp of the first proof, ns
        self.last = 0  # stamp of the newest packet, ns
        self.seen = 0  # packets that were taken in
        self.places: list[Place] = []  # some of those at which a record begins, in order
        self.gaps: list[list[int]] = []  # [from, to], real-time ns; the last may lack its end
        self.reader = Reader(self.file)
        self.parts = [self.file]  # the files that it writes, one after the other
        self.probed: Optional[tuple[int, str]] = None  # a process of the node, an interface
        self.probe_socket: Optional[socket.socket] = None
        self.probes = 0
        self.reading = threading.Lock()

    # What each kind does in its own way.

    def begin(self) -> None:
        """Capture from now on; `prove` says when it does."""
        raise NotImplementedError

    def cease(self) -> None:
        """Capture no more; everything so far comes into the file."""
        raise NotImplementedError

    def bring(self) -> None:
        """Have the file hold what was captured; WaylayError if nothing ever will."""
        raise NotImplementedError

    def losses(self, clock: RunClock) -> dict[str, Any]:
        """The entry of losses.json, once the capture is closed."""
        raise NotImplementedError

    def convert(self, clock: RunClock) -> None:
        """Bring the stamps of the finished file to the run's clock."""

    # What all do alike.

    def probe_from(self, node: WaylayNode, interface: str) -> None:
        """Say where probes are sent from."""
        self.probed = (node.pid, interface)

    def _open_probe(self) -> socket.socket:
        """Opened when it is needed (closing one takes long), it stays in that namespace."""
        assert self.probed is not None
        pid, interface = self.probed
        with isolate.network_of(pid):
            opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            opened.bind((interface, 0))
        return opened

    def prove(self) -> int:
        """Send a probe and wait until it stands in the file; returns its stamp."""
        if self.probe_socket is None:
            self.probe_socket = self._open_probe()
        self.probes += 1
        payload = PROBE_MAGIC + b"%d" % self.probes
        header = b"\xff" * 6 + b"\x02\x00\x00\x00\x00\x00" + struct.pack("!H", PROBE_ETHERTYPE)
        self.probe_socket.send((header + payload).ljust(60, b"\0"))

        def arrived() -> Optional[int]:
            return next((stamp for stamp, proof in self.read() if proof == payload), None)

        return wait_for(f"the probe frame in the capture {self.name}", LIVE_SECONDS, arrived)

    def read(self) -> list[tuple[int, bytes]]:
        """Take in what the file has gained; returns the probes in it.

        Packets are looked at, not kept: there may be more of them than there is memory.
        """
        probes = []
        with self.reading:
            if self.on:
                self.bring()
            part, at = len(self.parts) - 1, self.reader.offset
            for stamp, frame in self.reader.new_records():
                self._note_place(Place(stamp, part, at))
                at = self.reader.offset
                if is_probe(frame):
                    probes.append((stamp, frame[14:].rstrip(b"\0")))
                else:
                    self.last = stamp
                    self.seen += 1
        return probes

    def _note_place(self, place: Place) -> None:
        """Every now and then, so that one need not begin at the first packet to find a later."""
        last = self.places[-1] if self.places else None
        if last is None or last.part != place.part or place.at - last.at >= PLACES_APART:
            self.places.append(place)

    def counter(self, expression: Filter, since: int) -> Callable[[], int]:
        """A function that says how many packets, stamped `since` or later, match so far."""
        self.read()
        before = [place for place in self.places if place.stamp < since]
        return Counter(self, expression, since, before[-1] if before else FIRST_PLACE).count

    def proven(self) -> None:
        """Note that it is on, as its probe shows."""
        self.on = True
        stamp = self.prove()
        if self.gaps and len(self.gaps[-1]) == 1:
            self.gaps[-1].append(stamp)
        if self.live is None:
            self.live = stamp

    def close(self) -> None:
        """Of one that is off: what comes after is no part of the run."""
        self.reader.close()
        if self.probe_socket is not None:
            self.probe_socket.close()
            self.probe_socket = None
        if not self.file.exists():
            write_empty(self.file)

    def account(self, counts: dict[str, int], convert: Callable[[int], int]) -> dict[str, Any]:
        """The entry of losses.json with these counts."""
        told: dict[str, Any] = dict(counts)
        told["live"] = convert(self.live) if self.live is not None else None
        # A gap without an end is the capture's own end.
        gaps = [[convert(stamp) for stamp in gap] for gap in self.gaps if len(gap) == 2]
        return {**told, "gaps": gaps} if gaps else told


class Counter:
    """Counts packets of a capture that match, from a place on, as they come into its files."""

    def __init__(self, capture: Capture, expression: Filter, since: int, place: Place) -> None:
        self.capture = capture
        self.expression = expression
        self.since = since
        self.part = place.part
        self.reader = Reader(capture.parts[place.part], place.at)
        self.found = 0

    def count(self) -> int:
        if self.capture.on:
            self.capture.bring()
        while True:
            parts = len(self.capture.parts)  # before the reading: an earlier one grows no more
            for stamp, frame in self.reader.new_records():
                if stamp >= self.since and not is_probe(frame):
                    self.found += self.expression.matches(frame, self.reader.length)
            if self.part + 1 == parts:
                return self.found
            self.part += 1
            self.reader.close()
            self.reader = Reader(self.capture.parts[self.part])


class TcpdumpCapture(Capture):
    """tcpdump at one end (`node`, `interface`) of a link, probed from the other."""

    def __init__(
        self,
        link: str,
        node: WaylayNode,
        interface: str,
        folder: Path,
        logs: Path,
        snaplen: int = SNAPLEN_MAX,
    ) -> None:
        super().__init__(link, link, folder)
        self.snaplen = snaplen
        self.started = 0
        self.node = node
        self.interface = interface
        self.log = logs / f"{node.name}-tcpdump-{link}.log"
        self.program: Optional[Program] = None
        self.counts = dict.fromkeys(STATISTICS, 0)

    def launch(self) -> None:
        """Start tcpdump; begin() waits until it listens."""
        if self.started:  # a file for each time that it is on
            self.parts.append(self.file.with_suffix(f".{self.started}.pcap"))
            self.reader.close()
            self.reader = Reader(self.parts[-1])
        self.started += 1
        command = ["tcpdump", "-i", self.interface, "-n", "-p", "-Z", "root", "-U"]
        command += ["--immediate-mode", "--time-stamp-precision=nano", "-B", "32768"]
        command += ["-s", str(self.snaplen)]
        # tcpdump counts what it lost only until it is told to stop: nothing else may.
        self.program = self.node.start_program([*command, "-w", str(self.parts[-1])], self.log)
        _prefer(self.program.process.pid)
        self.node.programs.remove(self.program)

    def begin(self) -> None:
        if self.program is None:
            self.launch()
        assert self.program is not None
        self.program.wait_log(r"listening on ", LIVE_SECONDS)

    def cease(self) -> None:
        assert self.program is not None
        if self.program.process.poll() is None:
            self.program.process.send_signal(signal.SIGINT)
        self.program.process.wait(LIVE_SECONDS)
        for name, count in statistics(self.program.said(), self.link).items():
            self.counts[name] += count
        self.program = None

    def bring(self) -> None:
        if self.program is not None:
            self.program.check_alive()

    def close(self) -> None:
        super().close()
        join(self.file, self.parts[1:])
        for part in self.parts[1:]:
            part.unlink()

    def losses(self, clock: RunClock) -> dict[str, Any]:
        return self.account(self.counts, clock.from_realtime)

    def convert(self, clock: RunClock) -> None:
        if clock.drift != 0:
            restamp(self.file, clock.from_realtime)


def statistics(said: str, link: str) -> dict[str, int]:
    """What tcpdump says of itself when it ends."""
    counts = {}
    for name, pattern in STATISTICS.items():
        match = re.search(pattern, said, re.MULTILINE)
        if match is None:
            raise WaylayError(f"tcpdump on {link} did not say what it lost: {said}")
        counts[name] = int(match.group(1))
    return counts


def is_probe(frame: bytes) -> bool:
    return frame[12:14] == struct.pack("!H", PROBE_ETHERTYPE)


def start_all(captures: Sequence[Capture]) -> None:
    """Turn captures on; returns when every one has shown that it is live."""
    off = [capture for capture in captures if not capture.on]
    for capture in off:
        if isinstance(capture, TcpdumpCapture):
            capture.launch()  # side by side
    for capture in off:
        capture.begin()
    for capture in off:
        capture.proven()


def stop_all(captures: Sequence[Capture]) -> None:
    """Turn captures off, once all that came before is in their files.

    All are proven before the first is turned off: both ends of a wire go together.
    """
    on = [capture for capture in captures if capture.on]
    for capture in on:
        capture.gaps.append([capture.prove()])
    for capture in on:
        capture.cease()
    for capture in on:
        capture.on = False
        capture.read()


def close_all(captures: Sequence[Capture]) -> None:
    """The end of captures, on or off."""
    stop_all(captures)
    for capture in captures:
        capture.close()


def wait_settled(
    captures: Sequence[Capture], clock: RunClock, under_way: Callable[[], int] = lambda: 0
) -> bool:
    """Wait until no link has carried a packet for a while; False if they go on.

    `under_way` says how many packets a wire still holds. A capture that has ended by
    itself is a WaylayError.
    """

    def settled() -> bool:
        for capture in captures:
            capture.read()
        newest = max((capture.last for capture in captures), default=0)
        return clock.now() - newest > SETTLED_NS and under_way() == 0

    try:
        return wait_for("the links to fall silent", SETTLED_GUARD, settled)
    except GuardExpired:
        return False
