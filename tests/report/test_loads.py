# SPDX-License-Identifier: BSD-2-Clause
"""A load: requests on kept connections, and a summary instead of a row for each."""
from __future__ import annotations

from pathlib import Path

from made_run import ACK, C1, O1, PSH_ACK, SYN, SYN_ACK, MadeRun

import waylay_report
from waylay_report.latency import latencies
from waylay_report.run import read_run

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
EVERY = 10_000  # microseconds from request to request


def load(connections: int, each: int) -> MadeRun:
    """Unredirected requests, one after another, each answered after its number of microseconds."""
    run = MadeRun()
    run.step("load", (connections + 1) * EVERY * (each + 1))
    number = 0
    for _ in range(connections):
        port, seq, acked = run.client_port, 8, 1
        there, back = (C1, port, O1, 80), (O1, 80, C1, port)
        run.packet(run.now + 100, "c>o", there, SYN, seq=7)
        run.packet(run.now + 160, "o>c", back, SYN_ACK, seq=0)
        run.packet(run.now + 260, "c>o", there, ACK, seq=8)
        for _ in range(each):
            number += 1
            run.now += EVERY
            ask = b"GET /object/%d HTTP/1.1\r\nHost: o1\r\n\r\n" % number
            run.packet(run.now, "c>o", there, PSH_ACK, ask, seq=seq)
            run.packet(run.now + 500 + number, "o>c", back, PSH_ACK, ANSWER, seq=acked)
            seq, acked = seq + len(ask), acked + len(ANSWER)
        run.client_port += 1
    return run


def test_a_later_request_begins_with_itself(tmp_path: Path) -> None:
    first, second, third = latencies(read_run(load(1, 3).write(tmp_path / "run")))
    assert first.handshake is not None and first.syns == 1
    assert first.total is not None and first.total > EVERY * 1000 * 0.9
    for row in (second, third):
        assert (row.handshake, row.held, row.syns) == (None, None, 0)
        assert row.total == row.last_byte and row.total < 1_000_000


def test_a_load_is_summed_up(tmp_path: Path) -> None:
    folder = load(5, 20).write(tmp_path / "run")
    told = waylay_report.table_text(folder)
    assert "load: 100 requests on 5 connections: 100 × direct; results 100 × 200" in told
    assert len(told.splitlines()) < 15
    spread = next(line.split() for line in told.splitlines() if "first byte" in line)
    assert [float(time) for time in spread[-4:]] == [0.570, 0.610, 0.619, 0.620]
    page = waylay_report.write(folder).read_text()
    assert "100 requests on 5 connections" in page and "Shares of the fetches of load" in page
    assert len(page) < 600_000


def test_without_a_fetch_there_is_no_table(tmp_path: Path) -> None:
    told = waylay_report.table_text(MadeRun().write(tmp_path / "run"))
    assert told == "No client's connection was captured: there are no latencies.\n"
