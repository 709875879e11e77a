"""The cases that the server and the page's module must agree on, and what only the server has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apps.document_templates.form import Field, Form
from apps.document_templates.messages import TEXTS, texts
from apps.document_templates.validation import LONGEST_TEXT, MOST_ITEMS, clean

CASES = json.loads(Path(__file__).with_name("validation_cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    form = Form.from_json(case["form"])
    done = clean(form, case["values"], complete=case.get("complete", True))
    found = [{"path": error.path, "code": error.code} for error in done.errors]
    assert sorted(found, key=str) == sorted(case["errors"], key=str)
    assert done.values == case["cleaned"]


def test_limits_hold_where_the_form_sets_none() -> None:
    form = Form((Field("A"), Field("P", "collection", fields=(Field("N"),))))
    done = clean(form, {"A": "x" * (LONGEST_TEXT + 1), "P": [{}] * (MOST_ITEMS + 1)})
    assert [error.code for error in done.errors] == ["too_long", "too_many"]


@pytest.mark.parametrize("language", TEXTS)
def test_every_language_has_every_sentence(language: str) -> None:
    english = TEXTS["en"]
    assert TEXTS[language].keys() == english.keys()
    for code, sentence in TEXTS[language].items():
        assert ("{limit}" in sentence) == ("{limit}" in english[code])


def test_sentences_by_language() -> None:
    assert texts("de-CH") is TEXTS["de"]
    assert texts("rm") is TEXTS["en"]
    form = Form((Field("A", max_length=2),))
    assert clean(form, {"A": "abc"}, "fr-CH").errors[0].message == "2 caractères au plus."
