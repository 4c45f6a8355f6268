# SPDX-License-Identifier: BSD-2-Clause
"""A wrong scenario: file, line, column, key, value, what was expected; exit 2."""
from __future__ import annotations

from pathlib import Path

import pytest

import harness
from waylay import programs

GOOD = """\
name: small
nodes:
  c1: {role: client}
  r1: {role: router, program: none}
  o1: {role: origin, server: nginx, objects: {/a: {size: 10}}}
links:
  - {ends: [c1, r1], subnet: 10.0.1.0/24}
  - {ends: [r1, o1], subnet: 10.0.3.0/24}
services:
  web: {port: 80, node: o1, redirected: false}
steps:
  - name: get
    fetch: {node: c1, url: http://o1/a}
  - name: wait
    do:
      - start: {as: slow, fetch: {node: c1, url: http://o1/a}}
      - until: {capture: c1-r1, filter: tcp port 80, count: 2}
      - join: slow
expectations: [rules.expect]
"""

STEPS = GOOD.partition("steps:\n")[2].partition("expectations")[0]

# (what is replaced, by what, where and what the complaint says)
CASES = {
    "unknown key": ("name: small", "nmae: small", "1:1: key 'nmae': found 'nmae', expected one of"),
    "missing key": ("name: small\n", "", "key 'name': found nothing, expected a name"),
    "bad name": ("name: small", "name: Small!", "1:7: key 'name': found 'Small!', expected a name"),
    "newline in a name": ("name: small", 'name: "small\\n"', "1:7: key 'name': found 'small', exp"),
    "newline in a step": (
        "name: get",
        'name: "get\\n"',
        "key 'steps.0.name': found 'get', expected",
    ),
    "nothing to listen for": (
        "services:\n  web: {port: 80, node: o1, redirected: false}\n",
        "",
        "5:7: key 'nodes.o1': found nothing, expected a service that listens there",
    ),
    "duplicate key": (
        "  r1: {role",
        "  c1: {role",
        "4:3: key 'nodes.c1': found 'c1', expected each",
    ),
    "unknown role": ("role: client", "role: clinet", "3:14: key 'nodes.c1.role': found 'clinet'"),
    "long node": ("  c1: {role", "  client99: {role", "3:3: key 'nodes.client99'"),
    "unlinked node": ("  r1: {role", "  x1: {role: host}\n  r1: {role", "4:3: key 'nodes.x1'"),
    "server of a client": (
        "{role: client}",
        "{role: client, server: nginx}",
        "key 'nodes.c1.server'",
    ),
    "unknown end": ("[c1, r1]", "[c1, r2]", "7:17: key 'links.0.ends.1': found 'r2'"),
    "link to itself": ("[c1, r1]", "[c1, c1]", "7:12: key 'links.0.ends'"),
    "link twice": ("[r1, o1]", "[r1, c1]", "8:12: key 'links.1.ends'"),
    "bad subnet": ("10.0.1.0/24", "10.0.1.1/24", "found '10.0.1.1/24', expected a prefix without"),
    "unknown host": ("http://o1", "http://o7", "fetch.url': found 'http://o7"),
    "no prefix": ("10.0.1.0/24", "10.0.1.0", "7:30: key 'links.0.subnet'"),
    "overlap": ("10.0.3.0/24", "10.0.0.0/16", "8:30: key 'links.1.subnet'"),
    "tiny subnet": ("10.0.3.0/24", "10.0.3.0/31", "8:30: key 'links.1.subnet'"),
    "port 0": ("port: 80,", "port: 0,", "10:15: key 'services.web.port': found '0'"),
    "port as text": ("port: 80,", "port: http,", "10:15: key 'services.web.port': found 'http'"),
    "service nowhere": ("node: o1, red", "node: o2, red", "10:25: key 'services.web.node'"),
    "service at a client": ("node: o1, red", "node: c1, red", "10:25: key 'services.web.node'"),
    "unknown action": ("    fetch: {node: c1", "    fecth: {node: c1", "13:5: key 'steps.0.fecth'"),
    "two actions": ("  - name: get\n", "  - name: get\n    mark: x\n", "one action a step"),
    "step twice": ("name: wait", "name: get", "14:11: key 'steps.1.name': found 'get'"),
    "fetch nowhere": (
        "fetch: {node: c1, url: http://o1/a}\n  ",
        "fetch: {node: c9, url: http://o1/a}\n  ",
        "13:19: key 'steps.0.fetch.node': found 'c9'",
    ),  # noqa: E501
    "no url": (
        "{node: c1, url: http://o1/a}\n  ",
        "{node: c1, url: ftp://o1/a}\n  ",
        "13:28: key 'steps.0.fetch.url'",
    ),  # noqa: E501
    "no such link": ("capture: c1-r1", "capture: r1-c1", "17:26: key 'steps.1.do.1.until.capture'"),
    "bad filter": ("tcp port 80", "tcp prot 80", "17:41: key 'steps.1.do.1.until.filter'"),
    "unknown in filter": ("tcp port 80", "host $x1", "key 'steps.1.do.1.until.filter': found 'x1'"),
    "count 0": ("count: 2", "count: 0", "key 'steps.1.do.1.until.count': found '0'"),
    "join of nothing": ("join: slow", "join: late", "18:15: key 'steps.1.do.2.join'"),
    "no join": ("      - join: slow\n", "", "expected a join of what the step started: slow"),
    "bad guard": ("count: 2", "within: -1", "key 'steps.1.do.1.until.within': found '-1'"),
    "no steps": (STEPS, "", "key 'steps'"),
    "no such file": (
        "[rules.expect",
        "[ruels.expect",
        "19:16: key 'expectations.0': found 'ruels.expect', expected a file of expectations",
    ),
    "no such step": (
        "[rules.expect]",
        "[{rules.expect: {step: hit}}]",
        "key 'expectations.0.rules.expect.step': found 'hit', expected a step",
    ),
    "a wrong rule": ("[rules.expect", "[wrong.expect", "wrong.expect:1:24: found 'wtih': did you"),
    "not a mapping": (GOOD, "- a\n- b\n", "1:1: key '(the file)'"),
    "not YAML": ("nodes:", "nodes: [", "not YAML"),
    "empty": (GOOD, "", "key '(the file)': found nothing"),
}


