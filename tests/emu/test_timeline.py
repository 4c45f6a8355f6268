# SPDX-License-Identifier: BSD-2-Clause
"""What goes on beside the steps, at its time: live, in small networks without a proxy."""
from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Iterator

import pytest

import harness
import small
from waylay import programs
from waylay.wait import wait_for

pytestmark = pytest.mark.usefixtures("privileged")

HOSTS = "hosts: {www.example.org: o1, sink.example.org: 10.0.3.2}\n"
FETCH = "{node: c1, url: 'http://www.example.org/a', expect: {size: 1000}}"
SECOND = 1_000_000_000


def scenario(tmp_path: Path, text: str) -> Path:
    return small.scenario(tmp_path, "timed", HOSTS + text)


def perform(out: Path, tmp_path: Path, text: str) -> harness.Finished:
    return small.perform(out, tmp_path, "timed", HOSTS + text)


def beside(run: harness.Finished, name: str) -> dict[str, Any]:
    return dict(next(item for item in run.results["timeline"] if item["name"] == name))


def marks(run: harness.Finished) -> dict[str, int]:
    return dict(json.loads((run.folder / "bindings.json").read_text())["marks"])


def test_at_after_and_every(out: Path, tmp_path: Path) -> None:
    run = perform(
        out,
        tmp_path,
        f"""\
steps:
  - {{name: get, fetch: {FETCH}}}
  - {{name: wait, until: {{mark: knocks.end}}}}
  - {{name: again, after: {{step: get, plus: 1s}}, fetch: {FETCH}}}
timeline:
  - {{name: at, at: 300ms, exec: {{node: c1, command: 'true'}}}}
  - {{name: behind, after: {{step: at, plus: 200ms}}, mark: there}}
  - {{name: knocks, every: {{period: 100ms, times: 4}}, fetch: {FETCH}}}
""",
    )
    assert run.results["verdict"] == "passed", run.results
    begun = run.results["begun"]
    assert beside(run, "at")["times"][0]["planned"] == begun + 3 * SECOND // 10
    assert beside(run, "behind")["times"][0]["planned"] == marks(run)["at.end"] + SECOND // 5
    knocks = beside(run, "knocks")
    planned = [time["planned"] - begun for time in knocks["times"]]
    assert [round(one / SECOND, 6) for one in planned] == [0, 0.1, 0.2, 0.3]
    assert len(knocks["fetches"]) == 4 and knocks["lateness"] >= 0
    again = run.step("again")["times"][0]
    assert again["planned"] == marks(run)["get.end"] + SECOND
    for one in (beside(run, "at"), beside(run, "behind"), knocks, run.step("again")):
        for at in one["times"]:
            assert at["began"] - at["planned"] == at["lateness"] >= 0
    assert run.step("wait")["end"] >= knocks["end"]


def test_a_load_is_counted_and_measured(out: Path, tmp_path: Path) -> None:
    run = perform(
        out,
        tmp_path,
        """\
steps:
  - name: storm
    load: {node: c1, urls: ['http://o1/a'], requests: 200, concurrency: 10}
  - name: misses
    load: {node: c1, urls: ['http://o1/a', 'http://o1/{n}'], requests: 10, connections: fresh,
           expect: {failures: 5}}
  - name: broken
    load: {node: c1, urls: ['http://o1:81/a'], requests: 3}
measures:
  p99: {load: {step: storm, figure: p99}}
""",
    )
    storm = run.step("storm")["load"]
    assert storm["statuses"] == {"200": 200} and storm["bytes"] == 200_000
    assert storm["connections"] <= 20, "they are kept"
    assert run.results["measures"]["p99"] == storm["latency"]["p99"] > 0
    misses = run.step("misses")["load"]
    assert misses["statuses"] == {"200": 5, "404": 5} and misses["connections"] == 10
    assert run.step("misses")["verdict"] == "passed"
    assert "at most 0 of 3 requests to fail, 3 did: 3 curl 7" in run.step("broken")["detail"]


def test_hostile_packets_are_on_the_link_as_described(out: Path, tmp_path: Path) -> None:
    run = perform(
        out,
        tmp_path,
        """\
steps:
  - name: knock
    send:
      node: c1
      link: c1-r1
      times: 2
      spacing: 5ms
      packets:
        - {ip: {dst: o1, ttl: 9, options: [{redirect: sink.example.org}]},
           tcp: {dport: 80, flags: [syn], checksum: bad}}
        - {ip: {dst: 10.0.3.9, src: r1, options: [{lsrr: {addresses: [o1]}}]}, udp: {dport: 7}}
        - {ip: {dst: o1, id: 77}, icmp: {type: 8}, payload: {size: 40}, fragments: {size: 24}}
  - {name: seen, until: {exec: {node: o1, command: 'ip -s link show o1-r1 | grep -q RX'}}}
""",
    )
    assert run.step("seen")["verdict"] == "passed", run.results
    assert run.step("knock")["sent"][0]["frames"] == 8
    capture = run.capture("c1-r1")
    bad = ["-o", "tcp.check_checksum:TRUE"]
    found = harness.tshark(
        capture, "tcp.checksum.status == 0", "ip.rec_rt", "ip.ttl", "ip.dst", options=bad
    )
    assert [row[1:] for row in found] == [["10.0.3.2", "9", "10.0.3.2"]] * 2
    found = harness.tshark(capture, "udp.port == 7", "ip.src", "ip.opt.type")
    assert [row[1:] for row in found] == [["10.0.1.1", "131,0"]] * 2
    assert len(harness.tshark(capture, "ip.id == 77 && ip.src == 10.0.1.2")) == 4
    assert harness.tshark(run.capture("r1-o1"), "icmp.type == 8"), "the fragments are whole"


