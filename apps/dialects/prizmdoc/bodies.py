"""Reading JSON bodies of PrizmDoc's calls, property by property; each error names the path.

Booleans and numbers may come as strings, as clients send them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from apps.core.errors import ErrorCode, PortalError

Json = dict[str, Any]
EXTENSION_PATTERN = "^[A-Za-z0-9]{1,12}$"


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its JSON type for the error message, default, and reader."""

    type: str
    default: Any
    read: Callable[[Any], Any]
    expected: Json


def invalid(at: str, value: Any, expected: Json) -> PortalError:
    """INPUT_INVALID for the property at a path, with what is expected there as JSON Schema."""
    return PortalError(
        ErrorCode.INPUT_INVALID,
        f"`{at}` is not valid: expected {_in_words(expected)}.",
        at=at,
        expected=expected,
        actual=value if isinstance(value, str | int | float | bool) else None,
    )


def _in_words(expected: Json) -> str:
    if "enum" in expected:
        return "one of " + ", ".join("null" if v is None else f'"{v}"' for v in expected["enum"])
    words = str(expected["type"])
    if "pattern" in expected:
        words += f" that matches {expected['pattern']}"
    if "exclusiveMinimum" in expected:
        words += f" above {expected['exclusiveMinimum']}"
    if "minimum" in expected:
        words += f" from {expected['minimum']}"
    if "maximum" in expected:
        words += f" to {expected['maximum']}"
    return words


def text(most: int = 1000) -> Property:
    """A string or null, of so many characters at most."""

    def read(value: Any) -> str | None:
        if value is None or (isinstance(value, str) and len(value) <= most and "\0" not in value):
            return value
        raise ValueError

    return Property("string", None, read, {"type": "string", "maxLength": most})


def words(most: int = 100) -> Property:
    """A list of short strings; a single string is one of them."""

    def read(value: Any) -> list[str] | str:
        strings = value if isinstance(value, list) else [value]
        for one in strings:
            if not isinstance(one, str) or len(one) > most or "\0" in one:
                raise ValueError
        if len(strings) > most:
            raise ValueError
        return value  # type: ignore[no-any-return]

    items = {"type": "string", "maxLength": most}
    return Property("array", None, read, {"type": "array", "items": items, "maxItems": most})


def integer(default: int | None, least: int, most: int) -> Property:
    """A whole number, also as a string of digits."""

    def read(value: Any) -> int:
        if isinstance(value, str) and value.strip().isdigit():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return Property(
        "integer", default, read, {"type": "integer", "minimum": least, "maximum": most}
    )


def boolean(default: bool) -> Property:
    """A boolean, also as the string "true" or "false"."""

    def read(value: Any) -> bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in {"true", "false"}:
            return value.lower() == "true"
        raise ValueError

    return Property("boolean", default, read, {"type": "boolean"})


def choice(default: str | None, *choices: str | None) -> Property:
    """One of a few words; the blank one is null."""

    def read(value: Any) -> str | None:
        if value in choices:
            return None if value == "" else value
        raise ValueError

    return Property("string", default, read, {"type": "string", "enum": list(choices)})


def an_object() -> Property:
    """An object, empty by default."""

    def read(value: Any) -> Json:
        if isinstance(value, dict):
            return value
        raise ValueError

    return Property("object", {}, read, {"type": "object"})


def objects() -> Property:
    """A list of objects, empty by default."""

    def read(value: Any) -> list[Json]:
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return value
        raise ValueError

    return Property("array", [], read, {"type": "array", "items": {"type": "object"}})


def look_up(body: Json, path: str) -> tuple[bool, Any]:
    """Whether there is a value, which null is not, and the value. Raises INPUT_INVALID."""
    value: Any = body
    walked: list[str] = []
    for step in path.split("."):
        if not isinstance(value, dict):
            raise invalid(".".join(walked), value, {"type": "object"})
        if step not in value:
            return False, None
        value = value[step]
        walked.append(step)
        if value is None:
            return False, None
    return True, value


def require_text(body: Json, path: str) -> str:
    """A required non-blank string of a body. Raises INPUT_MISSING or INPUT_INVALID."""
    present, value = look_up(body, path)
    if not present:
        raise PortalError(ErrorCode.INPUT_MISSING, f"`{path}` is required.", at=path)
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise invalid(path, value, {"type": "string"})
    return value


def optional_text(body: Json, path: str, *, most: int = 1000) -> str:
    """An optional string of a body; blank when absent or null. Raises INPUT_INVALID."""
    _, value = look_up(body, path)
    try:
        return text(most).read(value) or ""
    except ValueError:
        raise invalid(path, value, {"type": "string", "maxLength": most}) from None


def optional_extension(body: Json, path: str) -> str:
    """An optional file extension, in lower case. Raises INPUT_INVALID, also for a period."""
    extension = optional_text(body, path).lower()
    if extension and not re.fullmatch(EXTENSION_PATTERN, extension, re.ASCII):
        raise invalid(path, extension, {"type": "string", "pattern": EXTENSION_PATTERN})
    return extension


def optional_whole(body: Json, path: str, *, default: int, least: int = 1, most: int) -> int:
    """An optional whole number of a body. Raises INPUT_INVALID."""
    present, value = look_up(body, path)
    reader = integer(default, least, most)
    try:
        return int(reader.read(value)) if present else default
    except ValueError:
        raise invalid(path, value, reader.expected) from None


def optional_flag(body: Json, path: str) -> bool:
    """An optional boolean of a body, false when absent. Raises INPUT_INVALID."""
    present, value = look_up(body, path)
    reader = boolean(False)
    try:
        return bool(reader.read(value)) if present else False
    except ValueError:
        raise invalid(path, value, reader.expected) from None


def require_objects(body: Json, path: str, *, most: int) -> list[Json]:
    """A required list of 1 to `most` objects. Raises INPUT_MISSING, INPUT_INVALID."""
    present, value = look_up(body, path)
    if not present:
        raise PortalError(ErrorCode.INPUT_MISSING, f"`{path}` is required.", at=path)
    expected = objects().expected | {"minItems": 1, "maxItems": most}
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise invalid(path, value, expected)
    if not all(isinstance(item, dict) for item in value):
        raise invalid(path, None, expected)
    return value


def refuse_others(body: Json, *known: str) -> None:
    """Raises INPUT_INVALID for the first property that is not known; null asks for nothing."""
    for name, value in body.items():
        if name not in known and value is not None:
            raise PortalError(
                ErrorCode.INPUT_INVALID,
                f"`{name}` is not supported here; what is: {', '.join(known) or 'nothing'}.",
                at=name,
                expected={"type": "object", "properties": {key: {} for key in known}},
            )


@contextmanager
def inside(path: str) -> Iterator[None]:
    """Errors raised in the block are about a property inside the one at `path`."""
    try:
        yield
    except PortalError as error:
        error.at = f"{path}.{error.at}"
        raise


def optional_object(body: Json, path: str) -> Json:
    """An optional object of a body; empty when absent or null. Raises INPUT_INVALID."""
    present, value = look_up(body, path)
    if present and not isinstance(value, dict):
        raise invalid(path, value, {"type": "object"})
    return dict(value) if present else {}


def require_choice(body: Json, path: str, *choices: str) -> str:
    """A required string out of a few."""
    value = require_text(body, path)
    if value not in choices:
        raise invalid(path, value, {"type": "string", "enum": list(choices)})
    return value
