# SPDX-License-Identifier: BSD-2-Clause
"""The page: one HTML file that needs no other, made from a template.

jinja2 escapes every value; only the two drawings, which escape their own text,
are marked as safe. What a run did not leave is said to be missing, not left out.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

import jinja2
from markupsafe import Markup

from . import by_hand, plot, svg, text, topology, topology_svg
from .ladder import Ladder, Release, make_ladder, wire_text
from .latency import Latency, claims, latencies
from .loads import QUANTILES, Summary, split, worth_showing
from .run import END_OF_TIME, Run, Step, items, mapping
from .text import duration, milliseconds

CLAIMS_MAX = 100  # statements of one step that are shown
FACTS = ("seed", "kernel", "command_line", "command", "versions", "started", "host")
GOOD, BAD = {"passed", "yes"}, {"failed", "no"}

MEANING = {
    "miss": "The first fetch: the proxy holds the client's SYN, asks the origin, and only then "
    "lets the client be acknowledged, with the origin's address. The object is not yet stored.",
    "hit": "The same object again: the origin is asked for the handshake, the body comes from "
    "the proxy's cache, with the origin's address.",
    "refused": "Nobody listens at the origin's port: the client is refused in the origin's name, "
    "as it would have been without a proxy.",
    "delayed": "The origin's acknowledgement is late: the client is not acknowledged before.",
    "direct": "A service that is not redirected: the proxy sees nothing of it.",
}


def tone(verdict: Any) -> str:
    """The class of a badge."""
    word = str(verdict).lower()
    return "good" if word in GOOD else "bad" if word in BAD else "unsure"


def ladders(run: Run) -> list[dict[str, Any]]:
    """The steps, each drawn, in the order in which they happened."""
    found = []
    for step in run.steps:
        ladder = make_ladder(run, step.name)
        found.append(ladder_entry(run, step, ladder))
    return found


def ladder_entry(run: Run, step: Step, ladder: Ladder) -> dict[str, Any]:
    return {
        "name": step.name,
        "meaning": MEANING.get(step.name, "") if is_as_meant(run, ladder) else "",
        "text": text.draw(ladder),
        "legend": ladder.legend,
        "svg": Markup(svg.draw(ladder, lambda node: run.role(node))),
    }


def is_as_meant(run: Run, ladder: Ladder) -> bool:
    """Whether the sentence about the step may be said: what the packets show may belie it."""
    if any(isinstance(row, Release) and row.is_early for row in ladder.rows):
        return False
    return bool(ladder.holds) or (ladder.step == "direct" and bool(run.of_role("proxy")))


def expectation_rows(run: Run) -> list[dict[str, Any]]:
    keys = ("name", "verdict", "detail", "examined", "matched")
    return [
        {key: item.get(key, "") for key in keys} for item in items(run.results.get("expectations"))
    ]


def unfulfilled(run: Run) -> list[dict[str, str]]:
    """What did not pass, of steps and expectations, in their order: it stands first on the page."""
    steps = [
        {"what": "step", "name": one.name, "verdict": one.verdict, "detail": one.detail}
        for one in [*run.steps, *run.timeline]
    ]
    rules = [
        {"what": "expectation", **{key: str(value) for key, value in row.items()}}
        for row in expectation_rows(run)
    ]
    return [one for one in steps + rules if one["verdict"] in ("failed", "inconclusive")]


def flat(value: Any) -> str:
    """A fact of the scenario in one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {flat(item)}" for key, item in value.items())
    if isinstance(value, list):
        return " ".join(flat(item) for item in value)
    return str(value)


def facts(run: Run) -> list[tuple[str, str]]:
    """What a reader needs to repeat the run; looked for where the runner may put it."""
    sources = [run.scenario, mapping(run.scenario.get("run")), run.results]
    found = []
    for name in FACTS:
        value = next((s[name] for s in sources if s.get(name) not in (None, "")), None)
        if value is not None:
            found.append((name.replace("_", " "), flat(value)))
    found.append(("clock uncertainty", f"± {duration(run.uncertainty)}"))
    return found


def loss_rows(run: Run) -> list[dict[str, Any]]:
    """Each capture, with what tcpdump said of it and what is in the file."""
    rows = []
    for name, capture in run.captures.items():
        said = mapping(run.losses.get(name))
        rows.append(
            {
                "link": name,
                "captured": said.get("captured", "?"),
                "received": said.get("received_by_filter", "?"),
                "dropped": said.get("dropped_by_kernel", "?"),
                "packets": len(capture.packets),
                "others": capture.others,
                "live": "yes" if said.get("live") else "not shown",
            }
        )
    return rows


def wire_rows(run: Run) -> list[dict[str, Any]]:
    """Each direction of each wire: what it was to do, and what it did."""
    rows = []
    for link in run.links.values():
        if link.wire is None:
            continue
        account = mapping(mapping(run.fidelity.get("links")).get(link.name))
        for sender in link.ends:
            receiver = next(end for end in link.ends if end != sender)
            counts = run.decisions.counts.get((link.name, sender), {})
            own = mapping(account.get(sender))
            late = mapping(own.get("lateness"))
            rows.append(
                {
                    "way": f"{sender} → {receiver}",
                    "parameters": direction_text(link.wire, sender),
                    "frames": own.get("in", "?"),
                    "decided": ", ".join(f"{n} × {what}" for what, n in counts.items()) or "–",
                    "late": [duration(late[key]) if key in late else "?" for key in LATENESS],
                }
            )
    return rows


