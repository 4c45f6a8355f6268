# SPDX-License-Identifier: BSD-2-Clause
"""Fields that need the packets before: streams, relative numbers, HTTP, as tshark has them."""

from __future__ import annotations

from pathlib import Path

import pytest

import made_captures as made
from made_streams import ACK, FIN, MS, PSH, RST, SYN, Conversation, Segment, merged
from reader import Field, field_table, lines, ours, plain, run, TSHARK

SACK_1461 = (
    b"\x01\x01\x05\x0a" + (0x1000 + 1461).to_bytes(4, "big") + (0x1000 + 2921).to_bytes(4, "big")
)

# Which tshark shows in a part of the packets only, or by rules of its own.
SHOWN_ELSEWHERE = {
    "tcp.analysis.initial_rtt",
    "tcp.analysis.spurious_retransmission",
    "tcp.analysis.duplicate_ack",
    "tcp.analysis.duplicate_ack_num",
    "tcp.analysis.out_of_order",
    "tcp.analysis.lost_segment",
}

FIELDS = [
    f
    for f in field_table()
    if not f.ours and f.needs != "packet" and f.name != "http" and f.name not in SHOWN_ELSEWHERE
]


def exchange(conversation: Conversation, request: bytes, *response: bytes) -> Conversation:
    """A request and the pieces of its response."""
    return conversation.say(0, request).say(1, *response)


def http(port: int, start: int) -> Conversation:
    """Three exchanges: chunked, without a body, and by HEAD; then the end."""
    one = Conversation(port, start).open()
    head = b"HTTP/1.1 200 OK\r\nServer: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    exchange(one, b"GET /a HTTP/1.1\r\nHost: o1\r\n\r\n", head, b"5\r\nhello\r\n", b"0\r\n\r\n")
    exchange(
        one,
        b'GET /b HTTP/1.1\r\nHost: o1\r\nIf-None-Match: "x"\r\n\r\n',
        b"HTTP/1.1 304 Not Modified\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n",
    )
    exchange(
        one,
        b"HEAD /c HTTP/1.1\r\nHost: o1\r\nUser-Agent: made\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: text/plain\r\n\r\n",
    )
    exchange(
        one,
        b"GET /d HTTP/1.1\r\nHost: o1\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nCache-Control: no-store\r\nContent-Length: 4\r\n\r\nlost",
    )
    return one.close()


