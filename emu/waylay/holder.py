# SPDX-License-Identifier: BSD-2-Clause
"""Namespaces for nodes, held by waylay-hold; many asked for at once.

One waylay-hold serves all nodes of this process, whichever network they are in.
It is started when the first node is made and ends with the last one that is
given back, or with this process, and everything in its namespaces goes with it.
"""
from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass, field
from typing import Optional, Sequence

from waylay import programs
from waylay.errors import WaylayError

TITLE_ROOM = 64  # bytes of a held process's title: `mininet:` and the node's name
STOP_SECONDS = 30.0


@dataclass
class NodeRequest:
    """A node that is wanted, and what is done in it before anything else."""

    name: str
    sysctls: dict[str, str] = field(default_factory=dict)  # dotted, as sysctl(8) takes them
    binds: dict[str, str] = field(default_factory=dict)  # targets to sources
    try_mounts: dict[str, str] = field(default_factory=dict)  # targets to types

    def verbs(self) -> list[tuple[str, str, str]]:
        found = [("sysctl", key.replace(".", "/"), value) for key, value in self.sysctls.items()]
        found += [("bind", source, target) for target, source in self.binds.items()]
        return found + [("try-mount", kind, target) for target, kind in self.try_mounts.items()]

    def line(self) -> str:
        """As waylay-hold reads it."""
        words = [self.name] + [word for verb in self.verbs() for word in verb]
        for word in words:
            if not word or "\t" in word or "\n" in word:
                raise WaylayError(f"node {self.name}: found {word!r}, expected no tab or newline")
        return "\t".join(words) + "\n"


class Holder:
    """A running waylay-hold, and how many nodes it holds."""

    def __init__(self) -> None:
        path = programs.find("waylay-hold")
        if path is None:
            raise WaylayError(
                "nodes need the program 'waylay-hold', which was found neither in "
                f"${programs.BINDIR_VARIABLE} nor in $PATH: build or install it"
            )
        self.owner = os.getpid()
        self.held = 0
        self.process = subprocess.Popen(
            [path, "." * TITLE_ROOM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def hold(self, requests: Sequence[NodeRequest]) -> dict[str, int]:
        """Make namespaces side by side; returns the process id of each, by name."""
        assert self.process.stdin is not None and self.process.stdout is not None
        found: dict[str, int] = {}
        faults: list[str] = []
        try:
            self.process.stdin.write("".join(request.line() for request in requests))
            self.process.stdin.flush()
            for _ in requests:
                name, *answer = self.process.stdout.readline().rstrip("\n").split("\t")
                if len(answer) == 1 and answer[0].isdigit():
                    found[name] = int(answer[0])
                else:
                    faults.append(f"{name}: {' '.join(answer[1:]) or 'waylay-hold ended'}")
        except BrokenPipeError:
            faults.append("waylay-hold ended")
        self.held += len(found)
        if faults:
            self.release(list(found.values()))
            raise WaylayError("no namespaces for " + "; ".join(sorted(set(faults))))
        return found

    def release(self, pids: Sequence[int]) -> None:
        """Give nodes back, by process; with the last one the program ends."""
        self.held -= len(pids)
        if self.held == 0:
            self.close()
            return
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it died before

    def close(self) -> None:
        """End all nodes at once: the kernel takes down what dies together, together."""
        global _shared
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.wait(STOP_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        if _shared is self:
            _shared = None


_shared: Optional[Holder] = None


def shared() -> Holder:
    """This process's holder, started if there is none; a fork has none of its own yet."""
    global _shared
    if _shared is None or _shared.owner != os.getpid() or _shared.process.poll() is not None:
        _shared = Holder()
    return _shared


def release(pids: Sequence[int]) -> None:
    """Give nodes back; where the holder is gone, so are they."""
    if _shared is not None and _shared.owner == os.getpid():
        _shared.release(pids)
