"""Values laid over each other, hidden fields, and what hidden values may hold."""

from __future__ import annotations

from typing import Any

import pytest

from apps.connect import values
from apps.connect.selection import Selection
from apps.document_templates.form import Form
from tests.libraries import FIELDS

FORM = Form.from_json({"fields": FIELDS})


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ({}, {"a": 1}, {"a": 1}),
        ({"a": 1, "b": 2}, {"a": None}, {"a": None, "b": 2}),
        ({"o": {"a": 1, "b": 2}}, {"o": {"a": 3}}, {"o": {"a": 3, "b": 2}}),
        ({"o": {"a": 1}}, {"o": [1]}, {"o": [1]}),
        ({"l": [1, 2]}, {"l": [3]}, {"l": [3]}),
    ],
)
def test_laid_over(base: Any, over: Any, expected: Any) -> None:
    before = repr(base)
    assert values.overlaid(base, over) == expected
    assert repr(base) == before


def test_hidden_fields_are_not_shown() -> None:
    form = Form.from_json(
        {
            "fields": [
                {"key": "g", "kind": "group", "fields": [{"key": "a"}, {"key": "b"}]},
                {"key": "h", "kind": "group", "fields": [{"key": "c"}]},
                {"key": "d", "kind": "object", "fields": [{"key": "a"}]},
            ]
        }
    )
    assert [path for path, _ in values.shown(form, {"a", "c"}).walk()] == ["g", "b", "d", "d.a"]


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        ({"InvoiceNumber": "1"}, []),
        ({"Customer": {"Name": "A"}}, []),
        ({"Positions": [{"Text": "A"}]}, []),
        ({"Unknown": "1"}, [("Unknown", "unknown_key")]),
        ({"Customer": {"Nome": "A"}}, [("Customer.Nome", "unknown_key")]),
        ({"Positions": [{}, {"Rest": "A"}]}, [("Positions[1].Rest", "unknown_key")]),
        ({"Sent": "soon"}, [("Sent", "not_a_date")]),
    ],
)
def test_faults_of_hidden_values(data: Any, faults: list[tuple[str, str]]) -> None:
    found = values.faults_of_hidden(FORM, ["InvoiceNumber", "Subject"], data)
    assert [(fault.path, fault.code) for fault in found] == faults


def test_hidden_values_fill_fields_by_their_kinds() -> None:
    filled = values.with_hidden(FORM, {"Urgent": "true", "InvoiceNumber": "1"}, {"Subject": "A"})
    assert filled == {"Urgent": True, "Subject": "A"}


def test_pictures_are_found_wherever_they_are() -> None:
    picture = {"key": "P", "kind": "picture"}
    form = Form.from_json(
        {
            "fields": [
                picture,
                {"key": "o", "kind": "object", "fields": [picture]},
                {"key": "l", "kind": "collection", "fields": [picture]},
            ]
        }
    )
    found = values.pictures(
        form.fields, {"P": "1", "o": {"P": "2"}, "l": [{}, {"P": "3"}, {"P": None}]}
    )
    assert list(found) == [("P", "1"), ("o.P", "2"), ("l[1].P", "3")]


def test_a_selection_survives_its_storage() -> None:
    selection = Selection(tags=(("a", "b"), ("c",)), picker=True)
    assert Selection.from_json(selection.as_json()) == selection
