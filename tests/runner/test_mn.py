# SPDX-License-Identifier: BSD-2-Clause
"""`waylay mn`: links are judged first, and the machine is never cleaned up."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from waylay import scripts
from waylay.errors import BadInput

MN = "/usr/bin/mn"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--link", "wire,delay=10"], "--link wire: key 'delay': found '10', expected"),
        (["--link=wire,loss=2"], "--link wire: key 'loss': found '2'"),
        (["--link", "wire,10ms"], "found '10ms', expected KEY=VALUE"),
    ],
)
def test_parameters_of_links_are_judged_first(words: list[str], complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        scripts.check_link(words)


@pytest.mark.parametrize(
    "link", ["wire,delay=10ms,rate=10Mbit", "wire,loss=1%,mtu=1400", "tc,bw=9"]
)
def test_good_parameters_pass(link: str) -> None:
    scripts.check_link(["--topo", "single,3", "--link", link])


@pytest.mark.skipif(not Path(MN).exists(), reason="Mininet is not installed")
def test_an_error_cleans_nothing_up(tmp_path: Path) -> None:
    """A PATH of stand-ins: whatever mn's own cleanup started would leave its name there."""
    called = tmp_path / "called"
    for name in ("killall", "pkill", "rm", "ps", "ip", "ovs-vsctl"):
        stand_in = tmp_path / name
        stand_in.write_text(f"#!/bin/sh\necho {name} >>{called}\n")
        stand_in.chmod(0o755)
    argv = [scripts.PYTHON, MN, *scripts.mn_arguments(["--topo", "none-such"])]
    done = subprocess.run(
        argv,
        env={**scripts.environment(), "PATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode != 0
    assert os.geteuid() != 0 or "nothing of other programs is cleaned up" in done.stderr
    assert not called.exists()
