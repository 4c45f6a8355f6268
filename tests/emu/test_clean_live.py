# SPDX-License-Identifier: BSD-2-Clause
"""`waylay clean`, live: of a killed script everything goes, of what lives nothing.

Here it sees a PID namespace of its own, so that it never meets what other tests
and people of this machine have left.
"""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import harness
from waylay.wait import wait_for

ALONE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")

pytestmark = pytest.mark.usefixtures("whole_path")

# A network of a plain Mininet script, whose programs outlive it.
SCRIPT = """
import time
from waylay.mn import WaylayClient, WaylayLink, WaylayNet, WaylayOrigin
net = WaylayNet()
c1 = net.addHost("c1", cls=WaylayClient, ip="10.0.1.2/24")
o1 = net.addHost("o1", cls=WaylayOrigin, ip="10.0.1.3/24", serve=[80])
net.addLink(c1, o1, cls=WaylayLink)
net.start()
print("up", flush=True)
time.sleep(300)
"""

# What happens in the PID namespace: the script is killed, then cleaned after twice.
DRIVER = """
import os, subprocess, sys, tempfile
from pathlib import Path

def clean(*words):
    done = subprocess.run([sys.executable, "-m", "waylay", "clean", *words],
                          capture_output=True, encoding="utf-8")
    print(done.stdout, done.stderr, sep="", end="---\\n", flush=True)

script = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE,
                          encoding="utf-8")
assert script.stdout.readline() == "up\\n"
clean()
script.kill()
script.wait()
clean("--dry-run")
clean()
clean()
pids = [pid for pid in os.listdir("/proc") if pid.isdigit()]
states = [Path(f"/proc/{pid}/stat").read_text() for pid in pids]
names = [state.split()[1] for state in states if ") Z " not in state]
print([name for name in names if name.startswith("(waylay")], os.listdir(tempfile.gettempdir()))
"""


def test_what_a_killed_script_left(tmp_path: Path) -> None:
    done = subprocess.run(
        [*ALONE, sys.executable, "-c", textwrap.dedent(DRIVER), SCRIPT],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env={**harness.environment(), "TMPDIR": str(tmp_path)},
        timeout=harness.RUN_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    alive, dry, wet, again = [part.splitlines() for part in done.stdout.split("---\n")[:4]]
    assert alive == ["nothing is left of dead runs"], "the script lived"
    assert any("process" in line and "waylay-origin" in line for line in dry), dry
    assert any("folder" in line and str(tmp_path) in line for line in dry), dry
    assert [line.replace("removed      ", "would remove ") for line in wet] == dry
    assert again == ["nothing is left of dead runs"]
    assert done.stdout.splitlines()[-1] == "[] []"


def test_runs_go_on_and_dead_ones_leave_their_folder(out: Path) -> None:
    # Of temporary folders only the test's own: others' dead ones are found here, too.
    alone = (*ALONE, "env", f"TMPDIR={out.parent}")
    processes = [
        harness.start("run", harness.SCENARIOS / "hold.yaml", "--out", out / n) for n in "ab"
    ]
    try:
        runs = [harness.wait_held(out / n, "hold", p) for n, p in zip("ab", processes)]
        before = [set(harness.processes(run)) for run in runs]
        for n in "ab":
            done = harness.waylay("clean", "--results", out / n, prefix=alone)
            assert "nothing is left" in done.stdout, done.stdout + done.stderr
        assert [set(harness.processes(run)) for run in runs] == before
        os.kill(processes[0].pid, signal.SIGKILL)
        processes[0].communicate(timeout=harness.GONE_SECONDS)
        wait_for("the run to go", harness.GONE_SECONDS, lambda: not harness.processes(runs[0]))
        said = [harness.waylay("clean", "--results", out / n, prefix=alone).stdout for n in "ab"]
        assert said[0] == f"removed       results  {out / 'a' / 'hold' / runs[0]}\n"
        assert "nothing is left" in said[1]
        assert (out / "b" / "hold" / runs[1]).is_dir()
    finally:
        for process in processes:
            process.terminate()
            process.communicate(timeout=harness.RUN_SECONDS)
