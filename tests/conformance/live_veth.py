#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Sends frames over a pair of veth while both ends are captured: for test_live.py.

    unshare -n live_veth.py DISSECT-DUMP FRAMES

Runs in a network namespace of its own, which goes with it. Prints what dissect-dump has
printed.
"""

from __future__ import annotations

import socket
import subprocess
import sys

# For local experiments (IEEE 802): nobody else sends it.
ETHERTYPE = 0x88B5
DEADLINE_MS = 2000


def main() -> None:
    """Makes the pair, starts the capture, sends, and waits for the capture's deadline."""
    dump, frames = sys.argv[1], int(sys.argv[2])
    for command in (
        "ip link add left type veth peer name right",
        "ip link set left up",
        "ip link set right up",
    ):
        subprocess.run(command.split(), check=True)
    sources = [f"live:{name}:{DEADLINE_MS}" for name in ("left", "right")]
    with subprocess.Popen(
        [dump, "merge", *sources], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as capture:
        assert capture.stderr and capture.stderr.readline() == "ready\n"
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
            sender.bind(("left", 0))
            for n in range(frames):
                sender.send(b"\xff" * 6 + b"\x02" * 6 + ETHERTYPE.to_bytes(2, "big") + bytes(n))
        print(capture.communicate()[0], end="")


if __name__ == "__main__":
    main()
