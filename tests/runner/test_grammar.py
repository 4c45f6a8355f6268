# SPDX-License-Identifier: BSD-2-Clause
"""The editors' grammar of expectation files knows the words that the scanner knows."""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
GRAMMAR = TOP / "analysis" / "editor" / "waylay-expect.tmLanguage.json"
SCANNER = TOP / "analysis" / "lang" / "scan.l"
WORDED = ("relations", "items", "quantifiers", "clauses", "operators", "constants")


def grammar() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(GRAMMAR.read_text())
    return read


def alternatives(pattern: str) -> set[str]:
    """The words between `\\b(` and `)\\b`."""
    found = re.fullmatch(r"\\b\((.*)\)\\b", pattern)
    assert found, pattern
    return set(found[1].split("|"))


def words_of_the_scanner() -> set[str]:
    rules = SCANNER.read_text().split("%%")[1]
    words = re.findall(r"^([(a-z][^ \t\"]*)[ \t]+(?:return|\||LITERAL|\{ BEGIN)", rules, re.M)
    return {re.sub(r"\(is\{W\}\)\?", r"(is\\s+)?", word).replace("{W}", r"\s+") for word in words}


def test_every_word_of_the_scanner_is_in_the_grammar_and_no_other() -> None:
    repository = grammar()["repository"]
    known: set[str] = set()
    for group in WORDED:
        known |= alternatives(repository[group]["match"])
    assert known == words_of_the_scanner()


def test_aggregates_are_those_of_the_scanner() -> None:
    pattern = grammar()["repository"]["aggregates"]["match"]
    named = re.search(r"^\(([a-z|]+)\)/\"\(\"", SCANNER.read_text(), re.M)
    assert named
    for word in [*named[1].split("|"), "p99", "p99.9"]:
        assert re.match(pattern, f"{word}(")


def test_all_patterns_are_expressions_and_included() -> None:
    read = grammar()
    included = {item["include"].lstrip("#") for item in read["patterns"]}
    assert included == set(read["repository"])
    for rule in read["repository"].values():
        for key in ("match", "begin", "end"):
            re.compile(rule.get(key, ""))
