# SPDX-License-Identifier: BSD-2-Clause
"""From scenario files to one document: `extends`, `parameters` and `sweep`.

Three steps, in this order. `read` merges a file over the one that it extends,
and that over the next. `points` says which values the parameters take: one set
of them for each run of a sweep. `resolve` writes one set into the values of the
document. Every value keeps the file, line and column where it was written.

Merging: mappings merge key by key; anything else replaces what was there; a key
with nothing behind it (null) takes the key away; `steps+`, `links+` and
`expectations+` put their list behind the one that was there.

A text that is `${name}` and nothing else becomes the parameter's value with its
type; within a longer text the value is written out. `$${` stands for `${`. Keys
are never changed.
"""
from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any, Callable, Iterator

from waylay import forms, schema
from waylay.errors import BadInput
from waylay.yamlmarks import Document, Place, load

Values = dict[str, Any]

APPENDED = schema.APPENDABLE
# Where ${...} is plain text: these are about parameters themselves.
UNRESOLVED = schema.LITERAL
MOST_POINTS = 100000
REFERENCE = re.compile(r"\$(\$\{)|\$\{([^}]*)\}")

TYPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "string": (lambda v: isinstance(v, str), "a text"),
    "integer": (lambda v: isinstance(v, int) and not isinstance(v, bool), "a whole number"),
    "number": (lambda v: isinstance(v, (int, float)) and not isinstance(v, bool), "a number"),
    "boolean": (lambda v: isinstance(v, bool), "true or false"),
}
assert tuple(TYPES) == schema.PARAMETER_TYPES


def read(path: Path) -> Document:
    """A file merged over those that it extends; raises BadInput."""
    return _read(path, [])


def _read(path: Path, chain: list[Path]) -> Document:
    own = load(path)
    if not isinstance(own.data, dict) or "extends" not in own.data:
        return own
    target = own.data["extends"]
    if not isinstance(target, str) or not target:
        raise own.error(("extends",), target, "the path of a scenario file")
    chain = [*chain, path.resolve()]
    base_path = path.parent / target
    if base_path.resolve() in chain:
        files = [*chain, base_path.resolve()]
        shown = " -> ".join(str(file) for file in files)
        raise own.error(("extends",), target, f"a file outside this chain ({shown})")
    if not base_path.is_file():
        raise own.error(("extends",), target, f"a file that exists ({base_path} does not)")
    base = _read(base_path, chain)
    if not isinstance(base.data, dict):
        raise own.error(("extends",), target, "a file that holds a mapping")
    merged = Document(own.file, _merge(base, own, ()), {}, {})
    _keep_marks(merged, base, own)
    return merged


def _merge(base: Document, own: Document, place: Place) -> Any:
    """The value at a place where both have mappings."""
    result = dict(_at(base.data, place))
    for key, value in _at(own.data, place).items():
        plain = key[:-1] if key.endswith("+") else key
        inner = place + (key,)
        if not place and plain != key and plain in APPENDED:
            _must_be_list(own, inner, value)
            # What stands in `x+` of the base itself was merged when it was read.
            _must_be_list(own, inner, result.get(plain) or [])
            result[plain] = [*(result.get(plain) or []), *value]
        elif value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = _merge(base, own, inner)
        else:
            result[key] = value
    if not place:
        result.pop("extends", None)
    return result


def _must_be_list(document: Document, place: Place, value: Any) -> None:
    if not isinstance(value, list):
        raise document.error(place, value, "a list, to be put behind a list")


def _keep_marks(merged: Document, base: Document, own: Document) -> None:
    """Where each value of the merged document stands: in the later file that has it."""
    replaced = {place for place in own.values if not isinstance(_at(own.data, place), dict)}
    for target, marks in ((merged.values, base.values), (merged.keys, base.keys)):
        for place, mark in marks.items():
            if not any(place[:end] in replaced for end in range(len(place))):
                target[place] = mark
    for target, marks in ((merged.values, own.values), (merged.keys, own.keys)):
        for place, mark in marks.items():
            target[_moved(place, base)] = mark


def _moved(place: Place, base: Document) -> Place:
    """Where a place of the later file is in the merged one: `x+` goes behind `x`."""
    first = place[0] if place else None
    if not isinstance(first, str) or not first.endswith("+") or first[:-1] not in APPENDED:
        return place
    if len(place) == 1:
        return place
    before = len(base.data.get(first[:-1]) or [])
    assert isinstance(place[1], int)
    return (first[:-1], before + place[1], *place[2:])


