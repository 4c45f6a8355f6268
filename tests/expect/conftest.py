# SPDX-License-Identifier: BSD-2-Clause
"""How expectation files are judged in tests: by the program, over captures made here."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Iterable

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from made import START, Packet, write  # noqa: E402

PROGRAM = Path(os.environ.get("WAYLAY_BINDIR", HERE.parents[1] / "build")) / "waylay-assert"

Verdicts = dict[str, str]


class Judged:
    """What came of a file: each expectation's verdict by its words, and the whole output."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code = done.returncode
        self.error = done.stderr
        self.items: list[dict[str, Any]] = json.loads(done.stdout or '{"expectations": []}')[
            "expectations"
        ]

    @property
    def verdicts(self) -> Verdicts:
        return {item["name"]: item["verdict"] for item in self.items}

    @property
    def failed(self) -> list[str]:
        return [item["name"] for item in self.items if item["verdict"] == "failed"]

    def reasons(self, words: str) -> str:
        """What is wrong with the expectation of these words: rule, expected and found, by line."""
        rules = next(item["rules"] for item in self.items if item["name"] == words)
        return "\n".join(
            f"{rule['rule']}: expected {note['expected']}, found {note['found']}"
            for rule in rules
            if rule["verdict"] == "failed"
            for note in rule["notes"]
        )

    def broke(self, words: str, *reasons: str) -> bool:
        """Whether it was this expectation alone, and for these reasons among others."""
        assert self.code == 1 and self.failed == [words], self
        told = self.reasons(words)
        for reason in reasons:
            assert reason in told, told
        return True

    def __repr__(self) -> str:
        return self.error + json.dumps(self.items, indent=1)


Judge = Callable[..., Judged]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """judge(file or text, tap=packets, …): the file, judged over those captures."""

    def run(rules: str, **taps: Iterable[Packet]) -> Judged:
        path = HERE / "cases" / rules
        if not rules.endswith(".expect"):
            path = tmp_path / "rules.expect"
            path.write_text(rules)
        argv = [str(PROGRAM), "--json", str(path)]
        for name, packets in taps.items():
            argv += ["--tap", f"{name}={write(tmp_path / f'{name}.pcap', packets)}"]
        return Judged(subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60))

    return run


Run = Callable[..., Path]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """run(nodes, marks, numbers, "a-b"=packets, …): a run's folder as the runner leaves it.

    `nodes` are names with an address; `marks` are seconds from the start.
    """

    def make(
        nodes: dict[str, str],
        marks: dict[str, float],
        numbers: dict[str, int],
        links: dict[str, list[Packet]],
        uncertainty: int = 0,
    ) -> Path:
        folder = tmp_path / "run"
        (folder / "captures").mkdir(parents=True, exist_ok=True)
        losses: dict[str, Any] = {}
        bound: dict[str, Any] = {}
        for name, packets in links.items():
            write(folder / "captures" / f"{name}.pcap", packets)
            live = (START - 1) * 10**9
            losses[name] = {"captured": len(packets), "dropped_by_kernel": 0, "live": live}
            bound[name] = {"ends": name.split("-"), "capture": f"captures/{name}.pcap"}
        bindings = {
            "version": 1,
            "nodes": {n: {"role": "other", "addresses": {"lan": a}} for n, a in nodes.items()},
            "links": bound,
            "services": {},
            "marks": {m: START * 10**9 + round(at * 1e9) for m, at in marks.items()},
            "numbers": numbers,
            "clock": {"offset": 0, "uncertainty": uncertainty},
        }
        (folder / "bindings.json").write_text(json.dumps(bindings))
        (folder / "captures" / "losses.json").write_text(json.dumps(losses))
        (folder / "results.json").write_text("{}")
        return folder

    return make


@pytest.fixture
def judge_run(tmp_path: Path) -> Judge:
    """judge_run(file, folder): the file, judged over a run's folder."""

    def judge(rules: str, folder: Path) -> Judged:
        path = HERE / "cases" / rules
        if not rules.endswith(".expect"):
            path = tmp_path / "rules.expect"
            path.write_text(rules)
        argv = [str(PROGRAM), "--json", str(path), str(folder)]
        return Judged(subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60))

    return judge
