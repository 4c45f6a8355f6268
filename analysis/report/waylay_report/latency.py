# SPDX-License-Identifier: BSD-2-Clause
"""What each fetch took, and whether the captures and the access log agree on it.

Every figure names its source. The client's view (handshake, first byte, last byte)
comes from the capture of the client's link, where the stamps of one file are
compared with each other; how long the proxy held the SYN comes from its log. A later
request of a kept connection begins with itself: the SYN was not sent for it. A claim
of the log that the captures can judge is judged, and a disagreement is
a row like any other: nothing is corrected in silence.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from .exchanges import Exchange, Fetch, fetches_of, log_end, run_exchanges
from .packets import Packet
from .run import Run, integer

# What is claimed, the log's key, the packet to judge it by, whether it follows that packet.
Pair = tuple[str, str, Optional[Packet], bool]

LATE_BOUND = 50_000_000  # a log that lags its packet by more (ns) is worth a word


@dataclass
class Latency:
    """One row of the table; times in nanoseconds, None where there was no such event."""

    step: str
    fetch: Fetch
    outcome: str  # "200", "refused", "no answer"
    served: str  # "miss", "hit", "direct", ...: the log's word, or that there is none
    begin: int  # the first SYN; of a later request of its connection, that request
    handshake: Optional[int]  # first SYN to SYN-ACK or RST; None for a later request
    held: Optional[int]  # SYN seen by the proxy to its release (log); None for a later request
    first_byte: Optional[int]  # request to first byte of the response
    last_byte: Optional[int]  # request to last byte
    total: Optional[int]  # begin to last byte (or RST)
    received: int  # payload bytes, captures
    syns: int  # SYNs sent, retransmissions included; 0 for a later request


@dataclass
class Claim:
    """One statement of the log beside what the captures show."""

    step: str
    what: str
    logged: str
    captured: str
    agrees: bool


def since(start: Optional[int], end: Optional[int]) -> Optional[int]:
    return end - start if start is not None and end is not None else None


def held_time(exchange: Exchange) -> Optional[int]:
    entry = exchange.entry("connection", "refused", "expired")
    if entry is None:
        return None
    end = entry.get("syn_released") if entry.get("event") == "connection" else entry.get("at")
    return since(integer(entry.get("syn_seen")), integer(end))


def first(packets: list[Packet]) -> Optional[Packet]:
    return packets[0] if packets else None


def answer_to_syn(exchange: Exchange) -> Optional[Packet]:
    return next((p for p in exchange.from_origin() if p.is_syn_ack or p.is_reset), None)


def outcome_of(fetch: Fetch) -> str:
    response = first([p for p in fetch.responses if p.is_response])
    if response:
        return response.first_line.split(" ")[1:2][0] if " " in response.first_line else "?"
    answer = answer_to_syn(fetch.exchange)
    if answer is None:
        return "no answer"
    if answer.is_reset:
        return "refused"
    return "no response" if fetch.request else "connected"


def served_by(run: Run, fetch: Fetch) -> str:
    """How the proxy says it served the request; 'direct' when it had no part in it."""
    if fetch.entry:
        return str(fetch.entry.get("cache") or "?")
    others = fetch.exchange.entry("tunnel", "refused", "expired")
    if others:
        return str(others.get("event"))
    if fetch.exchange.redirected:
        return "not logged"
    return "direct"


def latency_of(run: Run, fetch: Fetch) -> Latency:
    exchange = fetch.exchange
    answer, later = answer_to_syn(exchange), fetch.is_later
    last = fetch.responses[-1].time if fetch.responses else None
    asked = fetch.request.time if fetch.request else None
    begin = asked if later and asked is not None else exchange.start
    ends = last if last is not None else (answer.time if answer and answer.is_reset else None)
    return Latency(
        step=exchange.step.name if exchange.step else "-",
        fetch=fetch,
        outcome=outcome_of(fetch),
        served=served_by(run, fetch),
        begin=begin,
        handshake=None if later else since(begin, answer.time if answer else None),
        held=None if later else held_time(exchange),
        first_byte=since(asked, fetch.responses[0].time if fetch.responses else None),
        last_byte=since(asked, last),
        total=since(begin, ends),
        received=distinct_bytes(fetch.responses),
        syns=0 if later else sum(1 for p in exchange.packets if p.is_syn),
    )


def distinct_bytes(packets: list[Packet]) -> int:
    """Payload bytes without those that were sent again."""
    if not packets:
        return 0
    base, covered, total = packets[0].seq, 0, 0
    for start, end in sorted(
        ((p.seq - base) % 2**32, (p.seq - base) % 2**32 + p.payload) for p in packets
    ):
        total += max(0, end - max(start, covered))
        covered = max(covered, end)
    return total


def latencies(run: Run) -> list[Latency]:
    return [latency_of(run, f) for e in run_exchanges(run) for f in fetches_of(e)]


def in_order(
    run: Run, step: str, what: str, logged: Optional[int], seen: Optional[int], after: bool
) -> Optional[Claim]:
    """The log's event must come after (or before) the packet, and not long from it."""
    if logged is None or seen is None:
        return None
    distance = logged - seen
    allowed = (-run.uncertainty, LATE_BOUND) if after else (-LATE_BOUND, run.uncertainty)
    word = "after" if distance >= 0 else "before"
    return Claim(
        step,
        what,
        f"{abs(distance) / 1e6:.3f} ms {word} the packet",
        f"at most {LATE_BOUND // 1_000_000} ms {'after' if after else 'before'} it",
        allowed[0] <= distance <= allowed[1],
    )


