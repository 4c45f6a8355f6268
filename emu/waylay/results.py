# SPDX-License-Identifier: BSD-2-Clause
"""What a run leaves behind, beside captures and logs, and how it is told.

    results/<scenario>/<run id>/scenario.yaml, bindings.json, results.json, ...
    results/<scenario>/latest -> <run id>, replaced when a run has its verdict
    results/<scenario>/summary-<stamp>.json, .csv: of several runs (summary.py)
"""
from __future__ import annotations

import copy
import importlib.metadata
import json
import os
import platform
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Optional

import yaml

from waylay import __version__, expectations, owners, programs
from waylay.errors import BAD_INPUT, FAILED, INCONCLUSIVE, PASSED, BadInput
from waylay.model import Scenario
from waylay.wire import PROGRAM as WIRE_PROGRAM
from waylay.yamlmarks import Place

Json = dict[str, Any]
IDLE = "nothing to examine (may be none)"  # as waylay-assert says (analysis/assert/verdicts.c)
FOLDED_FROM = 3  # expectations of which that is all that can be said

EXIT_CODES = {"passed": PASSED, "failed": FAILED, "inconclusive": INCONCLUSIVE}
WARNED = "warned"
# Places that a run covers with file systems of its own.
HIDDEN = ("/run", "/proc", "/sys")


def new_run_dir(root: Path, scenario: Scenario) -> Path:
    """Make a folder for a new run; its name is the run's id."""
    root = root.resolve()
    for hidden in HIDDEN:
        if root.is_relative_to(hidden):
            raise BadInput(f"--out: found '{root}', expected a folder outside {hidden}")
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    run_dir = root / scenario.name / f"{stamp}-{secrets.token_hex(3)}"
    try:
        run_dir.parent.mkdir(parents=True, exist_ok=True)
        owners.lock(run_dir.parent, exclusive=False)
        for folder in (run_dir, run_dir / "captures", run_dir / "logs"):
            folder.mkdir()
    except OSError as error:
        discard(run_dir)
        raise BadInput(f"--out: cannot make '{run_dir}': {error.strerror}") from error
    return run_dir


def choose_root(wanted: Optional[Path], names: set[str]) -> Path:
    """Where runs of these scenarios go: where was said, else ./results, else the cache.

    A folder of somebody else's, such as root's, is no reason not to run.
    """
    if wanted is not None:
        return wanted
    root = Path("results")
    foreign = [folder for folder in (root, *(root / n for n in sorted(names))) if not _ours(folder)]
    if not foreign:
        return root
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    instead = Path(cache, "waylay", "results")
    print(
        f"results go to {instead}, since {foreign[0].resolve()} cannot be written (uid "
        f"{os.geteuid()}); --out names another folder",
        flush=True,
    )
    return instead