def test_a_program_dies_and_comes_back(out: Path, tmp_path: Path) -> None:
    refused = FETCH.replace("size: 1000", "refused: true")
    run = perform(
        out,
        tmp_path,
        f"""\
steps:
  - {{name: get, fetch: {FETCH}}}
  - {{name: dies, program: {{node: o1, do: kill}}}}
  - {{name: gone, fetch: {refused}}}
  - name: back
    do:
      - program: {{node: o1, do: start}}
      - fetch: {FETCH}
      - program: {{node: o1, do: restart}}
      - program: {{node: o1, do: signal, signal: CONT}}
  - {{name: whole, fetch: {FETCH}}}
  - {{name: twice, program: {{node: o1, do: start}}}}
""",
    )
    verdicts = {step["name"]: step["verdict"] for step in run.results["steps"]}
    assert list(verdicts.values()) == ["passed"] * 5 + ["failed"], run.results["steps"]
    assert run.step("twice")["detail"] == "o1-nginx on o1 runs already"


def test_who_fails_ends_both_sides(out: Path, tmp_path: Path) -> None:
    run = perform(
        out,
        tmp_path,
        """\
steps:
  - {name: first, until: {mark: fails.end}}
  - {name: second, exec: {node: c1, command: 'true'}}
timeline:
  - {name: fails, at: 100ms, exec: {node: c1, command: 'echo no; false'}}
  - {name: never, at: 3600s, exec: {node: c1, command: 'true'}}
""",
    )
    assert run.results["verdict"] == "failed"
    assert beside(run, "fails")["detail"] == "c1: 'echo no; false' ended with 1: no"
    assert beside(run, "never")["verdict"] == "skipped" == run.step("second")["verdict"]


class Visitor:
    """Somebody outside of a run who talks to it."""

    def __init__(self, out: Path, file: Path, *words: str) -> None:
        self.process = harness.start("run", file, "--out", out, *words)
        folder = wait_for("the run", 30, lambda: harness.run_folder(out, "timed"))
        self.folder, self.run = folder, folder.name
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        wait_for("its socket", 30, self.connect)
        self.lines = self.socket.makefile("rb")

    def connect(self) -> bool:
        assert self.process.poll() is None, self.process.communicate()
        for pid in harness.processes(self.run):
            inside = f"/proc/{pid}/root/run/waylay/{self.run}"
            try:  # a path by a descriptor is short enough for a socket
                with_descriptor = os.open(inside, os.O_PATH)
            except OSError:
                continue
            try:
                self.socket.connect(f"/proc/self/fd/{with_descriptor}/runner.sock")
                return True
            except OSError:
                continue
            finally:
                os.close(with_descriptor)
        return False

    def says(self, deed: str) -> dict[str, Any]:
        self.socket.sendall(json.dumps({"do": deed}).encode() + b"\n")
        return dict(json.loads(self.lines.readline()))

    def sees(self, what: str, *next_ones: str) -> None:
        """Wait until the run stands before these, paused and with nothing going on."""

        def stands() -> bool:
            told = self.says("state")
            names = [one["name"] for one in told["next"]]
            return not told["doing"] and told["paused"] and names == list(next_ones)

        wait_for(what, 30, stands)

    def ends(self) -> None:
        self.process.communicate(timeout=harness.RUN_SECONDS)


@pytest.fixture
def visitors() -> Iterator[list[Visitor]]:
    found: list[Visitor] = []
    yield found
    for visitor in found:
        visitor.process.kill()
        visitor.process.communicate()
        visitor.socket.close()


STEPPED = """\
steps:
  - {name: first, exec: {node: c1, command: 'true'}}
  - {name: second, exec: {node: c1, command: 'true'}}
timeline:
  - {name: later, at: 600s, exec: {node: c1, command: 'true'}}
"""


