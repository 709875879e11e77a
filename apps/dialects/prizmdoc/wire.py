"""PrizmDoc's JSON: the properties of a viewing session and their defaults.

Source: seed 001, POST and GET ViewingSession; CONTRACT section 1 where that page is silent.
Unknown properties are ignored, known ones are type-checked. Booleans may come as the strings
"true" and "false", as clients send them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.prizmdoc import bodies

Json = dict[str, Any]
MOST_TILE = 4096
MAXIMUM_SECONDS = 30 * 24 * 3600


PROPERTIES: dict[str, bodies.Property] = {
    "origin": bodies.an_object(),
    "render.flash.optimizationLevel": bodies.integer(1, 0, 3),
    "render.html5.alwaysUseRaster": bodies.boolean(False),
    "render.html5.rasterResolution": bodies.integer(150, 36, 600),
    "password": bodies.text(),
    "watermarkText": bodies.text(),
    "externalId": bodies.text(2000),
    "attachmentIndex": bodies.integer(0, 0, 0),
    "attachmentDisplayName": bodies.text(255),
    "tenantId": bodies.text(255),
    "countOfInitialPages": bodies.integer(0, 0, 1_000_000),
    "documentSource": bodies.choice(None, None, "", "api", "http"),
    "documentExtension": bodies.text(12),
    "serverCaching": bodies.choice("full", "full", "none"),
    "startConverting": bodies.choice(None, None, "none", "initialPages"),
    "contentType": bodies.choice(None, None, "png", "svg"),
    "pageContentEncryption": bodies.choice(None, None, "none"),
    "allowedClientFileFormats": bodies.words(),
    "minSecondsAvailable": bodies.integer(None, 1, 7 * 24 * 3600),
    "watermarks": bodies.objects(),
    "watermarkData": bodies.an_object(),
}
# Echoed only when the caller sent them: the page's example answer does not show them.
_ECHOED_WHEN_SENT = {"allowedClientFileFormats", "minSecondsAvailable", "watermarkData"}


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

    def check_idle(self, most: int) -> None:
        """Raises INPUT_INVALID where a session would end before `minSecondsAvailable` is over."""
        if self.idle and self.idle.total_seconds() > most:
            expected = {"type": "integer", "minimum": 1, "maximum": most}
            raise bodies.invalid("minSecondsAvailable", self["minSecondsAvailable"], expected)


def parse_session(body: Json) -> SessionRequest:
    """Checks the body of POST ViewingSession and fills in the defaults.

    Raises INPUT_INVALID with the path of the first property at fault, and INPUT_CONFLICTS with
    PrizmDoc's own spelling for `minSecondsAvailable` with caching on.
    """
    echo: Json = {}
    for path, known in PROPERTIES.items():
        present, value = bodies.look_up(body, path)
        if not present or value is None:
            if path in _ECHOED_WHEN_SENT:
                continue
            _put(echo, path, known.default)
            continue
        try:
            _put(echo, path, known.read(value))
        except ValueError:
            raise bodies.invalid(path, value, known.expected) from None
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


def tile(box: Mapping[str, int]) -> tuple[int, int, int, int]:
    """x, y, width and height of a tile's path. Raises INPUT_INVALID."""
    for name in ("width", "height"):
        if not 1 <= box[name] <= MOST_TILE:
            expected = {"type": "integer", "minimum": 1, "maximum": MOST_TILE}
            error = bodies.invalid(name, str(box[name]), expected)
            error.data["in"] = "path"
            raise error
    return box["x"], box["y"], box["width"], box["height"]


def _invalid_query(at: str, value: str, expected: Json) -> PortalError:
    error = bodies.invalid(at, value, expected)
    error.data["in"] = "query"
    return error


def parse_stop(body: Json) -> tuple[int, str]:
    """`httpStatus` and `endUserMessage` of SessionStopped, both required (seed 001)."""
    present, status = bodies.look_up(body, "httpStatus")
    if not present:
        raise PortalError(ErrorCode.INPUT_MISSING, "`httpStatus` is required.", at="httpStatus")
    reader = bodies.integer(None, 400, 599)
    try:
        status = reader.read(status)
    except ValueError:
        raise bodies.invalid("httpStatus", status, reader.expected) from None
    return status, bodies.require_text(body, "endUserMessage")[:500]


def without_password(echo: Json) -> Json:
    """The echo as it is stored: a document's password is kept sealed, elsewhere."""
    return echo | {"password": None}


def resolution(echo: Json) -> int:
    """The raster resolution of a session in dots per inch."""
    html5 = (echo.get("render") or {}).get("html5") or {}
    return int(html5.get("rasterResolution") or 150)


def streamed_texts(pages: Iterator[Json]) -> Iterator[str]:
    """`{"pages": [...]}` in pieces, a page at a time: a book's words are many megabytes."""
    yield '{"pages": ['
    for number, page in enumerate(pages):
        yield (", " if number else "") + json.dumps(_page_text(page))
    yield "]}"


def _page_text(page: Json) -> Json:
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
