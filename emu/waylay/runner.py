# SPDX-License-Identifier: BSD-2-Clause
"""Runs, from scenario files to verdicts.

Everything that can be wrong with the input is found before anything is started
(plan.py). A single run speaks for itself; of several (batch.py) the table at the
end tells. Each run, inside namespaces of its own (isolate.py): build the network, start the
captures and prove them live, start the programs, perform the steps, wait until
the links are silent, close the captures, stop the programs, judge, report.

The captures are closed before the programs are stopped: what is on the links
while the mechanism is taken down is not the mechanism.
"""
from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Callable, Optional, Sequence

from waylay import (
    fidelity,
    interventions,
    isolate,
    measures,
    outcome,
    owners,
    plan,
    programs,
    results,
    story,
    summary,
)
from waylay.actions import Stage
from waylay.batch import Batch, Item, Progress
from waylay.clock import RunClock
from waylay.control import SOCKET, Control, terminal
from waylay.errors import FAILED, INTERRUPTED, PASSED, BadInput, WaylayError
from waylay.expectations import check_syntax
from waylay.fidelity import Fidelity
from waylay.interventions import Interventions
from waylay.layout import Layout
from waylay.machine import Sampler
from waylay.network import Network
from waylay.outcome import Outcome
from waylay.pacer import Pacer
from waylay.plan import Job
from waylay.progress import StepProgress, length_before
from waylay.rehearsal import rehearse
from waylay.steps import Performer
from waylay.tell import tell_report

RUN_VARIABLE = "WAYLAY_RUN"
KEEP = ("never", "failed", "always")
# Where waylay-wire leaves its account, which becomes the run's.
FIDELITY_FILE = "fidelity.json"


@dataclass
class Options:
    """What the command line says."""

    scenarios: Sequence[Path]
    out: Optional[Path] = None  # results.choose_root says where, then
    programs: dict[str, str] = field(default_factory=dict)
    pause_after: Optional[str] = None  # a step
    paused: bool = False  # from the start on
    stepping: bool = False  # the same, and Enter lets one step go
    settings: dict[str, str] = field(default_factory=dict)
    repeat: Optional[int] = None
    jobs: int = 1
    dry_run: bool = False
    junit: Optional[Path] = None
    tap: Optional[Path] = None
    replay: Optional[Path] = None  # the folder of a kept run
    decisions: bool = False  # of that run's wires, instead of new ones
    keep: str = "never"  # the network after the steps: one of KEEP


def run(options: Options) -> int:
    """Run scenarios; returns the exit code. Raises BadInput before any start."""
    planned = _plan(options)
    if options.dry_run:
        print("\n\n".join(plan.describe(job) for job in planned))
        return PASSED
    isolate.require_privileges("waylay run")
    for file in (options.junit, options.tap):
        _check_writable(file)
    root = results.choose_root(options.out, {job.scenario.name for job in planned})
    if len(planned) == 1:
        outcomes = [_alone(planned[0], root, options)]
        code = outcomes[0].code
    else:
        outcomes = _together(planned, root, options)
        print(outcome.table(outcomes), flush=True)
        for file in summary.write(outcomes):
            print(f"summary   {file} (and .csv)", flush=True)
        code = outcome.exit_code(outcomes)
        if len(outcomes) < len(planned):
            print(f"interrupted: {len(planned) - len(outcomes)} runs were not started")
            code = INTERRUPTED
    _write("--junit", options.junit, lambda: outcome.junit(outcomes))
    _write("--tap", options.tap, lambda: outcome.tap(outcomes).encode())
    return code


def _write(option: str, file: Optional[Path], text: Callable[[], bytes]) -> None:
    if file is None:
        return
    try:
        file.write_bytes(text())
    except OSError as error:
        raise WaylayError(f"{option}: cannot write '{file}': {error.strerror}") from None


