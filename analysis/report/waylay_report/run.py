# SPDX-License-Identifier: BSD-2-Clause
"""The folder that a run leaves, read into one value.

Nothing is ever written here, and nothing that is missing stops the report: what
could not be read is a line in `problems`, shown with everything else. So a run
that failed half-way has a report too, which is when one is needed most.
"""
from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Mapping, Optional

import yaml

from .flights import Decisions, pair
from .packets import Capture, Packet, read_capture

Json = Mapping[str, Any]


@dataclass
class Node:
    name: str
    role: str
    addresses: dict[str, str]  # by link


@dataclass
class Link:
    name: str
    ends: tuple[str, str]
    captures: tuple[str, ...] = ()  # by name: one, or for a link with a wire one an end
    wire: Optional[dict[str, Any]] = None  # its parameters as the scenario has them
    error: Optional[int] = None  # ns by which the wire was late at most


@dataclass
class Step:
    """A part of the scenario; it lasts until the next one begins, or the run is paused."""

    name: str
    start: int
    end: int
    until: int  # the next step's start, the pause after it, or the end of time
    verdict: str = ""
    detail: str = ""


@dataclass
class Run:
    """A run's folder. `log` has the access log's lines of all proxies, in order of time."""

    folder: Path
    scenario_text: str = ""
    scenario: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    bindings: dict[str, Any] = field(default_factory=dict)
    losses: dict[str, Any] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    captures: dict[str, Capture] = field(default_factory=dict)  # by the files' names
    decisions: Decisions = field(default_factory=Decisions)
    fidelity: dict[str, Any] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    timeline: list[Step] = field(default_factory=list)  # beside the steps; in order of start
    log: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)  # what others computed from the above

    @property
    def name(self) -> str:
        return str(self.bindings.get("scenario") or self.folder.resolve().parent.name)

    @property
    def id(self) -> str:
        return str(self.bindings.get("run") or self.folder.resolve().name)

    @property
    def uncertainty(self) -> int:
        """How wrong a capture's stamp may be on the run's clock, nanoseconds."""
        return integer(mapping(self.bindings.get("clock")).get("uncertainty")) or 0

    @cached_property
    def packets(self) -> list[Packet]:
        """All packets of all links in order of time; each once a link, also what was lost."""
        packets: list[Packet] = []
        for link in self.links.values():
            files = [self.captures[name] for name in link.captures]
            packets += pair(files, self.decisions) if len(files) == 2 else files[0].packets
        return sorted(packets, key=lambda p: (p.time, p.link, p.frame))

    def seen_by(self, role: str) -> list[Packet]:
        """What nodes of a role sent, arrived or not, and all else that arrived, at their times.

        A packet between such a node and another has the time at which that node had it.
        """
        seen = [p for p in self.packets if not p.lost or self.role(p.sender) == role]
        if all(p.left is None for p in seen):
            return seen
        own = [replace(p, time=p.start) if self.role(p.sender) == role else p for p in seen]
        return sorted(own, key=lambda p: (p.time, p.link, p.frame))

    def role(self, node: Optional[str]) -> str:
        return self.nodes[node].role if node in self.nodes else ""

    def of_role(self, role: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.role == role]

    def links_of(self, role: str) -> set[str]:
        """The links that have a node of that role at an end."""
        return {
            link.name
            for link in self.links.values()
            if role in [self.role(end) for end in link.ends]
        }

    def addresses_of(self, role: str) -> set[str]:
        return {a for node in self.of_role(role) for a in node.addresses.values()}

    def step(self, name: str) -> Optional[Step]:
        return next((step for step in self.steps if step.name == name), None)


END_OF_TIME = 2**63 - 1


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[dict[str, Any]]:
    """The mappings of a list; what is none is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def integer(value: Any) -> Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_json(run: Run, name: str) -> dict[str, Any]:
    try:
        return mapping(json.loads((run.folder / name).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        run.problems.append(f"{name}: {error}")
        return {}


def read_scenario(run: Run) -> None:
    """The text as it stands, and what it says."""
    try:
        run.scenario_text = (run.folder / "scenario.yaml").read_text(encoding="utf-8")
        run.scenario = mapping(yaml.safe_load(run.scenario_text))
    except (OSError, ValueError, yaml.YAMLError) as error:
        run.problems.append(f"scenario.yaml: {error}")


def read_nodes_and_links(run: Run) -> None:
    for name, node in mapping(run.bindings.get("nodes")).items():
        addresses = {k: str(v) for k, v in mapping(mapping(node).get("addresses")).items()}
        run.nodes[name] = Node(name, str(mapping(node).get("role", "")), addresses)
    for name, link in mapping(run.bindings.get("links")).items():
        ends = mapping(link).get("ends")
        if isinstance(ends, list) and len(ends) == 2:
            error = integer(mapping(mapping(link).get("timing")).get("error"))
            pair_of_ends = (str(ends[0]), str(ends[1]))
            run.links[name] = Link(name, pair_of_ends, wire=wire_of(run, ends), error=error)


def wire_of(run: Run, ends: list[Any]) -> Optional[dict[str, Any]]:
    """A link's wire, as the scenario that was run describes it."""
    for link in items(run.scenario.get("links")):
        if link.get("ends") == ends and "wire" in link:
            return mapping(link["wire"])
    return None


