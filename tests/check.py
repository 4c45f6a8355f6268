#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the suites of ./check and counts what they say.

A suite is a function that runs commands and returns its results, each a name
and one of "passed", "failed", "skipped". Suites print TAP, JUnit XML or
automake's .trs files; all are read (check_results.py) into the same thing, so
that the last line, "N passed, N failed, N skipped", counts single tests and not
programs. What could not be decided (a program that crashed, a plan that was not
kept, a suite that ran nothing) counts as failed.

Suites run in two lanes side by side, each in the order of the table. Those of the
lane "waits" run networks, and wait for packets most of the time. Those of the lane
"computes" keep processors busy: compilers, linters, fuzzers. The kernel gives these
the time that nobody else wants (SCHED_IDLE), so that no network is late for them.

Called by ./check, which has built build-check already.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from check_results import Result, parse_junit, parse_logs, parse_tap

TOP = Path(__file__).resolve().parent.parent
BUILD = TOP / "build-check"
LOGS = BUILD / "check-logs"
JOBS = str(os.cpu_count() or 1)
# E203 is a space before a colon, which is how black writes some slices.
FLAKE8 = ["--max-line-length=100", "--extend-ignore=E203"]
# A guard against hanging, not a measure: no suite is expected to come near it.
GUARD_SECONDS = 3600
# How long each fuzz target runs, and with --long.
FUZZ_SECONDS, FUZZ_SECONDS_LONG = 10, 240


@dataclass
class Suite:
    """A row of the table of suites: what ./check --list prints."""

    name: str
    about: str
    run: Callable[[Options], list[Result]]
    lane: str = "computes"


@dataclass
class Options:
    """What the command line asks of a suite."""

    long: bool = False
    suites: list[str] = field(default_factory=list)


def command(log: str, *argv: str | Path, cwd: Path = TOP, env: dict[str, str] | None = None) -> int:
    """Runs argv with its output in LOGS/log. Returns its exit code, 124 when the guard ended it."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with open(LOGS / log, "ab") as out:
        out.write(f"$ {' '.join(map(str, argv))}\n".encode())
        out.flush()
        try:
            return subprocess.run(
                [str(a) for a in argv],
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=GUARD_SECONDS,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return 124


def one(name: str, log: str, *argv: str | Path, cwd: Path = TOP) -> Result:
    """A command as one test: passed when it exits with 0."""
    code = command(log, *argv, cwd=cwd)
    return Result(name, "passed" if code == 0 else "failed", f"exit code {code}, see {LOGS / log}")


def make_check(build: Path, target: str, log: str) -> list[Result]:
    """Runs `make TARGET` in build and returns the results of its TAP programs."""
    since = time.time() - 1
    code = command(log, "make", "-C", build, f"-j{JOBS}", target)
    results = parse_logs(build, since)
    if code != 0 and all(r.verdict != "failed" for r in results):
        results.append(Result(f"make {target}", "failed", f"exit code {code}, see {LOGS / log}"))
    return results


PROGRAM_LINE = re.compile(r"^# program (\S.*)$", re.M)


def make_tap(build: Path, target: str, log: str) -> list[Result]:
    """Runs `make TARGET`, which prints "# program NAME" before the TAP of each program."""
    (LOGS / log).unlink(missing_ok=True)
    code = command(log, "make", "-C", build, target)
    parts = PROGRAM_LINE.split((LOGS / log).read_text(errors="replace"))
    results: list[Result] = []
    for program, text in zip(parts[1::2], parts[2::2]):
        results += parse_tap(text, program)
    if code != 0 and all(r.verdict != "failed" for r in results):
        results.append(Result(f"make {target}", "failed", f"exit code {code}, see {LOGS / log}"))
    return results


def configured(name: str, log: str, *arguments: str) -> tuple[Path, list[Result]]:
    """A build folder of its own, configured with the arguments and built."""
    build = TOP / f"build-check-{name}"
    build.mkdir(exist_ok=True)
    if not (build / "Makefile").exists():
        code = command(log, TOP / "configure", *arguments, cwd=build)
        if code != 0:
            return build, [Result(f"configure {' '.join(arguments)}", "failed", str(LOGS / log))]
    code = build_all(build, log)
    return build, [] if code == 0 else [Result(f"build {name}", "failed", f"see {LOGS / log}")]


def build_all(build: Path, log: str) -> int:
    """Builds the programs and their tests, which `make check` alone would build one by one."""
    make = ("make", "-C", build, f"-j{JOBS}")
    return command(log, *make, "all") or command(log, *make, "check", "TESTS=")


def suite_style(_: Options) -> list[Result]:
    """Formatting and linting of C, shell and Python."""
    python = [p for p in tracked(".py") if p.exists()] + python_scripts()
    shell = ["run", "check", ".ci/run", *map(str, shell_scripts())]
    typed = [TOP / "emu/waylay", TOP / "analysis/report/waylay_report", TOP / "tests/conformance"]
    typed.append(TOP / "tests/bench/assert")
    c_files = [p for p in tracked(".c", ".h")]
    return [
        one("clang-format", "style.log", "clang-format", "--dry-run", "--Werror", *c_files),
        one("black", "style.log", "black", "--check", "--quiet", "--line-length=100", *python),
        one("flake8", "style.log", "flake8", *FLAKE8, *python),
        one("mypy", "style.log", "mypy", "--config-file", "tests/mypy.ini", *typed),
        one("shellcheck", "style.log", "shellcheck", "-x", "-e", "SC2154", *shell),
    ]


def tracked(*endings: str) -> list[Path]:
    """The tree's own files with one of the endings (from git, else by walking the tree)."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        names = listed.stdout.split("\0")
    else:
        names = [
            str(p.relative_to(TOP))
            for p in TOP.rglob("*")
            if p.is_file() and not p.relative_to(TOP).parts[0].startswith("build-")
        ]
    return sorted(TOP / n for n in names if n and Path(n).suffix in endings)


