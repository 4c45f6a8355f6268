# SPDX-License-Identifier: BSD-2-Clause
"""The doctor's words: what is met, what matters, and for whom."""
from __future__ import annotations

import errno
import os

import pytest

from waylay import doctor, probes, programs
from waylay.doctor import Need


def broken() -> None:
    raise OSError(errno.EACCES, "Permission denied", "/dev/x")


VITAL = Need("vital", "all", lambda: None, "mend it")
EXTRA = Need("extra", "speed", lambda: None, "do without", optional=True)


@pytest.mark.parametrize(
    ("need", "faults", "expected"),
    [
        (VITAL, [None], "  yes   vital            all"),
        (VITAL, ["gone"], "  NO    vital            all                   gone; mend it"),
        (EXTRA, ["gone"], "  no    extra            speed                 gone; do without"),
        (
            EXTRA,
            [None, "gone"],
            "  yes   no    extra            speed                 as a user: gone; do without",
        ),
    ],
)
def test_rows(need: Need, faults: list[str | None], expected: str) -> None:
    assert doctor.row(need, faults) == expected


def test_only_what_must_be_there_matters(capsys: pytest.CaptureFixture[str]) -> None:
    tried: list[doctor.Faults] = [
        {"vital": None, "extra": "gone"},
        {"vital": "gone", "extra": None},
    ]
    assert doctor.table("Title", ["root", "user"], (VITAL, EXTRA), tried) == [True, False]
    assert capsys.readouterr().out.startswith("Title\n  root  user  what")


def test_what_a_probe_raises_is_said() -> None:
    assert probes.fault_of(lambda: None) is None
    assert probes.fault_of(broken) == "/dev/x: Permission denied"


def test_a_missing_program_is_no_fault_of_the_kernel() -> None:
    fault = probes.fault_of(probes.command("waylay-no-such-tool qdisc add dev lo clsact"))
    assert fault == "no program waylay-no-such-tool"
    assert "install it" in doctor.row(
        Need("clsact", "router", lambda: None, doctor.KERNEL), [fault]
    )


def test_system_programs_are_found_behind_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    programs.complete_path()
    programs.complete_path()
    folders = os.environ["PATH"].split(":")
    assert folders[:2] == ["/usr/bin", "/bin"]
    assert {"/usr/local/sbin", "/usr/sbin", "/sbin"} < set(folders)
    assert len(folders) == len(set(folders))
