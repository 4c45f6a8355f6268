# SPDX-License-Identifier: BSD-2-Clause
"""Files of expectations at their worst: large, deep, repeated. Each is judged, or refused, soon."""
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from made import CLIENT, SERVER, Packet, udp
from test_time import rule

from conftest import PROGRAM, Judge

HEAD = 'tap x = "x.pcap"\n"it": '
RULE = 'no "tcp" on x '
# How it is made, and what is said of it; "" for nothing.
FILES = {
    "many names": ("".join(f"let $a{n:x} = {n}\n" for n in range(50000)) + HEAD + RULE, ""),
    "many macros": (
        "".join(f"macro a{n:x}() = 1 == {n}\n" for n in range(30000)) + HEAD + RULE,
        "",
    ),
    "many rows": ("table t($a) = " + " ".join(f"({n})" for n in range(12000)) + HEAD + RULE, ""),
    "rows that are expectations": (
        "table t($a) = " + " ".join(f"({n})" for n in range(4000)) + HEAD.replace("it", "it $a")
        + 'for each $a in t: no "udp port $a" on x may be none', "",
    ),
    "a long list": (HEAD + RULE + f"with ip.id in {list(range(60000))}", ""),
    "a list that is used often": (
        f"let $l = {list(range(5000))}\n" + HEAD + (RULE + "with ip.id in $l ") * 100, "",
    ),
    "a text of dollars": ('"' + "$ " * 400000 + '": ' + RULE, "longer than 65536 bytes"),
    "a large token": (HEAD + RULE + f'with http.host contains "{"a" * 1000000}"', ""),
    "a large text in many messages": (
        f'macro f() = any http.host contains "{"a" * 900000}"\n'
        + HEAD + (RULE + "with f() ") * 3000,
        "",
    ),
    "parentheses": (HEAD + RULE + "with " + "(" * 100000 + "1 == 1" + ")" * 100000, ""),
    "deep": (HEAD + RULE + "with " + "not " * 200000 + "1 == 1", "more than 100 levels"),
    "many clauses": (HEAD + RULE + "where ip.id == 1 " * 50000, "more than 100000 expressions"),
    "many rules": (HEAD + RULE * 60000, "more than 32768 selections"),
    "many expectations": (
        "".join(f'"{n}": {RULE}' for n in range(30000)),
        "more than 4096 expectations",
    ),
    "many mistakes": (
        "".join(f'"{n}": no "tcp" on y{n} ' for n in range(4000)),
        "more than 256 taps",
    ),
    "macros that double": (
        "".join(f"macro m{n}() = m{n + 1}() and m{n + 1}()\n" for n in range(31))
        + "macro m31() = 1 == 1\n" + HEAD + RULE + "with m0()", "more than 100000 expressions",
    ),
    "a zero in a filter": (HEAD + r'no "tcp\x00 and nonsense" on x', "expected a libpcap filter"),
    "a zero in words": (r'"it\x00b": ' + RULE, "expected the rule in words"),
    "a zero in a path": (r'include "a\x00b"', "expected the path of a file"),
    "a long duration": (
        HEAD + 'first "tcp" on x as a no "tcp" on x after a + 2500000h',
        "at most 87600h",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_at_its_worst(tmp_path: Path, name: str) -> None:
    text, said = FILES[name]
    path = tmp_path / "x.expect"
    path.write_text(
        'tap x = "x.pcap"\n' + text if HEAD[:5] not in text and "tap" not in text else text
    )
    limited = ["prlimit", f"--as={2 * 10**9}", PROGRAM, "--check", path]
    done = subprocess.run(limited, capture_output=True, encoding="utf-8", timeout=60)
    if said:
        assert done.returncode == 2 and said in done.stderr, done.stderr[:500]
    else:
        assert done.returncode == 0, done.stderr[:500]
    assert len(done.stderr) < 100000


def test_a_list_longer_than_any_packet(judge: Judge) -> None:
    packets = [Packet(1, CLIENT, SERVER, udp(9, 9), id=n) for n in (0, 7, 59999)]
    text = f'each "udp" on x with ip.id in {list(range(60000))}'
    text += f' no "udp" on x with ip.id in {list(range(60000, 65000))}'
    assert judge(rule(text), x=packets).code == 0
    assert judge(rule(text), x=packets + [packets[0].but(id=60001)]).code == 1


def test_a_tolerance_may_have_a_name(judge: Judge) -> None:
    """5% is a share whoever says it, not 0.05 of a packet."""
    packets = [Packet(n, CLIENT, SERVER, udp(9, 9)) for n in range(98)]
    for tolerance in ("5%", "$t", "$t + 1", "1 + $t", "$u"):
        text = "let $t = 5%\nlet $u = $t\n" + rule(
            f'expect count("udp" on x) == 100 give or take {tolerance}'
        )
        assert judge(text, x=packets).code == 0, tolerance
        assert judge(text, x=packets[:90]).code == 1, tolerance
