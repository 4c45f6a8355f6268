# SPDX-License-Identifier: BSD-2-Clause
"""`waylay clean`: takes away what dead runs and dead scripts left.

A run lives in namespaces of its own and leaves nothing but its folder. What can
be left: the programs of a Mininet script that was killed, which hold its
namespaces, interfaces and filters; temporary folders; folders of results that
never got a verdict; control sockets without a listener. Each is known by its
owner (owners.py), never by its name, and nothing else is touched.
"""
from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Callable, Iterator, Optional

from waylay import owners
from waylay.errors import WaylayError
from waylay.wait import wait_for

RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")
TEMPORARY = "waylay-*"
SOCKETS = Path("/run/waylay")
END_SECONDS = 5.0


@dataclass(frozen=True)
class Leftover:
    """Something of a dead owner, and how it goes."""

    kind: str
    what: str
    remove: Callable[[], None]


# ---- processes ----


def _environment(pid: int) -> dict[str, str]:
    words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    pairs = (word.decode(errors="replace").partition("=") for word in words if b"=" in word)
    return {name: value for name, _, value in pairs}


def orphans() -> Iterator[Leftover]:
    """Processes whose owner is dead."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        pid = int(entry.name)
        try:
            owner = _environment(pid).get(owners.VARIABLE)
            identity = owners.identity(pid)
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it ended, or is another user's
        if owner is not None and words != [b""] and not owners.alive(owner):
            line = b" ".join(words).decode(errors="replace").strip()
            yield Leftover("process", f"{pid}: {line}", partial(_end, identity))


def _end(identity: str) -> None:
    """SIGTERM, then SIGKILL; only as long as it is still the same process."""
    pid = int(identity.partition(":")[0])
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            if owners.alive(identity):
                os.kill(pid, number)
            wait_for("the process to end", END_SECONDS, lambda: not owners.alive(identity))
            return
        except ProcessLookupError:
            return
        except WaylayError:
            continue
    raise WaylayError(f"process {pid} does not end")


# ---- files ----


def folders(root: Optional[Path] = None) -> Iterator[Leftover]:
    """Temporary folders whose owner is dead."""
    for folder in sorted((root or Path(tempfile.gettempdir())).glob(TEMPORARY)):
        owner = owners.owner_of_folder(folder)
        if owner is not None and not owners.alive(owner):
            yield Leftover("folder", str(folder), partial(shutil.rmtree, folder))


def unfinished(out: Path) -> Iterator[Leftover]:
    """Folders of results without a verdict, into which nobody writes any more."""
    for scenario in sorted(path for path in out.glob("*") if path.is_dir()):
        # In this order: whoever made one of these folders held the scenario's before.
        runs = sorted(scenario.iterdir())
        busy = owners.held(scenario)  # someone has folders there whose runs are still to come
        for run in runs:
            dead = RUN_ID.fullmatch(run.name) and not run.is_symlink() and run.is_dir()
            if not dead or (run / "results.json").exists() or owners.held(run):
                continue
            if not busy or (run / "scenario.yaml").exists():
                yield Leftover("results", str(run), partial(shutil.rmtree, run))


def _is_refused(path: Path) -> bool:
    """Whether nobody listens on a Unix socket, in whatever network namespace."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as client:
        try:
            client.connect(str(path))
        except ConnectionRefusedError:
            return True
        except OSError:
            pass
    return False


def sockets(root: Path = SOCKETS) -> Iterator[Leftover]:
    """Control sockets on which nobody listens any more, then their empty folders.

    Those of a run lie in its own /run, and are gone with it.
    """
    for path in sorted(root.glob("*/*.sock")):
        if path.is_socket() and _is_refused(path):
            yield Leftover("socket", str(path), partial(_remove_socket, path))


def _remove_socket(path: Path) -> None:
    path.unlink()
    try:
        path.parent.rmdir()
    except OSError:
        pass  # there is more in it


# ---- all ----


def found(out: Optional[Path]) -> Iterator[Leftover]:
    """All that is left; of results only if their folder is given."""
    yield from orphans()
    yield from folders()
    yield from sockets()
    if out is not None:
        yield from unfinished(out)


def clean(results: Optional[Path], dry_run: bool) -> int:
    """Remove it, or say what would be; returns how many things stayed against our will."""
    stayed = 0
    leftovers = list(found(results))
    for leftover in leftovers:
        line = f"{leftover.kind:<8} {leftover.what}"
        if dry_run:
            print(f"would remove  {line}")
            continue
        try:
            leftover.remove()
            print(f"removed       {line}", flush=True)
        except (OSError, WaylayError) as error:
            stayed += 1
            print(f"NOT removed   {line}: {error}", flush=True)
    if not leftovers:
        print("nothing is left of dead runs")
    return stayed
