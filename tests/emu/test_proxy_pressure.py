# SPDX-License-Identifier: BSD-2-Clause
"""The proxy's back-pressure, live: who does not read cannot make it hold more and more."""
from __future__ import annotations

import contextlib
import socket
import threading
from typing import Iterator

import pytest
from proxy_net import GUARD, Net
from test_proxy_http import OK, accept, client_of, get, with_length

FAR_TOO_MUCH = 30 << 20  # more than all buffers on the way hold


@pytest.fixture(scope="module")
def net(whole_path: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    del whole_path
    with Net(tmp_path_factory.mktemp("pressure")) as made:
        yield made


@pytest.fixture
def origin(net: Net) -> Iterator[socket.socket]:
    with net.listen() as listener:
        yield listener


def send_until_stuck(connection: socket.socket, data: bytes) -> None:
    """Send it over and over; fails when the other side goes on taking it."""
    connection.settimeout(1)
    sent = 0
    with contextlib.suppress(TimeoutError):
        while sent < FAR_TOO_MUCH:
            sent += connection.send(data)
    assert sent < FAR_TOO_MUCH, "it is taken without end"


def test_requests_wait_for_a_client_that_reads_no_answers(net: Net, origin: socket.socket) -> None:
    del origin
    client = client_of(net)
    send_until_stuck(client.socket, get("/none", "Cache-Control: only-if-cached") * 500)
    for _ in range(500):
        assert client.head().startswith(b"HTTP/1.1 504 ")
        client.until(b"asked for\n")
    client.reset()


def test_small_answers_are_not_fetched_for_a_client_that_does_not_read(
    net: Net, origin: socket.socket
) -> None:
    client = client_of(net)
    sender = threading.Thread(target=send_until_stuck, args=(client.socket, get("/s") * 100))
    sender.start()
    server = accept(origin)
    server.socket.settimeout(3)
    answered = 0
    with contextlib.suppress(TimeoutError):
        while answered < FAR_TOO_MUCH:
            server.head()
            server.send(with_length(b"x" * 1000))
            answered += 1000
    assert answered < FAR_TOO_MUCH
    sender.join(GUARD)
    client.reset()


def test_interim_responses_wait_for_their_reader(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(get("/hints"))
    server = accept(origin)
    server.head()
    send_until_stuck(server.socket, b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 1000)
    for _ in range(1000):
        assert client.head().startswith(b"HTTP/1.1 103 ")
    client.reset()


def test_many_small_chunks_keep_their_order_in_the_queue(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(get("/chunks"))
    server = accept(origin)
    server.head()
    body = bytes(range(1, 251)) * 4000
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    sender = threading.Thread(target=server.send, args=(head + chunks,))
    sender.start()
    sender.join(1)
    assert sender.is_alive(), "it was taken at once: nothing was queued"
    client.head()
    assert client.take(len(chunks)) == chunks
    sender.join(GUARD)
    client.reset()
