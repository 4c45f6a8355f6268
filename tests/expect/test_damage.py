# SPDX-License-Identifier: BSD-2-Clause
"""Captures that are cut, damaged, odd or of other systems: what is read is right, or is no pass."""
from __future__ import annotations

import gzip
import json
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from made import ACK, CLIENT, SERVER, START, Packet, tcp, write

from conftest import PROGRAM

PACKETS = [Packet(n / 10, CLIENT, SERVER, tcp(50001, 80, ACK, n, 1), id=n) for n in range(4)]
ALL = '"all": each "tcp" on a with ip.ttl == 64\n'
ETHERNET, RAW, SLL, SLL2 = 1, 101, 113, 276


def ask(capture: Path, rules: str = ALL) -> tuple[int, dict[str, Any], str]:
    """The exit code, the first expectation's verdict, and what was said."""
    file = capture.with_name("rules.expect")
    file.write_text(rules)
    argv = [str(PROGRAM), "--json", f"--tap=a={capture}", str(file)]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode in (0, 1, 2, 3), done
    if done.returncode == 2:
        return 2, {}, done.stderr
    return done.returncode, json.loads(done.stdout)["expectations"][0], done.stderr


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


# ---- pcapng, block by block


class Pcapng:
    """A section in either byte order; blocks are added by the methods, each to a new one."""

    def __init__(self, order: str = "<") -> None:
        self.order = order
        self.data = b""
        self.block(0x0A0D0D0A, self.pack("IHHq", 0x1A2B3C4D, 1, 0, -1))

    def pack(self, form: str, *values: int) -> bytes:
        return struct.pack(self.order + form, *values)

    def block(self, kind: int, body: bytes, length: int | None = None) -> "Pcapng":
        body += b"\0" * (-len(body) % 4)
        size = len(body) + 12 if length is None else length
        self.data += self.pack("II", kind, size) + body + self.pack("I", size)
        return self

    def option(self, code: int, value: bytes) -> bytes:
        return self.pack("HH", code, len(value)) + value + b"\0" * (-len(value) % 4)

    def interface(self, link: int = ETHERNET, options: bytes = b"") -> "Pcapng":
        return self.block(1, self.pack("HHI", link, 0, 0) + options)

    def packet(self, ticks: int, frame: bytes, interface: int = 0, **more: Any) -> "Pcapng":
        length = more.get("length", len(frame))
        head = self.pack("IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, length, length)
        padded = frame + b"\0" * (-len(frame) % 4)
        return self.block(6, head + padded + more.get("options", b""))

    def packets(self, interface: int = 0, later: int = 0) -> "Pcapng":
        for packet in PACKETS:
            ticks = START * 10**6 + round((packet.at + later) * 1e6)
            self.packet(ticks, packet.frame(), interface)
        return self


def first_time(capture: Path) -> int:
    code, verdict, said = ask(capture, '"no": first "tcp" on a as x with ip.ttl == 1')
    assert code == 1, said
    return int(verdict["time"])


@pytest.mark.parametrize("order", "<>")
def test_either_byte_order_and_several_sections(tmp_path: Path, order: str) -> None:
    one, other = Pcapng(order).interface().packets(), Pcapng("<" if order == ">" else ">")
    other.interface(RAW).interface().packets(interface=1, later=1)
    code, verdict, said = ask(put(tmp_path / "a", one.data + other.data))
    assert code == 0 and verdict["examined"] == 8, verdict or said


@pytest.mark.parametrize(
    ("resolution", "per_second"),
    [
        (0, 1),
        (3, 10**3),
        (9, 10**9),
        (10, 10**10),
        (0x80, 1),
        (0x8A, 2**10),
        (0x94, 2**20),
    ],
)
def test_any_resolution_of_stamps(tmp_path: Path, resolution: int, per_second: int) -> None:
    section = Pcapng()
    option = section.option(9, bytes([resolution]))
    section.interface(options=option).packet(START * per_second, PACKETS[0].frame())
    assert first_time(put(tmp_path / "a", section.data)) == START * 10**9


@pytest.mark.parametrize("resolution", [19, 127, 0xC0, 0xFF])
def test_a_resolution_that_is_none_is_damage(tmp_path: Path, resolution: int) -> None:
    section = Pcapng()
    section.interface(options=section.option(9, bytes([resolution]))).packets()
    code, verdict, said = ask(put(tmp_path / "a", section.data))
    assert code == 1 and "found time stamps of unit" in verdict["found"], verdict or said


def test_an_offset_of_stamps_is_added(tmp_path: Path) -> None:
    for offset in (-1000, 3600):
        section = Pcapng()
        option = section.option(14, section.pack("q", offset))
        section.interface(options=option).packet(START * 10**6, PACKETS[0].frame())
        assert first_time(put(tmp_path / "a", section.data)) == (START + offset) * 10**9


@pytest.mark.parametrize(
    "offset", [2**62, -(2**62), -START - 1, 2**62 // 10**9 + 1 - START]
)
def test_an_offset_out_of_all_time_is_damage(tmp_path: Path, offset: int) -> None:
    section = Pcapng()
    section.interface(options=section.option(14, section.pack("q", offset))).packets()
    code, verdict, _ = ask(put(tmp_path / "a", section.data))
    assert code == 1 and "expected a time" in verdict["found"], verdict


def test_long_blocks_of_no_interest_are_passed_over(tmp_path: Path) -> None:
    section = Pcapng().interface().block(0x0BAD, b"x" * 3_000_000).packets()
    section.block(10, b"secrets" * 200_000)
    code, verdict, said = ask(put(tmp_path / "a", section.data))
    assert code == 0 and verdict["examined"] == 4, said
    cut = put(tmp_path / "a", Pcapng().interface().packets().block(9, b"x" * 2_000_000).data[:-4])
    assert ask(cut)[0] == 1


@pytest.mark.parametrize("length", [0, 8, 13, 2**20 + 4, 2**32 - 4])
def test_a_length_that_lies_is_no_pass(tmp_path: Path, length: int) -> None:
    section = Pcapng().interface().packets()
    section.block(6, b"\0" * 60, length)
    assert ask(put(tmp_path / "a", section.data))[0] == 1


def test_two_lengths_that_differ_are_damage(tmp_path: Path) -> None:
    section = Pcapng().interface().packets()
    section.data = section.data[:-4] + section.pack("I", 100)
    code, verdict, _ = ask(put(tmp_path / "a", section.data))
    assert code == 1 and "at its end, expected" in verdict["found"], verdict


def test_options_that_lie_are_left_alone(tmp_path: Path) -> None:
    section = Pcapng()
    section.interface(options=section.pack("HH", 9, 60000)).packets()
    code, verdict, _ = ask(put(tmp_path / "a", section.data))
    assert code == 0 and verdict["examined"] == 4


@pytest.mark.parametrize("code", [5, 7])
def test_what_was_dropped_is_no_pass(tmp_path: Path, code: int) -> None:
    section = Pcapng().interface().packets()
    drops = section.option(code, section.pack("Q", 1))
    section.block(5, section.pack("III", 0, 0, 0) + drops)
    assert ask(put(tmp_path / "a", section.data))[0] == 1


def test_drops_that_add_up_to_nothing_are_no_pass(tmp_path: Path) -> None:
    section = Pcapng().interface()
    for count in (2**64 - 1, 1):
        option = section.option(4, section.pack("Q", count))
        section.packet(START * 10**6, PACKETS[0].frame(), options=option)
    assert ask(put(tmp_path / "a", section.data))[0] == 1


@pytest.mark.parametrize("where", ["interface", "length"])
def test_a_packet_of_nowhere_is_damage(tmp_path: Path, where: str) -> None:
    section = Pcapng().interface().packets()
    more: dict[str, int] = {"interface": 1} if where == "interface" else {"length": 5000}
    section.packet(START * 10**6, PACKETS[0].frame(), **more)
    code, verdict, _ = ask(put(tmp_path / "a", section.data))
    assert code == 1 and "it is damaged after packet 4" in verdict["found"], verdict


def test_a_link_type_that_is_not_read_is_said(tmp_path: Path) -> None:
    section = Pcapng().interface(link=195).packets()
    code, verdict, _ = ask(put(tmp_path / "a", section.data))
    assert code == 1 and "found link type 195" in verdict["found"], verdict


# ---- cut


def whole_pcap(tmp_path: Path) -> bytes:
    return write(tmp_path / "whole.pcap", PACKETS).read_bytes()


def record_ends(data: bytes) -> set[int]:
    ends, at = {24}, 24
    while at < len(data):
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]
        ends.add(at)
    return ends


def block_ends(data: bytes) -> set[int]:
    ends, at = set(), 0
    while at < len(data):
        at += int(struct.unpack_from("<I", data, at + 4)[0])
        ends.add(at)
    return ends


@pytest.mark.parametrize("form", ["pcap", "pcapng", "gzip", "zstd"])
def test_no_cut_anywhere_is_a_pass_but_between_packets(tmp_path: Path, form: str) -> None:
    whole = whole_pcap(tmp_path)
    ends = record_ends(whole)
    if form == "pcapng":
        whole = Pcapng().interface().packets().data
        ends = block_ends(whole)
    elif form == "gzip":
        whole, ends = gzip.compress(whole), set()
    elif form == "zstd":
        argv = ["zstd", "-q", "-c", str(tmp_path / "whole.pcap")]
        whole = subprocess.run(argv, capture_output=True, check=True, timeout=60).stdout
        ends = set()
    for length in range(len(whole)):
        code, verdict, said = ask(put(tmp_path / "cut", whole[:length]))
        assert code != 0 or (length in ends and verdict["examined"] > 0), (length, verdict, said)
        assert code != 2 or said.count("\n") == 1, said
    assert ask(put(tmp_path / "cut", whole))[0] == 0


def test_members_of_gzip_are_one_file(tmp_path: Path) -> None:
    whole = whole_pcap(tmp_path)
    parts = gzip.compress(whole[:100]) + gzip.compress(b"") + gzip.compress(whole[100:])
    code, verdict, _ = ask(put(tmp_path / "a", parts))
    assert code == 0 and verdict["examined"] == 4
    assert ask(put(tmp_path / "a", parts[:-9]))[0] == 1
    assert ask(put(tmp_path / "a", parts + b"rubbish"))[0] == 1


@pytest.mark.parametrize("at", [4, 20])
def test_a_header_of_another_kind_is_refused(tmp_path: Path, at: int) -> None:
    data = bytearray(whole_pcap(tmp_path))
    data[at] = 9
    code, _, said = ask(put(tmp_path / "a", bytes(data)))
    assert code == 2 and "expected" in said


# ---- packets


def frames(tmp_path: Path, link: int, *bodies: bytes, wire: int = 0) -> Path:
    data = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, link)
    for n, body in enumerate(bodies):
        data += struct.pack("<IIII", START, n, len(body), len(body) + wire) + body
    return put(tmp_path / "frames.pcap", data)


