# SPDX-License-Identifier: BSD-2-Clause
"""Waylay's classes in ordinary Mininet scripts: no scenario, no runner."""
from __future__ import annotations

import os
from typing import Callable, Iterator

import pytest
from mininet.net import Mininet
from mininet.topo import SingleSwitchTopo

from waylay import holder
from waylay.errors import WaylayError
from waylay.mn import WaylayHost, WaylayLink, WaylayNet, WaylayOrigin, WaylayProxy, WaylayRouter
from waylay.wait import wait_for

pytestmark = pytest.mark.usefixtures("privileged")

Networks = Callable[..., Mininet]


@pytest.fixture
def plain() -> Iterator[Mininet]:
    """A Mininet of Mininet's own class; all is gone when it has stopped."""
    Mininet.inited = True  # its limits are the machine's
    net = Mininet(controller=None)
    yield net
    net.stop()
    assert holder._shared is None


def test_two_hosts_and_a_link(plain: Mininet) -> None:
    first = plain.addHost("h1", cls=WaylayHost)
    second = plain.addHost("h2", cls=WaylayHost, ip="10.7.0.2/8", defaultRoute="via 10.0.0.1")
    plain.addLink(first, second, cls=WaylayLink, mtu=1400)
    plain.start()
    assert first.shell is None and second.shell is None, "nothing was to need a shell"
    assert plain.ping(timeout="5") == 0
    assert "10.7.0.2" in second.cmd("ip -br address")
    assert second.execute(["ip", "route", "show", "default"]).stdout.split()[:3] == [
        "default",
        "via",
        "10.0.0.1",
    ]
    assert "mtu 1400" in first.execute(["ip", "link", "show", "h1-eth0"]).stdout


def test_interfaces_can_be_changed(plain: Mininet) -> None:
    first, second = (plain.addHost(name, cls=WaylayHost) for name in ("h1", "h2"))
    link = plain.addLink(first, second, cls=WaylayLink)
    plain.start()
    intf = link.intf1
    intf.setIP("10.0.0.9", 24)
    intf.setMAC("02:00:00:00:00:09")
    intf.rename("up0")
    assert intf.isUp() and first.intf("up0") is intf
    shown = first.execute(["ip", "-br", "address", "show", "up0"]).stdout
    assert "10.0.0.9/24" in shown and "10.0.0.1" not in shown
    plain.delLink(link)
    assert "up0" not in first.execute(["ip", "link"]).stdout


def test_faults_name_node_and_command(plain: Mininet) -> None:
    first, second = (plain.addHost(name, cls=WaylayHost) for name in ("h1", "h2"))
    plain.addLink(first, second, cls=WaylayLink, intfName1="twice", intfName2="a")
    with pytest.raises(WaylayError, match=r"ip link add twice .* File exists"):
        plain.addLink(first, second, cls=WaylayLink, intfName1="twice", intfName2="b")
    with pytest.raises(WaylayError, match="found the interface name 'a-name.*1 to 15 bytes"):
        plain.addLink(first, second, cls=WaylayLink, intfName1="a-name-too-long-by-one")
    with pytest.raises(WaylayError, match=r"h1: route to 'default': found 'by 10.0.0.1': expected"):
        first.setDefaultRoute("by 10.0.0.1")
    with pytest.raises(WaylayError, match="h3: .*net/no/such"):
        plain.addHost("h3", cls=WaylayHost, sysctls={"net.no.such": "1"})


def test_a_topology_with_a_switch() -> None:
    net = WaylayNet(topo=SingleSwitchTopo(k=4))
    net.start()
    try:
        assert net.pingAll(timeout="5") == 0
        machine = os.listdir("/sys/class/net")
        assert not [name for name in machine if name.startswith("s1")], "all is in namespaces"
    finally:
        net.stop()
    assert holder._shared is None


def test_fetch_through_router_and_proxy(plain: Mininet, whole_path: None) -> None:
    del whole_path
    services = [{"protocol": "tcp", "port": 80}]
    client = plain.addHost("c1", cls=WaylayHost, ip="10.0.1.2/24", defaultRoute="via 10.0.1.1")
    proxy = plain.addHost(
        "p1",
        cls=WaylayProxy,
        ip="10.0.2.2/24",
        defaultRoute="via 10.0.2.1",
        config={"services": services},
    )
    origin = plain.addHost(
        "o1", cls=WaylayOrigin, ip="10.0.3.2/24", defaultRoute="via 10.0.3.1", serve=[80]
    )
    router = plain.addHost(
        "r1",
        cls=WaylayRouter,
        ip=None,
        config={
            "clients": [{"interface": "r1-eth0", "prefixes": ["10.0.1.0/24"]}],
            "services": services,
            "proxy": {"address": "10.0.2.2"},
        },
    )
    for node, address in ((client, "10.0.1.1/24"), (proxy, "10.0.2.1/24"), (origin, "10.0.3.1/24")):
        plain.addLink(router, node, cls=WaylayLink, params1={"ip": address})
    plain.start()
    url = "http://10.0.3.2/object/a?size=1000&header=Cache-Control:max-age=60"
    for said in ("stored", "hit"):
        got = client.execute(["curl", "-qs", "-D", "-", "-o", "/dev/null", url])
        assert "200 OK" in got.stdout and said in got.stdout
    log = proxy.folder / "p1-access.jsonl"
    wait_for("both lines", 10, lambda: log.read_text().count('"event":"request"') == 2)
