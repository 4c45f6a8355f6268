# SPDX-License-Identifier: BSD-2-Clause
"""What follows from first-fetch: names, addresses, routes, configurations."""
from __future__ import annotations

from pathlib import Path

import pytest

import harness
from waylay import pcap, scenario
from waylay.clock import RunClock, Sample
from waylay.layout import Layout


@pytest.fixture
def layout() -> Layout:
    return Layout(scenario.load(harness.FIRST_FETCH))


def test_addresses(layout: Layout) -> None:
    assert {i.name: str(i.address) for i in layout.interfaces} == {
        "c1-r1": "10.0.1.2",
        "r1-c1": "10.0.1.1",
        "r1-p1": "10.0.2.1",
        "p1-r1": "10.0.2.2",
        "r1-o1": "10.0.3.1",
        "o1-r1": "10.0.3.2",
    }


def test_routes(layout: Layout) -> None:
    lines = {name: [r.arguments() for r in layout.routes(name)] for name in layout.scenario.nodes}
    assert lines["r1"] == []
    assert lines["c1"] == ["default via 10.0.1.1 dev c1-r1".split()]
    assert lines["p1"] == [
        "default via 10.0.2.1 dev p1-r1".split(),
        "10.0.1.0/24 via 10.0.2.1 dev p1-r1 advmss 1452".split(),
    ]


def test_captures_are_taken_at_the_router(layout: Layout) -> None:
    assert [layout.tap(link).name for link in layout.scenario.links] == ["r1-c1", "r1-p1", "r1-o1"]


def test_router_configuration(layout: Layout) -> None:
    assert layout.router_config("r1") == {
        "clients": [{"interface": "r1-c1", "prefixes": ["10.0.1.0/24"]}],
        "services": [{"protocol": "tcp", "port": 80}, {"protocol": "tcp", "port": 8081}],
        "proxy": {"address": "10.0.2.2"},
        "tun": "way-r1",
    }


def test_proxy_configuration(layout: Layout) -> None:
    config = layout.proxy_config("p1", Path("/logs"))
    assert config["interfaces"] == ["p1-r1"]
    assert config["access_log"] == "/logs/p1-access.jsonl"


def test_stamps_follow_the_drift_of_real_time() -> None:
    clock = RunClock()
    clock.start = Sample(monotonic=1000, offset=5000, error=1)
    clock.end = Sample(monotonic=2000, offset=5100, error=2)
    assert clock.from_realtime(6000) == 6000
    assert clock.from_realtime(7100) == 7000
    assert clock.from_realtime(6550) == 6495
    assert clock.uncertainty == 102


def test_a_growing_capture_is_read_by_whole_records(tmp_path: Path) -> None:
    file = tmp_path / "grows.pcap"
    reader = pcap.Reader(file)
    assert list(reader.new_records()) == []
    head = pcap.FILE_HEADER.pack(pcap.NANOSECOND_MAGIC, 2, 4, 0, 0, 262144, 1)
    record = pcap.RECORD_HEADER.pack(1, 5, 3, 3) + b"abc"
    file.write_bytes(head + record + record[:-1])
    assert list(reader.new_records()) == [(1_000_000_005, b"abc")]
    assert list(reader.new_records()) == []
    file.write_bytes(head + record + record)
    assert list(reader.new_records()) == [(1_000_000_005, b"abc")]
    reader.close()
    pcap.restamp(file, lambda stamp: stamp + 1)
    assert [stamp for stamp, _ in pcap.Reader(file).new_records()] == [1_000_000_006] * 2


def test_filters_are_libpcaps() -> None:
    frame = bytes(12) + b"\x88\xb5" + bytes(46)
    assert pcap.Filter("ether proto 0x88b5").matches(frame)
    assert not pcap.Filter("ip").matches(frame)
    with pytest.raises(ValueError, match="syntax error"):
        pcap.Filter("tcp prot 80")
