# SPDX-License-Identifier: BSD-2-Clause
"""analysis/examples/general.expect: passes plain connections through NAT, and each of its
rules fails, and no other, when they are spoilt in the way that it is about."""
from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable

import pytest
from made import ACK, CLIENT, FIN, RST, SYN, Packet, Transport, quad, tcp, udp, write

from conftest import HERE, PROGRAM

RULES = HERE.parents[1] / "analysis" / "examples" / "general.expect"
SERVER, ROUTER = "198.51.100.7", "203.0.113.1"
MSS = bytes([2, 4, 1460 >> 8, 1460 & 0xFF])

Side = list[Packet]


def segment(up: bool, port: int, flags: int, seq: int, ack: int, data: bytes) -> Transport:
    options = MSS if flags & SYN else b""
    ports = (port, 80) if up else (80, port)
    return tcp(*ports, flags, seq, ack, data, options)


def connection(
    port: int = 50001, mapped: int = 40001, start: float = 0.0, isn: int = 100
) -> tuple[Side, Side]:
    """A fetch of "ok", as it is inside and outside of the router."""
    steps = [
        (True, SYN, isn, 0, b""),
        (False, SYN | ACK, 1000, isn + 1, b""),
        (True, ACK, isn + 1, 1001, b""),
        (True, ACK, isn + 1, 1001, b"get"),
        (False, ACK | FIN, 1001, isn + 4, b"ok"),
        (True, ACK | FIN, isn + 4, 1004, b""),
        (False, ACK, 1004, isn + 5, b""),
    ]
    inside, outside = [], []
    for n, (up, flags, seq, ack, data) in enumerate(steps):
        at = start + n / 100
        within = segment(up, port, flags, seq, ack, data)
        beyond = segment(up, mapped, flags, seq, ack, data)
        if up:
            inside.append(Packet(at, CLIENT, SERVER, within, ttl=64))
            outside.append(Packet(at + 0.001, ROUTER, SERVER, beyond, ttl=63))
        else:
            outside.append(Packet(at, SERVER, ROUTER, beyond, ttl=50))
            inside.append(Packet(at + 0.001, SERVER, CLIENT, within, ttl=49))
    return inside, outside


def failures(inside: Side, outside: Side, folder: Path) -> list[str]:
    """The failed ones, of these packets and of a good connection long after them."""
    later = connection(50009, 40009, 30.0, 70000)
    argv = [str(PROGRAM), "--format", "tap", str(RULES)]
    for name, packets in {"inside": inside + later[0], "outside": outside + later[1]}.items():
        argv += ["--tap", f"{name}={write(folder / f'{name}.pcap', packets)}"]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode in (0, 1), done.stderr
    bad = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
    return [line.split(" - ", 1)[1] for line in bad]


def test_good_connections_pass(tmp_path: Path) -> None:
    inside, outside = connection()
    more = connection(50002, 40002, 0.5, 5000)
    assert failures(inside + more[0], outside + more[1], tmp_path) == []


def put(side: Side, n: int, **changes: object) -> None:
    side[n] = replace(side[n], **changes)


def both(inside: Side, outside: Side, n: int, *what: Any) -> None:
    """The n-th packet's direction, flags, seq, ack and data, on both sides."""
    up = what[0]
    put(inside, n, what=segment(up, 50001, *what[1:]))
    put(outside, n, what=segment(up, 40001, *what[1:]))


def wrong_acknowledgement(inside: Side, outside: Side) -> None:
    both(inside, outside, 1, False, SYN | ACK, 1000, 999, b"")


def unanswered(inside: Side, outside: Side) -> None:
    del inside[1:], outside[1:]


def not_completed(inside: Side, outside: Side) -> None:
    del inside[2:], outside[2:]


def early_data(inside: Side, outside: Side) -> None:
    put(inside, 3, at=0.002)
    put(outside, 3, at=0.003)


def odd_flags(inside: Side, outside: Side) -> None:
    both(inside, outside, 6, False, RST | FIN, 1004, 105, b"")


def no_flags(inside: Side, outside: Side) -> None:
    both(inside, outside, 6, False, 0, 1004, 105, b"")


def after_reset(inside: Side, outside: Side) -> None:
    both(inside, outside, 4, False, RST, 1001, 104, b"")


def wrong_checksum(inside: Side, outside: Side) -> None:
    put(outside, 2, spoilt={37: 0xFF})


def wrong_length(inside: Side, outside: Side) -> None:
    outside.append(Packet(1.0, SERVER, ROUTER, udp(1, 2, b"x"), spoilt={25: 200}))


def dead(inside: Side, outside: Side) -> None:
    put(outside, 6, ttl=1)
    put(inside, 6, ttl=0)


def stranger(inside: Side, outside: Side) -> None:
    inside.append(Packet(1.0, "10.0.2.9", SERVER, udp(1, 2)))


def leak(inside: Side, outside: Side) -> None:
    outside.append(Packet(1.0, CLIENT, SERVER, udp(1, 2)))


def leak_in_an_option(inside: Side, outside: Side) -> None:
    put(outside, 2, options=bytes([1, 7, 7, 8]) + quad("10.0.1.1"))


def leak_in_a_quote(inside: Side, outside: Side) -> None:
    quote = bytes([3, 3]) + bytes(6) + inside[0].ip()[:28]
    what = Transport(1, quote[:8], quote[8:], 2, pseudo=False)
    outside.append(Packet(1.0, ROUTER, SERVER, what))