def test_layers_below_ip(tmp_path: Path) -> None:
    ip, macs = PACKETS[0].ip(), b"\2\0\0\0\0\1" * 2
    cases = {
        (RAW, "tcp"): ip,
        (12, "tcp"): ip,
        (228, "tcp"): ip,
        (SLL, "tcp"): struct.pack("!HHH8sH", 0, 1, 6, b"", 0x0800) + ip,
        (SLL2, "tcp"): struct.pack("!HHIHBB8s", 0x0800, 0, 1, 1, 0, 6, b"") + ip,
        (ETHERNET, "vlan 7 and tcp"): macs + b"\x81\0\0\7\x08\0" + ip,
        (ETHERNET, "vlan 7 and vlan 42 and tcp"): macs + b"\x88\xa8\0\7\x81\0\0\x2a\x08\0" + ip,
    }
    for (link, selected), body in cases.items():
        rules = f'"all": each "{selected}" on a with ip.ttl == 64, tcp.dstport == 80'
        code, verdict, said = ask(frames(tmp_path, link, body), rules)
        assert code == 0 and verdict["examined"] == 1, (link, verdict, said)


def test_a_clipped_packet_is_no_pass(tmp_path: Path) -> None:
    code, verdict, _ = ask(frames(tmp_path, ETHERNET, PACKETS[0].frame(), wire=100))
    assert code == 1 and "clipped" in verdict["found"], verdict


def test_packets_of_no_bytes_at_all(tmp_path: Path) -> None:
    rules = '"none": no packet on a with ip.ttl == 64'
    code, verdict, _ = ask(frames(tmp_path, ETHERNET, b"", b"", PACKETS[0].frame()[:20]), rules)
    assert code in (0, 1) and verdict["examined"] == 3


# ---- what is no file


def test_folders_and_what_may_not_be_read(tmp_path: Path) -> None:
    code, _, said = ask(tmp_path)
    assert code == 2 and "Is a directory" in said
    code, _, said = ask(tmp_path / "nowhere")
    assert code == 2 and "No such file" in said
    code, _, said = ask(put(tmp_path / "empty", b""))
    assert code == 2 and "an empty file" in said
