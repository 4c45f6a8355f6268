# SPDX-License-Identifier: BSD-2-Clause
"""Where packets come from: files by many names, compressed, in pipes, twice; biting names."""
from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest
from made import ACK, CLIENT, SERVER, Packet, tcp, write

from conftest import PROGRAM, Judge, Run

PACKETS = [Packet(n / 10, CLIENT, SERVER, tcp(50001, 80, ACK, n, 1), id=n) for n in range(20)]
EACH = '"ids": each "tcp" on a with ip.id != 10\n'
COUNT = '"twenty": exactly 20 "tcp" on a\n'


def ask(*arguments: object, **more: object) -> subprocess.CompletedProcess[str]:
    argv = [str(PROGRAM), *map(str, arguments)]
    options = {"capture_output": True, "encoding": "utf-8", "timeout": 60, **more}
    return subprocess.run(argv, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def a(tmp_path: Path) -> Path:
    (tmp_path / "each.expect").write_text(EACH)
    (tmp_path / "count.expect").write_text(COUNT)
    return write(tmp_path / "a.pcap", PACKETS)


@pytest.mark.parametrize("name", ["a.pcap", "./a.pcap", "link.pcap", "hard.pcap"])
def test_a_tap_that_would_have_a_capture_twice_is_refused(a: Path, name: str) -> None:
    (a.parent / "link.pcap").symlink_to("a.pcap")
    os.link(a, a.parent / "hard.pcap")
    done = ask("--tap=a=a.pcap", f"--tap=a={name}", "count.expect", cwd=a.parent)
    assert done.returncode == 2 and "the tap 'a' has it twice" in done.stderr
    (a.parent / "taps.expect").write_text('tap a = "a.pcap", "%s"\n%s' % (name, COUNT))
    assert ask("taps.expect", cwd=a.parent).returncode == 2


def test_a_thousand_times_the_same_is_refused_as_well(a: Path) -> None:
    (a.parent / "taps.expect").write_text("tap a = " + ", ".join(['"a.pcap"'] * 1000) + COUNT)
    assert ask("taps.expect", cwd=a.parent).returncode == 2


def test_two_taps_may_have_the_same_capture(a: Path) -> None:
    rules = COUNT + COUNT.replace("on a", "on b").replace("twenty", "again")
    (a.parent / "both.expect").write_text(rules)
    done = ask("--tap=a=a.pcap", "--tap=b=./a.pcap", "both.expect", cwd=a.parent)
    assert done.returncode == 0, done.stdout


def test_a_capture_beside_the_runs_folder_is_not_the_runs(run: Run, a: Path) -> None:
    folder = run({"x": CLIENT, "y": SERVER}, {"m": 0.0}, {}, {"x-y": PACKETS})
    beside = folder.with_name(folder.name + "-other.pcap")  # its path begins as the run's does
    shutil.copy(a, beside)
    done = ask(f"--tap=a={beside}", a.parent / "count.expect", folder)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("how", ["gz", "zst"])
def test_a_kept_run_may_be_compressed(run: Run, judge_run: Judge, how: str) -> None:
    folder = run({"x": CLIENT, "y": SERVER}, {"m": 0.0}, {}, {"x-y": PACKETS})
    plain = folder / "captures" / "x-y.pcap"
    if how == "gz":
        Path(f"{plain}.gz").write_bytes(gzip.compress(plain.read_bytes()))
        plain.unlink()
    else:
        subprocess.run(["zstd", "-q", "--rm", str(plain)], check=True, timeout=60)
    rules = EACH.replace("on a", "on x-y")
    assert judge_run(COUNT.replace("on a", "on x-y"), folder).code == 0
    judged = judge_run(rules, folder)
    assert judged.failed == ["ids"] and Path(judged.items[0]["evidence"]).stat().st_size > 0


def test_links_that_share_a_capture_are_refused(run: Run, judge_run: Judge) -> None:
    folder = run({"x": CLIENT, "y": SERVER}, {"m": 0.0}, {}, {"x-y": PACKETS})
    bindings = json.loads((folder / "bindings.json").read_text())
    bindings["links"]["y-x"] = bindings["links"]["x-y"]
    (folder / "bindings.json").write_text(json.dumps(bindings))
    judged = judge_run(COUNT.replace("on a", "on x-y"), folder)
    assert judged.code == 2 and "a capture of no other end or link" in judged.error


# ---- evidence of what cannot be read again


def frames(path: Path) -> list[str]:
    argv = ["tshark", "-r", str(path), "-T", "fields", "-e", "ip.id"]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=120, check=True)
    return done.stdout.split()


