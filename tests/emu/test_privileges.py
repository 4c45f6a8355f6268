# SPDX-License-Identifier: BSD-2-Clause
"""Without privileges and user namespaces: what is missing, and what to do; exit 2."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import harness

DROP = (*harness.FORBID_USER_NAMESPACES, "setpriv", "--bounding-set=-all", "--inh-caps=-all")


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed")
@pytest.mark.usefixtures("privileged")
def test_run_names_what_is_missing(out: Path) -> None:
    done = harness.waylay("run", harness.SCENARIOS / "plain.yaml", "--out", out, prefix=DROP)
    assert done.returncode == 2
    for expected in ("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_NET_RAW", "sudo waylay run"):
        assert expected in done.stderr
    assert "user.max_user_namespaces is 0" in done.stderr
    assert not out.exists()


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed")
@pytest.mark.usefixtures("privileged")
def test_one_missing_privilege(out: Path) -> None:
    prefix = (
        *harness.FORBID_USER_NAMESPACES,
        *("setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"),
    )
    done = harness.waylay("run", harness.SCENARIOS / "plain.yaml", "--out", out, prefix=prefix)
    assert done.returncode == 2
    assert "CAP_NET_RAW" in done.stderr
    assert "CAP_NET_ADMIN" not in done.stderr


@pytest.mark.usefixtures("whole_path")
def test_doctor_finds_all() -> None:
    done = harness.waylay("doctor")
    assert done.returncode == 0, done.stdout
    assert "A run is possible." in done.stdout
    for name in (
        "TUN",
        "AF_PACKET",
        "veth",
        "clsact",
        "u32, mirred",
        "IP_TRANSPARENT",
        "Mininet",
        "tcpdump",
    ):
        assert any(line.split()[0] == "yes" and name in line for line in done.stdout.splitlines())


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed")
@pytest.mark.usefixtures("privileged")
def test_doctor_without_privileges() -> None:
    done = harness.waylay("doctor", prefix=DROP)
    assert done.returncode == 1
    assert "CAP_NET_ADMIN" in done.stdout
    assert "A run is not possible" in done.stdout
