"""Checking the values of a form; the page's own module does the same, case by case.

Both are run over tests/unit/document_templates/validation_cases.json. Pure: no Django, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from apps.document_templates.form import Field, Form, Scalar, valued
from apps.document_templates.messages import texts

Json = dict[str, Any]
# What a field may hold where its form sets no limit.
LONGEST_TEXT = 100_000
MOST_ITEMS = 1_000
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PICTURE = re.compile(r"[A-Za-z0-9_-]{1,100}")
# XML 1.0 has no place for these; a tab, a line feed and a carriage return it has.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACE = " \t\n\r\u00a0"
_EMPTY = (None, "")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault. `path` is as `Subject` or `Positions[2].Price` (items count from 0).

    `code` is a key of `messages.TEXTS`, `message` its sentence in the language asked for.
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


class _Fault(Exception):
    def __init__(self, code: str, limit: object = "") -> None:
        super().__init__(code)
        self.code, self.limit = code, limit


def clean(form: Form, values: Json, language: str = "en", *, complete: bool = True) -> Cleaned:
    """Check values against a form.

    Text from XML is understood: "true" and "false", numbers with a period, ISO dates. Unknown keys
    and values of layout fields are faults. With `complete` False nothing is missed yet: `required`
    and `min_items` are not asked (values that come from a program, drafts). A value at fault is
    left out of the result; so are the values of fields that are not there.
    """
    check = _Check(texts(language), complete)
    cleaned = check.level(form.fields, values, "", ())
    return Cleaned(cleaned, check.errors)


class _Level:
    """Fields beside each other, their conditions (a group's count for what is in it), values."""

    def __init__(self, level: tuple[Field, ...], values: Mapping[str, Any]) -> None:
        self.values = values
        self.conditions = dict(_conditions(level, ()))

    def shows(
        self, key: str, outer: tuple[_Level, ...], asking: frozenset[str] = frozenset()
    ) -> bool:
        """Whether the field is there; conditions that go round in a circle do not hold."""
        if key in asking:
            return False
        return all(
            self._holds(name, equals, outer, asking | {key})
            for name, equals in self.conditions.get(key, ())
        )

    def _holds(
        self, key: str, equals: Scalar, outer: tuple[_Level, ...], asking: frozenset[str]
    ) -> bool:
        if key in self.conditions:
            return self.shows(key, outer, asking) and _same(self.values.get(key), equals)
        if outer:
            return outer[-1]._holds(key, equals, outer[:-1], frozenset())
        return False


def _conditions(
    level: tuple[Field, ...], above: tuple[tuple[str, Scalar], ...]
) -> Iterator[tuple[str, tuple[tuple[str, Scalar], ...]]]:
    for one in level:
        own = ((one.depends_on.key, one.depends_on.equals),) if one.depends_on else ()
        if one.kind == "group":
            yield from _conditions(one.fields, (*above, *own))
        elif one.kind != "info":
            yield one.key, (*above, *own)


def _same(value: Any, equals: Scalar) -> bool:
    """An unanswered yes/no is no."""
    if isinstance(equals, bool):
        return (value is True) == equals
    return not isinstance(value, bool) and bool(value == equals)


class _Check:
    """One run over a form's values; collects the faults."""

    def __init__(self, sentences: Mapping[str, str], complete: bool) -> None:
        self.errors: list[FieldError] = []
        self._sentences = sentences
        self._complete = complete

    def level(
        self, level: tuple[Field, ...], values: Any, path: str, outer: tuple[_Level, ...]
    ) -> Json:
        """The clean values of one level. Scalars come first: conditions ask for them."""
        fields = {one.key: one for one in valued(level)}
        for key in values:
            if key not in fields:
                self._tell(f"{path}{key}", _Fault("unknown_key"))
        scalars: Json = {}
        faults: dict[str, _Fault] = {}
        for key, one in fields.items():
            if one.kind in ("object", "collection"):
                continue
            try:
                value = _SCALARS[one.kind](one, values.get(key))
            except _Fault as fault:
                faults[key] = fault
                continue
            if value not in _EMPTY or isinstance(value, bool):
                scalars[key] = value
        here = _Level(level, scalars)
        cleaned: Json = {}
        for key, one in fields.items():
            if not here.shows(key, outer):
                continue
            at = f"{path}{key}"
            if one.kind in ("object", "collection"):
                inner = self._nested(one, values.get(key), at, (*outer, here))
                if inner:
                    cleaned[key] = inner
            elif key in faults:
                self._tell(at, faults[key])
            elif key in scalars:
                cleaned[key] = scalars[key]
            if self._is_missed(one, cleaned.get(key)) and not self._told(at):
                self._tell(at, _Fault("required"))
        return cleaned

    def _nested(self, one: Field, value: Any, at: str, outer: tuple[_Level, ...]) -> Any:
        if one.kind == "object":
            if value not in _EMPTY and not isinstance(value, dict):
                return self._tell(at, _Fault("type"))
            return self.level(one.fields, value or {}, f"{at}.", outer)
        if value in _EMPTY:
            value = []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            return self._tell(at, _Fault("type"))
        most = MOST_ITEMS if one.max_items is None else one.max_items
        if len(value) > most:
            return self._tell(at, _Fault("too_many", most))
        if self._complete and len(value) < (one.min_items or 0) and (value or not one.required):
            self._tell(at, _Fault("too_few", one.min_items))
        return [
            self.level(one.fields, item, f"{at}[{index}].", outer)
            for index, item in enumerate(value)
        ]

    def _is_missed(self, one: Field, value: Any) -> bool:
        """A required yes/no has to be answered; a required text must hold more than spaces."""
        if not (self._complete and one.required) or one.kind == "object":
            return False
        return value is None or (isinstance(value, str) and not value.strip(_SPACE))

    def _told(self, path: str) -> bool:
        return any(error.path == path for error in self.errors)

    def _tell(self, path: str, fault: _Fault) -> None:
        sentence = self._sentences[fault.code].replace("{limit}", _spoken(fault.limit))
        self.errors.append(FieldError(path, fault.code, sentence))


def _spoken(limit: object) -> str:
    return str(int(limit)) if isinstance(limit, float) and limit.is_integer() else str(limit)


def _text(one: Field, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Fault("type")
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if _UNPRINTABLE.search(text):
        raise _Fault("invalid_character")
    limit = LONGEST_TEXT if one.max_length is None else one.max_length
    # Characters, not UTF-16 units.
    if len(text) > limit:
        raise _Fault("too_long", limit)
    return text


def _date(one: Field, value: Any) -> str:
    if value in _EMPTY:
        return ""
    if not isinstance(value, str):
        raise _Fault("type")
    try:
        if not _DATE.fullmatch(value):
            raise ValueError
        date.fromisoformat(value)
    except ValueError:
        raise _Fault("not_a_date") from None
    if isinstance(one.minimum, str) and value < one.minimum:
        raise _Fault("too_small", one.minimum)
    if isinstance(one.maximum, str) and value > one.maximum:
        raise _Fault("too_large", one.maximum)
    return value


def _yes_no(one: Field, value: Any) -> bool | None:
    if value in _EMPTY and not isinstance(value, bool):
        return None
    if value is True or value == "true":
        return True
    if value is False or value == "false":
        return False
    raise _Fault("type")


def _number(one: Field, value: Any) -> float | None:
    """A number in JSON or as text: at most 15 digits before the period, 6 behind it."""
    if value is None or (isinstance(value, str) and not value.strip(_SPACE)):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _Fault("type")
    text = value.strip(_SPACE) if isinstance(value, str) else _plain(value)
    if not _NUMBER.fullmatch(text):
        raise _Fault("not_a_number")
    number: float = float(text) if "." in text else int(text)
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(one.minimum, int | float) and number < one.minimum:
        raise _Fault("too_small", one.minimum)
    if isinstance(one.maximum, int | float) and number > one.maximum:
        raise _Fault("too_large", one.maximum)
    return number


def _plain(value: float) -> str:
    return format(Decimal(repr(value)), "f") if value == value and abs(value) < 1e16 else "NaN"


def _choice(one: Field, value: Any) -> str:
    if value in _EMPTY:
        return ""
    if not isinstance(value, str):
        raise _Fault("type")
    if all(value != option.value for option in one.choices):
        raise _Fault("not_a_choice")
    return value


def _picture(one: Field, value: Any) -> str:
    if value in _EMPTY:
        return ""
    if not isinstance(value, str) or not _PICTURE.fullmatch(value):
        raise _Fault("not_a_picture")
    return value


_SCALARS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _text,
    "date": _date,
    "yes_no": _yes_no,
    "number": _number,
    "choice": _choice,
    "picture": _picture,
}
