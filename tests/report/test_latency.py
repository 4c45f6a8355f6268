# SPDX-License-Identifier: BSD-2-Clause
"""Figures, where they come from, and disagreements between log and captures."""
from __future__ import annotations

from pathlib import Path

import pytest
from made_run import MadeRun
from story import first_fetch

import waylay_report
from waylay_report.latency import claims, latencies
from waylay_report.run import read_run


def wrong(run: MadeRun, folder: Path) -> list[str]:
    """What log and captures disagree on."""
    found = claims(read_run(run.write(folder / "run")))
    return [f"{claim.step}: {claim.what}" for claim in found if not claim.agrees]


def test_figures_of_each_step(made: Path) -> None:
    rows = {row.step: row for row in latencies(read_run(made))}
    assert list(rows) == ["miss", "hit", "refused", "direct", "delayed"]
    miss = rows["miss"]
    assert (miss.handshake, miss.held, miss.first_byte) == (350_000, 275_000, 440_000)
    assert (miss.served, miss.outcome, miss.received) == ("miss", "200", 100_043)
    assert rows["refused"].outcome == "refused"
    assert rows["refused"].first_byte is None
    assert (rows["direct"].served, rows["direct"].held) == ("direct", None)
    assert rows["delayed"].syns == 2
    assert rows["hit"].first_byte is not None and rows["hit"].first_byte < 440_000


def test_all_agree_when_all_is_well(tmp_path: Path) -> None:
    assert not wrong(first_fetch(), tmp_path)


@pytest.mark.parametrize(
    "event, key, value, complaint",
    [
        ("request", "status", 404, "miss: status"),
        ("request", "fetch_local_port", None, "miss: request sent to the origin"),
        ("connection", "bytes_to_client", 5, "miss: bytes to the client"),
    ],
)
def test_a_wrong_claim_is_shown(
    tmp_path: Path, event: str, key: str, value: object, complaint: str
) -> None:
    run = first_fetch()
    next(line for line in run.log if line["event"] == event)[key] = value
    assert wrong(run, tmp_path) == [complaint]


def test_an_effect_before_its_cause_is_shown(tmp_path: Path) -> None:
    run = first_fetch()
    line = next(line for line in run.log if line["event"] == "connection")
    line["origin_acknowledged"] -= 150_000
    assert wrong(run, tmp_path) == ["miss: origin's SYN-ACK at the proxy"]


def test_a_connection_without_a_line(tmp_path: Path) -> None:
    run = first_fetch()
    run.log = [line for line in run.log if line["event"] != "refused"]
    assert wrong(run, tmp_path) == ["refused: connection of 10.0.1.2:40002"]


def test_a_line_without_packets(tmp_path: Path) -> None:
    run = first_fetch()
    run.log.append({**run.log[0], "client": {"address": "10.0.1.9", "port": 1}})
    found = wrong(run, tmp_path)
    assert len(found) == 1 and "10.0.1.9:1" in found[0]


def test_the_table_fits_and_names_disagreements(tmp_path: Path) -> None:
    run = first_fetch()
    run.log[0]["status"] = 500
    text = waylay_report.table_text(run.write(tmp_path / "run"))
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "DISAGREE miss: status: log 500, captures 200" in text
