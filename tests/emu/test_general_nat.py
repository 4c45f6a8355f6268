# SPDX-License-Identifier: BSD-2-Clause
"""analysis/examples/general.expect, over a real router that translates addresses.

    inside 10.0.1.2 --- 10.0.1.1 nat 198.51.100.1 --- 198.51.100.7 outside (nginx)

The way to the outside is narrow (1400 bytes), and the router clamps segment sizes to it. Then
the same network with one thing wrong at a time: not clamped, not translated.
"""
from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Iterator

import pytest

import harness
from waylay import programs
from waylay.wait import wait_for

pytestmark = pytest.mark.usefixtures("privileged")

RULES = harness.TOP / "analysis" / "examples" / "general.expect"
GUARD = 20.0
SERVER = "198.51.100.7"
NAMES = {node: f"way-nat-{os.getpid()}-{node}" for node in ("in", "nat", "out")}
NETWORK = f"""
link add eth0 netns {NAMES["in"]} type veth peer name in netns {NAMES["nat"]}
link add eth0 netns {NAMES["out"]} mtu 1400 type veth peer name out netns {NAMES["nat"]} mtu 1400
-n {NAMES["in"]} addr add 10.0.1.2/24 dev eth0
-n {NAMES["nat"]} addr add 10.0.1.1/24 dev in
-n {NAMES["nat"]} addr add 198.51.100.1/24 dev out
-n {NAMES["out"]} addr add {SERVER}/24 dev eth0
-n {NAMES["in"]} link set eth0 up
-n {NAMES["nat"]} link set in up
-n {NAMES["nat"]} link set out up
-n {NAMES["out"]} link set eth0 up
-n {NAMES["in"]} route add default via 10.0.1.1
-n {NAMES["out"]} route add 10.0.1.0/24 via 198.51.100.1
"""
TRANSLATE = "-t nat -A POSTROUTING -o out -j MASQUERADE"
CLAMP = (
    "-t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
    "-t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN,ACK -j TCPMSS --clamp-mss-to-pmtu",
)
NGINX = """
daemon off; pid {folder}/pid; error_log stderr; events {{}}
http {{ access_log off; server {{ listen {address}:80; root {folder}; }} }}
"""


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done.stdout


def inside(node: str, *words: str) -> list[str]:
    return ["ip", "netns", "exec", NAMES[node], *words]


@pytest.fixture
def network() -> Iterator[None]:
    lacking = [n for n in ("iptables-legacy", "nginx", "tcpdump", "curl") if not shutil.which(n)]
    if lacking or programs.find("waylay-assert") is None:
        pytest.skip(f"lacks {', '.join(lacking) or 'waylay-assert'}")
    try:
        for name in NAMES.values():
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        for line in NETWORK.strip().splitlines():
            run("ip", *line.split())
        for node, devices in {"in": ["eth0"], "nat": ["in", "out"], "out": ["eth0"]}.items():
            for device in devices:  # checksums are whole, and packets as long as on a wire
                run(*inside(node, *f"ethtool -K {device} tx off tso off gso off gro off".split()))
        run(*inside("nat", "sysctl", "-qw", "net.ipv4.ip_forward=1"))
        yield
    finally:
        for name in NAMES.values():
            subprocess.run(["ip", "netns", "del", name], capture_output=True)


class Started:
    """Programs that run until the end of a with."""

    def __init__(self) -> None:
        self.all: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Started":
        return self

    def start(self, ready: str, log: Path, *words: str) -> None:
        """Start it, and wait until its log says so."""
        with log.open("wb") as out:
            self.all.append(subprocess.Popen(words, stdout=out, stderr=out))
        wait_for(f"{words[4]} to begin", GUARD, lambda: re.search(ready, log.read_text()))

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.all):
            process.terminate()
            process.wait(GUARD)


def traffic(folder: Path) -> dict[str, Path]:
    """Fetches, refusals, resets, pings; returns what both sides saw of them."""
    (folder / "object").write_bytes(os.urandom(300_000))
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, address=SERVER))
    taps = {tap: folder / f"{tap}.pcap" for tap in ("inside", "outside")}
    with Started() as programs_:
        for tap, device in (("inside", "in"), ("outside", "out")):
            words = inside(
                "nat", *f"tcpdump -Z root --immediate-mode -U -B 16384 -s 0 -i {device} -w".split()
            )
            programs_.start("listening on", folder / f"{tap}.log", *words, str(taps[tap]))
        server = inside("out", "nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"))
        programs_.start("", folder / "nginx.log", *server)
        fetch = inside("in", "curl", "-sS", "--connect-timeout", "10", "-o", "/dev/null")
        listening = inside("out", "ss", "-Hltn", "sport = :80")
        wait_for("nginx to listen", GUARD, lambda: run(*listening))
        for url in ("object", "missing"):
            run(
                *fetch,
                "--parallel",
                "--parallel-immediate",
                *[f"http://{SERVER}/{url}?{n}" for n in range(4)],
            )
        refused = subprocess.run([*fetch, f"http://{SERVER}:81/"], capture_output=True)
        assert refused.returncode == 7
        # It hangs up in the middle: a reset.
        subprocess.run([*fetch, "--max-filesize", "1000", f"http://{SERVER}/object"])
        subprocess.run(inside("in", "ping", "-q", "-c", "1", "-t", "1", "-W", "1", SERVER))
        run(*inside("in", "ping", "-q", "-c", "2", "-i", "0.2", SERVER))
        for file in taps.values():  # each has the last packet
            wait_for("the captures", GUARD, lambda: replies(file) == 2)
    return taps


def replies(capture: Path) -> int:
    return len(run("tcpdump", "-nr", str(capture), "icmp[0] = 0").splitlines())


def failed(folder: Path, taps: dict[str, Path]) -> list[str]:
    rules = folder / "mine.expect"
    rules.write_text(RULES.read_text().replace("let $mss     = 1460", "let $mss     = 1360"))
    program = programs.find("waylay-assert")
    argv = [str(program), "--format", "tap", str(rules)]
    for tap, file in taps.items():
        argv += ["--tap", f"{tap}={file}"]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    told = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
    return [line.split(" - ", 1)[1] for line in told]


def test_a_router_that_translates(network: None, tmp_path: Path) -> None:
    for rule in (TRANSLATE, *CLAMP):
        run(*inside("nat", "iptables-legacy", *rule.split()))
    assert failed(tmp_path, traffic(tmp_path)) == []


@pytest.mark.parametrize(
    "rules, words",
    [
        ((TRANSLATE,), "the segment size is clamped to what the path bears"),
        (CLAMP, "no private address leaks outside"),
    ],
)
def test_one_thing_is_wrong(
    network: None, tmp_path: Path, rules: tuple[str, ...], words: str
) -> None:
    for rule in rules:
        run(*inside("nat", "iptables-legacy", *rule.split()))
    (told,) = failed(tmp_path, traffic(tmp_path))
    assert told.startswith(words)