def _ours(folder: Path) -> bool:
    """Whether we may write there, or make it."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=True)


def discard(run_dir: Path) -> None:
    """Remove the empty folder of a run that was not started, as far as it was made."""
    for folder in (run_dir / "captures", run_dir / "logs", run_dir):
        with suppress(OSError):
            folder.rmdir()


def write_json(path: Path, value: Any) -> None:
    """Replace a file in one step: readers see the old one or the whole new one."""
    temporary = path.with_name(path.name + ".new")
    try:
        temporary.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


# What says how runs come from a file; a run's own scenario.yaml is one of them.
OF_THE_FILE = ("parameters", "sweep", "repeat")


def write_scenario(
    run_dir: Path, scenario: Scenario, paths: dict[str, str], record: Optional[Json] = None
) -> None:
    """The scenario as resolved, and under what it ran; `record` joins the latter."""
    resolved: Json = {k: v for k, v in scenario.source.items() if k not in OF_THE_FILE}
    resolved = keep_files(run_dir, resolved, scenario.files)
    resolved = expectations.keep(run_dir, resolved, scenario.expected)
    resolved["seed"] = scenario.seed
    resolved["run"] = {
        "id": run_dir.name,
        "file": os.path.abspath(scenario.file),
        "command_line": shlex.join(sys.argv),
        "kernel": " ".join(platform.uname()[i] for i in (0, 2, 3, 4)),
        "programs": paths,
        "versions": versions({*paths.values(), *tools(scenario)}),
        **(record or {}),
    }
    text = yaml.safe_dump(resolved, sort_keys=False, allow_unicode=True)
    (run_dir / "scenario.yaml").write_text(text, encoding="utf-8")


def keep_files(run_dir: Path, resolved: Json, files: dict[Place, Path]) -> Json:
    """Copy the files that a scenario names into the run's folder, and name the copies.

    Returns the scenario with their paths as seen from that folder, so that it can
    be run again from there alone.
    """
    if not files:
        return resolved
    told: Json = copy.deepcopy(resolved)
    names: dict[Path, str] = {}
    for place, path in files.items():
        if path not in names:
            names[path] = f"files/{len(names) + 1}-{path.name}"
            (run_dir / "files").mkdir(exist_ok=True)
            shutil.copyfile(path, run_dir / names[path])
        value: Any = told
        for key in place[:-1]:
            value = value[key]
        value[place[-1]] = names[path]
    return told


def tools(scenario: Scenario) -> set[str]:
    """What a run uses beside the programs of its nodes."""
    wired = any(link.wire is not None for link in scenario.links)
    wire = programs.find(WIRE_PROGRAM) if wired else None
    return {"tcpdump", "curl", *([wire] if wire else [])}


def versions(used: set[str]) -> dict[str, str]:
    """Of ourselves, of what the nodes run, and of the tools."""
    found = {"waylay": __version__, "python": platform.python_version()}
    commit = checkout()
    if commit:
        found["commit"] = commit
    try:
        found["mininet"] = importlib.metadata.version("mininet")
    except importlib.metadata.PackageNotFoundError:
        pass
    for path in sorted(used):
        found[Path(path).name] = _version(path)
    return found


def checkout(folder: Path = Path(__file__).parent) -> str:
    """What git says of the source tree that this runs from; empty where it is none.

    An installed package in somebody else's repository is not tracked there, and is no checkout;
    neither is a tree whose owner git does not trust.
    """
    git = ["git", "-C", str(folder)]
    asked = (["ls-files", "--error-unmatch", "__init__.py"], ["describe", "--always", "--dirty"])
    said = ""
    for question in asked:
        try:
            done = subprocess.run(
                [*git, *question], stdin=subprocess.DEVNULL, capture_output=True, timeout=5
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        if done.returncode != 0:
            return ""
        said = done.stdout.decode(errors="replace").strip()
    return said


def _version(program: str) -> str:
    option = "-v" if Path(program).name == "nginx" else "--version"
    try:
        done = subprocess.run(
            [program, option],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=5,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return (done.stdout.splitlines() or ["unknown"])[0]


def verdict(steps: list[Json], expected: list[Json], trust: str) -> str:
    """Of the whole run: the worst of its parts; nothing unproven passes."""
    verdicts = [item["verdict"] for item in steps + [one for one in expected if _counts(one)]]
    if "failed" in verdicts:
        return "failed"
    if trust == "no" or any(one != "passed" for one in verdicts):
        return "inconclusive"
    return "passed"


def _counts(item: Json) -> bool:
    """Whether it makes up the run's verdict: what only warns or was left out does not."""
    return bool(item["verdict"] != "skipped" and item.get("level", "fail") == "fail")


def word_of(item: Json) -> str:
    """Its verdict as it is told: what only warns does not fail."""
    harmless = item["verdict"] in ("passed", "skipped")
    return WARNED if item.get("level") == "warn" and not harmless else str(item["verdict"])


