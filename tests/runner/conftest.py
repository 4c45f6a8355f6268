# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the runner that start nothing: no root, no namespaces."""
from __future__ import annotations

import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TOP / "emu"), str(TOP / "analysis" / "report")]
