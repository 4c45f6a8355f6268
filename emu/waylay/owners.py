# SPDX-License-Identifier: BSD-2-Clause
"""Whose something is, and whether that one is alive: what `waylay clean` asks.

Names prove nothing: process ids come again, and others run the same programs. So

- a process that our classes start bears its owner in its environment, as the
  owner's id, its start time and its PID namespace;
- a temporary folder of ours holds the same in a file;
- a folder of results is locked by the run that writes into it, and the scenario's
  folder around it by whoever makes runs there. The kernel takes a lock away with
  its last holder, however that ended.

What cannot be told counts as alive.
"""
from __future__ import annotations

import fcntl
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Optional

VARIABLE = "WAYLAY_OWNER"
FILE = "owner"

_locks: dict[Path, int] = {}  # descriptors, open as long as the process lives


def identity(pid: Optional[int] = None) -> str:
    """Of a process (default: this one) among all that ran since the machine's start."""
    pid = os.getpid() if pid is None else pid
    return f"{pid}:{_status(pid)[1]}:{_pid_namespace()}"


def _status(pid: int) -> tuple[str, str]:
    """State and start time; OSError if there is no such process."""
    words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    fields = words.rpartition(")")[2].split()
    return fields[0], fields[19]


@lru_cache(maxsize=None)
def _namespace_of(pid: int) -> int:
    del pid  # a fork may be in another one
    return os.stat("/proc/self/ns/pid").st_ino


def _pid_namespace() -> int:
    return _namespace_of(os.getpid())


def alive(owner: str) -> bool:
    """Whether the process of that identity lives; of another PID namespace: yes.

    One that has ended and is still to be waited for does not.
    """
    pid, _, rest = owner.partition(":")
    start, _, namespace = rest.partition(":")
    if not pid.isdigit() or namespace != str(_pid_namespace()):
        return True
    try:
        state, since = _status(int(pid))
    except OSError:
        return False
    return since == start and state not in "ZX"


def environment() -> dict[str, str]:
    """What a process that this one starts bears."""
    return {VARIABLE: identity()}


def temporary_folder(prefix: str) -> Path:
    """A new folder that says whose it is."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    (folder / FILE).write_text(identity() + "\n", encoding="ascii")
    return folder


def owner_of_folder(folder: Path) -> Optional[str]:
    """What a temporary folder says; None if it is none of ours."""
    try:
        return (folder / FILE).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None


def lock(folder: Path, exclusive: bool) -> None:
    """Hold the folder until this process and its forks have ended.

    A file system without locks is left alone: there, nothing counts as dead.
    """
    if folder in _locks:
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
    except OSError:
        os.close(descriptor)
        return
    _locks[folder] = descriptor


def held(folder: Path) -> bool:
    """Whether somebody holds the folder, or that cannot be told."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
