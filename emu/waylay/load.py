# SPDX-License-Identifier: BSD-2-Clause
"""A bounded load by curl: so many requests, so many at once, each as one ends.

One curl process performs it (--parallel), in one thread: what it measures is its
own clock's, from the moment it begins a transfer. Everything here is pure: the
command line and its configuration, and what follows from the lines that it
writes, one JSON object a transfer.
"""
from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, Iterator, Optional, Sequence

DEFAULT_SECONDS = 60.0
DEFAULT_CONCURRENCY = 8
QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
KINDS_SHOWN = 5  # of failures, in words

Json = dict[str, Any]


def command(item: Json, configuration: Path) -> list[str]:
    """The command line; what is fetched stands in the configuration."""
    at_once = str(item.get("concurrency", DEFAULT_CONCURRENCY))
    return ["curl", "-q", "--parallel", "--parallel-max", at_once, "--config", str(configuration)]


def configuration(item: Json) -> str:
    """curl's configuration: options of all transfers, and a URL for each in turn."""
    seconds = item.get("within", DEFAULT_SECONDS)
    lines = ["silent", "globoff", "ipv4", "http1.1", 'noproxy = "*"', f"max-time = {seconds:g}"]
    lines += ['write-out = "%{json}\\n"']
    headers = dict(item.get("headers", {}))
    if item.get("connections") == "fresh":
        headers["Connection"] = "close"
    lines += [f"header = {_quoted(f'{name}: {value}')}" for name, value in headers.items()]
    urls: Sequence[str] = item["urls"]
    for number in range(item["requests"]):
        url = urls[number % len(urls)].replace("{n}", str(number + 1))
        lines += [f"url = {_quoted(url)}", 'output = "/dev/null"']
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def transfers(output: str) -> Iterator[Json]:
    """What curl wrote of each transfer; a line cut short by a kill is left out."""
    for line in output.splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict):
            yield told


def summary(item: Json, output: str, elapsed: int) -> Json:
    """What a load came to, as it stands in results.json; times in nanoseconds."""
    done = list(transfers(output))
    good = item.get("expect", {}).get("statuses", [200])
    statuses: dict[str, int] = {}
    errors: dict[str, int] = {}
    times: list[int] = []
    failures = item["requests"] - len(done)
    for one in done:
        if one.get("exitcode", 0) != 0:
            words = f"curl {one['exitcode']}: {_kind(str(one.get('errormsg') or 'failed'))}"
            errors[words] = errors.get(words, 0) + 1
            failures += 1
            continue
        status = str(one.get("http_code", 0))
        statuses[status] = statuses.get(status, 0) + 1
        failures += int(status) not in good
        times.append(round(float(one.get("time_total", 0)) * 1e9))
    return {
        "requests": item["requests"],
        "ended": len(done),
        "failures": failures,
        "statuses": dict(sorted(statuses.items())),
        "errors": errors,
        "bytes": sum(int(one.get("size_download", 0)) for one in done),
        "connections": sum(int(one.get("num_connects", 0)) for one in done),
        "elapsed": elapsed,
        "rate": len(times) / (elapsed / 1e9) if elapsed else 0.0,
        "latency": latency(times),
    }


def _kind(message: str) -> str:
    """A complaint without its own time, so that equal ones are counted together."""
    return re.sub(r" after \d+ ms| after \d+ milliseconds", "", message)


def latency(times: Sequence[int]) -> Optional[Json]:
    """Quantiles (the smallest time that so many do not exceed) and the mean."""
    if not times:
        return None
    ordered = sorted(times)
    found = {
        name: ordered[max(math.ceil(share * len(ordered)) - 1, 0)]
        for name, share in QUANTILES.items()
    }
    return {**found, "mean": round(sum(ordered) / len(ordered))}


def describe(told: Json) -> str:
    """One line for people."""
    words = f"{told['requests']} requests, {told['failures']} failed, {told['rate']:.0f}/s"
    if told["latency"] is not None:
        shown = (f"{name} {told['latency'][name] / 1e6:.1f} ms" for name in ("p50", "p99"))
        words += ", " + ", ".join(shown)
    return words


def judge(item: Json, told: Json) -> Optional[str]:
    """What is wrong with a load, in words; None if nothing is."""
    allowed = item.get("expect", {}).get("failures", 0)
    if told["failures"] <= allowed:
        return None
    reasons = {f"status {status}": count for status, count in told["statuses"].items()}
    good = [f"status {one}" for one in item.get("expect", {}).get("statuses", [200])]
    reasons = {**{k: v for k, v in reasons.items() if k not in good}, **told["errors"]}
    if told["ended"] < told["requests"]:
        reasons["did not end"] = told["requests"] - told["ended"]
    shown = [f"{count} {reason}" for reason, count in list(reasons.items())[:KINDS_SHOWN]]
    return (
        f"expected at most {allowed} of {told['requests']} requests to fail, "
        f"{told['failures']} did: {'; '.join(shown)}"
    )
