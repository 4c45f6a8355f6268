# SPDX-License-Identifier: BSD-2-Clause
"""`waylay doctor`: what a run needs, and what this machine has.

Everything of the kernel is tried for real, in namespaces that vanish after it;
nothing is read off a version number or a list of modules. It is tried for who
asks; where root asks, also for an ordinary user, as nobody in a user namespace.
"""
from __future__ import annotations

import ctypes
import json
import os
from dataclasses import dataclass
from typing import Optional

from waylay import isolate, probes, userns
from waylay.probes import Probe, command, module, program

PR_SET_DUMPABLE = 4
NOBODY = 65534


@dataclass(frozen=True)
class Need:
    """One line of the table."""

    name: str
    purpose: str
    probe: Probe
    remedy: str
    optional: bool = False


KERNEL = "use a kernel that has it (Debian's own has)"
INSTALL = "install it (see the programs below), then try again"
OWN = "build it (make), and set WAYLAY_BINDIR to the build folder"
INSTEAD = "pairs of veth take the devices' places"
LATER = "frames leave wires later than they should, which the run says"
NETWORK = (
    Need("veth", "links", command("ip link add way-a type veth peer name way-b"), KERNEL),
    Need("TUN and TAP", "router, proxy, wires", probes.tun, INSTEAD, optional=True),
    Need("AF_PACKET", "in place of TUN, TAP", probes.packet, KERNEL),
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
    Need("IP_TRANSPARENT", "proxy", probes.transparent, KERNEL),
    Need("raw sockets", "proxy", probes.raw, KERNEL),
    Need("advmss", "proxy", command("ip route add 192.0.2.0/24 dev way-veth advmss 1452"), KERNEL),
    Need("blackhole route", "scenarios", command("ip route add blackhole 192.0.2.9/32"), KERNEL),
    Need("setgroups", "tcpdump, nginx", probes.groups, "run as root"),
    Need("real-time", "wires in time", probes.realtime, LATER, optional=True),
    Need("cpu_dma_latency", "wires in time", probes.awake_cores, LATER, optional=True),
    Need(
        "netem",
        "comparison alone",
        command("tc qdisc add dev way-veth root netem delay 1ms"),
        "waylay-wire needs none; Mininet's TCLink does",
        optional=True,
    ),
    Need("bpf file system", "later datapaths", probes.bpf_file_system, KERNEL, optional=True),
)

USER_SPACE = (
    Need("Mininet", "nodes and links", module("mininet"), "apt-get install mininet"),
    Need("PyYAML", "scenarios", module("yaml"), "apt-get install python3-yaml"),
    Need("jsonschema", "scenarios", module("jsonschema"), "apt-get install python3-jsonschema"),
    Need("jinja2", "reports", module("jinja2"), "apt-get install python3-jinja2"),
    Need("libpcap", "filters", probes.libpcap, "apt-get install libpcap0.8"),
    Need("mnexec", "nodes", program("mnexec"), "apt-get install mininet"),
    Need("ip", "network", program("ip"), "apt-get install iproute2"),
    Need("tc", "network", program("tc"), "apt-get install iproute2"),
    Need("ifconfig", "Mininet", program("ifconfig"), "apt-get install net-tools"),
    Need("nsenter", "waylay shell", program("nsenter"), "apt-get install util-linux"),
    Need("tcpdump", "captures", program("tcpdump"), "apt-get install tcpdump"),
    Need("curl", "fetches", program("curl"), "apt-get install curl"),
    Need("nginx", "as origin", program("nginx"), "apt-get install nginx-light", optional=True),
    Need("tshark", "other eyes", program("tshark"), "apt-get install tshark", optional=True),
    Need("waylay-router", "redirection", program("waylay-router"), OWN),
    Need("waylay-proxy", "the proxy", program("waylay-proxy"), OWN),
    Need("waylay-origin", "origins", program("waylay-origin"), OWN),
    Need("waylay-hold", "nodes", program("waylay-hold"), OWN),
    Need("waylay-wire", "links with a wire", program("waylay-wire"), OWN),
    Need("waylay-assert", "checks", program("waylay-assert"), OWN),
)

