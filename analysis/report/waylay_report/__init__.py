# SPDX-License-Identifier: BSD-2-Clause
"""The report of a run: figures, ladders and verdicts from the folder that it left.

    write(run_dir)        -> path of report.html, one file that needs no other
    ladder_text(run_dir)  -> the ladder of a step, for a terminal
    table_text(run_dir)   -> the latencies of all fetches, for a terminal

A report is made from the folder alone, with no network and no Mininet, so that it
can be made again years later. Read run.py for what is read, latency.py for where
each figure comes from, ladder.py for what is drawn.
"""
from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from . import text
from .ladder import make_ladder
from .latency import claims, latencies
from .run import Run, read_run

__all__ = ["ladder_text", "table_text", "write"]


def _read(folder: Path) -> Run:
    """The run; once for all that is told of a folder while its files do not change."""
    found = ((p, p.stat()) for p in sorted(folder.rglob("*")) if "report.html" not in p.name)
    return _kept(folder, tuple((p, told.st_mtime_ns, told.st_size) for p, told in found))


@lru_cache(maxsize=1)
def _kept(folder: Path, _state: tuple[tuple[Path, int, int], ...]) -> Run:
    return read_run(folder)


def ladder_text(run_dir: Path, step: str = "miss", color: bool = False) -> str:
    """The ladder of one step, at most 100 columns wide; a sentence if there is none."""
    return text.draw(make_ladder(_read(Path(run_dir)), step), color)


def table_text(run_dir: Path) -> str:
    """The latencies of all fetches, where they come from, and what disagrees."""
    run = _read(Path(run_dir))
    return text.table(latencies(run), claims(run))


def write(run_dir: Path) -> Path:
    """Writes report.html into the run's folder and returns its path."""
    from .page import render  # draws plots: slow to import, and not needed for text

    folder = Path(run_dir)
    target = folder / "report.html"
    temporary = folder / ".report.html.new"
    temporary.write_text(render(_read(folder)), encoding="utf-8")
    temporary.replace(target)
    return target
