# SPDX-License-Identifier: BSD-2-Clause
"""What Mininet's mn reads by --custom: Waylay's hosts, switches, links, a topology.

    waylay mn --topo single,3 --link wire,delay=10ms --test pingall
    mn --custom .../waylay/mncustom.py --controller none --switch waylay --host waylay ...

mn carries the file out and takes over what it defines by name. That its machine-wide
limits stay as they are is said here, too: our networks need no others.

So is what mn does when it meets an error, which is `mn -c`: that kills by name, and
removes /tmp/*.log, whosever they are. What our networks are made of goes with mn. This
comes before anything that could fail.
"""
import sys
from typing import NoReturn

import mininet.clean


def cleanup() -> NoReturn:
    """In place of mn's own."""
    print(
        "waylay mn: nothing of other programs is cleaned up. Nodes, links and switches of "
        "Waylay are gone with mn; what dead scripts left, `waylay clean` removes. Bridges of "
        "other switches remain: see `ip link`.",
        file=sys.stderr,
    )
    sys.exit(1)


# mn has its own name for it, by which it would still be called if an import failed here.
vars(sys.modules["__main__"]).update(cleanup=cleanup)
mininet.clean.cleanup = mininet.clean.Cleanup.cleanup = cleanup

from mininet.link import Link, OVSLink, TCLink, TCULink  # noqa: E402
from mininet.net import Mininet  # noqa: E402
from mininet.topo import Topo  # noqa: E402

from waylay.mn import WaylayHost, WaylayLink, WaylayRouter, WaylaySwitch, WireLink  # noqa: E402

Mininet.inited = True


class Pair(Topo):  # type: ignore[misc]
    """Two hosts and one link, h1-h2."""

    def build(self) -> None:
        self.addLink(self.addHost("h1"), self.addHost("h2"))


class Routed(Topo):  # type: ignore[misc]
    """Hosts around a router: h1-r1, h2-r1, ... on 10.0.1.0/24, 10.0.2.0/24, ..."""

    def build(self, n: int = 2) -> None:
        self.addHost("r1", cls=WaylayRouter, ip=None)
        for number in range(1, n + 1):
            subnet = f"10.0.{number}"
            route = f"via {subnet}.1"
            self.addHost(f"h{number}", ip=f"{subnet}.2/24", defaultRoute=route)
            self.addLink("r1", f"h{number}", params1={"ip": f"{subnet}.1/24"})


hosts = {"waylay": WaylayHost}
switches = {"waylay": WaylaySwitch}
topos = {"pair": Pair, "routed": Routed}
# mn 2.3 forgets to look for `links`; it takes a table over whole under its own name.
LINKS = {
    "default": Link,
    "tc": TCLink,
    "tcu": TCULink,
    "ovs": OVSLink,
    "waylay": WaylayLink,
    "wire": WireLink,
}
links = {"waylay": WaylayLink, "wire": WireLink}
