# SPDX-License-Identifier: BSD-2-Clause
"""Links with wires: two stamps a packet, what was lost and why, and what is drawn of it."""
from __future__ import annotations

from pathlib import Path

import pytest
from made_run import ACK, C1, O1, P1, SYN, SYN_ACK, US, MadeRun
from story import base_line, first_fetch, proxied

import waylay_report
from waylay_report.exchanges import run_exchanges
from waylay_report.flights import Decisions
from waylay_report.ladder import Arrival, Arrow, make_ladder, wire_text
from waylay_report.latency import claims, latencies
from waylay_report.packets import key_of
from waylay_report.run import Run, read_run

DELAY = 40


def story(**changes: object) -> MadeRun:
    run = MadeRun(delay=DELAY, **changes)  # type: ignore[arg-type]
    proxied(run, "miss", hit=False)
    return run


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return story().write(tmp_path_factory.mktemp("run") / "wired")


def far_away(folder: Path, lost: list[int]) -> Path:
    """A handshake over wires of 10 ms, whose client's frames of those numbers are lost."""
    run = MadeRun(delay=10_000, lost={("c1-r1", "c1"): lost})
    run.step("miss", 200_000)
    ends, back, mine = (C1, 40000, O1, 80), (O1, 80, C1, 40000), (P1, 50000, O1, 80)
    for at in range(len(lost) + 1):
        run.packet(100 + 30_000 * at, "c>p", ends, SYN, seq=7)
    at = 30_000 * len(lost)
    run.packet(at + 20_300, "p>o", mine, SYN, seq=9)
    run.packet(at + 40_500, "o>p", (O1, 80, P1, 50000), SYN_ACK)
    run.packet(at + 60_700, "p>c", back, SYN_ACK)
    run.packet(at + 80_900, "c>p", ends, ACK)
    run.log.append(base_line(run, "connection", 40000, at + 20_200))
    run.log[0] |= {"syn_released": run.stamp(at + 60_600)}
    return run.write(folder)


def packets_on(run: Run, link: str) -> list[tuple[int, str]]:
    return [(p.flight, p.lost) for p in run.packets if p.link == link]


def test_each_packet_is_there_once_with_both_stamps(wired: Path) -> None:
    plain_story = MadeRun()
    proxied(plain_story, "miss", hit=False)
    run = read_run(wired)
    assert run.problems == []
    for link, frames in plain_story.frames.items():
        assert packets_on(run, link) == [(DELAY * US, "")] * len(frames)
    assert run.captures["c1-r1@c1"].link == "c1-r1" and len(run.captures) == 6


def test_the_clients_view_is_the_client_ends(wired: Path, tmp_path: Path) -> None:
    exchange = run_exchanges(read_run(wired))[0]
    assert exchange.start == MadeRun().stamp(100)
    assert exchange.joined_by == "log" and len(exchange.own) > 4
    row = latencies(read_run(far_away(tmp_path / "run", [])))[0]
    assert row.handshake == (60_700 + 20 + 20_000 - 100) * US and row.syns == 1


def test_the_log_agrees_with_the_proxys_end(tmp_path: Path) -> None:
    found = claims(read_run(far_away(tmp_path / "run", [1])))
    assert len(found) > 1 and all(claim.agrees for claim in found)


def test_a_lost_syn_counts_for_the_client_and_for_nobody_else(tmp_path: Path) -> None:
    run = read_run(far_away(tmp_path / "run", [1]))
    row = latencies(run)[0]
    assert row.syns == 2 and row.handshake == (30_000 + 80_720 - 100) * US
    exchange = row.fetch.exchange
    assert sum(1 for p in exchange.redirected if p.is_syn) == 1
    assert [p.lost for p in run.packets if p.lost] == ["list"]


def test_the_ladder_of_a_loss(tmp_path: Path) -> None:
    lines = waylay_report.ladder_text(far_away(tmp_path / "run", [1]), "miss").splitlines()
    assert max(len(line) for line in lines) <= 100
    assert "  wire c1-r1: delay 40us, from c1: loss frames 1 6" in lines
    assert any("├───✕    │" in line and line.endswith("✕ list") for line in lines)
    assert any("SYN (again)" in line and line.endswith("+10 ms") for line in lines)


def test_what_happens_meanwhile_stands_between(tmp_path: Path) -> None:
    run = MadeRun(delay=10_000)
    run.step("miss", 200_000)
    run.packet(100, "c>o", (C1, 40000, O1, 8080), SYN, seq=7)
    run.packet(5_000, "c>o", (C1, 40001, O1, 8080), SYN, seq=8)
    ladder = make_ladder(read_run(run.write(tmp_path / "run")), "miss")
    kinds = [type(row) for row in ladder.rows]
    assert kinds[:4] == [Arrow, Arrow, Arrival, Arrow]
    text = waylay_report.ladder_text(tmp_path / "run", "miss")
    assert "├┄┄┄┄┄┄┄┄│" in text and "│┄┄┄┄┄┄┄>│" in text
    assert "SYN arrives, after 10 ms" in text


def test_the_page_draws_slants_and_crosses(tmp_path: Path) -> None:
    page = waylay_report.write(far_away(tmp_path / "run", [1])).read_text()
    assert 'class="cross"' in page and ">list</text>" in page
    assert "from c1: loss frames 1 6" in page
    assert "1 × drop: list" in page and "52 µs" in page
    assert "the machine was saturated for 40% of the time" in page


def test_duplicates_and_damage() -> None:
    decisions = Decisions()
    for what, frame in (("duplicate", 1), ("corrupt", 2), ("drop", 3), ("mark", 4)):
        entry = {"link": "l", "from": "a", "frame": frame, "decision": what, "why": "random"}
        decisions.add(entry)
    decisions.add({"link": "l", "decision": "drop"})
    copies = [decisions.of["l", "a", frame].copies for frame in (1, 2, 3, 4)]
    assert copies == [2, 1, 0, 1]
    assert decisions.counts["l", "a"] == {
        "duplicate": 1,
        "corrupt": 1,
        "drop: random": 1,
        "mark": 1,
    }


def test_a_marked_frame_is_still_the_same() -> None:
    frame = bytes(range(60))
    marked = frame[:15] + bytes([frame[15] | 3]) + frame[16:24] + b"\0\0" + frame[26:]
    assert key_of(frame) == key_of(marked) != key_of(frame[:-1] + b"!")


def test_parameters_in_words() -> None:
    assert wire_text({}) == "no impairment"
    told = wire_text({"delay": "10ms", "capture": False, "from": {"c1": {"loss": "1%"}}})
    assert told == "delay 10ms, from c1: loss 1%"


def test_plain_links_are_as_they_were(tmp_path: Path) -> None:
    run = read_run(first_fetch().write(tmp_path / "run"))
    assert all(p.flight == 0 and not p.lost and p.place == p.link for p in run.packets)
