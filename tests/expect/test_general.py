# SPDX-License-Identifier: BSD-2-Clause
"""analysis/examples/general.expect: passes a plain connection through NAT, and each of its
rules fails when that is spoilt in the way that it is about."""
from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Callable

import pytest
from made import ACK, CLIENT, FIN, RST, SYN, Packet, Transport, tcp, write

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


def failures(inside: Side, outside: Side, folder: Path) -> set[str]:
    argv = [str(PROGRAM), "--format", "tap", str(RULES)]
    for name, packets in {"inside": inside, "outside": outside}.items():
        argv += ["--tap", f"{name}={write(folder / f'{name}.pcap', packets)}"]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode in (0, 1), done.stderr
    bad = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
    return {line.split(" - ", 1)[1].split(":")[0] for line in bad}


def test_a_good_connection_passes(tmp_path: Path) -> None:
    inside, outside = connection()
    more = connection(50002, 40002, 1.0, 5000)
    assert failures(inside + more[0], outside + more[1], tmp_path) == set()


def put(side: Side, n: int, **changes: object) -> None:
    side[n] = replace(side[n], **changes)


def wrong_acknowledgement(inside: Side, outside: Side) -> None:
    put(inside, 1, what=segment(False, 50001, SYN | ACK, 1000, 999, b""))


def unanswered(inside: Side, outside: Side) -> None:
    del inside[1:], outside[1:]


def early_data(inside: Side, outside: Side) -> None:
    early = segment(True, 50001, ACK, 101, 1001, b"get")
    put(inside, 3, what=early, at=0.002)
    inside.insert(1, inside.pop(3))


def odd_flags(inside: Side, outside: Side) -> None:
    put(outside, 6, what=segment(False, 40001, SYN | FIN, 1004, 105, b""))


def after_reset(inside: Side, outside: Side) -> None:
    put(inside, 4, what=segment(False, 50001, RST, 1001, 104, b""))


def wrong_checksum(inside: Side, outside: Side) -> None:
    put(outside, 2, spoilt={37: 0xFF})


def stranger(inside: Side, outside: Side) -> None:
    put(inside, 6, destination="10.0.2.9")


def leak(inside: Side, outside: Side) -> None:
    put(outside, 2, source=CLIENT)


def unclamped(inside: Side, outside: Side) -> None:
    jumbo = tcp(40001, 80, SYN, 100, 0, b"", bytes([2, 4, 9000 >> 8, 9000 & 0xFF]))
    put(outside, 0, what=jumbo)


def too_large(inside: Side, outside: Side) -> None:
    put(outside, 4, what=segment(False, 40001, ACK, 1001, 104, b"x" * 1500))


def same_ttl(inside: Side, outside: Side) -> None:
    put(outside, 3, ttl=64)


def inconsistent(inside: Side, outside: Side) -> None:
    again = segment(True, 40009, SYN, 100, 0, b"")
    outside.insert(1, Packet(0.0015, ROUTER, SERVER, again, ttl=63))
    outside.insert(1, replace(outside[0], at=0.0012))


@pytest.mark.parametrize(
    "spoil, words",
    [
        (wrong_acknowledgement, "a SYN-ACK answers a SYN, and acknowledges it"),
        (unanswered, "a SYN is answered, if only by a reset or an ICMP error"),
        (early_data, "nobody sends data before the handshake is done"),
        (odd_flags, "flags make sense"),
        (after_reset, "a connection that was reset is silent"),
        (wrong_checksum, "headers are whole"),
        (stranger, "inside, one end of every packet is of the subnet"),
        (leak, "no private address leaks outside"),
        (unclamped, "the segment size is clamped to what the path bears"),
        (too_large, "no packet is larger than the narrowest link"),
        (same_ttl, "the router takes one from the TTL, and changes neither ports of the far end "
         "nor data"),
        (inconsistent, "translation is consistent"),
    ],
)  # fmt: skip
def test_each_rule_notices(spoil: Callable[[Side, Side], None], words: str, tmp_path: Path) -> None:
    inside, outside = connection()
    spoil(inside, outside)
    assert words in failures(inside, outside, tmp_path)
