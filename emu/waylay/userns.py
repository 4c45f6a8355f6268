# SPDX-License-Identifier: BSD-2-Clause
"""User namespaces: how an ordinary user gets what a run needs.

In a user namespace of his own a user is root over the namespaces that are made
from there: he makes interfaces, mounts, filters, raw sockets. Outside he is who
he was, so what the run writes is his. One user and one group are mapped, to 0;
other groups cannot be taken or given up, which the kernel asks to be renounced
first. So programs that give them up before they become root (tcpdump, nginx) would
fail; they are told that they have done it.

Not to be had there: device nodes that are closed to the user (/dev/net/tun),
the BPF file system, real-time priority, larger socket buffers than the machine
allows. Who needs these has another way, or says so.
"""
from __future__ import annotations

import ctypes
import os
import struct
from functools import lru_cache
from pathlib import Path
from typing import Callable, Optional

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 16384, 1 << 18

# Switches that forbid it: file, the value that does, and how it is said.
SWITCHES = (
    ("user/max_user_namespaces", "0", "user.max_user_namespaces is 0"),
    ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone is 0"),
    (
        "kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "AppArmor: kernel.apparmor_restrict_unprivileged_userns is 1",
    ),
)

# By machine: its AUDIT_ARCH_* (linux/audit.h), and the number of setgroups(2).
SETGROUPS = {"x86_64": (0xC000003E, 116), "aarch64": (0xC00000B7, 159)}
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
SECCOMP_RET_ERRNO, SECCOMP_RET_ALLOW = 0x00050000, 0x7FFF0000
BPF_LOAD_WORD, BPF_JUMP_EQUAL, BPF_RETURN = 0x20, 0x15, 0x06

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def enter() -> None:
    """This process, which has one thread, becomes root of a user namespace of its own."""
    uid, gid = os.geteuid(), os.getegid()
    _checked(_libc.unshare(CLONE_NEWUSER), "a user namespace")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1", encoding="ascii")


def excuse_setgroups() -> None:
    """From now on setgroups(2) succeeds and does nothing, here and in all descendants.

    Nothing unless the kernel forbids it anyway; nothing on a machine whose number
    of this call is not known.
    """
    forbidden = Path("/proc/self/setgroups").read_text(encoding="ascii").strip() == "deny"
    known = SETGROUPS.get(os.uname().machine)
    if not forbidden or known is None:
        return
    architecture, number = known
    program = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (BPF_LOAD_WORD, 0, 0, 4),  # seccomp_data.arch
            (BPF_JUMP_EQUAL, 0, 3, architecture),
            (BPF_LOAD_WORD, 0, 0, 0),  # seccomp_data.nr
            (BPF_JUMP_EQUAL, 0, 1, number),
            (BPF_RETURN, 0, 0, SECCOMP_RET_ERRNO),  # with the error number 0
            (BPF_RETURN, 0, 0, SECCOMP_RET_ALLOW),
        )
    )
    instructions = ctypes.create_string_buffer(program, len(program))
    filter_program = struct.pack("HP", len(program) // 8, ctypes.addressof(instructions))
    _checked(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter_program), "seccomp")


def of_process(pid: int) -> Optional[int]:
    """The number of the user namespace of a process; None if it may not be known."""
    try:
        return os.stat(f"/proc/{pid}/ns/user").st_ino
    except OSError:
        return None


@lru_cache(maxsize=None)
def fault() -> Optional[str]:
    """Why a run cannot live in a user namespace here; None if it can. It is tried."""
    if not Path("/proc/self/ns/user").exists():
        return "the kernel has no user namespaces (CONFIG_USER_NS)"
    said = _in_a_child(_try_all)
    if said is None:
        return None
    return "; ".join([said, *_forbidding()])


def _forbidding() -> list[str]:
    found = []
    for name, value, words in SWITCHES:
        try:
            if (Path("/proc/sys") / name).read_text(encoding="ascii").strip() == value:
                found.append(words)
        except OSError:
            pass
    return found


def _try_all() -> None:
    """All that a run does of this kind, with nothing in it."""
    enter()
    _checked(_libc.unshare(CLONE_NEWPID), "a PID namespace")
    said = _in_a_child(_try_mounts)
    if said is not None:
        raise OSError(said)


def _try_mounts() -> None:
    _checked(_libc.unshare(CLONE_NEWNS | CLONE_NEWNET), "mount and network namespaces")
    _checked(_libc.mount(b"none", b"/", b"none", MS_REC | MS_PRIVATE, b""), "private mounts")
    for kind, target in ((b"proc", b"/proc"), (b"sysfs", b"/sys")):
        flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
        _checked(_libc.mount(kind, target, kind, flags, b""), f"mount {kind.decode()}")


def _in_a_child(action: Callable[[], None]) -> Optional[str]:
    """What the action, in a process of its own, raised as OSError; None for nothing."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            action()
            code = 0
        except OSError as error:
            os.write(writing, str(error.args[-1] if error.args else error).encode())
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    return None if status == 0 else said or "it failed without a word"
