"""Values on their way into a document: typed by the form, written in the document's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Undefined

# Not allowed in XML 1.0; and what the template library would read as a command of its own.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_YES_NO = {
    "de": ("Ja", "Nein"),
    "fr": ("Oui", "Non"),
    "it": ("Sì", "No"),
    "es": ("Sí", "No"),
    "en": ("Yes", "No"),
}
_DATE_STYLES = ("short", "medium", "long", "full")
_LONGEST_PATTERN = 60
# Letters of Word's date pictures that mean something else in Unicode's patterns.
_WORD_DAYS = (("dddd", "EEEE"), ("ddd", "EEE"))


class Chosen(str):
    """A choice: compared by its value, written by its label."""

    label: str

    def __new__(cls, value: str, label: str) -> Chosen:
        chosen = super().__new__(cls, value)
        chosen.label = label
        return chosen


class Picture:
    """An image file of the job."""

    def __init__(self, file: str) -> None:
        self.file = file


def locale_of(language: str) -> Locale:
    """The locale of a code such as "de-CH"; the language alone, or English, where unknown."""
    parts = re.split(r"[-_]", language.strip())[:3]
    while parts:
        try:
            return Locale.parse("_".join([parts[0].lower(), *map(_territory, parts[1:])]))
        except (UnknownLocaleError, ValueError):
            parts.pop()
    return Locale("en")


def _territory(part: str) -> str:
    return part.title() if len(part) == 4 else part.upper()


def typed(level: list[dict[str, Any]], values: Any, files: dict[str, str]) -> dict[str, Any]:
    """The values of a level of a form (JSON) as the marks see them; what is missing is empty.

    Values that the form does not know are kept as they are (`plain`).
    """
    given = values if isinstance(values, dict) else {}
    made: dict[str, Any] = {key: plain(value) for key, value in given.items()}
    for field in _valued(level):
        made[field["key"]] = _typed(field, given.get(field["key"]), files)
    return made


def _valued(level: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for field in level:
        if field["kind"] == "group":
            found += _valued(field.get("fields", []))
        elif field["kind"] != "info":
            found.append(field)
    return found


def _typed(field: dict[str, Any], value: Any, files: dict[str, str]) -> Any:
    kind = field["kind"]
    inner = field.get("fields", [])
    if kind == "object":
        return typed(inner, value, files)
    if kind == "collection":
        return [typed(inner, item, files) for item in value] if isinstance(value, list) else []
    if kind == "yes_no":
        return value is True or value == "true"
    if value is None or value == "" or isinstance(value, dict | list):
        return ""
    if kind == "date":
        return _date(value)
    if kind == "number":
        return _decimal(value)
    if kind == "picture":
        return Picture(files[str(value)]) if str(value) in files else ""
    text = cleaned(value)
    if kind == "choice":
        labels = {
            one["value"]: one.get("label") or one["value"] for one in field.get("choices", [])
        }
        return Chosen(text, cleaned(labels.get(text, text)))
    return text


def plain(value: Any) -> Any:
    """A JSON value without a form: text, numbers, yes and no, lists and objects of them."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    return _decimal(value) if isinstance(value, int | float) else cleaned(value)


def cleaned(value: Any) -> str:
    """Text without what cannot stand in a document; lines end with a line feed."""
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.sub("", text).replace("{_{", "{ {").replace("{_%", "{ %")


def _date(value: Any) -> Any:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return cleaned(value)


def _decimal(value: Any) -> Any:
    try:
        number = Decimal(str(value))
        return number if number.is_finite() and abs(number.adjusted()) < 30 else cleaned(value)
    except InvalidOperation:
        return cleaned(value)


