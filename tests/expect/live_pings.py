#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Sends echo requests over a pair of veth while waylay-assert judges both ends: for test_live.py.

    unshare -n live_pings.py COUNT STOP PROGRAM ARGUMENT...

Runs in a network namespace of its own, which goes with it. STOP is a signal's name, sent when
all is sent, or `wait`. Prints what the program has printed, and exits as it does.
"""
from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent)]

from made import CLIENT, SERVER, Packet, echo  # noqa: E402


def main() -> int:
    count, stop, argv = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    for command in (
        "ip link add left type veth peer name right",
        "ip link set left up",
        "ip link set right up",
    ):
        subprocess.run(command.split(), check=True)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as judge:
        assert judge.stderr
        line = judge.stderr.readline()
        if not line.endswith("ready\n"):
            sys.stderr.write(line + judge.stderr.read())
            return judge.wait()
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
            sender.bind(("left", 0))
            for n in range(count):
                sender.send(Packet(0, CLIENT, SERVER, echo(8, 7, n), id=n).frame())
        if stop != "wait":
            time.sleep(2)  # longer than a packet may take: what comes later is not decided
            judge.send_signal(signal.Signals[stop])
        out, err = judge.communicate()
        sys.stdout.write(out)
        sys.stderr.write(err)
        return judge.returncode


if __name__ == "__main__":
    sys.exit(main())
