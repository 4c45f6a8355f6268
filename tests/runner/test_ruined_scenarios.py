# SPDX-License-Identifier: BSD-2-Clause
"""Whatever is done to a scenario file, it is taken or complained of: in one line."""
from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any, Iterator

import pytest
import yaml

from test_stepcheck import HEAD
from waylay import compose, plan, scenario
from waylay.errors import BadInput

RICH = (
    HEAD
    + """\
  - {name: a, at: 2s, link: {link: c1-r1, from: r1, change: {loss: {frames: [1, 2]}}}}
  - name: b
    after: {mark: second.opened, plus: 5ms}
    every: {period: 1s, times: 3}
    do:
      - send:
          node: c1
          link: c1-r1
          packets:
            - {ip: {dst: o1, options: [nop, {lsrr: {addresses: [p1]}}]}, tcp: {dport: 80},
               payload: {size: 40}, fragments: {size: 24}}
            - {ip: {dst: p1}, icmp: {type: 3, quote: {ip: {dst: c1}, udp: {dport: 1}, bytes: 28}}}
      - start: {as: x, exec: {node: c1, command: 'true'}}
      - until: {capture: c1-r1@c1, filter: host $c1, count: 2}
      - program: {node: p1, do: signal, signal: HUP}
      - join: x
measures:
  took: {step: {step: first, figure: duration}}
  lost: {wire: {link: c1-r1, from: c1, figure: dropped}}
parameters: {size: {type: integer, default: 3}}
sweep: {grid: {size: [1, 2]}}
expectations: [one.expect, {other.expect: {step: first}}]
"""
)
SCALARS: list[Any] = [None, True, -1, 0, 1.5, 10**20, "", "x", "${size}", "${no}", "$${", "a.b"]
TEXTS: list[Any] = ["1s", "\x00", "10.0.0.1", "o1", "c1-r1"]
PARTS: list[Any] = [[], [[]], ["x"], {}, {"x": {}}, {"from": {}}, {"step": "first"}]
JUNK = [*SCALARS, *TEXTS, *PARTS]


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, one in inner:
        yield from places(one, (*place, key))


def ruined(seed: int) -> str:
    """The rich scenario with one to three places replaced, removed, renamed or doubled."""
    chance = random.Random(seed)
    data = yaml.safe_load(RICH)
    for _ in range(chance.randint(1, 3)):
        place = chance.choice([one for one in places(data) if one])
        holder = data
        for key in place[:-1]:
            holder = holder[key]
        deed = chance.choice(("replace", "replace", "remove", "rename", "double"))
        if deed == "replace":
            holder[place[-1]] = copy.deepcopy(chance.choice(JUNK))
        elif deed == "double" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[place[-1]]))
        elif deed == "rename" and isinstance(holder, dict):
            holder[f"{place[-1]}x"] = holder.pop(place[-1])
        else:
            del holder[place[-1]]
    return yaml.safe_dump(data, sort_keys=False)


@pytest.mark.parametrize(
    "seeds", [range(start, start + 50) for start in range(0, 150, 50)], ids=str
)
def test_taken_or_complained_of(tmp_path: Path, seeds: range) -> None:
    complaints = 0
    for seed in seeds:
        file = tmp_path / f"{seed}.yaml"
        file.write_text(ruined(seed))
        try:
            document = compose.read(file)
            for values in compose.points(document, {}):
                scenario.build(compose.resolve(document, values))
            plan.describe(plan.jobs([file], {}, None, {}, find=False)[0])
        except BadInput as complaint:
            complaints += 1
            assert str(complaint).startswith(f"{file}:") and "\n" not in str(complaint), seed
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    assert complaints > len(seeds) / 2


def test_the_rich_one_is_good(tmp_path: Path) -> None:
    file = tmp_path / "rich.yaml"
    for name in ("one.expect", "other.expect"):
        (tmp_path / name).touch()
    file.write_text(RICH)
    assert len(scenario.load(file).timeline) == 2