def write_rules(folder: Path) -> None:
    """The file of expectations that the scenario names, and one that is wrong."""
    (folder / "rules.expect").write_text('"x": no "tcp" on c1-r1 with ip.ttl == 1\n')
    (folder / "wrong.expect").write_text('"x": no "tcp" on c1-r1 wtih ip.ttl == 1\n')


@pytest.mark.parametrize("case", CASES)
def test_message(tmp_path: Path, case: str) -> None:
    old, new, expected = CASES[case]
    if case == "a wrong rule" and programs.find("waylay-assert") is None:
        pytest.skip("waylay-assert, which reads the files, is not built")
    assert old in GOOD
    file = tmp_path / "wrong.yaml"
    file.write_text(GOOD.replace(old, new, 1))
    write_rules(tmp_path)
    done = harness.waylay("run", file, "--out", tmp_path / "results")
    assert done.returncode == 2, done.stderr
    assert expected in done.stderr
    if case != "a wrong rule":  # which shows the line and a caret, too
        assert done.stderr.startswith(f"{file}:"), "file and place come first"
        assert len(done.stderr.splitlines()) == 1, "one line, no traceback"
    assert not (tmp_path / "results").exists(), "nothing was started"


def test_the_good_one_is_good(tmp_path: Path) -> None:
    from waylay import scenario

    file = tmp_path / "good.yaml"
    file.write_text(GOOD)
    write_rules(tmp_path)
    assert scenario.load(file).name == "small"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run"], "found no scenario, expected one or more"),
        (["run", "/nowhere.yaml"], "/nowhere.yaml: cannot be read"),
        (["run", str(harness.FIRST_FETCH), "--program", "r1"], "expected NODE=PATH"),
        (["run", str(harness.FIRST_FETCH), "--program", "r9=x"], "found node 'r9', expected one"),
        (["run", str(harness.FIRST_FETCH), "--program", "r1=/no/such"], "no program there"),
        (["run", str(harness.SCENARIOS / "plain.yaml"), "--out", "/run/x"], "folder outside /run"),
        (["report", "/tmp"], "expected the folder of a run"),
        (["frobnicate"], "no command 'frobnicate'"),
    ],
)
def test_wrong_words(words: list[str], expected: str) -> None:
    done = harness.waylay(*words)
    assert done.returncode == 2, done.stderr
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
