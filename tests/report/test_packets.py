# SPDX-License-Identifier: BSD-2-Clause
"""Captures: nanoseconds, options, directions, and files that are not whole."""
from __future__ import annotations

from pathlib import Path

import dpkt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_run import ACK, C1, EPOCH, O1, P1, SYN, MadeRun, mac_of, mac_text, record_route, segment
from made_run import write_capture

from waylay_report.packets import (
    Capture,
    add_frame,
    http_first_line,
    options_of,
    read_capture,
    recorded_route,
)

MACS = {mac_text(mac_of(node, "r1-p1")): node for node in ("r1", "p1")}
OPTION = record_route(O1)


def frame(options: bytes = OPTION, data: bytes = b"", flags: int = SYN) -> bytes:
    ethernet = mac_of("p1", "r1-p1") + mac_of("r1", "r1-p1") + b"\x08\x00"
    return ethernet + segment(C1, P1, 40000, 80, flags, data, 7, options)


def test_stamps_are_exact_to_the_nanosecond(tmp_path: Path) -> None:
    write_capture(tmp_path / "a.pcap", [(EPOCH + 123456789, frame())])
    packet = read_capture(tmp_path / "a.pcap", "r1-p1", MACS).packets[0]
    assert packet.time == EPOCH + 123456789


def test_microsecond_files_are_read_too(tmp_path: Path) -> None:
    write_capture(tmp_path / "a.pcap", [(EPOCH + 123456000, frame())], nano=False)
    packet = read_capture(tmp_path / "a.pcap", "r1-p1", MACS).packets[0]
    assert packet.time == EPOCH + 123456000


def test_option_addresses_and_direction(tmp_path: Path) -> None:
    write_capture(tmp_path / "a.pcap", [(EPOCH, frame(data=b"GET /x HTTP/1.1\r\n\r\n", flags=ACK))])
    packet = read_capture(tmp_path / "a.pcap", "r1-p1", MACS).packets[0]
    assert (packet.sender, packet.receiver) == ("r1", "p1")
    assert (packet.src, packet.dst) == (C1, P1)
    assert (packet.route_name, packet.route) == ("RR", (O1,))
    assert (packet.first_line, packet.payload, packet.seq) == ("GET /x HTTP/1.1", 19, 7)


@pytest.mark.parametrize(
    "body, route",
    [
        (bytes([8, 10, 0, 3, 2]), ("10.0.3.2",)),
        (bytes([4, 0, 0, 0, 0]), ()),
        (bytes([255, 10, 0, 3, 2]), ("10.0.3.2",)),
        (bytes([0]), ()),
        (b"", ()),
        (bytes([12, 1, 2, 3, 4, 5, 6, 7, 8, 9]), ("1.2.3.4", "5.6.7.8")),
    ],
)
def test_recorded_route_stops_at_the_pointer_and_the_end(
    body: bytes, route: tuple[str, ...]
) -> None:
    assert recorded_route(body) == route


@pytest.mark.parametrize("raw", [b"\x07", b"\x07\x00", b"\x07\x01\x01\x01", b"\x07\x40\x04"])
def test_malformed_options_end_the_list(raw: bytes) -> None:
    assert not list(options_of(raw))


def test_first_lines() -> None:
    assert http_first_line(b"HTTP/1.1 200 OK\r\nA: b\r\n") == "HTTP/1.1 200 OK"
    assert http_first_line(b"GET /\xff\x1b HTTP/1.1\r\n") == "GET /?? HTTP/1.1"
    assert http_first_line(b"\x16\x03\x01 x y") == ""
    assert http_first_line(b"GET /not-http\r\n") == ""
    assert len(http_first_line(b"GET /" + b"a" * 400 + b" HTTP/1.1\r\n")) == 120


def test_a_file_cut_short_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    write_capture(path, [(EPOCH, frame()), (EPOCH + 1, frame())])
    path.write_bytes(path.read_bytes()[: 24 + 16 + len(frame()) + 7])
    capture = read_capture(path, "r1-p1", MACS)
    assert len(capture.packets) == 1
    assert "a.pcap" in capture.problem


@pytest.mark.parametrize("content", [b"", b"no capture at all, but long enough to be one"])
def test_what_is_no_capture_is_a_problem(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pcap").write_bytes(content)
    assert read_capture(tmp_path / "a.pcap", "r1-p1", MACS).problem
    assert read_capture(tmp_path / "none.pcap", "r1-p1", MACS).problem


def test_other_frames_and_broken_ones_are_counted(tmp_path: Path) -> None:
    probe = b"\xff" * 6 + b"\x02" + bytes(5) + b"\x88\xb5" + bytes(46)
    broken = frame()[:14] + b"\x4f\x00\x00\x3c"
    write_capture(tmp_path / "a.pcap", [(EPOCH, probe), (EPOCH, broken), (EPOCH, frame())])
    capture = read_capture(tmp_path / "a.pcap", "r1-p1", MACS)
    assert (capture.others, capture.undecodable, len(capture.packets)) == (1, 1, 1)
    assert capture.packets[0].frame == 3


def test_every_cut_of_a_frame_is_survived(tmp_path: Path) -> None:
    whole = frame(data=b"GET / HTTP/1.1\r\n\r\n", flags=ACK)
    write_capture(tmp_path / "a.pcap", [(EPOCH, whole[:n]) for n in range(len(whole))])
    capture = read_capture(tmp_path / "a.pcap", "r1-p1", MACS)
    assert not capture.problem
    assert len(capture.packets) + capture.others + capture.undecodable == len(whole)


def test_icmp_is_named(tmp_path: Path) -> None:
    icmp = dpkt.icmp.ICMP(type=3, code=1, data=dpkt.icmp.ICMP.Unreach(data=b""))
    ip = dpkt.ip.IP(src=b"\x0a\0\3\1", dst=b"\x0a\0\1\2", p=1, data=icmp)
    ip.len = len(ip)
    run = MadeRun()
    run.frame("r1-p1", "r1", 0, bytes(ip))
    write_capture(tmp_path / "a.pcap", run.frames["r1-p1"])
    packet = read_capture(tmp_path / "a.pcap", "r1-p1", MACS).packets[0]
    assert (packet.protocol, packet.icmp) == ("icmp", "host unreachable")


@given(st.binary(max_size=120), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_counted_once(content: bytes, is_ip: bool) -> None:
    capture = Capture("r1-p1")
    raw = frame()[:14] + content if is_ip else content
    add_frame(capture, 1, EPOCH, raw, MACS)
    assert len(capture.packets) + capture.others + capture.undecodable == 1


@given(st.binary(max_size=48))
def test_any_options_end(raw: bytes) -> None:
    for kind, body in options_of(raw):
        assert all(len(address.split(".")) == 4 for address in recorded_route(body)), kind


def test_a_clipped_segment_is_as_long_as_it_was(tmp_path: Path) -> None:
    write_capture(tmp_path / "a.pcap", [(EPOCH, frame(data=b"x" * 900)[:100])])
    assert read_capture(tmp_path / "a.pcap", "r1-p1", MACS).packets[0].payload == 900
