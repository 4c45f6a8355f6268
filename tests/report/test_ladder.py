# SPDX-License-Identifier: BSD-2-Clause
"""Ladders for the terminal: what is drawn, where, and how wide."""
from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from story import first_fetch

import waylay_report
from waylay_report.ladder import ROWS_MAX, Arrow, Ladder, Rest, Row, Silence, bounded
from waylay_report.packets import SYN, Packet
from waylay_report.text import draw

STEPS = ("miss", "hit", "refused", "direct", "delayed")


def lines_of(made: Path, step: str) -> list[str]:
    return waylay_report.ladder_text(made, step).splitlines()


@pytest.mark.parametrize("step", STEPS)
def test_fits_a_terminal(made: Path, step: str) -> None:
    assert max(len(line) for line in lines_of(made, step)) <= 100


def test_the_refused_ladder(made: Path) -> None:
    assert lines_of(made, "refused")[4:] == [
        "    0.000  ├───────>│        │        │   SYN  10.0.1.2 → 10.0.3.2",
        "    0.020  │        ├───────>┊        │   SYN  10.0.1.2 → 10.0.2.2 RR[10.0.3.2]",
        "           │        │        ┊        │   p1 holds the client's SYN",
        "    0.150  │        │<───────┊        │   SYN  10.0.2.2 → 10.0.3.2",
        "    0.170  │        ├────────┊───────>│   SYN  10.0.2.2 → 10.0.3.2",
        "    0.210  │        │<───────┊────────┤   RST  10.0.3.2 → 10.0.2.2",
        "    0.230  │        ├───────>┊        │   RST  10.0.3.2 → 10.0.2.2",
        "    0.310  │        │        ●        │   refused after 265 µs (log)",
        "    0.320  │        │<───────┤        │   RST  10.0.3.2 → 10.0.1.2",
        "    0.340  │<───────┤        │        │   RST  10.0.3.2 → 10.0.1.2",
    ]


def test_every_redirected_packet_bears_its_mark(made: Path) -> None:
    for line in lines_of(made, "miss"):
        assert ("10.0.1.2 → 10.0.2.2" in line) == ("RR[10.0.3.2]" in line)


def test_the_hold_ends_before_the_client_is_acknowledged(made: Path) -> None:
    lines = lines_of(made, "miss")
    released = next(i for i, line in enumerate(lines) if "released after 275 µs" in line)
    answered = next(
        i for i, line in enumerate(lines) if re.search(r"SYN-ACK .*→ 10\.0\.1\.2", line)
    )
    assert released < answered


def test_long_transfers_are_condensed(made: Path) -> None:
    lines = lines_of(made, "miss")
    assert any("more segments" in line for line in lines)
    assert len(lines) < 60


def test_a_hit_asks_the_origin_for_nothing(made: Path) -> None:
    assert not any(
        "GET" in line and "10.0.2.2 → 10.0.3.2" in line for line in lines_of(made, "hit")
    )
    assert any("GET" in line and "10.0.2.2 → 10.0.3.2" in line for line in lines_of(made, "miss"))


def test_silence_and_repetition_are_shown(made: Path) -> None:
    text = "\n".join(lines_of(made, "delayed"))
    assert "510 ms of silence" in text
    assert "SYN (again)" in text


def test_an_unknown_step_is_a_sentence(made: Path) -> None:
    assert "no step 'nothing'" in waylay_report.ladder_text(made, "nothing")


def test_colours_only_repeat(made: Path) -> None:
    plain = waylay_report.ladder_text(made, "miss")
    colored = waylay_report.ladder_text(made, "miss", color=True)
    assert colored != plain
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain


def test_without_a_log_the_hold_is_bounded_by_the_captures(tmp_path: Path) -> None:
    run = first_fetch()
    run.log.clear()
    text = waylay_report.ladder_text(run.write(tmp_path / "run"), "miss")
    assert "released after 310 µs (captures, at most)" in text


def test_last_words_of_the_step_before_are_left_out(tmp_path: Path) -> None:
    run = first_fetch()
    run.marks["hit.start"] = run.marks["miss.end"] = run.stamp(2050)
    text = waylay_report.ladder_text(run.write(tmp_path / "run"), "hit")
    assert text.splitlines()[4].lstrip().startswith("0.000  ├───────>│")


def test_long_addresses_and_many_nodes_fit_too() -> None:
    names = [f"node{i}" for i in range(8)]
    ladder = Ladder("wide", "wide", names)
    packet = Packet(0, "l", 1, "node0", "node7", "192.168.100.200", "192.168.100.201", "tcp")
    packet = replace(packet, route_name="RR", route=("192.168.100.202",), flags=SYN)
    ladder.rows = [Arrow(0, packet, "SYN", True, False), Rest(1, 5)]
    assert max(len(line) for line in draw(ladder).splitlines()) <= 100


def test_rows_are_bounded() -> None:
    rows: list[Row] = [Silence(i, 1) for i in range(ROWS_MAX + 7)]
    assert bounded(rows)[-1] == Rest(ROWS_MAX, 7)


def test_an_early_release_is_named(tmp_path: Path) -> None:
    run = first_fetch()
    line = next(line for line in run.log if line["event"] == "connection")
    line["syn_released"] = line["syn_seen"] + 2_000
    text = waylay_report.ladder_text(run.write(tmp_path / "run"), "miss")
    assert "released after 2 µs (log), BEFORE the origin answered" in text
    assert "BEFORE" not in waylay_report.ladder_text(tmp_path / "run", "hit")
