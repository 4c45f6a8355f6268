# SPDX-License-Identifier: BSD-2-Clause
"""The parameters of wires: units, bounds, and what fits together."""
from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from waylay import linkspec, programs, scenario
from waylay.errors import BadInput
from waylay.quantities import QUANTITIES

ENDS = ("c1", "r1")
GOOD: list[dict[str, Any]] = [
    {},
    {"delay": "10ms", "jitter": {"distribution": "normal", "deviation": "2ms"}},
    {"rate": "10Mbit", "burst": "10kB", "overhead": 24, "from": {"r1": {"rate": 1000000}}},
    {"loss": "1%"},
    {"loss": 0.01, "duplicate": "0.1%", "corrupt": 0, "reorder": {"probability": 1, "by": "5ms"}},
    {"loss": {"gilbert-elliott": {"to_bad": "1%", "to_good": "10%"}}},
    {"loss": {"frames": [3, 7]}, "down": True, "mtu": 1400, "delay": 0},
    {"queue": {"bytes": "150KiB", "discipline": "codel", "ecn": True, "target": "5ms"}},
    {"queue": {"discipline": "red", "min": "30kB", "max": "90kB", "weight": 0.002}},
    {"queue": {"packets": 9, "discipline": "red"}, "from": {"c1": {"queue": {"max": "1MB"}}}},
]
# (parameters, the key that is complained of, what the complaint says)
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"delai": "10ms"}, "delai", "one of the keys delay, jitter"),
    ({"delay": 10}, "delay", "a duration up to 3600s, such as 10ms"),
    ({"delay": "10 ms"}, "delay", "a duration"),
    ({"delay": "3601s"}, "delay", "a duration up to 3600s"),
    ({"rate": "10mbit"}, "rate", "bits a second up to 1000Gbit"),
    ({"rate": True}, "rate", "bits a second"),
    ({"loss": "101%"}, "loss", "a probability, such as 1%"),
    ({"loss": -0.1}, "loss", "a probability"),
    ({"loss": {}}, "loss", "one of the keys bernoulli, gilbert-elliott, frames"),
    ({"loss": {"bernoulli": 0, "frames": [1]}}, "loss", "found 'bernoulli, frames', expected one"),
    ({"loss": {"gilbert-elliott": {"to_bad": 1}}}, "loss.gilbert-elliott", "to_bad and to_good"),
    ({"loss": {"frames": [3, 3]}}, "loss.frames.1", "a number above 3"),
    ({"jitter": {"distribution": "gauss", "deviation": 0}}, "jitter.distribution", "uniform"),
    ({"jitter": {"distribution": "table", "deviation": "1ms"}}, "jitter", "a table for the"),
    ({"jitter": {"distribution": "normal"}}, "jitter", "a deviation, such as"),
    ({"reorder": {"probability": "1%"}}, "reorder", "by how much frames are held back"),
    ({"rate": 1, "trace": __file__}, "trace", "a trace of milliseconds"),
    ({"overhead": 65601}, "overhead", "up to 65600"),
    ({"queue": {"ecn": True}}, "queue.ecn", "only where discipline is codel or red"),
    ({"queue": {"discipline": "codel", "min": 1}}, "queue.min", "only where discipline is red"),
    ({"queue": {"discipline": "red", "min": "90kB"}}, "queue", "0 < min < max"),
    ({"from": {"o1": {}}}, "from.o1", "an end of the link: c1, r1"),
    ({"from": {"c1": {"from": {}}}}, "from.c1.from", "one of the keys"),
    ({"trace": "/no/such/trace"}, "trace", "a file that can be read"),
]


@pytest.mark.parametrize("parameters", GOOD, ids=str)
def test_what_is_taken(parameters: dict[str, Any]) -> None:
    found = linkspec.wire(parameters, ENDS)
    assert {**found.both, **({"from": found.senders} if found.senders else {})} == parameters


@pytest.mark.parametrize(("parameters", "key", "expected"), WRONG, ids=str)
def test_what_is_refused(parameters: dict[str, Any], key: str, expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        linkspec.wire(parameters, ENDS, "WireLink c1-r1")
    assert str(caught.value).startswith(f"WireLink c1-r1: key '{key}': found ")
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("duration", "1.5s", 1.5e9),
        ("duration", "100ns", 100),
        ("duration", 0, 0),
        ("rate", "1.5kbit", 1500),
        ("size", "2KiB", 2048),
        ("probability", "0.5%", 0.005),
        ("duration", 5, None),
        ("size", "2 kB", None),
        ("probability", "-1%", None),
        ("rate", True, None),
    ],
)
def test_units(kind: str, written: Any, value: float) -> None:
    assert QUANTITIES[kind].value(written) == (None if value is None else pytest.approx(value))


