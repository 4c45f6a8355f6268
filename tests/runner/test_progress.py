# SPDX-License-Identifier: BSD-2-Clause
"""What a single run says of itself while it goes on."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from waylay.progress import StepProgress, length_before, line


def state(doing: list[str], paused: bool = False, **later: int) -> dict[str, Any]:
    coming = [{"name": name, "in": ns} for name, ns in later.items()]
    return {"doing": doing, "paused": paused, "at": 0, "next": coming}


@pytest.mark.parametrize(
    ("given", "left", "said"),
    [
        (state(["hit"]), None, "[1/5] hit, 1.5 s"),
        (
            state(["hit"], cut=3_000_000_000),
            62.7,
            "[1/5] hit, 1.5 s; then cut in 3.0 s; about 1:02 l",
        ),
        (state([], cut=500_000_000), None, "[1/5] waiting; then cut in 0.5 s"),
        (state([], paused=True), 10.0, "[1/5] paused"),
        (state(["a", "b"], c=0), None, "[1/5] a, b, 1.5 s"),
    ],
)
def test_the_line(given: dict[str, Any], left: Any, said: str) -> None:
    assert line(given, 1, 5, 1.5, left).startswith(said)


def test_the_time_counts_from_the_change() -> None:
    progress = StepProgress(lambda: state(["miss"]), 3, 10.0, on=False)
    progress.begun = 100.0
    assert progress.words(state(["miss"]), 101.0) == "[0/3] miss, 0.0 s; about 0:09 left"
    assert progress.words(state(["miss"]), 103.5) == "[0/3] miss, 2.5 s; about 0:06 left"
    assert progress.words(state(["hit"]), 120.0) == "[0/3] hit, 0.0 s; about 0:00 left"


def test_off_a_terminal_there_are_only_words(capsys: pytest.CaptureFixture[str]) -> None:
    progress = StepProgress(lambda: state([]), 3, None, on=False)
    progress.start()
    progress.say("a step")
    progress.stop()
    assert capsys.readouterr().out == "a step\n" and not progress.thread.is_alive()


def test_on_a_terminal_the_line_goes_before_words(capsys: pytest.CaptureFixture[str]) -> None:
    progress = StepProgress(lambda: state([]), 3, None, on=True)
    progress.say("a step")
    assert capsys.readouterr().out == "\r\033[Ka step\n"


def test_the_length_of_a_kept_run(tmp_path: Path) -> None:
    assert length_before(tmp_path) is None
    steps = [{"start": 1, "end": 2}, {"start": 3, "end": 2_000_000_001}, {"start": None}]
    (tmp_path / "results.json").write_text(json.dumps({"verdict": "passed", "steps": steps}))
    assert length_before(tmp_path) == 2.0
    (tmp_path / "results.json").write_text(json.dumps({"verdict": "failed", "steps": steps}))
    assert length_before(tmp_path) is None
