# SPDX-License-Identifier: BSD-2-Clause
"""Connections of clients, put together over all links, and joined to the access log.

On the client's link a connection runs from C to O, between router and proxy from
C to P with O in the option, and the proxy's own connection from P to O. Nothing in
the packets joins the last to the first: that is taken from the access log, which
names P's local ports. Without a log line the own connections that began during the
client's are taken, and the exchange says that it was joined by time.

Where links have wires, times are those at the client's end for the client's packets,
and at the proxy's for the others: what each of the two saw, and when.
"""
from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator, Optional

from .packets import Packet
from .run import Run, Step, integer, mapping

End = tuple[str, int]
ByEnd = dict[End, list[Packet]]


@dataclass
class Exchange:
    """One connection of a client."""

    client: End
    origin: End
    packets: list[Packet]  # on the client's link
    step: Optional[Step] = None
    redirected: list[Packet] = field(default_factory=list)  # the same, on the proxy's link
    own: list[Packet] = field(default_factory=list)  # P's own connections, on all links
    entries: list[dict[str, Any]] = field(default_factory=list)  # access log lines
    joined_by: str = ""
    memory: dict[str, list[Any]] = field(default_factory=dict)  # computed from the packets

    @property
    def start(self) -> int:
        return self.packets[0].time

    @property
    def end(self) -> int:
        return max(p.time for p in self.packets + self.redirected)

    def from_client(self) -> list[Packet]:
        return self._sent_by(self.client)

    def from_origin(self) -> list[Packet]:
        return self._sent_by(self.origin)

    def _sent_by(self, end: End) -> list[Packet]:
        """Found once: a load asks for it with each request."""
        key = "client" if end == self.client else "origin"
        if key not in self.memory:
            self.memory[key] = [p for p in self.packets if (p.src, p.sport) == end]
        return self.memory[key]

    def entry(self, *events: str) -> Optional[dict[str, Any]]:
        return next((e for e in self.entries if e.get("event") in events), None)


@dataclass
class Fetch:
    """One request of an exchange, or the exchange itself when it had none. Times in ns."""

    exchange: Exchange
    request: Optional[Packet]
    responses: list[Packet]  # data from the origin's address, to the next request
    entry: Optional[dict[str, Any]] = None  # the log's `request` line
    number: int = 0  # which request of its connection it is, from 0

    @property
    def is_later(self) -> bool:
        """On a connection that was kept: no SYN is its own."""
        return self.number > 0

    @property
    def what(self) -> str:
        return self.request.first_line if self.request else "no request"

    @property
    def target(self) -> str:
        words = self.what.split(" ")
        return words[1] if self.request and len(words) > 1 else ""


def split_connections(packets: Iterable[Packet]) -> list[list[Packet]]:
    """Packets of one pair of ends, parted where a SYN bears a new sequence number."""
    parts: list[list[Packet]] = []
    seq: Optional[int] = None
    for packet in packets:
        if packet.is_syn and packet.seq != seq:
            seq = packet.seq
            parts.append([])
        if parts:
            parts[-1].append(packet)
    return parts


def client_connections(run: Run) -> list[Exchange]:
    """The connections that begin on the clients' links, in order of time."""
    links, clients = run.links_of("client"), run.addresses_of("client")
    groups: dict[tuple[str, frozenset[End]], list[Packet]] = {}
    for packet in run.seen_by("client"):
        if packet.link in links and packet.is_tcp:
            groups.setdefault((packet.link, packet.flow), []).append(packet)
    found = []
    for group in groups.values():
        for part in split_connections(group):
            syn = part[0]
            if syn.src in clients:
                found.append(Exchange((syn.src, syn.sport), (syn.dst, syn.dport), part))
    found.sort(key=lambda exchange: exchange.start)
    return found


def is_redirected_of(packet: Packet, exchange: Exchange, proxies: set[str]) -> bool:
    """Whether a packet of the proxy's link belongs to this connection of a client."""
    if (packet.src, packet.sport) == exchange.client and packet.dport == exchange.origin[1]:
        return packet.dst in proxies and packet.route[:1] in ((exchange.origin[0],), ())
    return (packet.src, packet.sport) == exchange.origin and (
        packet.dst,
        packet.dport,
    ) == exchange.client


def log_end(entry: dict[str, Any], key: str) -> End:
    end = mapping(entry.get(key))
    return str(end.get("address", "")), integer(end.get("port")) or 0


