"""A caller's own schema: JSON Schema with labels and hints, checked before anything is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from apps.extraction.reading import labels, patterns

Kind = Literal["string", "number", "integer", "boolean", "date", "array"]
_MOST_PROPERTIES, _MOST_LABELS, _LONGEST = 100, 20, 100
_KINDS = ("string", "number", "integer", "boolean", "array")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


class SchemaFault(ValueError):
    """What is wrong, and where: `path` as in `properties.total.pattern`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path, self.message = path, message


@dataclass(frozen=True)
class Property:
    """A field that the caller wants. `page` counts from 0; `near` is a text on the page."""

    name: str
    kind: Kind
    labels: labels.Names
    pattern: patterns.Pattern | None = None
    required: bool = False
    near: str | None = None
    page: int | None = None
    items: tuple[Property, ...] = ()


@dataclass(frozen=True)
class Schema:
    """The wanted fields, in the caller's order."""

    properties: tuple[Property, ...]


def parse(body: Any) -> Schema:
    """Checks a JSON Schema object; raises `SchemaFault`.

    Read are `properties` with `type` (string, number, integer, boolean, array), `format: date`,
    `title`, `description`, `pattern`, `items`, `x-labels` (texts that stand by the value),
    `x-hints` (`near`: a text, `page`: from 0), and `required`. Other keywords are ignored.
    """
    if not isinstance(body, dict):
        raise SchemaFault("", "must be an object")
    if body.get("type", "object") != "object":
        raise SchemaFault("type", "must be object")
    return Schema(_properties(body, "properties", tables=True))


def _properties(body: dict[str, Any], path: str, *, tables: bool) -> tuple[Property, ...]:
    given = body.get("properties")
    if not isinstance(given, dict) or not given:
        raise SchemaFault(path, "must be an object with at least one property")
    if len(given) > _MOST_PROPERTIES:
        raise SchemaFault(path, f"has more than {_MOST_PROPERTIES} properties")
    required = body.get("required", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        raise SchemaFault(path.removesuffix("properties") + "required", "must be a list of names")
    for name in required:
        if name not in given:
            raise SchemaFault(f"{path}.{name}", "is required but not among the properties")
    return tuple(
        _property(name, entry, f"{path}.{name}", required=name in required, tables=tables)
        for name, entry in given.items()
    )


def _property(name: str, entry: Any, path: str, *, required: bool, tables: bool) -> Property:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise SchemaFault(
            path, "a name has up to 64 letters, digits, _ . - and begins with a letter"
        )
    if not isinstance(entry, dict):
        raise SchemaFault(path, "must be an object")
    kind = entry.get("type", "string")
    if kind not in _KINDS or (kind == "array" and not tables):
        raise SchemaFault(f"{path}.type", f"must be one of {', '.join(_KINDS)}")
    if kind == "string" and entry.get("format") == "date":
        kind = "date"
    hints = entry.get("x-hints", {})
    if not isinstance(hints, dict):
        raise SchemaFault(f"{path}.x-hints", "must be an object")
    near, page = hints.get("near"), hints.get("page")
    if near is not None and not _is_label(near):
        raise SchemaFault(f"{path}.x-hints.near", f"must be a text of up to {_LONGEST} characters")
    if page is not None and (isinstance(page, bool) or not isinstance(page, int) or page < 0):
        raise SchemaFault(f"{path}.x-hints.page", "must be a whole number from 0")
    return Property(
        name,
        kind,
        labels.Names(_labels(name, entry, path)),
        _pattern(entry, path),
        required,
        near,
        page,
        _items(entry, path) if kind == "array" else (),
    )


def _items(entry: dict[str, Any], path: str) -> tuple[Property, ...]:
    items = entry.get("items")
    if not isinstance(items, dict) or items.get("type", "object") != "object":
        raise SchemaFault(f"{path}.items", "must be an object of type object")
    return _properties(items, f"{path}.items.properties", tables=False)


def _labels(name: str, entry: dict[str, Any], path: str) -> frozenset[str]:
    given = entry.get("x-labels", [])
    if not isinstance(given, list) or len(given) > _MOST_LABELS or not all(map(_is_label, given)):
        raise SchemaFault(
            f"{path}.x-labels",
            f"must be a list of up to {_MOST_LABELS} texts of {_LONGEST} characters",
        )
    for key in ("title", "description"):
        if not isinstance(entry.get(key, ""), str):
            raise SchemaFault(f"{path}.{key}", "must be a text")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_.-]+", " ", name)
    texts = given or [entry["title"] if entry.get("title") else words, words]
    return labels.words("|".join(text.replace("|", " ") for text in texts)).folded


def _is_label(text: Any) -> bool:
    return isinstance(text, str) and 0 < len(text) <= _LONGEST


def _pattern(entry: dict[str, Any], path: str) -> patterns.Pattern | None:
    source = entry.get("pattern")
    if source is None:
        return None
    if not isinstance(source, str):
        raise SchemaFault(f"{path}.pattern", "must be a text")
    try:
        return patterns.compile_pattern(source)
    except patterns.PatternFault as fault:
        raise SchemaFault(f"{path}.pattern", str(fault)) from fault
