# SPDX-License-Identifier: BSD-2-Clause
"""Rules of the mechanism's parts that are still to come: the language says them, over made
captures, and tells a good one from a bad one."""
from __future__ import annotations

import subprocess
from pathlib import Path

from made import ACK, SYN, Packet, tcp
from mechanism import DATA, SYN_ACK, C, O, P, World, record_route
from steps import good

from conftest import PROGRAM, Judged

COMMON = Path(__file__).resolve().parents[2] / "scenarios" / "common"


def judged_by(tmp_path: Path, name: str, world: World, rules: str) -> Judged:
    file = tmp_path / f"{name}.expect"
    file.write_text(f'include "{COMMON}/words.expect"\n"it": {rules}')
    argv = [str(PROGRAM), "--json", "--no-evidence", str(file), str(world.write(tmp_path / name))]
    return Judged(subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60))


def check(tmp_path: Path, rules: str, good: World, bad: World) -> None:
    held, broken = (judged_by(tmp_path, n, w, rules) for n, w in (("good", good), ("bad", bad)))
    assert held.code == 0, held
    assert broken.code == 1, broken


def test_a_pooled_handshake(tmp_path: Path) -> None:
    """Acknowledged without a SYN to the origin: a connection to it stood already."""

    def world(answered_before: float) -> World:
        made = good()
        made.fetched(answered_before, "kept", tcp(50007, 80, ACK, 1, 1))
        made.asked(3.0, "pool.syn", tcp(40007, 80, SYN, 1000))
        made.answered(3.001, "pool.syn-ack", tcp(80, 40007, SYN_ACK, 9000, 1001))
        return made

    rules = """
      each "$answered and $syn_ack" on clients where tcp.dstport == 40007
        preceded by "src host $proxies and dst host $origins and tcp dst port 80" on origins@routers
        joined by was.ip.src == ip.dst, was.tcp.srcport == tcp.dstport
        with lacks http.response, tcp.flags.ack and not tcp.flags.syn within 1s
    """
    check(tmp_path, rules, world(2.9), world(3.5))


def test_the_fast_path_cuts_and_joins_segments(tmp_path: Path) -> None:
    """What the client sends in two segments reaches the proxy as one, or the other way round."""

    def world(body: bytes) -> World:
        made = good()
        for n, part in enumerate((b"a" * 10, b"b" * 10)):
            large = tcp(40001, 80, DATA, 1019 + 10 * n, 9001, part)
            made.put("client", f"part{n}", Packet(1.015 + n / 1e4, C, O, large, id=50 + n), "c1")
        joined = tcp(40001, 80, DATA, 1019, 9001, body)
        options = record_route()
        packet = Packet(1.016, C, P, joined, ttl=63, id=50, options=options)
        made.put("proxy", "joined", packet, "r1")
        return made

    rules = """
      each "src host $clients and tcp src port 40001" on clients where tcp.len == 10
        becomes segments on proxies@routers with rr.addresses == [was.ip.dst] within 1s
    """
    check(tmp_path, rules, world(b"a" * 10 + b"b" * 10), world(b"a" * 10 + b"B" * 10))


def test_a_flow_keeps_to_its_proxy(tmp_path: Path) -> None:
    """With a pool of proxies: all packets of a connection go to one."""
    bad = good()
    bad.change("proxy", "fin", destination="10.0.2.3")
    rules = """
      each "src host $clients and $asked" on proxies@routers
        accompanied by no "src host $clients and $asked" on proxies@routers
        joined by ip.src, tcp.srcport, rr.addresses with ip.dst != was.ip.dst
    """
    check(tmp_path, rules, good(), bad)
