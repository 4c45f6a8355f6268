# SPDX-License-Identifier: BSD-2-Clause
"""Ladder and table for a terminal: at most 100 columns, box drawing, colours if wanted.

A row is the time, the nodes' life lines with the packet's arrow between two of
them, and what the packet was. Colours only repeat what the characters say already.
"""
from __future__ import annotations

from typing import Callable, Optional

from .ladder import Arrival, Arrow, Condensed, Holding, Ladder, Release, Rest, Row, Silence
from .latency import Claim, Latency
from .loads import QUANTILES, Summary, split
from .packets import Packet

WIDTH = 100
TIME_WIDTH = 9  # digits of milliseconds with three decimals
WORDS_WIDTH = 14  # columns that should be left for what a packet is
DISAGREEMENTS_MAX = 20  # that are shown
MEANWHILE_WIDTH = 32  # of what a packet is, where it arrives

BOLD, DIM, RED, GREEN, AMBER, BLUE = "1", "2", "31", "32", "33", "36"
HIGHLIGHT = "1;30;43"

Paint = Callable[[str, str], str]


def painter(color: bool) -> Paint:
    """Wraps text into escape sequences, or leaves it alone."""
    if not color:
        return lambda text, code: text
    return lambda text, code: f"\x1b[{code}m{text}\x1b[0m"


def milliseconds(ns: Optional[int]) -> str:
    return "" if ns is None else f"{ns / 1e6:.3f}"


def duration(ns: int) -> str:
    """A length of time in the unit that suits it."""
    for unit, size in (("s", 10**9), ("ms", 10**6), ("µs", 10**3)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}" if ns < 1000 * size else f"{ns / size:.0f} {unit}"
    return f"{ns} ns"


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


