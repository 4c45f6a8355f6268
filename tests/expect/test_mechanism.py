# SPDX-License-Identifier: BSD-2-Clause
"""Each rule of the mechanism, broken in a run: it alone says so.

`redirected.expect` sums up several of the rules in one; it is asked apart.
"""
from __future__ import annotations

import struct
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest
from made import ACK, CLIENT, SYN, Packet, Transport, checksum, quad, tcp
from mechanism import DATA, HOP, RST_ACK, SYN_ACK, C, O, P, World, good, record_route

from conftest import PROGRAM, Judged

COMMON = Path(__file__).resolve().parents[2] / "scenarios" / "common"
RULES = ["rules", "rare", "mss", "hidden", "option", "acknowledged"]
STEPS = {"refused": "refused", "hit": "hit", "silent": "late"}  # a file, and its step

Spoil = Callable[[World], None]


def ask(folder: Path, names: list[str], *more: str) -> Judged:
    files = [str(COMMON / f"{name}.expect") for name in names]
    argv = [str(PROGRAM), "--json", "--no-evidence", *more, *files, str(folder)]
    return Judged(subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60))


def failed(tmp_path: Path, world: World) -> list[str]:
    folder = world.write(tmp_path / "run")
    all_of_them = [ask(folder, RULES)]
    all_of_them += [ask(folder, [name], "--let", f"step={step}") for name, step in STEPS.items()]
    assert all(judged.code < 2 for judged in all_of_them), all_of_them
    return [name for judged in all_of_them for name in judged.failed]


# ---- faults


def other_option(new: bytes, label: str = "request") -> Spoil:
    return lambda world: world.change("proxy", label, options=new)


def other(link: str, label: str, **changes: Any) -> Spoil:
    return lambda world: world.change(link, label, **changes)


def other_data(world: World) -> None:
    was = world["proxy", "request"].what
    changed = Transport(6, was.head, b"PUT" + was.data[3:], was.checksum_at)
    world.change("proxy", "request", what=changed)


def another_window(world: World) -> None:
    was = world["proxy", "request"].what
    head = was.head[:14] + b"\x10\x00" + was.head[16:]
    world.change("proxy", "request", what=Transport(6, head, was.data, was.checksum_at))


def early(world: World) -> None:
    """The client is acknowledged before the origin has acknowledged."""
    for link in ("proxy", "client"):
        world.change(link, "syn-ack", at=world[link, "syn-ack"].at - 0.0018)


def large_segments(world: World) -> None:
    for link in ("proxy", "client"):
        mss = bytes([2, 4]) + (1460).to_bytes(2, "big")
        world.change(link, "syn-ack", what=tcp(80, 40001, SYN_ACK, 9000, 1001, b"", mss))


def refused_by_the_proxy(world: World) -> None:
    world.change("client", "shut.rst", source=P)


def refused_before_the_origin(world: World) -> None:
    for link in ("proxy", "client"):
        world.change(link, "shut.rst", at=world[link, "shut.rst"].at - 0.0018)


def refused_otherwise(world: World) -> None:
    for link in ("proxy", "client"):
        world.change(link, "shut.rst", what=tcp(8081, 40002, RST_ACK, 77, 3001))


def never_acknowledged_fin(world: World) -> None:
    for link in ("proxy", "client"):
        world.lose(link, "fin.back")


def to_the_proxy(world: World) -> None:
    """A client addresses the proxy itself, with an option of its own; the router lets it by."""
    forged = Packet(1.5, C, P, tcp(40009, 80, 2, 1), id=900, options=record_route("10.0.9.9"))
    world.put("client", "forged", forged, "c1")
    world.put("proxy", "forged", forged.but(at=1.5 + HOP, ttl=63), "r1")


def source_routed(world: World) -> None:
    lsrr = bytes([131, 7, 4]) + quad("10.0.3.9") + b"\0"
    packet = Packet(1.5, C, O, tcp(40009, 80, 2, 1), id=901, options=lsrr)
    world.put("client", "routed", packet, "c1")
    behind = packet.but(at=1.5 + HOP, ttl=63)
    world.put("origin", "routed", behind, "r1")


