"""Checking the values of a form; static/js's form module does the same, case by case.

Both are run over tests/unit/document_templates/validation_cases.json. Pure: no Django, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apps.document_templates.form import Form

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault. `path` is as `Subject` or `Positions[2].Price` (items count from 0).

    `code`: required, type, too_long, invalid_character, not_a_date, not_a_number, too_small,
    too_large, not_a_choice, not_a_picture, too_few, too_many, unknown_key. `message` is a sentence
    in the language asked for, made from `messages.TEXTS`.
    """

    path: str
    code: str
    message: str

    def to_json(self) -> dict[str, str]:
        """As on the wire."""
        return {"path": self.path, "code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Values in their normal form, without those of fields that are not there, and the faults."""

    values: Json
    errors: list[FieldError] = field(default_factory=list)


def clean(form: Form, values: Json, language: str = "en", *, complete: bool = True) -> Cleaned:
    """Check values against a form.

    Text from XML is understood: "true" and "false", numbers with a period, ISO dates. Unknown keys
    and values of layout fields are faults. With `complete` False nothing is missed yet: `required`
    and `min_items` are not asked (values that come from a program, drafts).
    """
    raise NotImplementedError
