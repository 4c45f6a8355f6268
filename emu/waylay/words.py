# SPDX-License-Identifier: BSD-2-Clause
"""Actions and steps in words, for plans that people read before a run."""
from __future__ import annotations

from typing import Any, Iterator

from waylay import load
from waylay.model import Action, LinkSpec, Step
from waylay.yamlmarks import shorten


def of_action(action: Action) -> str:
    """One line, such as "c1 fetches http://o1/a"."""
    told = SAYINGS[action.verb](action.arguments)
    return shorten(told, 100)


def _load(item: dict[str, Any]) -> str:
    at_once = item.get("concurrency", load.DEFAULT_CONCURRENCY)
    return f"{item['node']} fetches {item['requests']} times, {at_once} at once: {item['urls'][0]}"


def _until(item: dict[str, Any]) -> str:
    if "capture" in item:
        count = item.get("count", 1)
        what = f"'{item['filter']}'" if "filter" in item else "any packet"
        return f"wait until {item['capture']} has carried {what}, {count} times"
    if "listening" in item:
        return f"wait until {item['listening']['node']} listens on {item['listening']['port']}"
    if "log" in item:
        return f"wait until {item['log']['node']} logs '{item['log']['line']}'"
    if "exec" in item:
        return f"wait until {item['exec']['node']}$ {item['exec']['command']} succeeds"
    return f"wait until the mark {item['mark']}"


def _link(item: dict[str, Any]) -> str:
    """As actioncheck.py made it of the file's words."""
    way = f", from {item['from']}," if item["from"] else ""
    changes = ", ".join(f"{key} {_short(value)}" for key, value in item["to"].items())
    if list(item["to"]) == ["down"]:
        changes = "goes down" if item["to"]["down"] else "comes up"
    return f"{item['link']}{way} {changes}"


def _short(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return "{" + ", ".join(f"{key}: {_short(inner)}" for key, inner in value.items()) + "}"


def _program(item: dict[str, Any]) -> str:
    deed = item["do"] + (f" {item['signal']}" if "signal" in item else "")
    return f"{item['node']}'s program: {deed}"


def _send(item: dict[str, Any]) -> str:
    count = len(item["packets"]) * item.get("times", 1)
    return f"{item['node']} sends {count} packets of its own making on {item['link']}"


def _start(item: dict[str, Any]) -> str:
    verb = next(verb for verb in ("fetch", "load", "exec") if verb in item)
    return f"start '{item['as']}': {SAYINGS[verb](item[verb])}"


SAYINGS: dict[str, Any] = {
    "fetch": lambda item: f"{item['node']} fetches {item['url']}",
    "load": _load,
    "exec": lambda item: f"{item['node']}$ {item['command']}",
    "until": _until,
    "link": _link,
    "capture": lambda item: f"capture {item['link']}: {'on' if item['on'] else 'off'}",
    "program": _program,
    "send": _send,
    "mark": lambda item: f"mark {item}",
    "start": _start,
    "join": lambda item: f"wait for '{item}'",
}


def of_step(step: Step) -> Iterator[str]:
    """Its name and time, then a line for each action; of one action on the same line."""
    when = f" ({step.when.words()})" if step.when.words() else ""
    if len(step.actions) == 1:
        yield f"{step.name}{when}: {of_action(step.actions[0])}"
        return
    yield f"{step.name}{when}:"
    yield from (f"  {of_action(action)}" for action in step.actions)


def of_wire(link: LinkSpec) -> Iterator[str]:
    """What a link's wire does to frames, each way; nothing of a plain link."""
    if link.wire is None:
        return
    for sender, receiver in (link.ends, link.ends[::-1]):
        parameters = link.wire.of(sender)
        said = ", ".join(f"{key} {_short(value)}" for key, value in parameters.items())
        yield f"{sender} to {receiver}: {said or 'as it comes'}"
