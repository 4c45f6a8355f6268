# SPDX-License-Identifier: BSD-2-Clause
"""A single run, inside namespaces of its own: from the network to the verdict.

Build the network, start the captures and prove them live, start the programs, perform
the steps, wait until the links are silent, close the captures, stop the programs,
judge, report. The captures are closed before the programs are stopped: what is on the
links while the mechanism is taken down is not the mechanism.
"""
from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Optional

from waylay import fidelity, interventions, measures, outcome, programs, results, story
from waylay.actions import Stage
from waylay.clock import RunClock
from waylay.control import SOCKET, Control, terminal
from waylay.errors import FAILED, INTERRUPTED, WaylayError
from waylay.fidelity import Fidelity
from waylay.interventions import Interventions
from waylay.layout import Layout
from waylay.machine import Sampler
from waylay.network import Network
from waylay.options import Options
from waylay.pacer import Pacer
from waylay.plan import Job
from waylay.progress import StepProgress, length_before
from waylay.steps import Performer
from waylay.tell import tell_report

# Where waylay-wire leaves its account, which becomes the run's.
FIDELITY_FILE = "fidelity.json"


class Run:
    """The inner process's view of a run."""

    def __init__(self, job: Job, run_dir: Path, options: Options) -> None:
        self.job = job
        self.scenario = scenario = job.scenario
        self.paths = job.paths
        self.run_dir = run_dir
        self.pause_after = options.pause_after
        self.clock = RunClock()
        self.layout = Layout(scenario)
        scratch = Path("/run/waylay") / run_dir.name
        scratch.mkdir(parents=True)
        self.network = Network(self.layout, run_dir, scratch, self.clock, job.repeat, job.decisions)
        self.pacer = Pacer(self.clock.now, options.paused, options.stepping)
        stage = Stage(scenario, self.network, self.clock, scratch, self.pacer)
        self.performer = Performer(stage, self._after_step)
        self.keep = options.keep
        before = length_before(run_dir.parent / "latest")
        self.progress = StepProgress(self.pacer.state, len(scenario.steps), before)
        self.interventions = Interventions(self.clock.now)
        self.control = Control(self.pacer, scratch / SOCKET, self.interventions)
        self.settled = True  # the links were silent when the captures were closed
        self.losses: dict[str, Any] = {}
        self.sampler = Sampler()
        self.machine: dict[str, Any] = {}
        self.wire: Optional[dict[str, Any]] = None  # its account, once it has ended

    def main(self) -> int:
        """Run, judge and tell; returns the exit code."""
        print(f"{self.scenario.name}: run {self.run_dir.name}", flush=True)
        try:
            results.write_scenario(self.run_dir, self.scenario, self.paths, self.job.record())
            self._experiment()
            return self._conclude()
        except KeyboardInterrupt:
            self._write_unjudged("inconclusive", "interrupted")
            print(f"interrupted; what there is: {self.run_dir}", flush=True)
            return INTERRUPTED
        except WaylayError as error:
            self._write_unjudged("failed", str(error))
            print(f"waylay: {error}\nlogs: {self.network.logs}", file=sys.stderr)
            return error.exit_code
        except BrokenPipeError:  # nobody reads any more
            self._write_unjudged("failed", "nobody read what the run told")
            raise
        except OSError as error:  # of the machine: a full disk
            detail = f"{error.filename or self.run_dir}: {error.strerror or error}"
            with suppress(OSError):
                self._write_unjudged("failed", detail)
            print(f"waylay: {detail}", file=sys.stderr)
            return FAILED
        except Exception as error:  # our own
            with suppress(OSError):
                self._write_unjudged("failed", f"{type(error).__name__}: {error}")
            raise
        finally:
            results.hand_over(self.run_dir)

    def _experiment(self) -> None:
        try:
            self.network.build()
            self.network.start_captures()
            self.network.start_programs(self.paths)
            self.control.start()
            try:
                self._steps()
            finally:
                self.control.close()
            self._stop_programs()
        finally:
            self.network.stop()
        self._finish_captures()

    def _steps(self) -> None:
        """What the run is about, under control from outside."""
        print("Steps", flush=True)
        self.sampler.start()
        self._perform()
        self.settled = self.network.wait_settled()
        self.machine = self.sampler.stop()
        self.network.close_captures()
        self.interventions.close()
        self._keep()

    def _perform(self) -> None:
        """The steps and the timeline."""
        if self.pacer.paused:
            self.interventions.note("pause", "--step" if self.pacer.stepping else "--paused")
            self._tell_paused("before the first step")
        self.progress.start()
        try:
            self.performer.perform()
        finally:
            self.progress.stop()

    def _keep(self) -> None:
        """Let the network stand, for somebody to look around, if that was asked for.

        The captures are closed: what a visitor does is no part of the run. Ctrl-C here
        ends the visit, not the run, which is judged as if it had not been kept.
        """
        failed = any(record["verdict"] == "failed" for record in self.performer.records)
        if self.keep == "never" or (self.keep == "failed" and not failed):
            return
        self.pacer.pause()
        self._tell_paused("after the last step: the network is kept", "or Ctrl-C, ends the visit")
        try:
            self.pacer.come()
            self.pacer.hold("kept")
        except KeyboardInterrupt:
            print(flush=True)

    def _stop_programs(self) -> None:
        """That they end well is part of what is tested."""
        begin = self.clock.now()
        faults = self.network.stop_programs()
        if faults:
            record = results.failure("stop", "\n".join(faults), begin, self.clock.now())
            self.performer.records.append(record)
            self._after_step(self.performer.records[-1])

    def _after_step(self, record: dict[str, Any]) -> None:
        """Tell of a step; and pause, if this is the step for it."""
        name = record["name"]
        steps = (*self.scenario.steps, *self.scenario.timeline)
        width = max(len(step.name) for step in steps)
        self.progress.done += any(record is one for one in self.performer.records)
        self.progress.say(results.row(record, width))
        if name == self.pause_after:
            # What follows is the visitor's, not the step's.
            self.interventions.note("pause", "--pause-after")
            self.pacer.mark(f"{name}.paused")
            self.pacer.pause()
            self._tell_paused(f"after step '{name}'")

    def _tell_paused(self, where: str, last: str = "goes on; Ctrl-C ends the run") -> None:
        words = [f"Paused {where}. A shell in a node, from another terminal of this user:"]
        shell = f"    {sys.argv[0]} shell --run {self.run_dir.name}"
        words += [f"{shell} {node}" for node in self.network.nodes]
        lets = "lets the next step go" if self.pacer.stepping else "goes on"
        enter = f"Enter here {lets}; " if terminal() is not None else ""
        words.append(
            f"{enter}`waylay ctl --run {self.run_dir.name} runner step`, or `resume`, too;"
        )
        words.append(f"SIGUSR1 to this process, {last}.")
        self.progress.say("\n".join(words))

    def _finish_captures(self) -> None:
        self.clock.close()
        for capture in self.network.captures.values():
            capture.convert(self.clock)
        self.losses = self.network.losses()
        results.write_json(self.run_dir / "captures" / "losses.json", self.losses)
        self.wire = fidelity.read_wire(self.run_dir / FIDELITY_FILE)
        results.write_json(self.run_dir / "bindings.json", self._bindings())

    def _bindings(self) -> dict[str, Any]:
        links = self.layout.bindings_links()
        for name, timing in fidelity.timing(self.wire).items():
            links[name]["timing"] = timing
        return {
            "version": 1,
            "run": self.run_dir.name,
            "scenario": self.scenario.name,
            "nodes": self.layout.bindings_nodes(),
            "links": links,
            "services": self.layout.bindings_services(),
            "marks": self.pacer.marks,
            "numbers": measures.numbers(self.network.logs, self.network.nodes),
            "clock": {"offset": self.clock.offset, "uncertainty": self.clock.uncertainty},
        }

    def _judge_fidelity(self) -> Fidelity:
        """Whether the run can be believed; fidelity.json says so, and why."""
        uncertainty = self.clock.uncertainty
        steps = [*self.performer.records, *self.performer.timeline]
        wired = any(link.wire is not None for link in self.scenario.links)
        by_hand = interventions.doubt(self.interventions.all(self.wire))
        found = fidelity.judge(
            self.losses, uncertainty, self.machine, steps, self.wire, wired, by_hand, self.settled
        )
        told = fidelity.account(found, self.machine, uncertainty, self.wire)
        results.write_json(self.run_dir / FIDELITY_FILE, told)
        return found

    def _conclude(self) -> int:
        trust = self._judge_fidelity()
        changes = self.interventions.all(self.wire)
        expectations = results.check(self.run_dir, self.scenario, programs.find("waylay-assert"))
        steps, timeline = self.performer.records, self.performer.timeline
        marks, logs = self.pacer.marks, self.network.logs
        measured, fault = measures.gather(
            self.scenario.measures, [*steps, *timeline], marks, self.wire, logs
        )
        if fault:
            steps.append(results.failure("measures", fault, self.clock.now()))
            self._after_step(steps[-1])
        verdict = results.verdict([*steps, *timeline], expectations, trust.verdict)
        told = {
            "verdict": verdict,
            "faithful": trust.verdict,
            "fidelity": {"why": trust.why},
            "interventions": changes,
            "begun": self.performer.start,
            "steps": steps,
            "timeline": timeline,
            "expectations": expectations,
            "measures": {**results.measures(steps), **measured},
        }
        self._write(told)
        if expectations:
            checks = [
                {**one, "detail": story.retold(one["detail"], [*steps, *timeline])}
                for one in expectations
            ]
            print("\n" + results.table("Checks, from the captures", results.folded(checks)))
        report_fault = tell_report(self.run_dir, self._first_fetch())
        results.set_latest(self.run_dir)
        if any("rules" in one and one["verdict"] not in outcome.HARMLESS for one in expectations):
            print(f"failures  {sys.argv[0]} assert {self.run_dir} shows each in full")
        print(f"results   {self.run_dir}\nverdict   {verdict}, faithful: {trust.line}", flush=True)
        repeated = fidelity.unmet(self.wire)
        if repeated:
            print(f"replay    {repeated}", flush=True)
        if changes:
            print(f"interventions  {interventions.line(changes)}", flush=True)
        code = results.EXIT_CODES[verdict]
        return FAILED if report_fault and code == 0 else code

    def _first_fetch(self) -> Optional[str]:
        return next((r["name"] for r in self.performer.records if "fetch" in r), None)

    def _write_unjudged(self, verdict: str, detail: str) -> None:
        """Of a run that did not come to its end; what its instruments say is not known."""
        why = {"why": ["the run did not come to its end"]}
        changes = {"interventions": self.interventions.all(self.wire)}
        told = {"verdict": verdict, "faithful": "no", "fidelity": why, "detail": detail}
        self._write({**told, **changes})

    def _write(self, told: dict[str, Any]) -> None:
        results.write_json(self.run_dir / "results.json", told)
