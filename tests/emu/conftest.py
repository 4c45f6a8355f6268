# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures: runs need privileges and programs; what is missing is said, once."""
from __future__ import annotations

import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TOP / "emu"), str(Path(__file__).resolve().parent)]

from waylay import isolate, programs  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes minutes; left out unless asked for")


@pytest.fixture(scope="session")
def privileged() -> None:
    """The test makes namespaces."""
    missing = isolate.missing_capabilities()
    if missing:
        pytest.skip("lacks " + ", ".join(missing))


@pytest.fixture(scope="session")
def whole_path(privileged: None) -> None:
    """The test runs router, proxy, origin and checks."""
    del privileged
    names = ("waylay-router", "waylay-proxy", "waylay-origin", "waylay-assert")
    missing = [name for name in names if programs.find(name) is None]
    if missing:
        pytest.skip(f"not built: {', '.join(missing)} (is WAYLAY_BINDIR set?)")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the test's runs leave their results."""
    return tmp_path / "results"