def handshake_claims(run: Run, exchange: Exchange, step: str) -> list[Claim]:
    entry = exchange.entry("connection", "refused", "expired") or {}
    proxies = run.links_of("proxy")
    arrived = first([p for p in exchange.redirected if p.is_syn])
    answered = first([p for p in exchange.redirected if p.is_syn_ack])
    own = first([p for p in exchange.own if p.is_syn_ack and p.link in proxies])
    pairs: list[Pair] = [
        ("SYN seen by the proxy", "syn_seen", arrived, True),
        ("origin's SYN-ACK at the proxy", "origin_acknowledged", own, True),
        ("SYN released, client's SYN-ACK sent", "syn_released", answered, False),
    ]
    if entry.get("event") == "refused":
        refusal = first([p for p in exchange.redirected if p.is_reset])
        pairs.append(("refusal sent to the client", "at", refusal, False))
    return judged(run, step, entry, pairs)


def judged(run: Run, step: str, entry: dict[str, Any], pairs: list[Pair]) -> list[Claim]:
    claims = [
        in_order(run, step, what, integer(entry.get(key)), p.time if p else None, after)
        for what, key, p, after in pairs
    ]
    return [claim for claim in claims if claim]


def is_alone(exchange: Exchange) -> bool:
    """Whether the connection had one request only, which needs no telling apart."""
    return sum(1 for e in exchange.entries if e.get("event") == "request") == 1


def time_claims(run: Run, latency: Latency) -> list[Claim]:
    """The request's own times, against the packets of the proxy's link."""
    exchange, entry = latency.fetch.exchange, latency.fetch.entry
    if entry is None or not is_alone(exchange):
        return []
    asked = first([p for p in exchange.redirected if p.is_request])
    answered = first([p for p in exchange.redirected if p.is_response])
    return judged(
        run,
        latency.step,
        entry,
        [
            ("request seen by the proxy", "request_start", asked, True),
            ("first byte sent to the client", "first_byte", answered, False),
        ],
    )


def request_claims(latency: Latency) -> list[Claim]:
    fetch, exchange = latency.fetch, latency.fetch.exchange
    if fetch.entry is None:
        return []
    claims = []
    status = str(fetch.entry.get("status"))
    claims.append(Claim(latency.step, "status", status, latency.outcome, status == latency.outcome))
    if is_alone(exchange):
        asked = sorted({p.first_line for p in exchange.own if p.is_request})
        fetched = bool(fetch.entry.get("fetch_local_port"))
        claims.append(
            Claim(
                latency.step,
                "request sent to the origin",
                "yes" if fetched else "no (a hit)",
                "yes" if asked else "no",
                fetched == bool(asked),
            )
        )
    return claims


def byte_claims(exchange: Exchange, step: str) -> list[Claim]:
    entry = exchange.entry("connection") or {}
    logged = integer(entry.get("bytes_to_client"))
    if logged is None:
        return []
    seen = distinct_bytes([p for p in exchange.from_origin() if p.payload])
    return [Claim(step, "bytes to the client", f"{logged:,}", f"{seen:,}", logged == seen)]


def presence_claims(exchange: Exchange, step: str) -> list[Claim]:
    if bool(exchange.redirected) == bool(exchange.entries):
        return []
    ends = f"{exchange.client[0]}:{exchange.client[1]}"
    logged = "has lines" if exchange.entries else "no line"
    seen = "redirected" if exchange.redirected else "not redirected"
    return [Claim(step, f"connection of {ends}", logged, seen, False)]


def orphan_claims(run: Run, exchanges: list[Exchange]) -> list[Claim]:
    """Lines of the log about connections that no capture shows."""
    joined = {entry["line"] for exchange in exchanges for entry in exchange.entries}
    orphans: list[dict[str, Any]] = [e for e in run.log if e["line"] not in joined]
    return [
        Claim(
            "-",
            f"{entry['line']}: {entry.get('event')} of %s:%d" % log_end(entry, "client"),
            "has a line",
            "no packets",
            False,
        )
        for entry in orphans
    ]


def claims(run: Run) -> list[Claim]:
    """All that the log says and the captures can judge."""
    exchanges = run_exchanges(run)
    found: list[Claim] = []
    for exchange in exchanges:
        step = exchange.step.name if exchange.step else "-"
        found += presence_claims(exchange, step)
        found += handshake_claims(run, exchange, step)
        found += byte_claims(exchange, step)
        for fetch in fetches_of(exchange):
            latency = latency_of(run, fetch)
            found += request_claims(latency) + time_claims(run, latency)
    return found + orphan_claims(run, exchanges)
