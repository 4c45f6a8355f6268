# SPDX-License-Identifier: BSD-2-Clause
"""What `waylay doctor` tries, one function a thing; each in a process of its own.

A probe returns None if all is well, else what is wrong; an OSError says it, too.
Those of the kernel run in namespaces that vanish after them, with a pair of veth
named way-veth and its peer.
"""
from __future__ import annotations

import ctypes
import fcntl
import importlib.util
import os
import shlex
import socket
import struct
import subprocess
from typing import Callable, Optional

from waylay import isolate, programs

Probe = Callable[[], Optional[str]]

IFF_TUN, IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0001, 0x0002, 0x1000, 0x4000
TUNSETIFF, TUNSETOFFLOAD = 0x400454CA, 0x400454D0
TUN_F_CSUM, TUN_F_TSO4 = 0x01, 0x02
IP_TRANSPARENT = 19
NO_PROGRAM = "no program "  # so begins the fault of a probe that could not even try
PACKET_RX_RING, PACKET_VERSION, PACKET_VNET_HDR, TPACKET_V2 = 5, 10, 15, 1
SOL_PACKET = 263


def prepare() -> None:
    """What the probes of the kernel find in their namespaces."""
    for line in ("ip link set lo up", "ip link add way-veth type veth", "ip link set way-veth up"):
        command(line)()


def command(*lines: str) -> Probe:
    """A probe that runs commands; the first that fails says why."""

    def probe() -> Optional[str]:
        for line in lines:
            tool = line.split()[0]
            if programs.find(tool) is None:
                return NO_PROGRAM + tool
            done = subprocess.run(shlex.split(line), capture_output=True, encoding="utf-8")
            if done.returncode != 0:
                said = (done.stderr or done.stdout).strip().splitlines() or ["failed"]
                return f"{line}: {said[-1]}"
        return None

    return probe


def tun() -> Optional[str]:
    """Devices of both kinds: TUN for router and proxy, TAP for wires."""
    for name, kind in ((b"way-tun", IFF_TUN), (b"way-tap", IFF_TAP)):
        request = struct.pack("16sH22x", name, kind | IFF_NO_PI | IFF_VNET_HDR)
        with open("/dev/net/tun", "rb+", buffering=0) as device:
            fcntl.ioctl(device, TUNSETIFF, request)
            fcntl.ioctl(device, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4)
    return None


def packet() -> Optional[str]:
    """A ring of AF_PACKET with virtio headers on one end of a pair of veth."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as end:
        end.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V2)
        end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        end.setsockopt(SOL_PACKET, PACKET_RX_RING, struct.pack("IIII", 65536, 1, 2048, 32))
        end.bind(("way-veth", 3))
    return None


def transparent() -> Optional[str]:
    with socket.socket() as listener:
        listener.setsockopt(socket.IPPROTO_IP, IP_TRANSPARENT, 1)
    return None


def raw() -> Optional[str]:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW).close()
    return None


def groups() -> Optional[str]:
    """What tcpdump and nginx do before they become root."""
    os.setgroups([])
    return None


def bpf_file_system() -> Optional[str]:
    isolate.mount("bpf", "/sys/fs/bpf", "bpf")
    return None


def realtime() -> Optional[str]:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    return None


def awake_cores() -> Optional[str]:
    """Held at 0, the file keeps idle cores from sleeping deeply."""
    with open("/dev/cpu_dma_latency", "wb", buffering=0) as file:
        file.write(struct.pack("i", 0))
    return None


def libpcap() -> Optional[str]:
    ctypes.CDLL("libpcap.so.0.8")
    return None


def program(name: str) -> Probe:
    return lambda: None if programs.find(name) else "not found"


def module(name: str) -> Probe:
    return lambda: None if importlib.util.find_spec(name) else "not installed"


def fault_of(probe: Probe) -> Optional[str]:
    """What a probe says, in whichever way."""
    try:
        return probe()
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return where + (error.strerror or str(error))
