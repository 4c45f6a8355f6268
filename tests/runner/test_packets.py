# SPDX-License-Identifier: BSD-2-Clause
"""Hostile packets: as bytes, by what RFCs say, and what cannot be one."""
from __future__ import annotations

import ipaddress
import re
from typing import Any

import pytest

from waylay import forms, packets
from waylay.yamlmarks import Document

HOSTS = {"c1": "10.0.1.2", "o1": "10.0.3.2", "p1": "10.0.2.2"}
NAMES = packets.Names(lambda name: ipaddress.IPv4Address(HOSTS.get(name, name)), "c1")
SYN: dict[str, Any] = {"ip": {"dst": "o1"}, "tcp": {"dport": 80, "flags": ["syn"]}}


def one(packet: dict[str, Any]) -> bytes:
    forms.check(Document("test", packet), (), packets.FORM)
    (built,) = packets.build(packet, NAMES)
    return built


def with_ip(**fields: Any) -> dict[str, Any]:
    return {**SYN, "ip": {"dst": "o1", **fields}}


def test_a_plain_syn_is_right_in_every_field() -> None:
    found = one(SYN)
    ip = "45000028 00010000 4006.... 0a000102 0a000302"
    tcp = "04000050 00000001 00000000 5002ffff ....0000"
    assert re.fullmatch(f"{ip} {tcp}", found.hex(" ", 4))
    assert packets.checksum(found[:20]) == 0
    assert packets.checksum(found[12:20] + bytes((0, 6, 0, 20)) + found[20:]) == 0


def test_the_checksum_of_rfc_1071() -> None:
    assert packets.checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xDDF2 ^ 0xFFFF


def test_options_by_name() -> None:
    redirected = one(with_ip(options=[{"redirect": "o1"}]))
    assert redirected[0] == 0x47 and redirected[20:28].hex() == "010707080a000302"
    route = {"lsrr": {"addresses": ["p1", "o1"], "pointer": 8}}
    assert one(with_ip(options=["nop", route]))[20:32].hex() == "01830b080a0002020a000302"
    assert (
        one(with_ip(options=[{"hex": "94 04 00 00"}]))[20:24]
        == one(with_ip(options=[{"router-alert": 0}]))[20:24]
    )


def test_what_is_given_is_not_computed() -> None:
    found = one(with_ip(version=6, ihl=4, length=9, checksum=7, protocol=99, flags=["df", "mf"]))
    assert found[0] == 0x64 and found[2:4] == b"\0\x09" and found[6] == 0x60
    assert found[9] == 99 and found[10:12] == b"\0\x07"


@pytest.mark.parametrize("layer", ["ip", "tcp"])
def test_a_bad_checksum_is_wrong(layer: str) -> None:
    bad = {**SYN, layer: {**SYN[layer], "checksum": "bad"}}
    right, found, at = one(SYN), one(bad), {"ip": 10, "tcp": 36}[layer]
    assert [i for i in range(len(right)) if right[i] != found[i]] == [at]


def test_tcp_options_and_payload() -> None:
    options = [{"mss": 1460}, "nop", {"window-scale": 7}, {"timestamps": [1, 2]}, "sack-permitted"]
    tcp = {"dport": 80, "flags": ["syn"], "options": options}
    found = one({**SYN, "tcp": tcp, "payload": {"text": "hi"}})
    assert found[32] >> 4 == 10 and found[-2:] == b"hi"
    assert found[40:60].hex() == "020405b401030307080a00000001000000020402"


def test_an_error_that_quotes() -> None:
    quote = {"ip": {"src": "o1", "dst": "c1"}, "tcp": {"dport": 9}, "bytes": 28}
    found = one({"ip": {"dst": "o1"}, "icmp": {"type": 3, "code": 4, "rest": 1400, "quote": quote}})
    assert found[9] == 1 and found[20:22] == b"\3\4" and found[24:28] == b"\0\0\5\x78"
    assert len(found) == 20 + 8 + 28 and packets.checksum(found[20:]) == 0


def test_fragments_of_which_the_first_has_the_options() -> None:
    options = [{"redirect": "o1"}, {"lsrr": {"addresses": ["o1"]}}]
    packet = {**with_ip(options=options), "payload": {"size": 10}, "fragments": {"size": 16}}
    first, second = packets.build(packet, NAMES)
    assert (first[0] & 15, second[0] & 15) == (9, 7), "lsrr is copied, our option is not"
    assert first[6:8] == b"\x20\0" and second[6:8] == b"\0\2"
    assert len(first) - 36 == 16 and len(second) - 28 == 14
    backwards = {**packet, "fragments": {"size": 16, "order": "reversed", "options": "every"}}
    assert [p[6:8] for p in packets.build(backwards, NAMES)] == [b"\0\2", b"\x20\0"]
    alone = {**packet, "fragments": {"size": 16, "leave-out": [1]}}
    assert packets.build(alone, NAMES) == [second]


@pytest.mark.parametrize(
    ("packet", "place", "expected"),
    [
        ({**SYN, "udp": {"dport": 1}}, (), "one of tcp, udp and icmp"),
        (with_ip(options=[{"hex": "00" * 41}]), ("ip", "options"), "at most 40 bytes"),
        (with_ip(offset=4), ("ip", "offset"), "a multiple of 8"),
        ({**SYN, "payload": {"size": 1461}}, (), "within the link's MTU of 1500"),
        ({**SYN, "payload": {"size": 65535}}, (), "at most 65535 bytes"),
        ({**SYN, "fragments": {"size": 12}}, ("fragments", "size"), "a multiple of 8"),
    ],
)
def test_what_is_no_packet(packet: dict[str, Any], place: Any, expected: str) -> None:
    misfit = packets.wrong(packet, 1500)
    assert misfit is not None and misfit.place == place and expected in misfit.expected
    assert packets.wrong(SYN, 1500) is None


def test_every_name_is_found() -> None:
    quote = {"ip": {"src": "o1", "dst": "c1"}}
    route = {"record-route": {"addresses": ["p1"]}}
    packet = {**with_ip(options=[route]), "icmp": {"type": 3, "quote": quote}}
    assert [name for _, name in packets.hosts_named(packet)] == ["o1", "p1", "o1", "c1"]
