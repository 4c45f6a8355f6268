# SPDX-License-Identifier: BSD-2-Clause
"""Networks of hundreds of hosts: all up, all reached, started faster than Mininet's own."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Callable

import pytest

import harness
from waylay import programs
from waylay.mn import WaylayHost, WaylayNet, WaylayRouter
from waylay.mncustom import Routed

pytestmark = [pytest.mark.usefixtures("privileged"), pytest.mark.long]

BENCH = harness.TOP / "tests" / "bench" / "start"
HOSTS = 200


@pytest.fixture(autouse=True)
def hold_is_built() -> None:
    if programs.find("waylay-hold") is None:
        pytest.skip("not built: waylay-hold (is WAYLAY_BINDIR set?)")


def test_all_hosts_are_up_and_reached() -> None:
    net = WaylayNet(topo=Routed(n=HOSTS))
    net.start()
    try:
        router = net["r1"]
        assert isinstance(router, WaylayRouter) and len(net.hosts) == HOSTS + 1
        addresses = " ".join(f"10.0.{number}.2" for number in range(1, HOSTS + 1))
        # All at once; names those that do not answer.
        script = f"for a in {addresses}; do ping -qc3 -W5 $a >/dev/null || echo $a & done; wait"
        silent = router.execute(["sh", "-c", script], timeout=120).stdout.split()
        assert silent == []
        assert all(isinstance(host, WaylayHost) or host is router for host in net.hosts)
        assert all(host.shell is None for host in net.hosts), "nothing was to need a shell"
    finally:
        net.stop()


def test_start_and_stop_are_faster_than_mininets(
    record_property: Callable[[str, object], None]
) -> None:
    done = subprocess.run(
        [str(BENCH), str(HOSTS), "--rounds", "1"],
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"ratio +start ([\d.]+), stop ([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    record_property("start and stop, times as fast", found.group(0))
    assert float(found.group(1)) > 1 and float(found.group(2)) > 1, done.stdout


def test_a_scenario_of_many_hosts(out: Path, tmp_path: Path) -> None:
    hosts = range(HOSTS)
    nodes = "".join(f"  h{n}: {{role: host}}\n" for n in hosts)
    links = "".join(
        f"  - {{ends: [r1, h{n}], subnet: 10.0.{n}.0/30, capture: {str(n < 2).lower()}}}\n"
        for n in hosts
    )
    step = f"{{name: reach, exec: {{node: h0, command: ping -c2 -W5 h{HOSTS - 1}}}}}"
    file = tmp_path / "many.yaml"
    file.write_text(
        f"name: many\nnodes:\n  r1: {{role: router, program: none}}\n{nodes}"
        f"links:\n{links}steps:\n  - {step}\n"
    )
    done = harness.waylay("run", file, "--out", out)
    run = harness.finished(out, "many")
    assert run.step("reach")["verdict"] == "passed", done.stdout + done.stderr
    losses = harness.json.loads((run.folder / "captures" / "losses.json").read_text())
    assert losses["r1-h0"]["captured"] > 0 and losses["r1-h5"]["captured"] == 0
