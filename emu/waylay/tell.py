# SPDX-License-Identifier: BSD-2-Clause
"""Telling of a run that has ended: its report, from its folder alone.

No Mininet and no privilege is needed for it.
"""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Optional

from waylay.errors import BadInput


def ladder_step(run_dir: Path, step: Optional[str]) -> Optional[str]:
    """The step whose ladder to print: the one that was asked for, else the first fetch.

    Raises BadInput unless the folder is a finished run's, with the step in it.
    """
    if not (run_dir / "scenario.yaml").exists():
        raise BadInput(f"waylay report: {run_dir}: expected the folder of a run")
    if not (run_dir / "bindings.json").exists():
        raise BadInput(f"waylay report: {run_dir}: this run was interrupted (no bindings.json)")
    try:
        told = json.loads((run_dir / "results.json").read_text(encoding="utf-8"))
        steps = [str(entry["name"]) for entry in told["steps"]]
        fetches = [str(entry["name"]) for entry in told["steps"] if "fetch" in entry]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"waylay report: {run_dir}/results.json: no results ({error})") from error
    if step is not None and step not in steps:
        raise BadInput(f"waylay report: --step: found '{step}', expected one of {', '.join(steps)}")
    return step or (fetches[0] if fetches else None)


def tell_report(run_dir: Path, step: Optional[str]) -> bool:
    """Write the report, print its table and the first fetch's ladder; True if that failed."""
    try:
        import waylay_report

        report = waylay_report.write(run_dir)
        print()
        print(waylay_report.table_text(run_dir), end="")
        if step:
            print(f"\nThe fetch '{step}', as the captures saw it\n")
            print(waylay_report.ladder_text(run_dir, step=step, color=sys.stdout.isatty()), end="")
    except BrokenPipeError:
        raise
    except Exception as error:  # the verdict stands, whatever the report stumbles over
        print(f"\nno report: {type(error).__name__}: {error}", file=sys.stderr)
        return True
    print(f"\nreport    {report}")
    return False
