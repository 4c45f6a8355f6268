# SPDX-License-Identifier: BSD-2-Clause
"""What a scenario file may contain, as JSON schemas.

One schema for the file and one for each action of a step. Beside the standard
keywords each carries `expected`: the words with which a complaint ends. Only
form is judged here; whether names exist and fit together is scenario.py's.
"""
from __future__ import annotations

from waylay import linkspec
from waylay.forms import Schema, choice, integer, mapping, named, text
from waylay.linkspec import BOOLEAN

# Interface names are <node>-<peer>, and Linux allows 15 characters.
NODE_NAME = "^[a-z][a-z0-9]{0,6}$"
STEP_NAME = "^[a-z][a-z0-9-]*$"
ROLES = ("client", "router", "proxy", "origin", "host")
SERVERS = ("waylay-origin", "nginx", "none")


NAME = text("the name of a node, such as c1", NODE_NAME)
STEP = text("a name of small letters, digits and '-'", STEP_NAME)
PORT = integer(1, 65535, "a port (1 to 65535)")
GUARD: Schema = {
    "type": "number",
    "exclusiveMinimum": 0,
    "maximum": 600,
    "expected": "seconds, above 0 and up to 600",
}
ADDRESS = text("an IPv4 address", r"^\d{1,3}(\.\d{1,3}){3}$")

OBJECT = mapping(
    {
        "size": integer(0, 1 << 30, "bytes (0 to 1073741824)"),
        "max_age": integer(0, 31536000, "seconds (0 to 31536000)"),
    },
    ("size",),
)

NODE = mapping(
    {
        "role": choice(ROLES),
        "config": {"type": "object", "expected": "a mapping of the program's own keys"},
        "program": text("'none', or the program to start instead"),
        "server": choice(SERVERS),
        "objects": named("^/", OBJECT, "paths to the objects that nginx serves"),
    },
    ("role",),
)

LINK = mapping(
    {
        "ends": {
            "type": "array",
            "items": NAME,
            "minItems": 2,
            "maxItems": 2,
            "expected": "a list of two nodes",
        },
        "subnet": text("an IPv4 prefix, such as 10.0.1.0/24", r"^[\d.]+/\d+$"),
        "mtu": integer(576, 65535, "bytes (576 to 65535)"),
        "wire": linkspec.WIRE,
        "capture": BOOLEAN,
    },
    ("ends", "subnet"),
)

SERVICE = mapping(
    {"port": PORT, "node": NAME, "redirected": BOOLEAN, "listening": BOOLEAN},
    ("port", "node", "redirected"),
)

EXPECT = mapping(
    {
        "status": integer(100, 599, "an HTTP status (100 to 599)"),
        "curl_exit": {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 99},
                {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
            ],
            "expected": "an exit code of curl (0 to 99), or a list of them",
        },
        "refused": {"const": True, "expected": "true"},
        "headers": named("^[A-Za-z0-9-]+$", text("a regular expression"), "header fields"),
        "size": integer(0, 1 << 40, "bytes"),
        "same_body_as": STEP,
    }
)

# The actions of steps. Steps are written `name: x` with one of these beside it.
ACTIONS: dict[str, Schema] = {
    "fetch": mapping(
        {
            "node": NAME,
            "url": text("an http URL", r"^http://[^\s]+$"),
            "method": text("an HTTP method", r"^[A-Z]+$"),
            "headers": named("^[A-Za-z0-9-]+$", {"type": "string"}, "header fields"),
            "expect": EXPECT,
            "within": GUARD,
        },
        ("node", "url"),
    ),
    "exec": mapping(
        {
            "node": NAME,
            "command": text("a command line"),
            "exit": integer(0, 255, "an exit code (0 to 255)"),
            "within": GUARD,
        },
        ("node", "command"),
    ),
    "until": mapping(
        {
            "capture": text("the name of a link, such as c1-r1"),
            "filter": text("a libpcap filter expression"),
            "count": integer(1, 1000000, "a number of packets, from 1"),
            "listening": mapping({"node": NAME, "port": PORT}, ("node", "port")),
            "log": mapping({"node": NAME, "line": text("a regular expression")}, ("node", "line")),
            "within": GUARD,
        }
    ),
    "mark": STEP,
    "join": STEP,
}

# What a step may also be: work in the background, and a sequence of the others.
START = mapping(
    {"as": STEP, "fetch": ACTIONS["fetch"], "exec": ACTIONS["exec"]},
    ("as",),
)

