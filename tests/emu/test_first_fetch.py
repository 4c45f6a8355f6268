# SPDX-License-Identifier: BSD-2-Clause
"""The whole path: passes, passes again, and other eyes see the same."""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

import harness
from waylay import results

pytestmark = pytest.mark.usefixtures("whole_path")

C1, P1, O1 = "10.0.1.2", "10.0.2.2", "10.0.3.2"
STEPS = ["miss", "hit", "refused", "direct", "delayed"]
REDIRECTED = f"ip.src == {C1} and tcp and ip.dst == {P1}"


@pytest.fixture(scope="module")
def passed(whole_path: None, tmp_path_factory: pytest.TempPathFactory) -> harness.Finished:
    """One run of first-fetch that the tests of this file look at."""
    del whole_path
    out = tmp_path_factory.mktemp("first-fetch")
    done = harness.waylay("run", harness.FIRST_FETCH, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"report    {out}" in done.stdout, done.stderr
    return harness.finished(out, "first-fetch")


def test_every_step_and_check_passes(passed: harness.Finished) -> None:
    assert [step["name"] for step in passed.results["steps"]] == STEPS
    assert {step["verdict"] for step in passed.results["steps"]} == {"passed"}
    checks = passed.results["expectations"]
    assert {item["verdict"] for item in checks} == {"passed"}
    # what may be none and was says so; most was there
    assert all(item["examined"] > 0 for item in checks if item["detail"] != results.IDLE)
    assert sum(item["examined"] > 0 for item in checks) > len(checks) / 2 > 10
    assert passed.results["verdict"] == "passed"


def test_its_instruments_are_accounted_for(passed: harness.Finished) -> None:
    told = json.loads((passed.folder / "fidelity.json").read_text())
    assert told["verdict"] == passed.results["faithful"] != "no"
    assert told["why"] == passed.results["fidelity"]["why"]
    assert 0 <= told["machine"]["idle_share"] <= 1 and len(told["machine"]["load"]) == 3
    # Other work on the machine may make a run suspect; then a reason says so.
    assert (told["verdict"] == "yes") == (told["why"] == [])


def test_passes_twice_in_a_row(out: Path) -> None:
    for _ in range(2):
        done = harness.waylay("run", harness.FIRST_FETCH.parent, "--out", out)
        assert done.returncode == 0, done.stdout + done.stderr
    assert len([f for f in (out / "first-fetch").iterdir() if not f.is_symlink()]) == 2


def test_what_a_run_leaves(passed: harness.Finished) -> None:
    folder = passed.folder
    for name in ("scenario.yaml", "bindings.json", "results.json", "report.html"):
        assert (folder / name).stat().st_size > 0
    assert (folder / "logs" / "p1-access.jsonl").stat().st_size > 0
    losses = json.loads((folder / "captures" / "losses.json").read_text())
    assert set(losses) == {"c1-r1", "r1-p1", "r1-o1"}
    assert all(entry["dropped_by_kernel"] == 0 for entry in losses.values())
    bindings = json.loads((folder / "bindings.json").read_text())
    assert bindings["marks"]["miss.start"] < bindings["marks"]["miss.end"]
    live = [entry["live"] for entry in losses.values()]
    assert max(live) < bindings["marks"]["miss.start"], "captures were live before the first packet"
    assert 0 < bindings["clock"]["uncertainty"] < 1_000_000
    assert os.readlink(folder.parent / "latest") == folder.name


def test_no_option_at_client_or_origin(passed: harness.Finished) -> None:
    for link in ("c1-r1", "r1-o1"):
        assert harness.tshark(passed.capture(link), "ip") != [], "something is there to look at"
        assert harness.tshark(passed.capture(link), "ip.opt.type == 7") == []
        assert harness.tshark(passed.capture(link), "ip.hdr_len > 20") == []


def test_the_option_as_wireshark_sees_it(passed: harness.Finished) -> None:
    capture = passed.capture("r1-p1")
    redirected = harness.tshark(capture, REDIRECTED)
    fields = ("ip.opt.len", "ip.opt.ptr", "ip.rec_rt", "ip.hdr_len", "ip.checksum.status")
    seen = harness.tshark(capture, f"ip.opt.type == 7 and {REDIRECTED}", *fields)
    assert len(redirected) == len(seen) > 0
    assert {(row[2], row[4]) for row in seen} == {("8", "28")}
    assert all(O1 in row[3].split(",") for row in seen)
    others = harness.tshark(capture, f"ip.opt.type == 7 and not ({REDIRECTED})")
    assert others == [], "nothing else carries it"


def test_checksums_are_right_on_every_link(passed: harness.Finished) -> None:
    for link in ("c1-r1", "r1-p1", "r1-o1"):
        argv = ["tshark", "-n", "-r", str(passed.capture(link)), "-o", "ip.check_checksum:TRUE"]
        argv += ["-o", "tcp.check_checksum:TRUE", "-Y"]
        argv += ["ip.checksum.status == 0 or tcp.checksum.status == 0"]
        bad = subprocess.run(argv, capture_output=True, encoding="utf-8", check=True).stdout
        assert bad == ""


def test_tcpdump_prints_the_option(passed: harness.Finished) -> None:
    argv = ["tcpdump", "-nv", "-r", str(passed.capture("r1-p1")), f"src host {C1} and tcp"]
    said = subprocess.run(argv, capture_output=True, encoding="utf-8", check=True).stdout
    assert f"options (NOP,RR {O1}" in said


def test_nothing_of_the_proxy_at_the_client(passed: harness.Finished) -> None:
    assert harness.tshark(passed.capture("c1-r1"), f"ip.addr == {P1}") == []


def test_direct_passes_the_proxy_by(passed: harness.Finished) -> None:
    assert harness.tshark(passed.capture("r1-p1"), "tcp.port == 8080") == []
    assert harness.tshark(passed.capture("r1-o1"), f"tcp.port == 8080 and ip.src == {C1}") != []


def test_the_delayed_fetch_was_held(passed: harness.Finished) -> None:
    seconds = passed.step("delayed")["fetch"]["curl"]["time_connect"]
    assert seconds > 0.9, "acknowledged only after the second SYN"


def test_full_size_segments_leave_room(passed: harness.Finished) -> None:
    syn_acks = harness.tshark(
        passed.capture("c1-r1"),
        f"ip.src == {O1} and tcp.srcport == 80 and tcp.flags.syn == 1",
        "tcp.options.mss_val",
    )
    assert {row[1] for row in syn_acks} == {"1452"}


def test_nginx_as_origin(out: Path) -> None:
    done = harness.waylay("run", harness.SCENARIOS / "nginx.yaml", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    run = harness.finished(out, "nginx")
    assert "nginx" in run.step("miss")["fetch"]["headers"]["server"]
    assert {item["verdict"] for item in run.results["expectations"]} == {"passed"}
