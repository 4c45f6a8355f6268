# SPDX-License-Identifier: BSD-2-Clause
"""A network in characters: rows and columns as in the SVG.

    c1 ─── 10.0.1.0/24 ─── r1 ─── 10.0.2.0/24 ─── p1
    client  delay 10ms     router  no impairment  proxy
                           │
                           └───── 10.0.3.0/24 ─── o1
                                                  origin
                                                  web :80

A link between rows leaves the upper node downwards and bends towards the lower one.
What cannot be drawn so without crossing a node stands below, in words.
"""
from __future__ import annotations

from .topology import Line, Place, Topology

GAP_MOST = 34  # columns between nodes; longer words are cut
# What a crossing of two strokes becomes: up, down, left, right.
STROKES = {
    "│": "ud", "─": "lr", "└": "ur", "┘": "ul", "┌": "dr", "┐": "dl",
    "├": "udr", "┤": "udl", "┴": "ulr", "┬": "dlr", "┼": "udlr",
}  # fmt: skip
BY_STROKES = {frozenset(strokes): sign for sign, strokes in STROKES.items()}


class Sheet:
    """Characters by line and column; nothing is ever overwritten but strokes, by crossings."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], str] = {}

    def write(self, y: int, x: int, words: str) -> None:
        for number, sign in enumerate(words):
            self.cells[y, x + number] = sign

    def is_free(self, y: int, x: int) -> bool:
        return self.cells.get((y, x), " ") in " " + "".join(STROKES)

    def stroke(self, y: int, x: int, way: str) -> None:
        old = STROKES.get(self.cells.get((y, x), " "), "")
        self.cells[y, x] = BY_STROKES[frozenset(old + way)]

    def lines(self) -> list[str]:
        if not self.cells:
            return []
        found = []
        for y in range(max(y for y, _ in self.cells) + 1):
            row = {x: sign for (at, x), sign in self.cells.items() if at == y}
            found.append("".join(row.get(x, " ") for x in range(max(row, default=-1) + 1)).rstrip())
        return found


class Drawing:
    """Where columns and rows are, and what is drawn."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.sheet = Sheet()
        self.left = self._columns()
        self.top = self._rows()
        self.words: list[str] = []  # links that could not be drawn

    def _columns(self) -> list[int]:
        left = [0]
        for column in range(self.topology.columns - 1):
            here = [p for p in self.topology.places.values() if p.column == column]
            node = max((len(words) for one in here for words in words_of(one)), default=0)
            labels = [len(w) for one in self.topology.lines for w in label_of(one)]
            left.append(left[-1] + node + min(max(labels, default=0), GAP_MOST) + 8)
        return left

    def _rows(self) -> list[int]:
        top = [0]
        for row in range(self.topology.rows - 1):
            here = [p for p in self.topology.places.values() if p.row == row]
            top.append(top[-1] + max((len(words_of(one)) for one in here), default=1) + 2)
        return top

    def draw(self) -> str:
        for one in self.topology.places.values():
            for number, words in enumerate(words_of(one)):
                self.sheet.write(self.top[one.row] + number, self.left[one.column], words)
        for line in self.topology.lines:
            self._line(line)
        return "\n".join([*self.sheet.lines(), *self.words]) + "\n"

    def _line(self, line: Line) -> None:
        ends = [self.topology.places[end] for end in line.ends]
        upper, lower = sorted(ends, key=lambda one: (one.row, one.column))
        if upper.column == lower.column or not self._fits(upper, lower):
            label = ", ".join(label_of(line))
            self.words.append(f"and {line.ends[0]} ─── {label} ─── {line.ends[1]}")
            return
        right = lower.column > upper.column
        y = self.top[lower.row]
        begin, end = self._span(upper, lower)
        for x in range(begin, end):
            self.sheet.stroke(y, x, "lr")
        if upper.row != lower.row:
            spine = self._spine(upper)
            for at in range(self._below(upper), y):
                self.sheet.stroke(at, spine, "ud")
            self.sheet.stroke(y, spine, "ur" if right else "ul")
            begin, end = (begin + 1, end) if right else (begin, end - 1)
        level = upper.row == lower.row
        words_from = self._right_of(min(ends, key=lambda one: one.column)) if level else begin
        self._label(line, y, (begin, words_from), end)

    def _label(self, line: Line, y: int, begins: tuple[int, int], end: int) -> None:
        """The subnet in the line, the parameters below it, where a node's words may end later."""
        for number, words in enumerate(label_of(line)):
            begin = begins[number]
            room = end - begin - 2
            words = words if len(words) <= room else words[: room - 1] + "…"
            x = begin + (end - begin - len(words)) // 2
            around = f" {words} " if number == 0 else words
            x -= 1 if number == 0 else 0
            if all(self.sheet.is_free(y + number, x + n) for n in range(len(around))):
                self.sheet.write(y + number, x, around)

    def _spine(self, upper: Place) -> int:
        return self.left[upper.column]

    def _below(self, upper: Place) -> int:
        return self.top[upper.row] + len(words_of(upper))

    def _span(self, upper: Place, lower: Place) -> tuple[int, int]:
        """The columns of the horizontal part, its end left out."""
        if upper.row == lower.row:
            first, second = sorted((upper, lower), key=lambda one: one.column)
            return self._after(first), self.left[second.column] - 1
        if lower.column > upper.column:
            return self._spine(upper) + 1, self.left[lower.column] - 1
        return self._after(lower), self._spine(upper)

    def _right_of(self, one: Place) -> int:
        return self.left[one.column] + max(len(words) for words in words_of(one)) + 1

    def _after(self, one: Place) -> int:
        return self.left[one.column] + len(one.title) + 1

    def _fits(self, upper: Place, lower: Place) -> bool:
        """Whether no node and no words stand in the way."""
        y = self.top[lower.row]
        begin, end = self._span(upper, lower)
        cells = [(y, x) for x in range(begin, end)]
        if upper.row != lower.row:
            cells += [(at, self._spine(upper)) for at in range(self._below(upper), y + 1)]
        return all(self.sheet.is_free(*cell) for cell in cells)


def words_of(one: Place) -> list[str]:
    return [one.title, one.role, *one.services]


def label_of(line: Line) -> list[str]:
    return [line.subnet] + ([line.wire] if line.wire is not None else [])


def draw(topology: Topology) -> str:
    return Drawing(topology).draw()