def scripts_with(interpreter: str) -> list[Path]:
    """Tracked files without an ending whose first line names the interpreter."""
    found = []
    for path in tracked(""):
        if path.is_file() and path.parent != TOP and path.parent.name != ".ci":
            with open(path, "rb") as file:
                first = file.readline(80)
            if first.startswith(b"#!") and interpreter.encode() in first:
                found.append(path)
    return found


def python_scripts() -> list[Path]:
    """Python programs that bear no .py."""
    return scripts_with("python3")


def shell_scripts() -> list[Path]:
    """Shell programs, with and without .sh."""
    return tracked(".sh") + scripts_with("sh")


def suite_tidy(_: Options) -> list[Result]:
    """clang-tidy over every C file, two at a time; one test a file."""
    since = time.time() - 1
    command("tidy.log", "make", "-C", BUILD, "-k", f"-j{JOBS}", "tidy")
    results = []
    for source in tracked(".c"):
        name = str(source.relative_to(TOP))
        stamp = BUILD / "tidy" / (name + ".ok")
        good = stamp.exists() and stamp.stat().st_mtime >= min(since, source.stat().st_mtime)
        results.append(Result(f"clang-tidy {name}", "passed" if good else "failed"))
    return results


def suite_unit(_: Options) -> list[Result]:
    """make check: unit and property tests, no root needed."""
    return make_check(BUILD, "check", "unit.log")


def instrumented() -> tuple[Path, list[Result]]:
    """The build for fuzz targets, whose unit tests run under the sanitizers too."""
    return configured("fuzz", "fuzz.log", "--enable-fuzzers", "CC=clang")


def suite_sanitizers(_: Options) -> list[Result]:
    """The same under AddressSanitizer and UndefinedBehaviorSanitizer."""
    build, failed = instrumented()
    return failed or make_check(build, "check", "sanitizers.log")


def suite_fuzz(options: Options) -> list[Result]:
    """Each fuzz target from its kept corpus, for a bounded time."""
    build, failed = instrumented()
    if failed:
        return failed
    seconds = FUZZ_SECONDS_LONG if options.long else FUZZ_SECONDS
    targets = [
        source.stem
        for source in tracked(".c")
        if source.parent == TOP / "tests/fuzz" and source.name.startswith("fuzz-")
    ]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(lambda target: fuzz(build, target, seconds), targets))


