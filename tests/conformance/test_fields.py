# SPDX-License-Identifier: BSD-2-Clause
"""Every field that tshark knows, too, has tshark's values, over made captures.

tshark gives the fields of all levels of a packet (the outermost, the one in a
tunnel, the one that an ICMP error quotes) under one name, one behind the other; so
do these tests. What differs on purpose stands in the table below.
"""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

import made_captures as made
from reader import Field, field_table, ours, plain, tshark

# Names of protocols: their value is bytes for us, and none in tshark's fields.
# sack_perm is a subtree without value there.
NO_VALUE = {"frame", "eth", "sll", "vlan", "arp", "ip", "icmp", "tcp", "udp", "gre"}
NO_VALUE |= {"tcp.options.sack_perm"}

# Inside of a quote tshark reads no further than it finds sensible: there only
# these are compared whole. Of all others, what the other levels have.
WHOLE_IN_QUOTES = ("ip.", "udp.srcport", "udp.dstport", "udp.port", "tcp.srcport", "tcp.dstport")

UNVERIFIED = "2"


def is_compared(field: Field) -> bool:
    """Is the field one that both know, from the packet alone?"""
    return not field.ours and field.needs == "packet" and field.name not in NO_VALUE


FIELDS = [f for f in field_table() if is_compared(f)]


def flat(levels: list[str]) -> list[str]:
    """The values of all levels."""
    return [value for level in levels if level for value in level.split(",")]


def same(field: Field, mine: list[str], theirs: list[str]) -> bool:
    """Are the values the same, but for what tshark could not or would not say?"""
    if len(mine) != len(theirs):
        return False
    if not field.name.endswith("checksum.status"):
        return mine == theirs
    return all(t in (m, UNVERIFIED) for m, t in zip(mine, theirs))


def agree(field: Field, levels: list[str], quoted: int, value: str) -> bool:
    """Does tshark's value say the same as our levels do? `quoted`: the first level that is
    a quote, or one past the last."""
    theirs = [plain(field.type, v) for v in value.split(",")] if value else []
    if field.name == "arp.isgratuitous":  # tshark says so, or nothing
        theirs = theirs or (["no"] if levels[0] else [])
    if field.name == "tcp.option_kind":  # of padding, tshark gives each byte
        theirs = [v for n, v in enumerate(theirs) if v != "0" or theirs[n - 1 : n] != ["0"]]
    if field.name == "ip.version" and theirs == ["6"]:  # also the name of another's field
        theirs = []
    if field.name in ("eth.padding", "eth.trailer"):  # ours are of the outermost frame alone
        theirs = theirs if len(levels) == 1 else theirs[: len(flat(levels))]
    if same(field, flat(levels), theirs):
        return True
    if quoted >= len(levels) or field.name.startswith(WHOLE_IN_QUOTES):
        return False
    outside = flat(levels[:quoted])
    return same(field, outside, theirs[: len(outside)])


def first_quote(quotes: str) -> int:
    """The level behind the first that has a quote, from the field icmp.quote."""
    levels = quotes.split(";")
    return next((n + 1 for n, quote in enumerate(levels) if quote), len(levels))


def compare(capture: Path) -> None:
    """Holds every field of every packet against tshark's."""
    names = [f.name for f in FIELDS]
    mine, theirs = ours(capture, ["icmp.quote", *names]), tshark(capture, names)
    assert len(mine) == len(theirs) > 0
    wrong = []
    for number, (my_row, their_row) in enumerate(zip(mine, theirs), 1):
        quoted = first_quote(my_row[0])
        for field, mine_here, theirs_here in zip(FIELDS, my_row[1:], their_row):
            if not agree(field, mine_here.split(";"), quoted, theirs_here):
                wrong.append(f"packet {number}: {field.name}: {mine_here!r} != {theirs_here!r}")
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong[:30])


@pytest.mark.parametrize("link", [made.ETHERNET, made.RAW, made.IPV4, made.SLL, made.SLL2], ids=str)
def test_fields_of_every_link_type(tmp_path: Path, link: int) -> None:
    """Thousands of packets of every kind."""
    count = 3000 if link == made.ETHERNET else 600
    capture = made.write(tmp_path / "made.pcap", made.pcap(made.draw(link, 1 + link, count), link))
    compare(capture)


def behind(kind: bytes, payload: bytes, rest: bytes) -> bytes:
    """A frame with something behind what it carries."""
    return bytes(12) + kind + payload + rest


def test_what_stands_behind_the_payload(tmp_path: Path) -> None:
    """Padding, trailers and check sequences of frames around 60 and 64 bytes, and their times."""
    datagrams = [
        struct.pack(">BBHHHBBHII", 0x45, 0, 28 + n, 1, 0, 64, 17, 0, 1, 2)
        + struct.pack(">HHHH", 1, 2, 8 + n, 0)
        + b"d" * n
        for n in (0, 17, 18, 50)
    ]
    arp = bytes([0, 1, 8, 0, 6, 4, 0, 1]) + bytes(20)
    frames = [
        behind(kind, payload, filler * count)
        for kind, payloads in (
            (b"\x08\x00", datagrams),
            (b"\x08\x06", [arp]),
            (b"\x81\x00\0\5\x08\x00", datagrams),
            (b"\x00\x05", [b"\xaa\xaa\3\1\2"]),
        )
        for payload in payloads
        for filler in (b"\0", b"\1")
        for count in (0, 1, 3, 4, 5, 14, 18, 22, 30)
    ]
    packets = [(made.START + n * n * 1000, frame) for n, frame in enumerate(frames)]
    compare(made.write(tmp_path / "made.pcap", made.pcap(packets)))


@pytest.mark.parametrize("snap", [34, 60, 96])
def test_fields_of_clipped_packets(tmp_path: Path, snap: int) -> None:
    """What a snap length has left over is read as far as it goes."""
    packets = [(t, p) for t, p in made.draw(made.ETHERNET, 7, 600) if p[12:14] == b"\x08\0"]
    capture = made.write(tmp_path / "made.pcap", made.pcap(packets, snap=snap))
    names = ["ip.src", "ip.dst", "ip.ttl", "ip.id", "ip.proto", "ip.len", "frame.cap_len"]
    fields = {f.name: f for f in FIELDS}
    for mine, theirs in zip(ours(capture, names), tshark(capture, names), strict=True):
        for name, my_value, their_value in zip(names, mine, theirs):
            theirs_first = plain(fields[name].type, their_value.split(",")[0])
            assert my_value.split(";")[0] == theirs_first or not theirs_first


def test_every_name_that_is_not_ours_is_wiresharks() -> None:
    """No field claims a name that Wireshark has not."""
    listed = subprocess.run(
        ["tshark", "-G", "fields"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    known = {row.split("\t")[2] for row in listed if row[:2] in ("F\t", "P\t")}
    assert not [f.name for f in field_table() if not f.ours and f.name not in known]
    assert not [f.name for f in field_table() if f.ours and f.name in known]
