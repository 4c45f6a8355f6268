# SPDX-License-Identifier: BSD-2-Clause
"""scenarios/schema.json: one JSON Schema for scenario files, for editors.

    python3 -m waylay.publish > scenarios/schema.json

Files are judged by it as they are written: before parameters have values, so
`${name}` may stand for any single value, and before they are merged, so a file
that extends another may hold any part of the whole. What occurs in several
places, or is large, stands once under $defs.
"""
from __future__ import annotations

import json
from typing import Any

from waylay import linkspec, packets, schema
from waylay.forms import Schema

WIDTH = 100
DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE: Schema = {"type": "string", "pattern": r"\$\{[a-z][a-z0-9_]*\}"}

# name under $defs -> the rules that stand there
SHARED: dict[str, Schema] = {
    "node-name": schema.NAME,
    "step-name": schema.STEP,
    "mark-name": schema.MARK,
    "link-name": schema.LINK_NAME,
    "port": schema.PORT,
    "seconds": schema.GUARD,
    "boolean": linkspec.BOOLEAN,
    "true": schema.TRUE,
    "url": schema.URL,
    "status": schema.STATUS,
    "headers": schema.HEADERS,
    "command": schema.COMMAND,
    "file": linkspec.FILE,
    "probability": linkspec.PROBABILITY,
    "duration": linkspec.DURATION,
    "rate": linkspec.PARAMETERS["rate"],
    "size": linkspec.PARAMETERS["burst"],
    "jitter": linkspec.PARAMETERS["jitter"],
    "loss": linkspec.PARAMETERS["loss"],
    "reorder": linkspec.PARAMETERS["reorder"],
    "queue": linkspec.PARAMETERS["queue"],
    "overhead": linkspec.PARAMETERS["overhead"],
    "mtu": linkspec.PARAMETERS["mtu"],
    "link-parameters": linkspec.BOTH,
    "link-change": schema.ACTIONS["link"]["properties"]["change"],
    "wire": linkspec.WIRE,
    "byte": packets.BYTE,
    "short": packets.SHORT,
    "long": packets.LONG,
    "hex": packets.HEX,
    "host": packets.HOST,
    "checksum": packets.CHECKSUM,
    "route": packets.ROUTE,
    "ip": packets.IP,
    "tcp": packets.TCP,
    "udp": packets.UDP,
    "payload": packets.PAYLOAD,
    "packet": packets.FORM,
    "node": schema.NODE,
    "link": schema.LINK,
    "service": schema.SERVICE,
    "scalar": schema.SCALAR,
    **{f"do-{verb}": rules for verb, rules in schema.ACTIONS.items() if len(str(rules)) > 300},
    "do-start": schema.START,
    **{f"time-{key}": rules for key, rules in schema.TIMES.items() if key != "at"},
}
# Inside what is about parameters themselves, nothing is a reference to one.
LITERAL_DEFS = ("scalar",)


def _key(rules: Schema) -> str:
    return json.dumps(rules, sort_keys=True)


NAMES = {_key(rules): name for name, rules in SHARED.items()}


def published() -> Schema:
    """The whole schema."""
    whole = {
        key: _told(rules, literal=key in schema.LITERAL)
        for key, rules in schema.SCENARIO["properties"].items()
    }
    whole["steps"] = {**whole["steps"], "items": {"$ref": "#/$defs/step"}}
    whole["timeline"] = {**whole["timeline"], "items": {"$ref": "#/$defs/timed-step"}}
    lists = {f"{key}+": whole[key] for key in schema.APPENDABLE}
    complete = {key: rules for key, rules in whole.items() if key != "extends"}
    return {
        "$schema": DIALECT,
        "title": "A scenario of Waylay",
        "type": "object",
        "properties": {**dict.fromkeys(whole, {}), **lists},
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        "then": {"properties": {"extends": whole["extends"]}},
        "else": {
            "required": schema.SCENARIO["required"],
            "properties": complete,
            "not": {"anyOf": [{"required": [key]} for key in lists]},
        },
        "$defs": {
            "reference": REFERENCE,
            **_steps(),
            **{
                name: _told(rules, literal=name in LITERAL_DEFS, top=True)
                for name, rules in SHARED.items()
            },
        },
    }


def _steps() -> Schema:
    """A step: its name, one action or several, and its time."""
    verbs = {verb: _told(rules) for verb, rules in schema.VERBS.items()}
    action = {
        "type": "object",
        "properties": verbs,
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }
    several = {"type": "array", "items": {"$ref": "#/$defs/action"}, "minItems": 1}
    times = {key: _told(rules) for key, rules in schema.TIMES.items()}
    one = {"oneOf": [{"required": [verb]} for verb in (*verbs, "do")]}
    step = {
        "type": "object",
        "properties": {"name": _told(schema.STEP), **times, **verbs, "do": several},
        "required": ["name"],
        "additionalProperties": False,
        **one,
        "not": {"required": ["at", "after"]},
    }
    timed = {"$ref": "#/$defs/step", "anyOf": [{"required": [key]} for key in times]}
    return {"action": action, "step": step, "timed-step": timed}


def _told(rules: Any, literal: bool = False, top: bool = False) -> Any:
    """The rules as they are published: shared ones by name, ours by standard keywords,
    and unless they are `literal` with ${name} allowed wherever a single value stands."""
    if not isinstance(rules, dict):
        return rules
    name = NAMES.get(_key(rules))
    if name is not None and not top:
        return {"$ref": f"#/$defs/{name}"}
    changed = {key: value for key, value in rules.items() if key not in ("expected", "quantity")}
    if not changed.get("required", True):
        del changed["required"]
    if "properties" in rules:
        inner = rules["properties"].items()
        changed["properties"] = {key: _told(value, literal) for key, value in inner}
    for key in ("items", "additionalProperties", "then", "else"):
        if key in rules:
            changed[key] = _told(rules[key], literal)
    if "propertyNames" in rules:
        changed["propertyNames"] = {"pattern": rules["propertyNames"]["pattern"]}
    whole = literal or rules.get("type") in ("object", "array") or "then" in rules
    if not whole:
        changed = {"anyOf": [changed, {"$ref": "#/$defs/reference"}]}
    said = rules.get("expected")
    return {"description": said, **changed} if said and not name_of_keys(str(said)) else changed


def name_of_keys(said: str) -> bool:
    """Whether a description only repeats the keys that stand below it anyway."""
    return said.startswith("a mapping with the keys")


def printed(value: Any, indent: int = 0) -> str:
    """JSON whose mappings and lists stand on one line where they fit there."""
    line = json.dumps(value)
    if not isinstance(value, (dict, list)) or indent + len(line) <= WIDTH:
        return line
    if isinstance(value, list):
        parts = [printed(item, indent + 2) for item in value]
    else:
        parts = [f"{json.dumps(key)}: {printed(inner, indent + 2)}" for key, inner in value.items()]
    start, end = ("{", "}") if isinstance(value, dict) else ("[", "]")
    space = " " * (indent + 2)
    return f"{start}\n{space}" + f",\n{space}".join(parts) + f"\n{' ' * indent}{end}"


if __name__ == "__main__":
    print(printed(published()))