def fuzz(build: Path, target: str, seconds: int) -> Result:
    """One fuzz target for so long; what it finds is kept in the build folder."""
    found = build / f"{target}-found"
    found.mkdir(exist_ok=True)
    return one(
        f"{target} for {seconds} s",
        f"{target}.log",
        build / target,
        f"-max_total_time={seconds}",
        f"-artifact_prefix={found}/crash-",
        "-timeout=30",
        found,
        TOP / "tests/fuzz/corpus" / target.removeprefix("fuzz-"),
        cwd=build,
    )


def suite_kernel(_: Options) -> list[Result]:
    """What is assumed of the kernel, each shown by a small program."""
    return make_tap(BUILD, "check-kernel", "kernel.log")


def suite_live(_: Options) -> list[Result]:
    """Each program alone, alive, in namespaces of the test's own."""
    return make_tap(BUILD, "check-live", "live.log")


def pytest(name: str, *places: str, markers: str = "") -> list[Result]:
    """Runs pytest over the places and returns its results."""
    junit = LOGS / f"{name}.xml"
    junit.unlink(missing_ok=True)
    code = command(
        f"{name}.log",
        "/usr/bin/python3",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--junit-xml={junit}",
        *(["-m", markers] if markers else []),
        *places,
        env={
            "WAYLAY_BINDIR": str(BUILD),
            "PYTHONPATH": f"{TOP}/emu:{TOP}/analysis/report",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )
    results = parse_junit(junit, LOGS / f"{name}.log")
    if code != 0 and all(r.verdict != "failed" for r in results):
        results.append(Result(f"pytest {name}", "failed", f"exit code {code}"))
    return results


def suite_report(_: Options) -> list[Result]:
    """The report and its ladders, on made captures."""
    return pytest("report", "tests/report")


def suite_expect(_: Options) -> list[Result]:
    """Expectation files over captures that the tests make, good ones and spoilt ones."""
    return pytest("expect", "tests/expect")


def suite_runner(_: Options) -> list[Result]:
    """Scenario files, plans of runs and what they come to: nothing is started."""
    return pytest("runner", "tests/runner")


def suite_conformance(_: Options) -> list[Result]:
    """Fields, selections and formats, held against tshark and tcpdump on made captures."""
    return pytest("conformance", "tests/conformance")


def suite_emu(options: Options) -> list[Result]:
    """Real scenarios in Mininet, the faults that must be noticed, and what a killed run leaves."""
    return pytest("emu", "tests/emu", markers="" if options.long else "not long")


def suite_dist(_: Options) -> list[Result]:
    """make distcheck: what is shipped builds, tests, installs and uninstalls by itself."""
    return [one("make distcheck", "dist.log", "make", "-C", BUILD, f"-j{JOBS}", "distcheck")]


def suite_newcomer(_: Options) -> list[Result]:
    """./run in a clean clone, twice, as a newcomer would."""
    clone = BUILD / "newcomer"
    command("newcomer.log", "rm", "-rf", clone)
    results = [one("clean clone", "newcomer.log", "git", "clone", "-q", TOP, clone)]
    for attempt in ("first", "second"):
        results.append(one(f"./run, {attempt} time", "newcomer.log", "./run", cwd=clone))
    command("newcomer.log", "rm", "-rf", clone)
    return results + [run_as_nobody()]


def run_as_nobody() -> Result:
    """./run in a clean clone of an ordinary user's."""
    name = "./run, as an ordinary user"
    become = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    if command("newcomer.log", *become, "unshare", "--user", "true") != 0:
        return Result(name, "skipped", "no user namespaces for ordinary users")
    with tempfile.TemporaryDirectory(prefix="waylay-newcomer-") as home:
        clone = Path(home) / "waylay"
        command("newcomer.log", "git", "clone", "-q", TOP, clone)
        command("newcomer.log", "chown", "-R", "65534:65534", home)
        return one(name, "newcomer.log", *become, "env", f"HOME={home}", "./run", cwd=clone)


# Shown and, lane by lane, run in this order.
SUITES = [
    Suite("style", "formatting and linting", suite_style),
    Suite("unit", "unit and property tests (make check)", suite_unit),
    Suite("kernel", "what is assumed of the kernel", suite_kernel, lane="waits"),
    Suite("live", "each program alone, alive", suite_live, lane="waits"),
    Suite("report", "the report on made captures", suite_report),
    Suite("expect", "expectation files over made captures", suite_expect),
    Suite("runner", "scenario files and plans of runs", suite_runner),
    Suite("conformance", "packets as tshark and tcpdump read them", suite_conformance),
    Suite("emu", "real scenarios in Mininet, and deliberate faults", suite_emu, lane="waits"),
    Suite("tidy", "clang-tidy", suite_tidy),
    Suite("sanitizers", "unit tests under ASan and UBSan", suite_sanitizers),
    Suite("fuzz", "fuzz targets from the kept corpus", suite_fuzz),
    Suite("newcomer", "./run in a clean clone, twice", suite_newcomer, lane="waits"),
    Suite("dist", "make distcheck", suite_dist),
]


def parse_arguments() -> Options:
    """The command line of ./check."""
    parser = argparse.ArgumentParser(prog="./check", description="Runs all tests.")
    parser.add_argument("--long", action="store_true", help="add what takes longer")
    parser.add_argument("--list", action="store_true", help="list the suites and stop")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="only these suites")
    arguments = parser.parse_args()
    if arguments.list:
        for suite in SUITES:
            print(f"{suite.name:12} {suite.about}")
        raise SystemExit(0)
    known = {suite.name for suite in SUITES}
    for name in arguments.suites:
        if name not in known:
            parser.error(f"unknown suite '{name}', expected one of: {', '.join(sorted(known))}")
    return Options(long=arguments.long, suites=arguments.suites)


