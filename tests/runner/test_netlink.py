# SPDX-License-Identifier: BSD-2-Clause
"""Messages to the kernel, byte by byte, and what it says of them."""
from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv4Network

import pytest

from waylay import netlink
from waylay.holder import NodeRequest
from waylay.errors import WaylayError


def test_attributes_are_padded_to_four_bytes() -> None:
    assert netlink.attribute(3, b"abcde") == struct.pack("=HH", 9, 3) + b"abcde\0\0\0"
    assert netlink.text(3, "abc") == struct.pack("=HH", 8, 3) + b"abc\0"


def test_an_address_has_its_broadcast_except_on_short_networks() -> None:
    host = IPv4Address("10.0.1.2")
    whole = netlink.address("e0", 7, host, 24)
    assert whole.words == "ip address add 10.0.1.2/24 dev e0"
    assert whole.body[:8] == struct.pack("=BBBBi", 2, 24, 0, 0, 7)
    assert bytes([10, 0, 1, 255]) in whole.body
    assert len(netlink.address("e0", 7, host, 31).body) == len(whole.body) - 8


def test_a_route_says_what_ip_would() -> None:
    gateway = IPv4Address("10.0.2.1")
    default = netlink.route(None, 4, "e0", gateway)
    assert default.words == "ip route add default via 10.0.2.1 dev e0"
    assert default.body[1] == 0
    far = netlink.route(IPv4Network("10.0.1.0/24"), 4, "e0", gateway, advmss=1452)
    assert far.words == "ip route add 10.0.1.0/24 via 10.0.2.1 dev e0 advmss 1452"
    assert far.body.endswith(struct.pack("=HHHHI", 12, 8, 8, 8, 1452))


def test_macs_are_six_bytes() -> None:
    assert netlink.mac_bytes("02:00:0a:00:01:02") == bytes([2, 0, 10, 0, 1, 2])
    for wrong in ("02:00:0a:00:01", "0200:0a:00:01:02", "02:00:0a:00:01:zz"):
        with pytest.raises(ValueError):
            netlink.mac_bytes(wrong)


def test_acknowledgements_carry_the_kernels_words() -> None:
    def one(sequence: int, code: int, said: bytes) -> bytes:
        extra = netlink.attribute(netlink.NLMSGERR_ATTR_MSG, said) if said else b""
        body = struct.pack("=i", code) + bytes(16) + extra
        flags = netlink.NLM_F_ACK_TLVS if said else 0
        return netlink.HEADER.pack(16 + len(body), netlink.NLMSG_ERROR, flags, sequence, 0) + body

    data = one(1, 0, b"") + one(2, -22, b"Invalid prefix\0")
    assert netlink.acknowledgements(data) == [(1, 0, ""), (2, -22, "Invalid prefix")]
    assert netlink.acknowledgements(data[:50]) == [(1, 0, "")]


def test_what_is_asked_of_the_holder() -> None:
    wanted = NodeRequest("h1", {"net.ipv4.ip_forward": "1"}, {"/etc/hosts": "/run/x/hosts"})
    words = "h1\tsysctl\tnet/ipv4/ip_forward\t1\tbind\t/run/x/hosts\t/etc/hosts\n"
    assert wanted.line() == words
    with pytest.raises(WaylayError, match="no tab or newline"):
        NodeRequest("h1", {}, {"/etc/hosts": "/run/a\tb"}).line()