def _at(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value


def points(document: Document, settings: dict[str, str]) -> list[Values]:
    """The values of the parameters, one set for each run of the sweep; at least one.

    A setting overrides the default, and fixes a parameter that is swept.
    """
    declared = _declared(document)
    fixed = {name: _set(document, declared, name, text) for name, text in settings.items()}
    found: list[Values] = []
    for swept in _swept(document, declared):
        values = {n: p["default"] for n, p in declared.items() if "default" in p}
        values.update(swept)
        values.update(fixed)
        for name in declared:
            if name not in values:
                raise document.error(
                    ("parameters", name), None, f"a default, or --set {name}=VALUE", True
                )
        if values not in found:
            found.append(values)
    return found


def _declared(document: Document) -> dict[str, Any]:
    data = document.data if isinstance(document.data, dict) else {}
    for key, rules in (("parameters", schema.PARAMETERS), ("sweep", schema.SWEEP)):
        if key in data:
            forms.check(document, (key,), rules)
    declared: dict[str, Any] = data.get("parameters", {})
    for name, item in declared.items():
        if "default" in item:
            _typed(document, ("parameters", name, "default"), item["default"], item["type"])
    return declared


def _typed(document: Document, place: Place, value: Any, kind: str) -> None:
    fits, expected = TYPES[kind]
    if not fits(value):
        raise document.error(place, value, f"{expected}, as the parameter's type is {kind}")


def _swept(document: Document, declared: dict[str, Any]) -> Iterator[Values]:
    """What the sweep sets, run by run; nothing, once, if there is no sweep."""
    sweep = document.data.get("sweep") if isinstance(document.data, dict) else None
    if sweep is None:
        yield {}
        return
    if len(sweep) != 1:
        raise document.error(("sweep",), ", ".join(sweep) or None, "one of grid and list")
    for place, name, value in _sweep_values(sweep):
        if name not in declared:
            raise document.error(place, name, _one_of(declared))
        _typed(document, place, value, declared[name]["type"])
    if "list" in sweep:
        yield from sweep["list"]
        return
    count = 1
    for values in sweep["grid"].values():
        count *= len(values)
    if count > MOST_POINTS:
        raise document.error(("sweep", "grid"), count, f"at most {MOST_POINTS} combinations")
    for combination in itertools.product(*sweep["grid"].values()):
        yield dict(zip(sweep["grid"], combination))


def _sweep_values(sweep: dict[str, Any]) -> Iterator[tuple[Place, str, Any]]:
    for name, values in sweep.get("grid", {}).items():
        for index, value in enumerate(values):
            yield ("sweep", "grid", name, index), name, value
    for index, item in enumerate(sweep.get("list", [])):
        for name, value in item.items():
            yield ("sweep", "list", index, name), name, value


def _one_of(declared: dict[str, Any]) -> str:
    return "a parameter: " + (", ".join(declared) or "the file declares none")


def _set(document: Document, declared: dict[str, Any], name: str, text: str) -> Any:
    """The value that --set gives, with the parameter's type."""
    if name not in declared:
        raise BadInput(f"--set: found '{name}', expected {_one_of(declared)} ({document.file})")
    kind = declared[name]["type"]
    try:
        return _converted(text, kind)
    except (ValueError, KeyError):
        raise BadInput(
            f"--set {name}: found '{text}', expected {TYPES[kind][1]}, "
            f"as the parameter's type is {kind}"
        ) from None


def _converted(text: str, kind: str) -> Any:
    if kind == "boolean":
        return {"true": True, "false": False}[text]
    if kind == "integer":
        return int(text)
    if kind == "number":
        value = float(text)
        if value - value != 0:  # infinite, or not a number
            raise ValueError(text)
        return int(value) if value.is_integer() else value
    return text


def resolve(document: Document, values: Values) -> Document:
    """The document with `values` in the places that name them; marks stay."""
    if not isinstance(document.data, dict):
        return document
    data = {
        key: value if key in UNRESOLVED else _resolved(document, (key,), value, values)
        for key, value in document.data.items()
    }
    return Document(document.file, data, document.values, document.keys)


def _resolved(document: Document, place: Place, value: Any, values: Values) -> Any:
    if isinstance(value, dict):
        return {k: _resolved(document, place + (k,), v, values) for k, v in value.items()}
    if isinstance(value, list):
        return [_resolved(document, place + (i,), v, values) for i, v in enumerate(value)]
    return _written(document, place, value, values) if isinstance(value, str) else value


def _written(document: Document, place: Place, text: str, values: Values) -> Any:
    def value_of(match: re.Match[str]) -> Any:
        name = match.group(2)
        if name not in values:
            raise document.error(place, match.group(0), f"{_one_of(values)} ($${{ is plain text)")
        return values[name]

    def shown(match: re.Match[str]) -> str:
        if match.group(1):
            return "${"
        value = value_of(match)
        return str(value).lower() if isinstance(value, bool) else str(value)

    whole = REFERENCE.fullmatch(text)
    return value_of(whole) if whole and not whole.group(1) else REFERENCE.sub(shown, text)
