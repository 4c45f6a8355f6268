# SPDX-License-Identifier: BSD-2-Clause
"""waylay-wire between two namespaces: what it carries, what it says, what it leaves."""
from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, Iterator

import pytest

from waylay import programs
from waylay.wait import wait_for
from wire_net import GUARD, PROBE, WireNet, numbered, read_pcap

KINDS = pytest.mark.parametrize("kind", ["tap", "packet"])


@pytest.fixture
def net(privileged: None, tmp_path: Path) -> Iterator[WireNet]:
    del privileged
    if programs.find("waylay-wire") is None:
        pytest.skip("not built: waylay-wire (is WAYLAY_BINDIR set?)")
    made = WireNet(tmp_path)
    yield made
    made.close()


def direction(said: dict[str, Any], node: str, link: str = "a-b") -> dict[str, Any]:
    """What a fidelity says of what the node sent; frames are conserved."""
    found: dict[str, Any] = said["links"][link][node]
    assert found["conserved"]
    assert found["in"] + found["duplicated"] == found["out"] + found["dropped"] + found["held"]
    return found


@KINDS
def test_delay_there_and_back(net: WireNet, kind: str) -> None:
    net.start([net.link(kind, both={"delay": "20ms"}, **{"from": {"b": {"delay": "30ms"}}})])
    net.address()
    times = net.ping()
    assert len(times) == 5 and min(times) >= 50
    said = net.stop()
    assert direction(said, "a")["in"] >= 5 and direction(said, "b")["device_drops"] == 0
    assert direction(said, "a")["lateness"]["count"] == direction(said, "a")["out"]


@KINDS
def test_the_listed_frames_are_lost(net: WireNet, kind: str) -> None:
    net.start([net.link(kind, **{"from": {"a": {"loss": {"frames": [3, 7]}}}})])
    with net.port("a") as sender, net.port("b") as receiver:
        sender.send_numbers(10)
        assert receiver.numbers() == [1, 2, 4, 5, 6, 8, 9, 10]
    said = net.stop()
    assert direction(said, "a")["dropped_because"] == {"list": 2}
    lines = [json.loads(line) for line in (net.folder / "decisions.jsonl").open()]
    assert lines[0] == {"seed": 1, "run": 1}
    assert [(line["frame"], line["decision"], line["why"]) for line in lines[1:]] == [
        (3, "drop", "list"),
        (7, "drop", "list"),
    ]


def test_parameters_change_in_one_direction(net: WireNet) -> None:
    net.start([net.link("tap", both={"delay": "5ms"})])
    net.address()
    assert len(net.ping()) == 5
    net.do(do="set", link="a-b", **{"from": "a"}, to={"delay": "40ms"})
    assert min(net.ping()) >= 45
    net.do(do="set", link="a-b", **{"from": "b"}, to={"down": True})
    assert not net.ping(1)
    net.do(do="set", link="a-b", to={"down": False, "delay": 0})
    assert len(net.ping()) == 5
    assert "no link x" in net.ask(do="set", link="x", to={"down": True})["error"]
    assert "no end c" in net.ask(do="set", link="a-b", **{"from": "c"}, to={})["error"]
    shown = net.do(do="show", link="a-b")["links"]["a-b"]
    assert shown["from"]["a"]["parameters"] == {}
    assert direction(net.stop(), "b")["dropped_because"] == {"down": 1}


@KINDS
def test_whole_packets_pass_where_nobody_looks(net: WireNet, kind: str) -> None:
    net.start([net.link(kind, capture=False, both={"delay": "1ms"})])
    net.address()
    net.bulk(32 << 20)
    assert net.do(do="show")["links"]["a-b"]["whole"]
    sent = direction(net.stop(), "a")
    assert sent["in_bytes"] / sent["in"] > 3000
    assert sent["device_drops"] == 0


@KINDS
def test_packets_are_cut_where_it_matters(net: WireNet, kind: str) -> None:
    net.start([net.link(kind, both={"rate": "200Mbit", "queue": {"packets": 1000}})])
    net.address()
    net.bulk(16 << 20)
    sent = direction(net.stop(), "a")
    assert "offload" not in sent["dropped_because"]
    frames = read_pcap(net.folder / "a-b@a.pcap")
    assert max(len(frame) for _, frame in frames) == 1514
    assert len(frames) > 16 * (1 << 20) // 1448


