# SPDX-License-Identifier: BSD-2-Clause
"""A failure says what to look at: the packets that almost were it, and a small capture of them."""
from __future__ import annotations

import subprocess
from pathlib import Path

from made import ACK, CLIENT, SERVER, Packet, tcp, udp, write

from conftest import PROGRAM, Judge, Judged, Run

Packets = list[Packet]


def stream(count: int = 40) -> tuple[Packets, Packets]:
    before = [
        Packet(n / 10, CLIENT, SERVER, tcp(50001, 80, ACK, 100 + 10 * n, 1, b"d%09d" % n), id=n)
        for n in range(count)
    ]
    return before, [p.but(at=p.at + 0.001, ttl=63) for p in before]


COMES_THROUGH = '"it comes through": each "tcp" on a becomes on b with ip.ttl == was.ip.ttl - 1'


def nearest(judged: Judged, rule: int = 0) -> list[str]:
    found = judged.items[0]["rules"][rule]["notes"][0]["nearest"]
    return [f"{one['frame']}: {one['differs']}" for one in found]


def test_what_almost_came_through_is_named_with_what_differs(judge: Judge) -> None:
    a, b = stream()
    b[20] = b[20].but(id=77)
    judged = judge(COMES_THROUGH, a=a, b=b)
    assert nearest(judged)[0] == "21: ip.id is 77 (wanted: 20)", judged
    b[20] = b[20].but(what=tcp(50001, 80, ACK, 300, 1, b"other"))
    judged = judge(COMES_THROUGH, a=a, b=b)
    assert "the payload's length is 5 (wanted: 10)" in nearest(judged)[0], judged


def test_what_came_otherwise_is_told_by_value(judge: Judge) -> None:
    a, b = stream()
    b[20] = b[20].but(ttl=62)
    note = judge(COMES_THROUGH, a=a, b=b).items[0]["rules"][0]["notes"][0]
    assert note["found"] == "ip.ttl is 62" and note["frame"] == 21


def test_joined_by_fields(judge: Judge) -> None:
    asked = [Packet(n, CLIENT, SERVER, udp(4000, 53, b"q"), id=n) for n in range(3)]
    told = [Packet(n + 0.1, SERVER, CLIENT, udp(53, 4000, b"a"), id=n) for n in range(3)]
    told[1] = told[1].but(id=9)
    rules = (
        '"answers": each "udp dst port 53" on a followed by "udp src port 53" on a joined by ip.id'
    )
    judged = judge(rules, a=asked + told)
    assert nearest(judged)[0].endswith("ip.id is 9 (wanted: 1)"), judged


def evidence(tmp_path: Path, a: Packets, b: Packets, more: list[str]) -> tuple[int, str]:
    rules = tmp_path / "rules.expect"
    rules.write_text(COMES_THROUGH)
    taps = [f"--tap={n}={write(tmp_path / f'{n}.pcap', p)}" for n, p in (("a", a), ("b", b))]
    argv = [str(PROGRAM), *more, *taps, str(rules)]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60)
    return done.returncode, done.stdout + done.stderr


def shown(path: Path, display: str = "frame") -> list[str]:
    argv = ["tshark", "-r", str(path), "-Y", display, "-T", "fields"]
    argv += ["-e", "frame.interface_name", "-e", "ip.id", "-e", "frame.comment"]
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=120, check=True)
    return done.stdout.splitlines()


def test_evidence_is_what_is_concerned_and_what_is_around_it(tmp_path: Path) -> None:
    a, b = stream()
    b[20] = b[20].but(id=77)
    folder = tmp_path / "new" / "evidence"
    code, text = evidence(tmp_path, a, b, ["--evidence", str(folder)])
    (path,) = folder.iterdir()
    assert code == 1 and f"evidence:  {path}" in text, text
    assert path.name.startswith("it-comes-through-") and path.name.endswith(".evidence.pcapng")
    assert len(shown(path)) == 2 * 11
    commented = shown(path, "frame.comment")
    assert len(commented) == 2, commented
    assert "a.pcap" in commented[0] and "expected: the packet on b" in commented[0]
    assert "b.pcap" in commented[1] and "ip.id is 77 (wanted: 20)" in commented[1]
    assert "a: 40 packets captured from" in text and "b: 40 packets captured from" in text

    (folder / "mine").write_text("kept")
    code, _ = evidence(tmp_path, *stream(), ["--evidence", str(folder)])
    assert code == 0 and [f.name for f in folder.iterdir()] == ["mine"]