def split_head(port: int, start: int) -> Conversation:
    """Heads in several segments."""
    one = Conversation(port, start).open(scale=False)
    one.say(0, b"GET /in/pieces HTTP/1.1\r\nHo", b"st: o1\r\nReferer: me\r\n\r\n")
    one.say(1, b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 6\r\n\r\nab", b"cdef")
    return one.close()


def lossy(port: int, start: int) -> Conversation:
    """Data, acknowledged thrice with SACK, and sent again long after."""
    one = Conversation(port, start, server_port=47001).open()
    for _ in range(3):
        one.send(1, Segment(PSH | ACK, bytes(1460)), after=MS // 10)
    one.send(0, Segment(ack=1), after=50 * MS)
    for _ in range(3):
        one.send(0, Segment(ack=1, options=SACK_1461))
    one.send(1, Segment(PSH | ACK, bytes(1460), back=3 * 1460), after=400 * MS)
    one.send(0, Segment(), after=50 * MS)
    one.send(1, Segment(PSH | ACK, bytes(100)))
    one.send(0, Segment())
    return one.close()


def refused(port: int, start: int) -> Conversation:
    """A SYN, again after a second, and a reset."""
    one = Conversation(port, start, server_port=81)
    one.send(0, Segment(SYN, window=64000))
    one.send(0, Segment(SYN, window=64000, back=1), after=1000 * MS)
    one.send(1, Segment(RST | ACK, window=0))
    return one


def midway(port: int, start: int) -> Conversation:
    """A connection whose beginning was before the capture."""
    one = Conversation(port, start, server_port=47002, isn=(77777, 88888))
    one.sent = [5000, 6000]
    for _ in range(3):
        one.send(0, Segment(PSH | ACK, b"question", window=0))
        one.send(1, Segment(PSH | ACK, b"answer", window=0))
    one.send(0, Segment(FIN | ACK, window=0))
    return one


def reused(port: int, start: int) -> list[Conversation]:
    """The same ends, twice."""
    first = Conversation(port, start, server_port=47003).open()
    first.say(0, b"one").close()
    second = Conversation(port, start + 5000 * MS, server_port=47003, isn=(1, 2)).open()
    return [first, second.say(0, b"two").close()]


START = 1_753_000_000_000_000_000
WORLD = merged(
    http(40001, START),
    split_head(40002, START + MS // 2),
    lossy(40003, START + MS // 3),
    refused(40004, START + MS // 5),
    midway(40005, START + MS // 7),
    *reused(40006, START + MS // 9),
    http(40007, START + 7 * MS),
)


def tshark_fields(capture: Path, names: list[str]) -> list[list[str]]:
    """tshark, following streams, each message at the segment with the end of its head."""
    argv = [*TSHARK, "-r", str(capture), "-T", "fields", "-E", "occurrence=a"]
    argv += ["-o", "http.desegment_body:FALSE"]
    for name in names:
        argv += ["-e", name]
    return lines(run(*argv))


def written_alike(field: Field, value: str) -> str:
    """tshark's values, written as ours."""
    if field.type == "text" or not value:
        return value
    return ",".join(plain(field.type, v) for v in value.split(","))


def test_streams(tmp_path: Path) -> None:
    """Many connections in one capture."""
    names = [f.name for f in FIELDS]
    capture = made.write(tmp_path / "made.pcap", made.pcap(WORLD))
    mine, theirs = ours(capture, names), tshark_fields(capture, names)
    assert len(mine) == len(theirs) == len(WORLD)
    repeats = names.index("tcp.analysis.retransmission")
    again = {number for number, row in enumerate(mine, 1) if row[repeats] == "yes"}
    wrong = []
    for number, (my_row, their_row) in enumerate(zip(mine, theirs), 1):
        for field, my_value, their_value in zip(FIELDS, my_row, their_row):
            value = written_alike(field, their_value)
            if field.type == "yes/no" and not value:  # tshark says so, or nothing
                value = "no" if my_value == "no" else ""
            if field.name == "tcp.ack" and not my_value:  # without the flag there is none
                value = ""
            if field.name == "tcp.analysis.bytes_in_flight" and number in again:
                value = my_value  # tshark takes off what SACK has acknowledged
            if my_value != value:
                wrong.append(f"packet {number}: {field.name}: {my_value!r} != {value!r}")
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong[:30])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tcp.analysis.retransmission", 2),  # the lost segment, and the SYN
        ("tcp.analysis.spurious_retransmission", 0),
        ("tcp.analysis.duplicate_ack", 4),  # the handshake's was the first
        ("tcp.analysis.out_of_order", 0),
        ("tcp.analysis.lost_segment", 0),
    ],
)
def test_how_often(tmp_path: Path, name: str, expected: int) -> None:
    """What tshark shows by rules of its own, counted by hand."""
    capture = made.write(tmp_path / "made.pcap", made.pcap(WORLD))
    assert sum(row == ["yes"] for row in ours(capture, [name])) == expected


def test_order_does_not_matter_to_http(tmp_path: Path) -> None:
    """A message whose segments come in the wrong order belongs to the one that fills the hole."""
    one = Conversation(40001, START).open()
    text = b"GET /late HTTP/1.1\r\nHost: o1\r\n\r\n"
    one.send(0, Segment(PSH | ACK, text[:10]), seen=False)
    one.send(0, Segment(PSH | ACK, text[10:]))
    one.send(0, Segment(PSH | ACK, text[:10], back=len(text)))
    capture = made.write(tmp_path / "made.pcap", made.pcap(one.packets))
    names = ["http.request.uri", "tcp.analysis.lost_segment", "tcp.analysis.out_of_order"]
    assert ours(capture, names)[3:] == [["", "yes", "no"], ["/late", "no", "yes"]]


def test_what_the_capture_lacks_is_broken(tmp_path: Path) -> None:
    """Bytes that were acknowledged and never seen: nothing is said of the stream any more."""
    one = Conversation(40001, START).open()
    one.send(0, Segment(PSH | ACK, b"GET / HTTP/1.1\r\n"), seen=False)
    one.send(0, Segment(PSH | ACK, b"Host: o1\r\n\r\n"))
    one.send(1, Segment())
    one.send(0, Segment(PSH | ACK, b"GET /b HTTP/1.1\r\nHost: o1\r\n\r\n"))
    capture = made.write(tmp_path / "made.pcap", made.pcap(one.packets))
    assert ours(capture, ["http.request.uri"])[3:] == [[""], [""], ["!"]]
