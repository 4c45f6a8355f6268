# SPDX-License-Identifier: BSD-2-Clause
"""A scenario's network without its steps: what can be asked of it while it stands."""
from __future__ import annotations

import json
import os
import traceback
from pathlib import Path
from typing import Callable, Optional

import pytest

import harness
from waylay import isolate, programs, results, scenario
from waylay.clock import RunClock
from waylay.errors import WaylayError
from waylay.layout import Layout
from waylay.network import Network, find_programs

pytestmark = pytest.mark.usefixtures("privileged", "whole_path")

FETCH = ["curl", "-qsS", "-o", "/dev/null", "-m", "5", "http://o1/object/a?size=1000"]


def within(out: Path, body: Callable[[Network], None], file: Path = harness.FIRST_FETCH) -> Path:
    """Carry out `body` with the network of a scenario in namespaces of its own."""
    loaded = scenario.load(file)
    run_dir = results.new_run_dir(out, loaded)
    said = out / "said"

    def inner() -> int:
        scratch = Path("/run/waylay/test")
        scratch.mkdir(parents=True)
        network = Network(Layout(loaded), run_dir, scratch, RunClock())
        try:
            network.build()
            network.start_captures()
            network.start_programs(find_programs(loaded, {}))
            body(network)
            network.wait_settled()
            network.close_captures()
            assert network.stop_programs() == []
            network.stop()
            network.clock.close()
            results.write_json(run_dir / "losses", network.losses())
        except BaseException:
            said.write_text(traceback.format_exc())
            network.net.stop()
            return 1
        return 0

    child = os.fork()  # a process can have such namespaces for its children once
    if child == 0:
        os._exit(isolate.run_isolated(inner))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, said.read_text()
    return run_dir


def fetch(network: Network) -> Optional[str]:
    """What curl complains of; None if the fetch was good."""
    done = network.nodes["c1"].execute(FETCH, check=False)
    return done.stderr.strip() or None if done.returncode else None


def refused(what: Callable[[], None]) -> str:
    with pytest.raises(WaylayError) as caught:
        what()
    return str(caught.value)


def test_programs_are_killed_and_started_anew(out: Path) -> None:
    def body(network: Network) -> None:
        assert fetch(network) is None
        for name in ("r1", "p1"):
            network.kill_program(name)
            assert f"no program runs in {name}" in refused(lambda: network.stop_program(name))
        network.start_program("p1")
        network.start_program("r1")
        network.check_programs()
        assert fetch(network) is None
        assert "runs already" in refused(lambda: network.start_program("r1"))
        network.stop_program("r1")
        network.stop_program("o1")
        network.start_program("o1")
        network.check_programs()
        assert "no program that could be started" in refused(lambda: network.start_program("c1"))

    run_dir = within(out, body)
    log = (run_dir / "logs" / "r1-waylay-router.log").read_text()
    assert log.count(" ready") == 2, "the log goes on"


def test_a_plain_link_goes_down_and_comes_back(out: Path) -> None:
    def body(network: Network) -> None:
        network.set_link("c1-r1", None, {"down": True})
        assert fetch(network) is not None
        network.set_link("c1-r1", None, {"down": False})
        assert fetch(network) is None
        assert "it has no wire" in refused(
            lambda: network.set_link("c1-r1", None, {"delay": "1ms"})
        )
        assert "one direction" in refused(lambda: network.set_link("c1-r1", "c1", {"down": True}))
        assert "expected one of c1-r1" in refused(lambda: network.set_link("r1-c1", None, {}))

    within(out, body)


def test_a_capture_has_a_gap(out: Path) -> None:
    def body(network: Network) -> None:
        capture = network.find_capture("c1-r1")
        assert fetch(network) is None
        network.capture("c1-r1", False)
        first = capture.seen
        assert first > 0
        assert fetch(network) is None
        assert network.wait_settled()
        network.capture("c1-r1", True)
        assert capture.seen == first, "what came in the gap is not there"
        assert fetch(network) is None
        capture.read()
        assert capture.seen > first

    run_dir = within(out, body)
    entry = json.loads((run_dir / "losses").read_text())["c1-r1"]
    assert len(entry["gaps"]) == 1 and entry["gaps"][0][0] < entry["gaps"][0][1]
    packets = harness.tshark(run_dir / "captures" / "c1-r1.pcap", "frame")
    assert len(packets) == entry["captured"]


WIRED = """\
name: wired
nodes: {c1: {role: client}, r1: {role: router, program: none}, o1: {role: origin}}
links:
  - {ends: [c1, r1], subnet: 10.0.1.0/24, wire: {delay: 5ms}}
  - {ends: [r1, o1], subnet: 10.0.3.0/24}
services:
  web: {port: 80, node: o1, redirected: false}
steps: [{name: nothing, exec: {node: c1, command: 'true'}}]
"""


@pytest.fixture
def wired(tmp_path: Path) -> Path:
    if programs.find("waylay-wire") is None:
        pytest.skip("not built: waylay-wire (is WAYLAY_BINDIR set?)")
    file = tmp_path / "wired.yaml"
    file.write_text(WIRED)
    return file


def test_a_wired_link_in_one_direction(out: Path, wired: Path) -> None:
    def body(network: Network) -> None:
        assert fetch(network) is None
        network.set_link("c1-r1", "r1", {"down": True})
        assert fetch(network) is not None
        network.set_link("c1-r1", "r1", {"down": False})
        assert fetch(network) is None
        assert "the wire refused" in refused(
            lambda: network.set_link("c1-r1", None, {"delay": "5 parsecs"})
        )

    run_dir = within(out, body, wired)
    losses = json.loads((run_dir / "losses").read_text())
    assert sorted(losses) == ["c1-r1@c1", "c1-r1@r1", "r1-o1"]
    for name, entry in losses.items():
        packets = harness.tshark(run_dir / "captures" / f"{name}.pcap", "frame")
        assert len(packets) == entry["captured"] and entry["dropped_by_kernel"] == 0, name


def test_a_wired_capture_has_a_gap(out: Path, wired: Path) -> None:
    def body(network: Network) -> None:
        ends = [network.find_capture(name) for name in ("c1-r1@c1", "c1-r1")]
        assert [end.name for end in ends] == ["c1-r1@c1", "c1-r1@r1"]
        assert fetch(network) is None
        assert network.wait_settled()
        network.capture("c1-r1", False)
        before = [end.seen for end in ends]
        assert fetch(network) is None and min(before) > 0
        assert network.wait_settled()
        network.capture("c1-r1", True)
        assert [end.seen for end in ends] == before

    run_dir = within(out, body, wired)
    losses = json.loads((run_dir / "losses").read_text())
    assert [len(losses[f"c1-r1@{end}"]["gaps"]) for end in ("c1", "r1")] == [1, 1]


def test_a_wire_that_dies_is_noticed(out: Path, wired: Path) -> None:
    def body(network: Network) -> None:
        assert network.wire is not None and network.wire.program is not None
        network.wire.program.kill()
        assert "wire on wire ended with code -9" in refused(network.check_programs)
        assert "wire on wire ended with code -9" in refused(network.stop)
        os._exit(0)

    within(out, body, wired)
