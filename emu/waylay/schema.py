# SPDX-License-Identifier: BSD-2-Clause
"""What a scenario file may contain, as JSON schemas.

One schema for the file and one for each action of a step. Beside the standard
keywords each carries `expected`: the words with which a complaint ends. Only
form is judged here; whether names exist and fit together is scenario.py's.
"""
from __future__ import annotations

from waylay import linkspec, packets
from waylay.forms import Schema, choice, integer, listed, mapping, named, one_of, text
from waylay.linkspec import BOOLEAN
from waylay.model import SNAPLEN_MAX, SNAPLEN_MIN

# Interface names are <node>-<peer>, and Linux allows 15 characters.
NODE_NAME = "^[a-z][a-z0-9]{0,6}$"
STEP_NAME = "^[a-z][a-z0-9-]*$"
# Of steps and marks: <step>.<mark> has at most 63 characters (analysis/assert/bindings.h).
LABEL = "^[a-z][a-z0-9-]{0,30}$"
MARK_NAME = r"^[a-z][a-z0-9-]{0,30}\.[a-z][a-z0-9-]{0,30}$"
MEASURE_NAME = "^[a-z][a-z0-9_-]*$"
HOST_NAME = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$"
ROLES = ("client", "router", "proxy", "origin", "host")
SERVERS = ("waylay-origin", "nginx", "none")
PROGRAM_DEEDS = ("stop", "kill", "start", "restart", "signal")
SIGNALS = ("HUP", "INT", "USR1", "USR2", "STOP", "CONT")

STEP_FIGURES = ("duration", "lateness")
FETCH_FIGURES = ("time_connect", "time_starttransfer", "time_total", "size", "status")
LOAD_FIGURES = ("p50", "p90", "p99", "max", "mean", "rate", "requests", "failures", "bytes")
WIRE_FIGURES = (
    "in",
    "out",
    "dropped",
    "duplicated",
    "held",
    "device_drops",
    "lateness.p50",
    "lateness.p99",
    "lateness.max",
    "rate.configured",
    "rate.achieved",
)


NAME = text("the name of a node, such as c1", NODE_NAME)
STEP = text("a name of small letters, digits and '-', at most 31", LABEL)
LINK_NAME = text("the name of a link, such as c1-r1")
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

SNAPLEN = integer(SNAPLEN_MIN, SNAPLEN_MAX, f"bytes ({SNAPLEN_MIN} to {SNAPLEN_MAX})")

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
        "snaplen": SNAPLEN,
    },
    ("ends", "subnet"),
)

SERVICE = mapping(
    {"port": PORT, "node": NAME, "redirected": BOOLEAN, "listening": BOOLEAN},
    ("port", "node", "redirected"),
)

STATUS = integer(100, 599, "an HTTP status (100 to 599)")
URL = text("an http URL", r"^http://[^\s]+$")
HEADERS = named("^[A-Za-z0-9-]+$", {"type": "string"}, "header fields")
COMMAND = text("a command line")
TRUE: Schema = {"const": True, "expected": "true"}

EXPECT = mapping(
    {
        "status": STATUS,
        "curl_exit": {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 99},
                {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
            ],
            "expected": "an exit code of curl (0 to 99), or a list of them",
        },
        "refused": TRUE,
        "headers": named("^[A-Za-z0-9-]+$", text("a regular expression"), "header fields"),
        "size": integer(0, 1 << 40, "bytes"),
        "same_body_as": STEP,
    }
)

MARK = text("a mark, such as hit.end", MARK_NAME)

