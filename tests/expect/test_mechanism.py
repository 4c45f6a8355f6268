# SPDX-License-Identifier: BSD-2-Clause
"""Each rule of the mechanism, broken in a run: it alone says so.

`redirected.expect` sums up several of the rules in one; it is asked apart.
"""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from faults import FAULTS
from made import SYN, Packet, quad, tcp, write
from mechanism import HOP, LINKS, MACS, RST_ACK, C, P, World, record_route
from steps import good

from conftest import PROGRAM, Judged

COMMON = Path(__file__).resolve().parents[2] / "scenarios" / "common"
RULES = ["rules", "rare", "mss", "hidden", "option", "acknowledged", "answers", "asked"]
RULES += ["forwarded", "frames"]
BETWEEN = COMMON.parent / "middlebox-drops" / "between.expect"
# What stands in it for names of a run.
MEANINGS = {
    'include "../common/words.expect"': "let $option = 01:07:07:08",
    "$clients": C,
    "$proxies": P,
    "m1-p1@m1": "m1-p1",
    " during before": "",
}
# A file, and what its parameters are.
STEPS = {
    "refused": {"step": "refused"},
    "hit": {"step": "hit"},
    "silent": {"step": "late"},
    "miss": {"step": "miss"},
    "unreachable": {"step": "nowhere"},
    "mute": {"step": "mute"},
    "tunnel": {"step": "tunnel"},
    "http": {"pseudonym": "p1", "address": "10.0.2.2"},
}


def ask(folder: Path, names: list[str], *more: str) -> Judged:
    files = [str(COMMON / f"{name}.expect") for name in names]
    argv = [str(PROGRAM), "--json", "--no-evidence", *more, *files, str(folder)]
    return Judged(subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60))


def failed(tmp_path: Path, world: World) -> list[str]:
    folder = world.write(tmp_path / "run")
    all_of_them = [ask(folder, RULES)]
    for name, values in STEPS.items():
        lets = [word for key, value in values.items() for word in ("--let", f"{key}={value}")]
        all_of_them.append(ask(folder, [name], *lets))
    assert all(judged.code < 2 for judged in all_of_them), all_of_them
    return [name for judged in all_of_them for name in judged.failed]


def test_a_good_run_passes(tmp_path: Path) -> None:
    assert failed(tmp_path, good()) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_exactly_its_rule_fails(tmp_path: Path, fault: str) -> None:
    spoil, words = FAULTS[fault]
    world = good()
    spoil(world)
    assert failed(tmp_path, world) == [words]


def test_a_silent_origin_and_an_answer(tmp_path: Path) -> None:
    """Whoever is acknowledged while the origin is silent is acknowledged too early."""
    world = good()
    world.delay("late.syn-ack", -0.9, "proxy", "client")
    assert failed(tmp_path, world) == [
        "the client is acknowledged after the origin acknowledged",
        "not acknowledged while the origin is silent during late",
    ]


def test_a_refusal_of_the_proxys_own(tmp_path: Path) -> None:
    """It bears the proxy's address, and nobody refuses in the origin's name."""
    world = good()
    world.change("client", "shut.rst", source=P)
    assert failed(tmp_path, world) == [
        "the proxy's address never reaches the client",
        "the client gets the proxy's answers as they were sent",
        "the client gets nothing from the service but by the proxy",
        "refused in the origin's name during refused",
    ]


@pytest.mark.parametrize(
    "mtus, verdict, told",
    [
        ({"proxy": 1500, "client": 1400}, "passed", ""),  # the proxy's link alone is asked
        ({"proxy": 1400}, "failed", "which is 1352"),
        ({"proxy": 0}, "failed", "no name '$proxies.mtu'"),  # not said
    ],
)
def test_the_segment_size_is_that_of_the_proxys_link(
    tmp_path: Path, mtus: dict[str, int], verdict: str, told: str
) -> None:
    world = good()
    world.mtu |= mtus
    judged = ask(world.write(tmp_path / "run"), ["mss"])
    words = "the segment size that a client is offered leaves room for the option"
    assert judged.verdicts == {words: verdict}, judged
    assert told in judged.reasons(words), judged


def test_what_is_not_redirected_is_missed(tmp_path: Path) -> None:
    world = good()
    world.lose("proxy", "last")
    judged = ask(world.write(tmp_path / "run"), ["redirected"])
    assert judged.failed == ["redirected packets carry the option"]
    note = judged.items[0]["rules"][0]["notes"][0]
    assert note["found"] == "none"
    assert note["expected"] == "the packet on proxies@routers within 1s"


