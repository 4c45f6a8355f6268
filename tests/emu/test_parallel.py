# SPDX-License-Identifier: BSD-2-Clause
"""Two runs at once do not disturb each other."""
from __future__ import annotations

from pathlib import Path

import pytest

import harness


@pytest.mark.usefixtures("privileged")
def test_two_runs_at_once(out: Path) -> None:
    running = [
        harness.start("run", harness.SCENARIOS / "plain.yaml", "--out", out) for _ in range(2)
    ]
    said = [process.communicate(timeout=harness.RUN_SECONDS) for process in running]
    folders = sorted(path for path in (out / "plain").glob("2*"))
    assert len(folders) == 2, said
    assert (out / "plain" / "latest").resolve() in folders
    for folder in folders:
        run = harness.finished(folder.parent.parent, "plain")
        assert [step["verdict"] for step in run.results["steps"]] == ["passed"] * 5, said
