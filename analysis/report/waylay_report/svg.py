# SPDX-License-Identifier: BSD-2-Clause
"""Ladder as SVG, to stand inside a page.

Colours are the page's own (CSS classes, see report.css), so that the drawing
follows light and dark; the light ones are attributes too, for a drawing taken out of
the page (looks.py). Rows are evenly spaced: the times stand on the left, and the
vertical axis is order, not a scale. A packet that a wire carried slants, to where it
arrived; one that the wire dropped ends half-way, at a cross. All text is escaped here.
"""
from __future__ import annotations

import math
from html import escape
from pathlib import Path
from typing import Callable

from .ladder import Arrival, Arrow, Condensed, Hold, Holding, Ladder, Release, Rest, Row, Silence
from .looks import FONT, dressed
from .packets import Packet
from .text import cut, duration, milliseconds

SHEET = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
WIDTH = 1120
LEFT, RIGHT = 150, 1060  # columns of the first and the last node
HEAD = 64  # height of the nodes' names
TIME_X = 84
TALL, SHORT, NOTE, LANDING = 46, 26, 30, 16  # heights of rows
SLANT = 9  # how far an arrow falls within its row
HOP = 7  # radius of the bridge over a node that a packet does not touch
LETTER = 6.7  # width of a letter of the small monospaced font


