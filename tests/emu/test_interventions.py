# SPDX-License-Identifier: BSD-2-Clause
"""What is done to a run by hand is told beside its verdict."""
from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

import harness
from waylay import programs
from waylay.runner import RUN_VARIABLE

pytestmark = pytest.mark.usefixtures("privileged")

SCENARIO = """\
name: visited
nodes:
  c1: {role: client}
  r1: {role: router, program: none}
  p1: {role: proxy, program: none}
  o1: {role: origin, server: nginx, objects: {/first: {size: 1000}}}
links:
  - {ends: [c1, r1], subnet: 10.0.1.0/24, wire: {loss: {frames: [1000000]}}}
  - {ends: [r1, p1], subnet: 10.0.2.0/24}
  - {ends: [r1, o1], subnet: 10.0.3.0/24}
services:
  web: {port: 80, node: o1, redirected: true}
steps:
  - {name: first, exec: {node: c1, command: 'true'}}
  - {name: planned, link: {link: c1-r1, change: {delay: 1ms}}}
"""


def ctl(run: str, *words: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k != RUN_VARIABLE}
    argv = [str(programs.find("waylay-ctl")), "--run", run, *words]
    subprocess.run(argv, check=True, timeout=harness.UP_SECONDS, env=environment)


def visit(process: "subprocess.Popen[str]", out: Path) -> None:
    """Once the run is paused: change its wire, look into a node, and let it go on."""
    assert process.stdout is not None
    for said in iter(process.stdout.readline, ""):
        if "goes on; Ctrl-C ends the run" in said:
            break
    folder = harness.run_folder(out, "visited")
    assert folder is not None
    ctl(folder.name, "wire", "set", "c1-r1", "loss=0")
    seen = harness.waylay("shell", "--run", folder.name, "c1", "true")
    assert (seen.returncode, seen.stderr) == (0, "")
    ctl(folder.name, "runner", "resume")


def test_a_visit_leaves_its_trace(out: Path, tmp_path: Path) -> None:
    file, told = tmp_path / "visited.yaml", tmp_path / "told.xml"
    file.write_text(SCENARIO)
    words = ("--out", out, "--pause-after", "first", "--junit", told)
    process = harness.start("run", file, *words)
    guard = threading.Timer(harness.RUN_SECONDS, process.kill)  # else readline waits for ever
    guard.start()
    try:
        visit(process, out)
        said, wrong = process.communicate(timeout=harness.RUN_SECONDS)
    finally:
        guard.cancel()
        process.kill()
    assert "interventions  4 (by hand: see results.json)" in said, wrong
    assert "4 (by hand: see results.json)" in told.read_text()
    found = harness.finished(out, "visited")
    by_hand: list[dict[str, Any]] = found.results["interventions"]
    assert [(one["what"], one["by"]) for one in by_hand] == [
        ("pause", "--pause-after"),
        ("wire set", "hand"),
        ("visit", "runner.sock"),
        ("resume", "runner.sock"),
    ]
    assert (by_hand[1]["link"], by_hand[2]["node"]) == ("c1-r1", "c1")
    assert found.results["faithful"] in ("suspect", "no")
    reason = "the wire was changed by hand (c1-r1, once): it is not what the scenario says"
    assert reason in found.results["fidelity"]["why"]
    account = json.loads((found.folder / "fidelity.json").read_text())
    assert account["changed_by_hand"] == 1 and account["changed_by_runner"] >= 1
    assert "changed by hand: " in (found.folder / "logs" / "wire.log").read_text()
    again = harness.waylay("run", "--replay", found.folder, "--out", out)
    assert "warning: 4 interventions by hand" in again.stderr
    assert harness.finished(out, "visited").results["interventions"] == []
