# SPDX-License-Identifier: BSD-2-Clause
"""docs/scenarios.md names every key that a file may have, and its examples are right."""
from __future__ import annotations

import re
from typing import Any, Iterator

import pytest
import yaml

from test_schema import TOP
from waylay import forms, linkspec, packets, schema
from waylay.yamlmarks import Document

TEXT = (TOP / "docs" / "scenarios.md").read_text()
PARTS: dict[str, Any] = {
    "the top": schema.SCENARIO,
    "nodes": schema.NODE,
    "links": schema.LINK,
    "steps": {"properties": {**schema.VERBS, **schema.TIMES}},
    **{f"the action {verb}": rules for verb, rules in schema.ACTIONS.items()},
    "wires": linkspec.WIRE,
    "queues": linkspec.PARAMETERS["queue"],
    "jitter": linkspec.PARAMETERS["jitter"],
    "packets": packets.FORM,
    "ip": packets.IP,
    "tcp": packets.TCP,
    "udp": packets.UDP,
    "icmp": packets.ICMP,
    "fragments": packets.FRAGMENTS,
    "measures": {"properties": schema.MEASURES},
    "figures": {"properties": dict.fromkeys((*schema.WIRE_FIGURES, *schema.LOAD_FIGURES))},
}


@pytest.mark.parametrize("part", PARTS)
def test_every_key_is_told(part: str) -> None:
    words = set(re.findall(r"[a-z_.0-9-]+", TEXT))
    assert [key for key in PARTS[part].get("properties", {}) if key not in words] == []


def examples() -> Iterator[Any]:
    """The indented blocks that are YAML."""
    for block in re.findall(r"(?:^    .*\n)+", TEXT, re.MULTILINE):
        try:
            value = yaml.safe_load(block.replace("{…}", "{}"))
        except yaml.YAMLError:
            continue
        if isinstance(value, dict):
            yield value


def test_the_example_of_hostile_packets_builds() -> None:
    (send,) = [value["send"] for value in examples() if "send" in value]
    document = Document("docs", send)
    forms.check(document, (), schema.ACTIONS["send"])
    assert [packets.wrong(packet, 1500) for packet in send["packets"]] == [None] * 3


def test_the_examples_of_parts_have_their_form() -> None:
    checked = set()
    for example in examples():
        for key in ("nodes", "links", "hosts", "services", "measures"):
            if key in example and "extends" not in example:
                rules = schema.SCENARIO["properties"][key]
                forms.check(Document("docs", example[key]), (), rules)
                checked.add(key)
    assert checked == {"nodes", "links", "hosts", "services", "measures"}
