# SPDX-License-Identifier: BSD-2-Clause
"""scenarios/schema.json is what the code says, and takes what the code takes."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from waylay import publish

TOP = Path(__file__).resolve().parent.parent.parent
PUBLISHED = TOP / "scenarios" / "schema.json"
GOOD: dict[str, Any] = {
    "name": "a",
    "seed": "${seed}",
    "nodes": {"c1": {"role": "client"}},
    "links": [{"ends": ["c1", "o1"], "subnet": "10.0.1.0/24", "mtu": "${mtu}"}],
    "steps": [{"name": "get", "fetch": {"node": "c1", "url": "http://o1/${path}"}}],
}


def valid(value: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text())).is_valid(value))


def test_the_file_is_in_line_with_the_code() -> None:
    jsonschema.Draft202012Validator.check_schema(publish.published())
    hint = "python3 -m waylay.publish > scenarios/schema.json"
    assert json.loads(PUBLISHED.read_text()) == publish.published(), hint


@pytest.mark.parametrize(
    "file",
    sorted([*TOP.glob("scenarios/**/*.yaml"), *TOP.glob("tests/emu/scenarios/*.yaml")]),
    ids=lambda file: str(file.relative_to(TOP)),
)
def test_every_scenario_of_the_tree_is_valid(file: Path) -> None:
    assert valid(yaml.safe_load(file.read_text()))


def test_references_are_taken_and_parts_are_for_files_that_extend() -> None:
    assert valid(GOOD)
    assert valid({"extends": "a.yaml", "steps+": GOOD["steps"], "services": {"web": None}})
    assert not valid({"steps+": GOOD["steps"]})
    assert not valid({**GOOD, "steps+": GOOD["steps"]})


@pytest.mark.parametrize(
    "change",
    [
        {"nmae": "a"},
        {"seed": "one"},
        {"steps": [{"name": "get"}]},
        {"steps": [{"name": "get", "fetch": GOOD["steps"][0]["fetch"], "mark": "x"}]},
        {"steps": [{"name": "get", "fecth": {}}]},
        {"parameters": {"size": {"type": "float"}}},
        {"sweep": {"grid": {"size": []}}},
        {"repeat": 0},
        {"steps": [{"name": "get", "at": "1s", "after": {"step": "x"}, "mark": "x"}]},
    ],
)
def test_what_the_code_refuses_is_invalid(change: dict[str, Any]) -> None:
    assert not valid({**GOOD, **change})