class Writer:
    """Writes values in one language. `draw` makes the XML of a picture."""

    def __init__(self, language: str, draw: Callable[..., Any]) -> None:
        self.locale = locale_of(language)
        self._draw = draw

    def finalize(self, value: Any) -> Any:
        """What a mark writes for a value."""
        if isinstance(value, Undefined) or value is None:
            return ""
        if isinstance(value, bool):
            return self.yesno(value)
        if isinstance(value, Chosen):
            return value.label
        if isinstance(value, str):
            return value
        if isinstance(value, date):
            return self.date(value)
        if isinstance(value, int | float | Decimal):
            return self.number(value)
        if isinstance(value, Picture):
            return self._draw(value.file)
        what = (
            "a collection: repeat it with for" if isinstance(value, list) else "a group of fields"
        )
        raise TemplateRuntimeError(f"A mark stands for {what}.")

    def filters(self) -> dict[str, Callable[..., Any]]:
        """All filters there are."""
        return {
            "date": self.date,
            "number": self.number,
            "money": self.money,
            "yesno": self.yesno,
            "picture": self.picture,
            "upper": lambda value: self._text(value).upper(),
            "lower": lambda value: self._text(value).lower(),
            "title": lambda value: self._text(value).title(),
            "capitalize": lambda value: self._text(value).capitalize(),
            "trim": lambda value: self._text(value).strip(),
            "default": _default,
            "d": _default,
            "e": lambda value: value,  # everything is escaped
            "escape": lambda value: value,
            "length": _length,
            "count": _length,
            "first": lambda rows: rows[0] if _is_filled_list(rows) else "",
            "last": lambda rows: rows[-1] if _is_filled_list(rows) else "",
            "join": self.join,
            "sum": _sum,
            "round": _round,
            "int": lambda value: int(_as_number(value)),
        }

    def date(self, value: Any, pattern: str = "medium") -> str:
        """A date by style (short, medium, long, full) or pattern ("dd.MM.yyyy")."""
        if not isinstance(value, date):
            value = _date(value) if value else ""
        if not isinstance(value, date):
            return self._text(value)
        pattern = str(pattern)[:_LONGEST_PATTERN]
        if pattern not in _DATE_STYLES:
            for word, unicode_letters in _WORD_DAYS:
                pattern = pattern.replace(word, unicode_letters)
        return str(format_date(value, pattern, locale=self.locale))

    def number(self, value: Any, digits: Any = None) -> str:
        """A number with the language's separators; `digits` after the decimal sign."""
        if value is None or value == "" or isinstance(value, Undefined):
            return ""
        number = _as_number(value)
        if digits is None:
            return str(format_decimal(number, locale=self.locale, decimal_quantization=False))
        places = "0" * max(0, min(10, int(digits)))
        return str(format_decimal(number, f"#,##0{'.' + places if places else ''}", self.locale))

    def money(self, value: Any, currency: str = "") -> str:
        """An amount with two digits; with a currency code in the language's way."""
        if value is None or value == "" or isinstance(value, Undefined):
            return ""
        if not currency:
            return self.number(value, 2)
        return str(
            format_currency(_as_number(value), str(currency)[:3].upper(), locale=self.locale)
        )

    def yesno(self, value: Any, yes: str = "", no: str = "") -> str:
        """Yes or no in the document's language, or in the given words."""
        words = _YES_NO.get(self.locale.language, _YES_NO["en"])
        return str(yes or words[0]) if value else str(no or words[1])

    def picture(self, value: Any, width: Any = None, height: Any = None) -> Any:
        """A picture that fits into a width and height in millimetres."""
        return self._draw(value.file, width, height) if isinstance(value, Picture) else ""

    def join(self, rows: Any, separator: str = ", ", attribute: str = "") -> str:
        """The items of a collection in one line."""
        items = [_attribute(row, attribute) for row in rows] if isinstance(rows, list) else []
        return str(separator).join(self._text(item) for item in items)

    def _text(self, value: Any) -> str:
        return str(self.finalize(value))


def _attribute(row: Any, attribute: str) -> Any:
    return row.get(attribute, "") if attribute and isinstance(row, dict) else row


def _is_filled_list(rows: Any) -> bool:
    return isinstance(rows, list) and bool(rows)


def _default(value: Any, instead: Any = "", only_if_false: bool = True) -> Any:
    return instead if value is None or value == "" or isinstance(value, Undefined) else value


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str | list) else 0


def _sum(rows: Any, attribute: str = "") -> Decimal:
    items = [_attribute(row, attribute) for row in rows] if isinstance(rows, list) else []
    return sum((_as_number(item) for item in items if item != ""), Decimal(0))


def _round(value: Any, digits: Any = 0) -> Decimal:
    return round(_as_number(value), max(-10, min(10, int(digits))))


def _as_number(value: Any) -> Decimal:
    number = Decimal(0) if isinstance(value, Undefined) or value == "" else _decimal(value)
    if not isinstance(number, Decimal):
        raise TemplateRuntimeError(f"“{cleaned(value)[:40]}” is no number.")
    return number
