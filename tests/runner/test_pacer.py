# SPDX-License-Identifier: BSD-2-Clause
"""Who begins when, on a clock that the test moves; pauses and single steps."""
from __future__ import annotations

import threading
from typing import Optional

from waylay.pacer import Begun, Pacer
from waylay.wait import wait_for

MS = 1_000_000


class Story:
    """A pacer on a clock of its own, threads that want to begin, and what has begun."""

    def __init__(self, threads: int = 1, **pace: bool) -> None:
        self.time = 1000
        self.pacer = Pacer(lambda: self.time, **pace)
        self.pacer.start(threads)
        self.begun: dict[str, Optional[Begun]] = {}

    def comes(self, name: str, due: Optional[int] = None) -> None:
        """A thread wants to begin, and is seen waiting or has begun."""

        def thread() -> None:
            self.begun[name] = self.pacer.begin(name, due)

        threading.Thread(target=thread, daemon=True).start()
        waits = self.pacer.waiting
        wait_for(name, 10, lambda: name in self.begun or any(w.name == name for w in waits))

    def passes(self, ns: int) -> None:
        """Time goes by; who waits for it looks again."""
        with self.pacer.changed:
            self.time += ns
            self.pacer.changed.notify_all()

    def has_begun(self, name: str) -> Begun:
        begun = wait_for(name, 10, lambda: self.begun.get(name))
        assert begun is not None
        return begun


def test_at_its_time_and_not_before() -> None:
    story = Story()
    story.comes("outage", due=5 * MS)
    story.passes(4 * MS)
    assert "outage" not in story.begun
    story.passes(2 * MS)
    begun = story.has_begun("outage")
    assert (begun.planned, begun.lateness) == (1000 + 5 * MS, MS)


def test_a_paused_run_stands_still_and_keeps_its_distances() -> None:
    story = Story(threads=2, paused=True)
    story.comes("get")
    story.comes("outage", due=5 * MS)
    story.passes(100 * MS)
    assert not story.begun and story.pacer.now() == 0
    story.pacer.resume()
    assert story.has_begun("get").lateness == 0
    story.passes(5 * MS)
    assert story.has_begun("outage").lateness == 0


def test_what_goes_on_lets_time_pass_though_paused() -> None:
    story = Story(threads=2)
    story.comes("load")
    story.has_begun("load")
    story.comes("outage", due=5 * MS)
    story.pacer.pause()
    story.passes(7 * MS)
    assert "outage" not in story.begun and story.pacer.now() == 7 * MS
    story.pacer.end("load")
    story.pacer.leave()
    story.passes(50 * MS)
    assert story.pacer.now() == 7 * MS
    story.pacer.step()
    assert story.has_begun("outage").lateness == 2 * MS


def test_a_single_step_takes_the_next_and_leaps_to_it() -> None:
    story = Story(threads=2, stepping=True)
    story.comes("late", due=9 * MS)
    story.pacer.enter()
    assert not story.begun, "somebody is still coming"
    story.comes("soon", due=4 * MS)
    assert story.has_begun("soon").lateness == 0
    assert story.pacer.now() == 4 * MS and "late" not in story.begun
    story.pacer.end("soon")
    story.pacer.leave()
    story.pacer.enter()
    assert story.has_begun("late").lateness == 0 and story.pacer.now() == 9 * MS


def test_marks_wake_and_never_come_when_their_step_is_over() -> None:
    story = Story(threads=2)
    found: list[Optional[int]] = []
    for name in ("get.opened", "get.closed"):
        thread = threading.Thread(target=lambda n=name: found.append(story.pacer.await_mark(n)))
        thread.start()
        if name == "get.opened":
            story.passes(3 * MS)
            story.pacer.mark(name)
        else:
            story.pacer.finish("get")
        thread.join(10)
    assert found == [3 * MS, None] and story.pacer.marks == {"get.opened": 1000 + 3 * MS}


def test_who_only_waits_for_a_mark_lets_a_paused_run_stand_still() -> None:
    story = Story(threads=2)
    story.comes("wait")
    story.has_begun("wait")
    story.comes("outage", due=5 * MS)
    seen: list[bool] = []
    thread = threading.Thread(target=lambda: seen.append(story.pacer.sees_mark("outage.x", 9 * MS)))
    thread.start()
    wait_for("the wait", 10, lambda: story.pacer.idle == 1)
    story.pacer.pause()
    story.passes(100 * MS)
    assert story.pacer.now() == 0
    story.pacer.resume()
    story.passes(5 * MS)
    assert story.has_begun("outage").lateness == 0
    story.pacer.mark("outage.x")
    thread.join(10)
    assert seen == [True]


def test_a_wait_for_a_mark_ends_with_its_guard_or_with_who_would_leave_it() -> None:
    story = Story(threads=2)
    story.comes("wait")
    story.has_begun("wait")
    seen: list[bool] = []
    for name in ("late.x", "over.x"):
        thread = threading.Thread(
            target=lambda n=name: seen.append(story.pacer.sees_mark(n, 9 * MS))
        )
        thread.start()
        wait_for("the wait", 10, lambda: story.pacer.idle == 1)
        if name == "late.x":
            story.passes(9 * MS)
        else:
            story.pacer.finish("over")
        thread.join(10)
    assert seen == [False, False]


def test_what_is_abandoned_does_not_begin() -> None:
    story = Story(paused=True)
    story.comes("never", due=5 * MS)
    story.pacer.abandon()
    wait_for("never", 10, lambda: "never" in story.begun)
    assert story.begun["never"] is None


def test_the_state_tells_what_goes_on_and_what_is_next() -> None:
    story = Story(threads=3)
    story.comes("load")
    story.has_begun("load")
    story.comes("b", due=9 * MS)
    story.comes("a", due=5 * MS)
    story.pacer.pause()
    assert story.pacer.state() == {
        "paused": True,
        "begun": True,
        "at": 0,
        "doing": ["load"],
        "next": [{"name": "a", "in": 5 * MS}, {"name": "b", "in": 9 * MS}],
    }