def fragments(world: World, *, second: bytes) -> None:
    """A segment in two fragments; the second has such options on the proxy's link."""
    whole = tcp(40001, 80, DATA, 1019, 9001, b"f" * 48).render(C, O)
    redirected = tcp(40001, 80, DATA, 1019, 9001, b"f" * 48).render(C, P)
    parts = [(0, 0x2000, record_route()), (32, 4, second)]
    for at, fragment, options in parts:
        packet = Packet(1.6, C, O, tcp(0, 0, 0), id=902, fragment=fragment)
        end = at + 32 if at == 0 else len(whole)
        world.put("client", f"part{at}", packet.but(raw=whole[at:end]), "c1")
        behind = packet.but(at=1.6 + HOP, destination=P, ttl=63, options=options)
        world.put("proxy", f"part{at}", behind.but(raw=redirected[at:end]), "r1")


def error(quoted: bytes, mtu: int) -> Transport:
    head = struct.pack("!BBHHH", 3, 4, 0, 0, mtu)
    total = checksum(head + quoted)
    return Transport(1, head[:2] + struct.pack("!H", total) + head[4:], quoted)


def too_big(world: World, *, mtu: int = 1392, quoted: Packet | None = None) -> None:
    """A router behind R cannot carry the redirected request, and says so; R tells the client."""
    raised = error(world["proxy", "request"].ip()[:36], 1400)
    world.put("proxy", "error", Packet(1.0103, "10.0.2.1", C, raised, id=1), "p1")
    quote = (quoted or world["client", "request"]).ip()[:28]
    told = Packet(1.0104, "10.0.1.1", C, error(quote, mtu), id=1)
    world.put("client", "error", told, "r1")


def error_quoting_the_option(world: World) -> None:
    too_big(world)
    quote = world["client", "request"].but(options=record_route()).ip()[:36]
    world.change("client", "error", what=error(quote, 1392))


def error_of_nothing_sent(world: World) -> None:
    too_big(world, quoted=world["client", "request"].but(destination="10.0.3.9"))


def leaks_an_option(world: World) -> None:
    world.change("origin", "own.request", options=record_route())


def asks_all_the_same(world: World) -> None:
    """A hit, and yet the proxy asks the origin (to be sure, as it were)."""
    request = b"GET / HTTP/1.1\r\n\r\n"
    world.fetched(3.1105, "hit.request", tcp(50003, 80, DATA, 5001, 7001, request))


def acknowledged_at_once(world: World) -> None:
    """The origin is silent, and the client is acknowledged at its first SYN."""
    for link in ("proxy", "client"):
        world.change(link, "late.syn-ack", at=world[link, "late.syn-ack"].at - 0.9)


def never_repeated(world: World) -> None:
    for link in ("client", "proxy"):
        world.lose(link, "late.again")


