# SPDX-License-Identifier: BSD-2-Clause
"""What a step that fails means for those that have not begun."""
from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest

from waylay import steps
from waylay.errors import WaylayError
from waylay.model import Action, Step, When
from waylay.pacer import Pacer

WAIT = Action("until", {"mark": "fails.end"})
FAIL = Action("exec", {})


class FakeDoing:
    """Waits for a mark, or fails."""

    def __init__(self, stage: Any, step: str) -> None:
        del step
        self.pacer: Pacer = stage.pacer
        self.found: dict[str, Any] = {}
        self.said = None

    def perform(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            if action is FAIL:
                raise WaylayError("no")
            assert self.pacer.sees_mark(action.arguments["mark"], 10_000_000_000)


def test_who_waits_for_the_end_of_a_failed_step_begins_nothing_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(steps, "Doing", FakeDoing)
    time = itertools.count()
    pacer = Pacer(lambda: next(time))
    known: list[bool] = []

    def mark(name: str) -> int:
        if name == "fails.end":
            known.append(pacer.abandoned)
        return Pacer.mark(pacer, name)

    monkeypatch.setattr(pacer, "mark", mark)
    scenario = SimpleNamespace(
        steps=(Step("first", (WAIT,)), Step("second", ())),
        timeline=(Step("fails", (FAIL,), When(stated=True)),),
    )
    stage: Any = SimpleNamespace(
        scenario=scenario, pacer=pacer, clock=SimpleNamespace(now=pacer.clock)
    )
    performer = steps.Performer(stage, lambda record: None)
    performer.perform()
    assert known == [True], "that all is over is known before the mark is left"
    verdicts = {one["name"]: one["verdict"] for one in performer.records + performer.timeline}
    assert verdicts.pop("first") in ("passed", "skipped"), "either side may be the first"
    assert verdicts == {"second": "skipped", "fails": "failed"}
