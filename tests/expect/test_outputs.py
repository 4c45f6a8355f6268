# SPDX-License-Identifier: BSD-2-Clause
"""Outputs for other programs, many runs at once, and rules that only sometimes pass."""
from __future__ import annotations

import json
import shutil
import signal
import subprocess
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest
from made import ACK, CLIENT, SERVER, SYN, Packet, tcp, write

from conftest import PROGRAM, Run

RULES = """
"one SYN & no more": exactly 1 "tcp[13] & 0x12 = 2" on a-b
"# of acknowledgements": some "tcp[13] & 0x12 = 0x10" on a-b
warn "small": no packet on a-b
"later": skip "not yet" no packet on a-b
"""
SCENARIO = """name: made
nodes: {}
expectations: [rules.expect]
run: {id: x, repeat: %d, repeats: %d, parameters: {size: 1}}
"""
NODES = {"a": CLIENT, "b": SERVER}
UP = Packet(0.0, CLIENT, SERVER, tcp(50001, 80, SYN, 100))
THEN = Packet(0.01, CLIENT, SERVER, tcp(50001, 80, ACK, 101, 1))


def kept(run: Run, to: Path, packets: list[Packet], repeats: int = 1) -> Path:
    """A run's folder with everything in it that a kept run has."""
    folder = run(NODES, {"begin": 0.0}, {}, {"a-b": packets})
    (folder / "scenario.yaml").write_text(SCENARIO % (1, repeats))
    for place in (folder, folder / "expectations"):
        place.mkdir(exist_ok=True)
        (place / "rules.expect").write_text(RULES)
    shutil.copytree(folder, to)
    return to


def ask(*arguments: object) -> subprocess.CompletedProcess[str]:
    argv = [str(PROGRAM), *map(str, arguments)]
    return subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)


def test_tap(run: Run, tmp_path: Path) -> None:
    folder = kept(run, tmp_path / "one", [THEN])
    done = ask("--format", "tap", folder)
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and lines[:2] == ["TAP version 13", "1..4"]
    assert lines[2] == f"not ok 1 - one SYN & no more in {folder}"
    assert '  verdict: "failed"' in lines and "  text: |" in lines
    assert "        expected:  exactly 1 such packets" in lines
    assert f"ok 2 - \\# of acknowledgements in {folder}" in lines
    assert f"not ok 3 - small in {folder} # TODO a warning" in lines
    assert f"ok 4 - later in {folder} # SKIP not yet" in lines


def test_junit(run: Run, tmp_path: Path) -> None:
    folder, out = kept(run, tmp_path / "one", [THEN]), tmp_path / "junit.xml"
    assert ask("--format", "junit", "--output", out, folder).returncode == 1
    suite = xml.parse(out).getroot()[0]
    assert {k: suite.get(k) for k in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    names = [case.get("name") for case in suite]
    assert names == ["one SYN & no more", "# of acknowledgements", "small", "later"]
    text = ask(folder).stdout.splitlines()
    body = (suite[0][0].text or "").splitlines()
    assert suite[0][0].tag == "failure" and len(body) > 5 and body == text[: len(body)]
    assert "    found:     0" in body, body
    warning = suite[2][0].text or ""
    assert "found:     this one" in warning and "evidence:  " in warning, warning


def test_json_lines(run: Run, tmp_path: Path) -> None:
    done = ask("--format", "jsonl", kept(run, tmp_path / "one", [UP, THEN]))
    items = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [i["verdict"] for i in items] == ["passed", "passed", "failed", "skipped"]
    assert {i["run"] for i in items} == {str(tmp_path / "one")}


def test_all_results_with_a_table(run: Run, tmp_path: Path) -> None:
    kept(run, tmp_path / "results" / "made" / "1", [UP, THEN])
    kept(run, tmp_path / "results" / "made" / "2", [THEN])
    (tmp_path / "results" / "made" / "latest").symlink_to("2")
    (tmp_path / "results" / "notes").mkdir()
    done = ask(*sorted((tmp_path / "results").iterdir()))
    assert done.returncode == 1
    table = done.stdout.split("2 runs:\n")[1].splitlines()
    assert table[0].endswith("made/1: 2 passed, 1 skipped, 1 warnings")
    assert table[2].endswith("notes: no run (no scenario.yaml)")


def test_one_that_cannot_be_judged_does_not_hide_the_others(run: Run, tmp_path: Path) -> None:
    good, broken = kept(run, tmp_path / "1", [UP, THEN]), kept(run, tmp_path / "2", [UP])
    (broken / "bindings.json").write_text("{")
    done = ask(broken, good)
    assert done.returncode == 2 and f"{broken}: could not be judged" in done.stdout
    assert f"{good}: 2 passed" in done.stdout
    junit = ask("--format", "junit", good, broken).stdout
    suite = junit.split(f'name="{broken}"')[1]
    assert 'failures="1"' in suite and "the run can be judged" in suite
    suites = xml.fromstring(ask("--format=junit", broken, good, tmp_path / "nowhere").stdout)
    assert [suite.get("failures") for suite in suites] == ["1", "0", "1"]
    assert "not ok 1 - the run can be judged" in ask("--format=tap", broken, good).stdout


@pytest.mark.parametrize("repeats, verdict", [(2, "flaky"), (1, "passed")])
def test_what_passes_in_some_repeats_only(
    run: Run, tmp_path: Path, repeats: int, verdict: str
) -> None:
    runs = [
        kept(run, tmp_path / name, packets, repeats)
        for name, packets in {"1": [THEN], "2": [UP, THEN]}.items()
    ]
    done = ask("--json", *runs)
    found = [i["verdict"] for i in json.loads(done.stdout)["expectations"]]
    assert found[0] == "failed" and found[4] == verdict and done.returncode == 1


def two_repeats(run: Run, tmp_path: Path) -> list[Path]:
    packets = {"1": [THEN], "2": [UP, THEN]}
    return [kept(run, tmp_path / name, what, 2) for name, what in packets.items()]


def test_what_is_flaky_is_called_so_in_words(run: Run, tmp_path: Path) -> None:
    runs = two_repeats(run, tmp_path)
    done = ask(*runs)
    lines = done.stdout.splitlines()
    assert lines[0] == f"== {runs[0]}" and lines[1].startswith("failed        one SYN & no more")
    at = lines.index(f"== {runs[1]}")
    assert lines[at + 1].startswith("flaky         one SYN & no more: 1 ")
    assert lines[at + 2].startswith("passed        # of acknowledgements")
    assert f"  {runs[1]}: one SYN & no more" in lines[lines.index("2 runs:") :]


def test_what_is_flaky_is_called_so_everywhere(run: Run, tmp_path: Path) -> None:
    runs = two_repeats(run, tmp_path)
    tap = ask("--format=tap", *runs).stdout
    assert f'not ok 5 - one SYN & no more in {runs[1]}\n  ---\n  verdict: "flaky"' in tap
    errors = xml.fromstring(ask("--format=junit", *runs).stdout).findall("testsuite/testcase/error")
    assert [e.get("type") for e in errors] == ["flaky"]
    objects = [json.loads(line) for line in ask("--format=jsonl", *runs).stdout.splitlines()]
    assert objects[4]["verdict"] == "flaky"


def test_tap_is_understood_by_its_tools(run: Run, tmp_path: Path) -> None:
    runs = two_repeats(run, tmp_path)
    ask("--format=tap", "--output", tmp_path / "x.tap", *runs)
    argv = ["prove", "--nocolor", "--verbose", "-e", "cat", str(tmp_path / "x.tap")]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)
    assert "Failed tests:  1, 5" in done.stdout and "Parse errors" not in done.stdout, done


