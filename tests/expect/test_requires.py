# SPDX-License-Identifier: BSD-2-Clause
"""Expectations that require others, and connections that are told apart."""
from __future__ import annotations

from made import ACK, CLIENT, SERVER, SYN, Packet, tcp, udp
from test_time import rule

from conftest import Judge, Run


def one(port: int) -> list[Packet]:
    return [Packet(1, CLIENT, SERVER, udp(9, port))]


def test_a_chain_of_requirements(judge: Judge) -> None:
    """Whatever their order: what requires what was skipped is skipped."""
    rules = """
      "last": requires "middle" each "udp" on x
      "middle": requires "first" each "udp" on x
      "first": each "udp" on x with udp.dstport == 1
    """
    assert judge(rules, x=one(1)).verdicts == {
        "last": "passed",
        "middle": "passed",
        "first": "passed",
    }
    verdicts = judge(rules, x=one(2)).verdicts
    assert verdicts == {"last": "skipped", "middle": "skipped", "first": "failed"}


def test_a_row_of_a_table_is_required(judge: Judge) -> None:
    rules = """
      table ports($port) = (1) (2)
      "port $port": for each $port in ports: some "udp dst port $port" on x
      "behind $port": for each $port in ports: requires "port $port" each "udp" on x
    """
    verdicts = judge(rules, x=one(2)).verdicts
    assert verdicts["behind 1"] == "skipped" and verdicts["behind 2"] == "passed", verdicts
    judged = judge(rule('requires "port 3" each "udp" on x') + rules, x=one(1))
    assert judged.code == 2 and 'there is no expectation "port 3"' in judged.error


def test_connections_whose_ports_are_near_each_other(judge: Judge) -> None:
    """A SYN to port 80 is not answered by port 81."""
    text = rule(
        'each "tcp[tcpflags] = tcp-syn" on x'
        ' followed by "tcp[tcpflags] & tcp-ack != 0" on x joined by connection'
    )
    for port in range(60, 100):
        asked = Packet(1, CLIENT, SERVER, tcp(50001, 80, SYN, 1))
        told = Packet(2, SERVER, CLIENT, tcp(port, 50001, SYN | ACK, 1, 2))
        assert judge(text, x=[asked, told]).code == (port != 80), port


def test_what_a_run_lacks_is_the_matter_of_those_who_ask(run: Run, judge_run: Judge) -> None:
    """A program that was killed leaves no counters, a step that was not reached no marks."""
    up = Packet(0.0, CLIENT, SERVER, tcp(50001, 80, SYN, 100))
    folder = run({"a": CLIENT, "b": SERVER}, {"again.asked": 0.0}, {"r1_pushed": 1}, {"a-b": [up]})
    judged = judge_run(
        '"number": expect count("tcp" on a-b) == $r1_psuhed'
        ' "mark": each "tcp" on a-b after mark again.askd'
        ' "other": expect count("tcp" on a-b) == $r1_pushed',
        folder,
    )
    assert judged.code == 1
    assert judged.verdicts == {"number": "failed", "mark": "failed", "other": "passed"}
    assert "no name '$r1_psuhed': did you mean '$r1_pushed'?" in judged.reasons("number")
    assert "no mark 'again.askd': did you mean 'again.asked'?" in judged.reasons("mark")
    judged = judge_run('"tap": no "tcp" on $lnik', folder)
    assert judged.code == 2 and "nothing is called '$lnik'" in judged.error, judged
