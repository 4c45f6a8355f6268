# SPDX-License-Identifier: BSD-2-Clause
"""WireLink: a Mininet link that is emulated by waylay-wire.

    link = net.addLink(h1, h2, cls=WireLink, delay="10ms", rate="10Mbit", back={"loss": "1%"})
    link.change(delay="50ms")                  # both ways
    link.change(sender="h2", down=True)        # what h2 sends

Parameters are those of docs/reference.md ("Links"), of both directions; over them
`there` for what the first node sends, `back` for the second, or `from_`, a mapping of
node names. They are also given as `mn --custom FILE --link wire,delay=10ms`.

All links of a script share one wire unless they are given another (`wire=Wire(...)`).
The shared one starts with the first link, stops with the last, keeps its files in a
temporary folder, and dies with the script in any case.
"""
from __future__ import annotations

import atexit
import os
import shutil
from typing import Any, Optional

from mininet.log import error

from waylay import linkspec, owners
from waylay.errors import BadInput, WaylayError
from waylay.linkspec import PARAMETERS, Parameters
from waylay.links import LeanLink, goes_with_its_nodes, stop_programs_at
from waylay.netlink import End
from waylay.wire import Wire, WireEnd, WireLinkSpec


OWN = ("wire", "there", "back", "from_", "mtu", "capture", "made")
# Parameters of mininet.link.Link and of its interfaces.
MININETS = (
    *("port1", "port2", "intfName1", "intfName2", "addr1", "addr2", "intf", "cls1", "cls2"),
    *("params1", "params2", "fast", "ip", "mac", "ifconfig", "up", "moveIntfFn"),
)


class WireLink(LeanLink):
    """A link over a wire. Beyond the link's parameters, and Mininet's: `mtu` of both
    interfaces, `wire`, `capture` (when the wire captures), `made` (when the link is
    the wire's already)."""

    def __init__(
        self,
        node1: Any,
        node2: Any,
        wire: Optional[Wire] = None,
        there: Optional[Parameters] = None,
        back: Optional[Parameters] = None,
        from_: Optional[dict[str, Parameters]] = None,
        mtu: int = 1500,
        capture: bool = True,
        made: bool = False,
        **params: Any,
    ) -> None:
        own = {key: params.pop(key) for key in PARAMETERS if key in params and key != "mtu"}
        senders = dict(from_ or {})
        for node, given in ((node1, there), (node2, back)):
            if given is not None:
                senders[node.name] = {**senders.get(node.name, {}), **given}
        label = f"link {node1.name}-{node2.name}"
        for key in params:
            if key not in MININETS:  # which would take it, and do nothing with it
                known = ", ".join(sorted({*PARAMETERS, *OWN, *MININETS}))
                raise BadInput(f"{label}: found the parameter '{key}', expected one of {known}")
        ends = (node1.name, node2.name)
        told = {**own, **({"from": senders} if senders else {})}
        self.spec = linkspec.wire(told, ends, label)
        self.capture = capture
        self.wire = wire or shared_wire()
        self.nodes = (node1, node2)
        self.name = self._free_name(made)
        super().__init__(node1, node2, mtu, made, params)

    def make_ends(self, *ends: tuple[Any, End]) -> None:
        described = []
        for node, end in ends:
            assert end.mac is not None, "Mininet.addLink invents them"
            described.append(WireEnd(node.name, end.name, node.pid, end.mac, self.mtu))
        first, second = described
        self.wire.add([WireLinkSpec(self.name, (first, second), self.spec, self.capture)])

    def _free_name(self, made: bool) -> str:
        """`a-b`; a second link between the same nodes is `a-b.2`."""
        plain = name = "-".join(node.name for node in self.nodes)
        number = 1
        while name in self.wire.links and not made:
            number += 1
            name = f"{plain}.{number}"
        return name

    def change(self, sender: Optional[str] = None, **changes: Any) -> None:
        """Change parameters at run time, of what `sender` sends or of both directions."""
        names = [node.name for node in self.nodes]
        if sender is not None and sender not in names:
            raise WaylayError(
                f"link {self.name}: sender: found '{sender}', expected one of {', '.join(names)}"
            )
        # Judged by the wire over what holds now; the form is judged here.
        checked = linkspec.wire({"from": {sender: changes}} if sender else changes, names)
        self.wire.set(self.name, checked.senders[sender] if sender else checked.both, sender)

    def stop(self) -> None:
        """With the network: interfaces in the nodes' namespaces go with these."""
        stop_programs_at(self)
        # With the last of its links the shared wire ends, and accounts for all of them.
        at_once = self.wire is _shared
        self._leave(delete=not goes_with_its_nodes(self), at_once=at_once)

    def delete(self) -> None:
        """A TAP goes with its end of the wire; a veth pair goes with either end."""
        self._leave(delete=True)

    def _leave(self, delete: bool, at_once: bool = False) -> None:
        if at_once:
            self.wire.links.pop(self.name, None)
        elif self.wire.running and self.name in self.wire.links:
            self.wire.remove(self.name)
        for intf in (self.intf1, self.intf2):
            if delete and self.wire.packet:
                intf.delete()
            else:
                intf.node.delIntf(intf)
        self.intf1 = self.intf2 = None
        if self.wire is _shared and not self.wire.links:
            stop_shared()


_shared: Optional[Wire] = None
_owner = 0


def shared_wire() -> Wire:
    """The wire of links that name none; it starts with the first of them."""
    global _shared, _owner
    if _shared is None or _owner != os.getpid():
        _shared, _owner = Wire(owners.temporary_folder("waylay-wire-")), os.getpid()
        atexit.register(stop_shared)
    return _shared


def stop_shared() -> None:
    """Stop the shared wire, and remove its files; a wire that ended badly is told."""
    global _shared
    wire, _shared = _shared, None
    atexit.unregister(stop_shared)
    if wire is None or _owner != os.getpid():
        return
    try:
        if wire.running:
            told = wire.stop()
            if told.get("verdict") != "yes":
                why = "; ".join(str(reason) for reason in told.get("why", []))
                error(f"*** Warning: the wire was not faithful ({told.get('verdict')}): {why}\n")
    except WaylayError as fault:
        error(f"*** Error: {fault}\n")
    finally:
        shutil.rmtree(wire.folder, ignore_errors=True)
