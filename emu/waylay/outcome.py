# SPDX-License-Identifier: BSD-2-Clause
"""What several runs came to: the table, flaky rules, JUnit XML and TAP.

Pure: it reads nothing and starts nothing. A *rule* is a step or an expectation
of a run. Runs that differ in nothing but the repeat belong together; a rule of
theirs that passed in one and did not in another is *flaky*: JUnit and TAP show
it as failed in every one of them, since a repeat proves nothing about the rest.
"""
from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Collection, Iterator, Sequence

from waylay import interventions, story
from waylay.errors import FAILED, INCONCLUSIVE, INTERRUPTED, PASSED
from waylay.results import WARNED, word_of

HARMLESS = ("passed", "skipped", WARNED)
# What XML 1.0 cannot hold (section 2.2).
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MEASURES_MOST = 5  # that stand beside each run in the table
# Exit codes, the worst first: what was cut short says least about the mechanism.
WORST_FIRST = (INTERRUPTED, FAILED, INCONCLUSIVE, PASSED)


@dataclass(frozen=True)
class Outcome:
    """One run that ended. `group` is the same for all repeats of one run."""

    label: str
    group: str
    folder: str
    code: int  # as an exit code
    seconds: float
    results: dict[str, Any]  # results.json; empty if there is none
    parameters: dict[str, Any] = field(default_factory=dict)
    repeat: int = 1

    @property
    def verdict(self) -> str:
        """A run without a verdict has failed, unless it was interrupted."""
        if self.code == INTERRUPTED:
            return "interrupted"
        told = str(self.results.get("verdict", "failed"))
        return "failed" if self.code == FAILED else told

    @property
    def detail(self) -> str:
        """Why it did not pass, on one line."""
        bad = [rule for rule in self.rules() if rule["verdict"] not in HARMLESS]
        said = str(self.results.get("detail", "")) or "no results were left"
        if bad:
            steps = [*self.results.get("steps", []), *self.results.get("timeline", [])]
            said = f"{bad[0]['name']}: {story.retold(str(bad[0]['detail']), steps)}"
        elif "steps" in self.results:
            said = "" if self.verdict == "passed" else self.doubt
        return (said.splitlines() or [""])[0]

    @property
    def faithful(self) -> str:
        """The run's own word on its instruments; what left none is not to be believed."""
        return str(self.results.get("faithful", "no"))

    @property
    def why(self) -> list[str]:
        """Why it is not faithful, or only suspect."""
        return [str(one) for one in (self.results.get("fidelity") or {}).get("why", [])]

    @property
    def doubt(self) -> str:
        """The same on one line; empty for a faithful run."""
        if self.faithful == "yes":
            return ""
        return f"faithful: {self.faithful}" + (f" ({'; '.join(self.why)})" if self.why else "")

    @property
    def interventions(self) -> str:
        """That it was changed from outside; empty where it was not."""
        return interventions.line(self.results.get("interventions") or [])

    def measures(self) -> Iterator[tuple[str, Any]]:
        """(name, value) of each measure; those of a step bear its name in front."""
        for name, value in (self.results.get("measures") or {}).items():
            if isinstance(value, dict):
                yield from ((f"{name}.{key}", one) for key, one in value.items())
            else:
                yield name, value

    def rules(self) -> Iterator[dict[str, Any]]:
        yield from self.results.get("steps", [])
        yield from self.results.get("timeline", [])
        for rule in self.results.get("expectations", []):
            yield {**rule, "verdict": word_of(rule)}


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """The worst of the runs; of none, passed."""
    codes = {outcome.code for outcome in outcomes}
    unknown = codes - set(WORST_FIRST)
    if unknown:
        return FAILED
    return next((code for code in WORST_FIRST if code in codes), PASSED)


def flaky(outcomes: Sequence[Outcome]) -> dict[tuple[str, str], dict[str, int]]:
    """(group, rule) -> how often each verdict came, of the rules that are flaky."""
    seen: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for outcome in outcomes:
        for rule in outcome.rules():
            if rule["verdict"] not in ("skipped", WARNED):
                seen[outcome.group, rule["name"]][rule["verdict"]] += 1
    return {
        key: dict(counts) for key, counts in seen.items() if "passed" in counts and len(counts) > 1
    }


def table(outcomes: Sequence[Outcome]) -> str:
    """For people: each run, what was flaky, and the sum."""
    width = max((len(outcome.label) for outcome in outcomes), default=0)
    lines = ["Runs"]
    for one in outcomes:
        line = f"  {one.verdict:<12} {one.label:<{width}}  {one.seconds:6.1f} s  {one.detail}"
        lines += [line.rstrip(), f"  {'':<12} {one.folder}"]
        if one.doubt and one.doubt != one.detail:
            lines.append(f"  {'':<12} {one.doubt}")
        if one.interventions:
            lines.append(f"  {'':<12} interventions  {one.interventions}")
    lines += measured(outcomes)
    unsteady = flaky(outcomes)
    if unsteady:
        lines += ["", "Flaky: passed in some repeats only"]
        for (group, rule), counts in unsteady.items():
            lines.append(f"  {group}: {rule}: {_counted(counts)}")
    totals: dict[str, int] = defaultdict(int)
    for one in outcomes:
        totals[one.verdict] += 1
    return "\n".join([*lines, "", f"{len(outcomes)} runs: {_counted(totals)}"])


