# SPDX-License-Identifier: BSD-2-Clause
"""The held SYN, live: who is acknowledged, refused or left in silence, and when."""
from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import socket
import struct
from pathlib import Path
from typing import Any, Callable, Iterator

import proxy_net
import pytest
from proxy_net import CLIENT, CLOSED_PORT, GUARD, ORIGIN, OTHER_PORT, PORT, PROXY, ROUTER, Net
from waylay.wait import wait_for


@pytest.fixture
def net(whole_path: None, tmp_path: Path) -> Iterator[Net]:
    del whole_path
    with Net(tmp_path) as made:
        yield made


def error_of(client: socket.socket) -> int:
    """How a connection attempt ends."""
    poll = select.poll()
    poll.register(client, select.POLLOUT)
    assert poll.poll(GUARD * 1000), "the attempt did not end"
    return client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def is_connecting(client: socket.socket) -> bool:
    poll = select.poll()
    poll.register(client, select.POLLOUT)
    return not poll.poll(0)


@contextlib.contextmanager
def silent_origin(net: Net) -> Iterator[None]:
    """The origin's answers to the proxy are lost."""
    net.ip("o", "route", "add", "blackhole", f"{PROXY}/32")
    try:
        yield
    finally:
        net.ip("o", "route", "del", "blackhole", f"{PROXY}/32")


def test_the_client_is_acknowledged_after_the_origin(net: Net) -> None:
    with net.listen(), silent_origin(net):
        client = net.begin_connect()
        net.wait_counter("syn_absorbed")
        assert is_connecting(client)
        assert net.counter("syn_released") == 0
    # Now that the origin can answer, the proxy's next SYN brings it about.
    with net.listen() as origin, client:
        assert error_of(client) == 0
        accepted, peer = origin.accept()
        assert peer[0] == PROXY
        client.setblocking(True)
        # The first SYN was released: no loss is inferred, the window is the initial one.
        info = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        assert struct.unpack_from("I", info, 80)[0] >= 10  # tcpi_snd_cwnd
        client.sendall(b"\x00over")
        assert accepted.recv(5, socket.MSG_WAITALL) == b"\x00over"
        accepted.close()
    line = net.wait_access("connection")
    assert line["origin_connect"] < line["origin_acknowledged"] <= line["syn_released"]
    assert line["syn_released"] < line["client_accepted"]


def test_refused_by_reset(net: Net) -> None:
    client = net.begin_connect(CLOSED_PORT)
    assert error_of(client) == errno.ECONNREFUSED
    assert net.wait_access("refused")["by"] == "rst"


@pytest.mark.parametrize("kind, code", [("unreachable", 1), ("prohibit", 13)])
def test_refused_by_icmp(net: Net, kind: str, code: int) -> None:
    """What the router says of the proxy's SYN is what the client hears from it."""
    net.ip("r", "route", "add", kind, f"{ORIGIN}/32")
    client = net.open("c")
    client.setsockopt(socket.IPPROTO_IP, 11, 1)  # IP_RECVERR
    with pytest.raises(OSError) as failed:
        client.connect((ORIGIN, PORT))
    assert failed.value.errno == errno.EHOSTUNREACH
    _, ancillary, _, _ = client.recvmsg(100, 1000, socket.MSG_ERRQUEUE)
    error = ancillary[0][2]
    assert (error[4], error[5], error[6]) == (2, 3, code)  # ee_origin ICMP, type, code
    line = net.wait_access("refused")
    assert (line["by"], line["icmp_type"], line["icmp_code"]) == ("icmp", 3, code)
    # Which of its addresses the router speaks from is its own affair; it is passed on.
    assert socket.inet_ntoa(error[20:24]) == line["offender"]
    assert line["offender"] in ROUTER


def test_a_client_that_gave_up_takes_its_syn_back(net: Net) -> None:
    """The late SYN-ACK meets a reset, and the origin's connection is closed."""
    with net.listen() as origin:
        with silent_origin(net):
            client = net.begin_connect()
            net.wait_counter("syn_held")
            client.close()
        net.wait_counter("client_reset")
        accepted, _ = origin.accept()
        accepted.settimeout(GUARD)
        assert accepted.recv(1) == b""
        accepted.close()
    assert net.wait_access("expired")["reason"] == "client reset"
    assert net.counter("accepted") == 0


@pytest.mark.long
def test_a_silent_client_expires(net: Net) -> None:
    with silent_origin(net):
        client = net.begin_connect()
        net.wait_counter("syn_held")
        client.close()
        net.wait_counter("expired_held")
    assert net.wait_access("expired")["reason"] == "client gave up"


