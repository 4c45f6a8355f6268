# SPDX-License-Identifier: BSD-2-Clause
"""The table, flaky rules, JUnit XML and TAP, from made results."""
from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from waylay import outcome
from waylay.outcome import Outcome

CODES = {"passed": 0, "failed": 1, "inconclusive": 3, "skipped": 3}


def rule(name: str, verdict: str, detail: str = "done") -> dict[str, Any]:
    return {"name": name, "verdict": verdict, "detail": detail, "start": 0, "end": 1500000000}


def made(step: str, check: str = "passed", number: int = 1, detail: str = "done") -> Outcome:
    worst = "failed" if "failed" in (step, check) else step if step != "passed" else check
    results = {
        "verdict": worst,
        "faithful": "yes",
        "steps": [rule("miss", step, detail)],
        "expectations": [rule("no-option", check)],
    }
    return Outcome(f"a #{number}", "a", f"/r/{number}", CODES[worst], 2.0, results)


@pytest.mark.parametrize(
    ("codes", "worst"),
    [([], 0), ([0, 0], 0), ([0, 3], 3), ([3, 1, 0], 1), ([1, 130], 130), ([0, 2], 1)],
)
def test_the_worst_code_wins(codes: list[int], worst: int) -> None:
    runs = [Outcome("a", "a", "/r", code, 1.0, {}) for code in codes]
    assert outcome.exit_code(runs) == worst


def test_a_rule_that_passed_only_on_a_repeat_is_flaky_and_nowhere_passed() -> None:
    runs = [made("failed", number=1), made("passed", number=2)]
    assert outcome.flaky(runs) == {("a", "miss"): {"failed": 1, "passed": 1}}
    assert "  a: miss: 1 failed, 1 passed" in outcome.table(runs)
    assert "not ok 4 - a \\#2: miss\n# flaky, here passed" in outcome.tap(runs)
    cases = ElementTree.fromstring(outcome.junit(runs)).findall("testsuite/testcase[@name='miss']")
    assert [case.find("failure") is not None for case in cases] == [True, True]
    assert outcome.exit_code(runs) == 1


def test_what_always_fails_or_is_of_another_group_is_not_flaky() -> None:
    other = Outcome("b", "b", "/r", 0, 1.0, {"steps": [rule("miss", "passed")]})
    assert not outcome.flaky([made("failed", number=1), made("failed", number=2), other])


def test_skipped_is_no_verdict_and_inconclusive_is_one() -> None:
    assert not outcome.flaky([made("passed"), made("skipped")])
    assert outcome.flaky([made("passed"), made("inconclusive")])


def test_what_only_warns_is_told_and_fails_nothing() -> None:
    run = made("passed")
    run.results["expectations"][0].update(verdict="failed", level="warn", detail="seen twice")
    assert run.detail == "" and not outcome.flaky([run, made("passed", number=2)])
    assert "\nok 2 - a \\#1: no-option\n# a warning: seen twice\n" in outcome.tap([run])
    suite = ElementTree.fromstring(outcome.junit([run])).find("testsuite")
    assert suite is not None and (suite.get("failures"), suite.get("errors")) == ("0", "0")
    assert suite.findtext("testcase[@name='no-option']/system-out") == "seen twice"


def test_a_run_without_results_has_failed() -> None:
    killed = Outcome("a", "a", "/r", 1, 1.0, {})
    assert killed.verdict == "failed" and killed.detail == "no results were left"
    assert "not ok 1 - a\n# no results were left" in outcome.tap([killed])


def test_a_run_that_passed_with_a_failing_code_is_shown_as_failed() -> None:
    good = made("passed")
    assert Outcome("a", "a", "/r", 1, 1.0, good.results).verdict == "failed"


def test_tap_is_numbered_and_escaped() -> None:
    bad = made("failed", detail="not #1\nbut 2")
    other = Outcome("b", "b", "/r", 1, 1.0, bad.results)
    text = outcome.tap([made("passed", number=1), other])
    assert text.startswith("TAP version 13\n1..6\nok 1 - a \\#1: miss\n")
    words = [line.split(" - ")[0] for line in text.splitlines() if " - " in line]
    assert [w.rsplit(" ", 1)[1] for w in words] == ["1", "2", "3", "4", "5", "6"]
    assert "not \\#1 but 2" in text


def suspect() -> Outcome:
    """A run that passed on a machine without time to spare, and measured something."""
    told = made("passed").results
    told |= {"faithful": "suspect", "fidelity": {"why": ["the machine was saturated", "late #2"]}}
    told["measures"] = {"miss": {"time_total": 12000000}, "hits": 3}
    return Outcome("a #1", "a", "/r/1", 0, 2.0, told)


def test_doubt_is_told_everywhere() -> None:
    doubt = "faithful: suspect (the machine was saturated; late #2)"
    assert doubt in outcome.table([suspect()])
    assert "\n# " + doubt.replace("#", "\\#") in outcome.tap([suspect()])
    root = ElementTree.fromstring(outcome.junit([suspect()]))
    told = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert (told["faithful"], told["fidelity"]) == ("suspect", "the machine was saturated; late #2")
    assert "faithful" not in outcome.table([made("passed")])
    assert "# faithful: yes" in outcome.tap([made("passed")])


def test_measures_are_told_to_machines() -> None:
    assert "# measure miss.time_total 12000000\n# measure hits 3\n" in outcome.tap([suspect()])
    root = ElementTree.fromstring(outcome.junit([suspect()]))
    told = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert (told["measure.miss.time_total"], told["measure.hits"]) == ("12000000", "3")


def test_a_run_that_cannot_be_believed_says_why_it_is_inconclusive() -> None:
    told = {**made("passed").results, "verdict": "inconclusive", "faithful": "no"}
    one = Outcome("a", "a", "/r", 3, 1.0, {**told, "fidelity": {"why": ["c1-r1 lost 2"]}})
    assert one.detail == "faithful: no (c1-r1 lost 2)"


def test_junit_counts_and_holds_any_text() -> None:
    runs = [made("failed", "inconclusive", detail="\x00<&>\ud800")]
    suite = ElementTree.fromstring(outcome.junit(runs)).find("testsuite")
    assert suite is not None
    counts = {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped", "time")}
    assert counts == dict(tests="3", failures="1", errors="1", skipped="1", time="2.000")
    failure = suite.find("testcase/failure")
    assert failure is not None and failure.text == "\ufffd<&>\ufffd"