def _plan(options: Options) -> list[Job]:
    if options.decisions and options.replay is None:
        raise BadInput("--decisions: found no --replay beside it, expected one")
    if options.replay is not None:
        if options.scenarios or options.settings or options.repeat:
            raise BadInput("--replay: found a scenario, --set or --repeat beside it, expected none")
        planned = [plan.again(options.replay, options.programs, options.decisions)]
        interventions.warn(options.replay)
    elif not options.scenarios:
        raise BadInput("waylay run: found no scenario, expected one or more, or --replay")
    else:
        planned = plan.jobs(options.scenarios, options.settings, options.repeat, options.programs)
    _check_pauses(options, planned)
    files = {path: None for job in planned for path in job.scenario.expected.values()}
    judge = programs.find("waylay-assert")
    check_syntax(list(files), judge)
    rehearse((job.scenario for job in planned), judge)
    return planned


def _check_pauses(options: Options, planned: list[Job]) -> None:
    wanted = {
        "--pause-after": options.pause_after is not None,
        "--paused": options.paused,
        "--step": options.stepping,
        "--keep": options.keep != "never",
    }
    for name in (name for name, on in wanted.items() if on and len(planned) != 1):
        raise BadInput(f"{name}: found {len(planned)} runs, expected a single one")
    scenario = planned[0].scenario
    names = [one.name for one in (*scenario.steps, *scenario.timeline)]
    step = options.pause_after
    if step is not None and step not in names:
        raise BadInput(f"--pause-after: found '{step}', expected one of " + ", ".join(names))


def _check_writable(file: Optional[Path]) -> None:
    if file is None:
        return
    if file.is_dir() or not file.resolve().parent.is_dir():
        raise BadInput(f"found '{file}', expected a file in a folder that exists")
    if not os.access(file if file.exists() else file.resolve().parent, os.W_OK):
        raise BadInput(f"found '{file}', expected a file that can be written")


def _alone(job: Job, root: Path, options: Options) -> Outcome:
    """A single run, which speaks for itself."""
    run_dir = results.new_run_dir(root, job.scenario)
    begin = time.monotonic()
    return _outcome(job, run_dir, _go(job, run_dir, options), time.monotonic() - begin)


def _go(job: Job, run_dir: Path, options: Optional[Options] = None) -> int:
    os.environ[RUN_VARIABLE] = run_dir.name
    owners.lock(run_dir, exclusive=True)
    return isolate.run_isolated(lambda: Run(job, run_dir, options or Options([])).main())


def _outcome(job: Job, run_dir: Path, code: int, seconds: float) -> Outcome:
    file = run_dir / "results.json"
    told = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    folder, parameters = str(run_dir), job.parameters
    return Outcome(job.label, job.group, folder, code, seconds, told, parameters, job.repeat)


def _together(planned: list[Job], root: Path, options: Options) -> list[Outcome]:
    """Several runs; returns those that were started, in the order of the plan."""
    folders: list[Path] = []
    try:
        for job in planned:
            folders.append(results.new_run_dir(root, job.scenario))
    except BadInput:
        for folder in folders:
            results.discard(folder)
        raise
    items = [
        Item(job.label, folder / "logs" / "waylay.log", partial(_go, job, folder))
        for job, folder in zip(planned, folders)
    ]
    progress = Progress(len(items), options.jobs)
    found: dict[int, Outcome] = {}
    for ended in Batch(items, options.jobs, progress).run():
        job, folder = planned[ended.index], folders[ended.index]
        one = found[ended.index] = _outcome(job, folder, ended.code, ended.seconds)
        progress.clear()
        print(f"[{len(found)}/{len(planned)}] {one.verdict:<12} {one.label}", flush=True)
    for index, folder in enumerate(folders):
        if index not in found:
            results.discard(folder)
    return [found[index] for index in sorted(found)]


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
        except Exception as error:  # of the machine (a full disk, nobody who reads), or our own
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
            print("\n" + results.table("Checks, from the captures", checks))
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
