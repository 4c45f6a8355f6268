# SPDX-License-Identifier: BSD-2-Clause
"""Measuring programs, for the benches of this folder.

Programs are run in turns: each round runs every case once, so that a machine that is busy for
a while is busy for all, and ratios are taken within a round. Processor time (user and system)
is what the kernel counts for the finished program; it hardly depends on what else runs.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]


@dataclass
class Run:
    """One run of a program."""

    processor: float  # seconds, user and system
    wall: float  # seconds
    memory: int  # peak, KiB


@dataclass
class Case:
    """What is run, and how it went in each round."""

    name: str
    argv: list[str]
    packets: int  # that it reads
    runs: list[Run] = field(default_factory=list)


@contextmanager
def folder_for(size: int, where: str | None) -> Iterator[Path]:
    """A temporary folder that is taken away again; refused where `size` bytes would not fit."""
    base = where or tempfile.gettempdir()
    free = shutil.disk_usage(base).free
    if free < size * 1.1:
        sys.exit(
            f"bench: {base} has {free / 1e9:.1f} GB free, the captures take {size / 1e9:.1f}: "
            "give --folder, or fewer --packets"
        )
    with tempfile.TemporaryDirectory(prefix="waylay-bench-", dir=where) as name:
        yield Path(name)


def make_captures(build: Path, folder: Path, packets: int, seed: int, sides: int) -> list[Path]:
    """inside.pcap, and, of two sides, outside.pcap."""
    files = [folder / f"{side}.pcap" for side in ("inside", "outside")][:sides]
    argv = [str(build / "bench-capture"), str(packets), str(seed), *map(str, files)]
    subprocess.run(argv, check=True)
    return files


def run_once(argv: Sequence[str], folder: Path, codes: Sequence[int]) -> Run:
    """Runs a program, which must end with one of the codes; else what it said is shown."""
    said = folder / "said"
    with open(said, "wb") as out:
        begin = time.monotonic()
        process = subprocess.Popen(argv, stdout=out, stderr=out)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        print(said.read_text(errors="replace")[:4000], file=sys.stderr)
        sys.exit(f"bench: exit code {process.returncode} of: {' '.join(argv)}")
    return Run(used.ru_utime + used.ru_stime, wall, used.ru_maxrss)


def run_all(cases: list[Case], rounds: int, folder: Path, codes: Sequence[int] = (0,)) -> None:
    """All cases, in turns."""
    for number in range(rounds):
        for case in cases:
            if sys.stderr.isatty():
                print(
                    f"\r\033[Kround {number + 1} of {rounds}: {case.name}", end="", file=sys.stderr
                )
            case.runs.append(run_once(case.argv, folder, codes))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)


def own_memory() -> int:
    """Peak of this program in KiB. What a program that it starts has used is told only above
    that: the kernel counts from before the program was loaded."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+)", text)
    assert found
    return int(found[1])


def summary(case: Case, against: Case) -> dict[str, object]:
    """The figures of a case: medians, and the ratio to another one within each round."""
    per_cpu = [case.packets / run.processor for run in case.runs]
    ratios = [rate / (against.packets / run.processor) for rate, run in zip(per_cpu, against.runs)]
    return {
        "name": case.name,
        "packets": case.packets,
        "processor_rate": statistics.median(per_cpu),
        "processor_rate_least": min(per_cpu),
        "processor_rate_most": max(per_cpu),
        "wall_rate": statistics.median(case.packets / run.wall for run in case.runs),
        "memory_kib": max(run.memory for run in case.runs),
        "ratio": statistics.median(ratios),
        "runs": [asdict(run) for run in case.runs],
    }


def first_line(argv: Sequence[str]) -> str:
    """What a program says of itself; "" where there is none."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return (done.stdout or done.stderr).split("\n")[0].strip()


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return {
        "processor": found[1] if found else platform.machine(),
        "processors": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "kernel": platform.release(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "revision": first_line(["git", "-C", str(TOP), "describe", "--always", "--dirty"]),
        "compiler": first_line(["gcc", "--version"]),
        "tcpdump": first_line(["tcpdump", "--version"]),
        "tshark": first_line(["tshark", "--version"]),
    }


def print_head(title: str, about: dict[str, object]) -> None:
    """What the table is about."""
    print(title)
    for key, value in about.items():
        print(f"  {key:12} {value}")


def report_times(title: str, cases: list[Case], output: Path | None, **told: object) -> None:
    """The table of how long each case took, and, where a file is given, all of it as JSON."""
    about = machine()
    print_head(title, {**told, **about})
    print(f"  {'seconds':48} {'of CPU':>7} {'wall':>6} {'MiB':>6}")
    for case in cases:
        processor = statistics.median(run.processor for run in case.runs)
        wall = statistics.median(run.wall for run in case.runs)
        memory = max(run.memory for run in case.runs) / 1024
        print(f"  {case.name:48} {processor:7.3f} {wall:6.3f} {memory:6.0f}")
    if output:
        rows = [{"name": case.name, "runs": [asdict(run) for run in case.runs]} for case in cases]
        output.write_text(json.dumps({"about": about, **told, "cases": rows}, indent=1) + "\n")


def report(
    title: str, cases: list[Case], against: Case, output: Path | None, **told: object
) -> None:
    """The table, and, where a file is given, all of it as JSON."""
    floor = own_memory()
    about = machine()
    rows = [summary(case, against) for case in cases]
    print_head(title, {**told, **about})
    print(
        f"  {'millions of packets a second':48} {'of CPU':>7} {'wall':>6} {'ratio':>6} {'MiB':>6}"
    )
    for row, case in zip(rows, cases):
        peak = max(run.memory for run in case.runs)
        memory = f"{peak / 1024:.0f}" if peak > floor else f"<{floor / 1024:.0f}"
        rate, wall = (float(str(row[key])) / 1e6 for key in ("processor_rate", "wall_rate"))
        print(f"  {case.name:48} {rate:7.2f} {wall:6.2f} {row['ratio']:6.2f} {memory:>6}")
    print(f"  (ratio: to {against.name}, in the same round; medians of {len(against.runs)} rounds)")
    if output:
        output.write_text(json.dumps({"about": about, **told, "cases": rows}, indent=1) + "\n")