@KINDS
def test_a_rate_that_comes_while_data_flows(net: WireNet, kind: str) -> None:
    """What the kernel has in its queue is still uncut then; nothing of it is lost."""
    net.start([net.link(kind, capture=False)])
    net.address()
    limit = {"rate": "800Mbit", "queue": {"packets": 1000}}
    change = threading.Timer(0.05, lambda: net.do(do="set", link="a-b", to=limit))
    change.start()
    net.bulk(48 << 20)
    change.join()
    assert not net.do(do="show")["links"]["a-b"]["whole"]
    net.do(do="set", link="a-b", to={"rate": 0, "queue": {"packets": 0}})
    net.bulk(8 << 20)
    assert net.do(do="show")["links"]["a-b"]["whole"]
    assert "offload" not in direction(net.stop(), "a")["dropped_because"]


def test_what_the_kernel_does_not_cut_the_wire_cuts(net: WireNet) -> None:
    """A packet end that does not know its pair's other end cannot set its offloads."""
    link = net.link("packet", both={"rate": "500Mbit", "queue": {"packets": 1000}})
    for end in link["ends"]:
        del end["netns"]
    net.start([link])
    net.address()
    net.bulk(8 << 20)
    assert "cannot set the offloads" in net.log.read_text()
    assert "offload" not in direction(net.stop(), "a")["dropped_because"]
    assert max(len(frame) for _, frame in read_pcap(net.folder / "a-b@a.pcap")) == 1514


@KINDS
def test_an_interface_that_is_down_is_no_accident(net: WireNet, kind: str) -> None:
    net.start([net.link(kind)])
    with net.port("a") as sender, net.port("b") as receiver:
        sender.send(b"\0\0\0\1")
        assert receiver.numbers() == [1]
    net.nodes["b"].run("ip", "link", "set", "b.a-b", "down")
    with net.port("a") as sender:
        sender.send(b"\0\0\0\2")
        wait_for("it to be dropped", GUARD, lambda: dropped(net) == {"down": 1})
        net.nodes["b"].run("ip", "link", "set", "b.a-b", "up")
        with net.port("b") as receiver:
            sender.send(b"\0\0\0\3")
            assert receiver.numbers() == [3]
    assert direction(net.stop(), "a")["out"] == 2
    # What did not arrive is in the capture where it was sent from, and in no other.
    here, over = (sorted(numbered(read_pcap(net.folder / f"a-b@{end}.pcap"))) for end in "ab")
    assert (here, over) == ([1, 2, 3], [1, 3])


def test_an_interface_that_is_gone_makes_a_wire_unfaithful(net: WireNet) -> None:
    net.start([net.link("tap")])
    net.nodes["a"].run("ip", "link", "delete", "a.a-b")
    wait_for("it to be said", GUARD, lambda: "cannot read the interface" in net.log.read_text())
    said = net.stop()
    assert said["verdict"] == "no"
    assert "a-b from a: the interface could not be read any more" in said["why"]


def dropped(net: WireNet) -> Any:
    return net.do(do="fidelity")["fidelity"]["links"]["a-b"]["a"]["dropped_because"]


def test_what_cannot_be_delivered_makes_a_wire_unfaithful(net: WireNet) -> None:
    net.start([net.link("packet")])
    net.between.run("ip", "link", "set", "wb.a-b", "mtu", "1000")
    with net.port("a") as sender, net.port("b") as receiver:
        sender.send_numbers(3, 900)
        assert receiver.numbers() == [1, 2, 3]
        sender.send_numbers(2, 1500)
        assert not receiver.numbers()
    said = net.stop()
    assert direction(said, "a")["dropped_because"] == {"device": 2}
    assert said["verdict"] == "no"
    assert "a-b from a: 2 frames could not be delivered" in said["why"]


def test_memory_is_bounded(net: WireNet) -> None:
    net.start([net.link("tap", capture=False, both={"delay": "60s"})], memory="8MiB")
    with net.port("a") as sender:
        sender.send_numbers(6000, 1500)
        wait_for("the memory to be used up", GUARD, lambda: "memory" in dropped(net))
    said = net.stop()
    sent = direction(said, "a")
    assert sent["held"] * 1500 < 8 << 20 and sent["held"] > 3000
    assert said["memory"]["used"] <= said["memory"]["bound"] == 8 << 20
    assert said["verdict"] == "no"


