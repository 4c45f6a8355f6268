# SPDX-License-Identifier: BSD-2-Clause
"""Selections pick the packets that tcpdump picks, all filters in one pass."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

import made_captures as made
from reader import DUMP, run

FILTERS = """
ip
tcp
udp
icmp
arp
ip6
not ip
len > 100
greater 80 and less 120
src host 10.0.1.2
host 10.0.1.2
host 10.0.1.2 and host 10.0.2.1
net 10.0.3.0/24
src net 10.0.2.0/24 and dst net 10.0.1.0/24
port 80
tcp port 80
tcp dst port 80
src port 47001
udp port 47002
portrange 47001-47003
tcp portrange 80-100
src host 10.0.1.2 and tcp dst port 80
dst host 10.0.3.2 and (tcp dst port 80 or udp)
tcp[tcpflags] & tcp-syn != 0
tcp[tcpflags] & (tcp-syn|tcp-ack) = (tcp-syn|tcp-ack)
tcp[tcpflags] = tcp-ack
tcp[13] & 7 != 0
src host 10.0.3.2 and src port 80 and tcp[tcpflags] & (tcp-syn|tcp-ack) = (tcp-syn|tcp-ack)
ip[0] & 0xf > 5
ip[6:2] & 0x1fff != 0
ip[6] & 0x20 != 0
ip[8] < 64
ip[8] = 1 or ip[8] = 2
ip[2:2] - ((ip[0] & 0xf) << 2) > 60
icmp[icmptype] = icmp-echo
icmp[0] = 3 and icmp[1] = 4
ip proto 47
ip proto 4
ip proto 47 and host 10.0.2.2
tcp[((tcp[12] & 0xf0) >> 2):4] != 0
not tcp and not udp
ip and not host 10.0.1.1 and not port 80
tcp or icmp
udp[4:2] > 20
src 10.0.1.1 or src 10.0.1.2 or src 10.0.1.3
tcp and port 47001 and not src host 10.0.2.2
tcp[4:4] & 1 = 1
""".strip().splitlines()

ON_ETHERNET = """
ether src 02:00:5e:00:00:01
ether host 02:00:5e:00:00:01
ether dst 01:00:5e:00:02:02 and ip
ether broadcast
ether multicast
ether[12:2] = 0x0806
vlan
vlan and tcp
vlan and tcp port 80
vlan and vlan and ip
ether proto 0x88a8
ip multicast
""".strip().splitlines()


def times(capture: bytes) -> set[int]:
    """The times of the packets in a pcap file in ns, by which made packets are known."""
    order = "<" if capture[0] in (0x4D, 0xD4) else ">"
    found, at = set(), 24
    while at < len(capture):
        second, fraction, length = struct.unpack_from(order + "III", capture, at)
        found.add(second * 10**9 + fraction)
        at += 16 + length
    return found


def tcpdump(capture: Path, text: str) -> set[int]:
    """The times of the packets that tcpdump selects: none, if it says there cannot be any."""
    argv = ["tcpdump", "-n", "--nano", "-r", str(capture), "-w", "-", text]
    done = subprocess.run(argv, capture_output=True, check=False)
    if done.returncode != 0:
        assert b"not supported" in done.stderr or b"rejects all" in done.stderr, done.stderr
        return set()
    return times(done.stdout)


@pytest.mark.parametrize("link", [made.ETHERNET, made.RAW, made.IPV4, made.SLL, made.SLL2], ids=str)
def test_selections(tmp_path: Path, link: int) -> None:
    """All filters over packets of a link type, some of them clipped."""
    filters = FILTERS + (ON_ETHERNET if link == made.ETHERNET else [])
    packets = made.draw(link, 100 + link, 2000)
    capture = made.write(tmp_path / "made.pcap", made.pcap(packets, link, snap=110))
    rows = run(DUMP, "select", capture, *filters).splitlines()
    assert len(rows) == len(packets)
    for column, text in enumerate(filters):
        mine = {time for (time, _), row in zip(packets, rows) if row[column] == "1"}
        assert mine == tcpdump(capture, text), text


def test_names_of_hosts_are_refused(tmp_path: Path) -> None:
    """No name server is asked, and the word is named."""
    capture = made.write(tmp_path / "made.pcap", made.pcap(made.draw(made.ETHERNET, 1, 1)))
    done = subprocess.run(
        [str(DUMP), "select", str(capture), "tcp and host example.org"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "found 'example.org', expected" in done.stderr
