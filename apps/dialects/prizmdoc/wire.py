"""PrizmDoc's JSON: the properties of a viewing session and their defaults.

Source: seed 001, POST and GET ViewingSession; CONTRACT section 1 where that page is silent.
Unknown properties are ignored, known ones are type-checked. Booleans may come as the strings
"true" and "false", as clients send them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.core.errors import ErrorCode, PortalError

Json = dict[str, Any]
MAXIMUM_SECONDS = 30 * 24 * 3600


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


def _text(most: int = 1000) -> Property:
    def read(value: Any) -> str | None:
        if value is None or (isinstance(value, str) and len(value) <= most and "\0" not in value):
            return value
        raise ValueError

    return Property("string", None, read, {"type": "string", "maxLength": most})


def _integer(default: int | None, least: int, most: int) -> Property:
    def read(value: Any) -> int:
        if isinstance(value, str) and value.strip().isdigit():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return Property(
        "integer", default, read, {"type": "integer", "minimum": least, "maximum": most}
    )


def _boolean(default: bool) -> Property:
    def read(value: Any) -> bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in {"true", "false"}:
            return value.lower() == "true"
        raise ValueError

    return Property("boolean", default, read, {"type": "boolean"})


def _choice(default: str | None, *choices: str | None) -> Property:
    def read(value: Any) -> str | None:
        if value in choices:
            return None if value == "" else value
        raise ValueError

    return Property("string", default, read, {"type": "string", "enum": list(choices)})


def _object() -> Property:
    def read(value: Any) -> Json:
        if isinstance(value, dict):
            return value
        raise ValueError

    return Property("object", {}, read, {"type": "object"})


def _objects() -> Property:
    def read(value: Any) -> list[Json]:
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return value
        raise ValueError

    return Property("array", [], read, {"type": "array", "items": {"type": "object"}})


PROPERTIES: dict[str, Property] = {
    "origin": _object(),
    "render.flash.optimizationLevel": _integer(1, 0, 3),
    "render.html5.alwaysUseRaster": _boolean(False),
    "render.html5.rasterResolution": _integer(150, 36, 600),
    "password": _text(),
    "watermarkText": _text(),
    "externalId": _text(2000),
    "attachmentIndex": _integer(0, 0, 0),
    "attachmentDisplayName": _text(255),
    "tenantId": _text(255),
    "countOfInitialPages": _integer(0, 0, 1_000_000),
    "documentSource": _choice(None, None, "", "api", "http"),
    "documentExtension": _text(12),
    "serverCaching": _choice("full", "full", "none"),
    "startConverting": _choice(None, None, "none", "initialPages"),
    "contentType": _choice(None, None, "png", "svg"),
    "pageContentEncryption": _choice(None, None, "none"),
    "allowedClientFileFormats": _text(),
    "minSecondsAvailable": _integer(None, 1, 7 * 24 * 3600),
    "watermarks": _objects(),
}
# Echoed only when the caller sent them: the page's example answer does not show them.
_ECHOED_WHEN_SENT = {"allowedClientFileFormats", "minSecondsAvailable"}


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """A checked POST ViewingSession body. `echo` is what GET answers, without creationTime."""

    echo: Json

    def __getitem__(self, path: str) -> Any:
        value: Any = self.echo
        for step in path.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        return value

    @property
    def idle(self) -> timedelta | None:
        """`minSecondsAvailable` as a duration."""
        seconds = self["minSecondsAvailable"]
        return timedelta(seconds=seconds) if seconds else None


def parse_session(body: Json) -> SessionRequest:
    """Checks the body of POST ViewingSession and fills in the defaults.

    Raises INPUT_INVALID with the path of the first property at fault, and INPUT_CONFLICTS with
    PrizmDoc's own spelling for `minSecondsAvailable` with caching on.
    """
    echo: Json = {}
    for path, known in PROPERTIES.items():
        present, value = _look_up(body, path)
        if not present or value is None:
            if path in _ECHOED_WHEN_SENT:
                continue
            _put(echo, path, known.default)
            continue
        try:
            _put(echo, path, known.read(value))
        except ValueError:
            raise invalid(path, value, known.expected) from None
    request = SessionRequest(echo)
    if request["documentSource"] == "http" and not request["externalId"]:
        raise PortalError(
            ErrorCode.INPUT_MISSING,
            '`externalId` must hold the URL when `documentSource` is "http".',
            at="externalId",
        )
    if request["minSecondsAvailable"] and echo["serverCaching"] != "none":
        raise PortalError(
            ErrorCode.INPUT_CONFLICTS,
            '`minSecondsAvailable` needs `serverCaching` to be "none".',
            at="minSecondsAvailable",
            error_code="InputNotSupportedWithServerCachineEnabled",
        )
    return request


def _look_up(body: Json, path: str) -> tuple[bool, Any]:
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


def _put(echo: Json, path: str, value: Any) -> None:
    *folders, leaf = path.split(".")
    for step in folders:
        echo = echo.setdefault(step, {})
    echo[leaf] = value


def creation_time(moment: datetime) -> str:
    """A moment as PrizmDoc writes it: UTC with seven decimals and Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}0Z"