FAULTS: dict[str, tuple[Spoil, str]] = {
    "no NOP": (
        other_option(bytes([7, 7, 8]) + quad(O) + b"\0"),
        "the option comes first, as NOP, Record Route, length 7, pointer 8",
    ),
    "the route is not full": (
        other_option(bytes([1, 7, 7, 4]) + quad(O)),
        "the option comes first, as NOP, Record Route, length 7, pointer 8",
    ),
    "another address": (other_option(record_route("10.0.3.9")), "the option holds the origin"),
    "a second Record Route": (
        other_option(record_route() + bytes([7, 7, 4]) + bytes(5)),
        "there is no second Record Route",
    ),
    "TTL": (other("proxy", "request", ttl=64), "the router takes one from the TTL"),
    "data": (other_data, "TCP header and data stay as they were"),
    "window": (another_window, "TCP header and data stay as they were"),
    "type of service": (
        other("proxy", "request", tos=4),
        "TCP header and data stay as they were",
    ),
    "IP checksum": (
        other("proxy", "request", spoilt={10: 0x12, 11: 0x34}),
        "checksums are right behind the router",
    ),
    "early": (early, "the client is acknowledged after the origin acknowledged"),
    "MSS": (
        large_segments,
        "the segment size that a client is offered leaves room for the option",
    ),
    "refused too early": (
        refused_before_the_origin,
        "refused in the origin's name during refused",
    ),
    "a refusal like a reset": (
        refused_otherwise,
        "a refusal answers the SYN: sequence number 0, acknowledged",
    ),
    "a FIN without answer": (
        never_acknowledged_fin,
        "a FIN of the client's is acknowledged in the origin's name",
    ),
    "the proxy's address": (
        lambda world: world.put(
            "client", "leak", Packet(1.7, P, CLIENT, tcp(80, 40001, ACK, 1, 1)), "r1"
        ),
        "the proxy's address never reaches the client",
    ),
    "the option at the origin": (leaks_an_option, "the option never reaches the origin"),
    "to the proxy": (to_the_proxy, "what a client sends to a proxy is dropped"),
    "source-routed": (source_routed, "a source-routed packet goes no further"),
    "a hit that asks the origin": (asks_all_the_same, "no request reaches the origin during hit"),
    "no silence to speak of": (
        never_repeated,
        "not acknowledged while the origin is silent during late",
    ),
    "a fragment without the option": (
        lambda world: fragments(world, second=b""),
        "every fragment bears the option",
    ),
    "an MTU in the router's terms": (
        lambda world: too_big(world, mtu=1400),
        "the MTU that a client is told leaves room for the option",
    ),
    "an error that quotes the option": (
        error_quoting_the_option,
        "an ICMP error quotes no option of ours",
    ),
    "an error of what was never sent": (
        error_of_nothing_sent,
        "an ICMP error speaks of what the client sent",
    ),
}


def test_a_good_run_passes(tmp_path: Path) -> None:
    world = good()
    fragments(world, second=record_route())
    too_big(world)
    assert failed(tmp_path, world) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_exactly_its_rule_fails(tmp_path: Path, fault: str) -> None:
    spoil, words = FAULTS[fault]
    world = good()
    spoil(world)
    assert failed(tmp_path, world) == [words]


def test_a_silent_origin_and_an_answer(tmp_path: Path) -> None:
    """Whoever is acknowledged while the origin is silent is acknowledged too early."""
    world = good()
    acknowledged_at_once(world)
    assert failed(tmp_path, world) == [
        "the client is acknowledged after the origin acknowledged",
        "not acknowledged while the origin is silent during late",
    ]


def test_a_refusal_of_the_proxys_own(tmp_path: Path) -> None:
    """It bears the proxy's address, and nobody refuses in the origin's name."""
    world = good()
    refused_by_the_proxy(world)
    assert failed(tmp_path, world) == [
        "the proxy's address never reaches the client",
        "refused in the origin's name during refused",
    ]


@pytest.mark.parametrize(
    "mtus, verdict",
    [
        ({"proxy": 1500, "client": 1400}, "passed"),  # the proxy's link alone is asked
        ({"proxy": 1400}, "failed"),
        ({"proxy": 0}, None),  # not said: no such name
    ],
)
def test_the_segment_size_is_that_of_the_proxys_link(
    tmp_path: Path, mtus: dict[str, int], verdict: str | None
) -> None:
    world = good()
    world.mtu |= mtus
    judged = ask(world.write(tmp_path / "run"), ["mss"])
    words = "the segment size that a client is offered leaves room for the option"
    assert judged.verdicts.get(words) == verdict, judged
    assert verdict or "proxies.mtu" in judged.error


def test_what_is_not_redirected_is_missed(tmp_path: Path) -> None:
    world = good()
    world.lose("proxy", "last")
    judged = ask(world.write(tmp_path / "run"), ["redirected"])
    assert judged.failed == ["redirected packets carry the option"]
    note = judged.items[0]["rules"][0]["notes"][0]
    assert note["found"] == "none"
    assert note["expected"] == "the packet on proxies@routers within 1s"


# ---- rules of parts still to come: the language says them, over made captures


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
