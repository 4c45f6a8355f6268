# SPDX-License-Identifier: BSD-2-Clause
"""What waylay-wire must get right though it seldom happens: tags, strangers' devices, pauses."""
from __future__ import annotations

import os
import signal
import struct
import threading
import time
from pathlib import Path
from typing import Any, Iterator

import pytest

from waylay import programs
from waylay.wait import wait_for
from wire_net import GUARD, NUMBERED, Port, WireNet, read_pcap

TAGGED = 0x8100  # IEEE 802.1Q
FEATURES = ("tx-checksumming: on", "scatter-gather: on", "generic-segmentation-offload: on")
LENGTHS = [64, 14 + 4 + 1400, 14 + 4 + 1401]


@pytest.fixture
def net(privileged: None, tmp_path: Path) -> Iterator[WireNet]:
    del privileged
    if programs.find("waylay-wire") is None:
        pytest.skip("not built: waylay-wire (is WAYLAY_BINDIR set?)")
    made = WireNet(tmp_path)
    yield made
    made.close()


def counts(net: WireNet) -> Any:
    return net.do(do="show", link="a-b")["links"]["a-b"]["from"]["a"]["counts"]


@pytest.mark.parametrize("kinds", [("tap", "packet"), ("packet", "tap"), ("packet", "packet")])
def test_tags_pass_and_are_no_part_of_the_packet(net: WireNet, kinds: tuple[str, str]) -> None:
    ends = [net.end(node, kind) for node, kind in zip("ab", kinds)]
    net.start([{"name": "a-b", "ends": ends, "both": {"mtu": 1400}}])
    with Port(net.nodes["a"], "a.a-b", TAGGED) as sender:
        for length in LENGTHS:
            sender.send(struct.pack(">HHI", 5, NUMBERED, length), length)
        wait_for("the frames to cross", GUARD, lambda: bool(counts(net)["in"] == len(LENGTHS)))
    assert counts(net)["dropped_because"] == {"mtu": 1}
    net.stop()
    for node, lengths in (("a", LENGTHS), ("b", LENGTHS[:-1])):
        frames = [frame for _, frame in read_pcap(net.folder / f"a-b@{node}.pcap")]
        assert [len(frame) for frame in frames] == lengths
        heads = [struct.unpack_from(">HHHI", frame, 12) for frame in frames]
        assert heads == [(TAGGED, 5, NUMBERED, length) for length in lengths]


def features(net: WireNet, interface: str) -> bool:
    said = net.between.run("ethtool", "-k", interface)
    return all(feature in said for feature in FEATURES)


def test_devices_of_others_keep_their_offloads(net: WireNet) -> None:
    """A macvlan names what it stands on, as a veth names its peer."""
    run = net.between.run
    run("ip", "link", "add", "lower", "type", "veth", "peer", "name", "lower2")
    run("ip", "link", "add", "upper", "link", "lower", "type", "macvlan")
    assert features(net, "lower")
    ends = [{"node": "a", "interface": "upper", "kind": "packet"}, net.end("b", "packet")]
    net.start([{"name": "a-b", "ends": ends}])
    assert features(net, "lower")
    assert "upper: cannot set the offloads" in net.log.read_text()


def test_a_wrong_namespace_is_not_taken_for_the_right_one(net: WireNet) -> None:
    """The device that has the peer's index there is not the peer."""
    a, b = net.nodes["a"], net.nodes["b"]
    net.between.run(
        *("ip", "link", "add", "wa", "type", "veth"),
        *("peer", "name", "a.a-b", "index", 77, "netns", a.process.pid),
    )
    b.run("ip", "link", "add", "stranger", "index", 77, "type", "veth", "peer", "name", "other")
    before = b.run("ethtool", "-k", "stranger")
    end = {"node": "a", "interface": "wa", "kind": "packet", "netns": b.path}
    net.start([{"name": "a-b", "ends": [end, net.end("b", "packet")]}])
    assert b.run("ethtool", "-k", "stranger") == before


def test_the_wires_own_kernel_answers_nobody(net: WireNet) -> None:
    """It would, for each of its addresses, past all captures."""
    net.start([net.link("packet")])
    net.address()
    net.between.run("ip", "address", "add", "10.9.0.77/32", "dev", "lo")
    net.nodes["a"].run("ping", "-n", "-c", "1", "-W", "1", "10.9.0.77", check=False)
    assert "lladdr" not in net.nodes["a"].run("ip", "neigh", "show", "to", "10.9.0.77")
    assert len(net.ping(1)) == 1


def test_a_wire_that_was_stopped_is_not_faithful(net: WireNet) -> None:
    """Frames that waited in interfaces meanwhile are late, though nobody saw them come."""
    net.start([net.link("tap")])
    assert net.wire is not None
    with net.port("a") as sender, net.port("b") as receiver:
        net.wire.send_signal(signal.SIGSTOP)
        sender.send_numbers(200)
        time.sleep(0.5)  # what is tested: that the wire is away for so long
        net.wire.send_signal(signal.SIGCONT)
        assert receiver.numbers() == list(range(1, 201))
    said = net.stop()
    assert said["links"]["a-b"]["a"]["lateness"]["p50"] >= 400_000_000
    assert said["verdict"] == "no"


def test_links_that_are_gone_hold_no_files(net: WireNet) -> None:
    net.start([net.link("tap")])
    assert net.wire is not None
    folder = Path(f"/proc/{net.wire.pid}/fd")
    net.do(do="flush")
    before = len(os.listdir(folder))
    for i in range(5):
        net.do(do="add", link=net.link("tap", f"n{i}"))
        net.do(do="remove", link=f"n{i}")
    net.do(do="flush")
    assert len(os.listdir(folder)) == before
    net.do(do="add", link=net.link("tap", "n0"))
    with net.port("a", "n0") as sender, net.port("b", "n0") as receiver:
        sender.send_numbers(3)
        assert receiver.numbers() == [1, 2, 3]
    net.stop()
    assert len(read_pcap(net.folder / "n0@b.pcap")) == 3


def test_frames_do_not_wait_for_links_that_go(net: WireNet) -> None:
    """Some 40 ms each does the kernel take for two TAPs; frames come every millisecond."""
    names = [f"n{i}" for i in range(20)]
    net.start([net.link("tap", name) for name in ["a-b", *names]])
    going = threading.Event()
    with net.port("a") as sender:

        def send() -> None:
            while not going.wait(0.001):
                sender.send(b"\0\0\0\1")

        thread = threading.Thread(target=send)
        thread.start()
        for name in names:
            net.do(do="remove", link=name)
        going.set()
        thread.join()
    said = net.stop()
    assert said["links"]["a-b"]["a"]["lateness"]["p50"] < 10_000_000
    assert net.nodes["a"].interfaces() == {"lo"}
