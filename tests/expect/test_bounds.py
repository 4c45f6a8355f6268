# SPDX-License-Identifier: BSD-2-Clause
"""What is large: memory that is bounded and said, files and tables at their limits."""
from __future__ import annotations

import pytest
from made import CLIENT, SERVER, Packet, udp
from test_time import rule

from conftest import Judge


def many(count: int, size: int = 100) -> list[Packet]:
    return [
        Packet(n / 1e4, CLIENT, SERVER, udp(9, 1 + n % 5, b"x" * size), id=n % 2**16)
        for n in range(count)
    ]


@pytest.mark.parametrize(
    "text",
    [
        'first "udp" on x as a exactly 9999 "udp" on x after a',
        'each "udp" on x becomes on y within 1s',
        'expect distinct(ip.id of "udp" on x over 10s) == 10000,'
        ' max(ip.id of "udp" on x over 1h) < 10000',
        'each "udp" on x with running p50(ip.id of "udp" on x over 1h) < 5000',
    ],
)
def test_memory_is_bounded_and_may_be_more(judge: Judge, text: str) -> None:
    x = many(10000)
    taps = {"x": x, "y": [p.but(at=p.at + 0.9) for p in x]} if "on y" in text else {"x": x}
    judged = judge("keep at most 1MB\n" + rule(text), **taps)
    assert judged.code == 3, judged
    assert "keep at most" in judged.items[0]["detail"], judged
    assert judge("keep at most 100MB\n" + rule(text), **taps).code == 0
    assert judge(rule(text), **taps).code == 0


@pytest.mark.parametrize("size", ("1kB", "-1MB", "3s", '"1MB"', "[1MB]", "0.5"))
def test_what_is_no_size_is_refused(judge: Judge, size: str) -> None:
    judged = judge(f"keep at most {size}\n" + rule('no "udp" on x'), x=many(1))
    assert judged.code == 2 and "expected a size of at least 1MB" in judged.error, judged.error
