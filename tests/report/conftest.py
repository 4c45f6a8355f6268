# SPDX-License-Identifier: BSD-2-Clause
"""Where the package is, and a run's folder made once for all tests that only read it."""
from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("tree", database=None)  # leaves nothing in the tree
settings.load_profile("tree")

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "analysis" / "report")]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from story import first_fetch

    return first_fetch().write(tmp_path_factory.mktemp("run") / "made")