# The actions of steps. Steps are written `name: x` with one of these beside it.
ACTIONS: dict[str, Schema] = {
    "fetch": mapping(
        {
            "node": NAME,
            "url": URL,
            "method": text("an HTTP method", r"^[A-Z]+$"),
            "headers": HEADERS,
            "expect": EXPECT,
            "within": GUARD,
        },
        ("node", "url"),
    ),
    "load": mapping(
        {
            "node": NAME,
            "urls": listed(URL, "http URLs"),
            "requests": integer(1, 100000, "a number of requests (1 to 100000)"),
            "concurrency": integer(1, 256, "how many at once (1 to 256)"),
            "connections": choice(("kept", "fresh")),
            "headers": HEADERS,
            "expect": mapping(
                {
                    "statuses": listed(STATUS, "HTTP statuses"),
                    "failures": integer(0, 100000, "how many may fail (0 to 100000)"),
                }
            ),
            "within": GUARD,
        },
        ("node", "urls", "requests"),
    ),
    "exec": mapping(
        {
            "node": NAME,
            "command": COMMAND,
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
            "exec": mapping({"node": NAME, "command": COMMAND}, ("node", "command")),
            "mark": MARK,
            "within": GUARD,
        }
    ),
    "link": mapping(
        {
            "link": LINK_NAME,
            "from": NAME,
            "down": TRUE,
            "up": TRUE,
            "change": {**linkspec.BOTH, "minProperties": 1},
        },
        ("link",),
    ),
    "capture": mapping({"link": LINK_NAME, "on": BOOLEAN}, ("link", "on")),
    "program": mapping(
        {
            "node": NAME,
            "do": choice(PROGRAM_DEEDS),
            "signal": choice(SIGNALS),
        },
        ("node", "do"),
    ),
    "send": mapping(
        {
            "node": NAME,
            "link": LINK_NAME,
            "packets": {**listed(packets.FORM, "packets"), "maxItems": 64},
            "times": integer(1, 10000, "how often (1 to 10000)"),
            "spacing": linkspec.DURATION,
        },
        ("node", "link", "packets"),
    ),
    "mark": STEP,
    "join": STEP,
}

# What a step may also be: work in the background, and a sequence of the others.
BACKGROUND = ("fetch", "load", "exec")
START = mapping({"as": STEP, **{verb: ACTIONS[verb] for verb in BACKGROUND}}, ("as",))
VERBS: dict[str, Schema] = {**ACTIONS, "start": START}

# When a step begins; each may stand beside its action.
TIMES: dict[str, Schema] = {
    "at": linkspec.DURATION,
    "after": mapping({"step": STEP, "mark": MARK, "plus": linkspec.DURATION}),
    "every": mapping(
        {"period": linkspec.DURATION, "times": integer(1, 10000, "how often (1 to 10000)")},
        ("period", "times"),
    ),
}

# Figures that `measures` can name, by where they come from.
MEASURES: dict[str, Schema] = {
    "step": mapping({"step": STEP, "figure": choice(STEP_FIGURES)}, ("step", "figure")),
    "span": mapping({"from": MARK, "to": MARK}, ("from", "to")),
    "fetch": mapping({"step": STEP, "figure": choice(FETCH_FIGURES)}, ("step", "figure")),
    "load": mapping({"step": STEP, "figure": choice(LOAD_FIGURES)}, ("step", "figure")),
    "wire": mapping(
        {"link": LINK_NAME, "from": NAME, "figure": choice(WIRE_FIGURES)},
        ("link", "from", "figure"),
    ),
    "counter": mapping({"node": NAME, "name": text("the name of a counter")}, ("node", "name")),
}

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
        "snaplen": SNAPLEN,
        "parameters": PARAMETERS,
        "sweep": SWEEP,
        "nodes": named(NODE_NAME, NODE, "names to nodes"),
        "links": {
            "type": "array",
            "items": LINK,
            "minItems": 1,
            "expected": "a list of links",
        },
        "hosts": {
            "type": "object",
            "additionalProperties": text("a node, or an IPv4 address", r"^[a-z0-9.]+$"),
            "propertyNames": {"pattern": HOST_NAME, "expected": "a host name in small letters"},
            "expected": "a mapping of host names to nodes or addresses",
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
        "timeline": {
            "type": "array",
            "items": {"type": "object", "expected": "a step with its time"},
            "maxItems": 64,
            "expected": "a list of at most 64 steps, each with its time",
        },
        "measures": {
            "type": "object",
            "additionalProperties": one_of(MEASURES),
            "propertyNames": {"pattern": MEASURE_NAME, "expected": "a name of small letters"},
            "expected": "a mapping of names to figures",
        },
        "expectations": {
            "type": "array",
            "items": {"type": ["string", "object"], "expected": "an expectation's name"},
            "expected": "a list of expectations",
        },
    },
    ("name", "nodes", "links", "steps"),
)

# Parts of files that extend others may be put behind what was there, as `steps+`.
APPENDABLE = ("links", "steps", "timeline", "expectations")
# Where ${name} is no reference to a parameter: these are about parameters themselves.
LITERAL = ("extends", "parameters", "sweep")
