# SPDX-License-Identifier: BSD-2-Clause
"""The vocabulary of a wire's parameters, and whether they fit together.

One vocabulary for scenario files, WireLink in anyone's Mininet script, the
configuration of waylay-wire and `waylay ctl wire set`:

    delay: 10ms     jitter: {distribution: normal, deviation: 2ms, reorder: false}
    rate: 10Mbit    burst: 10kB    overhead: 24    or    trace: FILE (Mahimahi's)
    loss: 1%, or {bernoulli: 1%}, {gilbert-elliott: {…}}, {frames: [3, 7]}
    duplicate: 0.1% corrupt: 0.01% reorder: {probability: 1%, by: 5ms}
    queue: {packets: 100, bytes: 150kB, discipline: codel, ecn: true, …}
    mtu: 1500       down: true

`check` judges the parameters of a wire at a place of a document. For a mapping
that is no part of a file, `wire` takes it as it is and complains in the same way.
"""
from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Sequence

from waylay import forms
from waylay.forms import choice, integer, listed, mapping, mapping_or, one_of, quantity, text
from waylay.quantities import QUANTITIES
from waylay.yamlmarks import Document, Place

Parameters = dict[str, Any]

DISTRIBUTIONS = ("uniform", "normal", "pareto", "paretonormal", "table")
DISCIPLINES = ("drop-tail", "codel", "red")
MOST_FRAMES = 100_000  # numbers in a list of losses
MOST_TABLE = 1 << 20  # values in a table of deviations
TABLE_VALUES = range(-(1 << 15), 1 << 15)
TRACE_MS_MOST = 1_000_000_000  # eleven days, as emu/wire/trace.c reads
RED_DEFAULTS = {"min": "30kB", "max": "90kB"}  # way_parameters_default
BOOLEAN: forms.Schema = {"type": "boolean", "expected": "true or false"}
FILE = text("the path of a file, from the scenario file's folder")
PROBABILITY = quantity("probability")
DURATION = quantity("duration")

GILBERT_ELLIOTT = mapping(
    dict.fromkeys(("to_bad", "to_good", "loss_in_bad", "loss_in_good"), PROBABILITY)
)
FRAMES = listed(integer(1, (1 << 53), "the number of a frame, from 1"), "numbers of frames")

PARAMETERS: forms.Schema = {
    "delay": DURATION,
    "jitter": mapping(
        {
            "distribution": choice(DISTRIBUTIONS),
            "deviation": DURATION,
            "table": FILE,
            "reorder": BOOLEAN,
        }
    ),
    "rate": quantity("rate"),
    "burst": quantity("size"),
    "overhead": quantity("overhead"),
    "trace": FILE,
    "loss": mapping_or(
        one_of(
            {
                "bernoulli": PROBABILITY,
                "gilbert-elliott": GILBERT_ELLIOTT,
                "frames": {**FRAMES, "maxItems": MOST_FRAMES},
            }
        ),
        PROBABILITY,
    ),
    "duplicate": PROBABILITY,
    "corrupt": PROBABILITY,
    "reorder": mapping({"probability": PROBABILITY, "by": DURATION}),
    "queue": mapping(
        {
            "packets": integer(0, 1 << 31, "a number of packets; 0: no bound"),
            "bytes": quantity("size"),
            "discipline": choice(DISCIPLINES),
            "ecn": BOOLEAN,
            "target": DURATION,
            "interval": DURATION,
            "min": quantity("size"),
            "max": quantity("size"),
            "probability": PROBABILITY,
            "weight": PROBABILITY,
        }
    ),
    "mtu": integer(0, 65535, "bytes of a packet (0 to 65535; 0: any)"),
    "down": BOOLEAN,
}
# Keys that mean nothing without the one that they belong to.
OF_DISCIPLINE = {
    "ecn": ("codel", "red"),
    "target": ("codel",),
    "interval": ("codel",),
    "min": ("red",),
    "max": ("red",),
    "probability": ("red",),
    "weight": ("red",),
}
# Where a parameter is itself a mapping whose keys are overlaid one by one.
NESTED = ("jitter", "queue", "reorder")