def test_the_whole_redirect_is_summed_up(tmp_path: Path) -> None:
    """What breaks a rule of the redirect breaks the expectation of all of it."""
    words = "redirected packets carry the option"
    assert ask(good().write(tmp_path / "good"), ["redirected"]).verdicts == {words: "passed"}
    for fault in ("no NOP", "the route is not full", "another address", "TTL", "data", "window"):
        world = good()
        FAULTS[fault][0](world)
        assert ask(world.write(tmp_path / fault), ["redirected"]).failed == [words], fault


def test_the_order_is_kept(tmp_path: Path) -> None:
    """Nobody overtakes. (Asked apart: what is pushed and should not be shifts the others.)"""
    words = "the router keeps the order"
    assert ask(good().write(tmp_path / "good"), ["order"]).verdicts == {words: "passed"}
    world = good()
    world.delay("request", -0.0061, "proxy")  # it is pushed before the acknowledgement
    assert ask(world.write(tmp_path / "bad"), ["order"]).failed == [words]


def test_a_wire_that_alters(tmp_path: Path) -> None:
    """What comes out at the other end of one link is not what was put in."""
    words = "wires deliver what they are given"
    rules = (COMMON / "carried.expect").read_text()
    taps = {link: link.replace("@", "-at-") for link in re.findall(r"\w\w-\w\w@\w\w", rules)}
    for link, tap in taps.items():
        rules = rules.replace(link, tap)
    for node, mac in MACS.items():
        rules = rules.replace(f"${node}.mac", f"[{mac}]")
    (tmp_path / "carried.expect").write_text(rules)
    world = good()

    def ask_about(altered: str) -> Judged:
        argv = [str(PROGRAM), "--json", str(tmp_path / "carried.expect")]
        for link, tap in taps.items():
            name = {"-".join(ends): name for name, ends in LINKS.items()}[link.partition("@")[0]]
            packets = [p for (on, _), p in world.packets.items() if on == name]
            if tap == altered:
                last = max(packets, key=lambda packet: packet.at)
                packets = [p.but(tos=4) if p is last else p for p in packets]
            argv += ["--tap", f"{tap}={write(tmp_path / f'{tap}.pcap', packets)}"]
        return Judged(subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60))

    assert ask_about("").verdicts == {words: "passed"}
    for tap in ("r1-p1-at-p1", "r1-o1-at-o1", "c1-r1-at-r1"):
        assert ask_about(tap).failed == [words], tap


def stripped(world: World) -> None:
    """A step in which the SYN loses its option on its way, and is repeated."""
    world.marks |= {"stripped.start": 14.0, "stripped.end": 16.0}
    for at in (14.1, 15.1):
        bare = Packet(at, C, P, tcp(40008, 80, SYN, 1000), ttl=62, id=950)
        world.put("proxy", f"bare{at}", bare, "r1")


def test_an_answer_in_the_proxys_own_name(tmp_path: Path) -> None:
    words = "what lost its option is answered by nobody during stripped"
    world = good()
    stripped(world)
    lets = ("--let", "step=stripped")
    assert ask(world.write(tmp_path / "good"), ["stripped"], *lets).verdicts == {words: "passed"}
    refusal = tcp(80, 40008, RST_ACK, 0, 1001, window=0)
    world.put("proxy", "own", Packet(14.101, P, C, refusal, id=951), "p1")
    assert ask(world.write(tmp_path / "bad"), ["stripped"], *lets).failed == [words]


def test_a_router_between_records_itself(tmp_path: Path) -> None:
    """Had the route room, a router would write its address into it."""

    def run(name: str, behind: bytes) -> Judged:
        folder = tmp_path / name
        folder.mkdir()
        pushed = Packet(1.0, C, P, tcp(40001, 80, SYN, 1), ttl=63, options=record_route())
        there = pushed.but(at=1.0 + HOP, ttl=62, options=behind)
        taps = {"r1-m1": pushed, "m1-p1": there}
        rules = BETWEEN.read_text().partition('"no SYN with')[0]
        for word, meaning in MEANINGS.items():
            rules = rules.replace(word, meaning)
        file = folder / "between.expect"
        file.write_text(rules)
        argv = [str(PROGRAM), "--json", str(file)]
        for tap, packet in taps.items():
            argv += ["--tap", f"{tap}={write(folder / f'{tap}.pcap', [packet])}"]
        return Judged(subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60))

    assert run("good", record_route()).code == 0
    assert run("bad", bytes([1, 7, 7, 8]) + quad("10.0.4.1")).code == 1
