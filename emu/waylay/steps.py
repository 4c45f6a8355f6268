# SPDX-License-Identifier: BSD-2-Clause
"""The steps of a scenario, one after the other, and its timeline beside them.

Each step leaves the marks <name>.start and <name>.end and a record in
results.json. A step that fails ends the sequence: what comes later would be
judged under conditions that the scenario did not foresee, so it is skipped, and
so is what the timeline has not begun. The run goes on until both are through.

The steps run in the thread that calls `perform`, each item of the timeline in
one of its own. The Pacer says when each may begin.
"""
from __future__ import annotations

import threading
from typing import Any, Callable, Optional

from waylay.actions import Doing, Stage
from waylay.errors import WaylayError
from waylay.model import Step
from waylay.pacer import Begun

Record = dict[str, Any]
Times = list[dict[str, int]]

END = "the end of the steps"


class Performer:
    """Carries out steps and timeline on a stage, and collects their records.

    `after_step` is called with each record as soon as it is complete, by one
    thread at a time.
    """

    def __init__(self, stage: Stage, after_step: Callable[[Record], None]) -> None:
        self.stage = stage
        self.pacer = stage.pacer
        self.after_step = after_step
        self.records: list[Record] = []  # of the steps
        self.timeline: list[Record] = []  # of what went on beside them
        self.telling = threading.RLock()
        self.broken: Optional[BaseException] = None  # what ended a thread
        self.ended = False  # by an exception
        self.start = 0  # of the steps, on the run's clock

    def perform(self) -> None:
        """All of it; failures are in the records, not raised."""
        try:
            self._perform_all()
        except BaseException:
            # An interrupt, mostly: what still goes on is cut short, and says no more.
            self.ended = True
            self.pacer.abandon()
            raise

    def _perform_all(self) -> None:
        scenario = self.stage.scenario
        threads = [
            threading.Thread(target=self._beside, args=(item,), name=item.name, daemon=True)
            for item in scenario.timeline
        ]
        self.pacer.start(1 + len(threads))
        self.start = self.pacer.begun_at
        for thread in threads:
            thread.start()
        for step in scenario.steps:
            self._keep(self.records, self._perform(step))
        self.pacer.leave()
        for thread in threads:
            thread.join()
        if self.broken is not None:
            raise self.broken
        self.pacer.come()
        self.pacer.hold(END)

    def _beside(self, item: Step) -> None:
        """What the thread of a timeline's item does."""
        try:
            self._keep(self.timeline, self._perform(item))
        except BaseException as error:  # told by the thread that everybody waits for
            self.broken = error
            self.pacer.finish(item.name)
            self.pacer.abandon()
        finally:
            self.pacer.leave()

    def _keep(self, records: list[Record], record: Record) -> None:
        with self.telling:
            if self.ended:
                return
            if record["verdict"] == "failed":
                self.pacer.abandon()
            records.append(record)
            self.after_step(record)

    def _perform(self, step: Step) -> Record:
        """A step with all its repetitions; its record."""
        doing = Doing(self.stage, step.name)
        times: Times = []
        fault: Optional[str] = None
        left_out: Optional[str] = None
        due = self._due(step)
        for number in range(step.when.times):
            if due is None and step.when.mark is not None:
                left_out = f"the mark {step.when.mark} did not come"
                break
            begun = self.pacer.begin(
                step.name, None if due is None else due + number * step.when.period
            )
            if begun is None:
                left_out = "an earlier step failed"
                break
            fault = self._once(doing, step, begun, times)
            if fault:
                break
        self.pacer.finish(step.name)
        return self._record(step, doing, times, fault, left_out)

    def _due(self, step: Step) -> Optional[int]:
        """When it is to begin first, by the pacer's time; None: as soon as it may."""
        when = step.when
        if when.mark is None:
            return when.offset if when.stated else None
        marked = self.pacer.await_mark(when.mark)
        return None if marked is None else marked + when.offset

    def _once(self, doing: Doing, step: Step, begun: Begun, times: Times) -> Optional[str]:
        """One repetition; returns what is wrong with it."""
        fault = None
        if not times:
            self.pacer.mark(f"{step.name}.start")
        try:
            doing.perform(step.actions)
        except WaylayError as error:
            fault = str(error)
            self.pacer.abandon()  # before its end is told: who waits for that begins nothing more
        last = fault is not None or len(times) + 1 == step.when.times
        now = self.pacer.mark(f"{step.name}.end") if last else self.stage.clock.now()
        told = {"planned": begun.planned, "began": begun.began, "ended": now}
        times.append({**told, "lateness": begun.lateness})
        self.pacer.end(step.name)
        return fault

    def _record(
        self,
        step: Step,
        doing: Doing,
        times: Times,
        fault: Optional[str],
        left_out: Optional[str],
    ) -> Record:
        marks = self.pacer.marks
        if left_out and times and f"{step.name}.end" not in marks:
            self.pacer.mark(f"{step.name}.end")
        verdict = "failed" if fault else "skipped" if left_out else "passed"
        record: Record = {
            "name": step.name,
            "verdict": verdict,
            "detail": fault or left_out or doing.said or "done",
            "start": marks.get(f"{step.name}.start"),
            "end": marks.get(f"{step.name}.end"),
        }
        if step.when.stated and times:
            record["lateness"] = max(time["lateness"] for time in times)
            record["times"] = times
        if len(doing.found.get("fetches", [])) < 2:
            doing.found.pop("fetches", None)
        return {**record, **doing.found}
