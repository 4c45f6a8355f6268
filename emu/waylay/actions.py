# SPDX-License-Identifier: BSD-2-Clause
"""Carrying out the actions of one step.

A step has one Doing, in one thread; what steps share is the Stage. An action that
does not bring what the scenario expects raises StepFailed, or another
WaylayError, with one line for people.
"""
from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from waylay import fetch, load, senders
from waylay.clock import RunClock
from waylay.errors import WaylayError
from waylay.model import Action, Scenario
from waylay.network import Network
from waylay.pacer import Pacer
from waylay.pcap import Filter
from waylay.wait import wait_for

DEFAULT_GUARD = 10.0
ASK_SECONDS = 5.0  # for one try of a command that is a condition
ASK_PAUSE = 0.05  # between two


class StepFailed(WaylayError):
    """A step did not bring what the scenario expects of it."""


@dataclass
class Stage:
    """What all steps of a run share."""

    scenario: Scenario
    network: Network
    clock: RunClock
    scratch: Path
    pacer: Pacer
    fetched: dict[str, fetch.Fetched] = field(default_factory=dict)


class Background:
    """A fetch, load or command that was started and waits for its join.

    What it says goes to files: nobody reads it before the join, and a pipe that is full
    would hold it up.
    """

    def __init__(
        self, verb: str, item: dict[str, Any], tag: str, argv: list[str], scratch: Path, begin: int
    ) -> None:
        self.verb = verb
        self.item = item
        self.tag = tag
        self.begin = begin
        self.said = (scratch / f"{tag}.out", scratch / f"{tag}.err")
        with self.said[0].open("wb") as out, self.said[1].open("wb") as err:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def done(self) -> subprocess.CompletedProcess[str]:
        """Of one that has ended: its exit code, and what it said on standard output and error."""
        texts = [file.read_text(encoding="utf-8", errors="replace") for file in self.said]
        for file in self.said:
            file.unlink()
        return subprocess.CompletedProcess([], self.process.returncode, *texts)

    def kill(self) -> None:
        """End it with all that it started: mnexec gave it a session of its own.

        What made itself another session lives on, and ends with the run.
        """
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            self.process.kill()
        self.process.wait()


