# SPDX-License-Identifier: BSD-2-Clause
"""A network as SVG: by itself (with its colours in it), or to stand in the report.

The shape says a node's role, and the colour repeats it. A link with a wire is
a heavier line, dashed; its subnet and its parameters stand at its middle, each end's
part of the address beside the node. All text is escaped here.
"""
from __future__ import annotations

import math
import textwrap
from html import escape

from .looks import FONT, dark_style, dressed
from .topology import Line, Place, Topology

GAP_X, GAP_Y = 300, 132  # from column to column, from row to row at least
LEFT, TOP = 112, 62
HALF_W, HALF_H = 52, 25  # of a node
LETTER = 6.6
LABEL_MOST = 26  # letters of a line of a label

STYLE = """
.topology { --ink: #1d2430; --soft: #5b6575; --card: #ffffff; --line: #8a94a3;
  --client: #1c6fb8; --router: #6a4bb6; --proxy: #c27c00; --origin: #177245; --host: #5b6575; }
@media (prefers-color-scheme: dark) { .topology { --ink: #e6e9ef; --soft: #9aa5b5;
  --card: #1b2029; --line: #7c8797; --client: #79bdf7; --router: #b9a2f5; --proxy: #f0b440;
  --origin: #7bd9a5; --host: #9aa5b5; } }
.topology text { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  fill: var(--ink); }
.topology .back { fill: var(--card); }
.topology .link { stroke: var(--line); stroke-width: 2; fill: none; }
.topology .wired { stroke-width: 3; stroke-dasharray: 9 5; }
.topology .body { fill: var(--card); stroke-width: 2.5; }
.topology .name { font-size: 16px; font-weight: 700; }
.topology .role, .topology .small { font-size: 11px; fill: var(--soft); }
.topology .subnet { font-size: 11.5px; font-weight: 700; }
.topology .client { stroke: var(--client); } .topology .router { stroke: var(--router); }
.topology .proxy { stroke: var(--proxy); } .topology .origin { stroke: var(--origin); }
.topology .host { stroke: var(--host); stroke-dasharray: 4 3; }
"""


def at(one: Place, gap: float) -> tuple[float, float]:
    return LEFT + one.column * GAP_X, TOP + one.row * gap


def gap_of(topology: Topology) -> float:
    """From row to row: room for the words of a level line, and of one below that is not."""
    most = max((len(wrapped(one.wire or "", LABEL_MOST)) for one in topology.lines), default=0)
    return max(GAP_Y, 2 * (28 + 22 * most))


def text(kind: str, x: float, y: float, content: str, anchor: str = "middle") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(content)}</text>"
    )


def shape(one: Place, x: float, y: float) -> str:
    """Its role as a shape: client round, router six-cornered, proxy with cut corners, origin a
    drum, anything else a plain box."""
    w, h = HALF_W, HALF_H
    kind = one.role if one.role in ("client", "router", "proxy", "origin") else "host"
    if kind == "client":
        return box(kind, x, y, h)
    if kind == "router":
        corners = [(-w, 0), (-w + 18, -h), (w - 18, -h), (w, 0), (w - 18, h), (-w + 18, h)]
        return polygon(kind, x, y, corners)
    if kind == "proxy":
        cut = 11
        corners = [(-w, -h + cut), (-w + cut, -h), (w - cut, -h), (w, -h + cut)]
        return polygon(kind, x, y, corners + [(-cx, -cy) for cx, cy in corners])
    if kind == "origin":
        low = f"M{x - w} {y - h + 4}v{2 * h - 8}a{w} 9 0 0 0 {2 * w} 0v{-2 * h + 8}"
        rim = f"a{w} 9 0 0 0 {-2 * w} 0a{w} 9 0 0 0 {2 * w} 0"
        return f'<path class="body {kind}" d="{low}{rim}"/>'
    return box(kind, x, y, 4)


def box(kind: str, x: float, y: float, radius: float) -> str:
    return (
        f'<rect class="body {kind}" x="{x - HALF_W}" y="{y - HALF_H}" width="{2 * HALF_W}" '
        f'height="{2 * HALF_H}" rx="{radius}"/>'
    )


def polygon(kind: str, x: float, y: float, corners: list[tuple[int, int]]) -> str:
    points = " ".join(f"{x + dx:.0f},{y + dy:.0f}" for dx, dy in corners)
    return f'<polygon class="body {kind}" points="{points}"/>'


