# SPDX-License-Identifier: BSD-2-Clause
"""What a single run is doing, on one line at the bottom of a terminal.

    [2/5] delayed, 1.2 s; then cut in 3.0 s; about 0:04 left

A thread draws it once in a while; whoever prints goes through `say`, which takes
the line away first. How long is left is told when an earlier run of the same
scenario has been kept: its steps are taken to last as long again. Off a terminal
there is no line and no thread.
"""
from __future__ import annotations

import json
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable, Optional

DRAW_SECONDS = 0.5
State = dict[str, Any]


def length_before(latest: Path) -> Optional[float]:
    """Seconds from the first step's start to the last one's end in a kept run."""
    try:
        told = json.loads((latest / "results.json").read_text(encoding="utf-8"))
        times = [(step["start"], step["end"]) for step in told["steps"] if step.get("end")]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not times or told.get("verdict") == "failed":
        return None
    return float(max(end for _, end in times) - min(start for start, _ in times)) / 1e9


def line(state: State, done: int, total: int, since: float, left: Optional[float]) -> str:
    """`state` is the pacer's; `since` is for how long what goes on has."""
    doing = ", ".join(state["doing"]) or ("paused" if state["paused"] else "waiting")
    parts = [f"{doing}, {since:.1f} s" if state["doing"] else doing]
    later = [one for one in state["next"] if one["in"] > 0]
    if later:
        parts.append(f"then {later[0]['name']} in {later[0]['in'] / 1e9:.1f} s")
    if left is not None and not state["paused"]:
        parts.append(f"about {int(left) // 60}:{int(left) % 60:02d} left")
    return f"[{done}/{total}] " + "; ".join(parts)


class StepProgress:
    """`state` is asked for what goes on; `total` steps are to come."""

    def __init__(
        self,
        state: Callable[[], State],
        total: int,
        expected: Optional[float],
        on: Optional[bool] = None,
    ) -> None:
        self.state = state
        self.total = total
        self.expected = expected
        self.on = sys.stdout.isatty() if on is None else on
        self.done = 0
        self.begun = time.monotonic()
        self.doing: list[str] = []
        self.doing_since = self.begun
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def start(self) -> None:
        self.begun = self.doing_since = time.monotonic()
        if self.on:
            self.thread.start()

    def stop(self) -> None:
        self.ended.set()
        if self.thread.is_alive():
            self.thread.join()
        self.say("")

    def say(self, words: str) -> None:
        """Print, above the line; nothing for no words."""
        with self.lock:
            if self.on:
                print("\r\033[K", end="")
            if words:
                print(words)
            sys.stdout.flush()

    def _run(self) -> None:
        while not self.ended.wait(DRAW_SECONDS):
            words = self.words(self.state(), time.monotonic())
            with self.lock:
                width = shutil.get_terminal_size().columns
                print(f"\r\033[K{words[: width - 1]}", end="", flush=True)

    def words(self, state: State, now: float) -> str:
        if state["doing"] != self.doing:
            self.doing, self.doing_since = list(state["doing"]), now
        left = None if self.expected is None else max(self.expected - (now - self.begun), 0)
        return line(state, self.done, self.total, now - self.doing_since, left)
