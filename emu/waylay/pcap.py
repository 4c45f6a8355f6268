# SPDX-License-Identifier: BSD-2-Clause
"""Capture files while they grow, and libpcap's filters over them.

The reader takes only what tcpdump writes here: the classic format, this
machine's byte order, nanosecond stamps. A record that is not whole yet is left
for later, so a file may be read while tcpdump appends to it.
"""
from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import struct
from pathlib import Path
from typing import BinaryIO, Callable, Iterator, Optional, Sequence

NANOSECOND_MAGIC = 0xA1B23C4D
FILE_HEADER = struct.Struct("=IHHiIII")
RECORD_HEADER = struct.Struct("=IIII")
LINKTYPE_ETHERNET = 1
SNAPLEN = 262144
SECOND = 1_000_000_000


class _Instructions(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint), ("instructions", ctypes.c_void_p)]


class _PacketHeader(ctypes.Structure):
    """struct pcap_pkthdr: a struct timeval, then the two lengths."""

    _fields_ = [
        ("seconds", ctypes.c_long),
        ("microseconds", ctypes.c_long),
        ("captured", ctypes.c_uint32),
        ("length", ctypes.c_uint32),
    ]


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL("libpcap.so.0.8")
    library.pcap_open_dead.restype = ctypes.c_void_p
    library.pcap_geterr.restype = ctypes.c_char_p
    library.pcap_geterr.argtypes = [ctypes.c_void_p]
    library.pcap_close.argtypes = [ctypes.c_void_p]
    library.pcap_compile.argtypes = [
        ctypes.c_void_p,
        ctypes.POINTER(_Instructions),
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_uint32,
    ]
    library.pcap_offline_filter.argtypes = [
        ctypes.POINTER(_Instructions),
        ctypes.POINTER(_PacketHeader),
        ctypes.c_char_p,
    ]
    return library


class Filter:
    """A compiled libpcap filter over Ethernet frames.

    Raises ValueError with libpcap's own words if the expression is wrong. The
    compiled program lives as long as the process: scenarios have a handful.
    """

    def __init__(self, expression: str) -> None:
        self.library = _library()
        self.program = _Instructions()
        handle = self.library.pcap_open_dead(LINKTYPE_ETHERNET, SNAPLEN)
        text = expression.encode()
        try:
            if self.library.pcap_compile(handle, ctypes.byref(self.program), text, 1, 0) != 0:
                raise ValueError(self.library.pcap_geterr(handle).decode())
        finally:
            self.library.pcap_close(handle)

    def matches(self, frame: bytes, length: Optional[int] = None) -> bool:
        """`length` is the frame's own, where it was cut."""
        header = _PacketHeader(0, 0, len(frame), length or len(frame))
        result = self.library.pcap_offline_filter(
            ctypes.byref(self.program), ctypes.byref(header), frame
        )
        return bool(result != 0)


class Reader:
    """Reads the records of a capture file; again, for those that came since."""

    def __init__(self, path: Path, offset: int = FILE_HEADER.size) -> None:
        self.path = path
        self.file: Optional[BinaryIO] = None
        self.offset = offset  # of the next record
        self.length = 0  # of the frame that was returned last, before it was cut

    def new_records(self) -> Iterator[tuple[int, bytes]]:
        """Whole records not yet returned: (real-time stamp in ns, frame as far as it was kept)."""
        if self.file is None and not self._open():
            return
        assert self.file is not None
        while True:
            self.file.seek(self.offset)
            head = self.file.read(RECORD_HEADER.size)
            if len(head) < RECORD_HEADER.size:
                return
            seconds, nanoseconds, captured, self.length = RECORD_HEADER.unpack(head)
            frame = self.file.read(captured)
            if len(frame) < captured:
                return
            self.offset += RECORD_HEADER.size + captured
            yield seconds * SECOND + nanoseconds, frame

    def close(self) -> None:
        if self.file is not None:
            self.file.close()
            self.file = None

    def _open(self) -> bool:
        """Open once the file header is there; a wrong one is a ValueError."""
        try:
            with self.path.open("rb") as file:
                head = file.read(FILE_HEADER.size)
        except FileNotFoundError:
            return False
        if len(head) < FILE_HEADER.size:
            return False
        if FILE_HEADER.unpack(head)[0] != NANOSECOND_MAGIC:
            raise ValueError(f"{self.path}: no capture with nanosecond stamps")
        self.file = self.path.open("rb")
        return True


def write_empty(path: Path) -> None:
    """A capture without packets."""
    head = (NANOSECOND_MAGIC, 2, 4, 0, 0, SNAPLEN, LINKTYPE_ETHERNET)
    path.write_bytes(FILE_HEADER.pack(*head))


def join(path: Path, parts: Sequence[Path]) -> None:
    """Put the records of finished captures behind those of another."""
    for part in parts:
        with path.open("ab") as out, part.open("rb") as more:
            more.seek(FILE_HEADER.size)
            shutil.copyfileobj(more, out)


def restamp(path: Path, convert: Callable[[int], int]) -> None:
    """Replace every stamp of a finished capture by what `convert` makes of it."""
    reader = Reader(path)
    temporary = path.with_suffix(".restamped")
    try:
        with temporary.open("wb") as out:
            with path.open("rb") as file:
                out.write(file.read(FILE_HEADER.size))
            for stamp, frame in reader.new_records():
                seconds, nanoseconds = divmod(convert(stamp), SECOND)
                head = RECORD_HEADER.pack(seconds, nanoseconds, len(frame), reader.length)
                out.write(head + frame)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        reader.close()
