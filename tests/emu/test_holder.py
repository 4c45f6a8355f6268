# SPDX-License-Identifier: BSD-2-Clause
"""waylay-hold ends with all that it holds, whatever state that is in."""
from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from waylay import programs
from waylay.wait import wait_for

GUARD = 30.0


def state_of(process: int) -> str:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.parametrize("how", ["end of input", "SIGTERM", "SIGKILL"])
def test_stopped_nodes_end_too(privileged: None, how: str) -> None:
    del privileged
    program = programs.find("waylay-hold")
    if program is None:
        pytest.skip("not built: waylay-hold (is WAYLAY_BINDIR set?)")
    with subprocess.Popen(
        [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin and holder.stdout
        holder.stdin.write("one\ntwo\n")
        holder.stdin.flush()
        nodes = [int(holder.stdout.readline().split("\t")[1]) for _ in range(2)]
        os.kill(nodes[0], signal.SIGSTOP)
        wait_for("the node to stop", GUARD, lambda: state_of(nodes[0]) == "T")
        if how == "end of input":
            holder.stdin.close()
        else:
            holder.send_signal(getattr(signal, how))
        try:
            holder.wait(GUARD)
        except subprocess.TimeoutExpired:
            os.kill(nodes[0], signal.SIGKILL)
            raise
        for node in nodes:
            wait_for("the node to be gone", GUARD, lambda: not os.path.exists(f"/proc/{node}"))
