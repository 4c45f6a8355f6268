# SPDX-License-Identifier: BSD-2-Clause
"""Waylay's network: scenarios, nodes and runs, on Mininet.

Read in this order: scenario.py (what a scenario file may say), layout.py (what
follows from it: addresses, routes, configurations; pure), isolate.py (where a
run lives), network.py and nodes.py (Mininet classes, usable from anyone's own
script), capture.py, steps.py (what happens in a run), runner.py (their order).
"""
from __future__ import annotations

__version__ = "0.1.0"
