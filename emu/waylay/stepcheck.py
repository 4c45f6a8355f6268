# SPDX-License-Identifier: BSD-2-Clause
"""The steps of a scenario and its timeline, judged as a whole.

Steps follow one another; what stands in the timeline goes on beside them. Both
may say when they begin: at a time, or after a mark. Whatever a step waits for
must be able to come: a wait in a circle is found here, and not by a run that
hangs until a guard runs out.
"""
from __future__ import annotations

from typing import Any, Iterator

from waylay import schema
from waylay.actioncheck import Actions, items
from waylay.forms import check, matches, value_at
from waylay.model import Step, When
from waylay.quantities import duration_ns
from waylay.yamlmarks import Document, Place

LONGEST = 3600_000_000_000  # ns that a step with `every` may plan


class Steps:
    """Builds steps and timeline from a document; raises BadInput."""

    def __init__(self, document: Document, actions: Actions) -> None:
        self.document = document
        self.actions = actions
        self.names: dict[str, Place] = {}
        for part in ("steps", "timeline"):
            for place in items(document, (part,)):
                self.names[self.name(place)] = place
        self.steps = tuple(self.step(place) for place in items(document, ("steps",)))
        self.timeline = tuple(self.timed(place) for place in items(document, ("timeline",)))
        actions.judge_captures()
        self.judge_order()

    def name(self, place: Place) -> str:
        name = value_at(self.document, place).get("name")
        if not isinstance(name, str) or not matches(schema.LABEL, name):
            raise self.document.error(place + ("name",), name, schema.STEP["expected"])
        if name in self.names:
            raise self.document.error(place + ("name",), name, "a name that no other step has")
        return name

    def timed(self, place: Place) -> Step:
        item = value_at(self.document, place)
        if not any(key in item for key in schema.TIMES):
            raise self.document.error(place, None, "one of the keys at, after, every")
        return self.step(place)

    def step(self, place: Place) -> Step:
        item = value_at(self.document, place)
        self.actions.begin(item["name"])
        rest = [key for key in item if key != "name" and key not in schema.TIMES]
        if rest == ["do"]:
            done = tuple(self.sequence(place + ("do",), item["do"]))
        else:
            done = (self.actions.action(place, rest),)
        left = self.actions.started
        if left:
            expected = "a join of what the step started: " + ", ".join(sorted(left))
            raise self.document.error(place, item["name"], expected)
        return Step(item["name"], done, self.when(place, item))

    def sequence(self, place: Place, value: Any) -> Iterator[Any]:
        if not isinstance(value, list) or not value:
            raise self.document.error(place, value, "a list of actions")
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                raise self.document.error(place + (index,), item, "an action: a mapping")
            yield self.actions.action(place + (index,), list(item))

    def when(self, place: Place, item: dict[str, Any]) -> When:
        """When the step begins, how often, and after which mark."""
        for key in (key for key in schema.TIMES if key in item):
            check(self.document, place + (key,), schema.TIMES[key])
        if "at" in item and "after" in item:
            raise self.document.error(place + ("after",), "at and after", "one of them", True)
        every = item.get("every", {})
        period, times = duration_ns(every.get("period", 0)), every.get("times", 1)
        if every and period == 0:
            raise self.document.error(place + ("every", "period"), 0, "a duration above 0")
        if period * (times - 1) > LONGEST:
            raise self.document.error(place + ("every",), every, "at most 3600 s in all")
        mark = self.after(place + ("after",), item["after"]) if "after" in item else None
        offset = duration_ns(item.get("at", item.get("after", {}).get("plus", 0)))
        return When(any(key in item for key in schema.TIMES), mark, offset, period, times)

    def after(self, place: Place, item: dict[str, Any]) -> str:
        """The mark that a step waits for: one by name, or the end of a step."""
        kinds = [kind for kind in ("step", "mark") if kind in item]
        if len(kinds) != 1:
            raise self.document.error(place, ", ".join(kinds) or None, "one of step and mark")
        if "step" in item and item["step"] not in self.names:
            expected = "a step: " + ", ".join(self.names)
            raise self.document.error(place + ("step",), item["step"], expected)
        return f"{item['step']}.end" if "step" in item else str(item["mark"])

    def judge_order(self) -> None:
        """Every mark that is waited for is left by some step, and not in a circle.

        Points in time are named as marks are. `before` says which come before
        which: a step's end after its start, its start after the end of the step
        before it, and both after what is waited for.
        """
        before: dict[str, set[str]] = {}
        for mark, owner in self.actions.marks.items():
            before[mark] = set() if mark.endswith(".start") else {f"{owner}.start"}
        for earlier, later in zip(self.steps, self.steps[1:]):
            before[f"{later.name}.start"].add(f"{earlier.name}.end")
        waits = [*self.starts(), *((p, m, f"{s}.end") for p, m, s in self.actions.awaited)]
        for place, mark, point in waits:
            if mark not in before:
                raise self.document.error(place, mark, "a mark: " + ", ".join(sorted(before)))
            before[point].add(mark)
        for place, mark, point in waits:
            if _reaches(before, mark, point):
                expected = f"a mark that can come before {point}"
                raise self.document.error(place, mark, expected)

    def starts(self) -> Iterator[tuple[Place, str, str]]:
        """(place, mark, point) of each step that begins after a mark."""
        for step in (*self.steps, *self.timeline):
            if step.when.mark is not None:
                after = self.names[step.name] + ("after",)
                key = "mark" if "mark" in value_at(self.document, after) else "step"
                yield after + (key,), step.when.mark, f"{step.name}.start"


def _reaches(before: dict[str, set[str]], start: str, target: str) -> bool:
    """Whether `target` must come before `start`, or is it."""
    waiting, seen = [start], set()
    while waiting:
        point = waiting.pop()
        if point == target:
            return True
        if point not in seen:
            seen.add(point)
            waiting += before[point]
    return False
