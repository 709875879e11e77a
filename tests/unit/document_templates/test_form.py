"""The form as values and as JSON."""

from __future__ import annotations

from typing import Any

import pytest

from apps.document_templates import sample
from apps.document_templates.form import Form, defaults
from apps.document_templates.validation import clean

FULL: dict[str, Any] = {
    "fields": [
        {"key": "A", "kind": "text", "label": "An A", "help": "Help", "required": True,
         "default": "x", "multiline": True, "max_length": 9},
        {"key": "D", "kind": "date", "min": "2026-01-01", "max": "2026-12-31"},
        {"key": "N", "kind": "number", "min": 0, "max": 9.5, "default": 0},
        {"key": "Y", "kind": "yes_no", "default": False},
        {"key": "C", "kind": "choice", "choices": [{"value": "a", "label": "A"}],
         "depends_on": {"key": "Y", "equals": True}},
        {"key": "P", "kind": "picture"},
        {"key": "G", "kind": "group", "fields": [{"key": "I", "kind": "info", "help": "Read"},
                                                {"key": "T", "kind": "text", "default": "t"}]},
        {"key": "O", "kind": "object", "fields": [{"key": "X", "kind": "text", "default": "o"}]},
        {"key": "L", "kind": "collection", "min_items": 1, "max_items": 3,
         "fields": [{"key": "X", "kind": "text"}]},
    ]
}  # fmt: skip


def test_json_and_back() -> None:
    assert Form.from_json(FULL).to_json() == FULL


def test_paths() -> None:
    form = Form.from_json(FULL)
    paths = [path for path, _ in form.walk()]
    assert paths == ["A", "D", "N", "Y", "C", "P", "G", "I", "T", "O", "O.X", "L", "L.X"]
    found = form.find("L.X")
    assert found is not None and found.kind == "text"
    assert form.find("L.Y") is None


def test_defaults() -> None:
    assert defaults(Form.from_json(FULL).fields) == {
        "A": "x",
        "N": 0,
        "Y": False,
        "T": "t",
        "O": {"X": "o"},
    }


@pytest.mark.parametrize(
    "field",
    [
        {},
        {"key": ""},
        {"key": 1},
        {"key": "A", "kind": "nonsense"},
        {"key": "A", "colour": "red"},
        {"key": "A", "required": "yes"},
        {"key": "A", "choices": [{}]},
        {"key": "A", "depends_on": {"key": "B"}},
        {"key": "A", "fields": [{"kind": "text"}]},
        "A",
    ],
)
def test_what_is_no_form_is_refused(field: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        Form.from_json({"fields": [field]})


def test_samples_are_valid() -> None:
    form = Form.from_json(FULL)
    values = sample.values_of(form)
    assert clean(form, {**values, "Y": True}).errors == []
    assert sample.picture().startswith(b"\x89PNG")
