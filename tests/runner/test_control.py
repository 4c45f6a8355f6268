# SPDX-License-Identifier: BSD-2-Clause
"""The runner's own socket: many who ask, and who do not take their answers."""
from __future__ import annotations

import itertools
import json
import socket
from pathlib import Path
from typing import Iterator

import pytest

from waylay import control
from waylay.control import Control
from waylay.interventions import Interventions
from waylay.pacer import Pacer


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    time = itertools.count()
    served = Control(Pacer(lambda: next(time)), tmp_path / "r.sock", Interventions(lambda: 0))
    served.start()
    yield tmp_path / "r.sock"
    served.close()
    assert not served.thread.is_alive()


def connect(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.connect(str(path))  # waits for its turn, as one with a time limit does not
    client.settimeout(30)
    return client


def ask(client: socket.socket, request: str) -> bool:
    client.sendall(request.encode() + b"\n")
    with client.makefile("rb") as lines:
        return bool(json.loads(lines.readline())["ok"])


def test_a_crowd_is_turned_away_and_nobody_else(path: Path) -> None:
    with connect(path) as first:
        assert ask(first, '{"do": "ping"}')
        crowd = [connect(path) for _ in range(control.CLIENTS_MOST - 1)]
        assert all(ask(client, '{"do": "ping"}') for client in crowd)
        with connect(path) as late:
            assert late.recv(1) == b"", "it was turned away"
        assert ask(first, '{"do": "pause"}')
        for client in crowd:
            client.close()
        assert ask(first, '{"do": "state"}')
    with connect(path) as after:
        assert ask(after, '{"do": "resume"}')


def test_who_does_not_take_answers_holds_nobody_up(path: Path) -> None:
    deaf = connect(path)
    deaf.setblocking(False)
    with pytest.raises(BlockingIOError):  # until neither side has room any more
        while True:
            deaf.send(b'{"do": "ping"}\n' * 1000)
    with connect(path) as other:
        assert ask(other, '{"do": "ping"}')
    deaf.close()


def test_nonsense_is_refused(path: Path) -> None:
    for line in ("", "[]", "{", '{"do": ["ping"]}', '{"do": "stop"}', "[" * 5000, '{"do": 1e999}'):
        with connect(path) as client:
            assert not ask(client, line)
