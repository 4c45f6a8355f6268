# SPDX-License-Identifier: BSD-2-Clause
"""The examples, and Mininet's own mn with our classes, run as their users run them.

Each in PID, mount and network namespaces of its own: when mn stumbles, it kills what
bears certain names on the whole machine.
"""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import harness
from waylay import programs, scripts

pytestmark = pytest.mark.usefixtures("privileged", "all_programs")

EXAMPLES = harness.TOP / "emu" / "examples"
ISOLATED = ("unshare", "--pid", "--fork", "--mount-proc", "--net", "--mount")


@pytest.fixture(scope="session")
def all_programs(whole_path: None) -> None:
    del whole_path
    if programs.find("waylay-wire") is None:
        pytest.skip("not built: waylay-wire (is WAYLAY_BINDIR set?)")


def run(*words: object) -> str:
    """Run `waylay` there; returns all that it said."""
    done = harness.waylay(*words, prefix=ISOLATED)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def shortest(line: str) -> float:
    """The shortest round trip of a line of delayed-ping, in ms."""
    found = re.search(r"min/avg/max/mdev = ([\d.]+)/", line)
    assert found is not None, line
    return float(found.group(1))


def test_delayed_ping() -> None:
    first, second, third, fourth = run("script", EXAMPLES / "delayed-ping").splitlines()[:4]
    assert 30 <= shortest(first) < 60 and " 0% packet loss" in first
    assert 70 <= shortest(second) < 120
    assert " 0% packet loss" not in third
    assert "100% packet loss" in fourth


def test_transparent_fetch() -> None:
    first, second = run("script", EXAMPLES / "transparent-fetch").splitlines()[:2]
    assert "stored" in first and "hit" in second
    assert "from 10.0.3.2" in first and "from 10.0.3.2" in second


def test_cellular() -> None:
    lines = run("script", EXAMPLES / "cellular").splitlines()[1:9]
    pairs = [tuple(float(word) for word in line.split()[1:]) for line in lines]
    carried, allowed = (sum(one) for one in zip(*pairs))
    assert 0.3 * allowed < carried < 1.02 * allowed


@pytest.mark.parametrize(
    "words, hosts",
    [
        ("--topo single,3 --link wire,delay=5ms", 3),
        ("--topo pair --link wire,delay=5ms,rate=10Mbit", 2),
        ("--topo routed,3", 4),
        ("--topo linear,3", 3),
    ],
)
def test_mn(words: str, hosts: int) -> None:
    said = run("mn", *words.split(), "--test", "pingall")
    count = hosts * (hosts - 1)
    assert f"0% dropped ({count}/{count} received)" in said


def test_mn_with_mininets_own_hosts_and_a_wire() -> None:
    said = run("mn", "--host", "proc", "--topo", "pair", "--link", "wire", "--test", "pingall")
    assert "0% dropped (2/2 received)" in said


def test_what_mn_is_told() -> None:
    told = scripts.mn_arguments(["--topo", "pair", "--link=wire,delay=1ms"])
    assert told[:2] == ["--custom", str(scripts.CUSTOM)]
    assert told[-3:] == ["--topo", "pair", "--link=wire,delay=1ms"]
    assert told.count("--link") == 0 and "--switch" in told


def test_a_script_that_is_not_there() -> None:
    done = subprocess.run(
        harness.command("script", "/no/such/file"),
        env=harness.environment(),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 2
    assert "found '/no/such/file', expected a script that can be read" in done.stderr


def test_the_lab_of_the_documents_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (harness.TOP / "docs" / "mininet.md").read_text()
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.M)
    for file in ("lab.py", "lab.expect"):
        (block,) = [one for one in blocks if f"# {file}\n" in one]
        (tmp_path / file).write_text(re.sub(r"^    ", "", block, flags=re.M))
    monkeypatch.chdir(tmp_path)
    run("script", "lab.py")
    assert "1 passed, 0 failed" in run("assert", "--only", "each ping", "lab.expect")
