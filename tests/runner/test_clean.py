# SPDX-License-Identifier: BSD-2-Clause
"""What is left, and of whom: nothing of the living is taken."""
from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest

from waylay import clean, owners
from waylay.clean import Leftover

RUN = "20260101T000000Z-abcdef"


@pytest.fixture
def dead() -> str:
    """The identity of a process that has ended."""
    words = [sys.executable, "-c", "from waylay import owners; print(owners.identity())"]
    environment = {**os.environ, "PYTHONPATH": str(Path(owners.__file__).parent.parent)}
    done = subprocess.run(words, capture_output=True, encoding="ascii", env=environment, check=True)
    return done.stdout.strip()


def of(kind: Iterator[Leftover]) -> list[str]:
    return [leftover.what for leftover in kind]


def test_who_is_alive(dead: str) -> None:
    mine = owners.identity()
    assert owners.alive(mine)
    assert not owners.alive(dead)
    pid, start, namespace = mine.split(":")
    assert not owners.alive(f"{pid}:{int(start) - 1}:{namespace}"), "the same id, another process"
    assert owners.alive(f"{dead.rpartition(':')[0]}:1"), "of another PID namespace nothing is known"
    assert owners.alive("nonsense")


def test_temporary_folders(dead: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    mine, theirs = owners.temporary_folder("waylay-a-"), owners.temporary_folder("waylay-b-")
    (theirs / owners.FILE).write_text(dead + "\n")
    (tmp_path / "waylay-of-nobody").mkdir()
    leftovers = list(clean.folders(tmp_path))
    assert [leftover.what for leftover in leftovers] == [str(theirs)]
    leftovers[0].remove()
    assert not theirs.exists() and mine.exists() and (tmp_path / "waylay-of-nobody").exists()


def make_run(out: Path, *files: str, name: str = RUN) -> Path:
    run = out / "scenario" / name
    (run / "logs").mkdir(parents=True)
    for file in files:
        (run / file).write_text("")
    return run


def test_unfinished_results(tmp_path: Path) -> None:
    run = make_run(tmp_path, "scenario.yaml")
    make_run(tmp_path, "scenario.yaml", "results.json", name=RUN[:-1] + "0")
    make_run(tmp_path, name="notes")
    assert of(clean.unfinished(tmp_path)) == [str(run)]


LOCKING = """
import sys
from pathlib import Path
from waylay import owners
owners.lock(Path(sys.argv[1]), exclusive=sys.argv[2] == "run")
print("locked", flush=True)
sys.stdin.read()
"""


def locked_by_another(folder: Path, how: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(Path(owners.__file__).parent.parent)}
    process = subprocess.Popen(
        [sys.executable, "-c", LOCKING, str(folder), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="ascii",
        env=environment,
    )
    assert process.stdout is not None and process.stdout.readline() == "locked\n"
    return process


@pytest.mark.parametrize("how", ["run", "scenario"])
def test_a_living_run_keeps_its_folder(tmp_path: Path, how: str) -> None:
    run = make_run(tmp_path)  # nothing in it yet: a run that is still to come
    process = locked_by_another(run if how == "run" else run.parent, how)
    assert of(clean.unfinished(tmp_path)) == []
    process.kill()
    process.communicate()
    assert of(clean.unfinished(tmp_path)) == [str(run)]


def test_a_killed_run_of_a_living_batch(tmp_path: Path) -> None:
    run = make_run(tmp_path, "scenario.yaml")
    process = locked_by_another(run.parent, "scenario")
    assert of(clean.unfinished(tmp_path)) == [str(run)]
    process.communicate()


def test_what_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> None:
        raise OSError("it is not to be")

    gone: list[str] = []
    asked: list[object] = []
    leftovers = [Leftover("folder", "a", lambda: gone.append("a")), Leftover("socket", "b", refuse)]

    def found(out: Path | None) -> Iterator[Leftover]:
        asked.append(out)
        return iter(leftovers)

    monkeypatch.setattr(clean, "found", found)
    assert clean.clean(None, dry_run=True) == 0 and not gone
    assert capsys.readouterr().out.splitlines()[0] == "would remove  folder   a"
    assert clean.clean(Path("results"), dry_run=False) == 1 and gone == ["a"]
    assert "NOT removed   socket   b: it is not to be" in capsys.readouterr().out
    leftovers.clear()
    assert clean.clean(None, dry_run=False) == 0
    assert capsys.readouterr().out == "nothing is left of dead runs\n"
    assert asked == [None, Path("results"), None], "results are taken on request only"


def test_sockets(tmp_path: Path) -> None:
    for name in ("left", "living"):
        (tmp_path / name).mkdir()
    with socket.socket(socket.AF_UNIX) as left, socket.socket(socket.AF_UNIX) as living:
        left.bind(str(tmp_path / "left" / "wire.sock"))
        living.bind(str(tmp_path / "living" / "wire.sock"))
        living.listen()
        left.close()
        leftovers = list(clean.sockets(tmp_path))
        assert [leftover.what for leftover in leftovers] == [str(tmp_path / "left" / "wire.sock")]
        leftovers[0].remove()
    assert not (tmp_path / "left").exists() and (tmp_path / "living").exists()
