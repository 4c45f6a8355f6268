# SPDX-License-Identifier: BSD-2-Clause
"""What the language says of time: windows that captures cut off, clocks, links that are late."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from made import CLIENT, SERVER, Packet, udp

from conftest import Judge, Judged, Run

Packets = list[Packet]
NODES = {"c": CLIENT, "r": "10.0.1.1", "o": SERVER}


def sent(at: float, port: int, ident: int = 0) -> Packet:
    return Packet(at, CLIENT, SERVER, udp(9, port), id=ident)


def rule(text: str) -> str:
    return f'"it": {text}'


def found(judged: Judged) -> str:
    return str(judged.items[0]["rules"][-1]["notes"][0]["found"])


# ---- a window that outlives the capture holds nothing


CUT = {
    "followed": 'each "udp port 1" on x followed by "udp port 2" on x within 1s',
    "followed by none": 'each "udp port 1" on x followed by no "udp port 2" on x within 1s',
    "followed by few": 'each "udp port 1" on x followed by at most 1 "udp port 2" on x within 1s',
    "accompanied": 'each "udp port 1" on x accompanied by exactly 0 "udp port 2" on x within 1s',
    "none": 'first "udp port 1" on x as a no "udp port 2" on x after a within 1s',
    "none until": 'first "udp port 1" on x as a no "udp port 2" on x after a until a + 1s',
    "exactly": 'first "udp port 1" on x as a exactly 0 "udp port 2" on x within 1s of a',
    "becomes": 'each "udp port 1" on x becomes on y within 1s',
    "vanishes": 'each "udp port 1" on x does not appear on y within 1s',
}


@pytest.mark.parametrize("which", CUT)
def test_a_window_that_outlives_the_capture(judge: Judge, which: str) -> None:
    """What is missing may still have come: it fails, and says why."""
    ends = {at: [sent(1, 1), sent(at, 7)] for at in (1.9, 2.0)}
    judged = judge(rule(CUT[which]), x=ends[1.9], y=ends[1.9][1:])
    assert judged.code == 1 and "the capture ends before" in found(judged), judged
    judged = judge(rule(CUT[which]), x=ends[2.0], y=ends[2.0][1:])
    missing = which in ("followed", "becomes")
    assert judged.code == missing and (not missing or found(judged) == "none"), judged


@pytest.mark.parametrize("which", ("followed", "followed by few", "exactly"))
def test_what_was_seen_in_it_counts(judge: Judge, which: str) -> None:
    text = CUT[which].replace("exactly 0", "at least 1").replace("at most 1", "at least 2")
    seen = [sent(1, 1), sent(1.2, 2), sent(1.4, 2)]
    assert judge(rule(text), x=seen).code == 0


def test_a_window_behind_the_capture_s_beginning(run: Run, judge_run: Judge) -> None:
    """A run says from when on its captures were live: a second before the start."""
    text = rule('each "udp port 1" on c-r preceded by no "udp port 2" on c-r within 3s')
    for at, code in ((1.5, 1), (2.5, 0)):
        folder = run(NODES, {"m": 0}, {}, {"c-r": [sent(at, 1), sent(9, 7)]})
        assert judge_run(text, folder).code == code


# ---- clocks and links


def timed(folder: Path, uncertainty: float, late: float) -> Path:
    """The run, with clocks that may be off, and links that were late by at most so much (s)."""
    path = folder / "bindings.json"
    bindings = json.loads(path.read_text())
    bindings["clock"]["uncertainty"] = round(uncertainty * 1e9)
    for link in bindings["links"].values():
        link["timing"] = {"error": round(late * 1e9)}
    path.write_text(json.dumps(bindings))
    return folder


ORDER = 'each "udp port 1" on c-r followed by "udp port 2" on r-o joined by ip.id within 10ms'
BEHIND = 'first "udp port 1" on c-r as a no "udp port 2" on r-o after a + 5ms'
UNTIL = 'first "udp port 1" on c-r as a no "udp port 2" on r-o until a + 10ms'
SPAN = 'first "udp port 1" on c-r as a first "udp port 2" on r-o as b expect '


@pytest.mark.parametrize(
    "text, later, uncertainty, late, code",
    [
        # order: a link's lateness changes none, the clocks' error does
        (ORDER, 0.0005, 0, 0.001, 0),
        (ORDER, 0.0005, 0.001, 0, 3),
        (ORDER, -0.0005, 0, 0.001, 1),
        (ORDER, -0.0005, 0.001, 0, 3),
        (SPAN + "a.time < b.time", 0.0005, 0, 0.001, 0),
        (SPAN + "a.time < b.time", 0.0005, 0.001, 0, 3),
        # what comes too late may be a link's lateness, what comes in time came in time
        (ORDER, 0.0095, 0, 0.001, 0),
        (ORDER, 0.0105, 0, 0.001, 3),
        (ORDER, 0.0125, 0, 0.001, 1),
        (ORDER, 0.0095, 0.001, 0, 3),
        (SPAN + "b.time < a.time + 10ms", 0.0105, 0, 0.001, 3),
        (SPAN + "b.time < a.time + 10ms", 0.0125, 0, 0.001, 1),
        # edges of windows are alike: the lower is an order, the upper a limit
        (BEHIND, 0.0055, 0, 0.001, 1),
        (BEHIND, 0.0045, 0, 0.001, 0),
        (BEHIND, 0.0055, 0.001, 0, 3),
        (UNTIL, 0.0095, 0, 0.001, 1),
        (UNTIL, 0.0105, 0, 0.001, 3),
        (UNTIL, 0.0125, 0, 0.001, 0),
    ],
)
def test_order_is_the_clocks_and_lateness_widens_limits(
    run: Run, judge_run: Judge, text: str, later: float, uncertainty: float, late: float, code: int
) -> None:
    links = {"c-r": [sent(1, 1), sent(9, 7)], "r-o": [sent(1 + later, 2), sent(9, 7)]}
    folder = timed(run(NODES, {"m": 0}, {}, links), uncertainty, late)
    judged = judge_run(rule(text), folder)
    assert judged.code == code, judged


def test_a_doubt_tells_its_size(run: Run, judge_run: Judge) -> None:
    """How much later it was, and by how much that may be wrong."""
    links = {"c-r": [sent(1, 1), sent(9, 7)], "r-o": [sent(1.0105, 1), sent(1.0105, 2), sent(9, 7)]}
    text = 'each "udp port 1" on c-r becomes on r-o within 10ms'
    late = ", links late by 2ms"  # of either
    for uncertainty, code, told in (
        (0.001, 3, f"10.500ms later, and clocks may be off by 1ms{late}"),
        (0, 3, "10.500ms later, and links may be late by 2ms"),
    ):
        judged = judge_run(rule(text), timed(run(NODES, {"m": 0}, {}, links), uncertainty, 0.001))
        assert judged.code == code and found(judged) == told, judged
    judged = judge_run(rule(ORDER), timed(run(NODES, {"m": 0}, {}, links), 0.001, 0.001))
    assert judged.code == 3 and found(judged).endswith(f"clocks may be off by 1ms{late}"), judged
    judged = judge_run(rule(ORDER.replace("10ms", "1us")), timed(run(NODES, {}, {}, links), 0, 0))
    (nearest,) = judged.items[0]["rules"][0]["notes"][0]["nearest"]
    assert nearest["differs"] == "the nearest of the others, 10.500ms later", judged


def test_a_scope_that_clocks_cannot_place(run: Run, judge_run: Judge) -> None:
    """What is wrong of a packet that may be none that is meant is in doubt."""
    text = rule(
        'for each "udp port 1" on c-r during s as a: each "udp port 2" on c-r after a within 5ms'
    )
    for at, later, code in (
        (2.5, 0.002, 0),
        (2.5, 0.2, 1),
        (1.9995, 0.2, 3),
        (1.9995, 0.002, 3),
        (1.9, 0.2, 1),
    ):
        folder = run(
            NODES,
            {"s.start": 2, "s.end": 3},
            {},
            {"c-r": [sent(at, 1), sent(at + later, 2), sent(9, 7)]},
        )
        judged = judge_run(text, timed(folder, 0.001, 0))
        assert judged.code == code, (at, later, judged)
    packets = [sent(1.9995, 1, 1), sent(2.5, 1, 2), sent(2.502, 2), sent(9, 7)]
    folder = timed(run(NODES, {"s.start": 2, "s.end": 3}, {}, {"c-r": packets}), 0.001, 0)
    text = rule(
        'for each "udp port 1" on c-r during s as a:'
        ' exactly 1 "udp port 2" on c-r after a until a + 5ms'
    )
    assert judge_run(text, folder).code == 3
    packets[2:2] = [sent(2.0005, 2)]
    folder = timed(run(NODES, {"s.start": 2, "s.end": 3}, {}, {"c-r": packets}), 0.001, 0)
    assert judge_run(text, folder).code == 0


def test_the_first_of_two_taps_that_clocks_cannot_tell(run: Run, judge_run: Judge) -> None:
    """What is said of the one that was taken is in doubt, and so is what follows from it."""
    text = rule('first "udp port 1" on c-r, r-o as a expect a.ip.id == 1')
    for later, ident, code in ((0.01, 1, 0), (0.01, 2, 1), (0.0005, 1, 3), (0.0005, 2, 3)):
        links = {
            "c-r": [sent(1, 1, ident), sent(9, 7)],
            "r-o": [sent(1 + later, 1, 3 - ident), sent(9, 7)],
        }
        judged = judge_run(text, timed(run(NODES, {"m": 0}, {}, links), 0.001, 0))
        assert judged.code == code, (later, ident, judged)


def test_a_count_that_is_in_doubt_itself(run: Run, judge_run: Judge) -> None:
    packets = [sent(1, 1), sent(2.0005, 1), sent(3, 2), sent(4, 2), sent(9, 7)]
    folder = timed(run(NODES, {"s.start": 0.5, "s.end": 2}, {}, {"c-r": packets}), 0.001, 0)
    for text, code in (
        ('exactly count("udp port 1" on c-r during s) "udp port 2" on c-r', 3),
        ('at least count("udp port 1" on c-r during s) "udp port 2" on c-r', 0),
        ('at most count("udp port 1" on c-r during s) "udp port 2" on c-r', 3),
        ('at most count("udp port 1" on c-r during s) - 1 "udp port 2" on c-r', 1),
    ):
        assert judge_run(rule(text), folder).code == code, text


def test_an_order_that_begins_in_doubt(run: Run, judge_run: Judge) -> None:
    """Whether the first of the others counts decides which is the second."""
    text = (
        'some "udp port 1" on c-r where ip.id == %d followed by "udp" on r-o during s '
        "joined by order with ip.id == %d"
    )
    mains = [sent(1, 1, ident=n) for n in (1, 2)]
    for first, code in ((1.9, 0), (1.9995, 3), (2.0005, 3), (2.1, 1)):
        others = [sent(first, 1, 1), sent(2.5, 1, 2), sent(2.6, 1, 3), sent(9, 1, 4)]
        folder = run(NODES, {"s.start": 2, "s.end": 5}, {}, {"c-r": mains, "r-o": others})
        judged = judge_run(rule(text % (1, 2)), timed(folder, 0.001, 0))
        assert judged.code == code, (first, judged)
        every = 'some "udp" on c-r where ip.id < 9 followed by "udp" on r-o during s joined by '
        every += "order with ip.id == 2 and was.ip.id == 2"
        assert judge_run(rule(every), timed(folder, 0.001, 0)).code == {0: 1, 1: 0}.get(code, 3)


OUTSIDE = {
    "after the end": "no 'u' on x after q + 10s",
    "before the beginning": "no 'u' on x before q - 10s",
    "turned round": "no 'u' on x from r to q",
    "a count after the end": "expect count('u' on x after q + 10s) == 0",
    "a count beyond the end": "expect count('port 99' on x from q to q + 10s) == 0",
    "may be none": "each 'u' on x after q + 10s with ip.ttl == 3 may be none",
    "at most": "at most 3 'u' on x after q + 10s",
    "from before the beginning": "no 'port 99' on x from q - 10s to q",
    "a number in where": "no 'u' on x where ip.id == 9 + count('u' on x after q + 10s)",
}
INSIDE = {
    "to the end": "no 'port 99' on x after r",
    "between": "no 'port 99' on x from q to r expect count('u' on x from q to r) == 2",
}


def test_no_window_outside_of_the_captures_holds_anything(judge: Judge) -> None:
    packets = [
        Packet(at, CLIENT, SERVER, udp(4000, port, b"."), id=1)
        for at, port in ((0, 53), (1, 54), (2, 55))
    ]
    rules = "".join(
        f'"{words}": first "port 53" on x as q last "port 55" on x as r {rule}\n'
        for words, rule in (OUTSIDE | INSIDE).items()
    )
    rules = rules.replace("'u'", '"udp"').replace("'port 99'", '"port 99"')
    assert judge(rules, x=packets).verdicts == {
        **{words: "failed" for words in OUTSIDE},
        **{words: "passed" for words in INSIDE},
    }
