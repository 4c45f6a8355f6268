# SPDX-License-Identifier: BSD-2-Clause
"""A load: what curl is told, and what its words come to. Measures by name."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from waylay import load, measures
from waylay.model import Measure

ITEM: dict[str, Any] = {"node": "c1", "urls": ["http://o1/{n}", "http://o1/b"], "requests": 4}


def told(status: int, seconds: float, code: int = 0) -> str:
    words = {"http_code": status, "time_total": seconds, "exitcode": code, "size_download": 10}
    return json.dumps({**words, "num_connects": 1, "errormsg": "no" if code else None})


def test_what_curl_is_told() -> None:
    item = {**ITEM, "headers": {"X": 'a"b'}, "connections": "fresh"}
    lines = load.configuration(item).splitlines()
    urls = [line for line in lines if line.startswith("url")]
    assert urls == [f'url = "http://o1/{path}"' for path in ("1", "b", "3", "b")]
    assert 'header = "X: a\\"b"' in lines and 'header = "Connection: close"' in lines
    assert lines.count('output = "/dev/null"') == 4


def test_what_it_comes_to() -> None:
    output = "\n".join([told(200, 0.1), told(503, 0.2), told(0, 9, 7), '{"cut sh'])
    found = load.summary(ITEM, output, 2_000_000_000)
    assert (found["ended"], found["failures"], found["bytes"], found["rate"]) == (3, 3, 30, 1.0)
    assert found["statuses"] == {"200": 1, "503": 1} and found["errors"] == {"curl 7: no": 1}
    assert found["latency"]["p50"] == 100_000_000 and found["latency"]["max"] == 200_000_000
    assert load.judge(ITEM, found) == (
        "expected at most 0 of 4 requests to fail, 3 did: "
        "1 status 503; 1 curl 7: no; 1 did not end"
    )
    assert load.judge({**ITEM, "expect": {"failures": 3}}, found) is None


def test_quantiles_are_times_that_were_seen() -> None:
    found = load.latency(list(range(1, 101)))
    assert found == {"p50": 50, "p90": 90, "p99": 99, "max": 100, "mean": 50}
    assert load.latency([]) is None


def test_measures_by_name_and_what_cannot_be_had(tmp_path: Path) -> None:
    (tmp_path / "p1-counters.json").write_text('{"syn_held": 3}')
    wire = {"links": {"a-b": {"a": {"in": 9, "rate": {"achieved": 1000}}}}}
    records = [
        {"name": "get", "start": 5, "end": 9, "fetch": {"size": 7, "curl": {"time_total": 0.5}}},
        {"name": "storm", "start": 5, "end": 9, "load": load.summary(ITEM, told(200, 0.1), 4)},
    ]
    wanted = {
        "took": ("step", {"step": "get", "figure": "duration"}, 4),
        "total": ("fetch", {"step": "get", "figure": "time_total"}, 500_000_000),
        "size": ("fetch", {"step": "get", "figure": "size"}, 7),
        "p99": ("load", {"step": "storm", "figure": "p99"}, 100_000_000),
        "lost": ("load", {"step": "storm", "figure": "failures"}, 3),
        "in": ("wire", {"link": "a-b", "from": "a", "figure": "in"}, 9),
        "rate": ("wire", {"link": "a-b", "from": "a", "figure": "rate.achieved"}, 1000),
        "held": ("counter", {"node": "p1", "name": "syn_held"}, 3),
    }
    asked = [Measure(name, source, arguments) for name, (source, arguments, _) in wanted.items()]
    found, fault = measures.gather(asked, records, {}, wire, tmp_path)
    assert found == {name: value for name, (_, _, value) in wanted.items()} and fault is None
    gap = Measure("x", "counter", {"node": "p1", "name": "nothing"})
    assert measures.gather([gap], records, {}, None, tmp_path) == (
        {},
        "x: p1-counters.json has no 'nothing'",
    )
