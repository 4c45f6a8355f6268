# SPDX-License-Identifier: BSD-2-Clause
"""An ordinary user, in a user namespace of his own: nobody runs what root runs."""
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Iterator

import pytest

import harness
from waylay import programs, userns
from waylay.wait import wait_for

NOBODY = 65534
BECOME = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
WIRED = """\
extends: {base}
name: wired
links:
  - {{ends: [c1, r1], subnet: 10.0.1.0/24, wire: {{delay: 5ms}}}}
  - {{ends: [r1, p1], subnet: 10.0.2.0/24}}
  - {{ends: [r1, o1], subnet: 10.0.3.0/24, wire: {{delay: 5ms}}}}
"""
NEEDED = ("router", "proxy", "origin", "assert", "hold", "wire", "ctl")

pytestmark = [
    pytest.mark.usefixtures("whole_path"),
    pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed"),
]


def _may_use(tree: Path, binaries: list[str]) -> bool:
    wanted = [f"test -r '{tree}/emu/waylay/cli.py'", *(f"test -x '{b}'" for b in binaries)]
    return subprocess.run([*BECOME, "sh", "-c", " && ".join(wanted)]).returncode == 0


def _copy(tree: Path, binaries: list[str], to: Path) -> tuple[Path, Path]:
    """The tree's parts that a run needs, where nobody may read them."""
    for part in ("emu", "analysis/report", "scenarios", "tests/emu/scenarios"):
        shutil.copytree(tree / part, to / part)
    (to / "bin").mkdir()
    for binary in binaries:
        shutil.copy(binary, to / "bin")
    subprocess.run(["chmod", "-R", "a+rX", str(to)], check=True)
    return to, to / "bin"


class User:
    """nobody, with a home; `prefix` makes a command his."""

    def __init__(self, home: Path, tree: Path, bindir: Path) -> None:
        self.home = home
        self.tree = tree
        path = f"{tree}/emu:{tree}/analysis/report"
        self.prefix = (
            *(*BECOME, "env", f"--chdir={home}", f"HOME={home}", f"TMPDIR={home}"),
            *(f"PYTHONPATH={path}", f"WAYLAY_BINDIR={bindir}"),
        )

    def scenario(self, name: str) -> Path:
        return self.tree / "tests" / "emu" / "scenarios" / f"{name}.yaml"


@pytest.fixture
def user() -> Iterator[User]:
    if (fault := userns.fault()) is not None:
        pytest.skip(f"no user namespaces: {fault}")
    folder = Path(tempfile.mkdtemp(prefix="waylay-user-"))
    try:
        folder.chmod(0o755)
        home = folder / "home"
        home.mkdir()
        os.chown(home, NOBODY, NOBODY)
        found = [path for name in NEEDED if (path := programs.find(f"waylay-{name}"))]
        tree, bindir = harness.TOP, Path(found[0]).parent
        if not _may_use(tree, found):
            tree, bindir = _copy(tree, found, folder / "tree")
        yield User(home, tree, bindir)
    finally:
        shutil.rmtree(folder)


def test_first_fetch_passes(user: User) -> None:
    first_fetch = user.tree / "scenarios" / "first-fetch"
    done = harness.waylay("run", first_fetch, prefix=user.prefix)
    assert done.returncode == 0, done.stdout + done.stderr
    run = harness.finished(user.home / "results", "first-fetch")
    assert run.results["verdict"] == "passed"
    assert len(run.results["expectations"]) >= 7
    owners = {path.lstat().st_uid for path in (user.home / "results").rglob("*")}
    assert owners == {NOBODY}, "what a run leaves is the user's"
    if not _opens_tun():
        log = (run.folder / "logs" / "r1-waylay-router.log").read_text()
        assert "a pair of veth takes the TUN device's place" in log


def _opens_tun() -> bool:
    node = "test -r /dev/net/tun && test -w /dev/net/tun"
    return subprocess.run([*BECOME, "sh", "-c", node]).returncode == 0