def test_step_by_step_and_resumed(out: Path, tmp_path: Path, visitors: list[Visitor]) -> None:
    visitor = Visitor(out, scenario(tmp_path, STEPPED), "--paused")
    visitors.append(visitor)
    visitor.sees("the start", "first", "later")
    assert visitor.says("fly") == {
        "ok": False,
        "error": "key 'do': found 'fly', expected one of ping, pause, resume, step, state, visit",
    }
    assert visitor.says("step")["ok"] is True
    visitor.sees("the first step done", "second", "later")
    visitor.says("step")
    visitor.sees("the second step done", "later")
    visitor.says("step")
    visitor.sees("the leap of ten minutes", "the end of the steps")
    visitor.says("resume")
    visitor.ends()
    run = harness.finished(out, "timed")
    assert run.results["verdict"] == "passed", run.results
    assert beside(run, "later")["lateness"] < 60 * SECOND


def test_a_pause_in_the_middle_by_signal_or_word(
    out: Path, tmp_path: Path, visitors: list[Visitor]
) -> None:
    holds = STEPPED.replace("'true'", "'sleep 1'", 1).replace("600s", "1s")
    visitor = Visitor(out, scenario(tmp_path, holds))
    visitors.append(visitor)
    assert visitor.says("pause")["paused"] is True

    def stands() -> bool:
        state = visitor.says("state")
        return bool(state["begun"]) and not state["doing"]

    wait_for("a standstill", 30, stands)
    at = visitor.says("state")["at"]
    time.sleep(0.3)
    assert visitor.says("state")["at"] == at, "its time stands still"
    os.kill(visitor.process.pid, signal.SIGUSR1)
    visitor.ends()
    assert harness.finished(out, "timed").results["verdict"] == "passed"


def test_the_same_by_waylay_ctl(out: Path, tmp_path: Path, visitors: list[Visitor]) -> None:
    if programs.find("waylay-ctl") is None:
        pytest.skip("not built: waylay-ctl (is WAYLAY_BINDIR set?)")
    visitor = Visitor(out, scenario(tmp_path, STEPPED.replace("600s", "100ms")), "--paused")
    visitors.append(visitor)
    visitor.sees("the start", "first", "later")
    done = harness.waylay("ctl", "--run", visitor.run, "--json", "runner", "step")
    assert done.returncode == 0 and json.loads(done.stdout)["ok"] is True, done.stderr
    wait_for("a step", 30, lambda: visitor.says("state")["next"][0]["name"] != "first")
    refused = harness.waylay("ctl", "--run", visitor.run, "runner", "fly")
    assert refused.returncode != 0 and "fly" in refused.stderr
    assert harness.waylay("ctl", "--run", visitor.run, "runner", "resume").returncode == 0
    visitor.ends()
    assert harness.finished(out, "timed").results["verdict"] == "passed"


def test_enter_at_the_terminal_lets_one_step_go(out: Path, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    steps = STEPPED.replace("600s", "3600s")
    argv = harness.command("run", scenario(tmp_path, steps), "--out", out, "--step")
    process = subprocess.Popen(
        argv,
        stdin=theirs,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=harness.environment(),
        start_new_session=True,
    )
    guard = threading.Timer(harness.RUN_SECONDS, process.kill)  # else readline waits for ever
    guard.start()
    try:
        assert process.stdout is not None
        for told in ("Ctrl-C ends the run", "passed       first", "passed       second", "later"):
            line = process.stdout.readline()
            while line and told not in line:
                line = process.stdout.readline()
            assert told in line
            os.write(ours, b"\n")
        process.communicate(timeout=harness.RUN_SECONDS)
    finally:
        guard.cancel()
        process.kill()
        os.close(ours)
        os.close(theirs)
    assert harness.finished(out, "timed").results["verdict"] == "passed"


@pytest.mark.parametrize("words", [("--paused",), ()], ids=["paused", "only the timeline is left"])
def test_ctrl_c_ends_a_run_that_waits(
    out: Path, tmp_path: Path, visitors: list[Visitor], words: tuple[str, ...]
) -> None:
    visitor = Visitor(out, scenario(tmp_path, STEPPED), *words)
    visitors.append(visitor)
    waits = ["first", "later"] if words else ["later"]
    wait_for(
        "a standstill",
        30,
        lambda: [one["name"] for one in visitor.says("state")["next"]] == waits,
    )
    visitor.process.send_signal(signal.SIGINT)
    said, _ = visitor.process.communicate(timeout=30)
    assert visitor.process.returncode == 130
    assert "later" not in said.partition("interrupted")[2], "nothing more is told"
    told = json.loads((visitor.folder / "results.json").read_text())
    assert told["detail"] == "interrupted"


def test_several_runs_cannot_be_paused(out: Path, tmp_path: Path) -> None:
    file = scenario(tmp_path, STEPPED)
    done = harness.waylay("run", file, file, "--out", out, "--paused")
    assert done.returncode == 2 and "--paused: found 2 runs, expected a single one" in done.stderr


def test_the_plan_shows_what_and_when(tmp_path: Path) -> None:
    done: subprocess.CompletedProcess[str] = harness.waylay("describe", scenario(tmp_path, STEPPED))
    assert "    later (at 600 s): c1$ true" in done.stdout
    assert "www.example.org is o1" in done.stdout
