# SPDX-License-Identifier: BSD-2-Clause
"""WireLink in ordinary Mininet scripts, over TAPs and over packet sockets."""
from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Iterator

import pytest
from mininet.net import Mininet

from waylay import holder, programs, wirelink
from waylay.errors import BadInput, WaylayError
from waylay.mn import WaylayHost, Wire, WireLink
from waylay.wait import wait_for
from waylay.wire import tap_fault

pytestmark = pytest.mark.usefixtures("privileged", "wire_program")


@pytest.fixture(scope="session")
def wire_program() -> None:
    if programs.find("waylay-wire") is None:
        pytest.skip("not built: waylay-wire (is WAYLAY_BINDIR set?)")


@pytest.fixture
def plain() -> Iterator[Mininet]:
    Mininet.inited = True  # its limits are the machine's
    net = Mininet(controller=None, host=WaylayHost, link=WireLink)
    yield net
    net.stop()
    assert wirelink._shared is None and holder._shared is None


@pytest.fixture(params=["tap", "packet"])
def wire(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wire]:
    """A wire of the test's own, with each kind of ends."""
    if request.param == "tap":
        with_host = holder.shared().hold([holder.NodeRequest("try")])["try"]
        fault = tap_fault(with_host)
        holder.release([with_host])
        if fault:
            pytest.skip(fault)
    made = Wire(tmp_path, captures=tmp_path, packet=request.param == "packet")
    yield made
    if made.running:
        made.stop()


def round_trip(first: Any, second: Any, count: int = 5) -> float:
    """The shortest round trip in milliseconds; fails unless all come back."""
    said = first.execute(["ping", "-c", str(count), "-i", "0.05", "-W", "5", second.IP()]).stdout
    assert f"{count} received" in said, said
    found = re.search(r"rtt min/avg/max/mdev = ([\d.]+)/", said)
    assert found is not None, said
    return float(found.group(1))


def lost(first: Any, second: Any) -> bool:
    return first.execute(["ping", "-c1", "-W1", second.IP()], check=False).returncode != 0


def pair(net: Mininet, **params: Any) -> tuple[Any, Any, WireLink]:
    first, second = net.addHost("h1"), net.addHost("h2")
    link = net.addLink(first, second, **params)
    net.start()
    return first, second, link


def test_delay_is_the_links(plain: Mininet) -> None:
    first, second, _ = pair(plain, delay="20ms", back={"delay": "30ms"})
    assert 50 <= round_trip(first, second) < 150


def test_each_kind_of_end(plain: Mininet, wire: Wire) -> None:
    first, second, link = pair(plain, wire=wire, delay="10ms", mtu=1400)
    assert 20 <= round_trip(first, second) < 120
    assert first.execute(["ping", "-c1", "-s", "1372", "-M", "do", second.IP()]).returncode == 0
    assert "mtu 1400" in first.execute(["ip", "link", "show", str(link.intf1)]).stdout
    assert first.MAC() in first.execute(["ip", "link", "show", str(link.intf1)]).stdout
    account = wire.fidelity()["fidelity"]["links"]["h1-h2"]
    assert account["h1"]["conserved"] and account["h1"]["in"] > 5


def test_changes_while_it_runs(plain: Mininet, wire: Wire) -> None:
    first, second, link = pair(plain, wire=wire)
    round_trip(first, second)
    link.change(sender="h2", down=True)
    assert lost(first, second)
    link.change(sender="h2", down=False)
    link.change(delay="15ms")
    assert round_trip(first, second) >= 30
    with pytest.raises(BadInput, match="delay.*10 parsecs"):
        link.change(delay="10 parsecs")
    with pytest.raises(WaylayError, match="sender: found 'h3', expected one of h1, h2"):
        link.change(sender="h3", down=True)


def test_wrong_parameters_start_nothing(plain: Mininet) -> None:
    hosts = [plain.addHost(name) for name in ("h1", "h2")]
    with pytest.raises(BadInput, match="link h1-h2: key 'from.h1.latency'"):
        plain.addLink(*hosts, there={"latency": "1ms"})
    with pytest.raises(BadInput, match="parameter 'latency', expected one of .*delay.*there"):
        plain.addLink(*hosts, latency="1ms")
    assert holder._shared is not None and wirelink._shared is None


def test_links_come_and_go(plain: Mininet, wire: Wire) -> None:
    first, second, link = pair(plain, wire=wire)
    third = plain.addHost("h3", ip="10.9.0.3/8")
    other = plain.addLink(first, third, wire=wire, params1={"ip": "11.0.0.1/8"})
    other.intf2.setIP("11.0.0.3/8")
    assert round_trip(first, third) < 100
    plain.delLink(other)
    assert str(other) and "h1-eth1" not in first.execute(["ip", "link"]).stdout
    again = plain.addLink(first, second, wire=wire)
    assert (link.name, again.name) == ("h1-h2", "h1-h2.2")
    round_trip(first, second)


def test_the_wire_dies_with_its_script(plain: Mininet, tmp_path: Path) -> None:
    del plain  # whose fixture sees that nothing is left
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        net = Mininet(controller=None, host=WaylayHost, link=WireLink)
        _, _, link = pair(net)
        os.write(write, str(link.wire.program.process.pid).encode())
        os.kill(os.getpid(), 9)
    pid = int(os.read(read, 20))
    os.waitpid(child, 0)
    wait_for("the wire to die", 10, lambda: not Path(f"/proc/{pid}").exists())
    os.close(read)
    os.close(write)
