# SPDX-License-Identifier: BSD-2-Clause
"""waylay-ctl: finds the sockets of runs, from outside and inside; and what clients of a
control socket cannot do to a wire."""
from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import uuid
from pathlib import Path
from typing import Callable, Iterator

import pytest

from waylay import programs
from waylay.runner import RUN_VARIABLE
from waylay.wait import wait_for
from wire_net import GUARD, WireNet

pytestmark = pytest.mark.usefixtures("privileged", "built")

LINK = {
    "name": "a-b",
    "ends": [
        {"node": "a", "interface": "ab", "kind": "tap"},
        {"node": "b", "interface": "ba", "kind": "tap"},
    ],
}
# As a run has it: an empty /run of its own, and a process besides the wire's.
ISOLATED = (
    "mount --make-rprivate / && mount -t proc proc /proc && mount -t tmpfs run /run && "
    'mkdir -p /run/waylay/$WAYLAY_RUN && { sleep 1000 & "$@"; wait; }'
)


@pytest.fixture(scope="session")
def built() -> None:
    missing = [name for name in ("waylay-wire", "waylay-ctl") if programs.find(name) is None]
    if missing:
        pytest.skip(f"not built: {', '.join(missing)} (is WAYLAY_BINDIR set?)")


def program(name: str) -> str:
    return str(programs.find(name))


def ctl(*words: object) -> "subprocess.CompletedProcess[str]":
    environment = {k: v for k, v in os.environ.items() if k != RUN_VARIABLE}
    return subprocess.run(
        [program("waylay-ctl"), *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        timeout=GUARD,
        env=environment,
    )


class Run:
    """What looks like a run to others: a wire, and one more process, in namespaces."""

    def __init__(self, folder: Path) -> None:
        self.name = "test-" + uuid.uuid4().hex[:12]
        folder = folder / self.name
        folder.mkdir()
        config = folder / "wire.yaml"
        config.write_text(f"{{control: /run/waylay/{self.name}/wire.sock}}")
        words = ("--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", ISOLATED, "sh")
        self.process = subprocess.Popen(
            ["unshare", *words, program("waylay-wire"), "--config", str(config)],
            env={**os.environ, RUN_VARIABLE: self.name},
            stderr=subprocess.DEVNULL,
        )
        wait_for("the socket", GUARD, self.listed)

    def listed(self) -> bool:
        return f"{self.name} wire /proc/" in ctl("--list").stdout

    def wires(self) -> list[int]:
        """The process ids of its wire."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"waylay-wire") and self.name.encode() in words[2]:
                found.append(int(entry.name))
        return found

    def close(self) -> None:
        self.process.kill()
        self.process.wait(GUARD)


@pytest.fixture
def make_run(tmp_path: Path) -> Iterator[Callable[[], Run]]:
    made: list[Run] = []

    def make() -> Run:
        made.append(Run(tmp_path))
        return made[-1]

    yield make
    for run in made:
        run.close()


def test_a_wire_is_told_from_outside(make_run: Callable[[], Run]) -> None:
    run = make_run()
    ask = ("--run", run.name, "wire")
    assert ctl(*ask, "ping").stdout == "ok\n"
    assert ctl(*ask, json.dumps({"do": "add", "link": LINK})).returncode == 0
    told = ctl(*ask, "set", "a-b", "from=a", "delay=20ms", "loss={frames: [3]}", "queue.packets=9")
    assert told.returncode == 0, told.stderr
    shown = json.loads(ctl("--json", *ask, "show", "a-b").stdout)["links"]["a-b"]["from"]
    expected = {"delay": "20ms", "loss": {"frames": [3]}, "queue": {"packets": 9}}
    assert shown["a"]["parameters"] == expected and shown["b"]["parameters"] == {}
    assert "delay 20ms" in ctl(*ask, "show").stdout


def test_refusals_and_wrong_words(make_run: Callable[[], Run]) -> None:
    run = make_run()
    refused = ctl("--run", run.name, "wire", "set", "a-b", "delay=soon")
    assert refused.returncode == 1
    assert refused.stderr == "waylay-ctl: refused: there is no link a-b\n"
    assert ctl("--run", run.name, "wire", "dance").returncode == 1
    assert ctl("--run", run.name, "wire", "show", "a", "b").returncode == 2
    assert ctl("--run", run.name, "wire").returncode == 2
    absent = ctl("--run", run.name, "absent", "ping")
    assert (absent.returncode, absent.stdout) == (2, "")
    assert "found no socket 'absent'" in absent.stderr


def test_of_several_runs_one_is_named(make_run: Callable[[], Run]) -> None:
    first, second = make_run(), make_run()
    either = ctl("wire", "ping")
    assert either.returncode == 2 and "stands in several runs" in either.stderr
    assert first.name in either.stderr and second.name in either.stderr
    assert ctl("--run", second.name, "wire", "ping").returncode == 0


def test_inside_a_run_it_is_its_own(make_run: Callable[[], Run]) -> None:
    run = make_run()
    make_run()
    (wire,) = run.wires()
    enter = ("nsenter", f"--target={wire}", "--mount", "--pid", program("waylay-ctl"))
    said = subprocess.run([*enter, "wire", "ping"], capture_output=True, timeout=GUARD)
    assert said.stdout == b"ok\n", said.stderr


def test_a_dead_wires_socket_gives_no_answer(make_run: Callable[[], Run]) -> None:
    run = make_run()
    (wire,) = run.wires()
    os.kill(wire, signal.SIGKILL)
    wait_for("the wire to be gone", GUARD, lambda: not run.wires())
    said = ctl("--run", run.name, "wire", "ping")
    assert said.returncode == 1 and "Connection refused" in said.stderr


def test_a_path_of_any_length(make_run: Callable[[], Run], tmp_path: Path) -> None:
    run = make_run()
    (wire,) = run.wires()
    long = tmp_path / ("x" * 150)
    long.symlink_to(f"/proc/{wire}/root/run/waylay/{run.name}")
    assert ctl("--socket", long / "wire.sock", "ping").stdout == "ok\n"


def hostile_lines(chance: random.Random) -> Iterator[bytes]:
    """What no program says: noise, lines without end, requests with wrong bytes."""
    request = b'{"do":"set","link":"a-b","from":"b","to":{"delay":"1ms","loss":"1%"}}\n'
    while True:
        yield chance.randbytes(chance.randrange(1, 4096))
        yield b"{" * 70000
        broken = bytearray(request)
        broken[chance.randrange(len(broken))] = chance.randrange(256)
        yield bytes(broken)
        yield b'{"do":"flush"}\n' * 100


def test_hostile_clients_disturb_no_frame(tmp_path: Path) -> None:
    net = WireNet(tmp_path)
    try:
        net.start([net.link("packet")])
        lines = hostile_lines(random.Random(1))
        with net.port("a") as sender, net.port("b") as receiver:
            for _ in range(200):
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(str(tmp_path / "wire.sock"))
                    client.setblocking(False)
                    try:
                        client.sendall(next(lines))
                    except (BlockingIOError, BrokenPipeError):
                        pass
                sender.send_numbers(1)
            assert receiver.numbers() == [1] * 200
        assert net.ask(do="ping")["ok"] and net.ask(do="flush")["ok"]
        assert net.stop()["links"]["a-b"]["a"]["in"] == 200
    finally:
        net.close()