LATENESS = ("p50", "p99", "max")


def direction_text(wire: dict[str, Any], sender: str) -> str:
    """The parameters of one direction: those of both, and over them its own."""
    both = {key: value for key, value in wire.items() if key not in ("from", "capture")}
    return wire_text({**both, **mapping(mapping(wire.get("from")).get(sender))})


def step_rows(run: Run, steps: list[Step]) -> list[dict[str, Any]]:
    """Of each: its verdict, and when it began and how long it went on."""
    first = min((step.start for step in [*run.steps, *run.timeline]), default=0)
    return [
        {
            "name": step.name,
            "verdict": step.verdict,
            "detail": step.detail,
            "begun": duration(step.start - first),
            "length": duration(step.end - step.start) if step.end < END_OF_TIME else "?",
        }
        for step in steps
    ]


def log_line(row: Latency) -> str:
    """Where the log speaks of the fetch: of the request, else of what became of the connection."""
    entry = row.fetch.entry or row.fetch.exchange.entry("tunnel", "refused", "expired")
    return str(entry["line"]) if entry else "–"


def latency_row(row: Latency) -> dict[str, Any]:
    fetch = row.fetch
    packet = (fetch.request if fetch.is_later else None) or fetch.exchange.packets[0]
    return {
        "step": row.step,
        "served": row.served,
        "outcome": row.outcome,
        "what": row.fetch.what,
        "times": [
            milliseconds(t) or "–"
            for t in (row.handshake, row.held, row.first_byte, row.last_byte, row.total)
        ],
        "received": f"{row.received:,}",
        "syns": row.syns,
        "source": f"{packet.place} frame {packet.frame}",
        "log": log_line(row),
        "joined": row.fetch.exchange.joined_by if row.fetch.exchange.own else "–",
    }


def load_entry(load: Summary) -> dict[str, Any]:
    return {
        "step": load.step,
        "words": load.words,
        "plot": Markup(plot.draw_load(load)),
        "names": [name for name, _ in QUANTILES],
        "spreads": [
            (one.what, len(one.times), [milliseconds(time) for time in one.quantiles])
            for one in load.spreads
        ],
    }


def topology_of(run: Run) -> topology.Topology:
    """The run's network, from its bindings; subnets and wires from its scenario."""
    links = mapping(run.bindings.get("links"))
    known = {name: mapping(link) for name, link in links.items() if name in run.links}
    subnets = {}
    for one in items(run.scenario.get("links")):
        ends = one.get("ends")
        for name, link in run.links.items():
            if list(link.ends) == ends:
                subnets[name] = str(one.get("subnet", ""))
    wires = {
        n: wire_text(link.wire) if link.wire is not None else None for n, link in run.links.items()
    }
    nodes = {name: mapping(node) for name, node in mapping(run.bindings.get("nodes")).items()}
    services = {k: mapping(v) for k, v in mapping(run.bindings.get("services")).items()}
    return topology.of_scenario(nodes, known, services, wires, subnets)


def machine_facts(run: Run) -> list[tuple[str, str]]:
    """How busy the machine was."""
    machine = mapping(run.fidelity.get("machine"))
    shares = (("idle", "idle_share"), ("stolen", "steal_share"), ("no idle time", "full_share"))
    found = [(name, f"{machine[key]:.1%}") for name, key in shares if key in machine]
    if machine.get("pressure_share") is not None:
        found.append(("something waited", f"{machine['pressure_share']:.1%}"))
    return found


def environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    result = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    result.filters["tone"] = tone
    return result


def render(run: Run, folder: Optional[Path] = None) -> str:
    """The whole page as text."""
    rows, found = latencies(run), claims(run)
    few, loads = split(rows)
    shown = worth_showing(found, CLAIMS_MAX)
    style = Markup((Path(__file__).parent / "report.css").read_text(encoding="utf-8"))
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            style=style,
            verdict=str(run.results.get("verdict") or "unknown"),
            faithful=str(run.results.get("faithful") or "unknown"),
            interventions=by_hand.rows(run),
            facts=facts(run),
            unfulfilled=unfulfilled(run),
            expectations=expectation_rows(run),
            steps=step_rows(run, run.steps),
            timeline=step_rows(run, run.timeline),
            latencies=[latency_row(row) for row in few],
            plot=Markup(plot.draw(few)),
            loads=[load_entry(load) for load in loads],
            ladders=ladders(run),
            claims=shown,
            compared=len(found),
            disagreements=sum(1 for claim in found if not claim.agrees),
            losses=loss_rows(run),
            wires=wire_rows(run),
            topology=Markup(topology_svg.draw(topology_of(run), f"The network of {run.name}")),
            machine=machine_facts(run),
            why=[str(one) for one in run.fidelity.get("why") or []],
            measures=mapping(run.results.get("measures")),
            folder=str(folder or run.folder),
        )
    )
