# SPDX-License-Identifier: BSD-2-Clause
"""Completion in bash: of commands and of their options, as the programs tell them."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BUILT = Path(os.environ.get("WAYLAY_BINDIR", TOP / "build"))

SCRIPT = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_waylay
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(*words: str) -> list[str]:
    """What bash would offer behind these words, the last of which is not finished."""
    argv = ["bash", "-c", SCRIPT, "bash", str(TOP / "emu/completion/waylay")]
    argv += [str(BUILT / words[0]), *words[1:]]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0 and not done.stderr, done
    return done.stdout.split()


@pytest.mark.parametrize(
    "words, offered",
    [
        (["waylay", "dr"], ["draft"]),
        (["waylay", "assert", "--mut"], ["--mutate"]),
        (["waylay", "draft", "--"], ["--all", "--help", "--output", "--version"]),
        (["waylay", "run", "--pause"], ["--pause-after", "--paused"]),
        (["waylay", "assert", "res"], []),  # files: bash's own
        (["waylay-assert", "--evi"], ["--evidence"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_offers(words: list[str], offered: list[str]) -> None:
    assert complete(*words) == offered


def test_offers_all_commands() -> None:
    assert {"run", "assert", "draft", "ctl", "report", "doctor"} <= set(complete("waylay", ""))
