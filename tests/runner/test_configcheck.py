# SPDX-License-Identifier: BSD-2-Clause
"""What a program complains of in its configuration is said of the scenario."""
from __future__ import annotations

from pathlib import Path

import pytest

from waylay import configcheck, plan
from waylay.errors import BadInput

SCENARIO = """\
name: configured
nodes:
  c1: {role: client}
  r1: {role: router}
  p1:
    role: proxy
    config:
      handshake: {mode: deferred, held: 0}
      pseudonim: p
  o1: {role: origin, server: none}
links:
  - {ends: [c1, r1], subnet: 10.0.1.0/24}
  - {ends: [r1, p1], subnet: 10.0.2.0/24}
  - {ends: [r1, o1], subnet: 10.0.3.0/24}
steps: [{name: nothing, exec: {node: c1, command: 'true'}}]
services: {web: {port: 80, node: o1, redirected: true}}
"""


def program(folder: Path, name: str, complaint: str) -> str:
    """A stand-in that refuses its configuration with these words, or takes it."""
    file = folder / name
    said = f'echo "$2{complaint}" >&2; exit 2' if complaint else "exit 0"
    file.write_text(f'#!/bin/sh\n[ "$1 $3" = "--config --check" ] || exit 9\n{said}\n')
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize(
    ("complaint", "expected"),
    [
        (
            ":9:1: key 'pseudonim': found 'pseudonim', expected one of: tun",
            "{file}:9:7: key 'nodes.p1.config.pseudonim': found 'pseudonim', expected one of: tun",
        ),
        (
            ":5:9: key 'handshake.held': found '0', expected a number",
            "{file}:8:41: key 'nodes.p1.config.handshake.held': found '0', expected a number",
        ),
        (
            ":1:1: key 'interfaces': found '', expected a list",
            "{file}: node 'p1': key 'interfaces': found '', expected a list",
        ),
    ],
)
def test_where_it_stands(tmp_path: Path, complaint: str, expected: str) -> None:
    file = tmp_path / "configured.yaml"
    file.write_text(SCENARIO)
    overrides = {
        "r1": program(tmp_path, "waylay-router", ""),
        "p1": program(tmp_path, "waylay-proxy", complaint),
    }
    with pytest.raises(BadInput) as caught:
        plan.jobs([file], {}, None, overrides)
    assert str(caught.value) == expected.format(file=file)


def test_each_configuration_is_asked_about_once(tmp_path: Path) -> None:
    file = tmp_path / "asked"
    path = program(tmp_path, "waylay-router", "")
    Path(path).write_text(f"#!/bin/sh\necho x >> {file}\n")
    assert configcheck.ask(path, "a: 1") == configcheck.ask(path, "a: 1") == ""
    assert file.read_text() == "x\n"


def test_a_router_without_anything_to_redirect_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "configured.yaml"
    file.write_text(SCENARIO.replace("redirected: true", "redirected: false"))
    overrides = {
        "r1": program(tmp_path, "waylay-router", ""),
        "p1": program(tmp_path, "waylay-proxy", ""),
    }
    with pytest.raises(BadInput, match=r"key 'nodes.r1': .* a service with redirected: true"):
        plan.jobs([file], {}, None, overrides)
