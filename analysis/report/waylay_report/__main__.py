# SPDX-License-Identifier: BSD-2-Clause
"""python3 -m waylay_report RUN_DIR: the report again, or a ladder, or the table."""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import ladder_text, table_text, write


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="waylay-report", description="Report on the folder that a run left."
    )
    parser.add_argument("run", type=Path, help="the run's folder, like results/first-fetch/latest")
    parser.add_argument("--ladder", metavar="STEP", help="print the ladder of a step")
    parser.add_argument("--table", action="store_true", help="print the latencies")
    options = parser.parse_args()
    if not options.run.is_dir():
        print(f"waylay-report: {options.run}: no run's folder", file=sys.stderr)
        return 2
    if options.ladder:
        print(ladder_text(options.run, options.ladder, sys.stdout.isatty()), end="")
    if options.table:
        print(table_text(options.run), end="")
    if not (options.ladder or options.table):
        print(write(options.run))
    return 0


if __name__ == "__main__":
    sys.exit(main())
