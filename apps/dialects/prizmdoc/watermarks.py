"""PrizmDoc's spelling of watermarks.

Source: seed 001, POST ViewingSession (`type` "text"); CONTRACT section 1 (diagonal text, image).
Every property is checked: a watermark that could not be drawn as asked is refused.

`{{name}}` in a text stands for a value (ours): one of the body's `watermarkData`, `externalId`,
`tenantId`, or `date` and `time` of the session's creation, in UTC. A name without a value is
refused, so that no page shows the braces.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.prizmdoc.errors import named_at
from apps.viewing.watermarks import Watermark
from apps.workfiles import services as workfiles

Json = dict[str, Any]
_COLOR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?|[a-zA-Z]{3,24}")
_SIZE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(pt|px|)")
_FONT = re.compile(r"[\w ,'-]{1,100}")
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_NAME = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)
_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_]\w{0,63})\s*\}\}", re.ASCII)
_MOST_LETTERS = 200
_IMAGE_CHARACTERS = 700_000
_MOST = 20


def parse(
    items: list[Json],
    legacy_text: str | None,
    values: Mapping[str, str],
    uploaded: Callable[[str], str],
) -> list[Watermark]:
    """The watermarks of a session, filled with values; `watermarkText` is a diagonal one.

    `uploaded` gives the data URL of a picture by its fileId. Raises INPUT_INVALID with the path of
    the property at fault, as `watermarks[0].color`, and what `uploaded` raises.
    """
    if len(items) > _MOST:
        raise _invalid("watermarks", {"type": "array", "maxItems": _MOST})
    found = [
        _one(item, f"watermarks[{index}]", values, uploaded) for index, item in enumerate(items)
    ]
    if legacy_text:
        text = _fill(legacy_text, "watermarkText", values)
        found.append(Watermark("diagonal", text=text))
    return found


def values_of(data: Json, external_id: str, tenant_id: str, now: datetime) -> dict[str, str]:
    """What names in watermarks stand for. Raises INPUT_INVALID at `watermarkData.<name>`."""
    values = {
        "externalId": external_id,
        "tenantId": tenant_id,
        "date": now.strftime("%Y-%m-%d"),
        "time": now.strftime("%H:%M UTC"),
    }
    for name, value in data.items():
        known = _NAME.fullmatch(name) and isinstance(value, str | int | float)
        values[name] = str(value).lower() if isinstance(value, bool) else str(value)
        if not known or len(values[name]) > _MOST_LETTERS:
            expected = {"type": "string", "maxLength": _MOST_LETTERS}
            raise _invalid(f"watermarkData.{name}", expected)
    return values


def _fill(text: str, at: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise _invalid(at, {"type": "string", "placeholders": sorted(values)})
        return values[match[1]]

    return _PLACEHOLDER.sub(value, text)


def _one(
    item: Json, at: str, values: Mapping[str, str], uploaded: Callable[[str], str]
) -> Watermark:
    reader = _Reader(item, at)
    kind = reader.choice("type", "text", "diagonalText", "image")
    opacity = reader.number("opacity", 1.0, 0.0, 1.0)
    places: Json = {
        "opacity": opacity,
        "vertical": reader.choice("verticalAlign", "center", "top", "bottom", default="center"),
        "horizontal": reader.choice("horizontalAlign", "center", "left", "right", default="center"),
    }
    if kind == "image":
        return Watermark("image", image=reader.image("src", uploaded), **places)
    return Watermark(
        "text" if kind == "text" else "diagonal",
        text=_fill(reader.text("text"), f"{at}.text", values),
        color=reader.matching("color", _COLOR, "#808080", "a CSS colour name or #rrggbb"),
        font=reader.matching("fontFamily", _FONT, "sans-serif", "font names"),
        size=reader.size("fontSize", 14.0),
        bold=reader.choice("fontWeight", "normal", "bold", default="normal") == "bold",
        italic=reader.choice("fontStyle", "normal", "italic", default="normal") == "italic",
        slope="down" if reader.choice("slope", "up", "down", default="up") == "down" else "up",
        **places,
    )


def uploaded(actor: Actor, file_id: str) -> str:
    """A work file as data URL, as far as it may be one. Raises WORK_FILE_NOT_FOUND."""
    work_file = workfiles.get(actor, file_id)
    # What is longer than this is longer still in base64, and refused.
    most = min(work_file.blob.size, _IMAGE_CHARACTERS)
    content = b"".join(workfiles.read(work_file.blob, 0, most))
    media_type = workfiles.describe(work_file).media_type
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


class _Reader:
    """Reads the properties of one watermark and names the one at fault."""

    def __init__(self, item: Json, at: str) -> None:
        self._item = item
        self._at = at

    def choice(self, name: str, *choices: str, default: str | None = None) -> str:
        value = self._item.get(name, default)
        if value is None:
            raise PortalError(
                ErrorCode.INPUT_MISSING,
                f"`{self._at}.{name}` is required.",
                at=f"{self._at}.{name}",
            )
        if value not in choices:
            raise _invalid(f"{self._at}.{name}", {"type": "string", "enum": list(choices)})
        return str(value)

    def number(self, name: str, default: float, least: float, most: float) -> float:
        value = self._item.get(name, default)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not least <= value <= most
        ):
            expected = {"type": "number", "minimum": least, "maximum": most}
            raise _invalid(f"{self._at}.{name}", expected)
        return float(value)

    def text(self, name: str) -> str:
        value = self._item.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= 1000:
            expected = {"type": "string", "minLength": 1, "maxLength": 1000}
            raise _invalid(f"{self._at}.{name}", expected)
        return value

    def image(self, name: str, uploaded: Callable[[str], str]) -> str:
        at = f"{self._at}.{name}"
        value = self._item.get(name)
        if isinstance(value, str) and value and not value.startswith("data:"):
            with named_at(at, ErrorCode.WORK_FILE_NOT_FOUND):
                value = uploaded(value)
        if not isinstance(value, str) or not _IMAGE.fullmatch(value):
            words = "a picture as data URL, or the fileId of one (png, jpeg, gif, webp)"
            raise _invalid(at, {"type": "string", "description": words})
        if len(value) > _IMAGE_CHARACTERS:
            raise _invalid(at, {"type": "string", "maxLength": _IMAGE_CHARACTERS})
        return value

    def size(self, name: str, default: float) -> float:
        value = self._item.get(name)
        if value is None:
            return default
        match = _SIZE.fullmatch(str(value))
        if match is None or not 0 < float(match[1]) <= 400:
            raise _invalid(f"{self._at}.{name}", {"type": "string", "example": "16pt"})
        return float(match[1]) * (0.75 if match[2] == "px" else 1.0)

    def matching(self, name: str, pattern: re.Pattern[str], default: str, words: str) -> str:
        read: Callable[[str], Any] = pattern.fullmatch
        value = self._item.get(name, default)
        if value != default and not (isinstance(value, str) and read(value)):
            raise _invalid(f"{self._at}.{name}", {"type": "string", "description": words})
        return str(value)


def _invalid(at: str, expected: Json) -> PortalError:
    words = ", ".join(f"{name} {value}" for name, value in expected.items())
    return PortalError(
        ErrorCode.INPUT_INVALID, f"`{at}` is not valid: expected {words}.", at=at, expected=expected
    )