def measured(outcomes: Sequence[Outcome]) -> list[str]:
    """The scenarios' own measures of each run, where they are few enough to stand beside it."""
    told = [{name: v for name, v in one.measures() if "." not in name} for one in outcomes]
    names = list(dict.fromkeys(name for own in told for name in own))
    if not 0 < len(names) <= MEASURES_MOST:
        return []
    cells = [["", *names]]
    for one, own in zip(outcomes, told):
        cells.append([one.label, *(_number(own.get(name, "–")) for name in names)])
    widths = [max(len(row[at]) for row in cells) for at in range(len(names) + 1)]
    lines = ["", "Measures (times in nanoseconds)"]
    for label, *values in cells:
        right = "  ".join(value.rjust(width) for value, width in zip(values, widths[1:]))
        lines.append(f"  {label:<{widths[0]}}  {right}")
    return lines


def _number(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items())


def tap(outcomes: Sequence[Outcome]) -> str:
    """Test Anything Protocol, version 13: a point for each rule, and for each run."""
    unsteady = flaky(outcomes)
    points: list[str] = []
    for one in outcomes:
        for rule in one.rules():
            is_flaky = (one.group, rule["name"]) in unsteady
            passed = rule["verdict"] in HARMLESS and not is_flaky
            note = f"{one.label}: {rule['name']}"
            extra = _shown(rule["detail"]) if rule["verdict"] != "passed" else ""
            if rule["verdict"] == WARNED:
                extra = f"a warning: {extra}"
            if is_flaky:
                extra = f"flaky, here {rule['verdict']} {extra}".rstrip()
            points.append(_point(passed, note, rule["verdict"] == "skipped", extra))
        passed = one.code == PASSED
        points.append(_point(passed, one.label, False, "" if passed else _shown(one.detail)))
        points[-1] += "".join(f"\n# {_shown(line)}" for line in _diagnostics(one))
    numbered = [text.replace("ok", f"ok {n}", 1) for n, text in enumerate(points, 1)]
    return "\n".join(["TAP version 13", f"1..{len(points)}", *numbered]) + "\n"


def _diagnostics(one: Outcome) -> Iterator[str]:
    """What is known of a run beyond its verdict."""
    yield f"folder {one.folder}"
    yield one.doubt or "faithful: yes"
    if one.interventions:
        yield f"interventions  {one.interventions}"
    for name, value in one.measures():
        yield f"measure {name} {value}"


def _point(passed: bool, name: str, skipped: bool, extra: str) -> str:
    word = "ok" if passed else "not ok"
    if skipped and passed:
        return f"{word} - {_shown(name)} # SKIP {extra}".rstrip()
    return f"{word} - {_shown(name)}" + (f"\n# {extra}" if extra else "")


def _shown(text: str) -> str:
    """On one line, without what TAP gives a meaning to."""
    return " ".join(text.split()).replace("#", "\\#")


def junit(outcomes: Sequence[Outcome]) -> bytes:
    """JUnit XML: a suite for each run, a case for each rule and for the run itself.

    A failed rule is one failure: the run's own case is then skipped, and says so.
    """
    unsteady = flaky(outcomes)
    root = ElementTree.Element("testsuites", name="waylay")
    for one in outcomes:
        suite = ElementTree.SubElement(root, "testsuite", name=_xml(one.label))
        properties = ElementTree.SubElement(suite, "properties")
        for key, value in _properties(one):
            ElementTree.SubElement(properties, "property", name=_xml(key), value=_xml(value))
        cases = [*one.rules(), {**_whole(one, unsteady), "seconds": one.seconds}]
        kinds = []
        for rule in cases:
            is_flaky = (one.group, rule["name"]) in unsteady
            kinds.append(_case(suite, one.label, rule, is_flaky))
        suite.set("tests", str(len(cases)))
        for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped",) * 2):
            suite.set(attribute, str(kinds.count(kind)))
        suite.set("time", f"{one.seconds:.3f}")
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _whole(one: Outcome, unsteady: Collection[tuple[str, str]]) -> dict[str, Any]:
    """The run as a case of its own: it fails for what no rule says, lest that be counted twice."""
    bad = any(
        rule["verdict"] not in HARMLESS or (one.group, rule["name"]) in unsteady
        for rule in one.rules()
    )
    if bad and one.verdict in ("failed", "inconclusive"):
        detail = f"{one.verdict}, by the rules above"
        return {"name": "run", "verdict": "skipped", "detail": detail}
    return {"name": "run", "verdict": one.verdict, "detail": one.detail}


def _properties(one: Outcome) -> Iterator[tuple[str, str]]:
    yield from (("folder", one.folder), ("verdict", one.verdict), ("faithful", one.faithful))
    if one.why:
        yield "fidelity", "; ".join(one.why)
    if one.interventions:
        yield "interventions", one.interventions
    yield from ((f"measure.{name}", str(value)) for name, value in one.measures())


def _case(suite: ElementTree.Element, label: str, rule: dict[str, Any], is_flaky: bool) -> str:
    """Add a case; returns what it holds: failure, error, skipped, or nothing."""
    seconds = rule.get("seconds")
    if seconds is None and rule.get("start") is not None and rule.get("end") is not None:
        seconds = (rule["end"] - rule["start"]) / 1e9
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=_xml(label),
        name=_xml(rule["name"]),
        time=f"{seconds or 0:.3f}",
    )
    kinds = {"passed": "", "skipped": "skipped", "failed": "failure", WARNED: "system-out"}
    kind = "failure" if is_flaky else kinds.get(rule["verdict"], "error")
    if kind:
        said = f"flaky, here {rule['verdict']}" if is_flaky else rule["verdict"]
        child = ElementTree.SubElement(case, kind)
        child.text = _xml(rule["detail"])
        if kind != "system-out":
            child.set("message", _xml(said))
    return kind


def _xml(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)
