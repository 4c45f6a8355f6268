# SPDX-License-Identifier: BSD-2-Clause
"""Waylay's network: scenarios, nodes and runs, on Mininet.

Read in this order: scenario.py (what a scenario file may say), layout.py (what
follows from it: addresses, routes, configurations; pure), isolate.py (where a
run lives), network.py and nodes.py (Mininet classes, usable from anyone's own
script), capture.py, steps.py (what happens in a run), experiment.py (their order),
runner.py (runs, alone and several).
"""
from __future__ import annotations

import sys

__version__ = "0.1.0"


def _take_plain_distutils() -> None:
    """Before Mininet asks for distutils.version, which setuptools likes to give in Python's
    stead: all of setuptools would be loaded for it, in half the time that a command takes to
    start. From Python 3.12 on nobody else has it."""
    hack = sys.modules.get("_distutils_hack")
    if hack is not None and sys.version_info < (3, 12):
        hack.remove_shim()
        import distutils.version  # noqa: F401

        hack.add_shim()


_take_plain_distutils()
