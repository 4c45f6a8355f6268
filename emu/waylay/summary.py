# SPDX-License-Identifier: BSD-2-Clause
"""What several runs of a scenario came to, in files beside their folders.

    results/<scenario>/summary-<stamp>.json   one object a run
    results/<scenario>/summary-<stamp>.csv    one row a run: for spreadsheets, R, pandas

A row has the parameters, the repeat, verdict and faithful, every measure (times in
nanoseconds) and the run's folder. Column names bear `parameter.` and `measure.`
in front, so that they meet no other; what a run has not is left empty.
"""
from __future__ import annotations

import csv
import io
import time
from pathlib import Path
from typing import Any, Iterable, Sequence

from waylay import results
from waylay.outcome import Outcome

Json = dict[str, Any]


def write(outcomes: Sequence[Outcome]) -> list[Path]:
    """A summary for each scenario with several runs; returns the JSON files."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    found: dict[Path, list[Outcome]] = {}
    for one in outcomes:
        found.setdefault(Path(one.folder).parent, []).append(one)
    return [_write(folder, stamp, own) for folder, own in found.items() if len(own) > 1]


def _write(folder: Path, stamp: str, outcomes: Sequence[Outcome]) -> Path:
    file, number = folder / f"summary-{stamp}.json", 1
    while file.exists():  # of another batch, within the same second
        number += 1
        file = folder / f"summary-{stamp}-{number}.json"
    results.write_json(file, {"version": 1, "runs": [row(one) for one in outcomes]})
    table = file.with_suffix(".csv")
    table.write_text(as_csv(outcomes), encoding="utf-8")
    for path in (file, table):
        results.give(path)
    return file


def row(one: Outcome) -> Json:
    return {
        "run": Path(one.folder).name,
        "parameters": one.parameters,
        "repeat": one.repeat,
        "verdict": one.verdict,
        "faithful": one.faithful,
        "why": one.why,
        "seconds": round(one.seconds, 3),
        "measures": dict(one.measures()),
        "folder": one.folder,
    }


def as_csv(outcomes: Sequence[Outcome]) -> str:
    """Columns are in the order in which runs first have them."""
    rows = [row(one) for one in outcomes]
    parameters = _names(one["parameters"] for one in rows)
    measures = _names(one["measures"] for one in rows)
    plain = ("repeat", "verdict", "faithful", "seconds")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    head = [f"parameter.{name}" for name in parameters]
    head += [*plain, *(f"measure.{name}" for name in measures), "folder"]
    writer.writerow(head)
    for one in rows:
        cells = [one["parameters"].get(name, "") for name in parameters]
        cells += [one[name] for name in plain]
        cells += [one["measures"].get(name, "") for name in measures]
        writer.writerow([*cells, one["folder"]])
    return text.getvalue()


def _names(mappings: Iterable[Json]) -> list[str]:
    return list(dict.fromkeys(name for one in mappings for name in one))