def test_evidence_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    a, b = stream()
    (tmp_path / "file").write_text("")
    code, text = evidence(tmp_path, a, b[:-1], ["--evidence", str(tmp_path / "file" / "below")])
    assert code == 2 and "cannot be made" in text


def test_of_a_run_it_lies_in_its_folder(run: Run, judge_run: Judge) -> None:
    a, b = stream()
    nodes = {"c": CLIENT, "r": "10.0.1.1", "o": SERVER}
    folder = run(nodes, {"m": 0.0}, {}, {"c-r": a, "r-o": b[:-9] + b[-8:]})
    captured = {p.name: p.read_bytes() for p in (folder / "captures").iterdir()}
    judged = judge_run('"it comes through": each "tcp" on c-r becomes on r-o', folder)
    assert judged.code == 1 and Path(judged.items[0]["evidence"]).parent == folder / "evidence"
    assert captured == {p.name: p.read_bytes() for p in (folder / "captures").iterdir()}


def test_filters_say_of_which_capture_they_are(tmp_path: Path) -> None:
    """Where a rule is about no packet, they find the one that the name stands for."""
    a, b = stream(3)
    _, text = evidence(tmp_path, a, b[:2], [])
    assert "    wireshark: in a.pcap: frame.number == 3\n" in text, text
    (tmp_path / "names.expect").write_text(
        '"it": for each "tcp" on a as x: expect x.tcp.seq_raw < 120'
    )
    argv = [str(PROGRAM), "--tap", f"a={tmp_path / 'a.pcap'}", str(tmp_path / "names.expect")]
    text = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=60).stdout
    assert "    wireshark: in a.pcap: frame.number == 3\n" in text, text


def test_what_was_not_to_follow_is_the_one_named(judge: Judge) -> None:
    asked = [Packet(0, CLIENT, SERVER, udp(4000, 53, b"q"), id=1)]
    told = [
        Packet(at, SERVER, CLIENT, udp(53, 4000, b"a"), id=2, ttl=ttl)
        for at, ttl in ((0.1, 64), (0.2, 9), (0.3, 64))
    ]
    rules = (
        '"none from far": each "udp dst port 53" on a'
        ' followed by no "udp src port 53" on a with ip.ttl < 10 within 1s'
    )
    later = Packet(5, CLIENT, SERVER, udp(4001, 54, b"."), id=3)
    note = judge(rules, a=asked + told + [later]).items[0]["rules"][0]["notes"][0]
    assert note["expected"].startswith('no "udp src port 53" on a with ip.ttl < 10 after it'), note
    assert note["found"] == "a frame 3 is 200ms after it", note


def test_the_first_that_is_one_too_many_is_named(tmp_path: Path, judge: Judge) -> None:
    a, _ = stream(9)
    for rules in (
        'at most 6 "tcp" on a',
        'exactly 6 "tcp" on a per flow',
        'at most 6 "tcp" on a with tcp.seq_raw >= 0',
        'first "tcp" on a as x exactly 6 "tcp" on a where time >= x.time',
        'each "tcp" on a at most 6 "tcp" on a followed by no "udp" on a',
    ):
        item = judge(f'"it": {rules}', a=a).items[0]
        note = item["rules"][-1]["notes"][0]
        assert note["frame"] == 7 and note["filter"] == "frame.number == 7", (rules, note)
        assert note["found"] == "9, of which this is number 7" and " id 6" in note["packet"], note
        assert " 6 such packets" in note["expected"] and not note["nearest"], note
    (tmp_path / "r.expect").write_text('"it": at most 6 "tcp" on a')
    argv = [str(PROGRAM), f"--tap=a={tmp_path / 'a.pcap'}", "--evidence", str(tmp_path / "new")]
    subprocess.run([*argv, str(tmp_path / "r.expect")], capture_output=True, timeout=60)
    (commented,) = shown(next((tmp_path / "new").iterdir()), "frame.comment")
    assert "9, of which this is number 7" in commented


def test_of_alternatives_the_one_that_holds_is_told(judge: Judge) -> None:
    packets = [Packet(0, CLIENT, SERVER, udp(4000, 53, b"q"), id=1, ttl=9)]
    rules = '"it": no "udp" on a with tcp.srcport == 5 or ip.ttl == 9'
    note = judge(rules, a=packets).items[0]["rules"][0]["notes"][0]
    assert note["found"] == "ip.ttl == 9: ip.ttl is 9", note
