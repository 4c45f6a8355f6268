# SPDX-License-Identifier: BSD-2-Clause
"""Manual pages: they name every option that the programs have, and roff reads them."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
MAN = TOP / "docs" / "man"
BUILD = Path(os.environ.get("WAYLAY_BINDIR", TOP / "build"))


def expect_page() -> str:
    argv = [sys.executable, str(MAN / "expect-man.py"), str(TOP / "docs" / "expectations.md")]
    return subprocess.run(argv, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout


def complaints(page: str) -> str:
    argv = ["groff", "-mandoc", "-Tutf8", "-ww", "-z"]
    return subprocess.run(argv, input=page, capture_output=True, encoding="utf-8").stderr


@pytest.mark.parametrize("name", ["waylay-assert", "waylay-draft"])
def test_every_option_is_told(name: str) -> None:
    if not (BUILD / name).exists():
        pytest.skip(f"{name} is not built")
    told = subprocess.run([BUILD / name, "--help"], capture_output=True, encoding="utf-8").stdout
    page = (MAN / f"{name}.1").read_text().replace("Fl -", "--")
    options = set(re.findall(r"--[a-z]+", told))
    assert options and options <= set(re.findall(r"--[a-z]+", page))


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_roff_has_nothing_to_complain_of() -> None:
    for page in sorted(MAN.glob("*.1")):
        assert complaints(page.read_text()) == "", page.name
    assert complaints(expect_page()) == ""


def test_the_language_is_in_its_page() -> None:
    page = expect_page()
    for chapter in ("FILES", "THE LANGUAGE", "THE GRAMMAR"):
        assert chapter in page.upper()
    assert "followed by [Q] PACKETS" in page and "](#" not in page
