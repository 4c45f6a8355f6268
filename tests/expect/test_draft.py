# SPDX-License-Identifier: BSD-2-Clause
"""waylay-draft: what it writes can be read, passes where it came from, and is of names."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path

from made import ACK, CLIENT, PSH, SERVER, SYN, Packet, tcp

from conftest import PROGRAM, Run

NODES = {"c": CLIENT, "s": SERVER, "x": "10.9.9.9"}
REQUEST = b"GET / HTTP/1.1\r\nHost: s\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def fetch(window: int = 100, status: bytes = b"200") -> tuple[list[Packet], list[Packet]]:
    """A fetch on both sides of the router r."""
    response = RESPONSE.replace(b"200", status)
    up = [
        Packet(0.0, CLIENT, SERVER, tcp(50001, 80, SYN, window)),
        Packet(0.02, CLIENT, SERVER, tcp(50001, 80, ACK, window + 1, 1001)),
        Packet(0.03, CLIENT, SERVER, tcp(50001, 80, ACK | PSH, window + 1, 1001, REQUEST)),
    ]
    asked = window + 1 + len(REQUEST)
    down = [
        Packet(0.01, SERVER, CLIENT, tcp(80, 50001, SYN | ACK, 1000, window + 1), ttl=64),
        Packet(0.04, SERVER, CLIENT, tcp(80, 50001, ACK | PSH, 1001, asked, response), ttl=64),
    ]
    near = [*up, *(Packet(p.at + 0.002, p.source, p.destination, p.what, ttl=63) for p in down)]
    far = [*(Packet(p.at + 0.002, p.source, p.destination, p.what, ttl=63) for p in up), *down]
    order = [sorted(side, key=lambda p: p.at) for side in (near, far)]
    return order[0], order[1]


def made(run: Run, packets: tuple[list[Packet], list[Packet]], to: Path) -> Path:
    folder = run(NODES, {"begin": 0.0}, {}, {"c-r": packets[0], "r-s": packets[1]})
    bindings = json.loads((folder / "bindings.json").read_text())
    bindings["nodes"]["r"] = {"role": "router", "addresses": {}}
    bindings["services"]["web"] = {"port": 80, "node": "s", "redirected": False}
    (folder / "bindings.json").write_text(json.dumps(bindings))
    folder.rename(to)
    return to


def draft(*folders: Path) -> str:
    argv = [str(PROGRAM.with_name("waylay-draft")), *map(str, folders)]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def judge(text: str, folder: Path, scratch: Path) -> int:
    file = scratch / "draft.expect"
    file.write_text(text)
    assert subprocess.run([PROGRAM, "--check", file], timeout=60).returncode == 0
    return subprocess.run([PROGRAM, file, folder], timeout=60).returncode


def test_passes_where_it_came_from(run: Run, tmp_path: Path) -> None:
    folder = made(run, fetch(), tmp_path / "one")
    assert judge(draft(folder), folder, tmp_path) == 0


def test_says_what_the_router_did_in_names(run: Run, tmp_path: Path) -> None:
    text = draft(made(run, fetch(), tmp_path / "one"))
    assert "src host $c and dst host $s and tcp dst port $web.port and $is_syn" in text
    assert "becomes on r-s" in text and "ip.ttl == was.ip.ttl - 1" in text
    assert "exactly 1 packet on c-r where any http.response.code == 200" in text
    assert '"no address of x on c-r"' in text
    assert "10.0." not in text.split("let $is_syn")[1]


def test_leaves_out_what_differs_between_runs(run: Run, tmp_path: Path) -> None:
    one = made(run, fetch(), tmp_path / "one")
    other = made(run, fetch(777, b"404"), tmp_path / "other")
    text = draft(one, other)
    assert "http.response.code ==" not in text
    assert judge(text, one, tmp_path) == judge(text, other, tmp_path) == 0


def test_notices_another_router(run: Run, tmp_path: Path) -> None:
    text = draft(made(run, fetch(), tmp_path / "one"))
    near, far = fetch()
    far[0] = Packet(far[0].at, CLIENT, SERVER, far[0].what, ttl=62)
    assert judge(text, made(run, (near, far), tmp_path / "other"), tmp_path) == 1


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    argv = [str(PROGRAM.with_name("waylay-draft")), str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 2 and "bindings.json" in done.stderr