class Canvas:
    """Where things are, and what has been drawn."""

    def __init__(self, ladder: Ladder):
        self.ladder = ladder
        gap = (RIGHT - LEFT) / max(len(ladder.nodes) - 1, 1)
        self.x = {name: LEFT + gap * i for i, name in enumerate(ladder.nodes)}
        self.y = [0.0] * len(ladder.rows)
        at = float(HEAD)
        for i, row in enumerate(ladder.rows):
            at += height(row)
            self.y[i] = at
        self.height = at + 28
        # Where the arrows end that do not end in their own row.
        self.arrivals = {
            id(row.arrow): y for row, y in zip(ladder.rows, self.y) if isinstance(row, Arrival)
        }
        self.parts: list[str] = []

    def add(self, part: str) -> None:
        self.parts.append(part)

    def line(self, name: str, x1: float, y1: float, x2: float, y2: float) -> None:
        self.add(f'<line class="{name}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def text(self, name: str, x: float, y: float, content: str, anchor: str = "start") -> None:
        self.add(
            f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
            f"{escape(content)}</text>"
        )


def is_slim(row: Arrow) -> bool:
    return row.what == "ACK"


def height(row: Row) -> int:
    if isinstance(row, Arrow):
        return SHORT if is_slim(row) else TALL
    return LANDING if isinstance(row, Arrival) else NOTE


def arrow_class(row: Arrow) -> str:
    """The look of an arrow: what kind of packet it is."""
    packet = row.packet
    if packet.is_reset or packet.protocol == "icmp":
        return "bad"
    if packet.first_line:
        return "http"
    if packet.is_syn or packet.is_syn_ack:
        return "syn"
    return "plain"


def draw_head(canvas: Canvas, role: Callable[[str], str]) -> None:
    bottom = canvas.height - 14
    for name, x in canvas.x.items():
        canvas.line("life", x, HEAD - 12, x, bottom)
        canvas.add(f'<rect class="node" x="{x - 52:.1f}" y="8" width="104" height="42" rx="8"/>')
        canvas.text("name", x, 27, name, "middle")
        canvas.text("role", x, 42, role(name), "middle")
    canvas.text("time", TIME_X, HEAD - 14, "ms", "end")


def y_of_row(canvas: Canvas, kind: type, node: str, time: int) -> float:
    for row, y in zip(canvas.ladder.rows, canvas.y):
        if isinstance(row, kind) and row.time == time and getattr(row, "node", node) == node:
            return y
    return HEAD


def draw_hold(canvas: Canvas, hold: Hold) -> None:
    """The waiting: a broad dotted line over the node's own."""
    x = canvas.x[hold.node]
    top = y_of_row(canvas, Holding, hold.node, hold.start) - NOTE
    bottom = y_of_row(canvas, Release, hold.node, hold.end) - 9
    canvas.add(
        f'<rect class="hold-back" x="{x - 7:.1f}" y="{top:.1f}" width="14" '
        f'height="{max(bottom - top, 0):.1f}" rx="7"/>'
    )
    canvas.line("hold", x, top + 4, x, bottom)


def path_between(canvas: Canvas, a: str, b: str, y: float) -> str:
    """A horizontal path from node to node, with a bridge over each node between."""
    x1, x2 = canvas.x[a], canvas.x[b]
    way = 1 if x2 > x1 else -1
    between = [x for x in canvas.x.values() if min(x1, x2) < x < max(x1, x2)]
    path = f"M{x1:.1f} {y:.1f}"
    for x in sorted(between, reverse=way < 0):
        sweep = 1 if way > 0 else 0
        path += f"H{x - way * HOP:.1f}A{HOP} {HOP} 0 0 {sweep} {x + way * HOP:.1f} {y:.1f}"
    return path + f"H{x2 - way * 9:.1f}"


def head_of(canvas: Canvas, b: str, way: int, y: float) -> str:
    x = canvas.x[b] - way * 1
    return f"M{x:.1f} {y:.1f}l{-way * 10} -4.5v9z"


def label_span(canvas: Canvas, a: str, b: str) -> tuple[float, float]:
    """The free part of the arrow: the gap next to the end that is farther to the right."""
    high = max(canvas.x[a], canvas.x[b])
    below = [x for x in canvas.x.values() if x < high]
    return max(below, default=LEFT), high


def draw_arrow(canvas: Canvas, row: Arrow, y: float) -> None:
    packet = row.packet
    assert packet.sender and packet.receiver
    way = 1 if canvas.x[packet.receiver] > canvas.x[packet.sender] else -1
    kind = arrow_class(row) + (" slim" if is_slim(row) else "") + (" lost" if row.lost else "")
    canvas.add(f'<g class="arrow {kind}">')
    canvas.add(f"<title>{escape(tooltip(row))}</title>")
    if row.lost or row.flight:
        draw_slant(canvas, row, y)
    else:
        path = path_between(canvas, packet.sender, packet.receiver, y)
        canvas.add(f'<path class="shaft" d="{path}"/>')
        canvas.add(f'<path class="tip" d="{head_of(canvas, packet.receiver, way, y)}"/>')
    canvas.add("</g>")


def draw_slant(canvas: Canvas, row: Arrow, y: float) -> None:
    """From where it left to where it arrived, or half of the way and a cross."""
    x1, x2 = canvas.x[row.packet.sender or ""], canvas.x[row.packet.receiver or ""]
    y2 = y + SLANT if row.lands else canvas.arrivals.get(id(row), y + SLANT)
    if row.lost:
        x, at = (x1 + x2) / 2, y + SLANT / 2
        canvas.line("shaft", x1, y, x, at)
        canvas.add(f'<path class="cross" d="M{x - 5:.1f} {at - 5:.1f}l10 10m0 -10l-10 10"/>')
        canvas.text("reason", x + 10, at + 10, row.lost)
        return
    length = math.hypot(x2 - x1, y2 - y) or 1.0
    dx, dy = (x2 - x1) / length, (y2 - y) / length
    canvas.line("shaft", x1, y, x2 - 9 * dx, y2 - 9 * dy)
    points = [(x2 - dx, y2 - dy)]
    points += [(x2 - 11 * dx - side * dy, y2 - 11 * dy + side * dx) for side in (4.5, -4.5)]
    corners = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    canvas.add(f'<path class="tip" d="M{corners}z"/>')


def tooltip(row: Arrow) -> str:
    packet = row.packet
    text = f"frame {packet.frame} on {packet.place}: {row.what}, {packet.src} → {packet.dst}"
    if packet.is_tcp:
        text += f", ports {packet.sport} → {packet.dport}, seq {packet.seq}, ack {packet.ack}"
    if row.lost:
        return text + f", left at {packet.start} ns, lost: {row.lost}"
    if row.flight:
        return text + f", left at {packet.start} ns, arrived {duration(row.flight)} later"
    return text + f", at {packet.time} ns"


def draw_label(canvas: Canvas, row: Arrow, y: float) -> None:
    """What it is above the arrow, addresses and option under that."""
    packet = row.packet
    low, high = label_span(canvas, packet.sender or "", packet.receiver or "")
    x, room = low + 16, int((high - low - 32) / LETTER)
    ends = f"{packet.src} → {packet.dst}"
    what = row.what.replace(" HTTP/1.1 ·", " ·") + (" (again)" if row.again else "")
    if is_slim(row):
        canvas.text("ends", x, y - 5, f"ACK {ends}")
        x += LETTER * 4
    else:
        canvas.text("what", x, y - 19, cut(what, int(room * 0.93)))
        canvas.text("ends", x, y - 6, ends)
    if packet.route_name:
        draw_option(canvas, x + LETTER * (len(ends) + 1.2), y - 6, packet)


def draw_option(canvas: Canvas, x: float, y: float, packet: Packet) -> None:
    text = f"{packet.route_name}[{','.join(packet.route)}]"
    canvas.add(
        f'<rect class="pill" x="{x:.1f}" y="{y - 10:.1f}" width="{LETTER * len(text) + 10:.1f}" '
        'height="14" rx="7"/>'
    )
    canvas.text("option", x + 5, y + 0.5, text)


def draw_note(canvas: Canvas, row: Row, y: float) -> None:
    """Rows without a packet of their own."""
    if isinstance(row, Release):
        x = canvas.x[row.node]
        canvas.add(f'<circle class="release" cx="{x:.1f}" cy="{y - 9:.1f}" r="6"/>')
        source = "(by its log)" if row.source == "log" else "(by the captures, at most)"
        canvas.text("waiting", x + 16, y - 5, f"{row.verb} after {duration(row.held)}")
        canvas.text("ends", x + 16, y + 7, source)
        if row.is_early:
            canvas.text("early", x + 16, y + 20, "before the origin answered")
    elif isinstance(row, Holding):
        canvas.text("waiting", canvas.x[row.node] + 16, y - 9, "holds the SYN")
    elif isinstance(row, Condensed):
        middle = (LEFT + RIGHT) / 2
        draw_plate(canvas, middle, y, row.text.strip("… "), "condensed")
    elif isinstance(row, Rest):
        draw_plate(canvas, (LEFT + RIGHT) / 2, y, f"{row.rows} more rows", "condensed")
    elif isinstance(row, Silence):
        middle = (LEFT + RIGHT) / 2
        draw_plate(canvas, middle, y, f"{duration(row.length)} of silence", "silence")


def draw_plate(canvas: Canvas, x: float, y: float, text: str, name: str) -> None:
    wide = LETTER * len(text) + 28
    canvas.add(
        f'<rect class="plate" x="{x - wide / 2:.1f}" y="{y - 20:.1f}" '
        f'width="{wide:.1f}" height="20" rx="10"/>'
    )
    canvas.text(name, x, y - 6, text, "middle")


def draw_rows(canvas: Canvas) -> None:
    for row, y in zip(canvas.ladder.rows, canvas.y):
        if isinstance(row, Arrow):
            draw_arrow(canvas, row, y)
    for row, y in zip(canvas.ladder.rows, canvas.y):
        if isinstance(row, Arrow):
            canvas.add(f'<g class="{arrow_class(row)}">')
            draw_label(canvas, row, y)
            canvas.add("</g>")
        elif not isinstance(row, Arrival):
            draw_note(canvas, row, y)
        if isinstance(row, (Arrow, Arrival, Release, Condensed)):
            canvas.text(
                "time",
                TIME_X,
                y - (0 if isinstance(row, (Arrow, Arrival)) else 5),
                milliseconds(row.time),
                "end",
            )


def draw(ladder: Ladder, role: Callable[[str], str]) -> str:
    """An <svg> element; a paragraph when there is nothing to draw."""
    if ladder.problem:
        return f'<p class="problem">{escape(ladder.problem)}</p>'
    canvas = Canvas(ladder)
    draw_head(canvas, role)
    for hold in ladder.holds:
        draw_hold(canvas, hold)
    draw_rows(canvas)
    packets = sum(1 for row in ladder.rows if isinstance(row, Arrow))
    label = f"Ladder of the step {ladder.step}: {packets} packets between {', '.join(ladder.nodes)}"
    body = dressed("\n".join(canvas.parts), SHEET, "ladder")
    return (
        f'<svg class="ladder" font-family="{FONT}" '
        f'viewBox="0 0 {WIDTH} {canvas.height:.0f}" role="img" '
        f'aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>'
    )
