# SPDX-License-Identifier: BSD-2-Clause
"""One run, from scenario file to verdict.

Everything that can be wrong with the input is found before anything is started.
Then, inside namespaces of its own (isolate.py): build the network, start the
captures and prove them live, start the programs, perform the steps, wait until
the links are silent, close the captures, stop the programs, judge, report.

The captures are closed before the programs are stopped: what is on the links
while the mechanism is taken down is not the mechanism.
"""
from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from waylay import isolate, programs, results, scenario as scenarios
from waylay.capture import wait_settled
from waylay.clock import RunClock
from waylay.errors import FAILED, INTERRUPTED, BadInput, WaylayError
from waylay.layout import Layout
from waylay.network import Network, find_programs
from waylay.scenario import Scenario
from waylay.steps import Performer
from waylay.tell import tell_report

RUN_VARIABLE = "WAYLAY_RUN"


@dataclass
class Options:
    """What the command line says."""

    scenario: Path
    out: Path = Path("results")
    programs: dict[str, str] = field(default_factory=dict)
    pause_after: Optional[str] = None  # a step


def run(options: Options) -> int:
    """Run a scenario; returns the exit code. Raises BadInput before any start."""
    file = options.scenario
    checks = results.known_checks(programs.find("waylay-assert"))
    scenario = scenarios.load(file / "scenario.yaml" if file.is_dir() else file, checks)
    names = [step.name for step in scenario.steps]
    if options.pause_after not in (None, *names):
        raise BadInput(
            f"--pause-after: found '{options.pause_after}', expected one of " + ", ".join(names)
        )
    paths = find_programs(scenario, options.programs)
    isolate.require_privileges("waylay run")
    run_dir = results.new_run_dir(options.out, scenario)
    os.environ[RUN_VARIABLE] = run_dir.name
    return isolate.run_isolated(lambda: Run(scenario, paths, run_dir, options.pause_after).main())


class Run:
    """The inner process's view of a run."""

    def __init__(
        self, scenario: Scenario, paths: dict[str, str], run_dir: Path, pause: Optional[str]
    ) -> None:
        self.scenario = scenario
        self.paths = paths
        self.run_dir = run_dir
        self.pause_after = pause
        self.clock = RunClock()
        self.layout = Layout(scenario)
        scratch = Path("/run/waylay") / run_dir.name
        scratch.mkdir(parents=True)
        self.network = Network(self.layout, run_dir, scratch, self.clock)
        self.performer = Performer(scenario, self.network, self.clock, scratch, self._after_step)
        self.losses: dict[str, Any] = {}

    def main(self) -> int:
        """Run, judge and tell; returns the exit code."""
        print(f"{self.scenario.name}: run {self.run_dir.name}", flush=True)
        try:
            results.write_scenario(self.run_dir, self.scenario, self.paths)
            self._experiment()
            return self._conclude()
        except KeyboardInterrupt:
            self._write({"verdict": "inconclusive", "faithful": "no", "detail": "interrupted"})
            print(f"interrupted; what there is: {self.run_dir}", flush=True)
            return INTERRUPTED
        except WaylayError as error:
            self._write({"verdict": "failed", "faithful": "no", "detail": str(error)})
            print(f"waylay: {error}\nlogs: {self.network.logs}", file=sys.stderr)
            return error.exit_code
        finally:
            results.hand_over(self.run_dir)

    def _experiment(self) -> None:
        try:
            self.network.build()
            self.network.start_captures()
            self.network.start_programs(self.paths)
            print("Steps", flush=True)
            self.performer.perform()
            wait_settled(list(self.network.captures.values()), self.clock)
            self.network.close_captures()
            self._stop_programs()
        finally:
            self.network.stop()
        self._finish_captures()

    def _stop_programs(self) -> None:
        """That they end well is part of what is tested."""
        begin = self.clock.now()
        faults = self.network.stop_programs()
        if faults:
            record = {"name": "stop", "verdict": "failed", "detail": "\n".join(faults)}
            self.performer.records.append({**record, "start": begin, "end": self.clock.now()})
            self._after_step(self.performer.records[-1])

    def _after_step(self, record: dict[str, Any]) -> None:
        """Tell of a step; and pause, if this is the step for it."""
        name = record["name"]
        width = max(len(step.name) for step in self.scenario.steps)
        print(results.row(record, width), flush=True)
        if name != self.pause_after:
            return
        # What follows is the visitor's, not the step's.
        self.performer.marks[f"{name}.paused"] = self.clock.now()
        print(f"Paused after step '{name}'. A shell in a node, from another terminal, as root:")
        for node in self.network.nodes:
            print(f"    {sys.argv[0]} shell --run {self.run_dir.name} {node}")
        enter = "Enter here, or " if sys.stdin.isatty() else ""
        print(f"{enter}SIGUSR1 to this process, goes on; Ctrl-C ends the run.", flush=True)
        isolate.wait_for_user()

    def _finish_captures(self) -> None:
        self.clock.close()
        for name, capture in self.network.captures.items():
            capture.convert(self.clock)
            self.losses[name] = capture.losses(self.clock)
        results.write_json(self.run_dir / "captures" / "losses.json", self.losses)
        results.write_json(self.run_dir / "bindings.json", self._bindings())

    def _bindings(self) -> dict[str, Any]:
        return {
            "version": 1,
            "run": self.run_dir.name,
            "scenario": self.scenario.name,
            "nodes": self.layout.bindings_nodes(),
            "links": self.layout.bindings_links(),
            "services": self.layout.bindings_services(),
            "marks": self.performer.marks,
            "clock": {"offset": self.clock.offset, "uncertainty": self.clock.uncertainty},
        }

    def _conclude(self) -> int:
        expectations = results.check(self.run_dir, self.scenario, programs.find("waylay-assert"))
        trust = results.faithful(self.losses, self.clock.uncertainty)
        steps = self.performer.records
        verdict = results.verdict(steps, expectations, trust)
        told = {
            "verdict": verdict,
            "faithful": trust,
            "steps": steps,
            "expectations": expectations,
            "measures": results.measures(steps),
        }
        self._write(told)
        if expectations:
            print("\n" + results.table("Checks, from the captures", expectations))
        report_fault = tell_report(self.run_dir, self._first_fetch())
        results.set_latest(self.run_dir)
        print(f"results   {self.run_dir}\nverdict   {verdict}, faithful: {trust}", flush=True)
        code = results.EXIT_CODES[verdict]
        return FAILED if report_fault and code == 0 else code

    def _first_fetch(self) -> Optional[str]:
        return next((r["name"] for r in self.performer.records if "fetch" in r), None)

    def _write(self, told: dict[str, Any]) -> None:
        results.write_json(self.run_dir / "results.json", told)
