# SPDX-License-Identifier: BSD-2-Clause
"""Waylay's Mininet classes, all by one import, and the network that makes them fast.

    from waylay.mn import WaylayHost, WaylayNet, WireLink

Each class works in a plain `Mininet(...)` too. WaylayNet asks for the namespaces of all
nodes of a topology at once, and takes all down at once; it changes no limits of
the machine, has no controller, and its switches are WaylaySwitch.
"""
from __future__ import annotations

from typing import Any, Optional, Sequence

from mininet.net import Mininet

from waylay import holder
from waylay.links import WaylayIntf, WaylayLink
from waylay.nodes import WaylayNode
from waylay.roles import (
    NODE_CLASSES,
    WaylayClient,
    WaylayHost,
    WaylayOrigin,
    WaylayProxy,
    WaylayRouter,
    WaylaySwitch,
)
from waylay.wire import Wire
from waylay.wirelink import WireLink

__all__ = [
    "NODE_CLASSES",
    "WaylayClient",
    "WaylayHost",
    "WaylayIntf",
    "WaylayLink",
    "WaylayNet",
    "WaylayNode",
    "WaylayOrigin",
    "WaylayProxy",
    "WaylayRouter",
    "WaylaySwitch",
    "Wire",
    "WireLink",
]


class WaylayNet(Mininet):  # type: ignore[misc]
    """A Mininet of Waylay's classes; parameters are Mininet's."""

    def __init__(self, topo: Any = None, controller: Any = None, **params: Any) -> None:
        # Else Mininet would raise machine-wide limits, and leave them so.
        Mininet.inited = True
        params.setdefault("host", WaylayHost)
        params.setdefault("switch", WaylaySwitch)
        params.setdefault("link", WaylayLink)
        self.waiting: dict[str, int] = {}  # namespaces that wait for their nodes
        super().__init__(topo=topo, controller=controller, **params)

    def hold(self, wanted: Sequence[holder.NodeRequest]) -> None:
        """Make the namespaces of nodes that will be added, side by side."""
        self.waiting.update(holder.shared().hold(wanted))

    def addHost(self, name: str, cls: Any = None, **params: Any) -> Any:
        return super().addHost(name, cls=cls, **self._held(name, params))

    def addSwitch(self, name: str, cls: Any = None, **params: Any) -> Any:
        return super().addSwitch(name, cls=cls, **self._held(name, params))

    def _held(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        return {**params, "pid": self.waiting.pop(name)} if name in self.waiting else params

    def buildFromTopo(self, topo: Any = None) -> None:
        wanted = []
        for names, default in ((topo.hosts(), self.host), (topo.switches(), self.switch)):
            for name in names:
                params = dict(topo.nodeInfo(name))
                request = _wanted(params.pop("cls", None) or default, name, params)
                wanted += [request] if request else []
        self.hold(wanted)
        super().buildFromTopo(topo)

    def stop(self) -> None:
        """Programs first, then everything that lives in the nodes' namespaces at once."""
        for node in self.hosts:
            stop = getattr(node, "stop_own_program", None)
            if stop is not None:
                stop()
        super().stop()
        if self.waiting:
            holder.release(list(self.waiting.values()))
            self.waiting.clear()


def _wanted(cls: Any, name: str, params: dict[str, Any]) -> Optional[holder.NodeRequest]:
    if isinstance(cls, type) and issubclass(cls, WaylayNode):
        return cls.wanted(name, **params)
    return None
