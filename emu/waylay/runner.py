# SPDX-License-Identifier: BSD-2-Clause
"""Runs, from scenario files to verdicts.

Everything that can be wrong with the input is found before anything is started
(plan.py). A single run speaks for itself; of several (batch.py) the table at the
end tells. Each run happens inside namespaces of its own (isolate.py, experiment.py).
"""
from __future__ import annotations

import json
import os
import time
from functools import partial
from pathlib import Path
from typing import Callable, Optional

from waylay import interventions, isolate, outcome, owners, plan, programs, results, summary
from waylay.batch import Batch, Item, Progress
from waylay.errors import INTERRUPTED, PASSED, BadInput, WaylayError
from waylay.expectations import check_syntax
from waylay.experiment import Run
from waylay.options import Options
from waylay.outcome import Outcome
from waylay.plan import Job
from waylay.rehearsal import rehearse

RUN_VARIABLE = "WAYLAY_RUN"


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
