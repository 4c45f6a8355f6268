# SPDX-License-Identifier: BSD-2-Clause
"""Interfaces, addresses and routes by netlink: no process for a command.

A `Request` is one message to the kernel, with the words that `ip` would take for
it, which go into journals and error messages. A `Namespace` is the way into the
network namespace of a process: what is asked of it goes out in batches, each
message acknowledged, and the first refusal is a WaylayError with the words of
the request and the kernel's reason.

Numbers and layouts: linux/rtnetlink.h, linux/if_link.h, linux/neighbour.h,
linux/veth.h, linux/ethtool.h; integers are in the machine's order, addresses in
the network's. Attributes are padded to 4 bytes.
"""
from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Optional, Sequence

from waylay import isolate
from waylay.errors import WaylayError

RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, RTM_DELADDR = 16, 17, 20, 21
RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWNEIGH = 24, 25, 28
NLM_F_REQUEST, NLM_F_ACK = 0x1, 0x4
NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE = 0x100, 0x200, 0x400
NLMSG_ERROR = 2
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200  # of an acknowledgement
NLMSGERR_ATTR_MSG = 1
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_MASTER, IFLA_LINKINFO, IFLA_NET_NS_PID = (
    1,
    3,
    4,
    10,
    18,
    19,
)
IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER = 1, 2, 1
IFA_ADDRESS, IFA_LOCAL, IFA_BROADCAST = 1, 2, 4
NDA_DST, NDA_LLADDR, NUD_PERMANENT = 1, 2, 0x80
RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_METRICS, RTAX_ADVMSS = 1, 4, 5, 8, 8
RT_TABLE_MAIN, RTPROT_BOOT, RTN_UNICAST = 254, 3, 1
RT_SCOPE_UNIVERSE, RT_SCOPE_LINK = 0, 253
IFF_UP = 1
SIOCGIFFLAGS, SIOCGIFINDEX, SIOCETHTOOL = 0x8913, 0x8933, 0x8946

HEADER = struct.Struct("=IHHII")
BATCH = 64  # messages a time: their answers fit into any receive buffer
RECEIVE = 1 << 16
GUARD_SECONDS = 30.0

# `ethtool -K` and what it switches: ETHTOOL_S... of linux/ethtool.h.
OFFLOADS = {"tso": 0x1F, "gso": 0x24, "gro": 0x2C, "tx": 0x17, "rx": 0x15}


def attribute(kind: int, value: bytes) -> bytes:
    length = 4 + len(value)
    return struct.pack("=HH", length, kind) + value + bytes(-length % 4)


def text(kind: int, value: str) -> bytes:
    return attribute(kind, value.encode() + b"\0")


def number(kind: int, value: int) -> bytes:
    return attribute(kind, struct.pack("=I", value))


def mac_bytes(mac: str) -> bytes:
    """Raises ValueError unless it is six bytes in hexadecimal, with colons."""
    value = bytes.fromhex(mac.replace(":", ""))
    if len(value) != 6 or mac.count(":") != 5:
        raise ValueError(f"found '{mac}', expected a MAC address such as 02:00:0a:00:01:02")
    return value


@dataclass(frozen=True)
class Request:
    """One message; `words` say it as a command line would."""

    words: str
    kind: int
    flags: int
    body: bytes


@dataclass(frozen=True)
class End:
    """One end of a veth pair that is to be made; `pid` is of a process in its namespace."""

    name: str
    pid: int
    mac: Optional[str] = None


def _link_body(index: int = 0, flags: int = 0, change: int = 0) -> bytes:
    return struct.pack("=BxHiII", socket.AF_UNSPEC, 0, index, flags, change)


def _end(end: End, mtu: int) -> bytes:
    body = text(IFLA_IFNAME, end.name) + number(IFLA_NET_NS_PID, end.pid) + number(IFLA_MTU, mtu)
    return body + (attribute(IFLA_ADDRESS, mac_bytes(end.mac)) if end.mac else b"")


def veth(first: End, second: End, mtu: int = 1500) -> Request:
    """A pair with an end in each namespace, both still down."""
    peer = attribute(VETH_INFO_PEER, _link_body() + _end(second, mtu))
    info = text(IFLA_INFO_KIND, "veth") + attribute(IFLA_INFO_DATA, peer)
    body = _link_body() + _end(first, mtu) + attribute(IFLA_LINKINFO, info)
    words = f"ip link add {first.name} netns {first.pid} mtu {mtu} type veth "
    words += f"peer name {second.name} netns {second.pid} mtu {mtu}"
    return Request(words, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, body)


