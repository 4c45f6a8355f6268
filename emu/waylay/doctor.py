# SPDX-License-Identifier: BSD-2-Clause
"""`waylay doctor`: what a run needs, and what this machine has.

Everything of the kernel is tried for real, in namespaces that vanish after it;
nothing is read off a version number or a list of modules.
"""
from __future__ import annotations

import ctypes
import fcntl
import importlib.util
import os
import socket
import struct
import subprocess
from dataclasses import dataclass
from typing import Callable, Optional

from waylay import isolate, programs

IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 0x0001, 0x1000, 0x4000
TUNSETIFF, TUNSETOFFLOAD = 0x400454CA, 0x400454D0
TUN_F_CSUM, TUN_F_TSO4 = 0x01, 0x02
IP_TRANSPARENT = 19


@dataclass(frozen=True)
class Need:
    """One line of the table. `probe` returns None if all is well, else what is wrong."""

    name: str
    purpose: str
    probe: Callable[[], Optional[str]]
    remedy: str
    optional: bool = False


def command(*lines: str) -> Callable[[], Optional[str]]:
    """A probe that runs commands; the first that fails says why."""

    def probe() -> Optional[str]:
        for line in lines:
            done = subprocess.run(line.split(), capture_output=True, encoding="utf-8")
            if done.returncode != 0:
                said = (done.stderr or done.stdout).strip().splitlines() or ["failed"]
                return f"{line}: {said[-1]}"
        return None

    return probe


def tun() -> Optional[str]:
    request = struct.pack("16sH22x", b"way-doctor", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR)
    with open("/dev/net/tun", "rb+", buffering=0) as device:
        fcntl.ioctl(device, TUNSETIFF, request)
        fcntl.ioctl(device, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4)
    return None


def transparent() -> Optional[str]:
    with socket.socket() as listener:
        listener.setsockopt(socket.IPPROTO_IP, IP_TRANSPARENT, 1)
    return None


def bpf_file_system() -> Optional[str]:
    isolate.mount("bpf", "/sys/fs/bpf", "bpf")
    return None


def libpcap() -> Optional[str]:
    ctypes.CDLL("libpcap.so.0.8")
    return None


def program(name: str) -> Callable[[], Optional[str]]:
    return lambda: None if programs.find(name) else "not found"


def module(name: str) -> Callable[[], Optional[str]]:
    return lambda: None if importlib.util.find_spec(name) else "not installed"


KERNEL = "use a kernel that has it (Debian's own has)"
OWN = "build it (make), and set WAYLAY_BINDIR to the build folder"
NETWORK = (
    Need("veth", "links", command("ip link add way-a type veth peer name way-b"), KERNEL),
    Need("TUN", "router and proxy", tun, "modprobe tun; is /dev/net/tun there?"),
    Need(
        "policy rules",
        "router and proxy",
        command("ip rule add pref 100 iif lo lookup 100", "ip rule del pref 100"),
        KERNEL,
    ),
    Need("clsact", "router and proxy", command("tc qdisc add dev lo clsact"), KERNEL),
    Need(
        "u32, mirred",
        "router and proxy",
        command(
            "tc filter add dev lo ingress protocol ip pref 9 u32 match ip protocol 6 0xff"
            " action mirred egress redirect dev way-veth"
        ),
        KERNEL,
    ),
    Need("IP_TRANSPARENT", "proxy", transparent, KERNEL),
    Need(
        "advmss",
        "proxy",
        command("ip route add 192.0.2.0/24 dev way-veth advmss 1452"),
        KERNEL,
    ),
    Need("blackhole route", "scenarios", command("ip route add blackhole 192.0.2.9/32"), KERNEL),
    Need("bpf file system", "later datapaths", bpf_file_system, KERNEL, optional=True),
)

USER_SPACE = (
    Need("Mininet", "nodes and links", module("mininet"), "apt-get install mininet"),
    Need("PyYAML", "scenarios", module("yaml"), "apt-get install python3-yaml"),
    Need("jsonschema", "scenarios", module("jsonschema"), "apt-get install python3-jsonschema"),
    Need("libpcap", "filters", libpcap, "apt-get install libpcap0.8"),
    Need("mnexec", "nodes", program("mnexec"), "apt-get install mininet"),
    Need("ip", "network", program("ip"), "apt-get install iproute2"),
    Need("tc", "network", program("tc"), "apt-get install iproute2"),
    Need("ethtool", "links", program("ethtool"), "apt-get install ethtool"),
    Need("tcpdump", "captures", program("tcpdump"), "apt-get install tcpdump"),
    Need("curl", "fetches", program("curl"), "apt-get install curl"),
    Need("nginx", "as origin", program("nginx"), "apt-get install nginx-light", optional=True),
    Need("tshark", "other eyes", program("tshark"), "apt-get install tshark", optional=True),
    Need("waylay-router", "redirection", program("waylay-router"), OWN),
    Need("waylay-proxy", "the proxy", program("waylay-proxy"), OWN),
    Need("waylay-origin", "origins", program("waylay-origin"), OWN),
    Need("waylay-assert", "checks", program("waylay-assert"), OWN),
)


def judge(need: Need) -> tuple[bool, str]:
    """Whether a need is met, and its line of the table."""
    try:
        fault = need.probe()
    except OSError as error:
        fault = error.strerror or str(error)
    word = "yes" if fault is None else ("no (optional)" if need.optional else "NO")
    line = f"  {word:<14} {need.name:<16} {need.purpose:<18}"
    if fault is not None:
        line += f" {fault}; {need.remedy}"
    return fault is None or need.optional, line.rstrip()


def table(needs: tuple[Need, ...]) -> bool:
    results = [judge(need) for need in needs]
    for _, line in results:
        print(line, flush=True)
    return all(met for met, _ in results)


def probe_network() -> int:
    """In namespaces of their own: try what the kernel can."""
    for line in ("ip link set lo up", "ip link add way-veth type veth", "ip link set way-veth up"):
        command(line)()
    return 0 if table(NETWORK) else 1


def examine() -> int:
    """Print the table; 0 if a run is possible, else 1."""
    print(f"  {'has':<14} {'what':<16} {'for'}")
    missing = isolate.missing_capabilities()
    who = "root" if os.geteuid() == 0 else f"uid {os.geteuid()}"
    word = "NO" if missing else "yes"
    print(
        f"  {word:<14} {'privileges':<16} {who} {'lacks ' if missing else ''}{', '.join(missing)}"
    )
    good = not missing
    if missing:
        print("  unknown        kernel features  need these privileges to be tried: use sudo")
    else:
        good = isolate.run_isolated(probe_network) == 0
    good = table(USER_SPACE) and good
    print("A run is possible." if good else "A run is not possible: see NO above.")
    return 0 if good else 1