def test_an_end_has_its_own_over_both() -> None:
    found = linkspec.wire(
        {"delay": "1ms", "queue": {"packets": 9}, "from": {"c1": {"queue": {"bytes": 5}}}}, ENDS
    )
    assert found.of("c1") == {"delay": "1ms", "queue": {"packets": 9, "bytes": 5}}
    assert found.of("r1") == {"delay": "1ms", "queue": {"packets": 9}}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("1\n2\n2\n", ""),
        ("1\n\n", "one whole number a line (line 2"),
        ("2\n1\n", "ascend (line 2: 1 after 2)"),
        ("", "last time is above 0"),
    ],
)
def test_traces(tmp_path: Path, content: str, expected: str) -> None:
    (tmp_path / "cell.trace").write_text(content)
    file = tmp_path / "cell.yaml"
    file.write_text(
        "name: cell\n"
        "nodes: {c1: {role: client}, o1: {role: origin}}\n"
        "links:\n"
        "  - {ends: [c1, o1], subnet: 10.0.1.0/24, wire: {from: {o1: {trace: cell.trace}}}}\n"
        "steps: [{name: nothing, exec: {node: c1, command: 'true'}}]\n"
    )
    if not expected:
        wire = scenario.load(file).links[0].wire
        assert wire is not None and wire.of("o1") == {"trace": str(tmp_path / "cell.trace")}
        return
    with pytest.raises(BadInput) as caught:
        scenario.load(file)
    assert str(caught.value).startswith(f"{file}:4:69: key 'links.0.wire.from.o1.trace': found")
    assert expected in str(caught.value)


@pytest.mark.parametrize(("content", "good"), [("# dist\n-1 0\n8192\n", True), ("1.5\n", False)])
def test_tables(content: str, good: bool) -> None:
    assert (linkspec.wrong_table(content) == "") is good


def test_of_a_rate_and_a_trace_the_last_counts(tmp_path: Path) -> None:
    trace = str(tmp_path / "t")
    Path(trace).write_text("1\n")
    found = linkspec.wire({"rate": "1Mbit", "from": {"c1": {"trace": trace}}}, ENDS)
    assert (found.of("c1"), found.of("r1")) == ({"trace": trace}, {"rate": "1Mbit"})
    assert linkspec.overlay({"trace": trace}, {"rate": 5}) == {"rate": 5}
    with pytest.raises(BadInput, match="a rate or a trace, not both"):
        linkspec.wire({"rate": "1Mbit", "trace": trace}, ENDS)


def test_a_model_of_loss_is_changed_in_part() -> None:
    model = {"gilbert-elliott": {"to_bad": 0.1, "to_good": 0.5}}
    changed = linkspec.overlay({"loss": model}, {"loss": {"gilbert-elliott": {"to_bad": 0.2}}})
    assert changed == {"loss": {"gilbert-elliott": {"to_bad": 0.2, "to_good": 0.5}}}
    assert linkspec.overlay({"loss": model}, {"loss": 0}) == {"loss": 0}


@pytest.mark.parametrize(
    "parameters", [*GOOD, *(parameters for parameters, _, _ in WRONG)], ids=str
)
def test_the_wire_itself_takes_and_refuses_the_same(
    tmp_path: Path, parameters: dict[str, Any]
) -> None:
    program = programs.find("waylay-wire")
    if program is None:
        pytest.skip("not built: waylay-wire (is WAYLAY_BINDIR set?)")
    ends = [{"node": end, "interface": f"w{end}", "kind": "packet"} for end in ENDS]
    both = {key: value for key, value in parameters.items() if key != "from"}
    link = {"name": "c1-r1", "ends": ends, "both": both, "from": parameters.get("from", {})}
    file = tmp_path / "wire.yaml"
    file.write_text(yaml.safe_dump({"seed": 1, "run": 1, "links": [link]}))
    done = subprocess.run(
        [program, "--config", str(file), "--check"], capture_output=True, encoding="utf-8"
    )
    try:
        linkspec.wire(parameters, ENDS)
    except BadInput as error:
        # The wire takes a jitter of none; in a file it is a slip.
        stricter = "expected a deviation" in str(error)
        assert done.returncode == (0 if stricter else 2), f"the wire takes it, but: {error}"
    else:
        assert done.returncode == 0, done.stderr
