# SPDX-License-Identifier: BSD-2-Clause
"""Putting described packets on a link, as the node at one of its ends would.

Frames leave through a packet socket in the node: its own IP layer, which would
refuse or mend most of what a scenario wants to send, never sees them.
"""
from __future__ import annotations

import ipaddress
import socket
import time
from typing import Any, Callable, Iterator

from waylay import isolate, packets
from waylay.errors import WaylayError
from waylay.layout import Interface, Layout
from waylay.network import Network
from waylay.quantities import duration_ns


def interface_of(layout: Layout, node: str, link: str) -> Interface:
    return next(i for i in layout.of(node) if i.link.name == link)


def resolver(layout: Layout, link: str) -> packets.Resolve:
    """What names stand for: a node at the end of the link by its address there."""

    def resolve(name: str) -> ipaddress.IPv4Address:
        called = layout.scenario.hosts.get(name, name)
        if called not in layout.scenario.nodes:
            return ipaddress.IPv4Address(called)
        near = [i.address for i in layout.of(called) if i.link.name == link]
        return near[0] if near else layout.address(called)

    return resolve


def frames(layout: Layout, item: dict[str, Any]) -> Iterator[bytes]:
    """Every frame of a `send`, in order."""
    own = interface_of(layout, item["node"], item["link"])
    target = layout.other_end(own).mac
    names = packets.Names(resolver(layout, item["link"]), item["node"])
    number = 0
    for _ in range(item.get("times", 1)):
        for packet in item["packets"]:
            number += 1
            for built in packets.build(packet, names, number):
                yield packets.frame(built, own.mac, target)


def send(network: Network, item: dict[str, Any], now: Callable[[], int]) -> dict[str, Any]:
    """Send them, spaced as the scenario says; what was done, and how late at most (ns)."""
    own = interface_of(network.layout, item["node"], item["link"])
    with isolate.network_of(network.nodes[item["node"]].pid):
        way_out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        way_out.bind((own.name, 0))
    spacing, begin = duration_ns(item.get("spacing", 0)), now()
    count, latest = 0, 0
    with way_out:
        for frame in frames(network.layout, item):
            due = begin + count * spacing
            time.sleep(max(due - now(), 0) / 1e9)
            latest = max(latest, now() - due)
            try:
                way_out.send(frame)
            except OSError as error:
                raise WaylayError(
                    f"{item['node']}: sending {len(frame)} bytes on {own.name}: {error.strerror}"
                ) from None
            count += 1
    network.journal(item["node"], f"# {count} packets as described, on {own.name}")
    return {"link": item["link"], "frames": count, "begin": begin, "latest": latest}
