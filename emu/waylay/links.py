# SPDX-License-Identifier: BSD-2-Clause
"""Mininet interfaces and veth links, made and changed by netlink alone.

They work between nodes of any of Mininet's classes, since all that they need of
a node is its process. An interface has its offloads off, so that captures show
what a wire would carry.
"""
from __future__ import annotations

import os
from ipaddress import IPv4Interface
from typing import Any, Optional, Sequence

from mininet.link import Intf, Link

from waylay import netlink
from waylay.errors import WaylayError
from waylay.netlink import End, Namespace, Request

NAME_BYTES = 15  # of an interface: IFNAMSIZ less the end


class WaylayIntf(Intf):  # type: ignore[misc]
    """An interface that configures itself without its node's shell."""

    name: str
    node: Any
    link: Any
    mac: Optional[str]
    ip: Optional[str]
    prefixLen: Any

    def _apply(self, *requests: Request) -> None:
        with Namespace(self.node.name, self.node.pid) as inside:
            self._note(*requests)
            inside.apply(requests)

    def _note(self, *requests: Request) -> None:
        if hasattr(self.node, "note"):  # else it is a node of Mininet's own
            for request in requests:
                self.node.note(request.words)

    def isUp(self, setUp: bool = False) -> bool:
        if setUp:
            self._apply(netlink.link_set(self.name, up=True))
            return True
        with Namespace(self.node.name, self.node.pid) as inside:
            return inside.is_up(self.name)

    def setIP(self, ipstr: str, prefixLen: Optional[int] = None) -> None:
        """Replaces the address that was set before."""
        if "/" not in ipstr and prefixLen is None:
            raise WaylayError(
                f"{self.node.name}: {self.name}: found the address '{ipstr}', "
                "expected a prefix length with it, such as 10.0.1.1/24"
            )
        words = ipstr if "/" in ipstr else f"{ipstr}/{prefixLen}"
        try:
            new = IPv4Interface(words)
        except ValueError as error:
            raise WaylayError(f"{self.node.name}: {self.name}: {error}") from None
        with Namespace(self.node.name, self.node.pid) as inside:
            index = inside.index(self.name)
            requests = [netlink.link_set(self.name, up=True)]
            if self.ip:
                old = IPv4Interface(f"{self.ip}/{self.prefixLen}")
                length = old.network.prefixlen
                requests.append(netlink.address(self.name, index, old.ip, length, delete=True))
            requests.append(netlink.address(self.name, index, new.ip, new.network.prefixlen))
            self._note(*requests)
            inside.apply(requests)
        self.ip, self.prefixLen = str(new.ip), new.network.prefixlen

    def setMAC(self, macstr: str) -> None:
        self._apply(netlink.link_set(self.name, mac=macstr))
        self.mac = macstr

    def rename(self, newname: str) -> None:
        with Namespace(self.node.name, self.node.pid) as inside:
            index = inside.index(self.name)
            requests = [
                netlink.link_set(self.name, up=False),
                netlink.link_set(self.name, new_name=newname, index=index),
                netlink.link_set(newname, up=True),
            ]
            self._note(*requests)
            inside.apply(requests)
        self.node.nameToIntf[newname] = self.node.nameToIntf.pop(self.name)
        self.name = newname

    def delete(self) -> None:
        self._apply(netlink.link_delete(self.name))
        self.node.delIntf(self)
        self.link = None


def check_names(*names: str) -> None:
    for name in names:
        if not 0 < len(name.encode()) <= NAME_BYTES:
            raise WaylayError(
                f"found the interface name '{name}', expected 1 to {NAME_BYTES} bytes"
            )


def goes_with_its_nodes(link: Link) -> bool:
    """Whether the ends need no deleting: their namespaces die with the nodes."""
    return all(getattr(i.node, "held", None) is not None for i in (link.intf1, link.intf2))


def stop_programs_at(link: Link) -> None:
    """What runs at a link's ends is stopped before the link goes."""
    for intf in (link.intf1, link.intf2):
        stop = getattr(intf.node, "stop_own_program", None)
        if stop is not None:
            stop()


class LeanLink(Link):  # type: ignore[misc]
    """What our links have in common: an MTU of both ends, and interfaces of ours, which need
    no shells. `made`: these are there and up already. `params` are Mininet's."""

    intf1: Any
    intf2: Any

    def __init__(
        self, node1: Any, node2: Any, mtu: int, made: bool, params: dict[str, Any]
    ) -> None:
        self.mtu, self.made = mtu, made
        params.pop("intf", None)  # Mininet's own default needs shells
        params.setdefault("cls1", WaylayIntf)
        params.setdefault("cls2", WaylayIntf)
        params["up"] = None  # so that an interface does not do it again
        super().__init__(node1, node2, **params)

    def makeIntfPair(
        self,
        intfname1: str,
        intfname2: str,
        addr1: Optional[str] = None,
        addr2: Optional[str] = None,
        node1: Any = None,
        node2: Any = None,
        deleteIntfs: bool = True,
    ) -> None:
        """Mininet calls this from its constructor, before the interfaces' own."""
        del deleteIntfs
        if self.made:
            return
        check_names(intfname1, intfname2)
        self.make_ends(
            (node1, End(intfname1, node1.pid, addr1)), (node2, End(intfname2, node2.pid, addr2))
        )

    def make_ends(self, *ends: tuple[Any, End]) -> None:
        """Make the interfaces of two nodes, and raise them."""
        raise NotImplementedError


class WaylayLink(LeanLink):
    """A veth pair without offloads.

    Parameters beyond Mininet's: `mtu`, of both ends; `made`, when the interfaces
    are there and up already (make_pairs).
    """

    def __init__(
        self, node1: Any, node2: Any, mtu: int = 1500, made: bool = False, **params: Any
    ) -> None:
        self.up = params.pop("up", True) and not made
        super().__init__(node1, node2, mtu, made, params)

    def make_ends(self, *ends: tuple[Any, End]) -> None:
        (_, first), (_, second) = ends
        make_pairs([(first, second, self.mtu)])
        for node, end in ends:
            with Namespace(node.name, node.pid) as inside:
                inside.offload_off(end.name)
                if self.up:
                    inside.apply([netlink.link_set(end.name, up=True)])

    def stop(self) -> None:
        stop_programs_at(self)
        if not goes_with_its_nodes(self):
            self.delete()

    def delete(self) -> None:
        """The other end of a veth pair goes with the one that is deleted."""
        self.intf1.delete()
        self.intf2.node.delIntf(self.intf2)
        self.intf1 = self.intf2 = None


def make_pairs(pairs: Sequence[tuple[End, End, int]]) -> list[Request]:
    """Make veth pairs (with their MTU) in one batch; their ends are down."""
    requests = [netlink.veth(first, second, mtu) for first, second, mtu in pairs]
    with Namespace("links", os.getpid()) as here:
        here.apply(requests)
    return requests
