# SPDX-License-Identifier: BSD-2-Clause
"""One fetch by curl: how it is asked, what came back, whether that is right.

A body is verified by who knows it: waylay-origin's by `waylay-origin --verify`,
nginx's by the runner, which made it; and one fetch's against another's.
"""
from __future__ import annotations

import hashlib
import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional
from urllib.parse import unquote, urlsplit

from waylay import nginx, programs
from waylay.scenario import Scenario

DEFAULT_SECONDS = 20.0
CURL_REFUSED = 7
# What of curl's own report is kept; times are seconds since curl's start.
KEPT = (
    "http_code",
    "local_ip",
    "local_port",
    "remote_ip",
    "remote_port",
    "size_download",
    "time_connect",
    "time_starttransfer",
    "time_total",
)


@dataclass
class Fetched:
    """What a fetch brought."""

    url: str
    exit: int
    said: str  # curl's complaint, if any
    refused: bool  # by a reset or a port that is unreachable
    report: dict[str, Any]
    headers: dict[str, str]  # names in small letters
    body: Path
    digest: str
    size: int
    faults: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self.report.get("http_code", 0))

    def summary(self) -> dict[str, Any]:
        """As it stands in results.json."""
        return {
            "url": self.url,
            "exit": self.exit,
            "status": self.status,
            "size": self.size,
            "sha256": self.digest,
            "headers": self.headers,
            "curl": self.report,
        }

    def describe(self) -> str:
        """One line for people."""
        if self.refused:
            return "refused"
        if self.exit != 0:
            return self.said or f"curl ended with {self.exit}"
        total = 1000 * float(self.report.get("time_total", 0))
        words = f"{self.status}, {self.size} bytes in {total:.1f} ms"
        cache = self.headers.get("cache-status")
        return f"{words}, {cache}" if cache else words


def command(item: dict[str, Any], scratch: Path, tag: str) -> list[str]:
    """The command line of a fetch; its body and head go to files named by `tag`."""
    argv = [
        "curl",
        "-q",
        "--silent",
        "--show-error",
        "--verbose",
        "--noproxy",
        "*",
        "--ipv4",
        "--http1.1",
    ]
    argv += ["--max-time", f"{item.get('within', DEFAULT_SECONDS):g}"]
    argv += [
        "--output",
        str(scratch / f"{tag}.body"),
        "--dump-header",
        str(scratch / f"{tag}.head"),
    ]
    argv += ["--write-out", "%{json}"]
    if item.get("method") == "HEAD":
        argv += ["--head"]
    elif "method" in item:
        argv += ["--request", item["method"]]
    for name, value in item.get("headers", {}).items():
        argv += ["--header", f"{name}: {value}"]
    return argv + [item["url"]]


def collect(
    item: dict[str, Any], scratch: Path, tag: str, done: subprocess.CompletedProcess[str]
) -> Fetched:
    """Gather what curl left."""
    body = scratch / f"{tag}.body"
    # Of a HEAD, curl takes the head itself for what there is to save.
    bodiless = item.get("method") == "HEAD" or not body.exists()
    content = b"" if bodiless else body.read_bytes()
    head = scratch / f"{tag}.head"
    try:
        said = json.loads(done.stdout or "{}")
    except ValueError:
        said = {}
    return Fetched(
        url=item["url"],
        exit=done.returncode,
        said=_complaint(done.stderr),
        refused=done.returncode == CURL_REFUSED and "Connection refused" in done.stderr,
        report={key: said[key] for key in KEPT if key in said},
        headers=_headers(head.read_text(errors="replace") if head.exists() else ""),
        body=body,
        digest=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )


def _complaint(verbose: str) -> str:
    """Why curl gave up: its own last words, with what connecting said before."""
    lines = [line.strip("* ") for line in verbose.splitlines()]
    causes = [line for line in lines if line.startswith("connect to ")]
    return "; ".join(causes[-1:] + [line for line in lines if line.startswith("curl: (")])


def _headers(head: str) -> dict[str, str]:
    """Fields of the last head in curl's dump; repeated ones joined by commas."""
    last = [part for part in head.replace("\r\n", "\n").split("\n\n") if part.strip()]
    fields: dict[str, str] = {}
    for line in (last[-1] if last else "").splitlines()[1:]:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        fields[key] = f"{fields[key]}, {value.strip()}" if key in fields else value.strip()
    return fields


def judge(
    item: dict[str, Any], got: Fetched, earlier: dict[str, Fetched], scenario: Scenario
) -> list[str]:
    """What is wrong with a fetch, in words; an empty list if nothing is."""
    expect = item.get("expect", {})
    if expect.get("refused"):
        return [] if got.refused else [f"expected a refused connection, got: {got.describe()}"]
    wanted_exit = expect.get("curl_exit", 0)
    if got.exit not in (wanted_exit if isinstance(wanted_exit, list) else [wanted_exit]):
        return [f"expected curl to end with {wanted_exit}, it ended with {got.exit}: {got.said}"]
    if got.exit != 0:
        return []
    faults = []
    wanted = expect.get("status", 200)
    if got.status != wanted:
        faults.append(f"expected status {wanted}, got {got.status}")
    if "size" in expect and got.size != expect["size"]:
        faults.append(f"expected {expect['size']} bytes, got {got.size}")
    for name, pattern in expect.get("headers", {}).items():
        value = got.headers.get(name.lower())
        if value is None or not re.search(pattern, value):
            faults.append(f"expected {name} to match '{pattern}', got {value or 'no such field'}")
    other = expect.get("same_body_as")
    if other and other not in earlier:
        faults.append(f"{other}, whose body it is to have, has not fetched yet")
    elif other and earlier[other].digest != got.digest:
        faults.append(f"the body differs from that of {other}")
    if got.status == 200 and item.get("method", "GET") == "GET":
        fault = _wrong_body(got, scenario)
        faults += [fault] if fault else []
    return faults


def _wrong_body(got: Fetched, scenario: Scenario) -> Optional[str]:
    """Ask whoever knows the body whether it is right; None if it is, or nobody knows."""
    parts = urlsplit(got.url)
    node = scenario.node_called(parts.hostname or "")
    if node is None or node.role != "origin":
        return None
    if node.server == "nginx":
        rules = node.objects.get(unquote(parts.path))
        if rules is None:
            return None
        right = nginx.content(scenario.seed, unquote(parts.path), rules["size"])
        same = hashlib.sha256(right).hexdigest() == got.digest
        return None if same else f"the body is not the {len(right)} bytes of {parts.path}"
    verifier = programs.find("waylay-origin")
    if node.server != "waylay-origin" or verifier is None:
        return None
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    with got.body.open("rb") as body:
        done = subprocess.run(
            [verifier, "--verify", target], stdin=body, capture_output=True, encoding="utf-8"
        )
    return None if done.returncode == 0 else (done.stdout + done.stderr).strip()
