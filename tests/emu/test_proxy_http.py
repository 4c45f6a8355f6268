# SPDX-License-Identifier: BSD-2-Clause
"""The proxy's sessions, live and byte by byte: HTTP, tunnels, and their ends."""
from __future__ import annotations

import socket
import struct
import threading
from typing import Iterator

import pytest
from proxy_net import GUARD, Net

OK = b"HTTP/1.1 200 OK\r\n"
FRESH = b"Cache-Control: max-age=60\r\n"


@pytest.fixture(scope="module")
def net(whole_path: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    del whole_path
    with Net(tmp_path_factory.mktemp("proxy")) as made:
        yield made


@pytest.fixture
def origin(net: Net) -> Iterator[socket.socket]:
    with net.listen() as listener:
        yield listener


class Peer:
    """A connection that is read by what must come next."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.socket.settimeout(GUARD)
        self.unread = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def until(self, end: bytes) -> bytes:
        """Everything up to and with `end`."""
        while end not in self.unread:
            more = self.socket.recv(65536)
            assert more, f"closed after {self.unread!r}, before {end!r}"
            self.unread += more
        taken, _, self.unread = self.unread.partition(end)
        return taken + end

    def take(self, length: int) -> bytes:
        while len(self.unread) < length:
            more = self.socket.recv(1 << 20)
            assert more, f"closed {length - len(self.unread)} bytes too early"
            self.unread += more
        taken, self.unread = self.unread[:length], self.unread[length:]
        return taken

    def head(self) -> bytes:
        return self.until(b"\r\n\r\n")

    def rest(self) -> bytes:
        """Everything until the peer closes."""
        while more := self.socket.recv(65536):
            self.unread += more
        taken, self.unread = self.unread, b""
        return taken

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def client_of(net: Net) -> Peer:
    return Peer(net.connect())


def accept(origin: socket.socket) -> Peer:
    origin.settimeout(GUARD)
    return Peer(origin.accept()[0])


def get(path: str, *fields: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: o", *fields, "", ""]
    return "\r\n".join(lines).encode()


def with_length(body: bytes, *fields: bytes) -> bytes:
    return OK + b"".join(fields) + b"Content-Length: %d\r\n\r\n" % len(body) + body


def test_miss_then_hit_on_one_connection(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(get("/hit"))
    server = accept(origin)
    asked = server.head()
    assert b"\r\nVia: 1.1 p1\r\n" in asked
    server.send(with_length(b"hello", FRESH))
    assert b"Cache-Status: p1; fwd=uri-miss; fwd-status=200; stored" in client.head()
    assert client.take(5) == b"hello"
    client.send(get("/hit"))
    again = client.head()
    assert b"Cache-Status: p1; hit; ttl=" in again and b"\r\nAge: " in again
    assert client.take(5) == b"hello"
    client.send(get("/other"))
    assert server.head().startswith(b"GET /other HTTP/1.1\r\n")
    server.send(with_length(b""))
    client.head()
    net.wait_access("request", 3)
    lines = net.access("request")
    assert [line["cache"] for line in lines] == ["miss", "hit", "miss"]
    assert [line["fetch_reused"] for line in lines] == [False, False, True]
    assert lines[0]["fetch_local_port"] == lines[0]["local_port"]
    assert lines[1]["fetch_local_port"] is None


def test_pipelined_requests_are_answered_in_order(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(get("/1") + get("/2") + get("/3") + b"nonsense\r\n\r\n")
    server = accept(origin)
    for name in (b"1", b"2", b"3"):
        assert server.head().startswith(b"GET /" + name + b" ")
        server.send(with_length(name))
    for name in (b"1", b"2", b"3"):
        assert client.head().startswith(OK)
        assert client.take(1) == name
    assert client.rest().startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "request_bytes, status",
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40000 + b"\r\n\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", b"501"),
        (b"GET /\r\n\r\n", b"400"),
    ],
)
def test_bad_requests_are_answered(
    net: Net, origin: socket.socket, request_bytes: bytes, status: bytes
) -> None:
    client = client_of(net)
    client.send(request_bytes)
    assert client.rest().startswith(b"HTTP/1.1 " + status)
    assert accept(origin).socket.recv(1) == b""


def test_both_bodies_stream(net: Net, origin: socket.socket) -> None:
    """The origin has the first chunk before the client sends the second, and back."""
    client = client_of(net)
    client.send(b"PUT /up HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    server = accept(origin)
    server.head()
    assert server.until(b"abc\r\n") == b"3\r\nabc\r\n"
    client.send(b"2\r\nde\r\n0\r\n\r\n")
    assert server.until(b"0\r\n\r\n") == b"2\r\nde\r\n0\r\n\r\n"
    server.send(OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nwxyz\r\n")
    assert b"Transfer-Encoding: chunked" in client.head()
    assert client.until(b"wxyz\r\n") == b"4\r\nwxyz\r\n"
    server.send(b"0\r\n\r\n")
    assert client.until(b"0\r\n\r\n") == b"0\r\n\r\n"


def test_a_long_body_waits_for_its_reader(net: Net, origin: socket.socket) -> None:
    """Back-pressure: the origin cannot send what the client does not read."""
    piece = bytes(range(256)) * 1024
    pieces = 160  # 40 MiB: more than all socket buffers on the way can hold
    client = client_of(net)
    client.send(get("/long"))
    server = accept(origin)
    server.head()
    server.send(OK + b"Content-Length: %d\r\n\r\n" % (len(piece) * pieces))
    server.socket.settimeout(1)
    rest = memoryview(piece * pieces)
    with pytest.raises(TimeoutError):
        while rest:
            sent = server.socket.send(rest)
            rest = rest[sent:]
    server.socket.settimeout(GUARD)
    sender = threading.Thread(target=server.socket.sendall, args=(rest,))
    sender.start()
    client.head()
    for _ in range(pieces):
        assert client.take(len(piece)) == piece
    sender.join(GUARD)


def test_expect_continue_is_relayed(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    head = b"POST /e HTTP/1.1\r\nHost: o\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    client.send(head)
    server = accept(origin)
    assert b"Expect: 100-continue" in server.head()
    server.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert client.head().startswith(b"HTTP/1.1 100 ")
    client.send(b"abc")
    assert server.take(3) == b"abc"
    server.send(with_length(b"done"))
    assert client.head().startswith(OK)
    assert client.take(4) == b"done"


def test_unsafe_methods_invalidate(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(get("/inv"))
    server = accept(origin)
    server.head()
    server.send(with_length(b"one", FRESH))
    client.head(), client.take(3)
    client.send(b"DELETE /inv HTTP/1.1\r\nHost: o\r\n\r\n")
    server.head()
    server.send(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert client.head().startswith(b"HTTP/1.1 204 ")
    client.send(get("/inv"))
    server.head()
    server.send(with_length(b"two", FRESH))
    assert b"fwd=uri-miss" in client.head()
    assert client.take(3) == b"two"


def test_only_if_cached(net: Net, origin: socket.socket) -> None:
    del origin
    client = client_of(net)
    client.send(get("/none", "Cache-Control: only-if-cached"))
    assert client.head().startswith(b"HTTP/1.1 504 ")


def test_an_old_client_gets_a_body_by_close(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(b"GET /old HTTP/1.0\r\nHost: o\r\n\r\n")
    server = accept(origin)
    server.head()
    server.send(OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    answer = client.rest()
    assert b"Transfer-Encoding" not in answer and answer.endswith(b"\r\n\r\nabc")


def test_a_body_until_close_becomes_chunks(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(get("/close"))
    server = accept(origin)
    server.head()
    server.send(OK + FRESH + b"\r\nabc")
    server.socket.close()
    client.head()
    assert client.until(b"0\r\n\r\n") == b"3\r\nabc\r\n0\r\n\r\n"
    # The client's connection goes on, by a new one to the origin; and nobody knows whether
    # a body that only a close ends was whole, so it was not stored.
    client.send(get("/close"))
    assert accept(origin).head().startswith(b"GET /close")


@pytest.mark.parametrize("by_reset", [False, True])
def test_a_cut_off_body_ends_the_client_and_is_not_stored(
    net: Net, origin: socket.socket, by_reset: bool
) -> None:
    path = f"/cut-{by_reset}"
    client = client_of(net)
    client.send(get(path))
    server = accept(origin)
    server.head()
    server.send(OK + FRESH + b"Content-Length: 10\r\n\r\nabc")
    assert client.head() and client.take(3) == b"abc"
    if by_reset:
        server.reset()
    else:
        server.socket.close()
    with pytest.raises(ConnectionResetError):
        client.rest()
    again = client_of(net)
    again.send(get(path))
    server = accept(origin)
    server.head()
    server.send(with_length(b"whole", FRESH))
    assert b"fwd=uri-miss" in again.head()


def test_an_origin_that_closes_unasked_is_replaced(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(get("/first"))
    server = accept(origin)
    server.head()
    server.send(with_length(b"1"))
    client.head(), client.take(1)
    server.socket.close()
    client.send(get("/second"))
    server = accept(origin)
    assert server.head().startswith(b"GET /second")
    server.send(with_length(b"2"))
    client.head()
    assert client.take(1) == b"2"


def test_bytes_after_a_response_close_the_origin(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(get("/split"))
    server = accept(origin)
    server.head()
    server.send(with_length(b"1") + with_length(b"forged", FRESH))
    client.head()
    assert client.take(1) == b"1"
    before = net.counter("origin_extra_bytes")
    assert before >= 1
    client.send(get("/split"))
    server = accept(origin)
    assert server.head().startswith(b"GET /split")
    server.send(with_length(b"true"))
    client.head()
    assert client.take(4) == b"true"


def test_no_http_is_a_tunnel(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(b"\x16\x03\x01hello")
    server = accept(origin)
    assert server.take(8) == b"\x16\x03\x01hello"
    server.send(b"back")
    assert client.take(4) == b"back"
    client.socket.shutdown(socket.SHUT_WR)
    assert server.rest() == b""
    server.send(b"still open this way")
    server.socket.close()
    assert client.rest() == b"still open this way"
    line = net.wait_access("tunnel")
    assert (line["bytes_from_client"], line["bytes_from_origin"]) == (8, 23)


def test_a_silent_client_meets_an_origin_that_speaks(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    server = accept(origin)
    server.send(b"220 ready\r\n")
    assert client.take(11) == b"220 ready\r\n"
    client.send(b"GET / HTTP/1.1\r\n\r\n")
    assert server.head() == b"GET / HTTP/1.1\r\n\r\n"


@pytest.mark.parametrize("from_client", [False, True])
def test_a_reset_is_a_reset_on_the_other_side(
    net: Net, origin: socket.socket, from_client: bool
) -> None:
    client = client_of(net)
    client.send(b"\x00")
    server = accept(origin)
    server.take(1)
    one, other = (client, server) if from_client else (server, client)
    one.reset()
    with pytest.raises(ConnectionResetError):
        other.rest()


def test_http_2_is_a_tunnel(net: Net, origin: socket.socket) -> None:
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    client = client_of(net)
    client.send(preface)
    assert accept(origin).take(len(preface)) == preface


def test_connect_becomes_a_tunnel(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(b"CONNECT far:443 HTTP/1.1\r\nHost: far:443\r\n\r\nearly")
    server = accept(origin)
    assert server.head().startswith(b"CONNECT far:443 HTTP/1.1\r\n")
    server.send(OK + b"\r\nfirst")
    assert client.head().startswith(OK)
    assert client.take(5) == b"first"
    assert server.take(5) == b"early"


def test_an_accepted_upgrade_becomes_a_tunnel(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(get("/ws", "Connection: Upgrade", "Upgrade: websocket"))
    server = accept(origin)
    assert b"Upgrade: websocket" in server.head()
    server.send(b"HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfrom o")
    answer = client.head()
    assert answer.startswith(b"HTTP/1.1 101 ") and b"Upgrade: websocket" in answer
    assert client.take(6) == b"from o"
    client.send(b"\x81from c")
    assert server.take(7) == b"\x81from c"


def test_an_unknown_method_is_sent_on_and_the_rest_is_a_tunnel(
    net: Net, origin: socket.socket
) -> None:
    client = client_of(net)
    client.send(get("/before") + b"BREW /pot HTTP/1.1\r\nHost: o\r\n\r\nand all that follows")
    server = accept(origin)
    assert server.head().startswith(b"GET /before")
    server.send(with_length(b"1"))
    own = accept(origin)
    head = own.head()
    assert head.startswith(b"BREW /pot HTTP/1.1\r\n") and b"Via: 1.1 p1" in head
    assert own.take(20) == b"and all that follows"
    own.send(b"HTTP/1.1 418 I'm a teapot\r\n\r\n")
    assert client.head().startswith(OK)
    assert client.take(1) == b"1"
    assert client.head() == b"HTTP/1.1 418 I'm a teapot\r\n\r\n"


def test_what_follows_an_unknown_method_is_never_read_as_a_request(net: Net) -> None:
    """Where the origin cannot be reached again, the connection ends instead."""
    with net.listen() as origin:
        client = client_of(net)
        client.send(get("/used"))
        server = accept(origin)
        server.head()
        server.send(with_length(b"1"))
        client.head(), client.take(1)
    client.send(b"BREW /pot HTTP/1.1\r\nHost: o\r\n\r\n" + get("/smuggled"))
    assert client.rest().count(b"HTTP/1.1 ") == 1
    assert net.access("request")[-1]["status"] == 502


def test_the_origin_is_never_reached_by_a_second_name(net: Net, origin: socket.socket) -> None:
    """The key begins with the origin's address: a Host can poison nothing else."""
    client = client_of(net)
    client.send(b"GET http://elsewhere/x HTTP/1.1\r\nHost: elsewhere\r\n\r\n")
    server = accept(origin)
    assert b"\r\nHost: elsewhere\r\n" in server.head()
    server.send(with_length(b"x"))
    client.head()


def test_nothing_was_lost_on_the_way(net: Net) -> None:
    """Every connection that was accepted above has ended, or is open, with its line."""
    assert net.counter("delivery_failed") == 0
    assert net.counter("accepted_unknown") == 0
