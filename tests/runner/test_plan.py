# SPDX-License-Identifier: BSD-2-Clause
"""`waylay list` and `describe`, and how runs are named."""
from __future__ import annotations

import os
from pathlib import Path

import pytest

from waylay import cli, plan, results
from waylay.errors import BadInput

TEXT = """\
name: small
description: Two nodes
  and a link.
parameters: {size: {type: integer, default: 10}, path: {type: string, default: a}}
repeat: 2
nodes: {c1: {role: client}, o1: {role: origin, server: none}}
links: [{ends: [c1, o1], subnet: 10.0.1.0/24}]
steps: [{name: get, fetch: {node: c1, url: "http://o1/${path}?${size}"}}]
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(TEXT + "sweep: {grid: {size: [1, 2]}}\n")
    return file


def test_labels_name_what_differs_and_what_was_set(small: Path) -> None:
    made = plan.jobs([small], {}, None, {}, find=False)
    assert [job.label for job in made] == [
        f"small size={size} #{number}" for size in (1, 2) for number in (1, 2)
    ]
    made = plan.jobs([small], {"path": "b"}, 1, {}, find=False)
    assert [job.label for job in made] == ["small size=1 path=b", "small size=2 path=b"]


def test_list_shows_scenarios_and_passes_other_files_over(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small.parent / "other.yaml").write_text("a: 1\n")
    (small.parent / "next.yaml").write_text("extends: small.yaml\nname: next\n")
    assert cli.main(["list", str(small.parent)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [" ".join(line.split()[1:]) for line in lines] == [
        "next: Two nodes and a link.",
        "small: Two nodes and a link.",
    ]


def test_list_and_describe_complain_of_what_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for word in ("list", "describe"):
        assert cli.main([word, str(tmp_path / "none")]) == 2
        assert "cannot be read" in capsys.readouterr().err


def test_describe_shows_the_network(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["describe", str(small), "--set", "size=5"]) == 0
    said = capsys.readouterr().out
    assert "small size=5 #1 (seed 1)" in said
    assert "c1-o1           10.0.1.1/24        to o1, MTU 1500" in said
    assert "2: sweep and repeat make as many" in said


def kept(folder: Path, small: Path) -> Path:
    """A run's folder, as the third of four repeats left it."""
    made = plan.jobs([small], {"size": "2"}, 4, {}, find=False)[2]
    folder.mkdir()
    results.write_scenario(folder, made.scenario, {}, made.record())
    return folder


def test_a_run_again_is_the_same_repeat(small: Path, tmp_path: Path) -> None:
    again = plan.again(kept(tmp_path / "run", small), {"o1": "none"})
    assert (again.repeat, again.repeats, again.parameters["size"]) == (3, 4, 2)
    assert again.decisions is None


def test_decisions_are_those_of_the_kept_run(small: Path, tmp_path: Path) -> None:
    folder = kept(tmp_path / "run", small)
    with pytest.raises(BadInput, match="--decisions: found no logs/wire-decisions.jsonl"):
        plan.again(folder, {"o1": "none"}, decided=True)
    (folder / "logs").mkdir()
    (folder / plan.DECISIONS_FILE).write_text("")
    again = plan.again(folder, {"o1": "none"}, decided=True)
    assert again.decisions == (folder / plan.DECISIONS_FILE).resolve()


def test_results_of_somebody_else_send_ours_to_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert results.choose_root(None, {"a"}) == Path("results")
    monkeypatch.setattr(results, "_ours", lambda folder: folder.name != "a")
    assert results.choose_root(Path("mine"), {"a"}) == Path("mine")
    assert results.choose_root(None, {"b", "a"}) == tmp_path / "cache" / "waylay" / "results"
    assert f"since {tmp_path}/results/a cannot be written" in capsys.readouterr().out


def test_a_folder_without_a_scenario_and_a_file_without_the_parameter_are_named(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "common").mkdir()
    assert cli.main(["describe", str(tmp_path / "common")]) == 2
    assert f"{tmp_path}/common: found a folder without scenario.yaml" in capsys.readouterr().err
    assert cli.main(["describe", str(small), "--set", "none=5"]) == 2
    assert f"({small})" in capsys.readouterr().err


def test_list_outside_of_the_repository_shows_what_waylay_came_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["list"]) == 0
    assert "first-fetch" in capsys.readouterr().out


def test_help_names_the_programs_that_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYLAY_BINDIR", str(tmp_path))
    (tmp_path / "waylay-draft").write_text("")
    (tmp_path / "waylay-draft").chmod(0o755)
    assert "draft expectations from" in cli.parser().format_help()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_all_that_root_made_goes_to_the_user_behind_sudo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_UID", "65534")
    monkeypatch.setenv("SUDO_GID", "65534")
    run_dir = tmp_path / "results" / "small" / "1"
    (run_dir / "logs").mkdir(parents=True)
    results.hand_over(run_dir)
    results.set_latest(run_dir)
    results.hand_over(run_dir)
    made = [tmp_path / "results", *(tmp_path / "results").rglob("*")]
    assert {path.lstat().st_uid for path in made} == {65534} and len(made) == 5
