# SPDX-License-Identifier: BSD-2-Clause
"""Judging the form of what a file says: JSON schemas that know what to complain.

Beside the standard keywords each schema carries `expected`, the words with which
a complaint ends, and may carry `quantity`, the kind of a value with a unit (see
quantities.py), whose bounds are judged too. The functions here make such schemas;
`check` applies one to a place of a document.
"""
from __future__ import annotations

import re
from typing import Any, Iterator

import jsonschema

from waylay.errors import BadInput
from waylay.quantities import QUANTITIES
from waylay.yamlmarks import Document, Mark, Place

Schema = dict[str, Any]


def text(expected: str, pattern: str = "") -> Schema:
    rule: Schema = {"type": "string", "minLength": 1, "expected": expected}
    return {**rule, "pattern": pattern} if pattern else rule


def integer(low: int, high: int, expected: str) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high, "expected": expected}


def choice(values: tuple[str, ...]) -> Schema:
    return {"enum": list(values), "expected": "one of " + ", ".join(values)}


def quantity(kind: str) -> Schema:
    """A value with a unit: a duration, rate, size or probability."""
    rules = QUANTITIES[kind]
    bare: Schema = {"type": "number", "minimum": 0} if rules.bare else {"const": 0}
    forms = [{"type": "string", "pattern": rules.pattern}, bare]
    return {"anyOf": forms, "quantity": kind, "expected": rules.expected}


def mapping(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        "expected": "a mapping with the keys " + ", ".join(properties),
    }


def one_of(properties: Schema) -> Schema:
    """A mapping with exactly one of several keys."""
    expected = "one of the keys " + ", ".join(properties)
    only = {"minProperties": 1, "maxProperties": 1, "expected": expected}
    return {**mapping(properties), **only}


def named(names: str, value: Schema, what: str) -> Schema:
    """A mapping whose keys the author chooses."""
    return {
        "type": "object",
        "propertyNames": {"pattern": names, "expected": f"a name that matches {names}"},
        "additionalProperties": value,
        "minProperties": 1,
        "expected": f"a mapping of {what}",
    }


def listed(items: Schema, what: str) -> Schema:
    return {"type": "array", "items": items, "minItems": 1, "expected": f"a list of {what}"}


def mapping_or(rules: Schema, otherwise: Schema) -> Schema:
    """A mapping by its rules, or else a single value: complaints are of the one meant."""
    return {"if": {"type": "object"}, "then": rules, "else": otherwise}


def _quantity(_validator: Any, kind: str, instance: Any, schema: Schema) -> Iterator[Any]:
    """The keyword `quantity`; a wrong form is the other keywords' to complain of."""
    value = QUANTITIES[kind].value(instance)
    if value is not None and value > QUANTITIES[kind].most:
        yield jsonschema.ValidationError(str(schema["expected"]))


def _pattern(validator: Any, pattern: str, instance: Any, _schema: Schema) -> Iterator[Any]:
    """The keyword `pattern`, as ECMA-262 has it: `$` is the very end, not before a newline."""
    if validator.is_type(instance, "string") and not matches(pattern, instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def matches(pattern: str, written: str) -> bool:
    """Whether a text matches a pattern of the schemas."""
    expression = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    return re.search(expression, written, re.ASCII) is not None


Validator: Any = jsonschema.validators.extend(
    jsonschema.Draft202012Validator, {"quantity": _quantity, "pattern": _pattern}
)


def value_at(document: Document, place: Place) -> Any:
    value = document.data
    for key in place:
        value = value[key]
    return value


def check(document: Document, place: Place, rules: Schema) -> None:
    """Judge the value at `place` by a schema; complain about the first fault."""
    errors = Validator(rules).iter_errors(value_at(document, place))
    # The first in the file; a misspelt key before the key that it leaves missing.
    ordered = sorted(errors, key=lambda error: bool(error.validator == "required"))
    faults = sorted((_fault(document, place, e) for e in ordered), key=lambda fault: fault[0])
    if faults:
        raise faults[0][1]


def _fault(document: Document, base: Place, error: Any) -> tuple[Mark, BadInput]:
    """The place (line and column) and the complaint of one schema error."""
    place = base + tuple(error.absolute_path)
    expected = str(error.schema.get("expected", error.message))
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        unknown = next(key for key in error.instance if key not in known)
        inner = place + (unknown,)
        complaint = document.error(inner, unknown, "one of the keys " + ", ".join(known), True)
        return document.locate(inner, True), complaint
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        rules = error.schema["properties"][missing]
        what = rules.get("expected", "a value")
        return document.locate(place), document.error(place + (missing,), None, what)
    if "propertyNames" in error.absolute_schema_path:
        inner = place + (error.instance,)
        complaint = document.error(inner, error.instance, expected, True)
        return document.locate(inner, True), complaint
    found = error.instance
    if error.validator in ("minProperties", "maxProperties"):
        found = ", ".join(error.instance) or None
    return document.locate(place), document.error(place, found, expected)


def known(document: Document, place: Place, name: str, names: Any, what: str) -> None:
    """Complain unless a name is one of those that the file has."""
    if name not in names:
        shown = ", ".join(names) or "there is none"
        raise document.error(place, name, f"a {what} of this file: {shown}")
