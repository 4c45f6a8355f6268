# SPDX-License-Identifier: BSD-2-Clause
"""What a wire is told, what its account comes to, and captures with gaps. Starts nothing."""
from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

import pytest

from waylay import pcap, scenario, wire
from waylay.capture import Capture, statistics
from waylay.errors import WaylayError
from waylay.layout import Layout
from waylay.linkspec import WireSpec
from waylay.wire import Connection, Wire, WireEnd, WireLinkSpec
from waylay.wirecapture import held, losses_of

ENDS = (
    WireEnd("c1", "c1-r1", 11, "02:00:0a:00:01:02", 1400),
    WireEnd("r1", "r1-c1", 12, "02:00:0a:00:01:01", 1400),
)
ACCOUNT = {
    "links": {
        "c1-r1": {"c1": {"held": 2, "device_drops": 3}, "r1": {"held": 0, "device_drops": None}}
    },
    "captures": {"c1-r1@c1": {"captured": 10, "dropped": 1}},
}


def test_a_link_as_the_wire_reads_it() -> None:
    spec = WireSpec({"delay": "10ms"}, {"r1": {"loss": "1%"}})
    link = WireLinkSpec("c1-r1", ENDS, spec, capture=False)
    told = wire._described(link, [wire._tap(end) for end in ENDS])
    assert told["ends"][0] == {
        "node": "c1",
        "interface": "c1-r1",
        "netns": "/proc/11/ns/net",
        "kind": "tap",
        "mtu": 1400,
        "address": "02:00:0a:00:01:02",
    }
    assert told["both"] == {"delay": "10ms"} and told["from"] == {"r1": {"loss": "1%"}}
    assert told["capture"] is False
    own = wire._packet(ENDS[1], "w7")
    assert own == {"node": "r1", "interface": "w7", "netns": "/proc/12/ns/net", "kind": "packet"}


def test_what_a_wire_says_of_its_captures() -> None:
    assert losses_of(ACCOUNT, "c1-r1", "c1") == {
        "captured": 10,
        "received_by_filter": 11,
        "dropped_by_kernel": 4,
    }
    assert losses_of(ACCOUNT, "c1-r1", "r1")["dropped_by_kernel"] == 0
    assert held(ACCOUNT) == 2 and held({}) == 0


def test_a_wire_that_does_not_run_is_not_asked(tmp_path: Path) -> None:
    with pytest.raises(WaylayError, match="the wire does not run"):
        Wire(tmp_path).flush()
    deep = tmp_path / ("x" * 100)
    with pytest.raises(WaylayError, match="expected a path of at most 107 bytes"):
        Wire(deep).start()


def test_answers_over_the_control_socket(tmp_path: Path) -> None:
    path = tmp_path / "wire.sock"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen(1)

    def serve() -> None:
        client, _ = server.accept()
        with client, client.makefile("rb") as lines:
            asked = json.loads(lines.readline())
            client.sendall(json.dumps({"ok": True, "asked": asked}).encode() + b"\n")
            lines.readline()

    thread = threading.Thread(target=serve)
    thread.start()
    connection = Connection(path)
    assert connection.ask({"do": "ping"}) == {"ok": True, "asked": {"do": "ping"}}
    with pytest.raises(WaylayError, match="closed without an answer"):
        connection.ask({"do": "ping"})
    connection.close()
    thread.join()
    server.close()
    with pytest.raises(WaylayError, match="control socket .*none.sock: No such file"):
        Connection(tmp_path / "none.sock")


def test_a_late_answer_is_not_the_next_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waited in vain asks again over a new connection."""
    monkeypatch.setattr(wire, "ANSWER_SECONDS", 0.2)
    asker = Wire(tmp_path)
    monkeypatch.setattr(Wire, "running", True)
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(asker.control))
    server.listen(2)
    with pytest.raises(WaylayError, match="timed out"):
        asker.flush()
    slow, _ = server.accept()
    slow.recv(4096)
    slow.close()

    def serve() -> None:
        with server.accept()[0] as client, client.makefile("rb") as lines:
            asked = json.loads(lines.readline())
            client.sendall(json.dumps({"ok": True, "asked": asked["do"]}).encode() + b"\n")

    monkeypatch.setattr(wire, "ANSWER_SECONDS", 30.0)
    thread = threading.Thread(target=serve)
    thread.start()
    assert asker.fidelity()["asked"] == "fidelity"
    thread.join()
    server.close()


def test_bindings_name_both_captures_of_a_wired_link(tmp_path: Path) -> None:
    file = tmp_path / "wired.yaml"
    file.write_text(
        "name: wired\nnodes: {c1: {role: client}, r1: {role: host}, o1: {role: host}}\nlinks:\n"
        "  - {ends: [c1, r1], subnet: 10.0.1.0/24, wire: {delay: 1ms}}\n"
        "  - {ends: [r1, o1], subnet: 10.0.2.0/24}\n"
        "steps: [{name: nothing, exec: {node: c1, command: 'true'}}]\n"
    )
    links = Layout(scenario.load(file)).bindings_links()
    assert links["c1-r1"] == {
        "ends": ["c1", "r1"],
        "mtu": 1500,
        "captures": {"c1": "captures/c1-r1@c1.pcap", "r1": "captures/c1-r1@r1.pcap"},
    }
    assert links["r1-o1"]["capture"] == "captures/r1-o1.pcap"


def test_parts_of_a_capture_are_joined(tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.pcap" for n in range(2)]
    for number, file in enumerate(files):
        pcap.write_empty(file)
        with file.open("ab") as out:
            out.write(pcap.RECORD_HEADER.pack(number, 5, 3, 3) + b"abc")
    pcap.join(files[0], files[1:])
    assert [stamp for stamp, _ in pcap.Reader(files[0]).new_records()] == [5, 1_000_000_005]


def test_gaps_are_told_if_they_end(tmp_path: Path) -> None:
    capture = Capture("a-b", "a-b", tmp_path)
    capture.live, capture.gaps = 100, [[200, 300], [400]]
    told = capture.account({"captured": 7}, lambda stamp: stamp + 1)
    assert told == {"captured": 7, "live": 101, "gaps": [[201, 301]]}
    capture.gaps = [[400]]
    assert "gaps" not in capture.account({"captured": 7}, lambda stamp: stamp)


def test_tcpdumps_closing_words() -> None:
    said = "7 packets captured\n8 packets received by filter\n1 packet dropped by kernel\n"
    assert statistics(said, "a-b")["dropped_by_kernel"] == 1
    with pytest.raises(WaylayError, match="tcpdump on a-b did not say what it lost"):
        statistics("7 packets captured\n", "a-b")
