# SPDX-License-Identifier: BSD-2-Clause
"""Pausing, stepping and resuming a run from outside.

A Unix stream socket, runner.sock in the run's folder under /run/waylay, takes
one JSON object a line and answers each with one:

    {"do": "pause"}     what has not begun does not begin
    {"do": "resume"}    all of it may
    {"do": "step"}      the next step may; then the run is paused
    {"do": "state"}     what goes on, and what is next (every answer says so)
    {"do": "visit", "node": NODE}    somebody is in the node: nothing happens, but it is noted
    {"do": "ping"}

    {"ok": true, "time": NS, "paused": false, "begun": true, "at": NS, "doing": [], "next": []}
    {"ok": false, "error": "..."}

On a terminal, Enter lets a paused run go on, or with --step lets the next step
go; SIGUSR1 to `waylay run` resumes. Whatever changes the run's course is noted as
an intervention. `waylay ctl runner pause` is a client.
"""
from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any, Callable, Optional

from waylay.interventions import Interventions
from waylay.pacer import Pacer

LONGEST_LINE = 65536
CLIENTS_MOST = 64  # at once; who comes then is turned away
CLIENT_SECONDS = 1.0  # for one that does not take its answer
NOTED = ("pause", "resume", "step", "visit")
SOCKET = "runner.sock"
Answer = dict[str, Any]


class Control:
    """A thread that serves the socket, the terminal and SIGUSR1, until `close`."""

    def __init__(self, pacer: Pacer, path: Path, interventions: Interventions) -> None:
        self.pacer = pacer
        self.interventions = interventions
        self.clock = interventions.clock
        self.deeds: dict[str, Callable[[], None]] = {
            "ping": lambda: None,
            "pause": pacer.pause,
            "resume": pacer.resume,
            "step": pacer.step,
            "state": lambda: None,
            "visit": lambda: None,
        }
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        self.listener.listen(CLIENTS_MOST)
        self.woken, self.wake = os.pipe()
        os.set_blocking(self.wake, False)
        self.pending: dict[socket.socket, bytes] = {}
        self.select = selectors.DefaultSelector()
        self.select.register(self.listener, selectors.EVENT_READ, self._accept)
        self.select.register(self.woken, selectors.EVENT_READ, self._awake)
        self.watched: Optional[int] = None  # the terminal, while its lines are ours
        self.hung_up = False
        self.closing = False
        self.thread = threading.Thread(target=self._serve, name="control", daemon=True)

    def start(self) -> None:
        """Serve from now on. From the main thread, since a signal is taken."""
        self.pacer.on_change = lambda: self._tell(b".")
        signal.signal(signal.SIGUSR1, lambda _number, _frame: self._tell(b"u"))
        self.thread.start()

    def close(self) -> None:
        self.closing = True
        self.pacer.on_change = lambda: None
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        self._tell(b".")
        self.thread.join(5)

    def _tell(self, word: bytes) -> None:
        try:
            os.write(self.wake, word)
        except BlockingIOError:
            pass  # it has enough to read to wake up

    def _serve(self) -> None:
        while not self.closing:
            self._watch_terminal()
            for key, _ in self.select.select():
                key.data(key.fileobj)
        self.listener.close()

    def _watch_terminal(self) -> None:
        """Lines typed there are ours only while the run is paused."""
        wanted = terminal() if self.pacer.paused else None
        if wanted is not None and self.watched is None and not self.hung_up:
            self.select.register(wanted, selectors.EVENT_READ, self._typed)
            self.watched = wanted
        elif wanted is None and self.watched is not None:
            self.select.unregister(self.watched)
            self.watched = None

    def _typed(self, descriptor: int) -> None:
        try:
            typed = os.read(descriptor, 4096)
        except OSError:
            typed = b""
        if not typed:  # the terminal is gone
            self.select.unregister(descriptor)
            self.watched, self.hung_up = None, True
            return
        if self.pacer.paused:
            self.interventions.note("step" if self.pacer.stepping else "resume", "terminal")
        self.pacer.enter()

    def _awake(self, _pipe: Any) -> None:
        if b"u" in os.read(self.woken, 4096):
            self.interventions.note("resume", "SIGUSR1")
            self.pacer.resume()

    def _accept(self, _listener: Any) -> None:
        try:
            client, _ = self.listener.accept()
        except OSError:
            return  # it has gone again
        if len(self.pending) >= CLIENTS_MOST:
            client.close()
            return
        client.settimeout(CLIENT_SECONDS)
        self.pending[client] = b""
        self.select.register(client, selectors.EVENT_READ, self._heard)

    def _heard(self, client: socket.socket) -> None:
        try:
            data = client.recv(4096)
            *lines, rest = (self.pending[client] + data).split(b"\n")
            for line in lines:
                client.sendall(json.dumps(self.answer(line)).encode() + b"\n")
        except OSError:
            data, rest = b"", b""
        self.pending[client] = rest
        if not data or len(rest) > LONGEST_LINE:
            self.select.unregister(client)
            del self.pending[client]
            client.close()

    def answer(self, line: bytes) -> Answer:
        """What a request brings about, and what is said to it."""
        request = _request(line)
        deed = request.get("do")
        if not isinstance(deed, str) or deed not in self.deeds:
            known = ", ".join(self.deeds)
            return {"ok": False, "error": f"key 'do': found {deed!r}, expected one of {known}"}
        if deed in NOTED:
            node = request.get("node")
            self.interventions.note(deed, SOCKET, **({"node": str(node)[:64]} if node else {}))
        self.deeds[deed]()
        return {"ok": True, "time": self.clock(), **self.pacer.state()}


def terminal() -> Optional[int]:
    """Standard input, where that is a terminal; it may as well be closed."""
    try:
        return sys.stdin.fileno() if sys.stdin is not None and sys.stdin.isatty() else None
    except (OSError, ValueError):
        return None


def _request(line: bytes) -> dict[str, Any]:
    """Empty where it is none."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return request if isinstance(request, dict) else {}


def tell(folder: Path, request: dict[str, Any], seconds: float = 5) -> bool:
    """Say something to the run whose sockets lie in `folder`; False if it did not hear."""
    try:  # a path by a descriptor is short enough for a socket
        inside = os.open(folder, os.O_PATH)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(seconds)
                client.connect(f"/proc/self/fd/{inside}/{SOCKET}")
                client.sendall(json.dumps(request).encode() + b"\n")
                return bool(client.recv(1))
        finally:
            os.close(inside)
    except OSError:
        return False
