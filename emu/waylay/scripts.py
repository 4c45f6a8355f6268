# SPDX-License-Identifier: BSD-2-Clause
"""Mininet scripts, and `mn` itself, with Waylay's classes at hand.

    waylay script FILE ARGUMENT...    runs a Python script that can import waylay
    waylay mn ARGUMENT...             runs Mininet's mn with our hosts, links and switches

Both find the programs that stand beside `waylay`. What mn reads is mncustom.py; a
`--custom` of the user's own may follow. mn is told to use no controller, and our
hosts, links and switches, unless the arguments say otherwise.

Root's scripts run where they are started. An ordinary user's run in a user namespace of
his own, with PID, mount and network namespaces, as his runs of scenarios do.
"""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn, Sequence

from waylay import isolate, linkspec, programs
from waylay.errors import BadInput

PYTHON = "/usr/bin/python3"  # Debian's, which has its modules
PACKAGES = Path(__file__).resolve().parent.parent
CUSTOM = PACKAGES / "waylay" / "mncustom.py"
MN_DEFAULTS = {"--controller": "none", "--switch": "waylay", "--host": "waylay", "--link": "waylay"}


def environment() -> dict[str, str]:
    """Where Python, and the script's own children, find us."""
    path = os.pathsep.join([str(PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path}


def mn_arguments(given: Sequence[str]) -> list[str]:
    """The arguments of mn: our file first, so that a user's can build on it."""
    said = {word.partition("=")[0] for word in given}
    added = [
        word for name, value in MN_DEFAULTS.items() if name not in said for word in (name, value)
    ]
    return ["--custom", str(CUSTOM), *added, *given]


def check_link(given: Sequence[str]) -> None:
    """Parameters of `--link wire,...` are judged before anything is made."""
    for at, word in enumerate(given):
        name, sign, value = word.partition("=")
        if name != "--link":
            continue
        value = value if sign else "".join(given[at + 1 : at + 2])
        kind, *words = value.split(",")
        if kind == "wire":
            _check_wire(words)


def _check_wire(words: Sequence[str]) -> None:
    from mininet.util import makeNumeric

    label = "waylay mn: --link wire"
    told = {}
    for word in words:
        key, sign, value = word.partition("=")
        if not sign:
            raise BadInput(f"{label}: found '{word}', expected KEY=VALUE")
        told[key] = makeNumeric(value)
    # The others are of WireLink and Mininet, and not of the wire.
    own = {key: told[key] for key in linkspec.PARAMETERS if key in told and key != "mtu"}
    linkspec.wire(own, (), label)


def mn(given: Sequence[str]) -> NoReturn:
    path = programs.find("mn")
    if path is None:
        raise BadInput("waylay mn: Mininet's program mn was not found: apt-get install mininet")
    check_link(given)
    _become("waylay mn", [PYTHON, path, *mn_arguments(given)])


def script(given: Sequence[str]) -> NoReturn:
    if not given or given[0].startswith("-"):
        raise BadInput("waylay script: found no file, expected a Python script and its arguments")
    if not os.access(given[0], os.R_OK):
        raise BadInput(f"waylay script: found '{given[0]}', expected a script that can be read")
    _become("waylay script", [PYTHON, *given])


def _become(command: str, argv: list[str]) -> NoReturn:
    isolate.require_privileges(command)
    sys.stdout.flush()
    if not isolate.missing_capabilities():
        os.execve(argv[0], argv, environment())
    sys.exit(isolate.run_isolated(lambda: subprocess.run(argv, env=environment()).returncode))


COMMANDS = {"mn": mn, "script": script}
