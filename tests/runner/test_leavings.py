# SPDX-License-Identifier: BSD-2-Clause
"""What stays behind where something cannot be written: nothing that is half done."""
from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from waylay import pcap, results
from waylay.errors import BadInput


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_json_that_cannot_take_its_place(tmp_path: Path) -> None:
    (tmp_path / "results.json").mkdir()
    with pytest.raises(OSError):
        results.write_json(tmp_path / "results.json", {})
    assert names(tmp_path) == ["results.json"]


def test_a_capture_whose_stamps_cannot_be_replaced(tmp_path: Path) -> None:
    file = tmp_path / "a-b.pcap"
    pcap.write_empty(file)
    with file.open("ab") as out:
        out.write(pcap.RECORD_HEADER.pack(1, 5, 3, 3) + b"abc")
    before = file.read_bytes()

    def full(stamp: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError):
        pcap.restamp(file, full)
    assert names(tmp_path) == ["a-b.pcap"] and file.read_bytes() == before


def test_a_latest_that_is_no_link_is_told_and_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "20260101T000000Z-abcdef"
    (tmp_path / "latest" / "mine").mkdir(parents=True)
    run.mkdir()
    results.set_latest(run)
    assert "latest' cannot be made to point at this run: " in capsys.readouterr().err
    assert names(tmp_path) == [run.name, "latest"] and names(tmp_path / "latest") == ["mine"]


def test_a_folder_that_could_not_be_made_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario: Any = SimpleNamespace(name="full")
    make = Path.mkdir

    def mkdir(self: Path, *words: Any, **more: Any) -> None:
        if self.name == "logs":
            raise OSError(errno.ENOSPC, "No space left on device")
        make(self, *words, **more)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    with pytest.raises(BadInput, match="--out: cannot make .*: No space left on device"):
        results.new_run_dir(tmp_path, scenario)
    assert names(tmp_path / "full") == []