def opened_from_outside(inside: Side, outside: Side) -> None:
    syn, reset = tcp(999, 22, SYN, 5, 0, b"", MSS), tcp(22, 999, RST | ACK, 0, 6)
    outside += [Packet(1.0, SERVER, ROUTER, syn, ttl=50)]
    inside += [Packet(1.001, SERVER, CLIENT, syn, ttl=49), Packet(1.002, CLIENT, SERVER, reset)]
    outside += [Packet(1.003, ROUTER, SERVER, reset, ttl=63)]


def large(port: int) -> Transport:
    return tcp(port, 80, SYN, 100, 0, b"", bytes([2, 4, 9000 >> 8, 9000 & 0xFF]))


def unclamped(inside: Side, outside: Side) -> None:
    put(outside, 0, what=large(40001))


def unclamped_answer(inside: Side, outside: Side) -> None:
    what = tcp(80, 50001, SYN | ACK, 1000, 101, b"", bytes([2, 4, 9000 >> 8, 9000 & 0xFF]))
    put(inside, 1, what=what)


def too_large(inside: Side, outside: Side) -> None:
    both(inside, outside, 4, False, ACK, 1001, 104, b"x" * 1500)


def same_ttl(inside: Side, outside: Side) -> None:
    put(outside, 3, ttl=64)


def same_ttl_back(inside: Side, outside: Side) -> None:
    put(inside, 4, ttl=50)


def other_data(inside: Side, outside: Side) -> None:
    put(outside, 3, what=segment(True, 40001, ACK, 101, 1001, b"got"))


def another_server(inside: Side, outside: Side) -> None:
    put(outside, 3, destination="198.51.100.9")


def not_told(inside: Side, outside: Side) -> None:
    inside.append(Packet(1.0, CLIENT, SERVER, udp(1, 2), ttl=1))


def goes_on(inside: Side, outside: Side) -> None:
    """The sender is told that its TTL has ended, and it goes on all the same."""
    inside.append(Packet(1.0, CLIENT, SERVER, udp(1, 2, b"?"), ttl=1, id=7))
    quote = bytes([11, 0]) + bytes(6) + inside[-1].ip()[:28]
    what = Transport(1, quote[:8], quote[8:], 2, pseudo=False)
    inside.append(Packet(1.001, "10.0.1.1", CLIENT, what))
    outside.append(Packet(1.002, ROUTER, SERVER, udp(1, 2, b"?"), ttl=1, id=7))


def inconsistent(inside: Side, outside: Side) -> None:
    put(outside, 2, what=segment(True, 40005, ACK, 101, 1001, b""))


def shared(inside: Side, outside: Side) -> None:
    """Another connection with the same outer port."""
    more = connection(50003, 40001, 0.5, 9000)
    inside += more[0]
    outside += more[1]


ANSWERED = "a SYN is answered, if only by a reset or an ICMP error"
FLAGS = "flags make sense"
WHOLE = "headers are whole: lengths agree, checksums are right"
LEAK = "nor does one in an option, or in what an ICMP error quotes"
CLAMPED = "the segment size is clamped to what the path bears"
CHANGED = "the router takes one from the TTL, and changes neither ports of the far end nor data"
SPENT = "a packet whose TTL ends at the router is told of, and goes no further"
CASES: list[tuple[Callable[[Side, Side], None], str]] = [
    (wrong_acknowledgement, "a SYN-ACK answers a SYN, and acknowledges it"),
    (unanswered, ANSWERED),
    (not_completed, "a handshake is completed by whoever began it"),
    (early_data, "nobody sends data before the handshake is done"),
    (odd_flags, FLAGS),
    (no_flags, FLAGS),
    (after_reset, "a connection that was reset is silent"),
    (wrong_checksum, WHOLE),
    (wrong_length, WHOLE),
    (dead, "nothing arrives dead"),
    (stranger, "inside, one end of every packet is of the subnet"),
    (leak, "no private address leaks outside: a router that translates has changed them all"),
    (leak_in_an_option, LEAK),
    (leak_in_a_quote, LEAK),
    (opened_from_outside, "nobody outside opens a connection to the inside"),
    (unclamped, CLAMPED),
    (unclamped_answer, CLAMPED),
    (too_large, "no packet is larger than the narrowest link"),
    (same_ttl, CHANGED),
    (same_ttl_back, CHANGED),
    (other_data, CHANGED),
    (another_server, CHANGED),
    (not_told, SPENT),
    (goes_on, SPENT),
    (inconsistent, "translation is consistent: a connection keeps the one outer address and port"),
    (shared, "no two connections have the same outer end"),
]


@pytest.mark.parametrize("spoil, words", CASES, ids=[spoil.__name__ for spoil, _ in CASES])
def test_exactly_its_rule_notices(
    spoil: Callable[[Side, Side], None], words: str, tmp_path: Path
) -> None:
    inside, outside = connection()
    spoil(inside, outside)
    assert failures(inside, outside, tmp_path) == [words]


def test_each_rule_has_its_case() -> None:
    rules = re.findall(r'^"(.+)":', RULES.read_text(), re.M)
    assert sorted(rules) == sorted({words for _, words in CASES})
