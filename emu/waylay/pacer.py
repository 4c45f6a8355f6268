# SPDX-License-Identifier: BSD-2-Clause
"""When steps begin: by the order, by their time, and by who holds the run.

Several threads share one Pacer: the one that carries out the steps, and one for
each item of the timeline. Each calls `begin` before what it does and `end` after
it. Nobody is interrupted: a pause only keeps what has not begun from beginning.

The pacer's time is the run's clock, counted from the start of the steps, less
the time that the run stood still: it does while it is paused and nothing that
was let go is going on, or only waits for a mark. So after a pause everything is as far apart as the
scenario says. A single step lets the one go that would have been next; if that
is for later, the time leaps to it.

A thread is *coming* between two of its steps (it will call `begin`, `await_mark`
or `leave` at once), *waiting* inside the first two, or *going*. A single step
that was asked for is given when nobody is coming, so that it never depends on
which thread was quicker.
"""
from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Callable, Optional


@dataclass
class _Waiter:
    name: str
    due: int
    granted: bool = False


@dataclass(frozen=True)
class Begun:
    """A step that has begun; both on the run's clock, in nanoseconds."""

    planned: int
    began: int

    @property
    def lateness(self) -> int:
        return self.began - self.planned


class Pacer:
    """See above. `clock` gives the run's time in nanoseconds; it must not go backwards."""

    def __init__(self, clock: Callable[[], int], paused: bool = False, stepping: bool = False):
        self.clock = clock
        self.changed = threading.Condition()
        self.paused = paused or stepping
        self.stepping = stepping  # whether Enter lets one step go, rather than all
        self.begun = False  # whether the steps have
        self.begun_at = clock()  # the run's time at the pacer's time 0
        self.stood = 0  # ns that the run stood still, before the present standstill
        self.still_since: Optional[int] = None  # the run's time; while it stands still
        self.coming = 0
        self.going: list[str] = []
        self.idle = 0  # of those that go on, how many only wait for a mark
        self.waiting: list[_Waiter] = []
        self.single = 0  # single steps that were asked for and not given yet
        self.abandoned = False
        self.marks: dict[str, int] = {}  # on the run's clock
        self.marked: dict[str, int] = {}  # on the pacer's
        self.over: set[str] = set()  # steps that will leave no more marks
        self.on_change: Callable[[], None] = lambda: None  # called after every change

    def start(self, threads: int) -> None:
        """The steps begin now; so many threads will come."""
        with self.changed:
            self.begun = True
            self.begun_at, self.stood, self.still_since = self.clock(), 0, None
            self.coming = threads
            self._settle()

    def now(self) -> int:
        """The pacer's time in nanoseconds."""
        with self.changed:
            return self._now(self.clock())

    def _now(self, run_time: int) -> int:
        still = run_time - self.still_since if self.still_since is not None else 0
        return run_time - self.begun_at - self.stood - still

    def _settle(self) -> None:
        """After any change: give a single step, begin or end a standstill, wake all."""
        if self.single and not self.coming and self.waiting:
            self._grant(min(self.waiting, key=lambda waiter: waiter.due))
        busy = len(self.going) > self.idle or any(w.granted for w in self.waiting)
        stands = self.paused and not busy
        run_time = self.clock()
        if stands and self.still_since is None:
            self.still_since = run_time
        elif not stands and self.still_since is not None:
            self.stood += run_time - self.still_since
            self.still_since = None
        self.changed.notify_all()
        self.on_change()

    def _grant(self, waiter: _Waiter) -> None:
        self.single -= 1
        waiter.granted = True
        leap = waiter.due - self._now(self.clock())
        if leap > 0:
            self.stood -= leap

    def begin(self, name: str, due: Optional[int] = None) -> Optional[Begun]:
        """Wait until a step may begin, at the pacer's time `due` or as soon as it may.

        None if the rest of the run was abandoned meanwhile.
        """
        with self.changed:
            now = self._now(self.clock())
            waiter = _Waiter(name, now if due is None else due)
            self.waiting.append(waiter)
            self.coming -= 1
            try:
                self._settle()
                while not self.abandoned and not waiter.granted:
                    ahead = waiter.due - self._now(self.clock())
                    if not self.paused and ahead <= 0:
                        break
                    self.changed.wait(None if self.paused else max(ahead, 0) / 1e9)
            finally:
                self.waiting.remove(waiter)
            if self.abandoned:
                self.coming += 1
                return None
            self.going.append(name)
            self._settle()
            began = self.clock()
            late = self._now(began) - waiter.due
            return Begun(began - late, began)

    def end(self, name: str) -> None:
        """What was begun has ended; the thread comes for more."""
        with self.changed:
            self.going.remove(name)
            self.coming += 1
            self._settle()

    def leave(self) -> None:
        """The thread comes no more, or not for a while."""
        with self.changed:
            self.coming -= 1
            self._settle()

    def come(self) -> None:
        """A thread that had left comes again."""
        with self.changed:
            self.coming += 1

    def hold(self, name: str) -> None:
        """Wait for as long as the run is paused, even if it was abandoned."""
        with self.changed:
            abandoned, self.abandoned = self.abandoned, False
            self.begin(name)
            self.abandoned = abandoned

    def mark(self, name: str) -> int:
        """Leave a mark; returns its time on the run's clock."""
        with self.changed:
            time = self.marks[name] = self.clock()
            self.marked[name] = self._now(time)
            self.changed.notify_all()
            return time

    def finish(self, step: str) -> None:
        """A step is over: marks of it that have not come will not come."""
        with self.changed:
            self.over.add(step)
            self.changed.notify_all()

    def await_mark(self, name: str) -> Optional[int]:
        """Wait for a mark; its pacer's time, or None if it will not come."""
        with self.changed:
            self.coming -= 1
            self._settle()
            owner = name.partition(".")[0]
            while name not in self.marked and owner not in self.over and not self.abandoned:
                self.changed.wait()
            self.coming += 1
            return self.marked.get(name)

    def sees_mark(self, name: str, guard: int) -> bool:
        """Within a step: wait for a mark, `guard` ns of the pacer's time at most.

        A step that only waits lets the time of a paused run stand still. False if
        the mark did not come, or will not.
        """
        with self.changed:
            end = self._now(self.clock()) + guard
            owner = name.partition(".")[0]
            self.idle += 1
            try:
                self._settle()
                while name not in self.marked and owner not in self.over:
                    left = end - self._now(self.clock())
                    if left <= 0:
                        break
                    self.changed.wait(None if self.still_since is not None else left / 1e9)
            finally:
                self.idle -= 1
                self._settle()
            return name in self.marked

    def abandon(self) -> None:
        """Nothing more is to begin."""
        with self.changed:
            self.abandoned = True
            self._settle()

    def pause(self) -> None:
        with self.changed:
            self.paused = True
            self._settle()

    def resume(self) -> None:
        with self.changed:
            self.paused, self.stepping, self.single = False, False, 0
            self._settle()

    def step(self) -> None:
        """Let one step begin, the next one, and pause before the one after it."""
        with self.changed:
            self.paused = True
            self.single += 1
            self._settle()

    def enter(self) -> None:
        """Somebody at the terminal wants the run to go on."""
        if self.stepping:
            self.step()
        elif self.paused:
            self.resume()

    def state(self) -> dict[str, object]:
        """For people and programs that look on; times in ns of the pacer."""
        with self.changed:
            now = self._now(self.clock())
            coming = sorted(self.waiting, key=lambda waiter: waiter.due)
            return {
                "paused": self.paused,
                "begun": self.begun,
                "at": now,
                "doing": list(self.going),
                "next": [{"name": w.name, "in": max(w.due - now, 0)} for w in coming],
            }
