# SPDX-License-Identifier: BSD-2-Clause
"""The ladder of a step: what is to be drawn, before it is drawn.

A column for each node, a row for each packet as it stood on one link, from the
captures of all links merged by time. A packet that crosses three links is three
rows. On a link with a wire a packet has two times: it stands where it left, and
where other things happened meanwhile its arrival has a row of its own. text.py and
svg.py draw the same rows, so that both show the same thing.

Long transfers are condensed: where more than a handful of rows in a row are plain
data or plain acknowledgements, one row says how many there were. What was begun
before the step (the last FINs of the step before) is left out.

The time for which the proxy holds a SYN stands between two rows: the arrival of
the redirected SYN, and its release, which no packet shows and is taken from the
access log, or bounded by the packet that answers the client.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterator, Optional, Union

from .exchanges import Exchange, run_exchanges
from .packets import ACK, FIN, RST, SYN, Packet
from .run import END_OF_TIME, Run, Step, integer, mapping

DULL_DATA = 1  # dull rows in a row that are drawn before they are condensed: with data,
DULL_ACKS = 4  # and of acknowledgements alone
SILENCE = 100_000_000  # ns without a packet that get a row of their own
ROWS_MAX = 400  # what comes after is counted, not drawn
LEGEND_MAX = 8  # connections that are named
NODES_ALL = 6  # up to so many nodes all have a column; beyond, those that take part


@dataclass
class Arrow:
    """One packet on one link."""

    time: int  # ns since the ladder's first packet
    packet: Packet
    what: str
    again: bool  # the same was sent before: a retransmission
    is_dull: bool
    lands: bool = True  # it arrives in this row; else an Arrival stands further down

    @property
    def flight(self) -> int:
        return self.packet.flight

    @property
    def lost(self) -> str:
        return self.packet.lost


@dataclass
class Arrival:
    """A packet arrives that a wire has carried while other things happened."""

    time: int
    arrow: Arrow


@dataclass
class Condensed:
    """Packets that are not drawn one by one."""

    time: int
    segments: int
    payload: int
    acknowledgements: int
    links: list[str]
    until: int = 0  # when the last of them arrived

    @property
    def text(self) -> str:
        parts = []
        if self.segments:
            plural = "s" if self.segments > 1 else ""
            parts.append(f"{self.segments} more segment{plural} ({self.payload:,} bytes)")
        if self.acknowledgements:
            parts.append(f"{self.acknowledgements} ACK{'s' if self.acknowledgements > 1 else ''}")
        # A packet that crosses three links is there three times, here as in the drawing.
        one = len(self.links) == 1
        where = f"on {self.links[0]}" if one else f"summed over {len(self.links)} links"
        return f"… {', '.join(parts)} {where} …"


@dataclass
class Rest:
    """Rows that are too many to be drawn."""

    time: int
    rows: int


@dataclass
class Silence:
    """Nothing anywhere for a long time."""

    time: int
    length: int


@dataclass
class Holding:
    """A node begins to hold a SYN."""

    time: int
    node: str


@dataclass
class Release:
    """The end of a hold at a node."""

    time: int
    node: str
    held: int
    source: str  # "log" or "captures"
    verb: str  # "released", "refused", "given up"
    is_early: bool = False  # before the origin had acknowledged: the mechanism is broken


Row = Union[Arrow, Arrival, Condensed, Silence, Rest, Holding, Release]


@dataclass
class Hold:
    """From `start` to `end` (ns since the ladder's first packet) `node` holds a SYN."""

    node: str
    start: int
    end: int


@dataclass
class Ladder:
    """Everything that a drawing needs."""

    title: str
    step: str
    nodes: list[str]
    rows: list[Row] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    legend: list[str] = field(default_factory=list)  # which connections are drawn
    problem: str = ""

    def held_at(self, node: str, time: int) -> bool:
        """Whether the node holds a SYN at this time."""
        return any(h.node == node and h.start <= time <= h.end for h in self.holds)


def flag_text(packet: Packet) -> str:
    """SYN, SYN-ACK, FIN, RST, ACK, as people say them."""
    if packet.has(RST):
        return "RST"
    if packet.has(SYN):
        return "SYN-ACK" if packet.has(ACK) else "SYN"
    if packet.has(FIN):
        return "FIN"
    return ""


def describe(packet: Packet) -> str:
    """What the packet is, in a few words."""
    if packet.protocol == "icmp":
        return f"ICMP {packet.icmp}"
    if not packet.is_tcp:
        return f"IP protocol {packet.protocol}"
    words = [flag_text(packet)]
    if packet.first_line:
        words.append(packet.first_line)
    if packet.payload and not packet.is_request:
        unit = "byte" if packet.payload == 1 else "bytes"
        words.append(f"{'' if packet.first_line else 'data, '}{packet.payload:,} {unit}")
    text = " · ".join(word for word in words if word)
    return text or "ACK"


def node_order(run: Run, packets: list[Packet]) -> list[str]:
    """Columns from left to right: as the scenario names the nodes."""
    if len(run.nodes) <= NODES_ALL:
        return list(run.nodes)
    active = {p.sender for p in packets} | {p.receiver for p in packets}
    return [name for name in run.nodes if name in active]


def belongs(packet: Packet, step: Step, old: set[tuple[str, frozenset[tuple[str, int]]]]) -> bool:
    """Packets of the step, but not the last words of what began before it."""
    if not (step.start <= packet.start < step.until and packet.sender and packet.receiver):
        return False
    is_of_old = (packet.link, packet.flow) in old
    return not (is_of_old and packet.is_tcp and not packet.payload)


def packets_of(run: Run, step: Step) -> list[Packet]:
    packets = run.packets
    syns = [p for p in packets if p.is_syn and step.start <= p.start < step.until]
    begun_in = {(p.link, p.flow) for p in syns}
    old = {(p.link, p.flow) for p in packets if p.is_tcp and p.start < step.start} - begun_in
    found = [p for p in packets if belongs(p, step, old)]
    return sorted(found, key=lambda p: (p.start, p.time, p.link, p.frame))


def arrows(packets: list[Packet]) -> Iterator[Arrow]:
    """Tells new from repeated, and what is worth a row of its own from what is not."""
    seen: set[tuple[object, ...]] = set()
    acknowledged: set[tuple[object, ...]] = set()
    talked: set[tuple[object, ...]] = set()
    zero = packets[0].start if packets else 0
    for p in packets:
        way = (p.link, p.src, p.sport, p.dst, p.dport)
        key = (*way, p.seq, p.payload, p.flags & (SYN | FIN | RST))
        notable = p.is_tcp and (p.payload or p.flags & (SYN | FIN | RST))
        again = bool(notable) and key in seen
        seen.add(key)
        dull = False
        if p.is_tcp and not p.flags & (SYN | FIN | RST):
            if p.payload:
                dull = way in talked and not p.first_line and not again
                talked.add(way)
            else:
                dull = way in acknowledged  # the handshake's own is the first
            acknowledged.add(way)
        if p.is_syn_ack:
            acknowledged.add(way)
        yield Arrow(p.start - zero, p, describe(p), again, dull and not p.lost)


def condense(found: list[Arrow]) -> list[Row]:
    """Replaces long runs of dull rows by one row each."""
    rows: list[Row] = []
    at = 0
    while at < len(found):
        end = at
        while end < len(found) and found[end].is_dull:
            end += 1
        dull = found[at:end]
        has_data = any(arrow.packet.payload for arrow in dull)
        if len(dull) > (DULL_DATA if has_data else DULL_ACKS):
            rows.append(summary(dull))
        else:
            rows += dull
        if end < len(found):
            rows.append(found[end])
        at = end + 1
    return rows


def summary(dull: list[Arrow]) -> Condensed:
    data = [a.packet for a in dull if a.packet.payload]
    return Condensed(
        time=dull[0].time,
        segments=len(data),
        payload=sum(p.payload for p in data),
        acknowledgements=len(dull) - len(data),
        links=sorted({a.packet.link for a in dull}),
        until=max(a.time + a.flight for a in dull),
    )


def with_silences(rows: list[Row]) -> list[Row]:
    result: list[Row] = []
    previous: Optional[int] = None
    for row in rows:
        if previous is not None and row.time - previous >= SILENCE:
            result.append(Silence(row.time, row.time - previous))
        result.append(row)
        previous = max(previous or 0, ends(row))
    return result


def ends(row: Row) -> int:
    """When what a row shows was over."""
    if isinstance(row, Condensed):
        return row.until
    return row.time + (row.flight if isinstance(row, Arrow) and row.lands else 0)


def with_arrivals(rows: list[Row]) -> list[Row]:
    """Rows in order of time, with one for each arrival that does not follow its departure."""
    flying = [row for row in rows if isinstance(row, Arrow) and row.flight > 0]
    arrivals = [Arrival(row.time + row.flight, row) for row in flying]
    ordered = sorted([*rows, *arrivals], key=lambda row: (row.time, row_rank(row)))
    result: list[Row] = []
    for row in ordered:
        if isinstance(row, Arrival) and result and result[-1] is row.arrow:
            continue
        if isinstance(row, Arrival):
            row.arrow.lands = False
        result.append(row)
    return result


def wire_text(parameters: dict[str, Any]) -> str:
    """The parameters of a wire in few words: `delay 10ms, from c1: loss 1%`."""
    words = [f"{k} {flat(v)}" for k, v in parameters.items() if k not in ("from", "capture")]
    for node, own in mapping(parameters.get("from")).items():
        words.append(f"from {node}: " + ", ".join(f"{k} {flat(v)}" for k, v in own.items()))
    return ", ".join(words) or "no impairment"


def flat(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key} {flat(item)}" for key, item in value.items())
    if isinstance(value, list):
        return " ".join(flat(item) for item in value)
    return str(value)


def wires_of(run: Run, packets: list[Packet]) -> list[str]:
    """What the wires of these packets are to do."""
    used = {p.link for p in packets}
    wired = [link for link in run.links.values() if link.name in used and link.wire is not None]
    return [f"wire {link.name}: {wire_text(link.wire or {})}" for link in wired]


def holds_of(run: Run, exchange: Exchange, zero: int) -> Optional[tuple[Hold, Release]]:
    """When the proxy held the exchange's SYN: by the log, else by the answer's packet."""
    arrived = next((p for p in exchange.redirected if p.is_syn), None)
    if arrived is None or arrived.receiver is None:
        return None
    entry = exchange.entry("connection", "refused", "expired") or {}
    event = str(entry.get("event", ""))
    logged = integer(entry.get("syn_released" if event == "connection" else "at"))
    answer = next((p for p in exchange.redirected if p.is_syn_ack or p.is_reset), None)
    verb = {"refused": "refused", "expired": "given up"}.get(event, "released")
    if not event and answer is not None and answer.is_reset:
        verb = "refused"
    if logged is not None:
        end, source = logged, "log"
    elif answer is not None:
        end, source = answer.time, "captures"
    else:
        return None
    hold = Hold(arrived.receiver, arrived.time - zero, max(end, arrived.time) - zero)
    seen = integer(entry.get("syn_seen")) if source == "log" else None
    held = end - (seen if seen is not None else arrived.time)
    early = verb == "released" and is_early(run, exchange, end)
    return hold, Release(hold.end, hold.node, max(held, 0), source, verb, early)


def is_early(run: Run, exchange: Exchange, released: int) -> bool:
    """Whether the proxy's own handshake was not yet acknowledged at its end of the link."""
    syns = [p for p in exchange.own if p.is_syn]
    answers = [p.time for p in exchange.own if p.is_syn_ack and p.link in run.links_of("proxy")]
    return bool(syns) and min(answers, default=END_OF_TIME) > released + run.uncertainty


def legend_of(exchanges: list[Exchange], run: Run) -> list[str]:
    lines = []
    proxies = run.addresses_of("proxy")
    for exchange in exchanges:
        ends = "%s:%d → %s:%d" % (*exchange.client, *exchange.origin)
        own = sorted({p.sport for p in exchange.own if p.src in proxies and p.is_syn})
        for port in own:
            source = next(p.src for p in exchange.own if p.sport == port and p.src in proxies)
            ends += " · the proxy's own: %s:%d → %s:%d" % (source, port, *exchange.origin)
        lines.append(ends)
    more = len(lines) - LEGEND_MAX
    return lines if more <= 0 else lines[:LEGEND_MAX] + [f"and {more} more connections"]


def bounded(rows: list[Row]) -> list[Row]:
    if len(rows) <= ROWS_MAX:
        return rows
    return rows[:ROWS_MAX] + [Rest(rows[ROWS_MAX].time, len(rows) - ROWS_MAX)]


def row_rank(row: Row) -> int:
    """Order at equal times: a release causes the packet that bounds it, a hold follows one."""
    return 0 if isinstance(row, (Release, Arrival)) else 2 if isinstance(row, Holding) else 1


def make_ladder(run: Run, name: str) -> Ladder:
    """The ladder of the step `name`; when it cannot be drawn, `problem` says why."""
    ladder = Ladder(f"{run.name} · {name}", name, [])
    step = run.step(name)
    if step is None:
        known = ", ".join(s.name for s in run.steps) or "none"
        ladder.problem = f"there is no step '{name}' in this run (steps: {known})"
        return ladder
    packets = packets_of(run, step)
    if not packets:
        ladder.problem = f"no packet was captured during the step '{name}'"
        return ladder
    ladder.nodes = node_order(run, packets)
    zero = packets[0].start
    exchanges = [e for e in run_exchanges(run) if e.step is step]
    rows = condense(list(arrows(packets)))
    for exchange in exchanges:
        found = holds_of(run, exchange, zero)
        if found:
            ladder.holds.append(found[0])
            rows += [Holding(found[0].start, found[0].node), found[1]]
    ladder.rows = bounded(with_silences(with_arrivals(rows)))
    ladder.legend = legend_of(exchanges, run) + wires_of(run, packets)
    return ladder
