# SPDX-License-Identifier: BSD-2-Clause
"""waylay-assert --mutate: who notices a packet that was spoilt, and what nobody notices."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from made import ACK, CLIENT, SERVER, SYN, Packet, tcp, write

from conftest import PROGRAM

RULES = """
"the router takes one from the TTL":
  each "tcp" on inside becomes on outside with ip.ttl == was.ip.ttl - 1 within 100ms
"one SYN":
  exactly 1 "tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn" on inside
"headers are whole":
  each "ip" on inside with ip.checksum.valid == true
"""


def spoil(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The rules above, over a handshake on both sides of a router."""
    up = [
        Packet(0.0, CLIENT, SERVER, tcp(50001, 80, SYN, 100)),
        Packet(0.01, CLIENT, SERVER, tcp(50001, 80, ACK, 101, 1001)),
        Packet(0.02, CLIENT, SERVER, tcp(50001, 80, ACK, 101, 1001, b"GET / HTTP/1.0\r\n\r\n")),
    ]
    across = [Packet(p.at + 0.001, p.source, p.destination, p.what, ttl=p.ttl - 1) for p in up]
    (folder / "rules.expect").write_text(RULES)
    argv = [str(PROGRAM), *arguments, str(folder / "rules.expect")]
    for name, packets in {"inside": up, "outside": across}.items():
        argv += ["--tap", f"{name}={write(folder / f'{name}.pcap', packets)}"]
    return subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    done = spoil(folder, "--mutate", "2000", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def noticed(found: dict[str, Any], words: str) -> dict[str, int]:
    kinds: dict[str, int] = next(e["noticed"] for e in found["expectations"] if e["name"] == words)
    return kinds


def test_the_rule_of_ttl_notices_it_on_both_sides(tmp_path: Path) -> None:
    kinds = noticed(report(tmp_path), "the router takes one from the TTL")
    assert kinds["edit ip.ttl"] == 6
    assert kinds["drop"] == 3  # outside: what is not there inside needs no copy
    assert kinds["delay"] == 6


def test_counts_notice_flags(tmp_path: Path) -> None:
    kinds = noticed(report(tmp_path), "one SYN")
    assert kinds["edit tcp.flags.syn"] >= 1
    assert kinds["drop"] == kinds["duplicate"] == 1


def test_checksums_stay_right_when_others_are_edited(tmp_path: Path) -> None:
    kinds = noticed(report(tmp_path), "headers are whole")
    assert kinds["edit ip.checksum"] == 3
    assert not {"edit ip.ttl", "edit ip.id", "edit ip.dst", "edit tcp.seq_raw"} & kinds.keys()


def test_what_nobody_notices_is_named(tmp_path: Path) -> None:
    done = spoil(tmp_path, "--mutate", "500")
    assert "noticed by nobody" in done.stdout
    assert "tcp.window_size_value changed from " in done.stdout.split("nobody noticed\n")[1]
    assert "in inside.pcap frame 1: 10.0.1.2 > 10.0.3.2 TCP 50001 > 80 [S]" in done.stdout


def test_the_same_seed_makes_the_same_mutations(tmp_path: Path) -> None:
    first, again = (spoil(tmp_path, "--mutate", "60", "--seed", "7").stdout for _ in range(2))
    assert first == again != spoil(tmp_path, "--mutate", "60", "--seed", "8").stdout


def test_nothing_good_to_spoil(tmp_path: Path) -> None:
    (tmp_path / "bad.expect").write_text('"none": no "ip" on inside\n')
    capture = write(tmp_path / "x.pcap", [Packet(0.0, CLIENT, SERVER, tcp(1, 2, SYN, 1))])
    argv = [
        str(PROGRAM),
        "--mutate",
        "5",
        str(tmp_path / "bad.expect"),
        "--tap",
        f"inside={capture}",
    ]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 2 and "expected a good run" in done.stderr
