# SPDX-License-Identifier: BSD-2-Clause
"""Captures of every format hold the same packets as tshark finds in them."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import made_captures as made
from reader import DUMP, ours, run, tshark

NAMES = ["frame.number", "frame.time_epoch", "frame.len", "frame.cap_len", "ip.src", "ip.id"]
PACKETS = made.draw(made.ETHERNET, 5, 200)


def zstd(data: bytes) -> bytes:
    """Compressed by the program."""
    return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout


FORMATS: dict[str, Callable[[], bytes]] = {
    "ns": lambda: made.pcap(PACKETS),
    "us": lambda: made.pcap(PACKETS, nano=False),
    "big-endian": lambda: made.pcap(PACKETS, order=">"),
    "big-endian us": lambda: made.pcap(PACKETS, order=">", nano=False),
    "clipped": lambda: made.pcap(PACKETS, snap=80),
    "pcapng ns": lambda: made.pcapng(PACKETS),
    "pcapng us": lambda: made.pcapng(PACKETS, resolution=None),
    "pcapng ms": lambda: made.pcapng(PACKETS, resolution=3),
    "pcapng 2^-20": lambda: made.pcapng(PACKETS, resolution=0x80 | 20),
    "pcapng big-endian": lambda: made.pcapng(PACKETS, order=">"),
    "two sections": lambda: made.pcapng(PACKETS[:90]) + made.pcapng(PACKETS[90:], order=">"),
    "gzip": lambda: gzip.compress(made.pcap(PACKETS)),
    "gzip, two members": lambda: gzip.compress(made.pcap(PACKETS)[:999])
    + gzip.compress(made.pcap(PACKETS)[999:]),
    "gzip pcapng": lambda: gzip.compress(made.pcapng(PACKETS)),
    "zstd": lambda: zstd(made.pcap(PACKETS)),
}


def levels_off(rows: list[list[str]]) -> list[list[str]]:
    """Only the outermost level's values."""
    return [[value.split(";")[0].split(",")[0] for value in row] for row in rows]


def decimal(rows: list[list[str]]) -> list[list[str]]:
    """tshark's first values, numbers written as ours."""
    out = []
    for row in rows:
        first = [value.split(",")[0] for value in row]
        out.append([str(int(v, 0)) if v.startswith("0x") else v for v in first])
    return out


@pytest.mark.parametrize("name", FORMATS)
def test_format(tmp_path: Path, name: str) -> None:
    """Number, time, lengths and two fields of each packet."""
    capture = made.write(tmp_path / "made", FORMATS[name]())
    assert levels_off(ours(capture, NAMES)) == decimal(tshark(capture, NAMES))


def test_interfaces_of_two_link_types(tmp_path: Path) -> None:
    """One pcapng file may hold both; libpcap refuses it, tshark does not."""
    raw = made.draw(made.RAW, 6, 50)
    data = made.section("<") + made.interface("<", made.ETHERNET) + made.interface("<", made.RAW)
    for (time, frame), (_, packet) in zip(PACKETS, raw):
        data += made.enhanced("<", 0, time, frame) + made.enhanced("<", 1, time + 1, packet)
    capture = made.write(tmp_path / "made", data)
    assert levels_off(ours(capture, NAMES)) == decimal(tshark(capture, NAMES))


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd", "pcapng"])
def test_cut_short(tmp_path: Path, form: str) -> None:
    """A file cut anywhere is read to its last whole packet, and says so."""
    packets = made.draw(made.ETHERNET, 5, 4000)  # more than one block of a compressor
    whole = made.pcap(packets) if form != "pcapng" else made.pcapng(packets)
    compressors: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstd}
    data = compressors.get(form, bytes)(whole)
    cuts = {len(data) - 1, len(data) * 3 // 4, len(data) // 2}
    for cut in sorted(cuts):
        capture = made.write(tmp_path / "made", data[:cut])
        end, count, first, last, _, message = run(DUMP, "facts", capture).split("\t")
        assert (end, int(first)) == ("cut", made.START)
        assert 0 < int(count) <= len(packets)
        assert int(count) < len(packets) or form in ("gzip", "zstd")  # a check sum may lack
        assert int(last) == made.START + (int(count) - 1) * made.STEP
        assert message.strip() == f"it is cut short after packet {count}"


def test_standard_input(tmp_path: Path) -> None:
    """A pipe is as good as a file."""
    capture = made.write(tmp_path / "made", made.pcap(PACKETS))
    piped = subprocess.run(
        [str(DUMP), "fields", "-", *NAMES], input=capture.read_bytes(), capture_output=True
    )
    assert piped.stdout.decode() == run(DUMP, "fields", capture, *NAMES)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "found an empty file, expected a capture"),
        (b"hello, world", "found no capture, expected pcap or pcapng"),
        (made.pcap(PACKETS)[:20], "found a file cut short inside its header"),
        (made.pcap(PACKETS, link=147), "found link type 147, expected one of Ethernet (1)"),
        (gzip.compress(b"hello, world"), "found no capture"),
        (zstd(made.pcap(PACKETS))[:-9], "found a file cut short inside its header"),
    ],
)
def test_what_is_no_capture_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    """With the file's name, what was found, and what was expected."""
    capture = made.write(tmp_path / "made", data)
    done = subprocess.run(
        [str(DUMP), "facts", str(capture)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert f"{capture}: {message}" in done.stderr