def query(parameters: Mapping[str, str], name: str, default: str = "") -> str:
    """A query parameter; its name in any case, as PrizmDoc's own clients mix them."""
    for known, value in parameters.items():
        if known.lower() == name.lower():
            return value
    return default


def query_number(parameters: Mapping[str, str], name: str, default: float) -> float:
    """A positive number in the query. Raises INPUT_INVALID."""
    text = query(parameters, name)
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < math.inf:
        raise _invalid_query(name, text, {"type": "number", "exclusiveMinimum": 0})
    return number


def query_whole(
    parameters: Mapping[str, str], name: str, *, default: int, least: int, most: int
) -> int:
    """A whole number in the query. Raises INPUT_INVALID."""
    text = query(parameters, name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        expected = {"type": "integer", "minimum": least, "maximum": most}
        raise _invalid_query(name, text, expected)
    return int(text)


def query_choice(parameters: Mapping[str, str], name: str, default: str, *choices: str) -> str:
    """One of a few words in the query, in any case."""
    text = query(parameters, name, default).lower()
    if text not in choices:
        raise _invalid_query(name, text, {"type": "string", "enum": list(choices)})
    return text


def file_extension(parameters: Mapping[str, str]) -> str:
    """`FileExtension`, in lower case. Raises INPUT_INVALID for a leading period (seed 001)."""
    extension = query(parameters, "FileExtension").lower()
    if extension.startswith(".") or (not extension.isalnum() and extension):
        raise _invalid_query(
            "FileExtension", extension, {"type": "string", "pattern": "^[A-Za-z0-9]+$"}
        )
    return extension


def _invalid_query(at: str, value: str, expected: Json) -> PortalError:
    error = invalid(at, value, expected)
    error.data["in"] = "query"
    return error


def require_text(body: Json, path: str) -> str:
    """A required non-blank string of a body. Raises INPUT_MISSING or INPUT_INVALID."""
    present, value = _look_up(body, path)
    if not present:
        raise PortalError(ErrorCode.INPUT_MISSING, f"`{path}` is required.", at=path)
    if not isinstance(value, str) or not value.strip():
        raise invalid(path, value, {"type": "string"})
    return value


def optional_text(body: Json, path: str, *, most: int = 1000) -> str:
    """An optional string of a body; blank when absent or null. Raises INPUT_INVALID."""
    _, value = _look_up(body, path)
    try:
        return _text(most).read(value) or ""
    except ValueError:
        raise invalid(path, value, {"type": "string", "maxLength": most}) from None


def optional_whole(body: Json, path: str, *, default: int, least: int = 1, most: int) -> int:
    """An optional whole number of a body. Raises INPUT_INVALID."""
    present, value = _look_up(body, path)
    reader = _integer(default, least, most)
    try:
        return int(reader.read(value)) if present else default
    except ValueError:
        raise invalid(path, value, reader.expected) from None


def optional_flag(body: Json, path: str) -> bool:
    """An optional boolean of a body, false when absent. Raises INPUT_INVALID."""
    present, value = _look_up(body, path)
    reader = _boolean(False)
    try:
        return bool(reader.read(value)) if present else False
    except ValueError:
        raise invalid(path, value, reader.expected) from None


def require_objects(body: Json, path: str, *, most: int) -> list[Json]:
    """A required list of 1 to `most` objects. Raises INPUT_MISSING, INPUT_INVALID."""
    present, value = _look_up(body, path)
    if not present:
        raise PortalError(ErrorCode.INPUT_MISSING, f"`{path}` is required.", at=path)
    expected = _objects().expected | {"minItems": 1, "maxItems": most}
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise invalid(path, value, expected)
    if not all(isinstance(item, dict) for item in value):
        raise invalid(path, None, expected)
    return value


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
    present, value = _look_up(body, path)
    if present and not isinstance(value, dict):
        raise invalid(path, value, {"type": "object"})
    return dict(value) if present else {}


def require_choice(body: Json, path: str, *choices: str) -> str:
    """A required string out of a few."""
    value = require_text(body, path)
    if value not in choices:
        raise invalid(path, value, {"type": "string", "enum": list(choices)})
    return value


def parse_stop(body: Json) -> tuple[int, str]:
    """`httpStatus` and `endUserMessage` of SessionStopped, both required (seed 001)."""
    present, status = _look_up(body, "httpStatus")
    if not present:
        raise PortalError(ErrorCode.INPUT_MISSING, "`httpStatus` is required.", at="httpStatus")
    reader = _integer(None, 400, 599)
    try:
        status = reader.read(status)
    except ValueError:
        raise invalid("httpStatus", status, reader.expected) from None
    return status, require_text(body, "endUserMessage")[:500]


def without_password(echo: Json) -> Json:
    """The echo as it is stored: a document's password is kept sealed, elsewhere."""
    return echo | {"password": None}


def resolution(echo: Json) -> int:
    """The raster resolution of a session in dots per inch."""
    html5 = (echo.get("render") or {}).get("html5") or {}
    return int(html5.get("rasterResolution") or 150)


def page_text(page: Json) -> Json:
    """A page's text as the dialect sends it."""
    words = [
        {"text": page["text"][start : start + length], "box": box}
        for start, length, *box in page["words"]
    ]
    return {
        "pageNumber": page["page"],
        "width": page["width"],
        "height": page["height"],
        "text": page["text"],
        "words": words,
    }
