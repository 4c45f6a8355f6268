# SPDX-License-Identifier: BSD-2-Clause
"""The steps of a scenario, carried out one after the other.

Each step leaves the marks <name>.start and <name>.end and a record in
results.json. A step that fails ends the sequence: what comes later would be
judged under conditions that the scenario did not foresee, so it is skipped.
"""
from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
from pathlib import Path
from typing import Any, Callable, Optional

from waylay import fetch
from waylay.clock import RunClock
from waylay.errors import WaylayError
from waylay.network import Network
from waylay.pcap import Filter
from waylay.scenario import Scenario, Step
from waylay.wait import wait_for

DEFAULT_GUARD = 10.0


class StepFailed(WaylayError):
    """A step did not bring what the scenario expects of it."""


class Background:
    """A fetch or command that was started and waits for its join."""

    def __init__(self, verb: str, item: dict[str, Any], tag: str, process: Any) -> None:
        self.verb = verb
        self.item = item
        self.tag = tag
        self.process: subprocess.Popen[str] = process

    def kill(self) -> None:
        """End it with all that it started: mnexec gave it a session of its own."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            self.process.kill()
        self.process.communicate()


class Performer:
    """Carries out steps in a network and collects their records and marks.

    `after_step` is called with each step's record as soon as it is complete.
    """

    def __init__(
        self,
        scenario: Scenario,
        network: Network,
        clock: RunClock,
        scratch: Path,
        after_step: Callable[[dict[str, Any]], None],
    ) -> None:
        self.scenario = scenario
        self.network = network
        self.clock = clock
        self.scratch = scratch
        self.after_step = after_step
        self.marks: dict[str, int] = {}
        self.records: list[dict[str, Any]] = []
        self.fetched: dict[str, fetch.Fetched] = {}
        self.background: dict[str, Background] = {}
        self.step = ""
        self.since = 0

    def perform(self) -> None:
        """All steps; failures are in the records, not raised."""
        failed = False
        for step in self.scenario.steps:
            record = self._skip(step) if failed else self._perform_one(step)
            failed = record["verdict"] != "passed"
            self.records.append(record)
            self.after_step(record)

    def _skip(self, step: Step) -> dict[str, Any]:
        record = {"name": step.name, "verdict": "skipped", "start": None, "end": None}
        return {**record, "detail": "an earlier step failed"}

    def _perform_one(self, step: Step) -> dict[str, Any]:
        self.step, fault = step.name, None
        self.since = self.marks[f"{step.name}.start"] = self.clock.now()
        try:
            for action in step.actions:
                getattr(self, "do_" + action.verb)(action.arguments)
            self.network.check_programs()
        except WaylayError as error:
            fault = str(error)
        finally:
            self._abandon()
            end = self.marks[f"{step.name}.end"] = self.clock.now()
        got = self.fetched.get(step.name)
        record: dict[str, Any] = {
            "name": step.name,
            "verdict": "failed" if fault else "passed",
            "detail": fault or (got.describe() if got else "done"),
            "start": self.since,
            "end": end,
        }
        if got:
            record["fetch"] = got.summary()
        return record

    def _abandon(self) -> None:
        """End what a failed step left in the background."""
        for work in self.background.values():
            work.kill()
        self.background.clear()

    def do_fetch(self, item: dict[str, Any]) -> None:
        self._finish(self._spawn("fetch", item))

    def do_exec(self, item: dict[str, Any]) -> None:
        self._finish(self._spawn("exec", item))

    def do_start(self, item: dict[str, Any]) -> None:
        verb = "fetch" if "fetch" in item else "exec"
        self.background[item["as"]] = self._spawn(verb, item[verb])

    def do_join(self, name: str) -> None:
        self._finish(self.background.pop(name))

    def do_mark(self, name: str) -> None:
        self.marks[f"{self.step}.{name}"] = self.clock.now()

    def do_until(self, item: dict[str, Any]) -> None:
        guard = item.get("within", DEFAULT_GUARD)
        if "capture" in item:
            self._until_captured(item, guard)
        elif "listening" in item:
            where = item["listening"]
            self.network.wait_listening(where["node"], where["port"], guard)
        else:
            self._until_logged(item["log"], guard)

    def _until_captured(self, item: dict[str, Any], guard: float) -> None:
        capture = self.network.captures[item["capture"]]
        text = re.sub(r"\$([a-z][a-z0-9]*)", self._addresses, item.get("filter", ""))
        expression, wanted = Filter(text), int(item.get("count", 1))
        # Captures are not converted yet: within a run the clocks agree far better
        # than the time between a step's start and its first packet.
        wait_for(
            f"packet {wanted} of '{text}' on {capture.link}",
            guard,
            lambda: capture.count(expression, self.since) >= wanted,
        )

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

    def _spawn(self, verb: str, item: dict[str, Any]) -> Background:
        tag = f"{self.step}-{len(self.background)}"
        if verb == "fetch":
            argv = fetch.command(item, self.scratch, tag)
        else:
            argv = ["sh", "-c", item["command"]]
        self.network.journal(item["node"], shlex.join(argv))
        process = subprocess.Popen(
            self.network.nodes[item["node"]].inside(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        return Background(verb, item, tag, process)

    def _finish(self, work: Background) -> None:
        guard = work.item.get("within", fetch.DEFAULT_SECONDS)
        try:
            # curl keeps the guard itself, and says so better than a kill would.
            grace = 5 if work.verb == "fetch" else 0
            out, err = work.process.communicate(timeout=guard + grace)
        except subprocess.TimeoutExpired:
            work.kill()
            raise StepFailed(f"{work.verb} in {work.item['node']} took over {guard:g} s") from None
        done = subprocess.CompletedProcess([], work.process.returncode, out, err)
        fault = self._judge_fetch(work, done) if work.verb == "fetch" else _judge_exec(work, done)
        if fault:
            raise StepFailed(fault)

    def _judge_fetch(
        self, work: Background, done: subprocess.CompletedProcess[str]
    ) -> Optional[str]:
        log = self.network.logs / f"{work.item['node']}-curl-{work.tag}.log"
        log.write_text(done.stderr)
        got = fetch.collect(work.item, self.scratch, work.tag, done)
        self.fetched[self.step] = got
        return "; ".join(fetch.judge(work.item, got, self.fetched, self.scenario)) or None


def _judge_exec(work: Background, done: subprocess.CompletedProcess[str]) -> Optional[str]:
    wanted = work.item.get("exit", 0)
    if done.returncode == wanted:
        return None
    said = (done.stderr or done.stdout).strip()
    command = work.item["command"]
    return f"{work.item['node']}: '{command}' ended with {done.returncode}: {said}"