class Grid:
    """The life lines: where each node's column is, and a line of them."""

    def __init__(self, ladder: Ladder, paint: Paint):
        self.ladder = ladder
        self.paint = paint
        self.tail = tail_width(ladder)  # what stands behind the words on the right
        gaps = len(ladder.nodes) - 1
        fitting = (step for step in range(9, 3, -1) if self.room(step * gaps + 1) >= WORDS_WIDTH)
        self.step = next(fitting, 3)
        self.width = self.step * gaps + 1
        self.column = {name: i * self.step for i, name in enumerate(ladder.nodes)}

    def room(self, width: int) -> int:
        """Columns for words beside life lines of that width and what stands behind."""
        return WIDTH - TIME_WIDTH - width - 5 - self.tail - 3

    def held(self, time: int) -> list[int]:
        """The columns of the nodes that hold a SYN."""
        return [at for name, at in self.column.items() if self.ladder.held_at(name, time)]

    def lines(self, time: int, mark: Optional[str] = None) -> str:
        """One character a column: life lines, and a dot at the node `mark`."""
        cells = [" "] * self.width
        for name, at in self.column.items():
            cells[at] = "●" if name == mark else "│"
        return self.joined(cells, time)

    def arrow(self, time: int, packet: Packet, leaves: bool = True, lands: bool = True) -> str:
        """The arrow of a packet, or the part of it that begins or ends here."""
        cells = [" "] * self.width
        for at in self.column.values():
            cells[at] = "│"
        a, b = self.column[packet.sender or ""], self.column[packet.receiver or ""]
        low, high = min(a, b), max(a, b)
        line = "─" if leaves and lands else "┄"
        for at in range(low + 1, high):
            cells[at] = line if cells[at] == " " else "┼"
        if leaves:
            cells[a] = "├" if a == low else "┤"
        if packet.lost:
            self.cut(cells, a, b)
        elif lands:
            cells[b + (1 if b == low else -1)] = "<" if b == low else ">"
        return self.joined(cells, time)

    def cut(self, cells: list[str], a: int, b: int) -> None:
        """The arrow ends half-way, at a cross."""
        way, columns = 1 if b > a else -1, set(self.column.values())
        half = a + way * max(2, abs(b - a) // 2)
        half -= way if half in columns else 0
        cells[half] = "✕"
        for at in range(half + way, b, way):
            cells[at] = "│" if at in columns else " "

    def joined(self, cells: list[str], time: int) -> str:
        """A held node's line is dotted, whatever else stands there."""
        for at in self.held(time):
            cells[at] = self.paint("●" if cells[at] == "●" else "┊", AMBER)
        return "".join(cells)

    def heads(self) -> str:
        cells = [" "] * (self.width + 8)
        for name, at in self.column.items():
            start = max(0, at - min(len(name), self.step - 1) // 2)
            name = cut(name, self.step - 1)
            cells[start : start + len(name)] = list(name)
        return "".join(cells).rstrip()


def row_color(arrow: Arrow) -> str:
    packet = arrow.packet
    if packet.is_reset or packet.protocol == "icmp":
        return RED
    if packet.first_line:
        return GREEN
    if packet.is_syn or packet.is_syn_ack:
        return BOLD
    return DIM


def first_line_text(arrow: Arrow) -> str:
    """Short for a terminal: an HTTP line stands for itself, without its bytes."""
    text = arrow.packet.first_line.removesuffix(" HTTP/1.1") or arrow.what
    return text + (" (again)" if arrow.again else "")


def flight_text(arrow: Arrow) -> str:
    """What became of it on its way, where a wire had it."""
    if arrow.lost:
        return f"✕ {arrow.lost}"
    return f"+{duration(arrow.flight)}" if arrow.flight and arrow.lands else ""


def ends_text(packet: Packet) -> str:
    return f"{packet.src} → {packet.dst}"


def option_text(packet: Packet) -> str:
    return f"{packet.route_name}[{','.join(packet.route)}]" if packet.route_name else ""


def tail_width(ladder: Ladder) -> int:
    arrows = [row for row in ladder.rows if isinstance(row, Arrow)]
    return max((len(tail_text(a)) for a in arrows), default=0)


def tail_text(arrow: Arrow) -> str:
    """All that stands behind what the packet is."""
    extra = flight_text(arrow)
    return ends_text(arrow.packet) + option_text(arrow.packet) + (f" {extra}" if extra else "")


class Columns:
    """How wide the words on the right are, so that addresses stand under each other."""

    def __init__(self, ladder: Ladder, grid: Grid):
        self.room = WIDTH - TIME_WIDTH - grid.width - 5
        arrows = [row for row in ladder.rows if isinstance(row, Arrow)]
        what = max((len(first_line_text(a)) for a in arrows), default=0)
        self.what = max(3, min(what, grid.room(grid.width)))


def arrow_text(arrow: Arrow, columns: Columns, paint: Paint) -> str:
    """What it is, from where to where, and the option."""
    what = cut(first_line_text(arrow), columns.what).ljust(columns.what)
    words = [paint(what, row_color(arrow)) + "  " + ends_text(arrow.packet)]
    if arrow.packet.route_name:
        words.append(paint(option_text(arrow.packet), HIGHLIGHT))
    if flight_text(arrow):
        words.append(paint(flight_text(arrow), RED if arrow.lost else DIM))
    return " ".join(words)


def row_text(row: Row, grid: Grid, columns: Columns, paint: Paint) -> str:
    time = paint(milliseconds(row.time).rjust(TIME_WIDTH), DIM)
    if isinstance(row, Arrow):
        drawn = grid.arrow(row.time, row.packet, lands=row.lands)
        return f"{time}  {drawn}   {arrow_text(row, columns, paint)}"
    if isinstance(row, Arrival):
        drawn = grid.arrow(row.time, row.arrow.packet, leaves=False)
        what = cut(first_line_text(row.arrow), MEANWHILE_WIDTH)
        text = f"{what} arrives, after {duration(row.arrow.flight)}"
        return f"{time}  {drawn}   {paint(cut(text, columns.room), DIM)}"
    if isinstance(row, Release):
        color = RED if row.is_early else AMBER
        text = paint(cut(release_text(row), columns.room), color)
        return f"{time}  {grid.lines(row.time, row.node)}   {text}"
    if isinstance(row, (Condensed, Rest)):
        text = row.text if isinstance(row, Condensed) else f"… {row.rows} more rows …"
        return f"{time}  {grid.lines(row.time)}   {paint(cut(text, columns.room), DIM)}"
    text = f"… {duration(row.length)} of silence …" if isinstance(row, Silence) else ""
    if isinstance(row, Holding):
        text = f"{row.node} holds the client's SYN"
    return f"{' ' * TIME_WIDTH}  {grid.lines(row.time)}   {paint(cut(text, columns.room), AMBER)}"


def release_text(row: Release) -> str:
    source = "log" if row.source == "log" else "captures, at most"
    early = ", BEFORE the origin answered" if row.is_early else ""
    return f"{row.verb} after {duration(row.held)} ({source}){early}"


def draw(ladder: Ladder, color: bool = False) -> str:
    """The whole ladder, with a newline at its end."""
    paint = painter(color)
    if ladder.problem:
        return f"{ladder.title}: {ladder.problem}\n"
    grid = Grid(ladder, paint)
    columns = Columns(ladder, grid)
    lines = [paint(cut(ladder.title, WIDTH), BOLD)]
    lines += [cut(f"  {line}", WIDTH) for line in ladder.legend]
    lines += ["", f"{'ms':>{TIME_WIDTH}}  {paint(grid.heads(), BOLD)}"]
    lines += [row_text(row, grid, columns, paint) for row in ladder.rows]
    return "\n".join(line.rstrip() for line in lines) + "\n"


TABLE_COLUMNS = (
    ("step", 9, "<"),
    ("served", 10, "<"),
    ("result", 11, "<"),
    ("SYN→answer", 10, ">"),
    ("held", 9, ">"),
    ("first byte", 10, ">"),
    ("last byte", 9, ">"),
    ("total", 9, ">"),
    ("bytes", 9, ">"),
)


def table_cells(row: Latency) -> tuple[str, ...]:
    times = (row.handshake, row.held, row.first_byte, row.last_byte, row.total)
    values = [milliseconds(t) or "–" for t in times]
    return (row.step, row.served, row.outcome, *values, f"{row.received:,}")


def table(rows: list[Latency], claims: list[Claim]) -> str:
    """Latencies of all fetches in milliseconds, then what log and captures disagree on."""
    few, loads = split(rows)
    lines = fetch_lines(few) if few else []
    for load in loads:
        lines += [*([""] if lines else []), *load_lines(load)]
    if rows:
        lines += [
            "SYN→answer and total: from the first SYN (total of a later request of its connection:",
            "from that request); first and last byte: from the request. All are from the capture",
            "of the client's link, but held: that is the proxy's access log.",
        ]
    else:
        lines.append("No client's connection was captured: there are no latencies.")
    return "\n".join(line.rstrip() for line in lines + claims_text(claims)) + "\n"


def fetch_lines(rows: list[Latency]) -> list[str]:
    """A line for each fetch."""
    lines = ["latencies in ms"]
    lines.append(" ".join(f"{name:{align}{width}}" for name, width, align in TABLE_COLUMNS))
    for row in rows:
        cells = zip(table_cells(row), TABLE_COLUMNS)
        lines.append(
            " ".join(f"{cut(text, width):{align}{width}}" for text, (_, width, align) in cells)
        )
    return lines


def load_lines(load: Summary) -> list[str]:
    """A line for each kind of time."""
    lines = [cut(f"{load.step}: {load.words}", WIDTH)]
    names = "".join(f" {name:>10}" for name in ("count", *(name for name, _ in QUANTILES)))
    lines.append(f"  {'ms':<26}{names}")
    for one in load.spreads:
        times = "".join(f" {milliseconds(time):>10}" for time in one.quantiles)
        lines.append(f"  {one.what:<26} {len(one.times):>10}{times}")
    return lines


def claims_text(claims: list[Claim]) -> list[str]:
    wrong = [claim for claim in claims if not claim.agrees]
    if not claims:
        return []
    lines = [f"Log and captures agree on {len(claims) - len(wrong)} of {len(claims)} statements."]
    for claim in wrong[:DISAGREEMENTS_MAX]:
        text = f"DISAGREE {claim.step}: {claim.what}: log {claim.logged}, captures {claim.captured}"
        lines.append(cut(text, WIDTH))
    if len(wrong) > DISAGREEMENTS_MAX:
        lines.append(f"and {len(wrong) - DISAGREEMENTS_MAX} more; the report has them.")
    return lines
