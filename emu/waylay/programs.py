# SPDX-License-Identifier: BSD-2-Clause
"""Programs: where they are found, and one that runs in the background.

A program is looked for in $WAYLAY_BINDIR first (a build tree, so that what was
just built is what is tested), then in $PATH and the folders of system programs.
"""
from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Optional, Sequence

from waylay.errors import WaylayError
from waylay.wait import wait_for

BINDIR_VARIABLE = "WAYLAY_BINDIR"
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
READY_SECONDS = 10.0
STOP_SECONDS = 5.0
LINES_SHOWN = 10


def find(name: str) -> Optional[str]:
    """The absolute path of a program by name, or by path if it has a slash."""
    if "/" in name:
        return os.path.abspath(name) if os.access(name, os.X_OK) else None
    folders = [os.environ.get(BINDIR_VARIABLE, ""), *os.get_exec_path(), *SYSTEM_FOLDERS]
    found = shutil.which(name, path=os.pathsep.join(filter(None, folders)))
    return os.path.abspath(found) if found else None


class Program:
    """A child process whose standard output and error go to a log file."""

    def __init__(
        self, node: str, argv: Sequence[str], log: Path, env: Optional[dict[str, str]] = None
    ) -> None:
        self.node = node
        self.log = log
        self.name = f"{log.stem} on {node}"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
            )

    def wait_log(self, pattern: str, guard: float = READY_SECONDS) -> None:
        """Wait for a line of the log that matches; an early end is an error."""
        expression = re.compile(pattern, re.MULTILINE)

        def seen() -> bool:
            found = expression.search(self.log.read_text(errors="replace")) is not None
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
        lines = self.log.read_text(errors="replace").splitlines()[-LINES_SHOWN:]
        said = "\n    ".join(lines) or "(it said nothing)"
        return f"{self.name} ended with code {self.process.returncode}:\n    {said}"

    def stop(self) -> int:
        """End it with SIGTERM, then SIGKILL; returns its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