PARAMETER_NAME = "^[a-z][a-z0-9_]*$"
# The types of parameters, and how JSON schemas call them.
PARAMETER_TYPES = ("string", "integer", "number", "boolean")
SCALAR: Schema = {"type": list(PARAMETER_TYPES), "expected": "a text, a number, true or false"}

PARAMETERS: Schema = {
    "type": "object",
    "propertyNames": {
        "pattern": PARAMETER_NAME,
        "expected": "a name of small letters, digits and '_'",
    },
    "additionalProperties": mapping(
        {
            "type": choice(PARAMETER_TYPES),
            "default": SCALAR,
            "description": text("what the parameter is for"),
        },
        ("type",),
    ),
    "expected": "a mapping of names to parameters",
}

SWEEP = mapping(
    {
        "grid": named(
            PARAMETER_NAME,
            {"type": "array", "items": SCALAR, "minItems": 1, "expected": "a list of values"},
            "parameters to lists of values",
        ),
        "list": {
            "type": "array",
            "items": named(PARAMETER_NAME, SCALAR, "parameters to values"),
            "minItems": 1,
            "expected": "a list of mappings of parameters to values",
        },
    }
)

SCENARIO = mapping(
    {
        "extends": text("the scenario file that this one extends"),
        "name": text("a name of small letters, digits and '-'", STEP_NAME),
        "description": {"type": "string", "expected": "a text"},
        "seed": integer(0, (1 << 63) - 1, "a number (0 to 9223372036854775807)"),
        "repeat": integer(1, 10000, "a number of runs (1 to 10000)"),
        "parameters": PARAMETERS,
        "sweep": SWEEP,
        "nodes": named(NODE_NAME, NODE, "names to nodes"),
        "links": {
            "type": "array",
            "items": LINK,
            "minItems": 1,
            "expected": "a list of links",
        },
        "services": {
            "type": "object",
            "additionalProperties": SERVICE,
            "propertyNames": {"pattern": STEP_NAME, "expected": "a name of small letters"},
            "expected": "a mapping of names to services",
        },
        "steps": {
            "type": "array",
            "items": {"type": "object", "expected": "a step: a name and an action"},
            "minItems": 1,
            "expected": "a list of steps",
        },
        "expectations": {
            "type": "array",
            "items": {"type": ["string", "object"], "expected": "an expectation's name"},
            "expected": "a list of expectations",
        },
    },
    ("name", "nodes", "links", "steps"),
)


# What the published schema says beyond this: files are judged as they are
# written, before parameters have values and before they are merged.
DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE: Schema = {"type": "string", "pattern": r"\$\{[a-z][a-z0-9_]*\}"}
LITERAL = ("extends", "parameters", "sweep")
APPENDABLE = ("links", "steps", "expectations")


def published() -> Schema:
    """One JSON schema for scenario files as they are written."""
    properties: Schema = dict(SCENARIO["properties"])
    step = {key: _open(rules) for key, rules in {**ACTIONS, "start": START}.items()}
    action = {
        "type": "object",
        "properties": step,
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }
    done = {"type": "array", "items": action, "minItems": 1}
    steps = {
        "type": "object",
        "properties": {"name": STEP, **step, "do": done},
        "required": ["name"],
        "minProperties": 2,
        "maxProperties": 2,
        "additionalProperties": False,
    }
    properties["steps"] = {**properties["steps"], "items": steps}
    whole = {k: v if k in LITERAL else _open(v) for k, v in properties.items()}
    lists = {f"{key}+": whole[key] for key in APPENDABLE}
    complete = {"required": SCENARIO["required"], "properties": _closed(whole)}
    return {
        "$schema": DIALECT,
        "title": "A scenario of Waylay",
        "type": "object",
        "properties": {**{key: {} for key in whole}, **lists},
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        # A file that extends another may hold any part of the whole.
        "then": {"properties": {"extends": whole["extends"]}},
        "else": {**complete, "not": {"anyOf": [{"required": [key]} for key in lists]}},
    }


def _closed(properties: Schema) -> Schema:
    return {key: rules for key, rules in properties.items() if key != "extends"}


def _open(rules: Schema) -> Schema:
    """The rules, with ${name} allowed wherever a single value stands."""
    changed = dict(rules)
    if "properties" in rules:
        changed["properties"] = {name: _open(inner) for name, inner in rules["properties"].items()}
    for key in ("items", "additionalProperties", "then", "else"):
        if isinstance(rules.get(key), dict):
            changed[key] = _open(rules[key])
    if rules.get("type") in ("object", "array") or "then" in rules:
        return changed
    return {"anyOf": [changed, REFERENCE]}


if __name__ == "__main__":  # how scenarios/schema.json is made
    import json

    print(json.dumps(published(), indent=2))