BOTH = mapping(PARAMETERS)
WIRE = mapping(
    {
        **PARAMETERS,
        "from": {
            "type": "object",
            "additionalProperties": BOTH,
            "minProperties": 1,
            "expected": "a mapping of the link's ends to parameters of what they send",
        },
    }
)


@dataclass(frozen=True)
class WireSpec:
    """The wire of a link: parameters of both directions, and over them of what each
    end sends. In the words of waylay-wire's configuration; paths are absolute."""

    both: Parameters = field(default_factory=dict)
    senders: dict[str, Parameters] = field(default_factory=dict)

    def of(self, sender: str) -> Parameters:
        """What holds for the frames that an end sends."""
        return overlay(self.both, self.senders.get(sender, {}))

    def config(self) -> dict[str, Any]:
        """The part `both` and `from` of a link in waylay-wire's configuration."""
        told: dict[str, Any] = {"both": self.both} if self.both else {}
        return {**told, **({"from": self.senders} if self.senders else {})}


def overlay(below: Parameters, above: Parameters) -> Parameters:
    """The parameters after some of them are set. Of rate and trace the last one counts."""
    merged = {**below, **above}
    for key in NESTED:
        if key in below and key in above:
            merged[key] = {**below[key], **above[key]}
    before, after = (_at(part, ("loss", "gilbert-elliott")) for part in (below, above))
    if before and after:
        merged["loss"] = {"gilbert-elliott": {**before, **after}}
    if "trace" in above and "rate" not in above:
        merged.pop("rate", None)
    elif "rate" in above and "trace" not in above:
        merged.pop("trace", None)
    return merged


def wire(parameters: Parameters, ends: Sequence[str], label: str = "wire") -> WireSpec:
    """The wire that a mapping describes; BadInput names `label`, the key and the value."""
    document = Document(label, dict(parameters))
    forms.check(document, (), WIRE)
    return read(document, (), ends)


def read(document: Document, place: Place, ends: Sequence[str]) -> WireSpec:
    """The wire at a place of a document, whose form is known to be right."""
    written = forms.value_at(document, place)
    for name in written.get("from", {}):
        if name not in ends:
            expected = "an end of the link: " + ", ".join(ends)
            raise document.error(place + ("from", name), name, expected, True)
    both = absolute(document, place, {k: v for k, v in written.items() if k != "from"})
    senders = {
        name: absolute(document, place + ("from", name), parameters)
        for name, parameters in written.get("from", {}).items()
    }
    check(document, place, both, {})
    for name, parameters in senders.items():
        check(document, place + ("from", name), parameters, both)
    return WireSpec(both, senders)


def absolute(document: Document, place: Place, parameters: Parameters) -> Parameters:
    """The parameters with the paths of their files made absolute; the files parse."""
    told = dict(parameters)
    for where, judge in FILES.items():
        inner = _at(told, where)
        if inner is None:
            continue
        path = path_of(document, place + where)
        try:
            fault = judge(path.read_text(encoding="ascii", errors="replace"))
        except OSError as error:
            raise document.error(
                place + where, inner, f"a file that can be read ({path}: {error.strerror})"
            ) from None
        if fault:
            raise document.error(place + where, inner, f"{fault} ({path})")
        if len(where) == 1:
            told[where[0]] = str(path)
        else:
            told[where[0]] = {**told[where[0]], where[1]: str(path)}
    return told


def files(document: Document, place: Place) -> Iterator[tuple[Place, Path]]:
    """The files that the parameters at a place name, and where they do."""
    parameters = forms.value_at(document, place)
    for where in FILES:
        if _at(parameters, where) is not None:
            yield place + where, path_of(document, place + where)


def path_of(document: Document, place: Place) -> Path:
    """The path that stands at a place, from the folder of the file that says it."""
    folder = os.path.dirname(document.locate(place)[0])
    return Path(os.path.abspath(os.path.join(folder, forms.value_at(document, place))))