def test_doctor_says_so(user: User) -> None:
    done = harness.waylay("doctor", prefix=user.prefix)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"uid {NOBODY}, in a user namespace, has what a run needs" in done.stdout
    assert done.stdout.endswith("A run is possible.\n")


@pytest.mark.skipif(programs.find("nginx") is None, reason="nginx is not installed")
def test_nginx_as_origin(user: User) -> None:
    done = harness.waylay("run", user.scenario("nginx"), prefix=user.prefix)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(programs.find("waylay-wire") is None, reason="waylay-wire is not built")
def test_wires_by_pairs_of_veth(user: User) -> None:
    scenario = user.home / "wired.yaml"
    scenario.write_text(
        WIRED.format(base=user.tree / "scenarios" / "first-fetch" / "scenario.yaml")
    )
    done = harness.waylay("run", scenario, prefix=user.prefix)
    run = harness.finished(user.home / "results", "wired")
    assert all(way["conserved"] for way in _fidelity(run)["links"]["c1-r1"].values())
    if done.returncode == 3 and "faithful: no (waylay-wire: " in done.stdout:
        # A user has no real-time priority, and the run says what came of it.
        pytest.skip("the machine is too busy: " + done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr


def _fidelity(run: harness.Finished) -> dict[str, Any]:
    return dict(json.loads((run.folder / "fidelity.json").read_text()))


def test_two_at_once(user: User) -> None:
    first_fetch = user.tree / "scenarios" / "first-fetch"
    done = harness.waylay("run", first_fetch, "--repeat", 2, "--jobs", 2, prefix=user.prefix)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_shell_in_a_node(user: User) -> None:
    before = harness.machine()
    process = harness.start("run", user.scenario("hold"), prefix=user.prefix)
    try:
        run = harness.wait_held(user.home / "results", "hold", process)
        were_in = harness.namespaces(harness.processes(run))
        were_in -= harness.namespaces({os.getpid(): b""})
        words = ("shell", "--run", run, "r1", "tc", "filter", "show", "dev", "r1-c1", "ingress")
        for prefix in (user.prefix, ()):  # the user, and root
            seen = harness.waylay(*words, prefix=prefix)
            assert "mirred (Egress Redirect to device way-r1)" in seen.stdout, seen.stderr
            told = harness.waylay("ctl", "--run", run, "runner", "state", prefix=prefix)
            assert "doing: hold" in told.stdout, told.stderr
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=harness.GONE_SECONDS)
    finally:
        process.kill()
    harness.assert_gone(run, were_in, before)


def test_a_stranger_finds_no_node(user: User) -> None:
    process = harness.start("run", harness.SCENARIOS / "hold.yaml", "--out", user.home / "roots")
    try:
        harness.wait_held(user.home / "roots", "hold", process)
        done = harness.waylay("shell", "r1", prefix=user.prefix)
        assert done.returncode == 2
        assert "found no node 'r1' of a run of yours" in done.stderr
    finally:
        process.terminate()
        process.communicate(timeout=harness.RUN_SECONDS)


def test_it_is_said_when_user_namespaces_are_forbidden(user: User) -> None:
    prefix = (*user.prefix, *harness.FORBID_USER_NAMESPACES)
    prefix += ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    done = harness.waylay("run", user.scenario("plain"), prefix=prefix)
    assert done.returncode == 2
    assert "a user namespace cannot give them" in done.stderr
    assert "user.max_user_namespaces is 0" in done.stderr
    wait_for("nothing to be left", harness.GONE_SECONDS, lambda: not any(user.home.iterdir()))


def test_scripts_of_mininet_and_mn(user: User) -> None:
    example = user.tree / "emu" / "examples" / "transparent-fetch"
    done = harness.waylay("script", example, prefix=user.prefix)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "stored  from 10.0.3.2" in done.stdout and "hit" in done.stdout
    words = ("--topo", "single,2", "--link", "wire,delay=5ms", "--test", "pingall")
    done = harness.waylay("mn", *words, prefix=user.prefix)
    assert "0% dropped (2/2 received)" in done.stdout + done.stderr
