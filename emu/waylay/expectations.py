# SPDX-License-Identifier: BSD-2-Clause
"""What a scenario expects: files of expectations (docs/expectations.md).

An item under `expectations:` is a file that ends in `.expect`, relative to the file of the
scenario in which it stands; a mapping gives its parameters:

    expectations:
      - ../common/mechanism.expect
      - ../common/hit.expect: {step: hit}

A run keeps the files, with what they include, in its folder: its verdict is a function of that.
"""
from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Iterator, Optional, Sequence

from waylay.errors import BadInput
from waylay.yamlmarks import Document, Place

ENDING = ".expect"
FOLDER = "expectations"  # in a run's folder
INCLUDE = re.compile(r'^\s*include\s+"([^"]+)"', re.M)


def name_of(item: Any) -> str:
    """The file that an item names."""
    return item if isinstance(item, str) else str(next(iter(item)))


def check(document: Document, steps: list[str]) -> dict[Place, Path]:
    """Judge the items; returns where files are named, and which they are."""
    files: dict[Place, Path] = {}
    for index, item in enumerate(document.data.get("expectations") or []):
        place: Place = ("expectations", index)
        if isinstance(item, dict) and len(item) != 1:
            raise document.error(place, item, "a file, or one file with its parameters")
        name = name_of(item)
        parameters = item[name] if isinstance(item, dict) else {}
        if not isinstance(parameters, dict):
            raise document.error(place + (name,), parameters, "a mapping of parameters")
        files[place] = _file(document, place, name)
        _names_differ(document, place, files[place])
        if parameters.get("step", steps[0]) not in steps:
            raise document.error(
                place + (name, "step"), parameters["step"], "a step: " + ", ".join(steps)
            )
    return files


def _file(document: Document, place: Place, name: str) -> Path:
    folder = Path(document.locate(place)[0]).parent
    path = folder / name
    if path.suffix != ENDING or not path.is_file():
        raise document.error(
            place, name, f"a file of expectations ({ENDING}), relative to {folder}"
        )
    return path


def _names_differ(document: Document, place: Place, path: Path) -> None:
    """In a run's folder a file and all that it includes stand side by side."""
    by_name: dict[str, Path] = {}
    for one in included(path):
        other = by_name.setdefault(one.name, one)
        if other is not one:
            expected = f"no two files of one name to be included: {other} and {one}"
            raise document.error(place, path, expected)


def included(path: Path) -> Iterator[Path]:
    """The file, and all that it includes, each once."""
    seen: set[Path] = set()
    waiting = [path]
    while waiting:
        one = waiting.pop()
        if one.resolve() in seen or not one.is_file():
            continue
        seen.add(one.resolve())
        yield one
        text = one.read_text(encoding="utf-8", errors="replace")
        waiting += [one.parent / name for name in INCLUDE.findall(text)]


def keep(run_dir: Path, source: dict[str, Any], files: dict[Place, Path]) -> dict[str, Any]:
    """Copy the files into the run's folder; returns the source, with the copies' names.

    Each with what it includes, side by side: in one folder, but for those whose
    names are those of others.
    """
    items = list(source.get("expectations") or [])
    taken: dict[tuple[str, str], Path] = {}  # (folder, name) -> what stands there
    for place, path in files.items():
        index = int(place[1])
        all_of_it = list(included(path))
        folder = FOLDER
        if any(taken.get((folder, one.name), one).resolve() != one.resolve() for one in all_of_it):
            folder = f"{FOLDER}/{index + 1}"
        for one in all_of_it:
            taken[folder, one.name] = one
            (run_dir / folder).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(one, run_dir / folder / one.name)
        kept = f"{folder}/{path.name}"
        item = items[index]
        items[index] = {kept: item[name_of(item)]} if isinstance(item, dict) else kept
    return {**source, "expectations": items} if items else source


def check_syntax(files: Sequence[Path], program: Optional[str]) -> None:
    """Let waylay-assert read the files before anything is started; raises BadInput."""
    if not files or program is None:
        return
    argv = [program, "--check", *map(str, files)]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        raise BadInput(done.stderr.strip())
