# SPDX-License-Identifier: BSD-2-Clause
"""The colours of a style sheet, written into the SVG elements themselves.

A browser follows CSS variables and the page's theme; other programs that show SVG
(rsvg, editors, word processors) paint black whatever says `var(...)`. So what a
sheet says of a drawing's classes is also written as plain attributes of the
elements, in the light theme: style rules, where they are understood, outrank them.

Only the CSS that our own sheets use is understood: variables in one block, the
dark ones in one @media block, and selectors `.drawing .group .class` or with an
element's name at the end. Attributes of class are the first in their tags.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{(.*?\})\s*\}", re.S)
VARIABLE = re.compile(r"(--[\w-]+):\s*([^;}]+?)\s*;")
USE = re.compile(r"var\((--[\w-]+)\)")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
COMMENT = re.compile(r"/\*.*?\*/", re.S)
TAG = re.compile(r'<(/?)(\w+)(?: class="([^"]*)")?')


@dataclass(frozen=True)
class Rule:
    """What one selector says, in colours; `path` is what stands behind the drawing's class."""

    path: tuple[str, ...]
    light: tuple[tuple[str, str], ...]
    dark: tuple[tuple[str, str], ...]

    @property
    def rank(self) -> tuple[int, int]:
        """As CSS has it: more classes outrank fewer, and a class an element's name."""
        classes = sum(part.startswith(".") for part in self.path)
        return classes, len(self.path) - classes

    def applies(self, element: str, classes: list[str], group: str) -> bool:
        last = self.path[-1]
        own = last[1:] in classes if last.startswith(".") else last == element
        return own and all(part[1:] in group.split() for part in self.path[:-1])


@lru_cache(maxsize=8)
def rules(css: str, drawing: str) -> tuple[Rule, ...]:
    """The sheet's rules of a drawing, the weakest first."""
    css = COMMENT.sub("", css)
    found_dark = DARK.search(css)
    css = DARK.sub("", css)
    light = dict(VARIABLE.findall(css))
    dark = {**light, **dict(VARIABLE.findall(found_dark[1] if found_dark else ""))}
    found = []
    for selectors, body in RULE.findall(css):
        for selector in selectors.split(","):
            scope, *path = selector.split() or [""]
            if scope == f".{drawing}" and path:
                found.append(Rule(tuple(path), told(body, light), told(body, dark)))
    return tuple(sorted(found, key=lambda rule: rule.rank))


def told(body: str, palette: dict[str, str]) -> tuple[tuple[str, str], ...]:
    pairs = (line.split(":", 1) for line in body.split(";") if ":" in line)
    return tuple(
        (name.strip(), USE.sub(lambda use: palette[use[1]], " ".join(value.split())))
        for name, value in pairs
    )


def dressed(body: str, css: str, drawing: str) -> str:
    """The elements of a drawing, each with its look as attributes; groups do not nest."""
    sheet, group = rules(css, drawing), ""
    known: dict[tuple[str, str, str], str] = {}

    def dress(tag: re.Match[str]) -> str:
        nonlocal group
        closing, element, classes = tag[1], tag[2], tag[3] or ""
        if element == "g":
            group = "" if closing else classes
        if closing or element == "g":
            return tag[0]
        key = (group, element, classes)
        if key not in known:
            known[key] = attributes(sheet, element, classes.split(), group)
        return tag[0] + known[key]

    return TAG.sub(dress, body)


def attributes(sheet: tuple[Rule, ...], element: str, classes: list[str], group: str) -> str:
    found: dict[str, str] = {}
    for rule in sheet:
        if rule.applies(element, classes, group):
            found.update(rule.light)
    found.pop("font-family", None)  # the whole drawing's: FONT
    return "".join(f' {name}="{value.replace(chr(34), chr(39))}"' for name, value in found.items())


def dark_style(css: str, drawing: str) -> str:
    """What differs in the dark, as a style sheet without variables."""
    lines = []
    for rule in rules(css, drawing):
        different = [
            f"{name}: {value};" for name, value in rule.dark if (name, value) not in rule.light
        ]
        if different:
            lines.append(f".{drawing} {' '.join(rule.path)} {{ {' '.join(different)} }}")
    return "@media (prefers-color-scheme: dark) {\n" + "\n".join(lines) + "\n}"