class Doing:
    """Carries out the actions of a step, as often as the step happens."""

    def __init__(self, stage: Stage, step: str) -> None:
        self.stage = stage
        self.network = stage.network
        self.step = step
        self.since = 0
        self.spawned = 0
        self.background: dict[str, Background] = {}
        self.found: dict[str, Any] = {}  # what joins the step's record
        self.said: Optional[str] = None  # the last action's own words

    def perform(self, actions: tuple[Action, ...]) -> None:
        """All actions in order; raises WaylayError at the first that fails."""
        self.since = self.stage.clock.now()
        try:
            for action in actions:
                getattr(self, "do_" + action.verb)(action.arguments)
            self.network.check_programs()
        finally:
            self._abandon()

    def _abandon(self) -> None:
        """End what a failed step left in the background."""
        for work in self.background.values():
            work.kill()
            work.done()
        self.background.clear()

    def do_fetch(self, item: dict[str, Any]) -> None:
        self._finish(self._spawn("fetch", item))

    def do_load(self, item: dict[str, Any]) -> None:
        self._finish(self._spawn("load", item))

    def do_exec(self, item: dict[str, Any]) -> None:
        self._finish(self._spawn("exec", item))

    def do_start(self, item: dict[str, Any]) -> None:
        verb = next(verb for verb in ("fetch", "load", "exec") if verb in item)
        self.background[item["as"]] = self._spawn(verb, item[verb])

    def do_join(self, name: str) -> None:
        self._finish(self.background.pop(name))

    def do_mark(self, name: str) -> None:
        self.stage.pacer.mark(f"{self.step}.{name}")

    def do_link(self, item: dict[str, Any]) -> None:
        self.network.set_link(item["link"], item["from"], item["to"])

    def do_capture(self, item: dict[str, Any]) -> None:
        self.network.capture(item["link"], item["on"])

    def do_program(self, item: dict[str, Any]) -> None:
        node, deed = item["node"], item["do"]
        if deed == "signal":
            self.network.signal_program(node, signal.Signals["SIG" + item["signal"]])
        if deed in ("stop", "restart"):
            self.network.stop_program(node)
        if deed == "kill":
            self.network.kill_program(node)
        if deed in ("start", "restart"):
            self.network.start_program(node)

    def do_send(self, item: dict[str, Any]) -> None:
        told = senders.send(self.network, item, self.stage.clock.now)
        self.found.setdefault("sent", []).append(told)
        self.said = f"{told['frames']} packets sent"

    def do_until(self, item: dict[str, Any]) -> None:
        guard = item.get("within", DEFAULT_GUARD)
        if "capture" in item:
            self._until_captured(item, guard)
        elif "listening" in item:
            where = item["listening"]
            self.network.wait_listening(where["node"], where["port"], guard)
        elif "log" in item:
            self._until_logged(item["log"], guard)
        elif "exec" in item:
            self._until_succeeds(item["exec"], guard)
        else:
            if not self.stage.pacer.sees_mark(item["mark"], round(guard * 1e9)):
                what = f"the mark {item['mark']}: it did not come"
                raise StepFailed(f"waited up to {guard:g} s for {what}")

    def _until_captured(self, item: dict[str, Any], guard: float) -> None:
        capture = self.network.find_capture(item["capture"])
        text = re.sub(r"\$([a-z][a-z0-9]*)", self._addresses, item.get("filter", ""))
        expression, wanted = Filter(text), int(item.get("count", 1))

        # Captures are not converted yet: within a run the clocks agree far better
        # than the time between a step's start and its first packet.
        count = capture.counter(expression, self.since)

        def captured() -> bool:
            return count() >= wanted

        wait_for(f"packet {wanted} of '{text}' on {capture.name}", guard, captured)

    def _addresses(self, match: re.Match[str]) -> str:
        addresses = [str(i.address) for i in self.network.layout.of(match.group(1))]
        return addresses[0] if len(addresses) == 1 else "(" + " or ".join(addresses) + ")"

    def _until_logged(self, item: dict[str, Any], guard: float) -> None:
        expression = re.compile(item["line"], re.MULTILINE)
        logs = self.network.logs

        def logged() -> bool:
            files = [*logs.glob(f"{item['node']}-*.log"), *logs.glob(f"{item['node']}-*.jsonl")]
            return any(expression.search(file.read_text(errors="replace")) for file in files)

        wait_for(f"'{item['line']}' in a log of {item['node']}", guard, logged)

    def _until_succeeds(self, item: dict[str, Any], guard: float) -> None:
        node = self.network.nodes[item["node"]]
        argv = ["sh", "-c", item["command"]]
        self.network.journal(item["node"], f"until {shlex.join(argv)}")

        def succeeds() -> bool:
            try:
                done = subprocess.run(
                    node.inside(argv),
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=min(guard, ASK_SECONDS),
                )
            except subprocess.TimeoutExpired:
                return False
            if done.returncode != 0:
                time.sleep(ASK_PAUSE)
            return done.returncode == 0

        wait_for(f"'{item['command']}' to succeed in {item['node']}", guard, succeeds)

    def _spawn(self, verb: str, item: dict[str, Any]) -> Background:
        tag = f"{self.step}-{self.spawned}"
        self.spawned += 1
        if verb == "fetch":
            argv = fetch.command(item, self.stage.scratch, tag)
        elif verb == "load":
            file = self.network.logs / f"{item['node']}-load-{tag}.conf"
            file.write_text(load.configuration(item))
            argv = load.command(item, file)
        else:
            argv = ["sh", "-c", item["command"]]
        self.network.journal(item["node"], shlex.join(argv))
        argv = self.network.nodes[item["node"]].inside(argv)
        return Background(verb, item, tag, argv, self.stage.scratch, self.stage.clock.now())

    def _finish(self, work: Background) -> None:
        default = load.DEFAULT_SECONDS if work.verb == "load" else fetch.DEFAULT_SECONDS
        guard = work.item.get("within", default)
        try:
            # curl keeps the guard itself, and says so better than a kill would.
            grace = 5 if work.verb == "fetch" else 0
            work.process.wait(timeout=guard + grace)
        except subprocess.TimeoutExpired:
            work.kill()
            done = work.done()
            if work.verb == "load":  # what there was of it is told all the same
                self._judge_load(work, done)
            raise StepFailed(f"{work.verb} in {work.item['node']} took over {guard:g} s") from None
        fault = getattr(self, "_judge_" + work.verb)(work, work.done())
        if fault:
            raise StepFailed(fault)

    def _judge_fetch(
        self, work: Background, done: subprocess.CompletedProcess[str]
    ) -> Optional[str]:
        log = self.network.logs / f"{work.item['node']}-curl-{work.tag}.log"
        log.write_text(done.stderr)
        got = fetch.collect(work.item, self.stage.scratch, work.tag, done)
        fetched = self.stage.fetched
        fetched[self.step] = got
        self.said = got.describe()
        self.found["fetch"] = got.summary()
        self.found.setdefault("fetches", []).append(got.summary())
        faults = fetch.judge(work.item, got, fetched, self.stage.scenario)
        got.body.unlink(missing_ok=True)  # it is in memory, and its digest is known
        return "; ".join(faults) or None

    def _judge_load(
        self, work: Background, done: subprocess.CompletedProcess[str]
    ) -> Optional[str]:
        file = self.network.logs / f"{work.item['node']}-load-{work.tag}.jsonl"
        file.write_text(done.stdout)
        told = load.summary(work.item, done.stdout, self.stage.clock.now() - work.begin)
        self.found["load"] = told
        self.said = load.describe(told)
        return load.judge(work.item, told)

    def _judge_exec(
        self, work: Background, done: subprocess.CompletedProcess[str]
    ) -> Optional[str]:
        wanted = work.item.get("exit", 0)
        if done.returncode == wanted:
            return None
        said = (done.stderr or done.stdout).strip()
        command = work.item["command"]
        return f"{work.item['node']}: '{command}' ended with {done.returncode}: {said}"
