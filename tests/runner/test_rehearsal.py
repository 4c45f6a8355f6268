# SPDX-License-Identifier: BSD-2-Clause
"""Names in expectations that stand for nothing are told before a run is started."""
from __future__ import annotations

from pathlib import Path

import pytest

from waylay import programs, scenario
from waylay.errors import BadInput
from waylay.rehearsal import marks, rehearse

JUDGE = programs.find("waylay-assert")
SCENARIO = """\
name: named
nodes: {c1: {role: client}, r1: {role: router}, p1: {role: proxy}, o1: {role: origin}}
links:
  - {ends: [c1, r1], subnet: 10.0.1.0/24}
  - {ends: [r1, p1], subnet: 10.0.2.0/24}
  - {ends: [r1, o1], subnet: 10.0.3.0/24}
services: {web: {port: 80, node: o1, redirected: true}}
steps: [{name: look, do: [{mark: seen}, {mark: left}]}]
expectations: [rules.expect: {where: look}]
"""

pytestmark = pytest.mark.skipif(JUDGE is None, reason="waylay-assert is not built")


def rehearsed(folder: Path, rules: str) -> None:
    (folder / "scenario.yaml").write_text(SCENARIO)
    (folder / "rules.expect").write_text(f'"rule": {rules}\n')
    rehearse([scenario.load(folder / "scenario.yaml")], JUDGE)


@pytest.mark.parametrize(
    "rules",
    [
        'no "src host $c1 and dst port $web.port" on c1-r1 during $where',
        "no packet on r1-o1@o1 after mark look.seen before mark look.left",
        "expect $r1_pushed == 3, $p1_whatever_it_counts > 2",
        'no "tcp" on clients, origins with ip.dst in $routers',
        'requires mark other.end no "tcp" on c1-r1',  # of a file for several scenarios
    ],
)
def test_names_of_the_run_are_known(tmp_path: Path, rules: str) -> None:
    rehearsed(tmp_path, rules)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ('no "tcp" on c1-r2', "rules.expect:1:21: there is no tap 'c1-r2': did you mean 'c1-r1'"),
        ('no "src host $c2" on c1-r1', r"nothing is called '\$c2': did you mean '\$c1'"),
        ('no "port $wbe.port" on c1-r1', r"did you mean '\$web.port'"),
        ("expect $r2_pushed == 3", r"nothing is called '\$r2_pushed'"),
        ('no "tcp" on c1-r1 during $were', r"did you mean '\$where'"),
        ('no "tcp" on c1-r1 during lok', "no step leaves the mark 'lok.start': .*'look.start'"),
        ('no "tcp" on c1-r1 after mark look.seem', "rules.expect:1: .* 'look.seen'"),
        ('no "tcp" on c1-r1 after mark zzz.yyy', "expected look.start, look.seen, look.left"),
    ],
)
def test_names_of_nothing_are_told(tmp_path: Path, rules: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        rehearsed(tmp_path, rules)


def test_files_are_named_as_the_scenario_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=r"^rules.expect:1:"):
        rehearsed(Path("."), 'no "tcp" on c1-r2')


def test_all_marks_are_foreseen(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    (tmp_path / "rules.expect").write_text("")
    known = marks(scenario.load(tmp_path / "scenario.yaml"))
    assert known == ["look.start", "look.seen", "look.left", "look.end", "look.paused"]


def test_without_a_judge_nothing_is_rehearsed(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    (tmp_path / "rules.expect").write_text('"x": no "tcp" on nowhere\n')
    rehearse([scenario.load(tmp_path / "scenario.yaml")], None)
