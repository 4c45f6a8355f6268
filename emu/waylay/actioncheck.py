# SPDX-License-Identifier: BSD-2-Clause
"""What the actions of steps say, judged one by one before anything is started.

Form is schema.py's; here names are known, filters compile, packets can be built
and changes of links fit what the link is or was made by changes before. What is
learned on the way (marks that are left and waited for, files that are named) is
kept for stepcheck.py, which judges steps as a whole.
"""
from __future__ import annotations

import ipaddress
import re
import urllib.parse
from pathlib import Path
from typing import Any, Iterator

from waylay import linkspec, packets, pcap, schema
from waylay.forms import check, known, value_at
from waylay.linkspec import Parameters
from waylay.model import Action, LinkSpec, NodeSpec
from waylay.quantities import duration_ns
from waylay.yamlmarks import Document, Place

UNTIL = ("capture", "listening", "log", "exec", "mark")
SEND_MOST = 10000  # packets of one action
SEND_SECONDS = 600


class Actions:
    """Judges actions; `check_<verb>` for each verb of schema.VERBS."""

    def __init__(
        self,
        document: Document,
        nodes: dict[str, NodeSpec],
        links: tuple[LinkSpec, ...],
        hosts: dict[str, str],
    ) -> None:
        self.document = document
        self.nodes = nodes
        self.links = {link.name: link for link in links}
        self.hosts = hosts
        self.step = ""  # whose actions are judged
        self.started: set[str] = set()  # in the background, by this step
        self.fetched: set[str] = set()  # steps that fetch
        self.loaded: set[str] = set()  # steps with a load
        self.marks: dict[str, str] = {}  # that are left -> by which step
        self.awaited: list[tuple[Place, str, str]] = []  # place, mark, step that waits for it
        self.examined: list[tuple[Place, str]] = []  # place, link whose capture is waited for
        self.turned_on: set[str] = set()  # links whose capture some step turns on
        self.files: dict[Place, Path] = {}  # that changes of links name
        # What each direction of a link may have become: (link, sender) -> parameters.
        self.states: dict[tuple[str, str], list[Parameters]] = {
            (link.name, end): [link.wire.of(end)]
            for link in links
            if link.wire is not None
            for end in link.ends
        }

    def begin(self, step: str) -> None:
        """What follows are actions of another step."""
        self.step = step
        self.started = set()
        for mark in ("start", "end"):
            self.marks[f"{step}.{mark}"] = step

    def action(self, place: Place, verbs: list[str]) -> Action:
        """The action at a place, which has these keys; exactly one must be a verb."""
        for verb in verbs:
            if verb == "within":
                inside = next((one for one in verbs if one in schema.VERBS), "the action")
                raise self.document.error(
                    place + (verb,), verb, f"it inside '{inside}', whose guard it is", True
                )
            if verb not in schema.VERBS:
                raise self.document.error(place + (verb,), verb, "an action, " + names(), True)
        if len(verbs) != 1:
            raise self.document.error(place, ", ".join(verbs) or None, "one action a step")
        inner = place + (verbs[0],)
        check(self.document, inner, schema.VERBS[verbs[0]])
        arguments = value_at(self.document, inner)
        judged = getattr(self, "check_" + verbs[0])(inner, arguments)
        return Action(verbs[0], arguments if judged is None else judged)

    def node(self, place: Place, item: dict[str, Any]) -> None:
        known(self.document, place + ("node",), item["node"], self.nodes, "node")

    def served(self, place: Place, url: str) -> None:
        """What nginx is asked for, it has."""
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname or ""
        node = self.nodes.get(self.hosts.get(host, host))
        if node is None or node.server != "nginx" or node.role != "origin":
            return
        if urllib.parse.unquote(parts.path) not in node.objects:
            raise self.document.error(
                place,
                url,
                f"one of the objects of {node.name}: {', '.join(node.objects) or 'none'}",
            )

    def check_fetch(self, place: Place, item: dict[str, Any]) -> None:
        self.node(place, item)
        self.url(place + ("url",), item["url"])
        expect = item.get("expect", {})
        if expect.get("status", 200) == 200 and not {"refused", "curl_exit"} & set(expect):
            self.served(place + ("url",), item["url"])
        if "refused" in expect and ("status" in expect or "curl_exit" in expect):
            raise self.document.error(
                place + ("expect",), expect, "one of status, curl_exit and refused"
            )
        other = expect.get("same_body_as")
        if other is not None and other not in self.fetched:
            raise self.document.error(
                place + ("expect", "same_body_as"), other, "an earlier step that fetches"
            )
        for name, pattern in expect.get("headers", {}).items():
            self.expression(place + ("expect", "headers", name), pattern)
        self.fetched.add(self.step)

    def check_load(self, place: Place, item: dict[str, Any]) -> None:
        self.node(place, item)
        for index, url in enumerate(item["urls"]):
            self.url(place + ("urls", index), url)
        if self.step in self.loaded:
            raise self.document.error(place, "another load", "one load a step", True)
        self.loaded.add(self.step)

    def url(self, place: Place, url: str) -> None:
        """Names come from the hosts file of a run alone: nodes and the hosts table."""
        try:
            host = urllib.parse.urlsplit(url).hostname or ""
        except ValueError:
            host = ""
        if not self.is_host(host):
            expected = "a URL whose host is an IPv4 address or one of " + ", ".join(
                [*self.nodes, *self.hosts]
            )
            raise self.document.error(place, url, expected)

    def is_host(self, name: str) -> bool:
        return is_address(name) or name in (*self.nodes, *self.hosts, "localhost")

    def expression(self, place: Place, pattern: str) -> None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise self.document.error(place, pattern, f"a regular expression ({error})") from None

    def check_exec(self, place: Place, item: dict[str, Any]) -> None:
        self.node(place, item)

    def check_until(self, place: Place, item: dict[str, Any]) -> None:
        kinds = [kind for kind in UNTIL if kind in item]
        if len(kinds) != 1:
            expected = "one of " + ", ".join(UNTIL)
            raise self.document.error(place, ", ".join(kinds) or None, expected)
        kind = kinds[0]
        if kind == "capture":
            self.captured(place, item)
            return
        for key in ("filter", "count"):
            if key in item:
                raise self.document.error(
                    place + (key,), item[key], "this key only beside capture", True
                )
        if kind == "mark":
            self.awaited.append((place + ("mark",), item["mark"], self.step))
            return
        self.node(place + (kind,), item[kind])
        if kind == "log":
            self.expression(place + ("log", "line"), item["log"]["line"])

    def captured(self, place: Place, item: dict[str, Any]) -> None:
        wired = [link for link in self.links.values() if link.wire is not None]
        ends = [f"{link.name}@{end}" for link in wired for end in link.ends]
        inner = place + ("capture",)
        known(self.document, inner, item["capture"], [*self.links, *ends], "link")
        self.examined.append((inner, item["capture"].partition("@")[0]))
        expression = item.get("filter", "")
        stand_in = re.sub(r"\$([a-z][a-z0-9]*)", self.placeholder(place), expression)
        try:
            pcap.Filter(stand_in)
        except ValueError as error:
            raise self.document.error(
                place + ("filter",), expression, f"a libpcap filter expression ({error})"
            ) from None

    def placeholder(self, place: Place) -> Any:
        def replace(match: re.Match[str]) -> str:
            known(self.document, place + ("filter",), match.group(1), self.nodes, "node")
            return "192.0.2.1"

        return replace

    def link(self, place: Place, item: dict[str, Any]) -> LinkSpec:
        known(self.document, place + ("link",), item["link"], self.links, "link")
        return self.links[item["link"]]

    def check_link(self, place: Place, item: dict[str, Any]) -> dict[str, Any]:
        """Returns the link, the sender (or None) and the parameters to set."""
        link = self.link(place, item)
        if link.wire is None and ("from" in item or "change" in item):
            expected = "a link with a wire (wire: {} is one that changes nothing)"
            raise self.document.error(place + ("link",), link.name, expected)
        if "from" in item and item["from"] not in link.ends:
            expected = "an end of the link: " + ", ".join(link.ends)
            raise self.document.error(place + ("from",), item["from"], expected)
        changes = [key for key in ("down", "up", "change") if key in item]
        if len(changes) != 1:
            found = ", ".join(changes) or None
            raise self.document.error(place, found, "one of down, up and change")
        parameters: Parameters = {"down": "down" in item}
        if "change" in item:
            parameters = self.changed(place + ("change",), item, link)
        return {"link": link.name, "from": item.get("from"), "to": parameters}

    def changed(self, place: Place, item: dict[str, Any], link: LinkSpec) -> Parameters:
        """The change at a place; it must fit one of the states that a direction may be in."""
        senders = [item["from"]] if "from" in item else list(link.ends)
        change = linkspec.absolute(self.document, place, value_at(self.document, place))
        for sender in senders:
            states = self.states[link.name, sender]
            fitting = [s for s in states if not list(linkspec.misfits(change, s))]
            if not fitting:
                linkspec.check(self.document, place, change, states[-1])
            states += [linkspec.overlay(state, change) for state in fitting]
            # Later changes are mostly judged by the last; the number stays bounded.
            del states[1:-8]
        self.files.update(linkspec.files(self.document, place))
        return change

    def check_capture(self, place: Place, item: dict[str, Any]) -> None:
        link = self.link(place, item)
        if item["on"]:
            self.turned_on.add(link.name)

    def judge_captures(self) -> None:
        """When all steps are known: captures that are waited for are taken at some time."""
        for place, name in self.examined:
            if not self.links[name].capture and name not in self.turned_on:
                raise self.document.error(place, name, "a link whose capture is on at some time")

    def check_program(self, place: Place, item: dict[str, Any]) -> None:
        self.node(place, item)
        if not self.nodes[item["node"]].runs:
            expected = "a node that runs a program"
            raise self.document.error(place + ("node",), item["node"], expected)
        if (item["do"] == "signal") != ("signal" in item):
            found = item.get("signal")
            raise self.document.error(place + ("signal",), found, "a signal where do is signal")

    def check_send(self, place: Place, item: dict[str, Any]) -> None:
        self.node(place, item)
        link = self.link(place, item)
        if item["node"] not in link.ends:
            expected = "an end of the link: " + ", ".join(link.ends)
            raise self.document.error(place + ("node",), item["node"], expected)
        for index, packet in enumerate(item["packets"]):
            inner = place + ("packets", index)
            for where, name in packets.hosts_named(packet, inner):
                if not self.is_host(name) or name == "localhost":
                    expected = "an IPv4 address or one of " + ", ".join([*self.nodes, *self.hosts])
                    raise self.document.error(where, name, expected)
            misfit = packets.wrong(packet, link.mtu)
            if misfit is not None:
                raise self.document.error(inner + misfit.place, misfit.found, misfit.expected)
        self.bounded(place, item)

    def bounded(self, place: Place, item: dict[str, Any]) -> None:
        """What one action sends is bounded in number and in time."""
        count = len(item["packets"]) * item.get("times", 1)
        if count > SEND_MOST:
            raise self.document.error(place, f"{count} packets", f"at most {SEND_MOST} packets")
        seconds = duration_ns(item.get("spacing", 0)) * (count - 1) / 1e9
        if seconds > SEND_SECONDS:
            raise self.document.error(place, f"{seconds:g} s", f"at most {SEND_SECONDS} s in all")

    def check_mark(self, place: Place, item: str) -> None:
        if item in ("start", "end", "paused"):
            raise self.document.error(place, item, "a mark other than start, end and paused")
        self.marks[f"{self.step}.{item}"] = self.step

    def check_start(self, place: Place, item: dict[str, Any]) -> None:
        verbs = [verb for verb in schema.BACKGROUND if verb in item]
        if len(verbs) != 1:
            expected = "one of " + ", ".join(schema.BACKGROUND)
            raise self.document.error(place, ", ".join(verbs) or None, expected)
        if item["as"] in self.started:
            raise self.document.error(place + ("as",), item["as"], "a name not in use")
        getattr(self, "check_" + verbs[0])(place + (verbs[0],), item[verbs[0]])
        self.started.add(item["as"])

    def check_join(self, place: Place, item: str) -> None:
        if item not in self.started:
            raise self.document.error(place, item, "what an earlier start of the step is named")
        self.started.discard(item)


def names() -> str:
    return "one of " + ", ".join(schema.VERBS)


def is_address(text: str) -> bool:
    try:
        return bool(ipaddress.IPv4Address(text))
    except ValueError:
        return False


def items(document: Document, place: Place) -> Iterator[Place]:
    """The places of the items of a list that may be absent."""
    value = value_at(document, place[:-1]).get(place[-1])
    return (place + (index,) for index in range(len(value or [])))
