# SPDX-License-Identifier: BSD-2-Clause
"""`extends`, `parameters` and `sweep`: what comes out, and what is complained of."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from waylay import compose, scenario
from waylay.errors import BadInput

BASE = """\
name: base
parameters:
  size: {type: integer, default: 10, description: Bytes of the object.}
  path: {type: string, default: a}
  ratio: {type: number, default: 0.5}
  fresh: {type: boolean, default: true}
nodes:
  c1: {role: client}
  o1: {role: origin, server: nginx, objects: {/a: {size: "${size}"}}}
links:
  - {ends: [c1, o1], subnet: 10.0.1.0/24}
services:
  web: {port: 80, node: o1, redirected: false}
steps:
  - name: get
    fetch: {node: c1, url: "http://o1/${path}", expect: {size: "${size}"}}
"""


def write(folder: Path, **files: str) -> Path:
    """Write files; returns the last one."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder / f"{list(files)[-1]}.yaml"


def resolved(file: Path, **settings: str) -> dict[str, Any]:
    return scenario.load(file, settings=settings).source


def complaint(path: Path, **settings: str) -> str:
    with pytest.raises(BadInput) as caught:
        scenario.load(path, settings=settings)
    return str(caught.value)


def points(file: Path, **settings: str) -> list[dict[str, Any]]:
    return compose.points(compose.read(file), settings)


def test_a_whole_reference_keeps_its_type_and_a_part_is_written_out(tmp_path: Path) -> None:
    got = resolved(write(tmp_path, base=BASE))
    assert got["nodes"]["o1"]["objects"]["/a"]["size"] == 10
    assert got["steps"][0]["fetch"]["url"] == "http://o1/a"


def test_settings_are_converted_to_the_declared_type(tmp_path: Path) -> None:
    path = write(tmp_path, base=BASE)
    got = points(path, size="7", path="12", ratio="2e-3", fresh="false")
    assert got == [{"size": 7, "path": "12", "ratio": 0.002, "fresh": False}]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("sise", "1", "--set: found 'sise', expected a parameter: size, path, ratio, fresh"),
        ("size", "many", "--set size: found 'many', expected a whole number"),
        ("size", "1.5", "--set size: found '1.5', expected a whole number"),
        ("ratio", "nan", "--set ratio: found 'nan', expected a number"),
        ("fresh", "yes", "--set fresh: found 'yes', expected true or false"),
    ],
)
def test_a_wrong_setting(tmp_path: Path, name: str, value: str, expected: str) -> None:
    assert complaint(write(tmp_path, base=BASE), **{name: value}).startswith(expected)