def is_logged_as(entry: dict[str, Any], exchange: Exchange, until: int) -> bool:
    """Whether a line of the log speaks of this connection: by its ends, and by time."""
    seen = integer(entry.get("syn_seen")) or integer(entry.get("time")) or 0
    slack = 1_000_000_000
    in_time = exchange.start - slack <= seen < min(until, exchange.end + slack)
    return (
        in_time
        and log_end(entry, "client") == exchange.client
        and log_end(entry, "origin") == exchange.origin
    )


def own_ports(entries: list[dict[str, Any]]) -> set[int]:
    ports = {integer(e.get(key)) for e in entries for key in ("local_port", "fetch_local_port")}
    return {port for port in ports if port}


def join_own(run: Run, exchange: Exchange, by_end: ByEnd) -> None:
    """Adds the proxy's own connections that served the exchange."""
    proxies = run.addresses_of("proxy")
    ports = own_ports(exchange.entries)
    exchange.joined_by = "log" if ports else "time"
    if not ports and exchange.redirected:
        ports = {
            p.sport
            for p in by_end.get(exchange.origin, [])
            if p.is_syn and p.src in proxies and exchange.start <= p.time <= exchange.end
        }
    found = [p for a in proxies for port in ports for p in by_end.get((a, port), [])]
    own = [p for p in found if is_between(p, proxies, exchange.origin) and p.time >= exchange.start]
    exchange.own = sorted(own, key=lambda p: (p.time, p.link, p.frame))


def is_between(packet: Packet, proxies: set[str], origin: End) -> bool:
    if packet.src in proxies:
        return (packet.dst, packet.dport) == origin
    return packet.dst in proxies and (packet.src, packet.sport) == origin


def index_by_end(packets: Iterable[Packet]) -> ByEnd:
    """Packets by either of their ends, in order of time."""
    by_end: ByEnd = {}
    for packet in packets:
        if packet.is_tcp:
            for end in packet.flow:
                by_end.setdefault(end, []).append(packet)
    return by_end


def log_by_client(run: Run) -> dict[End, list[dict[str, Any]]]:
    found: dict[End, list[dict[str, Any]]] = {}
    for entry in run.log:
        found.setdefault(log_end(entry, "client"), []).append(entry)
    return found


def read_exchanges(run: Run) -> list[Exchange]:
    """All connections of clients, joined over the links and to the log."""
    exchanges = client_connections(run)
    by_end, log = index_by_end(run.seen_by("proxy")), log_by_client(run)
    proxies, near_proxy = run.addresses_of("proxy"), run.links_of("proxy")
    following: dict[tuple[End, End], int] = {}
    for exchange in reversed(exchanges):
        ends = (exchange.client, exchange.origin)
        until = following.get(ends, 2**63 - 1)
        following[ends] = exchange.start
        exchange.step = next((s for s in run.steps if s.start <= exchange.start < s.until), None)
        exchange.redirected = [
            p
            for p in by_end.get(exchange.client, [])
            if p.link in near_proxy
            and exchange.start <= p.time < until
            and is_redirected_of(p, exchange, proxies)
        ]
        entries = log.get(exchange.client, [])
        exchange.entries = [e for e in entries if is_logged_as(e, exchange, until)]
        join_own(run, exchange, by_end)
    return exchanges


def run_exchanges(run: Run) -> list[Exchange]:
    """read_exchanges, once a run."""
    if "exchanges" not in run.memory:
        run.memory["exchanges"] = read_exchanges(run)
    found: list[Exchange] = run.memory["exchanges"]
    return found


def fetches_of(exchange: Exchange) -> list[Fetch]:
    """The exchange's requests, each with its response's packets and its line of the log."""
    if "fetches" not in exchange.memory:
        exchange.memory["fetches"] = read_fetches(exchange)
    return exchange.memory["fetches"]


def read_fetches(exchange: Exchange) -> list[Fetch]:
    requests = [p for p in first_sent(exchange.from_client()) if p.is_request]
    data = [p for p in exchange.from_origin() if p.payload]
    entries = [e for e in exchange.entries if e.get("event") == "request"]
    if not requests:
        return [Fetch(exchange, None, data, None)]
    times = [p.time for p in data]
    begins = [bisect_left(times, request.time) for request in requests]
    fetches = []
    for number, request in enumerate(requests):
        end = begins[number + 1] if number + 1 < len(requests) else len(data)
        entry = entries[number] if number < len(entries) else None
        fetches.append(Fetch(exchange, request, data[begins[number] : end], entry, number))
    return fetches


def first_sent(packets: Iterable[Packet]) -> Iterator[Packet]:
    """One way's packets without retransmissions, whose bytes were sent before."""
    seen: set[tuple[int, int, int]] = set()
    for packet in packets:
        key = (packet.seq, packet.flags & 7, packet.payload)
        if key not in seen:
            seen.add(key)
            yield packet
