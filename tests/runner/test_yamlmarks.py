# SPDX-License-Identifier: BSD-2-Clause
"""YAML with its places; and files that are no YAML, or more than they seem."""
from __future__ import annotations

import pytest

from waylay import yamlmarks
from waylay.errors import BadInput


def test_places_are_counted_in_characters() -> None:
    document = yamlmarks.parse("é: ü\nbé: {cü: [1, 2]}\n", "f")
    assert document.data == {"é": "ü", "bé": {"cü": [1, 2]}}
    assert document.locate(("bé", "cü", 1)) == ("f", 2, 14)
    assert document.locate(("bé", "cü"), at_key=True) == ("f", 2, 6)
    assert document.locate(("bé", "nothing")) == ("f", 2, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [", "f:2:1: not YAML: "),
        ("a: 1\nb: c: d", "f:2:5: not YAML: mapping values are not allowed"),
        ("ab: 1\nc: \x01", "f:2:4: not YAML: "),
        ("a: !x 1", "f:1:4: not YAML: could not determine a constructor"),
        ("a: 1\n---\nb: 1\n", "f:2:1: not YAML: "),
        ("a: 1\na: 2", "f:2:1: key 'a': found 'a', expected each key once (line 1 has it)"),
        ("[1]: 2", "f:1:1: key 'None': found nothing, expected a plain name as key"),
        ("a: 2026-06-31", "f:1:4: key 'a': found '2026-06-31', expected a value ("),
        ("a: .nan", "f:1:4: key 'a': found '.nan', expected a finite number"),
        ("a: &x [*x]", "not YAML that ends: it is nested too deeply"),
        ("[" * 5000, "f:"),
        ("a: &a [1,1,1,1,1,1,1,1,1,1]\n", ""),
    ],
)
def test_what_is_no_yaml(text: str, expected: str) -> None:
    if not expected:
        assert yamlmarks.parse(text, "f").data
        return
    with pytest.raises(BadInput) as caught:
        yamlmarks.parse(text, "f")
    assert str(caught.value).startswith(expected) or expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_number_that_is_whole_is_whole() -> None:
    data = yamlmarks.parse("[2.0, 2.5, 1.0e+3]", "f").data
    assert data == [2, 2.5, 1000] and [type(one) for one in data] == [int, float, int]


def test_a_small_file_cannot_become_a_large_one() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(BadInput, match="expected at most 1000000 values"):
        yamlmarks.parse("\n".join(lines), "f")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n\t- b\n", "t:2:1: .*a tab: YAML wants spaces"),
        ("a: {b: ${delay}, c: 1}\n", r't:1:9: .*with quotes: "\$\{delay\}"'),
    ],
)
def test_a_fault_that_many_make_is_explained(text: str, hint: str) -> None:
    with pytest.raises(BadInput, match=hint):
        yamlmarks.parse(text, "t")