def test_a_set_value_is_judged_where_it_is_used(tmp_path: Path) -> None:
    said = complaint(write(tmp_path, base=BASE), size="-1")
    assert "base.yaml:9:58: key 'nodes.o1.objects./a.size': found '-1', expected bytes" in said


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("${path}", "${pth}", "base.yaml:16:28: key 'steps.0.fetch.url': found '${pth}'"),
        ("default: 10", "default: ten", "3:34: key 'parameters.size.default': found 'ten'"),
        ("type: number", "type: float", "key 'parameters.ratio.type': found 'float', expected one"),
        ("default: a}", "defualt: a}", "key 'parameters.path.defualt'"),
        (", default: a", "", "4:3: key 'parameters.path': found nothing, expected a default, or"),
    ],
)
def test_a_wrong_declaration_or_reference(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert expected in complaint(write(tmp_path, base=BASE.replace(old, new)))


def test_two_dollars_are_plain_text(tmp_path: Path) -> None:
    text = BASE + "  - name: say\n    exec: {node: c1, command: 'echo $${size} ${size} $HOME'}\n"
    command = resolved(write(tmp_path, base=text))["steps"][1]["exec"]["command"]
    assert command == "echo ${size} 10 $HOME"


def test_extending_merges_mappings_replaces_lists_appends_and_removes(tmp_path: Path) -> None:
    own = """\
extends: base.yaml
name: own
parameters: {size: {default: 20}}
nodes:
  o1: {objects: {/b: {size: 3}}}
services:
  web:
  other: {port: 81, node: o1, redirected: false}
steps+:
  - name: more
    fetch: {node: c1, url: http://o1/b}
"""
    got = resolved(write(tmp_path, base=BASE, own=own))
    assert got["name"] == "own"
    assert got["nodes"]["o1"]["objects"] == {"/a": {"size": 20}, "/b": {"size": 3}}
    assert list(got["services"]) == ["other"]
    assert [step["name"] for step in got["steps"]] == ["get", "more"]
    assert "extends" not in got and "steps+" not in got


def test_complaints_name_the_file_that_holds_the_fault(tmp_path: Path) -> None:
    own = "extends: base.yaml\nnodes:\n  c1: {role: clinet}\n"
    assert "own.yaml:3:14: key 'nodes.c1.role'" in complaint(write(tmp_path, base=BASE, own=own))
    wrong = BASE.replace("role: client", "role: clinet")
    own = "extends: base.yaml\nname: own\n"
    assert "base.yaml:8:14: key 'nodes.c1.role'" in complaint(write(tmp_path, base=wrong, own=own))
    own = "extends: base.yaml\nsteps+:\n  - name: more\n    fetch: {node: x1, url: http://o1/a}\n"
    said = complaint(write(tmp_path, base=BASE, own=own))
    assert "own.yaml:4:19: key 'steps.1.fetch.node': found 'x1'" in said


def test_a_replaced_list_leaves_no_marks_of_the_old_one(tmp_path: Path) -> None:
    own = "extends: base.yaml\nsteps: [{name: get}]\n"
    assert "own.yaml:2:9: key 'steps.0'" in complaint(write(tmp_path, base=BASE, own=own))


def test_a_chain_of_three(tmp_path: Path) -> None:
    middle = "extends: base.yaml\nname: middle\nsteps+: [{name: two, mark: x}]\n"
    top = "extends: middle.yaml\nname: top\nsteps+: [{name: three, mark: x}]\n"
    got = resolved(write(tmp_path, base=BASE, middle=middle, top=top))
    assert [step["name"] for step in got["steps"]] == ["get", "two", "three"]


def test_a_cycle_is_told_with_its_chain(tmp_path: Path) -> None:
    one, two = "name: one\nextends: two.yaml\n", "name: two\nextends: one.yaml\n"
    said = complaint(write(tmp_path, two=two, one=one))
    a, b = tmp_path / "one.yaml", tmp_path / "two.yaml"
    assert "two.yaml:2:10: key 'extends': found 'one.yaml'" in said
    assert f"({a} -> {b} -> {a})" in said


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("extends: none.yaml\n", "1:10: key 'extends': found 'none.yaml', expected a file that"),
        ("extends: [base.yaml]\n", "1:10: key 'extends': found '['base.yaml']', expected the path"),
        ("extends: base.yaml\nsteps+: 3\n", "2:9: key 'steps+': found '3', expected a list"),
        ("extends: base.yaml\nnodes+: []\n", "2:1: key 'nodes+': found 'nodes+', expected one of"),
    ],
)
def test_a_wrong_extension(tmp_path: Path, own: str, expected: str) -> None:
    assert f"own.yaml:{expected}" in complaint(write(tmp_path, base=BASE, own=own))


def test_a_grid_is_every_combination_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, base=BASE + "sweep: {grid: {size: [1, 2], path: [a, b]}}\n")
    got = [(values["size"], values["path"]) for values in points(path)]
    assert got == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]


def test_a_list_is_taken_as_it_stands(tmp_path: Path) -> None:
    path = write(tmp_path, base=BASE + "sweep: {list: [{size: 1}, {size: 2, path: b}]}\n")
    assert [(v["size"], v["path"]) for v in points(path)] == [(1, "a"), (2, "b")]


def test_a_setting_fixes_what_is_swept(tmp_path: Path) -> None:
    path = write(tmp_path, base=BASE + "sweep: {grid: {size: [1, 2], path: [a, b]}}\n")
    assert [(v["size"], v["path"]) for v in points(path, size="9")] == [(9, "a"), (9, "b")]


@pytest.mark.parametrize(
    ("sweep", "expected"),
    [
        ("{grid: {sise: [1]}}", "key 'sweep.grid.sise.0': found 'sise', expected a parameter"),
        ("{grid: {size: [1, x]}}", "17:26: key 'sweep.grid.size.1': found 'x', expected a whole"),
        ("{grid: {size: []}}", "key 'sweep.grid.size': found '[]', expected a list of values"),
        ("{list: [{size: x}]}", "key 'sweep.list.0.size': found 'x'"),
        ("{grid: {size: [1]}, list: [{size: 1}]}", "key 'sweep': found 'grid, list', expected one"),
        ("{}", "key 'sweep': found nothing, expected one of grid and list"),
    ],
)
def test_a_wrong_sweep(tmp_path: Path, sweep: str, expected: str) -> None:
    assert expected in complaint(write(tmp_path, base=f"{BASE}sweep: {sweep}\n"))


@pytest.mark.parametrize("text", ["", "[1]", "just words"])
def test_what_is_no_mapping(tmp_path: Path, text: str) -> None:
    assert "key '(the file)'" in complaint(write(tmp_path, base=text))
