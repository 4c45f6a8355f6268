# SPDX-License-Identifier: BSD-2-Clause
"""Configurations of nodes' programs, judged by these before anything is started.

An origin needs something to listen for, router and proxy a service that is redirected.
Beyond that only a program knows its own keys: each is asked (`--config FILE --check`)
about the configuration that it would get, and what it complains of is said of the place
in the scenario where that stands.
"""
from __future__ import annotations

import functools
import os
import re
import subprocess
from pathlib import Path

import yaml

from waylay.errors import BAD_INPUT, BadInput
from waylay.layout import Layout
from waylay.model import Scenario
from waylay.yamlmarks import Document, Place

ASKED = ("waylay-router", "waylay-proxy")
COMPLAINT = re.compile(r":\d+:\d+: key '([^']*)': (found (.*), expected .*)")
ASK_SECONDS = 10.0


def check(document: Document, scenario: Scenario, paths: dict[str, str]) -> None:
    """Raise BadInput for the first configuration that its program refuses."""
    layout = Layout(scenario)
    for name, path in paths.items():
        role = scenario.nodes[name].role
        if role == "origin" and not layout.listening_ports(name):
            expected = "a service that listens there, or server: none"
            raise document.error(("nodes", name), None, expected)
        if role in ("router", "proxy") and Path(path).name.startswith(ASKED):
            if not layout.redirected_services() and "services" not in scenario.nodes[name].config:
                expected = "a service with redirected: true, which it is for, or program: none"
                raise document.error(("nodes", name), None, expected)
            config = (
                layout.router_config(name)
                if role == "router"
                else layout.proxy_config(name, Path("/run"))
            )
            said = ask(path, yaml.safe_dump(config, sort_keys=False))
            if said:
                raise told(document, name, said)


@functools.lru_cache(maxsize=None)
def ask(path: str, config: str) -> str:
    """What a program complains of in a configuration; "" if of nothing."""
    # In memory: nothing is left of it, however this ends.
    with open(os.memfd_create("config.yaml"), "w", encoding="utf-8") as file:
        file.write(config)
        file.flush()
        try:
            done = subprocess.run(
                [path, "--config", f"/proc/self/fd/{file.fileno()}", "--check"],
                stdin=subprocess.DEVNULL,
                pass_fds=[file.fileno()],
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=ASK_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{path} --check: {error}"
    return done.stderr.strip() if done.returncode == BAD_INPUT else ""


def told(document: Document, node: str, said: str) -> BadInput:
    """The complaint, of the node's `config` where that has the key, else of the node."""
    match = COMPLAINT.search(said)
    if match is None:
        return BadInput(f"{document.file}: node '{node}': {said}")
    place: Place = ("nodes", node, "config")
    for part in match[1].split("."):
        inner = place + (int(part) if part.isdigit() else part,)
        if inner not in document.values:
            break
        place = inner
    if len(place) == 3:  # what the runner itself filled in
        return BadInput(f"{document.file}: node '{node}': key '{match[1]}': {match[2]}")
    unknown = match[3] == f"'{place[-1]}'"
    file, line, column = document.locate(place, at_key=unknown)
    name = ".".join(map(str, (*place[:3], match[1])))
    return BadInput(f"{file}:{line}:{column}: key '{name}': {match[2]}")
