# SPDX-License-Identifier: BSD-2-Clause
"""The proxy's cache, live: what time and reloads make of what is stored."""
from __future__ import annotations

import re
import socket
import time
from typing import Iterator

import pytest
from proxy_net import Net
from test_proxy_http import OK, Peer, accept, client_of, get, with_length


@pytest.fixture(scope="module")
def net(whole_path: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    del whole_path
    with Net(tmp_path_factory.mktemp("cache")) as made:
        yield made


@pytest.fixture
def origin(net: Net) -> Iterator[socket.socket]:
    with net.listen() as listener:
        yield listener


def cache_status(head: bytes) -> bytes:
    found = re.search(rb"\r\nCache-Status: ([^\r]*)\r\n", head)
    assert found, head
    return found[1]


def fetch(client: Peer, path: str, *fields: str) -> tuple[bytes, bytes]:
    """A fetch that the cache answers: the head, and a body of one byte."""
    client.send(get(path, *fields))
    return client.head(), client.take(1)


def miss(client: Peer, server: Peer, request: bytes, body: bytes, control: bytes) -> bytes:
    """A fetch that the origin answers; returns the Cache-Status."""
    client.send(request)
    server.head()
    server.send(with_length(body, b"Cache-Control: " + control + b"\r\n"))
    status = cache_status(client.head())
    assert client.take(len(body)) == body
    return status


def test_a_reload_that_is_not_stored_takes_the_old_one_away(
    net: Net, origin: socket.socket
) -> None:
    client = client_of(net)
    client.send(get("/re"))
    server = accept(origin)
    server.head()
    server.send(with_length(b"1", b"Cache-Control: max-age=60\r\n"))
    assert client.head() and client.take(1) == b"1"
    assert fetch(client, "/re")[1] == b"1"
    reload = get("/re", "Cache-Control: no-cache")
    said = miss(client, server, reload, b"2", b"no-store")
    assert said == b"p1; fwd=request; fwd-status=200; detail=no-store"
    said = miss(client, server, get("/re"), b"3", b"max-age=60")
    assert said == b"p1; fwd=uri-miss; fwd-status=200; stored"


def test_a_stale_one_is_replaced(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(get("/st"))
    server = accept(origin)
    server.head()
    server.send(with_length(b"1", b"Cache-Control: max-age=1\r\n"))
    assert client.head() and client.take(1) == b"1"
    time.sleep(1.1)
    said = miss(client, server, get("/st"), b"2", b"max-age=60")
    assert said == b"p1; fwd=stale; fwd-status=200; stored"
    assert fetch(client, "/st")[1] == b"2"


def test_one_too_large_says_so(net: Net, origin: socket.socket) -> None:
    client = client_of(net)
    client.send(get("/large"))
    server = accept(origin)
    server.head()
    server.send(OK + b"Cache-Control: max-age=60\r\nContent-Length: 9000000\r\n\r\n")
    said = cache_status(client.head())
    assert said == b"p1; fwd=uri-miss; fwd-status=200; detail=size"
    client.reset()


def test_age_counts_from_when_the_origin_was_asked(net: Net, origin: socket.socket) -> None:
    """A client that takes its time over the head makes nothing older."""
    client = client_of(net)
    request = get("/slow")
    client.send(request[:10])
    time.sleep(2.1)
    asked = time.monotonic()
    client.send(request[10:])
    server = accept(origin)
    server.head()
    server.send(with_length(b"1", b"Cache-Control: max-age=60\r\n"))
    assert cache_status(client.head()).endswith(b"stored") and client.take(1) == b"1"
    head, _ = fetch(client, "/slow")
    age = re.search(rb"\r\nAge: (\d+)\r\n", head)
    assert age and int(age[1]) <= time.monotonic() - asked
