# SPDX-License-Identifier: BSD-2-Clause
"""Captures of links by tcpdump, live before the first packet, lossless or said.

A capture is live when tcpdump says so *and* a frame that was sent at the far
end of the link has come out in the file: a frame of the local experimental
ethertype 0x88b5, which checks ignore. The same is done before closing, so that
all that was captured before is known to be in the file. What tcpdump says about
losses when it ends is kept.
"""
from __future__ import annotations

import re
import signal
import socket
import struct
from pathlib import Path
from typing import Any, Optional

from waylay import isolate
from waylay.clock import RunClock
from waylay.errors import WaylayError
from waylay.nodes import WaylayNode
from waylay.pcap import Filter, Reader, restamp
from waylay.programs import Program
from waylay.wait import wait_for

PROBE_ETHERTYPE = 0x88B5
PROBE_MAGIC = b"waylay probe "
LIVE_SECONDS = 10.0
SETTLED_NS = 150_000_000
SETTLED_GUARD = 5.0

STATISTICS = {
    "captured": r"^(\d+) packets? captured$",
    "received_by_filter": r"^(\d+) packets? received by filter$",
    "dropped_by_kernel": r"^(\d+) packets? dropped by kernel$",
}


class Capture:
    """tcpdump at one end (`node`, `interface`) of a link, probed from the other."""

    def __init__(self, link: str, node: WaylayNode, interface: str, folder: Path, logs: Path):
        self.link = link
        self.file = folder / f"{link}.pcap"
        self.log = logs / f"{node.name}-tcpdump-{link}.log"
        self.live: Optional[int] = None  # real-time stamp of the proof, ns
        self.last = 0  # stamp of the newest packet, ns
        self.packets: list[tuple[int, bytes]] = []
        self.reader = Reader(self.file)
        self.probe_socket: Optional[socket.socket] = None
        self.probes = 0
        command = ["tcpdump", "-i", interface, "-n", "-p", "-Z", "root", "-U", "--immediate-mode"]
        command += ["--time-stamp-precision=nano", "-B", "16384", "-w", str(self.file)]
        # tcpdump counts what it lost only until it is told to stop: nothing else may.
        self.program: Program = node.start_program(command, self.log)
        node.programs.remove(self.program)

    def open_probe(self, far: WaylayNode, interface: str) -> None:
        """A socket at the far end; it stays there when this thread comes back."""
        with isolate.network_of(far.pid):
            self.probe_socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.probe_socket.bind((interface, 0))

    def wait_listening(self) -> None:
        self.program.wait_log(r"listening on ", LIVE_SECONDS)

    def prove(self) -> int:
        """Send a probe and wait until it stands in the file; returns its stamp."""
        assert self.probe_socket is not None
        self.probes += 1
        payload = PROBE_MAGIC + b"%d" % self.probes
        header = b"\xff" * 6 + b"\x02\x00\x00\x00\x00\x00" + struct.pack("!H", PROBE_ETHERTYPE)
        self.probe_socket.send((header + payload).ljust(60, b"\0"))

        def arrived() -> Optional[int]:
            self.program.check_alive()
            for stamp, frame in self.read():
                if is_probe(frame) and frame[14:].rstrip(b"\0") == payload:
                    return stamp
            return None

        return wait_for(f"the probe frame in the capture of {self.link}", LIVE_SECONDS, arrived)

    def read(self) -> list[tuple[int, bytes]]:
        """Take in what the file has gained; returns that."""
        new = list(self.reader.new_records())
        self.packets += [(stamp, frame) for stamp, frame in new if not is_probe(frame)]
        if self.packets:
            self.last = self.packets[-1][0]
        return new

    def count(self, expression: Filter, since: int) -> int:
        """How many packets so far, stamped `since` or later, match a filter."""
        self.read()
        return sum(
            1 for stamp, frame in self.packets if stamp >= since and expression.matches(frame)
        )

    def close(self) -> None:
        """Stop tcpdump once everything sent so far stands in the file."""
        if self.program.process.poll() is None:
            self.prove()
            self.program.process.send_signal(signal.SIGINT)
        self.program.process.wait(LIVE_SECONDS)
        self.reader.close()
        if self.probe_socket is not None:
            self.probe_socket.close()

    def losses(self, clock: RunClock) -> dict[str, Any]:
        """The entry of losses.json, from tcpdump's closing words."""
        said = self.log.read_text(errors="replace")
        counts: dict[str, Any] = {}
        for name, pattern in STATISTICS.items():
            match = re.search(pattern, said, re.MULTILINE)
            if match is None:
                raise WaylayError(f"tcpdump on {self.link} did not say what it lost: {said}")
            counts[name] = int(match.group(1))
        counts["live"] = clock.from_realtime(self.live) if self.live is not None else None
        return counts

    def convert(self, clock: RunClock) -> None:
        """Bring the stamps of the finished file to the run's clock."""
        if clock.drift != 0:
            restamp(self.file, clock.from_realtime)


def is_probe(frame: bytes) -> bool:
    return frame[12:14] == struct.pack("!H", PROBE_ETHERTYPE)


def wait_live(captures: list[Capture]) -> None:
    """Return when every capture has shown that it is live."""
    for capture in captures:
        capture.wait_listening()
    for capture in captures:
        capture.live = capture.prove()


def wait_settled(captures: list[Capture], clock: RunClock) -> bool:
    """Wait until no link has carried a packet for a while; False if they go on."""

    def settled() -> bool:
        for capture in captures:
            capture.read()
        newest = max((capture.last for capture in captures), default=0)
        return clock.now() - newest > SETTLED_NS

    try:
        return wait_for("the links to fall silent", SETTLED_GUARD, settled)
    except WaylayError:
        return False
