# SPDX-License-Identifier: BSD-2-Clause
"""Files of expectations, as a scenario names them and as a run's folder keeps them."""
from __future__ import annotations

from pathlib import Path

import pytest

from waylay import expectations, scenario
from waylay.errors import BadInput

SCENARIO = """\
name: expecting
nodes: {c1: {role: client}, o1: {role: host}}
links: [{ends: [c1, o1], subnet: 10.0.1.0/24}]
steps: [{name: look, mark: seen}]
expectations: [a/own.expect, b/own.expect: {step: look}, a/words.expect]
"""


def written(folder: Path, **texts: str) -> Path:
    """The scenario beside files, by their paths with __ for a slash."""
    for name, text in {"a__words": "", "b__words": "let $b = 1\n", **texts}.items():
        file = folder / (name.replace("__", "/") + ".expect")
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    (folder / "scenario.yaml").write_text(SCENARIO)
    return folder / "scenario.yaml"


def test_files_of_one_name_are_all_kept(tmp_path: Path) -> None:
    words = 'include "words.expect"\n'
    file = written(tmp_path, a__own=words + "# a", b__own=words + "# b")
    made = scenario.load(file)
    run = tmp_path / "run"
    kept = expectations.keep(run, made.source, made.expected)["expectations"]
    names = [expectations.name_of(item) for item in kept]
    assert names == [f"expectations/{n}.expect" for n in ("own", "2/own", "words")]
    assert kept[1] == {names[1]: {"step": "look"}}
    for name, folder in zip(names[:2], "ab"):
        assert (run / name).read_text().endswith(f"# {folder}")
        beside = (run / name).parent / "words.expect"
        assert beside.read_text() == (tmp_path / folder / "words.expect").read_text()


def test_two_of_one_name_in_one_closure_are_refused(tmp_path: Path) -> None:
    both = 'include "words.expect"\ninclude "../b/words.expect"\n'
    with pytest.raises(BadInput, match=r"5:16: key 'expectations.0': .* no two files of one name"):
        scenario.load(written(tmp_path, a__own=both, b__own=""))
