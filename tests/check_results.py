# SPDX-License-Identifier: BSD-2-Clause
"""Reads what suites print into single results: TAP, automake's .trs files, JUnit XML.

Each result is a name and one of "passed", "failed", "skipped". What could not be
decided (a plan that was not kept, a program that crashed, a file that was not
written) is a failure of its own. Starts nothing.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Result:
    """One test: its name, its verdict, and why (for what is not a pass)."""

    name: str
    verdict: str
    detail: str = ""


TAP_LINE = re.compile(
    r"^(ok|not ok)\b\s*(\d+)?\s*(?:- )?([^#]*)(?:#\s*(SKIP|TODO)\b\s*(.*))?$", re.I
)
TAP_PLAN = re.compile(r"^1\.\.(\d+)")


def parse_tap(text: str, program: str) -> list[Result]:
    """Reads the TAP that one program printed. A plan not kept is a failure of its own."""
    results: list[Result] = []
    plan: int | None = None
    for line in text.splitlines():
        if line.startswith("Bail out!"):
            results.append(Result(f"{program}: {line}", "failed"))
        if match := TAP_PLAN.match(line):
            plan = int(match[1])
            if plan == 0:
                results.append(Result(program, "skipped", line.partition("#")[2].strip()))
        if not (match := TAP_LINE.match(line)):
            continue
        name = f"{program}: {match[3].strip()}"
        if (match[4] or "").upper() == "SKIP":
            results.append(Result(name, "skipped", match[5]))
        else:
            results.append(Result(name, "passed" if match[1] == "ok" else "failed"))
    done = len(results) - (1 if plan == 0 else 0)
    if plan is None or plan != done:
        results.append(Result(f"{program}: plan {plan}, seen {done}", "failed"))
    return results


def parse_logs(build: Path, since: float) -> list[Result]:
    """Reads the TAP logs of the programs that `make check…` ran in this build since then."""
    results: list[Result] = []
    for trs in sorted(build.rglob("*.trs")):
        if trs.stat().st_mtime < since:
            continue
        log = trs.with_suffix(".log")
        parsed = parse_tap(log.read_text(errors="replace"), log.stem)
        # automake's driver sees what TAP alone does not say: a crash, a wrong exit code.
        if ":global-test-result: PASS" not in trs.read_text() and all(
            r.verdict == "passed" for r in parsed
        ):
            parsed.append(Result(f"{log.stem}: see {log}", "failed"))
        results += parsed
    return results


def parse_junit(path: Path, log: Path) -> list[Result]:
    """Reads pytest's JUnit XML."""
    if not path.exists():
        return [Result("pytest", "failed", f"wrote no results, see {log}")]
    results = []
    for case in ElementTree.parse(path).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        verdict, detail = "passed", ""
        for child in case:
            if child.tag in ("failure", "error"):
                verdict, detail = "failed", (child.get("message") or "")[:200]
            elif child.tag == "skipped":
                verdict, detail = "skipped", child.get("message") or ""
        results.append(Result(name, verdict, detail))
    return results
