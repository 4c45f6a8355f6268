# SPDX-License-Identifier: BSD-2-Clause
"""waylay-draft: what it writes can be read, passes where it came from, and is of names."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from made import ACK, CLIENT, PSH, SERVER, SYN, Packet, tcp, write

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
    assert 'let $c_to_s_web = "src host $c and dst host $s and tcp dst port $web.port"' in text
    assert 'exactly 1 "$c_to_s_web and $is_syn" on c-r' in text
    assert "becomes on r-s with ip.ttl == was.ip.ttl - 1" in text
    assert "exactly 1 packets on c-r where any http.response.code == 200" in text
    assert "no packet on c-r with any ip.addr == $x or any options.addresses == $x" in text
    assert "10.0." not in text.split("let $is_syn")[1]


def test_says_nothing_twice(run: Run, tmp_path: Path) -> None:
    text = draft(made(run, fetch(), tmp_path / "one"))
    rules = [line.strip() for line in text.splitlines() if not line.startswith("#")]
    assert text.count("tcp.checksum.valid") == 1  # of all TCP packets on all taps, once
    assert (
        '$is_syn" on r-s with' not in text
        and 'exactly 1 "$c_to_s_web and $is_syn" on r' not in text
    )
    assert len(rules) < 80


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


def draft_captures(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [str(PROGRAM.with_name("waylay-draft")), *arguments]
    return subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60, cwd=folder)


def test_captures_without_a_run(tmp_path: Path) -> None:
    near, far = fetch()
    write(tmp_path / "near.pcap", near)
    write(tmp_path / "far side.pcap", far)
    done = draft_captures(tmp_path, "near.pcap", "far side.pcap")
    assert done.returncode == 0, done.stderr
    assert 'tap near = "near.pcap"\ntap far_side = "far side.pcap"' in done.stdout
    assert f"let $h1 = {CLIENT}\nlet $h2 = {SERVER}\n" in done.stdout
    assert 'let $h1_to_h2_80 = "src host $h1 and dst host $h2 and tcp dst port 80"' in done.stdout
    assert "becomes on far_side with ip.ttl == was.ip.ttl - 1" in done.stdout
    file = tmp_path / "draft.expect"
    file.write_text(done.stdout)
    assert subprocess.run([PROGRAM, file], timeout=60, stdout=subprocess.DEVNULL).returncode == 0
    write(tmp_path / "far side.pcap", [p.but(ttl=p.ttl - 1) for p in far])
    assert subprocess.run([PROGRAM, file], timeout=60, stdout=subprocess.DEVNULL).returncode == 1


def test_a_draft_elsewhere_finds_its_captures(tmp_path: Path) -> None:
    (tmp_path / "drafts").mkdir()
    write(tmp_path / "near.pcap", fetch()[0])
    done = draft_captures(tmp_path, "--output", "drafts/one.expect", "near.pcap")
    assert done.returncode == 0, done.stderr
    argv = [str(PROGRAM), str(tmp_path / "drafts" / "one.expect")]
    assert subprocess.run(argv, timeout=60, stdout=subprocess.DEVNULL).returncode == 0


def test_of_many_hosts_what_says_most(tmp_path: Path) -> None:
    packets = [
        Packet(n / 100, f"10.1.{n % 5}.{n % 40 + 1}", SERVER, tcp(2000 + n, 80, SYN, n), id=n)
        for n in range(400)
    ]
    write(tmp_path / "many.pcap", packets)
    done = draft_captures(tmp_path, "many.pcap")
    lines = done.stdout.splitlines()
    assert 20 < len(lines) < 210 and "rules more hold" in done.stdout, done
    assert any(line.startswith('  each "tcp" on many with ip.ttl == 64') for line in lines), done
    assert len(draft_captures(tmp_path, "--all", "many.pcap").stdout.splitlines()) > 210


def test_two_names_that_come_to_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("x.pcap", "a/x.pcap", "-.pcap"):
        write(tmp_path / name, fetch()[0])
    done = draft_captures(tmp_path, "x.pcap", "a/x.pcap", "./-.pcap")
    assert 'tap x = "x.pcap"\ntap x2 = "a/x.pcap"\ntap tap = "./-.pcap"' in done.stdout, done


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["-"], "standard input cannot be read twice"),
        (["nowhere.pcap"], "No such file"),
        (["near.pcap", "."], "expected runs or captures, found both"),
        (["cut.pcap"], "cut short inside its header"),
        (["empty.pcap"], "nothing holds that could be drafted"),
        (["x.pcap"] * 17, "expected at most 16"),
        (["--nonsense"], "see above"),
        ([], "expected a RUN_DIR or a CAPTURE"),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, list) else "",
)
def test_wrong_inputs(tmp_path: Path, arguments: list[str], says: str) -> None:
    whole = write(tmp_path / "near.pcap", fetch()[0]).read_bytes()
    (tmp_path / "cut.pcap").write_bytes(whole[:20])
    (tmp_path / "empty.pcap").write_bytes(whole[:24])
    done = draft_captures(tmp_path, *arguments)
    assert done.returncode == 2 and says in done.stderr and not done.stdout, done


def test_a_capture_that_is_cut_is_no_ground(tmp_path: Path) -> None:
    whole = write(tmp_path / "near.pcap", fetch()[0]).read_bytes()
    (tmp_path / "cut.pcap").write_bytes(whole[:-5])
    done = draft_captures(tmp_path, "cut.pcap")
    assert done.returncode == 2 and "whole and lossless" in done.stderr


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    argv = [str(PROGRAM.with_name("waylay-draft")), str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 2 and "bindings.json" in done.stderr