def node(one: Place, gap: float) -> str:
    x, y = at(one, gap)
    parts = [shape(one, x, y)]
    if one.stands_for > 1:
        parts.insert(0, shape(one, x + 5, y + 5))
    drop = 4 if one.role == "origin" else 0  # under the drum's rim
    parts += [text("name", x, y + 2 + drop, one.title), text("role", x, y + 16 + drop, one.role)]
    for number, service in enumerate(one.services):
        parts.append(text("small", x, y + HALF_H + 17 + 13 * number, service))
    return "<g>" + "".join(parts) + "</g>"


def edge_point(x: float, y: float, towards: tuple[float, float]) -> tuple[float, float]:
    """Where a line from a node's middle leaves its box."""
    dx, dy = towards[0] - x, towards[1] - y
    scale = min(
        (HALF_W + 4) / abs(dx) if dx else math.inf, (HALF_H + 6) / abs(dy) if dy else math.inf
    )
    return x + dx * scale, y + dy * scale


def line(one: Line, topology: Topology, gap: float) -> str:
    a, b = (at(topology.places[end], gap) for end in one.ends)
    kind = "link wired" if one.wire is not None else "link"
    from_, to = edge_point(*a, b), edge_point(*b, a)
    parts = [
        f'<path class="{kind}" d="M{from_[0]:.1f} {from_[1]:.1f}L{to[0]:.1f} {to[1]:.1f}"/>',
        label(one, (from_[0] + to[0]) / 2, (from_[1] + to[1]) / 2, from_[1] == to[1]),
    ]
    for here, there, number in ((from_, to, one.numbers[0]), (to, from_, one.numbers[1])):
        length = math.hypot(there[0] - here[0], there[1] - here[1]) or 1
        x = here[0] + 16 * (there[0] - here[0]) / length
        y = here[1] + 16 * (there[1] - here[1]) / length
        parts.append(text("small", x, y - 6, number))
    return "<g>" + "".join(parts) + "</g>"


def label(one: Line, x: float, y: float, is_level: bool) -> str:
    """Subnet and parameters: above and below a level line, else on a piece of background."""
    words = wrapped(one.wire, LABEL_MOST) if one.wire is not None else []
    if is_level:
        below = [text("small", x, y + 17 + 14 * n, line) for n, line in enumerate(words)]
        return text("subnet", x, y - 8, one.subnet) + "".join(below)
    lines = ([one.subnet] if one.subnet else []) + words
    if not lines:
        return ""
    wide = LETTER * max(len(line) for line in lines) + 12
    top = y - 8 * len(lines)
    parts = [
        f'<rect class="back" x="{x - wide / 2:.1f}" y="{top - 2:.1f}" width="{wide:.1f}" '
        f'height="{16 * len(lines) + 2}" rx="4"/>'
    ]
    for number, line in enumerate(lines):
        kind = "subnet" if number == 0 and one.subnet else "small"
        parts.append(text(kind, x, top + 12 + 15 * number, line))
    return "".join(parts)


def wrapped(words: str, most: int) -> list[str]:
    """At commas, as few lines as fit; what is longer, at spaces."""
    lines: list[str] = []
    for word in words.split(", "):
        if lines and len(lines[-1]) + 2 + len(word) <= most:
            lines[-1] += f", {word}"
        else:
            lines += textwrap.wrap(word, most)
    return lines


def draw(topology: Topology, title: str) -> str:
    """An <svg> element that needs nothing else."""
    most = max((len(one.services) for one in topology.places.values()), default=0)
    width = 2 * LEFT + (topology.columns - 1) * GAP_X
    gap = gap_of(topology)
    height = 2 * TOP + (topology.rows - 1) * gap + 13 * most
    parts = [line(one, topology, gap) for one in topology.lines]
    parts += [node(one, gap) for one in topology.places.values()]
    body = dressed(
        "\n".join(['<rect class="back" width="100%" height="100%"/>', *parts]), STYLE, "topology"
    )
    return (
        f'<svg class="topology" font-family="{FONT}" '
        f'viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg">\n<title>{escape(title)}</title>\n'
        f'<style>\n{dark_style(STYLE, "topology")}\n</style>\n{body}\n</svg>\n'
    )
