# SPDX-License-Identifier: BSD-2-Clause
"""The expectations that the benches judge, about what bench-capture makes."""

from __future__ import annotations

SYN = "tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn"
SYN_ACK = "tcp[tcpflags] & (tcp-syn|tcp-ack) = (tcp-syn|tcp-ack)"

# What most expectations are: about one node, {a}. In turns, each time of another client.
OF_ONE = [
    'each "src host {a} and tcp dst port 80" on inside with ip.ttl == 64, ip.len <= 1500',
    'no "dst host {a}" on inside with any ip.opt.type == 7',
    'exactly 0 "host {a} and tcp[tcpflags] & tcp-rst != 0" on inside',
    f'each "src host {{a}} and {SYN}" on inside where frame.number < {{most}}\n'
    f'    followed by "dst host {{a}} and {SYN_ACK}" on inside joined by connection within 5s',
    'expect count("tcp and src host {a}" on inside) > 10,\n'
    '    share("tcp and src host {a}" on inside among "tcp" on inside) < 1%',
    f'each "src host {{a}} and {SYN}" on inside with tcp.options.mss_val == 1460',
    'some "udp port 53 and host {a}" on inside with udp.length > 100',
    f'each "dst host {{a}} and {SYN_ACK}" on inside\n'
    f'    preceded by "src host {{a}} and {SYN}" on inside joined by connection within 5s',
    'at most 9999999 "icmp and host {a}" on inside where icmp.type == 8',
    'no "src host {a}" on inside where tcp.len > 1400',
]

# About every packet.
OF_ALL = [
    'each "ip" on inside with ip.ttl in [63, 64]',
    'no "tcp" on inside with tcp.flags.syn == true and tcp.flags.fin == true',
    'each "tcp" on inside with ip.len <= 1500',
    'no "ip" on inside where ip.src == ip.dst',
    'exactly 0 "tcp[tcpflags] & tcp-rst != 0" on inside',
    'expect share("tcp" on inside among "ip" on inside) > 50%',
    'each "udp port 53" on inside with udp.length >= 8',
    'no "ip" on inside with ip.flags.mf == true',
    'each "tcp and dst net 10.0.0.0/16" on inside with ip.src in 10.100.0.0/16',
    'expect max(ip.len of "ip" on inside) <= 1500, count("icmp" on inside) > 10',
]

BECOMES = (
    'each "tcp dst port 80" on inside becomes on outside\n'
    "    with ip.dst == 10.0.9.9, ip.rec_rt == [was.ip.dst], ip.ttl == was.ip.ttl - 1\n"
    "    within 100ms"
)
BECOMES_ALL = (
    'each "ip and src net 10.0.0.0/16" on inside becomes on outside\n'
    "    with ip.ttl == was.ip.ttl - 1 within 100ms"
)


def of_one(count: int, packets: int) -> str:
    """So many expectations, each about one client of a thousand."""
    rules = [
        OF_ONE[n % len(OF_ONE)].format(a=f"10.0.1.{1 + n}", most=packets * 9 // 10)
        for n in range(count)
    ]
    return named(rules)


def of_all() -> str:
    """Ten about every packet."""
    return named(OF_ALL)


def named(rules: list[str]) -> str:
    """A file of expectations."""
    return "".join(f'"expectation {n}":\n  {rule}\n' for n, rule in enumerate(rules))
