# SPDX-License-Identifier: BSD-2-Clause
"""A shell in a node of a run that is going on.

A node is found from outside by the process that holds its namespaces: its title
is `waylay-hold mininet:<node>`, and its environment names the run.
"""
from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Iterator, NoReturn, Optional, Sequence

from waylay import control, userns
from waylay.errors import BadInput
from waylay.isolate import missing_capabilities, require_privileges
from waylay.runner import RUN_VARIABLE


def nodes_of_runs() -> Iterator[tuple[str, str, int]]:
    """(run id, node, process id) of every node of every run on this machine."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        name = next((w[8:].decode() for w in words if w.startswith(b"mininet:")), None)
        variables = dict(v.decode(errors="replace").split("=", 1) for v in environment if b"=" in v)
        run = variables.get(RUN_VARIABLE)
        if name and run and Path(words[0].decode(errors="replace")).name == "waylay-hold":
            yield run, name, int(entry.name)


def enter(node: str, run: Optional[str], command: Sequence[str]) -> NoReturn:
    """Become a shell, or a command, in the node; raises BadInput if there is none.

    The run is told, as far as it hears, since what is done there may change it.
    """
    found = [(r, pid) for r, n, pid in nodes_of_runs() if n == node and run in (None, r)]
    if not found:
        raise BadInput(
            f"found no node '{node}' of a run of yours that stands (see: waylay run --pause-after)"
        )
    if len(found) > 1:
        runs = ", ".join(sorted(r for r, _ in found))
        raise BadInput(f"node '{node}' stands in several runs; say --run with one of {runs}")
    argv = list(command) or [os.environ.get("SHELL", "/bin/sh")]
    name, pid = found[0]
    folder = Path(f"/proc/{pid}/root/run/waylay/{name}")
    if not control.tell(folder, {"do": "visit", "node": node}):
        print("waylay: the run was not told of this shell; its results will not", file=sys.stderr)
    words = ["nsenter", "--target", str(pid), *_flags(pid), "--wd=.", *argv]
    os.execvp(words[0], words)


def _flags(pid: int) -> list[str]:
    """Which namespaces to enter; the user's first, of a run that has one.

    Root needs no entry there, and would be nobody inside.
    """
    flags = ["--net", "--mount", "--pid", "--uts"]
    if not missing_capabilities():
        return flags
    if userns.of_process(pid) == userns.of_process(os.getpid()):
        require_privileges("waylay shell")
        return flags
    return ["--user", "--preserve-credentials", *flags]
