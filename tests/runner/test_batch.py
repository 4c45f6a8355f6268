# SPDX-License-Identifier: BSD-2-Clause
"""Several at once: how many, in what order, and what an end in the middle leaves."""
from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Callable

import pytest

from waylay.batch import Batch, Item, Progress
from waylay.errors import FAILED, INTERRUPTED


def quiet(total: int, jobs: int) -> Progress:
    return Progress(total, jobs, on=False)


def items(folder: Path, *bodies: Callable[[], int]) -> list[Item]:
    return [Item(f"run {n}", folder / f"{n}.log", body) for n, body in enumerate(bodies)]


def fail() -> int:
    raise ValueError("a fault of ours")


def die() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def say() -> int:
    print("  passed       miss  said")
    return 3


def test_each_ends_with_its_own_code_and_its_words_are_in_its_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = items(tmp_path, say, fail, die)
    with capfd.disabled():  # else Python's own streams lead to pytest
        codes = {one.index: one.code for one in Batch(made, 2, quiet(3, 2)).run()}
    assert codes == {0: 3, 1: FAILED, 2: FAILED}
    assert (tmp_path / "0.log").read_text() == "  passed       miss  said\n"
    assert (tmp_path / "1.log").read_text() == "waylay: ValueError: a fault of ours\n"


def test_one_job_is_one_after_the_other(tmp_path: Path) -> None:
    made = items(tmp_path, *[say] * 4)
    assert [one.index for one in Batch(made, 1, quiet(4, 1)).run()] == [0, 1, 2, 3]


def test_two_jobs_are_two_at_once(tmp_path: Path) -> None:
    """Each waits for the other: one after the other, neither would end."""
    ends = [os.pipe(), os.pipe()]

    def meet(own: int, other: int) -> Callable[[], int]:
        def body() -> int:
            os.write(ends[own][1], b"x")
            return 0 if os.read(ends[other][0], 1) == b"x" else 1

        return body

    made = items(tmp_path, meet(0, 1), meet(1, 0))
    assert [one.code for one in Batch(made, 2, quiet(2, 2)).run()] == [0, 0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_what_runs_and_starts_no_more(tmp_path: Path, number: int) -> None:
    parent = os.getpid()

    def interrupted() -> int:
        os.kill(parent, number)
        signal.pause()
        return 0

    batch = Batch(items(tmp_path, interrupted, say), 1, quiet(2, 1))
    assert [(one.index, one.code) for one in batch.run()] == [(0, INTERRUPTED)]
    assert batch.interrupted
    assert not (tmp_path / "1.log").exists()


def test_the_progress_line_says_what_goes_on_and_what_is_left(tmp_path: Path) -> None:
    progress = Progress(5, 2, on=False)
    one = items(tmp_path, say)[0]
    assert progress.line([(one, 1)]) == "[0/5] run 0"
    one.log.write_text("first: run x\nSteps\n  passed       miss  200\n")
    progress.count(60)
    assert progress.line([(one, 0)]) == "[1/5] run 0 (after miss), about 2:00 left"
    assert progress.line([(one, 40)]) == "[1/5] run 0 (after miss), about 1:40 left"
    assert progress.line([(one, 400)]) == "[1/5] run 0 (after miss), about 1:30 left"