@KINDS
def test_probes_are_captured_and_not_carried(net: WireNet, kind: str) -> None:
    net.start([net.link(kind)])
    with net.port("a", ethertype=PROBE) as prober, net.port("b", ethertype=PROBE) as other:
        prober.send(b"waylay probe 17")
        prober.send(b"waylay prose 18")
        assert len(other.numbers()) == 1
    net.do(do="flush")
    here = [frame[14:29] for _, frame in read_pcap(net.folder / "a-b@a.pcap")]
    there = [frame[14:29] for _, frame in read_pcap(net.folder / "a-b@b.pcap")]
    assert here == [b"waylay probe 17", b"waylay prose 18"] and there == [b"waylay prose 18"]
    assert direction(net.stop(), "a")["in"] == 1


def test_no_effect_before_its_cause(net: WireNet) -> None:
    net.start([net.link("tap", both={"delay": "3ms"})])
    with net.port("a") as sender, net.port("b") as receiver:
        sender.send_numbers(200)
        assert receiver.numbers() == list(range(1, 201))
    net.stop()
    here = numbered(read_pcap(net.folder / "a-b@a.pcap"))
    there = numbered(read_pcap(net.folder / "a-b@b.pcap"))
    assert set(here) == set(there) == set(range(1, 201))
    assert all(there[n] - here[n] >= 3_000_000 for n in here)


def test_captures_can_be_turned(net: WireNet) -> None:
    net.start([net.link("tap")])
    with net.port("a") as sender, net.port("b") as receiver:
        sender.send(b"\0\0\0\1")
        receiver.numbers()
        net.do(do="capture", link="a-b", on=False)
        sender.send(b"\0\0\0\2")
        receiver.numbers()
        net.do(do="capture", link="a-b", on=True)
        sender.send(b"\0\0\0\3")
        assert receiver.numbers() == [3]
    said = net.stop()
    assert sorted(numbered(read_pcap(net.folder / "a-b@b.pcap"))) == [1, 3]
    assert said["captures"]["a-b@b"] == {"captured": 2, "dropped": 0}


def test_a_killed_wire_leaves_no_interface(net: WireNet) -> None:
    net.start([net.link("tap")])
    assert net.nodes["a"].interfaces() == {"lo", "a.a-b"}
    net.kill()
    for space in net.nodes.values():
        wait_for("the TAP to vanish", GUARD, lambda: space.interfaces() == {"lo"})


def test_links_come_and_go(net: WireNet) -> None:
    net.start([net.link("tap")])
    net.do(do="add", link=net.link("tap", "second", both={"delay": "1ms"}))
    assert "of this name" in net.ask(do="add", link=net.link("tap", "second"))["error"]
    with net.port("a", "second") as sender, net.port("b", "second") as receiver:
        sender.send_numbers(3)
        assert receiver.numbers() == [1, 2, 3]
    net.do(do="remove", link="second")
    assert net.nodes["a"].interfaces() == {"lo", "a.a-b"}
    said = net.stop()
    assert [gone["link"] for gone in said["removed"]] == ["second"]
    assert said["removed"][0]["directions"]["a"]["out"] == 3


def test_a_run_is_replayed_from_its_decisions(net: WireNet) -> None:
    def run(**keys: Any) -> list[int]:
        net.start([net.link("tap", both={"loss": "20%", "duplicate": "10%"})], **keys)
        with net.port("a") as sender, net.port("b") as receiver:
            sender.send_numbers(300)
            found = receiver.numbers()
        net.stop()
        return found

    first = run(seed=7)
    log = net.folder / "first.jsonl"
    (net.folder / "decisions.jsonl").rename(log)
    assert run(replay=str(log)) == first
    assert run(seed=8) != first
    assert 150 < len(set(first)) < 290 and len(first) > len(set(first))


def test_many_links(net: WireNet) -> None:
    names = [f"n{i}" for i in range(100)]
    links = [net.link("tap", name, capture=False, both={"delay": "2ms"}) for name in names]
    net.start(links, captures=None)
    for name in names[::9]:
        with net.port("a", name) as sender, net.port("b", name) as receiver:
            sender.send_numbers(5)
            assert receiver.numbers(0.5) == [1, 2, 3, 4, 5]
    said = net.stop()
    assert len(said["links"]) == 100


def test_what_cannot_be_opened_is_named(net: WireNet) -> None:
    wrong = net.link("tap")
    wrong["ends"][1] = {"node": "b", "interface": "nowhere", "kind": "packet"}
    with pytest.raises(AssertionError, match="nowhere: no such interface"):
        net.start([wrong])
    assert net.wire is not None and net.wire.wait(GUARD) == 1
    assert net.nodes["a"].interfaces() == {"lo"}
