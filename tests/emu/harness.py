# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of runs share: starting them, and seeing what they leave.

The programs are those of $WAYLAY_BINDIR. A run that is to be met in the middle
uses scenarios/hold.yaml, whose last step sleeps: when that sleep is seen, all
programs and captures are up.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Sequence

from waylay.errors import GuardExpired
from waylay.runner import RUN_VARIABLE
from waylay.wait import wait_for

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
FIRST_FETCH = TOP / "scenarios" / "first-fetch" / "scenario.yaml"
SCENARIOS = HERE / "scenarios"
RUN_SECONDS = 120
UP_SECONDS = 30.0
GONE_SECONDS = 60.0
HOLD_COMMAND = [b"sleep", b"300", b""]


def command(*words: object) -> list[str]:
    """The command line of `waylay`."""
    return ["/usr/bin/python3", "-m", "waylay", *map(str, words)]


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(TOP / "emu"), str(TOP / "analysis" / "report")])
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


# Before a command: it can make no user namespaces.
FORBID_USER_NAMESPACES = (
    *("unshare", "--user", "--map-root-user", "sh", "-c"),
    'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"',
    "sh",
)


def waylay(*words: object, prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run `waylay` to its end."""
    return subprocess.run(
        [*prefix, *command(*words)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        timeout=RUN_SECONDS,
    )


def start(*words: object, prefix: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
    """Start `waylay` in a process group of its own, as a shell would."""
    return subprocess.Popen(
        [*prefix, *command(*words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        start_new_session=True,
    )


@dataclass
class Finished:
    """The folder of a run, and what it says."""

    folder: Path
    results: dict[str, Any]

    def expectation(self, name: str) -> dict[str, Any]:
        found = [item for item in self.results["expectations"] if item["name"] == name]
        assert found, f"{name} was not judged"
        return dict(found[0])

    def step(self, name: str) -> dict[str, Any]:
        return dict(next(item for item in self.results["steps"] if item["name"] == name))

    def capture(self, link: str) -> Path:
        return self.folder / "captures" / f"{link}.pcap"


def finished(out: Path, scenario: str) -> Finished:
    """The newest finished run of a scenario."""
    folder = (out / scenario / "latest").resolve()
    return Finished(folder, json.loads((folder / "results.json").read_text()))


def run_folder(out: Path, scenario: str) -> Optional[Path]:
    """The only run of a scenario, finished or not."""
    folders = [f for f in (out / scenario).glob("2*") if f.is_dir()]
    return folders[0] if folders else None


def processes(run: str) -> dict[int, bytes]:
    """The processes of a run, by id, with their command lines, as seen from outside."""
    found = {}
    wanted = f"{RUN_VARIABLE}={run}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found[int(entry.name)] = (entry / "cmdline").read_bytes()
        except OSError:
            continue
    return found


def wait_held(out: Path, scenario: str, process: "subprocess.Popen[str]") -> str:
    """Wait until a run of hold.yaml holds; returns its id."""

    def held() -> Optional[str]:
        if process.poll() is not None:
            raise AssertionError(f"the run ended: {process.communicate()}")
        folder = run_folder(out, scenario)
        if folder is None:
            return None
        lines = processes(folder.name).values()
        return folder.name if any(line.split(b"\0") == HOLD_COMMAND for line in lines) else None

    return wait_for("the run to hold", UP_SECONDS, held)


def inner_of(run: str) -> int:
    """Process 1 of a run's PID namespace, by its id outside.

    It was forked, not executed, so its environment does not name the run: it is
    the parent of what does.
    """
    parents = {_stat_parent(pid) for pid in processes(run)}
    outside = [pid for pid in parents if pid and _inner_id(pid) == "1"]
    assert len(outside) == 1, f"no single process 1 of {run}: {outside}"
    return outside[0]


def _stat_parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _inner_id(pid: int) -> Optional[str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split()[-1] for line in lines if line.startswith("NSpid"))


def namespaces(pids: "dict[int, bytes]") -> set[str]:
    """The network and PID namespaces that processes are in."""
    found = set()
    for pid in pids:
        for kind in ("net", "pid", "mnt"):
            try:
                found.add(os.readlink(f"/proc/{pid}/ns/{kind}"))
            except OSError:
                continue
    return found


def all_namespaces() -> set[str]:
    """Those that a process is in, and those that `ip netns` keeps by name."""
    kept = {f"net:[{path.stat().st_ino}]" for path in Path("/run/netns").glob("*")}
    pids = {int(e.name): b"" for e in Path("/proc").iterdir() if e.name.isdigit()}
    return kept | namespaces(pids)


def machine() -> dict[str, str]:
    """What a run might leave on this machine if it did not clean up.

    Named network namespaces are not compared by name: other tests may make some
    at the same time. Those of a run are known by their numbers.
    """
    queries = {
        "links": ["ip", "-o", "-br", "link"],
        "rules": ["ip", "rule"],
        "routes": ["ip", "route", "show", "table", "all"],
        "filters": ["tc", "qdisc"],
    }
    state = {
        name: subprocess.run(argv, capture_output=True, encoding="utf-8").stdout
        for name, argv in queries.items()
    }
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    state["mounts"] = "\n".join(line for line in mounts if "/run/netns" not in line)
    state["limits"] = Path("/proc/sys/fs/file-max").read_text()
    state["bpf"] = str(sorted(Path("/sys/fs/bpf").iterdir()))
    state["run"] = str(Path("/run/waylay").exists())
    return state


def assert_gone(run: str, were_in: set[str], before: dict[str, str]) -> None:
    """Nothing of a run is left: processes, namespaces, links, rules, mounts."""
    wait_for("the run's processes to go", GONE_SECONDS, lambda: not processes(run))
    wait_for("its namespaces to go", GONE_SECONDS, lambda: not were_in & all_namespaces())
    assert_same(before)


def assert_same(before: dict[str, str]) -> None:
    """The machine is again as it was, as soon as the kernel has torn down what died."""
    try:
        wait_for("the machine to be as before", GONE_SECONDS, lambda: machine() == before)
    except GuardExpired:
        after = machine()
        for name, state in before.items():
            assert after[name] == state, f"{name} differ"


def tshark(
    capture: Path, display_filter: str, *fields: str, options: Sequence[str] = ()
) -> list[list[str]]:
    """The packets that Wireshark sees match, each with the values of some fields."""
    argv = ["tshark", *options, "-n", "-r", str(capture), "-Y", display_filter, "-T", "fields"]
    for field in ("frame.number", *fields):
        argv += ["-e", field]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


if __name__ == "__main__":
    sys.exit("this is no test")
