# SPDX-License-Identifier: BSD-2-Clause
"""waylay-wire against arithmetic: what it did to frames, by the stamps at both ends.

Draws follow from the seed, so that all but the wire's lateness is the same every time.
What the machine adds, the wire measures itself; where that is more than the tolerance of
a test, the machine was too busy to decide it, and the test says so and is skipped.
"""
from __future__ import annotations

import math
import statistics
import time
from pathlib import Path
from typing import Any, Iterator

import pytest

from waylay import programs
from waylay.wait import wait_for
from wire_net import WireNet, numbered, read_pcap

US, MS = 1000, 1_000_000


@pytest.fixture
def net(privileged: None, tmp_path: Path) -> Iterator[WireNet]:
    del privileged
    if programs.find("waylay-wire") is None:
        pytest.skip("not built: waylay-wire (is WAYLAY_BINDIR set?)")
    made = WireNet(tmp_path)
    yield made
    made.close()


def carried(
    net: WireNet, there: dict[str, Any], count: int, size: int = 60, every: float = 0, **keys: Any
) -> tuple[dict[int, int], dict[int, int], dict[str, Any]]:
    """Send numbered frames from a to b; their stamps at both ends, and what the wire says."""
    net.start([net.link("tap", **{"from": {"a": there}})], **keys)
    with net.port("a") as sender, net.port("b") as receiver:
        for number in range(1, count + 1):
            sender.send(number.to_bytes(4, "big"), size)
            if every:
                time.sleep(every)
        receiver.numbers()
    said = net.stop()
    here, over = (numbered(read_pcap(net.folder / f"a-b@{node}.pcap")) for node in ("a", "b"))
    assert set(here) == set(range(1, count + 1))
    return here, over, said["links"]["a-b"]["a"]


def decidable(said: dict[str, Any], quantile: str, tolerance: float) -> None:
    """Skip where the wire's own measured error exceeds what the test tolerates."""
    late = said["lateness"][quantile]
    if late > tolerance:
        pytest.skip(
            f"the machine is too busy: frames were {late / US:.0f} us late ({quantile}), "
            f"more than the {tolerance / US:.0f} us that can be told apart"
        )


def test_delay(net: WireNet) -> None:
    """The median delay is the configured one, at most 200 us late, and as late as is said."""
    delay, tolerance = 20 * MS, 200 * US
    here, over, said = carried(net, {"delay": "20ms"}, 500, every=0.002)
    delays = [over[n] - here[n] - delay for n in over]
    assert len(delays) == 500 and min(delays) >= 0
    decidable(said, "p50", tolerance)
    median = statistics.median_low(delays)  # one of them, as the quantile is
    assert median <= tolerance
    assert median <= said["lateness"]["p50"] <= median * 1.04 + US
    assert said["lateness"]["max"] == max(delays)


def test_jitter(net: WireNet) -> None:
    """Kolmogorov-Smirnov: 2000 delays are normal (mean 60 ms, deviation 10 ms) at 0.1 %."""
    base, deviation, count, tolerance = 60 * MS, 10 * MS, 2000, 500 * US
    jitter = {"distribution": "normal", "deviation": "10ms", "reorder": True}
    here, over, said = carried(net, {"delay": "60ms", "jitter": jitter}, count)
    decidable(said, "p99", tolerance)
    found = sorted((over[n] - here[n] - base) / deviation for n in over)
    assert len(found) == count
    distance = 0.0
    for i, value in enumerate(found):
        p = 0.5 * math.erfc(-value / math.sqrt(2))
        distance = max(distance, p - i / count, (i + 1) / count - p)
    # 1.95 / sqrt(n) by chance; lateness moves the distribution, whose density is 0.4 at most
    assert distance <= 1.95 / math.sqrt(count) + 0.4 * tolerance / deviation


def test_loss(net: WireNet) -> None:
    """Of 5000 frames, 10 % are lost: within 3.3 standard deviations (99.9 %)."""
    here, over, said = carried(net, {"loss": "10%"}, 5000)
    lost = len(here) - len(over)
    assert abs(lost - 500) <= 3.3 * math.sqrt(5000 * 0.1 * 0.9)
    assert said["dropped_because"] == {"bernoulli": lost}


def test_loss_in_runs(net: WireNet) -> None:
    """Gilbert-Elliott: 1/11 of the time is bad, in runs of 10 frames on average."""
    model = {"gilbert-elliott": {"to_bad": "1%", "to_good": "10%"}}
    here, over, _ = carried(net, {"loss": model}, 20000)
    lost = sorted(set(here) - set(over))
    runs = sum(1 for n in lost if n - 1 not in here or n - 1 in over)
    # runs begin with a frame after a good one; their number is nearly binomial
    expected = 20000 / 110
    assert abs(runs - expected) <= 3.3 * math.sqrt(expected)
    assert abs(len(lost) / runs - 10) <= 3.3 * math.sqrt(90 / runs)


def waiting(net: WireNet) -> int:
    shown = net.do(do="show", link="a-b")["links"]["a-b"]["from"]["a"]
    return int(shown["counts"]["held"])


@pytest.mark.parametrize("rate", [100, 1000])
def test_rate(net: WireNet, rate: int) -> None:
    """Frames of 1500 bytes leave at the configured rate, within 0.5 %."""
    count, size = 10000, 1500
    net.start([net.link("tap", **{"from": {"a": {"rate": "1kbit"}}})])
    with net.port("a") as sender, net.port("b") as receiver:
        sender.send_numbers(count, size)
        wait_for("all to wait in the queue", 30, lambda: waiting(net) == count)
        net.do(do="set", link="a-b", to={"rate": f"{rate}Mbit"})
        receiver.numbers()
    said = net.stop()["links"]["a-b"]["a"]
    over = numbered(read_pcap(net.folder / "a-b@b.pcap"))
    assert len(over) == count
    span = over[count] - over[1]
    decidable(said, "p99", span * 0.002)
    achieved = (count - 1) * size * 8 / span * 1e9
    assert abs(achieved / (rate * 1e6) - 1) <= 0.005
    assert abs(said["rate"]["achieved"] / achieved - 1) <= 0.001
    assert said["rate"]["configured"] == rate * 1e6


def test_a_burst_and_then_the_rate(net: WireNet) -> None:
    """150 kB leave at once; what follows takes its time."""
    _, over, said = carried(net, {"rate": "12Mbit", "burst": "150kB"}, 300, 1500)
    decidable(said, "p99", 5 * MS)
    stamps = sorted(over.values())
    assert stamps[-1] - stamps[0] >= (300 - 100 - 1) * MS  # a frame a millisecond
    assert stamps[90] - stamps[0] < 90 * MS / 2


def test_a_trace(net: WireNet) -> None:
    """Two opportunities every 4 ms carry two full packets each time."""
    trace = net.folder / "trace"
    trace.write_text("4\n4\n")
    _, over, said = carried(net, {"trace": str(trace)}, 200, 1514)
    decidable(said, "p99", MS)
    stamps = [over[n] for n in range(1, 201)]
    assert stamps == sorted(stamps)
    gaps = [stamps[i + 2] - stamps[i] for i in range(0, 196, 2)]
    assert abs(statistics.median(gaps) - 4 * MS) <= 200 * US


def test_the_same_seed_drops_the_same(net: WireNet) -> None:
    there = {"loss": "5%", "jitter": {"distribution": "uniform", "deviation": "1ms"}}

    def survivors(seed: int) -> set[int]:
        return set(carried(net, there, 2000, seed=seed)[1])

    first = survivors(5)
    assert survivors(5) == first
    assert survivors(6) != first