def bridge(name: str) -> Request:
    info = attribute(IFLA_LINKINFO, text(IFLA_INFO_KIND, "bridge"))
    body = _link_body() + text(IFLA_IFNAME, name) + info
    words = f"ip link add {name} type bridge"
    return Request(words, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, body)


def link_set(
    name: str,
    up: Optional[bool] = None,
    mtu: Optional[int] = None,
    mac: Optional[str] = None,
    new_name: Optional[str] = None,
    index: int = 0,
) -> Request:
    """Change an interface; one that is to be renamed is named by its index."""
    words, attributes = f"ip link set {name}", b""
    flags = IFF_UP if up else 0
    change = 0 if up is None else IFF_UP
    if not index:
        attributes += text(IFLA_IFNAME, name)
    if mtu is not None:
        words, attributes = f"{words} mtu {mtu}", attributes + number(IFLA_MTU, mtu)
    if mac is not None:
        words += f" address {mac}"
        attributes += attribute(IFLA_ADDRESS, mac_bytes(mac))
    if new_name is not None:
        words, attributes = f"{words} name {new_name}", attributes + text(IFLA_IFNAME, new_name)
    if up is not None:
        words += " up" if up else " down"
    return Request(words, RTM_NEWLINK, 0, _link_body(index, flags, change) + attributes)


def link_master(name: str, master: str, master_index: int) -> Request:
    """Make an interface a port of a bridge."""
    body = _link_body() + text(IFLA_IFNAME, name) + number(IFLA_MASTER, master_index)
    return Request(f"ip link set {name} master {master}", RTM_NEWLINK, 0, body)


def link_delete(name: str) -> Request:
    body = _link_body() + text(IFLA_IFNAME, name)
    return Request(f"ip link del {name}", RTM_DELLINK, 0, body)


def address(
    name: str, index: int, value: IPv4Address, prefixlen: int, delete: bool = False
) -> Request:
    head = struct.pack("=BBBBi", socket.AF_INET, prefixlen, 0, RT_SCOPE_UNIVERSE, index)
    body = attribute(IFA_LOCAL, value.packed) + attribute(IFA_ADDRESS, value.packed)
    if prefixlen < 31 and not delete:
        network = IPv4Network((value, prefixlen), strict=False)
        body += attribute(IFA_BROADCAST, network.broadcast_address.packed)
    verb = "del" if delete else "add"
    words = f"ip address {verb} {value}/{prefixlen} dev {name}"
    if delete:
        return Request(words, RTM_DELADDR, 0, head + body)
    return Request(words, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, head + body)


def neighbour(name: str, index: int, value: IPv4Address, mac: str) -> Request:
    body = struct.pack("=BxHiHBB", socket.AF_INET, 0, index, NUD_PERMANENT, 0, 0)
    body += attribute(NDA_DST, value.packed) + attribute(NDA_LLADDR, mac_bytes(mac))
    words = f"ip neigh replace {value} lladdr {mac} dev {name} nud permanent"
    return Request(words, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, body)


def route(
    prefix: Optional[IPv4Network],
    index: int,
    name: str,
    via: Optional[IPv4Address] = None,
    advmss: Optional[int] = None,
    replace: bool = False,
) -> Request:
    """To a prefix (None: the default route), by a gateway or, without one, on the link."""
    length = prefix.prefixlen if prefix else 0
    scope = RT_SCOPE_UNIVERSE if via else RT_SCOPE_LINK
    fixed = (socket.AF_INET, length, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, scope, RTN_UNICAST, 0)
    body = struct.pack("=BBBBBBBBI", *fixed) + number(RTA_OIF, index)
    words = f"ip route {'replace' if replace else 'add'} {prefix or 'default'}"
    if prefix:
        body += attribute(RTA_DST, prefix.network_address.packed)
    if via:
        words, body = f"{words} via {via}", body + attribute(RTA_GATEWAY, via.packed)
    words += f" dev {name}"
    if advmss:
        words += f" advmss {advmss}"
        body += attribute(RTA_METRICS, number(RTAX_ADVMSS, advmss))
    flags = NLM_F_CREATE | (NLM_F_REPLACE if replace else NLM_F_EXCL)
    return Request(words, RTM_NEWROUTE, flags, body)


