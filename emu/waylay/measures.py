# SPDX-License-Identifier: BSD-2-Clause
"""The figures that a scenario names under `measures`, found when the run has ended.

Pure but for reading counters files. Times are nanoseconds, sizes bytes, rates a
second. A figure that its source does not have is a fault, never a silent gap.
"""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterable, Optional, Sequence

from waylay.model import Measure

Json = dict[str, Any]


class Missing(Exception):
    """The source does not have the figure; the text says why."""


def gather(
    wanted: Sequence[Measure],
    records: Sequence[Json],
    marks: dict[str, int],
    wire: Optional[Json],
    logs: Path,
) -> tuple[Json, Optional[str]]:
    """Name -> figure of all that could be had, and what could not, in words.

    `records` are those of steps and timeline, `marks` the times of what they left, `wire`
    is waylay-wire's account, and `logs` the folder with the counters that programs left.
    """
    found: Json = {}
    faults = []
    by_name = {record["name"]: record for record in records}
    for one in wanted:
        try:
            if one.source == "span":
                found[one.name] = of_span(one.arguments, marks)
            elif one.source == "wire":
                found[one.name] = of_wire(one.arguments, wire)
            elif one.source == "counter":
                found[one.name] = of_counter(one.arguments, logs)
            else:
                step = by_name.get(one.arguments["step"], {})
                found[one.name] = SOURCES[one.source](step, one.arguments["figure"])
        except Missing as missing:
            faults.append(f"{one.name}: {missing}")
    return found, "\n".join(faults) or None


def of_step(record: Json, figure: str) -> Any:
    start, end = record.get("start"), record.get("end")
    if start is None or end is None:
        raise Missing("the step was not begun")
    if figure == "duration":
        return end - start
    if figure not in record:
        raise Missing("the step has no time of its own to be late for")
    return record[figure]


def of_span(arguments: Json, marks: dict[str, int]) -> int:
    """From one mark to another; of a step that happens several times, the last."""
    for mark in (arguments["from"], arguments["to"]):
        if mark not in marks:
            raise Missing(f"the mark {mark} was not left")
    span = marks[arguments["to"]] - marks[arguments["from"]]
    if span < 0:
        raise Missing(f"the mark {arguments['to']} came before {arguments['from']}")
    return span


def of_fetch(record: Json, figure: str) -> Any:
    fetch = record.get("fetch")
    if fetch is None:
        raise Missing("nothing was fetched")
    if figure in fetch:
        return fetch[figure]
    if figure not in fetch["curl"]:
        raise Missing("curl did not say it")
    return round(float(fetch["curl"][figure]) * 1e9)


def of_load(record: Json, figure: str) -> Any:
    load = record.get("load")
    if load is None:
        raise Missing("the load was not ended")
    if figure in load:
        return load[figure]
    if load["latency"] is None:
        raise Missing("no request was answered")
    return load["latency"][figure]


def of_wire(arguments: Json, wire: Optional[Json]) -> Any:
    value: Any = (wire or {}).get("links", {}).get(arguments["link"], {}).get(arguments["from"])
    for key in arguments["figure"].split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        raise Missing("the wire did not account for it")
    return value


def _counters(logs: Path, node: str) -> Json:
    """What the program of a node counted; raises Missing if it left nothing."""
    file = logs / f"{node}-counters.json"
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise Missing(f"{file.name}: {error}") from None


def of_counter(arguments: Json, logs: Path) -> Any:
    counters = _counters(logs, arguments["node"])
    if arguments["name"] not in counters:
        raise Missing(f"{arguments['node']}-counters.json has no '{arguments['name']}'")
    return counters[arguments["name"]]


def numbers(logs: Path, nodes: Iterable[str]) -> dict[str, int]:
    """What programs counted, for the expectations: <node>_<counter> to its value.

    A program that left no counters (it was killed, or has none) is left out: an
    expectation that names one of its numbers then fails, for it has no such name.
    """
    found = {}
    for node in nodes:
        try:
            counters = _counters(logs, node)
        except Missing:
            continue
        for name, value in counters.items():
            if name != "time" and type(value) is int:
                found[f"{node}_{name}"] = value
    return found


SOURCES = {"step": of_step, "fetch": of_fetch, "load": of_load}
