"""Callers' own schemas, and their patterns in linear time."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from apps.extraction.reading import patterns, read, schema
from tests.unit.extraction.reading.layouts import reading

_DRAWING = """
Inspection report

Inspector:        Maria Lindner
Visited on        14.02.2024
Boiler type       KX-300/B
Pressure          2,75 bar
Rooms             12
Passed            Yes
Reference         AB-2024-0017

Part         Serial        Hours
Pump         P-11          120
Valve        V-07          45
"""


def _read(properties: dict[str, Any], **more: Any) -> Any:
    return read(reading(_DRAWING), schema=schema.parse({"properties": properties, **more}))


def _values(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: field.value for name, field in _read(properties).fields.items()}


def test_each_type() -> None:
    assert _values(
        {
            "inspector": {"type": "string"},
            "visit": {"type": "string", "format": "date", "x-labels": ["Visited on"]},
            "boilerType": {"type": "string"},
            "pressure": {"type": "number"},
            "rooms": {"type": "integer"},
            "passed": {"type": "boolean"},
        }
    ) == {
        "inspector": "Maria Lindner",
        "visit": "2024-02-14",
        "boilerType": "KX-300/B",
        "pressure": "2.75",
        "rooms": "12",
        "passed": True,
    }


def test_a_table() -> None:
    items = {
        "type": "object",
        "properties": {
            "part": {"type": "string"},
            "serial": {"type": "string"},
            "hours": {"type": "integer"},
        },
    }
    (table,) = _read({"parts": {"type": "array", "items": items}}).tables
    assert table.name == "parts"
    assert [{name: cell.value for name, cell in row.items()} for row in table.rows] == [
        {"part": "Pump", "serial": "P-11", "hours": "120"},
        {"part": "Valve", "serial": "V-07", "hours": "45"},
    ]


def test_what_is_required_and_missing_is_told() -> None:
    findings = _read({"warranty": {"type": "string"}}, required=["warranty"])
    assert [(fault.code, fault.fields) for fault in findings.validations] == [
        ("required_missing", ("warranty",))
    ]


def test_a_pattern_finds_and_checks() -> None:
    code = {"type": "string", "pattern": r"^[A-Z]{2}-\d{4}-\d{4}$", "x-labels": ["Reference"]}
    findings = _read({"reference": code})
    assert findings.fields["reference"].value == "AB-2024-0017"
    assert not findings.validations
    wrong = _read({"inspector": {"type": "string", "pattern": "^[0-9]+$"}})
    assert [fault.code for fault in wrong.validations] == ["pattern_mismatch"]
    assert wrong.fields["inspector"].confidence <= 0.5


def test_hints_narrow_where_is_looked() -> None:
    near = {"type": "string", "pattern": "[A-Z]-[0-9]{2}", "x-hints": {"near": "Valve"}}
    assert _values({"serial": near})["serial"] == "V-07"
    assert not _values({"inspector": {"type": "string", "x-hints": {"page": 3}}})


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], ""),
        ({"properties": {}}, "properties"),
        ({"properties": {"a": 1}}, "properties.a"),
        ({"properties": {"a": {"type": "null"}}}, "properties.a.type"),
        ({"properties": {"a": {"pattern": "(?=x)"}}}, "properties.a.pattern"),
        ({"properties": {"a": {"pattern": "(a{90}){90}"}}}, "properties.a.pattern"),
        ({"properties": {"a": {"type": "array"}}}, "properties.a.items"),
        ({"properties": {"a": {"x-labels": "x"}}}, "properties.a.x-labels"),
        ({"properties": {"a": {"x-hints": {"page": -1}}}}, "properties.a.x-hints.page"),
        ({"properties": {"a": {}}, "required": ["b"]}, "properties.b"),
        ({"properties": {"a b": {}}}, "properties.a b"),
    ],
)
def test_faults_name_their_place(body: Any, path: str) -> None:
    with pytest.raises(schema.SchemaFault) as caught:
        schema.parse(body)
    assert caught.value.path == path


@pytest.mark.parametrize(
    "source",
    [
        "a+b",
        "^ab?c$",
        "(ab|a)(c|bcd)",
        "[^0-9]{2,3}",
        r"\bfoo\b",
        r"\d+(?:[.,]\d{2})?",
        "x*",
        "[]a]",
    ],
)
@pytest.mark.parametrize("text", ["", "aab", "abc", "abcd", "a foo!", "12,50", "xx", "]", "AB12"])
def test_patterns_find_what_re_finds(source: str, text: str) -> None:
    found = patterns.compile_pattern(source).search(text)
    expected = re.search(source, text)
    assert (found is None) == (expected is None)
    if found and expected:
        assert found[0] == expected.start()
        assert found[1] >= expected.end()


@pytest.mark.parametrize("source", ["(a+)+$", "(a|a)*b", "(.*)*x", "(a?){50}a{50}"])
def test_no_pattern_takes_long(source: str) -> None:
    began = time.process_time()
    patterns.compile_pattern(source).search("a" * 2000 + "!")
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "source", ["(", "a)", "[a", "*", "a{9,1}", r"\1", "(?<n>a)", "(" * 50, "a\\"]
)
def test_what_is_no_pattern(source: str) -> None:
    with pytest.raises(patterns.PatternFault):
        patterns.compile_pattern(source)


@pytest.mark.parametrize("empty", ["()", "a{0}", "(?:)"])
def test_repeats_of_nothing_do_not_multiply(empty: str) -> None:
    for _ in range(18):
        empty = f"({empty}){{99}}"
    began = time.process_time()
    assert patterns.compile_pattern(f"{empty}x").search("ax") == (1, 2)
    assert time.process_time() - began < 1


def test_a_label_on_every_row_takes_bounded_time() -> None:
    body = {"p": {"type": "string", "x-labels": ["aa"], "pattern": "(a?){50}a{50}x"}}
    pages = ["\n".join("aa: " + "a" * 200 for _ in range(55)) for _ in range(30)]
    began = time.process_time()
    read(reading(*pages), schema=schema.parse({"properties": body}))
    assert time.process_time() - began < 25


def test_many_slow_patterns_take_bounded_time() -> None:
    body = {f"p{index}": {"type": "string", "pattern": "(a?){50}a{50}x"} for index in range(100)}
    pages = ["\n".join("a" * 90 for _ in range(55)) for _ in range(30)]
    began = time.process_time()
    read(reading(*pages), schema=schema.parse({"properties": body}))
    assert time.process_time() - began < 25
