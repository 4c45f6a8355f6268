# SPDX-License-Identifier: BSD-2-Clause
"""Several runs, some at once, each in a process of its own.

    batch --fork--> one process a run (own process group, dies with the batch)
                      +--fork--> process 1 of the run's namespaces (isolate.py)

A run's own words go to logs/waylay.log in its folder. Ctrl-C meets the batch
alone, which hands it on once to each run, waits for them, and starts no more.
"""
from __future__ import annotations

import ctypes
import os
import select
import shutil
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, Optional, Sequence

from waylay.errors import FAILED, INTERRUPTED
from waylay.isolate import PR_SET_PDEATHSIG

PROGRESS_SECONDS = 1.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Item:
    """One run: how it is called, where it logs, and what does it (an exit code)."""

    label: str
    log: Path
    body: Callable[[], int]


@dataclass(frozen=True)
class Ended:
    """How the item of that index ended."""

    index: int
    code: int
    seconds: float


@dataclass
class _Running:
    index: int
    pid: int
    handle: int  # a pidfd: readable when the process has ended
    since: float


class Batch:
    """Runs items, at most `jobs` at once; `progress` says how it goes on a terminal."""

    def __init__(self, items: Sequence[Item], jobs: int, progress: "Progress") -> None:
        self.items = items
        self.jobs = jobs
        self.progress = progress
        self.waiting = deque(range(len(items)))
        self.running: list[_Running] = []
        self.interrupted = False

    def run(self) -> Iterator[Ended]:
        """Each run as it ends. After an interrupt, only those that had begun."""
        before = {kind: signal.signal(kind, self._hand_on) for kind in STOPPING}
        try:
            while self.running or (self.waiting and not self.interrupted):
                self._fill()
                yield from self._ended()
        finally:
            self.progress.clear()
            for kind, handler in before.items():
                signal.signal(kind, handler)

    def _hand_on(self, number: int, _frame: object) -> None:
        self.interrupted = True
        for one in self.running:
            os.kill(one.pid, number)

    def _fill(self) -> None:
        """Start what may be started; a signal meanwhile waits until it is known."""
        while self.waiting and len(self.running) < self.jobs and not self.interrupted:
            signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
            self.running.append(self._start(self.waiting.popleft()))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)

    def _start(self, index: int) -> _Running:
        item, parent = self.items[index], os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            os._exit(_child(item, parent))
        return _Running(index, pid, os.pidfd_open(pid), time.monotonic())

    def _ended(self) -> Iterator[Ended]:
        """Wait until a run ends, or until the progress line should change."""
        now = time.monotonic()
        self.progress.show([(self.items[one.index], now - one.since) for one in self.running])
        pause = PROGRESS_SECONDS if self.progress.on else None
        if not self.running:
            return
        ready, _, _ = select.select([one.handle for one in self.running], [], [], pause)
        for one in [one for one in self.running if one.handle in ready]:
            self.running.remove(one)
            os.close(one.handle)
            _, status = os.waitpid(one.pid, 0)
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else FAILED
            seconds = time.monotonic() - one.since
            self.progress.count(seconds)
            yield Ended(one.index, code, seconds)


def _child(item: Item, parent: int) -> int:
    """Everything that a run's process does; returns its exit code, raises nothing."""
    try:
        os.setpgid(0, 0)
        for kind in STOPPING:
            signal.signal(kind, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            return FAILED
        null = os.open(os.devnull, os.O_RDONLY)
        log = os.open(item.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        for target, source in ((0, null), (1, log), (2, log)):
            os.dup2(source, target)
        return item.body()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # the batch goes on
        print(f"waylay: {type(error).__name__}: {error}", file=sys.stderr)
        return FAILED
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


class Progress:
    """One line at the bottom of a terminal; nothing at all elsewhere."""

    def __init__(self, total: int, jobs: int, on: Optional[bool] = None) -> None:
        self.total = total
        self.jobs = jobs
        self.on = sys.stdout.isatty() if on is None else on
        self.lengths: list[float] = []

    def count(self, seconds: float) -> None:
        self.lengths.append(seconds)

    def line(self, running: Sequence[tuple[Item, float]]) -> str:
        """`[ended/total] what is going on, time left`; beside each item its seconds so far."""
        doing = ", ".join(f"{item.label}{_step(item.log)}" for item, _ in running)
        left = self._left([passed for _, passed in running])
        return f"[{len(self.lengths)}/{self.total}] {doing}{left}"

    def _left(self, passed: Sequence[float]) -> str:
        """As long as runs took on average; one that takes longer is taken to end now."""
        if not self.lengths:
            return ""
        mean = sum(self.lengths) / len(self.lengths)
        work = mean * (self.total - len(self.lengths)) - sum(min(one, mean) for one in passed)
        seconds = round(work / self.jobs)
        return f", about {seconds // 60}:{seconds % 60:02d} left"

    def show(self, running: Sequence[tuple[Item, float]]) -> None:
        if self.on:
            width = shutil.get_terminal_size().columns  # 80 where the terminal says 0
            print(f"\r\033[K{self.line(running)[: width - 1]}", end="", flush=True)

    def clear(self) -> None:
        if self.on:
            print("\r\033[K", end="", flush=True)


def _step(log: Path) -> str:
    """The last step that the run's log tells of."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    words: list[str] = next((line.split() for line in reversed(lines) if line.startswith("  ")), [])
    return f" (after {words[1]})" if len(words) > 1 else ""
