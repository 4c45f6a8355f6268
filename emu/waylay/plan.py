# SPDX-License-Identifier: BSD-2-Clause
"""From the command line to the list of runs: files, sweeps and repeats.

Everything that can be wrong with any of them is found here, before the first is
started. A kept run is planned from its own folder: its scenario.yaml is whole,
so no parameter is left in it, and its seed is the one that it ran with.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Optional, Sequence

from waylay import compose, configcheck, scenario as scenarios, words
from waylay.applications import find_programs
from waylay.errors import BadInput
from waylay.layout import Layout
from waylay.model import Scenario
from waylay.yamlmarks import load as load_yaml


# What a run's wires decided, in its folder.
DECISIONS_FILE = Path("logs/wire-decisions.jsonl")


@dataclass(frozen=True)
class Job:
    """One run that is to be."""

    scenario: Scenario
    paths: dict[str, str]  # of the nodes' programs
    group: str  # the same for all repeats of one run
    repeat: int = 1
    repeats: int = 1
    parameters: dict[str, Any] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)  # --program
    decisions: Optional[Path] = None  # a decision log that wires are to repeat

    @property
    def label(self) -> str:
        """As progress and tables name it."""
        return self.group + (f" #{self.repeat}" if self.repeats > 1 else "")

    def record(self) -> dict[str, Any]:
        """What the run's folder says of its place in the whole."""
        return {
            "parameters": self.parameters,
            "repeat": self.repeat,
            "repeats": self.repeats,
            "overrides": self.overrides,
        }


def scenario_file(path: Path) -> Path:
    """A scenario is named by its file, or by the folder that holds scenario.yaml."""
    if not path.is_dir():
        return path
    file = path / "scenario.yaml"
    if not file.exists():
        raise BadInput(
            f"{path}: found a folder without scenario.yaml, expected a scenario: "
            f"{path.parent}/*/scenario.yaml names all of them"
        )
    return file


def default_folders() -> list[Path]:
    """Where `waylay list` looks: ./scenarios, else those that we came with."""
    here = Path("scenarios")
    ours = Path(__file__).resolve().parents[2] / "scenarios"
    if here.is_dir():
        return [here]
    if ours.is_dir():
        return [ours]
    raise BadInput("waylay list: found no folder 'scenarios' here, expected one, or FOLDER")


def jobs(
    files: Sequence[Path],
    settings: dict[str, str],
    repeat: Optional[int],
    overrides: dict[str, str],
    find: bool = True,
) -> list[Job]:
    """The runs of files, in order: file by file, point by point, repeat by repeat.

    Unless `find`, programs are not looked for, and the runs cannot be started.
    """
    return [job for file in files for job in _of_file(file, settings, repeat, overrides, find)]


def _of_file(
    file: Path,
    settings: dict[str, str],
    repeat: Optional[int],
    overrides: dict[str, str],
    find: bool,
) -> Iterator[Job]:
    document = compose.read(scenario_file(file))
    points = compose.points(document, settings)
    for values in points:
        resolved = compose.resolve(document, values)
        scenario = scenarios.build(resolved)
        told = {n: v for n, v in values.items() if any(p.get(n) != v for p in points)}
        told.update({name: values[name] for name in settings})
        named = [scenario.name, *(f"{name}={value}" for name, value in told.items())]
        count = repeat or scenario.repeat
        paths = find_programs(scenario, overrides) if find else {}
        configcheck.check(resolved, scenario, paths)
        for number in range(1, count + 1):
            yield Job(scenario, paths, " ".join(named), number, count, values, overrides)


def again(run_dir: Path, overrides: dict[str, str], decided: bool = False) -> Job:
    """The run that a kept run's folder describes.

    The same seed and number give the same draws; with `decided` the wires repeat
    the log of that run instead, whatever the seed.
    """
    file = run_dir / "scenario.yaml"
    document = load_yaml(file)
    record = document.data.pop("run", None) if isinstance(document.data, dict) else None
    if not isinstance(record, dict):
        raise BadInput(f"--replay: found '{run_dir}', expected the folder of a run")
    kept = record.get("overrides") or {}
    scenario = scenarios.build(document)
    merged = {**kept, **overrides}
    paths = find_programs(scenario, merged)
    configcheck.check(document, scenario, paths)
    return Job(
        scenario,
        paths,
        f"{scenario.name} (again {record.get('id')})",
        int(record.get("repeat") or 1),
        int(record.get("repeats") or 1),
        parameters=record.get("parameters") or {},
        overrides=merged,
        decisions=_decisions(run_dir) if decided else None,
    )


def _decisions(run_dir: Path) -> Path:
    file = (run_dir / DECISIONS_FILE).resolve()
    if not file.is_file():
        raise BadInput(
            f"--decisions: found no {DECISIONS_FILE} in '{run_dir}', "
            "expected the folder of a run with wires"
        )
    return file


def listed(folders: Sequence[Path]) -> Iterator[tuple[Path, str, str]]:
    """(file, name, description) of each scenario in or below folders; in order.

    A scenario is a YAML file whose top is a mapping with nodes, or that extends
    one; other YAML files are passed over, broken scenarios raise BadInput.
    """
    for folder in folders:
        files = sorted(folder.rglob("*.yaml")) if folder.is_dir() else [folder]
        for file in files:
            data = load_yaml(file).data
            if isinstance(data, dict) and ("extends" in data or "nodes" in data):
                whole = compose.read(file).data
                yield file, str(whole.get("name", "")), str(whole.get("description", ""))


def describe(job: Job) -> str:
    """What the run would be: network, programs and steps."""
    layout, scenario = Layout(job.scenario), job.scenario
    lines = [f"{job.label} (seed {scenario.seed})", "  nodes"]
    for name, node in scenario.nodes.items():
        runs = f", runs {job.paths[name]}" if name in job.paths else ""
        lines.append(f"    {name:<8} {node.role}{runs}")
        for own in layout.of(name):
            address = f"{own.address}/{own.link.subnet.prefixlen}"
            lines.append(f"      {own.name:<15} {address:<18} to {own.peer}, MTU {own.link.mtu}")
        lines += [f"      route {' '.join(route.arguments())}" for route in layout.routes(name)]
    lines.append("  services")
    for service in scenario.services.values():
        how = "redirected" if service.redirected else "not redirected"
        lines.append(f"    {service.name:<8} {service.node}:{service.port}, {how}")
    lines += [f"    {name:<8} is {value}" for name, value in scenario.hosts.items()]
    wires = [line for link in scenario.links for line in words.of_wire(link)]
    lines += ["  wires", *(f"    {line}" for line in wires)] if wires else []
    for title, steps in (("steps", scenario.steps), ("beside the steps", scenario.timeline)):
        if steps:
            lines.append(f"  {title}")
            lines += [f"    {line}" for step in steps for line in words.of_step(step)]
    return "\n".join(lines)