def check(run_dir: Path, scenario: Scenario, program: Optional[str]) -> list[Json]:
    """Let waylay-assert judge the captures.

    Where it refuses a file or the run, nothing was examined, which fails; where it
    is missing, or ends otherwise than it should, nobody knows.
    """
    names = [expectations.name_of(i) for i in scenario.source.get("expectations") or []]
    if not names:
        return []
    if program is None:
        return [_unjudged(name, "waylay-assert was not found") for name in names]
    done = subprocess.run(
        [program, "--json", str(run_dir)], stdin=subprocess.DEVNULL, capture_output=True
    )
    (run_dir / "logs" / "waylay-assert.log").write_bytes(done.stderr)
    try:
        judged: list[Json] = json.loads(done.stdout)["expectations"]
    except (ValueError, KeyError, TypeError):
        said = done.stderr.decode(errors="replace").replace(f"{run_dir}/", "").strip()
        detail = f"waylay-assert: {said or f'code {done.returncode}'}"
        verdict = "failed" if done.returncode == BAD_INPUT else "inconclusive"
        return [_unjudged(name, detail, verdict) for name in names]
    silent = names if not judged else []
    return judged + [_unjudged(name, "waylay-assert said nothing") for name in silent]


def _unjudged(name: str, detail: str, verdict: str = "inconclusive") -> Json:
    return {"name": name, "verdict": verdict, "detail": detail, "examined": 0, "matched": 0}


def set_latest(run_dir: Path) -> None:
    """Point `latest` at a finished run, in one step. Where that cannot be it is said: the run
    has its verdict all the same."""
    latest, temporary = run_dir.parent / "latest", run_dir.parent / f".latest-{run_dir.name}"
    try:
        temporary.symlink_to(run_dir.name)
        os.replace(temporary, latest)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        told = f"waylay: warning: '{latest}' cannot be made to point at this run"
        print(f"{told}: {error.strerror}", file=sys.stderr)


def hand_over(run_dir: Path) -> None:
    """Give the results to the user behind sudo, who is to read and remove them."""
    folders = [run_dir.parent.parent, run_dir.parent]
    give(*folders, run_dir, *run_dir.rglob("*"), run_dir.parent / "latest")


def give(*paths: Path) -> None:
    """To the user behind sudo, where there is one, what is root's of these."""
    uid, gid = os.environ.get("SUDO_UID"), os.environ.get("SUDO_GID")
    if not uid or not gid or os.geteuid() != 0:
        return
    for path in paths:
        # Of a link itself; and the first run may have ended before there was a `latest`.
        if os.path.lexists(path) and path.lstat().st_uid == 0:
            with suppress(OSError):  # a file system that knows no owners; root reads them still
                os.chown(path, int(uid), int(gid), follow_symlinks=False)


def measures(steps: list[Json]) -> Json:
    """Of each fetch, by curl's own clock: nanoseconds since it began."""
    names = ("time_connect", "time_starttransfer", "time_total")
    return {
        step["name"]: {
            name: round(float(step["fetch"]["curl"][name]) * 1e9)
            for name in names
            if name in step["fetch"]["curl"]
        }
        for step in steps
        if "fetch" in step
    }


def failure(name: str, detail: str, start: int, end: Optional[int] = None) -> Json:
    """The record of something that went wrong beside the scenario's own steps."""
    told = {"name": name, "verdict": "failed", "detail": detail}
    return {**told, "start": start, "end": start if end is None else end}


def row(item: Json, width: int) -> str:
    """One step or check: its verdict, name and detail, on one line."""
    detail = (item["detail"].splitlines() or [""])[0]
    return f"  {word_of(item):<12} {item['name']:<{width}}  {detail}".rstrip()


def folded(checks: list[Json]) -> list[Json]:
    """For the terminal: rules about what did not occur at all, in one line at the end."""
    idle = [one for one in checks if one["verdict"] == "passed" and one["detail"] == IDLE]
    if len(idle) < FOLDED_FROM:
        return checks
    told = {"name": f"{len(idle)} more, about what did not occur", "verdict": "passed"}
    return [*(one for one in checks if one not in idle), {**told, "detail": IDLE}]


def table(title: str, items: list[Json]) -> str:
    """Steps or checks under a title."""
    width = max((len(item["name"]) for item in items), default=0)
    return "\n".join([title, *(row(item, width) for item in items)])
