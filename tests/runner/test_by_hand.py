# SPDX-License-Identifier: BSD-2-Clause
"""What counts as done to a run from outside, and what is said of it."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from waylay import fidelity, interventions, outcome
from waylay.interventions import Interventions
from waylay.outcome import Outcome


def change(time: int, by: str, link: str = "c1-r1") -> dict[str, Any]:
    told = {"time": time, "do": "set", "link": link, "from": None, "by": by}
    return {**told, "change": {"to": {"loss": "0"}}}


def test_what_steps_change_is_none_and_the_order_is_of_time() -> None:
    times = iter([5, 20])
    noted = Interventions(lambda: next(times))
    noted.note("pause", "--paused")
    noted.note("visit", "runner.sock", node="c1")
    wire = {"changes": [change(4, "runner"), change(9, "hand"), change(30, "me")]}
    found = noted.all(wire)
    assert [(one["time"], one["what"]) for one in found] == [
        (5, "pause"),
        (9, "wire set"),
        (20, "visit"),
        (30, "wire set"),
    ]
    assert found[1]["change"] == {"to": {"loss": "0"}} and "from" not in found[1]


def test_what_is_done_to_a_kept_network_does_not_count() -> None:
    noted = Interventions(lambda: 10)
    noted.close()
    noted.note("resume", "terminal")
    assert noted.all({"changes": [change(9, "hand"), change(11, "hand")]}) == interventions.of_wire(
        {"changes": [change(9, "hand")]}
    )


def test_a_changed_wire_makes_a_run_suspect_and_a_pause_does_not() -> None:
    noted = Interventions(lambda: 1)
    noted.note("pause", "runner.sock")
    assert interventions.doubt(noted.all(None)) is None
    why = interventions.doubt(noted.all({"changes": [change(2, "hand"), change(3, "hand")]}))
    assert why and "changed by hand (c1-r1, 2 times)" in why
    found = fidelity.judge({}, 0, {}, [], None, False, why)
    assert (found.verdict, found.why) == ("suspect", [why])


def test_it_is_told_everywhere(tmp_path: Path) -> None:
    told = {"verdict": "passed", "faithful": "yes", "interventions": [{"time": 1}, {"time": 2}]}
    runs = [Outcome("a", "a", "/r", 0, 1.0, told)]
    words = "2 (by hand: see results.json)"
    assert f"interventions  {words}" in outcome.table(runs)
    assert f"# interventions  {words}".replace("  ", " ") in outcome.tap(runs)
    assert f'<property name="interventions" value="{words}"' in outcome.junit(runs).decode()
    (tmp_path / "results.json").write_text(json.dumps(told))
    assert len(interventions.of_run(tmp_path)) == 2
    assert interventions.of_run(tmp_path / "none") == []
