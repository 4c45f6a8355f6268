# SPDX-License-Identifier: BSD-2-Clause
"""YAML to plain values, with the line and column of each kept beside them.

A path is a tuple of keys and indices; `Document.mark` finds the place of the
value there, `Document.key_mark` that of the key that names it. A key that
occurs twice is an error here, because plain dictionaries would hide it.
"""
from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional, Tuple, Union

import yaml

from waylay.errors import BadInput

# libyaml's is many times faster, where PyYAML was built with it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# A parameter that stands in a flow collection without quotes.
BARE_REFERENCE = re.compile(r"[{\[,:]\s*(\$\{\w[\w.-]*\})")
MOST_VALUES = 1_000_000  # of a file, references to anchors written out

Key = Union[str, int]
Place = Tuple[Key, ...]
Mark = Tuple[str, int, int]  # file, line and column; from 1


@dataclass
class Document:
    """One file, or several merged into one: its values, and where each stands."""

    file: str
    data: Any = None
    values: dict[Place, Mark] = field(default_factory=dict)
    keys: dict[Place, Mark] = field(default_factory=dict)

    def error(self, place: Place, found: Any, expected: str, at_key: bool = False) -> BadInput:
        """The one form of every complaint about a scenario."""
        file, line, column = self.locate(place, at_key)
        name = ".".join(str(key) for key in place) or "(the file)"
        shown = "nothing" if found is None else f"'{shorten(found)}'"
        where = f"{file}:{line}:{column}" if self.values else file  # no file, no lines
        return BadInput(f"{where}: key '{name}': found {shown}, expected {expected}")

    def locate(self, place: Place, at_key: bool = False) -> Mark:
        """The mark of the place, or of the nearest thing around it."""
        if at_key and place in self.keys:
            return self.keys[place]
        while place and place not in self.values:
            place = place[:-1]
        return self.values.get(place, (self.file, 1, 1))


def shorten(value: Any, width: int = 60) -> str:
    """A value as a message shows it: short, on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= width else text[: width - 3] + "..."


def load(path: Path) -> Document:
    """Read a file; raises BadInput with file, line and column."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error
    return parse(text, str(path))


def parse(text: str, file: str) -> Document:
    """The document in `text`; `file` is what its complaints name."""
    document = Document(file)
    loader = LOADER(text)
    try:
        root = loader.get_single_node()
        if root is not None:
            document.data = _construct(loader, root, (), document)
    except yaml.MarkedYAMLError as error:
        raise BadInput(_syntax_message(file, text, error)) from error
    except yaml.YAMLError as error:
        raise BadInput(_reader_message(file, text, error)) from error
    except RecursionError:
        raise BadInput(f"{file}:1:1: not YAML that ends: it is nested too deeply") from None
    finally:
        loader.dispose()
    return document


def _syntax_message(file: str, text: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"{file}:1:1: not YAML: {error.problem or error.context}"
    lines = text.splitlines()
    hint = _hint(lines[mark.line] if mark.line < len(lines) else "", mark.column)
    where = f"{file}:{mark.line + 1}:{mark.column + 1}"
    return f"{where}: not YAML: {error.problem or error.context}{hint}"


def _hint(line: str, column: int) -> str:
    """Of faults whose cause YAML's own words do not name."""
    if line[column : column + 1] == "\t":
        return " (a tab: YAML wants spaces for indentation)"
    bare = BARE_REFERENCE.search(line)
    if bare is not None:
        return f' (inside {{...}} or [...] write it with quotes: "{bare.group(1)}")'
    return ""


def _reader_message(file: str, text: str, error: yaml.YAMLError) -> str:
    """Of characters that YAML does not allow; their place is a number of characters."""
    at = getattr(error, "position", 0) or 0
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    reason = getattr(error, "reason", None) or " ".join(str(error).split())
    return f"{file}:{line}:{column}: not YAML: {reason}"


def _construct(loader: Any, node: Any, place: Place, document: Document) -> Any:
    document.values[place] = _position(node, document)
    # References to anchors (&x, *x) can make a small file as large as one likes.
    if len(document.values) > MOST_VALUES:
        raise document.error(place, "one more", f"at most {MOST_VALUES} values")
    if isinstance(node, yaml.MappingNode):
        return _construct_mapping(loader, node, place, document)
    if isinstance(node, yaml.SequenceNode):
        return [
            _construct(loader, item, place + (index,), document)
            for index, item in enumerate(node.value)
        ]
    try:
        value = loader.construct_object(node)
    except ValueError as error:  # such as the 31st of June
        raise document.error(place, node.value, f"a value ({error})") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise document.error(place, node.value, "a finite number")
    # To JSON schemas 2.0 is a whole number, too; so it is one from here on.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _construct_mapping(loader: Any, node: Any, place: Place, document: Document) -> Any:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        inner = place + (str(key),)
        if key is None or key in mapping:
            first = document.keys[inner][1] if key in mapping else 0
            expected = f"each key once (line {first} has it)" if first else "a plain name as key"
            document.keys[inner] = _position(key_node, document)
            raise document.error(inner, key, expected, at_key=True)
        document.keys[inner] = _position(key_node, document)
        mapping[key] = _construct(loader, value_node, inner, document)
    return mapping


def _position(node: Any, document: Document) -> Mark:
    mark: Optional[Any] = node.start_mark
    return (document.file, mark.line + 1, mark.column + 1) if mark else (document.file, 1, 1)
