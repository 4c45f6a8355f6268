# SPDX-License-Identifier: BSD-2-Clause
"""A client and an origin behind a plain router: for tests to which the steps are what matters."""
from __future__ import annotations

from pathlib import Path

import harness

HEAD = """\
name: NAME
nodes:
  c1: {role: client}
  r1: {role: router, program: none}
  o1: {role: origin, server: nginx, objects: {/a: {size: SIZE}}}
links:
  - {ends: [c1, r1], subnet: 10.0.1.0/24FIRST}
  - {ends: [r1, o1], subnet: 10.0.3.0/24}
services:
  web: {port: 80, node: o1, redirected: false}
"""
WIRED = ", wire: {delay: 5ms}"


def scenario(folder: Path, name: str, text: str, first: str = "", size: int = 1000) -> Path:
    """A file with such a network and this text. `first`: more of the client's link."""
    file = folder / f"{name}.yaml"
    head = HEAD.replace("NAME", name).replace("FIRST", first).replace("SIZE", str(size))
    file.write_text(head + text)
    return file


def perform(out: Path, folder: Path, name: str, text: str, first: str = "") -> harness.Finished:
    """Run it to its end, whatever that is."""
    done = harness.waylay("run", scenario(folder, name, text, first), "--out", out)
    run = harness.finished(out, name)
    assert run.results, done.stderr
    return run