class Tally:
    """What all suites came to; each is told at once when it has ended."""

    def __init__(self) -> None:
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self._lock = threading.Lock()

    def add(self, suite: Suite, results: list[Result], seconds: float) -> None:
        """Counts a suite's results, prints what did not pass, and its line."""
        tally = {v: sum(r.verdict == v for r in results) for v in self.counts}
        with self._lock:
            for result in results:
                self.counts[result.verdict] += 1
                if result.verdict != "passed":
                    print(
                        f"  {result.verdict.upper()} {suite.name}: {result.name}: {result.detail}"
                    )
            print(
                f"{suite.name:12} {tally['passed']:5} passed {tally['failed']:3} failed "
                f"{tally['skipped']:3} skipped  {seconds:6.1f} s",
                flush=True,
            )


def run_lane(
    suites: list[Suite], beside: Optional[threading.Thread], options: Options, tally: Tally
) -> None:
    """Runs suites one after the other. One that breaks off has failed; the others go on.

    As long as the thread `beside` runs networks, this one, with all that it starts, takes
    only what nobody else wants.
    """
    idle = False
    for suite in suites:
        if idle != (beside is not None and beside.is_alive()):
            idle = not idle
            with suppress(PermissionError):  # who is not root cannot take back that he is idle
                policy = os.SCHED_IDLE if idle else os.SCHED_OTHER
                os.sched_setscheduler(0, policy, os.sched_param(0))
        begin = time.monotonic()
        try:
            results = suite.run(options) or [Result(suite.name, "failed", "ran no test")]
        except Exception as error:  # pylint: disable=broad-except
            results = [Result(suite.name, "failed", f"{type(error).__name__}: {error}")]
        tally.add(suite, results, time.monotonic() - begin)


def main() -> int:
    """Runs the suites, lane beside lane, and prints the closing line."""
    options = parse_arguments()
    command("clean.log", "sh", "-c", f"rm -f {LOGS}/*.log")
    # First, so that no two suites build the same file. What fails here fails in them again.
    build_all(BUILD, "build.log")
    wanted = [suite for suite in SUITES if not options.suites or suite.name in options.suites]
    waits = [suite for suite in wanted if suite.lane == "waits"]
    computes = [suite for suite in wanted if suite.lane == "computes"]
    tally = Tally()
    first = threading.Thread(target=run_lane, args=(waits, None, options, tally), daemon=True)
    beside = first if waits else None
    second = threading.Thread(target=run_lane, args=(computes, beside, options, tally), daemon=True)
    for thread in (first, second):
        thread.start()
    for thread in (first, second):
        thread.join()
    counts = tally.counts
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