FORGED: list[tuple[str, dict[str, Any], str]] = [
    (ORIGIN, {"wrong_checksum": True}, "dropped_syn_checksum"),
    (ORIGIN, {"flags": 0x03}, "dropped_syn_flags"),
    (ORIGIN, {"flags": 0x06}, "dropped_syn_flags"),
    (PROXY, {}, "dropped_origin_address"),
    ("10.0.2.255", {}, "dropped_origin_address"),
    ("127.0.0.1", {}, "malformed_ip_address"),
    (ORIGIN, {"source": "10.0.2.255"}, "dropped_client_address"),
    (ORIGIN, {"option": bytes([7, 7, 4, 0, 0, 0, 0, 0])}, "dropped_other_options"),
    (ORIGIN, {"option": bytes([1, 7, 99, 8, 0, 0, 0, 0])}, "malformed_ip_option_length"),
]


def test_forged_packets_never_reach_an_origin(net: Net) -> None:
    raw = net.open("r", socket.SOCK_RAW, socket.IPPROTO_RAW)
    for origin, change, counter in FORGED:
        before = net.counter(counter)
        raw.sendto(proxy_net.redirected_syn(origin, PORT, **change), (PROXY, 0))
        net.wait_counter(counter, before + 1)
    assert net.counter("syn_held") == 0


def test_what_is_no_service_is_forwarded_on(net: Net) -> None:
    """The origin gets the client's packet, without the option, and answers the client."""
    seen = net.open("o", socket.SOCK_RAW, socket.IPPROTO_TCP)
    raw = net.open("r", socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.sendto(proxy_net.redirected_syn(ORIGIN, OTHER_PORT), (PROXY, 0))
    packet = seen.recv(2000)
    assert packet[0] == 0x45
    assert socket.inet_ntoa(packet[12:16]) == CLIENT
    assert packet[8] == 62  # one hop by the proxy, one by the router
    assert net.counter("forwarded") == 1
    pseudo = packet[12:20] + struct.pack("!HH", 6, len(packet) - 20)
    assert proxy_net.checksum(pseudo + packet[20:]) == 0


def test_a_connection_to_the_proxy_itself_is_closed(net: Net) -> None:
    stranger = net.open("p")
    stranger.connect((PROXY, PORT))
    assert stranger.recv(1) == b""
    assert net.counter("accepted_own_address") == 1


def test_what_lost_its_option_on_the_way_meets_silence(net: Net) -> None:
    """The kernel would answer it in the proxy's own name."""
    stranger = net.open("r")
    stranger.setblocking(False)
    stranger.connect_ex((PROXY, PORT))
    net.wait_counter("dropped_no_option", 1)
    wait_for("a second SYN", GUARD, lambda: retransmissions(stranger) > 0)
    assert is_connecting(stranger)
    assert net.counter("accepted_own_address") == 0


def kill_worker(net: Net) -> None:
    os.kill(net.worker(), signal.SIGKILL)


def take_device_away(net: Net) -> None:
    net.ip("p", "link", "del", "way-p")


@pytest.mark.parametrize("end", [kill_worker, take_device_away])
def test_a_dead_worker_leaves_silence_until_the_next_start(
    net: Net, end: Callable[[Net], None]
) -> None:
    """No filter at all would let the proxy's kernel answer in the proxy's own name."""
    end(net)
    assert net.proxy.process.wait(GUARD) == 1
    wait_for("the device to go", GUARD, lambda: "way-p" not in net.ip("p", "link"))
    client = net.begin_connect()
    wait_for("a second SYN", GUARD, lambda: retransmissions(client) > 0)
    assert is_connecting(client)
    net.restart_proxy()
    with net.listen():
        assert error_of(client) == 0


def retransmissions(client: socket.socket) -> int:
    info = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return int(struct.unpack_from("I", info, 100)[0])  # tcpi_total_retrans


def syncookies(net: Net) -> str:
    name = "net.ipv4.tcp_syncookies"
    return proxy_net.run("ip", "netns", "exec", net.names["p"], "sysctl", "-n", name).strip()


def test_sysctls_are_set_and_put_back(net: Net) -> None:
    assert syncookies(net) == "0"
    net.proxy.process.terminate()
    assert net.proxy.process.wait(GUARD) == 0
    assert syncookies(net) == "1"


def test_a_dead_parents_worker_ends_well_under_load(net: Net) -> None:
    """More resets wait in the device than one turn takes when the worker stops."""
    raw = net.open("r", socket.SOCK_RAW, socket.IPPROTO_RAW)
    worker = net.worker()
    os.kill(worker, signal.SIGSTOP)
    for _ in range(1000):
        raw.sendto(proxy_net.redirected_syn(ORIGIN, PORT, flags=0x04), (PROXY, 0))
    net.proxy.process.kill()
    net.proxy.process.wait(GUARD)
    os.kill(worker, signal.SIGCONT)
    wait_for("the device to go", GUARD, lambda: "way-p" not in net.ip("p", "link"))
    wait_for("the sysctl to be put back", GUARD, lambda: syncookies(net) == "1")