def test_of_standard_input_there_is_evidence(a: Path) -> None:
    with open(a, "rb") as file:
        done = ask("--evidence=e", "--tap=a=-", "each.expect", cwd=a.parent, stdin=file)
    (path,) = (a.parent / "e").iterdir()
    assert done.returncode == 1 and f"evidence:  e/{path.name}" in done.stdout
    assert frames(path) == [f"0x{n:04x}" for n in range(5, 16)]


def test_of_a_pipe_there_is_evidence(a: Path) -> None:
    pipe = a.parent / "pipe"
    os.mkfifo(pipe)
    argv = ["gzip", "-c", str(a)]
    with subprocess.Popen(f"exec {' '.join(argv)} > {pipe}", shell=True):
        done = ask("--evidence=e", "--tap=a=pipe", "each.expect", cwd=a.parent)
    assert done.returncode == 1 and len(frames(*(a.parent / "e").iterdir())) == 11


def test_what_is_to_be_spoilt_must_be_read_twice(a: Path) -> None:
    with open(a, "rb") as file:
        done = ask("--mutate=3", "--tap=a=-", "count.expect", cwd=a.parent, stdin=file)
    assert done.returncode == 2 and "- cannot be read twice" in done.stderr
    with open(a, "rb") as file:
        done = ask("--tap=a=-", "count.expect", "each.expect", cwd=a.parent, stdin=file)
    assert done.returncode == 2 and "for one file alone" in done.stderr


def test_what_a_long_stream_has_forgotten_is_told(a: Path) -> None:
    large = tcp(50001, 80, ACK, 1, 1, b"x" * 60000)
    stream = [Packet(n / 1000, CLIENT, SERVER, large, id=n) for n in range(1000)]
    with open(write(a.parent / "long.pcap", stream), "rb") as file:
        done = ask("--evidence=e", "--tap=a=-", "each.expect", cwd=a.parent, stdin=file)
    assert done.returncode == 1 and "lacks 1 of the packets" in done.stdout, done.stdout


# ---- names that bite

BITING = "n<&>\x1b[31m\n\u202e\udcff'\""


@pytest.mark.parametrize("form", ["text", "tap", "junit", "json", "jsonl"])
def test_names_of_files_do_no_harm(a: Path, form: str) -> None:
    capture, rules = (
        os.fsencode(shutil.copy(a.parent / name, a.parent / (BITING + name)))
        for name in ("a.pcap", "each.expect")
    )
    argv = [os.fsencode(PROGRAM), b"--evidence", rules + b".d", b"--format", form.encode()]
    argv += [rules, b"--tap", b"a=" + capture]
    done = subprocess.run(argv, capture_output=True, timeout=60)
    text = done.stdout.decode("utf-8")
    assert done.returncode == 1, done.stderr
    assert not {"\x1b", "\u202e", "\udcff"} & set(text) and "\\x1b[31m\\x0a" in text.replace(
        "\\\\", "\\"
    )
    if form == "junit":
        xml.fromstring(text)
    if form in ("json", "jsonl"):
        json.loads(text)


def test_words_keep_their_letters(a: Path) -> None:
    (a.parent / "w.expect").write_text('"größer → 10": each "tcp" on a with ip.id >= 0\n')
    done = ask("--json", "--tap=a=a.pcap", "w.expect", cwd=a.parent)
    assert json.loads(done.stdout)["expectations"][0]["name"] == "größer → 10"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--tap=a=a.pcap", "count.expect"],
        ["--json", "--tap=a=a.pcap", "count.expect"],
        ["--output=/dev/full", "--tap=a=a.pcap", "count.expect"],
        ["--mutate=3", "--tap=a=a.pcap", "count.expect"],
        ["--check", "count.expect"],
        ["--list", "count.expect"],
        ["--fields"],
        ["--help"],
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_what_cannot_be_written_is_no_success(a: Path, arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        argv = [str(PROGRAM), *arguments]
        done = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, cwd=a.parent, timeout=60)
    assert done.returncode == 2 and b"cannot be written" in done.stderr


def test_a_run_that_is_not_there_is_no_success(run: Run, a: Path) -> None:
    folder = run({"x": CLIENT, "y": SERVER}, {"m": 0.0}, {}, {"x-y": PACKETS})
    (a.parent / "r.expect").write_text(COUNT.replace("on a", "on x-y"))
    (folder / "scenario.yaml").write_text("name: x\nrun: {id: x}\n")
    done = ask(a.parent / "r.expect", folder, folder.with_name("nowhere"))
    assert done.returncode == 2 and "there is no such run" in done.stderr
    assert "1 passed" in done.stdout
