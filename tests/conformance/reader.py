# SPDX-License-Identifier: BSD-2-Clause
"""The two readers that are held against each other: ours, and tshark (or tcpdump)."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

DUMP = Path(os.environ.get("WAYLAY_BINDIR", "build-check")) / "dissect-dump"

# What changes nothing but what is shown: no names, no state between packets, no
# reassembly, checksums computed.
TSHARK = ["tshark", "-n", "-Q"]
PREFERENCES = [
    "ip.defragment:FALSE",
    "ip.check_checksum:TRUE",
    "ip.tso_support:FALSE",
    "tcp.check_checksum:TRUE",
    "udp.check_checksum:TRUE",
    "tcp.desegment_tcp_streams:FALSE",
    "tcp.relative_sequence_numbers:FALSE",
]


@dataclass(frozen=True)
class Field:
    """A row of our table of fields."""

    name: str
    type: str
    ours: bool
    needs: str


def run(*argv: str | Path) -> str:
    """The program's output; it must succeed."""
    done = subprocess.run(
        [str(a) for a in argv], capture_output=True, text=True, check=False, env=quiet()
    )
    assert done.returncode == 0, f"{argv[0]}: exit {done.returncode}: {done.stderr}"
    return done.stdout


def quiet() -> dict[str, str]:
    """The environment, without anybody's Wireshark profile."""
    return {**os.environ, "HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"}


def field_table() -> list[Field]:
    """Our table."""
    rows = [line.split("\t") for line in run(DUMP, "names").splitlines()]
    return [Field(name, kind, ours == "ours", needs) for name, kind, ours, needs in rows]


def lines(text: str) -> list[list[str]]:
    """Lines of tab-separated fields; an empty line is a packet without any."""
    return [line.split("\t") for line in text.split("\n")[:-1]]


def ours(capture: Path, names: list[str]) -> list[list[str]]:
    """Our values, a list of fields a packet."""
    return lines(run(DUMP, "fields", capture, *names))


def tshark(capture: Path, names: list[str], *more: str) -> list[list[str]]:
    """tshark's."""
    argv = [*TSHARK, "-r", str(capture), "-T", "fields", "-E", "occurrence=a"]
    for preference in PREFERENCES:
        argv += ["-o", preference]
    for name in names:
        argv += ["-e", name]
    return lines(run(*argv, *more))


def plain(kind: str, value: str) -> str:
    """One of tshark's values, written as ours."""
    if kind == "number" and value:
        return str(int(value, 0))
    if kind == "yes/no":
        return {"1": "yes", "True": "yes", "0": "no", "False": "no"}.get(value, value)
    return value
