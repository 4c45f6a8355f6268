# SPDX-License-Identifier: BSD-2-Clause
"""Plots: when, after its first SYN, each fetch reached what it waited for; and of a
load, how many of its fetches took how long at most.

A row for each fetch on a logarithmic axis, because a hit takes tens of
microseconds and a delayed handshake a second. Made by matplotlib as SVG; what it
would paint black is painted in the page's text colour, so that dark pages work.
"""
from __future__ import annotations

import io
import re
from html import escape
from typing import Any, Optional

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  the backend must be chosen before
from matplotlib.ticker import FuncFormatter  # noqa: E402

from .latency import Latency  # noqa: E402
from .loads import Summary  # noqa: E402

INK = "#123456"  # stands for the page's text colour
FAINT = "#98a2b0"  # of lines; to be seen on light and dark
COLORS = {
    "hold": "#d98e04",
    "answer": "#7c5cc4",
    "first": "#2a78c2",
    "last": "#1f9d63",
    "refused": "#d1453b",
}
# Of a load's curves, in the order of loads.TIMES.
CURVES = ("#7c5cc4", "#d98e04", "#2a78c2", "#1f9d63", "#8a94a3")


def points(row: Latency) -> dict[str, float]:
    """Milliseconds since the first SYN, of what there was."""
    fetch = row.fetch
    asked: Optional[int] = fetch.request.time - row.begin if fetch.request else None
    found = {"answer": row.handshake}
    if asked is not None:
        found["first"] = asked + row.first_byte if row.first_byte is not None else None
        found["last"] = asked + row.last_byte if row.last_byte is not None else None
    return {name: ns / 1e6 for name, ns in found.items() if ns is not None and ns > 0}


def held_range(row: Latency) -> Optional[tuple[float, float]]:
    """Where the hold lies, in milliseconds since the first SYN, by the log's own stamps."""
    if row.held is None:
        return None
    entry = row.fetch.exchange.entry("connection", "refused", "expired") or {}
    seen = entry.get("syn_seen")
    if not isinstance(seen, int):
        return None
    start = max(seen - row.begin, 1000)
    return start / 1e6, max(seen - row.begin + row.held, start) / 1e6


def draw_row(axes: Any, y: int, row: Latency) -> None:
    at = points(row)
    if not at:
        return
    hold = held_range(row)
    low = min([*at.values(), *([hold[0]] if hold else [])])
    axes.plot([low, max(at.values())], [y, y], color=FAINT, linewidth=1, zorder=1)
    if hold:
        axes.plot(hold, [y, y], color=COLORS["hold"], linewidth=7, solid_capstyle="butt", zorder=2)
    markers = {"answer": "o", "first": ">", "last": "s"}
    for name, x in at.items():
        refused = name == "answer" and row.outcome == "refused"
        color, marker = (COLORS["refused"], "X") if refused else (COLORS[name], markers[name])
        axes.plot([x], [y], marker=marker, color=color, markersize=8, linestyle="", zorder=3)


LEGEND = {
    "hold": ("SYN held by the proxy", "hold", None),
    "answer": ("SYN-ACK", "answer", "o"),
    "refused": ("RST", "refused", "X"),
    "first": ("first byte", "first", ">"),
    "last": ("last byte", "last", "s"),
}


def kinds_of(rows: list[Latency]) -> set[str]:
    """Which marks are in the plot, so that the legend names no others."""
    kinds = {name for row in rows for name in points(row)}
    if any(row.outcome == "refused" for row in rows):
        kinds.add("refused")
    if any(held_range(row) for row in rows):
        kinds.add("hold")
    return kinds


def add_legend(axes: Any, rows: list[Latency]) -> None:
    handles = []
    for kind, (label, color, marker) in LEGEND.items():
        if kind in kinds_of(rows):
            look: dict[str, Any] = (
                {"marker": marker, "linestyle": ""} if marker else {"linewidth": 7}
            )
            handles.append(axes.plot([], [], color=COLORS[color], label=label, **look)[0])
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1.02),
        ncol=5,
        frameon=False,
        fontsize=10,
        handletextpad=0.7,
        columnspacing=1.6,
        borderaxespad=0,
    )


def style(axes: Any, rows: list[Latency]) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.set_xlabel(
        "milliseconds since the client's first SYN, or since a later request (logarithmic)"
    )
    axes.set_yticks(range(len(rows)))
    axes.set_yticklabels([row_name(row) for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(axis="x", which="major", color=FAINT, linewidth=0.6, alpha=0.6)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)


def row_name(row: Latency) -> str:
    return row.step if row.served in (row.step, "") else f"{row.step} ({row.served})"


def inline(svg: str, label: str) -> str:
    """The element alone, in the page's colours, with names of its own."""
    svg = svg[svg.index("<svg") :]
    svg = svg.replace(INK, "currentColor")
    svg = re.sub(r'\s(width|height)="[\d.]+pt"', "", svg, count=2)
    return svg.replace("<svg ", f'<svg class="plot" role="img" aria-label="{escape(label)}" ', 1)


SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "waylay",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelcolor": INK,
}


def draw(rows: list[Latency]) -> str:
    """An <svg> element, or '' when there is nothing to plot."""
    rows = [row for row in rows if points(row)]
    if not rows:
        return ""
    with matplotlib.rc_context(SETTINGS):
        figure, axes = pyplot.subplots(figsize=(10, 1.4 + 0.42 * len(rows)))
        for y, row in enumerate(rows):
            draw_row(axes, y, row)
        style(axes, rows)
        add_legend(axes, rows)
        return finished(figure, "Latencies of the fetches; the table below has the same figures")


def draw_load(load: Summary) -> str:
    """The shares of a load's fetches by their times, as steps; '' when there are none."""
    if not load.spreads:
        return ""
    with matplotlib.rc_context(SETTINGS):
        figure, axes = pyplot.subplots(figsize=(10, 3.4))
        for one, color in zip(load.spreads, CURVES):
            count = len(one.times)
            shares = [n / count for n in range(1, count + 1)]
            times = [max(time, 1) / 1e6 for time in one.times]
            axes.step(times, shares, where="post", color=color, label=one.what, linewidth=1.6)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        axes.set_xlabel("milliseconds (logarithmic)")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:.0%}"))
        axes.set_ylim(0, 1.02)
        axes.grid(which="major", color=FAINT, linewidth=0.6, alpha=0.6)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.02), ncol=5, frameon=False, fontsize=9)
        return finished(figure, f"Shares of the fetches of {load.step} by their times")


def finished(figure: Any, label: str) -> str:
    """The figure as an element, and its memory given back."""
    target = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(target, format="svg", transparent=True, bbox_inches="tight", metadata=nothing)
    pyplot.close(figure)
    return inline(target.getvalue(), label)