def _at(parameters: Parameters, where: tuple[str, ...]) -> Any:
    value: Any = parameters
    for key in where:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def wrong_trace(content: str) -> str:
    """What is wrong with a trace of delivery opportunities; "" if nothing is."""
    last = 0
    for number, line in enumerate(content.splitlines(), 1):
        word = line.rstrip(" \t\r")
        if not (word.isascii() and word.isdigit()) or int(word) > TRACE_MS_MOST:
            return f"a trace of milliseconds, one whole number a line (line {number}: '{word}')"
        if int(word) < last:
            return f"a trace whose times ascend (line {number}: {word} after {last})"
        last = int(word)
    return "" if last > 0 else "a trace whose last time is above 0"


def wrong_table(content: str) -> str:
    """What is wrong with a table of deviations in netem's format; "" if nothing is."""
    values = 0
    for number, line in enumerate(content.splitlines(), 1):
        for word in line.partition("#")[0].split():
            values += 1
            if not word.lstrip("-").isdecimal() or int(word) not in TABLE_VALUES:
                return f"a table of numbers from -32768 to 32767 (line {number}: '{word}')"
    return "" if 0 < values <= MOST_TABLE else f"a table of 1 to {MOST_TABLE} numbers"


# The parameters that name files, and who says what is wrong with their content.
FILES = {("trace",): wrong_trace, ("jitter", "table"): wrong_table}


def check(document: Document, place: Place, own: Parameters, below: Parameters) -> None:
    """Judge whether parameters, set over others, fit together; complain where they stand."""
    for where, found, expected in misfits(own, below):
        raise document.error(place + where, found, expected)


Misfit = tuple[Place, Any, str]


def misfits(own: Parameters, below: Parameters) -> Iterator[Misfit]:
    """(where, what was found, what was expected) of all that does not fit."""
    whole = overlay(below, own)
    if "trace" in own and QUANTITIES["rate"].value(own.get("rate", 0)):
        yield ("trace",), own["trace"], "a rate or a trace, not both"
    if "jitter" in own:
        yield from _jitter_misfits(own["jitter"], whole["jitter"])
    reorder = whole.get("reorder", {})
    if "reorder" in own and QUANTITIES["probability"].value(reorder.get("probability", 0)):
        if not QUANTITIES["duration"].value(reorder.get("by", 0)):
            yield ("reorder",), own["reorder"], "by how much frames are held back (by: 5ms)"
    model = _at(whole, ("loss", "gilbert-elliott"))
    if "loss" in own and model is not None and not {"to_bad", "to_good"} <= set(model):
        yield ("loss", "gilbert-elliott"), model, "the keys to_bad and to_good"
    frames = _at(own, ("loss", "frames")) or []
    for index, number in enumerate(frames[1:], 1):
        if number <= frames[index - 1]:
            yield ("loss", "frames", index), number, f"a number above {frames[index - 1]}"
    if "queue" in own:
        yield from _queue_misfits(own["queue"], whole["queue"])


def _jitter_misfits(own: Parameters, jitter: Parameters) -> Iterator[Misfit]:
    distribution = jitter.get("distribution", "table" if "table" in own else "uniform")
    if "table" in own and distribution != "table":
        yield ("jitter", "table"), own["table"], "no table, or the distribution 'table'"
    if distribution == "table" and "table" not in jitter:
        yield ("jitter",), own, "a table for the distribution 'table'"
    if "deviation" not in jitter:
        yield ("jitter",), own, "a deviation, such as deviation: 2ms"


def _queue_misfits(own: Parameters, queue: Parameters) -> Iterator[Misfit]:
    discipline = queue.get("discipline", "drop-tail")
    for key, disciplines in OF_DISCIPLINE.items():
        if key in own and discipline not in disciplines:
            expected = "this key only where discipline is " + " or ".join(disciplines)
            yield ("queue", key), own[key], expected
    for key in ("target", "interval"):
        if key in own and not QUANTITIES["duration"].value(own[key]):
            yield ("queue", key), own[key], "a duration above 0"
    if discipline == "red":
        low, high = (QUANTITIES["size"].value({**RED_DEFAULTS, **queue}[k]) for k in ("min", "max"))
        assert low is not None and high is not None
        if not 0 < low < high:
            yield ("queue",), f"min {low:g}, max {high:g}", "0 < min < max"
