# SPDX-License-Identifier: BSD-2-Clause
"""The tutorial of docs/expectations.md does what it says: its files and commands are run."""
from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from made import ACK, CLIENT, PSH, RST, SERVER, SYN, Packet, echo, tcp, write

from conftest import HERE, PROGRAM

CHAPTER = re.split(r"^## ", (HERE.parents[1] / "docs" / "expectations.md").read_text(), flags=re.M)
TUTORIAL = next(text for text in CHAPTER if text.startswith("From tcpdump to expectations"))


def blocks() -> list[str]:
    """What is indented by four spaces, block by block."""
    found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", TUTORIAL, re.M)
    return [re.sub(r"^    ", "", block, flags=re.M).strip("\n") for block in found]


def block(beginning: str) -> str:
    return next(b for b in blocks() if beginning in b)


def mss(size: int) -> bytes:
    return bytes([2, 4, size >> 8, size & 0xFF])


def syns(sizes: list[int]) -> list[Packet]:
    """SYNs a tenth of a second apart, each offering a segment size."""
    return [
        Packet(n / 10, CLIENT, SERVER, tcp(50001 + n, 80, SYN, 1, 0, b"", mss(size)), id=7)
        for n, size in enumerate(sizes)
    ]


def judge(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [str(PROGRAM), *arguments]
    return subprocess.run(argv, cwd=folder, capture_output=True, encoding="utf-8", timeout=60)


@pytest.mark.skipif(not shutil.which("tcpdump"), reason="tcpdump is not installed")
def test_what_tcpdump_prints_is_what_the_rule_examines(tmp_path: Path) -> None:
    write(tmp_path / "lan.pcap", syns([1460] * 12))
    command = block("tcpdump -nr lan.pcap")
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, timeout=60)
    assert len(done.stdout.splitlines()) == 12


def test_the_first_file_passes_as_it_is_printed(tmp_path: Path) -> None:
    (tmp_path / "lan.expect").write_text(block("# lan.expect") + "\n")
    write(tmp_path / "lan.pcap", syns([1460] * 12))
    done = judge(tmp_path, "lan.expect")
    assert done.returncode == 0 and block("passed  ") in done.stdout


def test_its_failure_reads_as_it_is_printed(tmp_path: Path) -> None:
    (tmp_path / "lan.expect").write_text(block("# lan.expect") + "\n")
    write(tmp_path / "lan.pcap", syns([1460] * 11 + [8960]))
    done = judge(tmp_path, "lan.expect")
    assert done.returncode == 1
    printed = block("failed  ").splitlines()
    said = done.stdout.splitlines()
    assert said[0] == printed[0]
    assert said[: len(printed)] == printed


def visit(status: bytes = b"200 OK") -> list[Packet]:
    """A handshake, a request and its answer, and a ping with its own."""
    ask = b"GET / HTTP/1.1\r\nHost: o1\r\n\r\n"
    answer = b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n"
    there, back = (CLIENT, SERVER), (SERVER, CLIENT)
    return [
        Packet(0.00, *there, tcp(50001, 80, SYN, 1)),
        Packet(0.01, *back, tcp(80, 50001, SYN | ACK, 5, 2)),
        Packet(0.02, *there, tcp(50001, 80, ACK, 2, 6)),
        Packet(0.03, *there, tcp(50001, 80, PSH | ACK, 2, 6, ask)),
        Packet(0.04, *back, tcp(80, 50001, PSH | ACK, 6, 2 + len(ask), answer)),
        Packet(0.05, *there, echo(8, 7, 1)),
        Packet(0.06, *back, echo(0, 7, 1)),
    ]


@pytest.mark.parametrize(
    ("lacking", "status", "broken"),
    [
        (None, b"200 OK", []),
        (1, b"200 OK", ["every SYN is answered", "each handshake takes"]),
        (4, b"200 OK", ["every request has its answer", "99 of 100 segments"]),
        (None, b"404 Not Found", ["every request has its answer"]),
        (6, b"200 OK", ["each ping is answered"]),
    ],
)
def test_the_whole_file(
    tmp_path: Path, lacking: "int | None", status: bytes, broken: list[str]
) -> None:
    (tmp_path / "web.expect").write_text(block("# web.expect") + "\n")
    packets = [p for n, p in enumerate(visit(status)) if n != lacking]
    write(tmp_path / "lan.pcap", packets)
    said = judge(tmp_path, "web.expect").stdout
    failed = re.findall(r"^failed +(.*?):", said, re.M)
    assert [name for name, words in zip(failed, broken) if not name.startswith(words)] == []
    assert len(failed) == len(broken), said


def router() -> tuple[list[Packet], list[Packet]]:
    inside = syns([1460] * 2)
    inside.append(Packet(0.5, CLIENT, SERVER, tcp(50001, 80, RST | ACK, 2, 2)))
    return inside, [
        Packet(p.at + 0.001, p.source, p.destination, p.what, p.ttl - 1, p.id) for p in inside
    ]


def two_taps(folder: Path) -> None:
    rules = [b for b in blocks() if b.startswith(("tap inside", '"after the reset'))]
    text = "\n\n".join(rules).replace("outside.pcapng.zst", "outside.pcap")
    (folder / "router.expect").write_text(text + "\n")


def test_two_taps_and_a_window(tmp_path: Path) -> None:
    inside, outside = router()
    two_taps(tmp_path)
    write(tmp_path / "inside.pcap", inside)
    write(tmp_path / "outside.pcap", outside)
    done = judge(tmp_path, "router.expect")
    assert done.returncode == 0, done.stdout
    assert "2 expectations: 2 passed" in done.stdout


def test_two_taps_and_a_window_notice(tmp_path: Path) -> None:
    inside, outside = router()
    two_taps(tmp_path)
    write(tmp_path / "inside.pcap", [*inside, Packet(0.6, CLIENT, SERVER, tcp(50001, 80, ACK, 2))])
    later = Packet(2.0, SERVER, CLIENT, tcp(80, 50001, ACK))
    write(tmp_path / "outside.pcap", [*outside, later])
    done = judge(tmp_path, "router.expect")
    assert done.returncode == 1 and "2 failed" in done.stdout


def test_a_word_that_is_none_has_a_caret(tmp_path: Path) -> None:
    (tmp_path / "lan.expect").write_text(block("# lan.expect").replace("mss_val", "mss_vla"))
    done = judge(tmp_path, "--check", "lan.expect")
    assert done.returncode == 2
    assert "^~~" in done.stderr and "tcp.options.mss_val" in done.stderr
