# SPDX-License-Identifier: BSD-2-Clause
"""Programs: where they are found, and one that runs in the background.

A program is looked for in $WAYLAY_BINDIR first (a build tree, so that what was
just built is what is tested), then in $PATH and the folders of system programs.
"""
from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Callable, Optional, Sequence

from waylay import owners
from waylay.errors import WaylayError
from waylay.wait import wait_for

BINDIR_VARIABLE = "WAYLAY_BINDIR"
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
READY_SECONDS = 10.0
STOP_SECONDS = 5.0
LINES_SHOWN = 10
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)  # looked up before any fork


def complete_path() -> None:
    """Put the folders of system programs behind $PATH, for us and our children.

    Debian's ordinary users have no sbin there, and Mininet and the probes run
    ifconfig and tc by name.
    """
    path = os.get_exec_path()
    os.environ["PATH"] = os.pathsep.join(
        [*path, *(folder for folder in SYSTEM_FOLDERS if folder not in path)]
    )


def find(name: str) -> Optional[str]:
    """The absolute path of a program by name, or by path if it has a slash."""
    if "/" in name:
        return os.path.abspath(name) if os.access(name, os.X_OK) else None
    folders = [os.environ.get(BINDIR_VARIABLE, ""), *os.get_exec_path(), *SYSTEM_FOLDERS]
    found = shutil.which(name, path=os.pathsep.join(filter(None, folders)))
    return os.path.abspath(found) if found else None


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does before it becomes the program."""

    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before this was said
            os._exit(1)

    return prepare


class Program:
    """A child process whose standard output and error go to a log file.

    A log that is there already, of the same program before it was started anew, is
    continued. `mortal`: the program is killed when the calling thread ends, however
    it ends; it needs that where no namespace does it.
    """

    def __init__(
        self,
        node: str,
        argv: Sequence[str],
        log: Path,
        env: Optional[dict[str, str]] = None,
        mortal: bool = False,
    ) -> None:
        self.node = node
        self.log = log
        self.name = f"{log.stem} on {node}"
        with log.open("ab") as out:
            self.begin = out.tell()
            self.process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **owners.environment(), **(env or {})},
                preexec_fn=_die_with(os.getpid()) if mortal else None,
            )

    def said(self) -> str:
        """What it has logged since it was started."""
        with self.log.open("rb") as file:
            file.seek(self.begin)
            return file.read().decode(errors="replace")

    def wait_log(self, pattern: str, guard: float = READY_SECONDS) -> None:
        """Wait for a line of the log that matches; an early end is an error."""
        expression = re.compile(pattern, re.MULTILINE)

        def seen() -> bool:
            found = expression.search(self.said()) is not None
            if not found and self.process.poll() is not None:
                raise WaylayError(self.ended())
            return found

        wait_for(f"'{pattern}' in {self.log.name}", guard, seen)

    def wait_ready(self) -> None:
        """Wait for the line `ready` that our own programs log."""
        self.wait_log(r" ready$")

    def check_alive(self) -> None:
        """Raise WaylayError if the program ended by itself."""
        if self.process.poll() is not None:
            raise WaylayError(self.ended())

    def ended(self) -> str:
        """How it ended, with its last words."""
        lines = self.said().splitlines()[-LINES_SHOWN:]
        said = "\n    ".join(lines) or "(it said nothing)"
        return f"{self.name} ended with code {self.process.returncode}:\n    {said}"

    def kill(self) -> None:
        """End it with SIGKILL, without a word."""
        self.process.kill()
        self.process.wait()

    def stop(self, guard: float = STOP_SECONDS) -> int:
        """End it with SIGTERM, then (after the guard) SIGKILL; returns its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(guard)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