def read_captures(run: Run) -> None:
    nodes = mapping(run.bindings.get("nodes"))
    for name, link in run.links.items():
        described = mapping(mapping(run.bindings.get("links")).get(name))
        macs = {
            str(mapping(mapping(nodes.get(end)).get("macs")).get(name, "")).lower(): end
            for end in link.ends
        }
        both = mapping(described.get("captures"))
        files = {f"{name}@{end}": (end, both.get(end)) for end in link.ends if end in both}
        if len(files) != 2:
            files = {name: ("", described.get("capture", f"captures/{name}.pcap"))}
        link.captures = tuple(files)
        for file, (end, path) in files.items():
            run.captures[file] = read_capture(run.folder / str(path), name, macs, end)
            note_capture(run, file)


def note_capture(run: Run, name: str) -> None:
    capture = run.captures[name]
    if capture.problem:
        run.problems.append(f"capture cut short: {capture.problem}")
    if capture.undecodable:
        run.problems.append(f"{name}: {capture.undecodable} frames are no whole IPv4")
    strangers = sum(1 for p in capture.packets if not p.sender or not p.receiver)
    if strangers:
        run.problems.append(f"{name}: {strangers} packets of an unknown sender, not drawn")


def read_steps(run: Run) -> None:
    """Steps by their marks; what results.json says of them is added.

    What went on beside them, in the timeline, does not divide the run.
    """
    marks = mapping(run.bindings.get("marks"))
    beside = {str(item.get("name")) for item in items(run.results.get("timeline"))}
    names = [name.removesuffix(".start") for name in marks if name.endswith(".start")]
    run.timeline = steps_of(run, "timeline", [name for name in names if name in beside])
    run.steps = steps_of(run, "steps", [name for name in names if name not in beside])
    for step, following in zip(run.steps, run.steps[1:]):
        step.until = following.start
    for step in run.steps:
        step.until = min(step.until, integer(marks.get(f"{step.name}.paused")) or END_OF_TIME)


def steps_of(run: Run, part: str, names: list[str]) -> list[Step]:
    """Those of a part of results.json and of the given marks that were begun, in order."""
    marks = mapping(run.bindings.get("marks"))
    said = {str(item.get("name")): item for item in items(run.results.get(part))}
    found = []
    for name in [*names, *(name for name in said if name not in names)]:
        entry = said.get(name, {})
        start = integer(marks.get(f"{name}.start")) or integer(entry.get("start"))
        end = integer(marks.get(f"{name}.end")) or integer(entry.get("end")) or END_OF_TIME
        if start is None:
            continue
        verdict, detail = str(entry.get("verdict", "")), str(entry.get("detail") or "")
        found.append(Step(name, start, end, END_OF_TIME, verdict, detail))
    return sorted(found, key=lambda step: step.start)


def read_log(run: Run) -> None:
    for path in sorted((run.folder / "logs").glob("*-access.jsonl")):
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            try:
                entry = json.loads(line)
            except ValueError:
                entry = None
            if isinstance(entry, dict):
                run.log.append({**entry, "line": f"{path.name}:{number}"})
            else:
                run.problems.append(f"{path.name}:{number}: no JSON object")
    run.log.sort(key=lambda entry: integer(entry.get("time")) or 0)


def read_decisions(run: Run) -> None:
    """What wires did on purpose; a run without wires has no such log."""
    path = run.folder / "logs" / "wire-decisions.jsonl"
    if not path.exists():
        return
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if isinstance(entry, dict):
            run.decisions.add(entry)
        else:
            run.problems.append(f"{path.name}:{number}: no JSON object")


def read_run(folder: Path) -> Run:
    """Reads the folder. Raises FileNotFoundError only when it is none."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no run's folder")
    run = Run(folder)
    run.results = read_json(run, "results.json")
    run.bindings = read_json(run, "bindings.json")
    run.losses = read_json(run, "captures/losses.json")
    if (folder / "fidelity.json").exists():
        run.fidelity = read_json(run, "fidelity.json")
    read_scenario(run)
    read_nodes_and_links(run)
    read_decisions(run)
    read_captures(run)
    read_steps(run)
    read_log(run)
    return run