class Namespace:
    """The network namespace of a process, for as long as this is open.

    `who` names it in errors. Use as a context manager: it holds two sockets.
    """

    def __init__(self, who: str, pid: int) -> None:
        self.who = who
        with isolate.network_of(pid):
            self._netlink = socket.socket(
                socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE
            )
            self._ioctl = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._netlink.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self._netlink.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self._netlink.settimeout(GUARD_SECONDS)
        self._sequence = 0

    def __enter__(self) -> "Namespace":
        return self

    def __exit__(self, *_exception: object) -> None:
        self._netlink.close()
        self._ioctl.close()

    def index(self, name: str) -> int:
        """The number of an interface."""
        try:
            answer = fcntl.ioctl(self._ioctl, SIOCGIFINDEX, struct.pack("16s16x", name.encode()))
        except OSError as error:
            raise WaylayError(f"{self.who}: interface {name}: {error.strerror}") from error
        return int(struct.unpack("16si12x", answer)[1])

    def is_up(self, name: str) -> bool:
        """Whether an interface is set up (its other end may be down)."""
        request = struct.pack("16s16x", name.encode())
        try:
            answer = fcntl.ioctl(self._ioctl, SIOCGIFFLAGS, request)
        except OSError as error:
            raise WaylayError(f"{self.who}: interface {name}: {error.strerror}") from error
        return bool(struct.unpack("16sH14x", answer)[1] & IFF_UP)

    def offload_off(self, name: str, offloads: Sequence[str] = tuple(OFFLOADS)) -> None:
        """What `ethtool -K NAME tso off gso off ...` does."""
        for offload in offloads:
            value = ctypes.create_string_buffer(struct.pack("=II", OFFLOADS[offload], 0), 8)
            request = struct.pack("16sP8x", name.encode(), ctypes.addressof(value))
            try:
                fcntl.ioctl(self._ioctl, SIOCETHTOOL, request)
            except OSError as error:
                what = f"ethtool -K {name} {offload} off"
                raise WaylayError(f"{self.who}: '{what}' failed: {error.strerror}") from error

    def apply(self, requests: Sequence[Request]) -> None:
        """Carry out requests in their order; the first that is refused is an error."""
        for begin in range(0, len(requests), BATCH):
            self._batch(requests[begin : begin + BATCH])

    def _batch(self, requests: Sequence[Request]) -> None:
        first = self._sequence + 1
        data = b""
        for request in requests:
            self._sequence += 1
            flags = NLM_F_REQUEST | NLM_F_ACK | request.flags
            length = HEADER.size + len(request.body)
            data += HEADER.pack(length, request.kind, flags, self._sequence, 0) + request.body
        self._netlink.send(data)
        awaited = len(requests)
        refused: Optional[WaylayError] = None
        while awaited:
            for sequence, code, said in acknowledgements(self._netlink.recv(RECEIVE)):
                awaited -= 1
                if code and refused is None:
                    reason = os.strerror(-code) + (f" ({said})" if said else "")
                    words = requests[sequence - first].words
                    refused = WaylayError(f"{self.who}: '{words}' failed: {reason}")
        if refused is not None:
            raise refused


def acknowledgements(data: bytes) -> list[tuple[int, int, str]]:
    """(sequence number, 0 or -errno, the kernel's words) of each acknowledgement."""
    found = []
    offset = 0
    while offset + HEADER.size <= len(data):
        length, kind, flags, sequence, _pid = HEADER.unpack_from(data, offset)
        if kind == NLMSG_ERROR:
            (code,) = struct.unpack_from("=i", data, offset + HEADER.size)
            # Capped: of the request only its header is quoted, also for refusals.
            extra = data[offset + HEADER.size + 4 + HEADER.size : offset + length]
            found.append((sequence, code, _said(extra) if flags & NLM_F_ACK_TLVS else ""))
        offset += (length + 3) & ~3
    return found


def _said(attributes: bytes) -> str:
    offset = 0
    while offset + 4 <= len(attributes):
        length, kind = struct.unpack_from("=HH", attributes, offset)
        if length < 4:
            break
        if kind == NLMSGERR_ATTR_MSG:
            return attributes[offset + 4 : offset + length].rstrip(b"\0").decode(errors="replace")
        offset += (length + 3) & ~3
    return ""