def test_a_folder_of_folders_of_runs(run: Run, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / "results" / name).mkdir(parents=True)
        kept(run, tmp_path / "results" / name / "1", [UP, THEN])
        (tmp_path / "results" / name / "latest").symlink_to("1")
    done = ask(tmp_path / "results")
    assert done.returncode == 0 and "\n2 runs:\n" in done.stdout


def test_hundreds_of_repeats_take_no_longer_together(run: Run, tmp_path: Path) -> None:
    kept(run, tmp_path / "good", [UP, THEN], 300)
    kept(run, tmp_path / "bad", [THEN], 300)
    for n in range(300):
        (tmp_path / "all" / str(n)).mkdir(parents=True)
        for path in (tmp_path / ("good" if n else "bad")).iterdir():
            (tmp_path / "all" / str(n) / path.name).symlink_to(path)
    done = ask("--no-evidence", tmp_path / "all")  # within its guard
    assert done.returncode == 1 and "300 passed, 1 failed, 0 inconclusive, 299 flaky" in done.stdout


@pytest.mark.parametrize(
    "arguments, says",
    [
        (
            ["--format", "xml"],
            "--format: found 'xml', expected one of text, tap, junit, json, jsonl",
        ),
        (["--mutate", "0"], "--mutate: found '0', expected a number from 1 to 1000000"),
        (["--output", "/nowhere/x"], "--output: '/nowhere/x' cannot be written: No such file"),
        (["--for", "1s"], "--for: expected --live NAME=INTERFACE beside it"),
        (["--live", "a=lo", "--tap", "a=x"], "expected --tap or --live, found both, of the tap a"),
        (["--list"], "--list: expected the names of files (.expect), found /"),
    ],
)
def test_wrong_command_lines(arguments: list[str], says: str, tmp_path: Path) -> None:
    done = ask(*arguments, tmp_path)
    assert done.returncode == 2 and says in done.stderr


def test_a_capture_is_no_run(tmp_path: Path) -> None:
    file = tmp_path / "lan.pcap"
    file.write_bytes(b"")
    done = ask(file)
    assert done.returncode == 2 and f"a capture is given by --tap NAME={file}" in done.stderr


def test_a_reader_who_has_seen_enough(run: Run, tmp_path: Path) -> None:
    """It ends by SIGPIPE, also where whoever started it ignores that, and says nothing."""
    folder = kept(run, tmp_path / "one", [THEN])
    argv = f"trap '' PIPE; sleep 0.1; exec {PROGRAM} {folder}"
    started = subprocess.Popen(["sh", "-c", argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert started.stdout and started.stderr
    started.stdout.close()
    assert started.stderr.read() == b"" and started.wait(60) == -signal.SIGPIPE


def test_what_was_compared_is_explained(tmp_path: Path) -> None:
    """Who knows what it came to can choose a threshold."""
    packets = [THEN.but(at=n / 100, ttl=60 + n) for n in range(5)]
    (tmp_path / "r.expect").write_text(
        '"it": expect p50(ip.ttl of "tcp" on a) < 64, count("tcp" on a) >= 5,'
        ' share("udp" on a among "ip" on a) < 50%'
    )
    tap = f"a={write(tmp_path / 'a.pcap', packets)}"
    done = ask("--explain", tmp_path / "r.expect", "--tap", tap)
    (value,) = [line.strip() for line in done.stdout.splitlines() if "value:" in line]
    assert value == (
        'value: p50(ip.ttl of "tcp" on a) is 62, of 5 values; count("tcp" on a) is 5;'
        ' share("udp" on a among "ip" on a) is 0, of 5 packets'
    )
