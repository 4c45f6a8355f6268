# SPDX-License-Identifier: BSD-2-Clause
"""Where a run lives: PID, mount, network and UTS namespaces of its own.

Whoever lacks the privileges for these gets a user namespace around them
(userns.py), of which the outer process is the first member.

Two processes. The outer one, which the user started, stays outside, forwards
signals and waits. The inner one is process 1 of the run's PID namespace: when
it ends, in whatever way, the kernel kills every process of the run, and with
the last of them go the namespaces, their interfaces, rules, mounts and BPF
objects. The inner one is killed when the outer one dies. So nothing has to be
cleaned up, not even after `kill -9` of either.

    outer --fork--> inner (pid 1; own session, so that Ctrl-C meets the outer only)
                      +-- waylay-hold, with a process per node, in a network namespace each
                      +-- programs, tcpdump, curl, ...

The inner one has its own /proc and /sys, an empty /run and a BPF file system.
"""
from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Callable, Iterator

from waylay import userns
from waylay.errors import FAILED, INTERRUPTED, BadInput

CLONE_NEWNS, CLONE_NEWUTS = 0x00020000, 0x04000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 16384, 1 << 18
PR_SET_PDEATHSIG = 1

# Capabilities by bit number (linux/capability.h) and what a run needs them for.
NEEDED_CAPABILITIES = {
    "CAP_SYS_ADMIN": (21, "to make namespaces and mounts"),
    "CAP_NET_ADMIN": (12, "to make interfaces, routes and filters"),
    "CAP_NET_RAW": (13, "to capture packets"),
}

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str, flags: int = 0, data: str = "") -> None:
    arguments = (source.encode(), target.encode(), kind.encode(), flags, data.encode())
    _checked(_libc.mount(*arguments), f"mount {kind} on {target}")


@contextmanager
def network_of(pid: int) -> Iterator[None]:
    """Within it, this thread is in the network namespace of a process.

    Sockets made there stay there; nothing else should be done inside.
    """
    # Not /proc/self: that is the first thread's, which may be elsewhere just now.
    home_path = "/proc/thread-self/ns/net"
    with open(home_path, "rb") as home, open(f"/proc/{pid}/ns/net", "rb") as away:
        _checked(_libc.setns(away.fileno(), CLONE_NEWNET), f"setns to process {pid}")
        try:
            yield
        finally:
            _checked(_libc.setns(home.fileno(), CLONE_NEWNET), "setns back")


def missing_capabilities() -> list[str]:
    """The needed capabilities that this process lacks, each with its purpose."""
    lines = Path("/proc/self/status").read_text().splitlines()
    effective = int(next(line.split()[1] for line in lines if line.startswith("CapEff")), 16)
    return [
        f"{name} ({purpose})"
        for name, (bit, purpose) in NEEDED_CAPABILITIES.items()
        if not effective >> bit & 1
    ]


def require_privileges(command: str) -> None:
    """Raise BadInput, saying what is missing and what to do, unless a run is possible.

    What an ordinary user lacks, a user namespace gives.
    """
    missing = missing_capabilities()
    fault = userns.fault() if missing else None
    if fault is not None:
        raise BadInput(
            f"{command} lacks {', '.join(missing)}, and a user namespace cannot give them "
            f"({fault}); run it as root, such as: sudo {command}"
        )


def run_isolated(body: Callable[[], int]) -> int:
    """Run `body` as process 1 of namespaces of its own; return its exit code.

    SIGINT, SIGTERM and SIGHUP are handed on: the inner process meets them as
    KeyboardInterrupt and should stop cleanly. A second one kills it.
    """
    if missing_capabilities():
        userns.enter()
    _checked(_libc.unshare(CLONE_NEWPID), "unshare")
    alive_read, alive_write = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    inner = os.fork()
    if inner == 0:
        code = FAILED
        try:
            os.close(alive_write)
            code = _inner(body, alive_read)
        finally:
            os._exit(code)  # whatever comes: what stands below is the outer one's
    os.close(alive_read)
    status = _wait(inner)
    os.close(alive_write)
    return status


def _wait(inner: int) -> int:
    sent: list[int] = []

    def hand_on(number: int, _frame: object) -> None:
        os.kill(inner, signal.SIGKILL if sent else number)
        sent.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, hand_on)
    signal.signal(signal.SIGUSR1, lambda number, _frame: os.kill(inner, number))
    _, status = os.waitpid(inner, 0)
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status)
    if sent:
        return INTERRUPTED
    print(f"waylay: the run was killed by signal {os.WTERMSIG(status)}", file=sys.stderr)
    return FAILED


def _inner(body: Callable[[], int], alive: int) -> int:
    """Everything that process 1 does; returns its exit code, raises nothing."""
    try:
        _follow_into_death(alive)
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        _own_namespaces()
        userns.excuse_setgroups()
        return body()
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        with suppress(OSError):
            print(f"waylay: {error}", file=sys.stderr)
        return FAILED
    except Exception:
        traceback.print_exc()
        return FAILED
    finally:
        with suppress(OSError):  # nobody may be there to read
            sys.stdout.flush()
            sys.stderr.flush()


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _follow_into_death(alive: int) -> None:
    """Die with the outer process, also if it died before this was said.

    The parent's id tells nothing here (it is 0, being outside the namespace),
    so a pipe does: its writing end closes with the outer process.
    """
    _checked(_libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
    readable, _, _ = select.select([alive], [], [], 0)
    if readable:
        os._exit(FAILED)


def _own_namespaces() -> None:
    _checked(_libc.unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS), "unshare")
    mount("none", "/", "none", MS_REC | MS_PRIVATE)
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    try:
        mount("bpf", "/sys/fs/bpf", "bpf")
    except OSError:
        pass  # no BPF, or in a user namespace: whoever needs it says so