Faults = dict[str, Optional[str]]


def try_network(as_nobody: bool) -> Faults:
    """The faults of NETWORK by name, each None for fine; of a process that tries them.

    A key "" stands alone where not even the namespaces could be had.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os._exit(_try_network(as_nobody, writing))
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    try:
        found: Faults = json.loads(said)
    except ValueError:
        return {"": "the trial ended without a word"}
    return found


def _try_network(as_nobody: bool, writing: int) -> int:
    if as_nobody:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        # Else what is below /proc/self would be root's.
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    fault = userns.fault() if isolate.missing_capabilities() else None
    if fault is not None:
        os.write(writing, json.dumps({"": fault}).encode())
        return 1

    def inside() -> int:
        probes.prepare()
        found = {need.name: probes.fault_of(need.probe) for need in NETWORK}
        os.write(writing, json.dumps(found).encode())
        return 0

    return isolate.run_isolated(inside)


def word(need: Need, fault: Optional[str]) -> str:
    """Of the table: whether a need is met, and whether that matters."""
    return "yes" if fault is None else ("no" if need.optional else "NO")


def row(need: Need, columns: list[Optional[str]]) -> str:
    """A line of the table: the words of the columns, the need, what is wrong."""
    words = "".join(f"{word(need, fault):<6}" for fault in columns)
    line = f"  {words}{need.name:<16} {need.purpose:<21}"
    wrong = [fault for fault in columns if fault is not None]
    if wrong:
        remedy = INSTALL if wrong[0].startswith(probes.NO_PROGRAM) else need.remedy
        who = "as a user: " if len(columns) > 1 and columns[0] is None else ""
        line += f" {who}{wrong[0]}; {remedy}"
    return line.rstrip()


def table(title: str, heads: list[str], needs: tuple[Need, ...], tried: list[Faults]) -> list[bool]:
    """Print it; of each column, whether everything that must be there is."""
    print(f"{title}\n  {''.join(f'{head:<6}' for head in heads)}{'what':<16} for")
    good = [True] * len(tried)
    for need in needs:
        columns = [faults[need.name] for faults in tried]
        print(row(need, columns), flush=True)
        good = [g and word(need, f) != "NO" for g, f in zip(good, columns)]
    return good


def examine() -> int:
    """Print the tables; 0 if whoever asks can run, else 1."""
    missing = isolate.missing_capabilities()
    root = not missing
    people = {"root": try_network(False), "user": try_network(True)} if root else {}
    people = people or {"user": try_network(False)}
    mine = next(iter(people))
    print(_privileges(missing, people[mine]))
    able = {name: faults for name, faults in people.items() if "" not in faults}
    good = dict.fromkeys(people, False)
    if able:
        results = table("The kernel", list(able), NETWORK, list(able.values()))
        good.update(zip(able, results))
    installed = {need.name: probes.fault_of(need.probe) for need in USER_SPACE}
    all_there = table("Programs and packages", ["has"], USER_SPACE, [installed])[0]
    print(_verdict(good[mine] and all_there))
    if root and all_there:
        print(_of_users(good["user"], people["user"]))
    return 0 if good[mine] and all_there else 1


def _privileges(missing: list[str], tried: Faults) -> str:
    who = "root" if os.geteuid() == 0 else f"uid {os.geteuid()}"
    if not missing:
        return f"Privileges: {who} has what a run needs."
    if "" in tried:
        return (
            f"Privileges: {who} lacks {', '.join(missing)}; and a user namespace cannot give "
            f"them: {tried['']}. NO run without these; root can, with sudo."
        )
    return f"Privileges: {who}, in a user namespace, has what a run needs."


def _verdict(good: bool) -> str:
    return "A run is possible." if good else "A run is not possible: see NO above."


def _of_users(good: bool, tried: Faults) -> str:
    if good:
        return "An ordinary user can run, too."
    return "An ordinary user cannot run: " + (tried.get("") or "see NO above.")
