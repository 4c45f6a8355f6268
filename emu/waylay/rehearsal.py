# SPDX-License-Identifier: BSD-2-Clause
"""Expectations, judged once before a run: of a run on whose links nothing happens.

Whether a name in them stands for anything (a node, a link's end, a service, a parameter,
a mark) shows only beside the names of a run, and these are known before it begins. So
the folder that a run of the scenario leaves is made with its names and without captures,
and waylay-assert judges it. What it says of names is told before anything is started;
that its rules fail there says nothing.

What programs count is known only when they have ended: a name that could be a counter's
(`$r1_pushed`, where r1 is a node) is taken to be one.
"""
from __future__ import annotations

import difflib
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Iterable, Optional

import yaml

from waylay.errors import BadInput
from waylay.expectations import included, name_of
from waylay.layout import Layout
from waylay.model import Scenario

Json = dict[str, Any]

NAME = re.compile(r"\$\{?([A-Za-z]\w*)")
# As the judge finds it (analysis/lang/name.c).
LACK = re.compile(r"no (mark|name) '([^']*)'(?:: (did you mean '.*'\?))?")
SHOWN = 12  # marks, in a message


def rehearse(scenarios: Iterable[Scenario], program: Optional[str]) -> None:
    """Judge what the scenarios expect by their names alone; raises BadInput."""
    if program is None:
        return
    seen = set()
    for scenario in scenarios:
        items, bindings = _items(scenario), _bindings(scenario)
        key = json.dumps([items, bindings], sort_keys=True)
        if items and key not in seen:
            seen.add(key)
            _judge(scenario, items, bindings, program)


def marks(scenario: Scenario) -> list[str]:
    """All that a run of the scenario can leave."""
    found = []
    for step in (*scenario.steps, *scenario.timeline):
        own = [str(one.arguments) for one in step.actions if one.verb == "mark"]
        found += [f"{step.name}.{mark}" for mark in ("start", *own, "end", "paused")]
    return found


def _items(scenario: Scenario) -> list[Any]:
    """What stands under `expectations:`, with absolute paths."""
    items = list(scenario.source.get("expectations") or [])
    for place, path in scenario.expected.items():
        item, name = items[int(place[1])], str(path.absolute())
        items[int(place[1])] = {name: item[name_of(item)]} if isinstance(item, dict) else name
    return items


def _bindings(scenario: Scenario) -> Json:
    layout = Layout(scenario)
    return {
        "version": 1,
        "nodes": layout.bindings_nodes(),
        "links": layout.bindings_links(),
        "services": layout.bindings_services(),
        "marks": dict.fromkeys(marks(scenario), 0),
        "numbers": dict.fromkeys(_counters(scenario), 0),
        "clock": {"offset": 0, "uncertainty": 0},
    }


def _counters(scenario: Scenario) -> list[str]:
    """Names in the files that could be what the program of a node counts."""
    texts = {
        file: file.read_text(encoding="utf-8", errors="replace")
        for path in scenario.expected.values()
        for file in included(path)
    }
    names = {name for text in texts.values() for name in NAME.findall(text)}
    return sorted(name for name in names if name.partition("_")[0] in scenario.nodes)


def _judge(scenario: Scenario, items: list[Any], bindings: Json, program: str) -> None:
    with tempfile.TemporaryDirectory(prefix="waylay-names-") as name:
        folder = Path(name)
        (folder / "scenario.yaml").write_text(yaml.safe_dump({"expectations": items}))
        (folder / "bindings.json").write_text(json.dumps(bindings))
        argv = [program, "--json", "--no-evidence", name]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
    if done.returncode == 2:
        raise BadInput(_as_named(scenario, done.stderr.strip()))
    try:
        judged: list[Json] = json.loads(done.stdout)["expectations"]
    except (ValueError, KeyError):
        return  # nothing to judge; what is broken beyond names is told with the run
    known = marks(scenario)
    wrong = [said for one in judged if (said := _what_lacks(one, known))]
    if wrong:
        raise BadInput(_as_named(scenario, "\n".join(wrong)))


def _what_lacks(judged: Json, known: list[str]) -> Optional[str]:
    """What an expectation asks for that no run of the scenario has; `known`: all marks."""
    lacks = LACK.fullmatch(str(judged.get("found")))
    if lacks is None:
        return None
    place = f"{judged['file']}:{judged['line']}"
    if lacks[1] == "name":
        return f"{place}: nothing is called '{lacks[2]}'" + (f": {lacks[3]}" if lacks[3] else "")
    near = difflib.get_close_matches(lacks[2], known, n=1)
    others = [mark for mark in known if not mark.endswith(".paused")]
    more = ", …" if len(others) > SHOWN else ""
    meant = f"did you mean '{near[0]}'?" if near else f"expected {', '.join(others[:SHOWN])}{more}"
    return f"{place}: no step leaves the mark '{lacks[2]}': {meant}"


def _as_named(scenario: Scenario, said: str) -> str:
    """Files as the scenario's own path leads to them."""
    for path in scenario.expected.values():
        said = said.replace(str(path.absolute()), str(path))
    return said
