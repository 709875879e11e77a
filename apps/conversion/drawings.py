"""Mark-up of a drawing: what people put on it, as plain values, checked.

An object is {id, kind, points, size, text, colour, author, made, layout}. Points are pairs in
drawing units; `size` is the height of a capital letter in the same units, and of the arcs of a
cloud and the head of an arrow with it. `layout` is the name of the sheet it is on.
"""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

Markup = dict[str, Any]

# How many points each kind has, at least and at most.
KINDS: dict[str, tuple[int, int]] = {
    "text": (1, 1),
    "line": (2, 2),
    "arrow": (2, 2),
    "rectangle": (2, 2),
    "cloud": (2, 2),
    "freehand": (2, 5000),
}
MOST_OBJECTS = 2000
MOST_POINTS = 100_000
MOST_BYTES = 4 * 1024**2
_FARTHEST = 1e15
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_IDENTITY = re.compile(r"[A-Za-z0-9-]{1,64}")
# What no XML and no line of a DXF file can hold.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LONGEST_MOMENT = 40
_LONGEST = {"text": 2000, "author": 200, "layout": 255}


def read(content: bytes) -> list[Markup]:
    """The objects of a JSON list. Raises ValueError that names the object and the fault."""
    try:
        objects = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError("The mark-up is not JSON.") from error
    if not isinstance(objects, list):
        raise ValueError("The mark-up must be a list.")
    if len(objects) > MOST_OBJECTS:
        raise ValueError(f"A drawing takes at most {MOST_OBJECTS} objects of mark-up.")
    checked = [_labelled(number, one) for number, one in enumerate(objects)]
    if sum(len(one["points"]) for one in checked) > MOST_POINTS:
        raise ValueError(f"A drawing takes at most {MOST_POINTS} points of mark-up.")
    if len({one["id"] for one in checked}) < len(checked):
        raise ValueError("Two objects have the same `id`.")
    return checked


def check(one: Any) -> Markup:
    """An object with its known members only. Raises ValueError that names the fault."""
    if not isinstance(one, dict):
        raise ValueError("it must be an object.")
    kind = one.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"`kind` must be one of {', '.join(KINDS)}.")
    texts = {name: _text(one, name) for name in _LONGEST}
    if kind == "text" and not texts["text"].strip():
        raise ValueError("`text` is missing.")
    size: Any = one.get("size")
    if not _is_number(size) or size <= 0:
        raise ValueError("`size` must be a positive number.")
    return {
        "id": _matched(one, "id", _IDENTITY),
        "kind": kind,
        "points": _points(one.get("points"), *KINDS[kind]),
        "size": float(size),
        "colour": _matched(one, "colour", _COLOUR),
        "made": _moment(one.get("made")),
        **texts,
    }


def _labelled(number: int, one: Any) -> Markup:
    try:
        return check(one)
    except ValueError as error:
        raise ValueError(f"Object {number} of the mark-up: {error}") from None


def _points(points: Any, least: int, most: int) -> list[list[float]]:
    if not isinstance(points, list) or not least <= len(points) <= most:
        count = f"{least}" if least == most else f"{least} to {most}"
        raise ValueError(f"`points` must be {count} pairs of numbers.")
    for pair in points:
        if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_number, pair)):
            raise ValueError("`points` must be pairs of numbers.")
    return [[float(x), float(y)] for x, y in points]


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and abs(value) < _FARTHEST


def _text(one: Markup, name: str) -> str:
    text = one.get(name, "")
    if not isinstance(text, str) or len(text) > _LONGEST[name]:
        raise ValueError(f"`{name}` must be a text of at most {_LONGEST[name]} characters.")
    return _CONTROL.sub(" ", text)


def _moment(value: Any) -> str:
    """ISO 8601 with an offset, as browsers write it."""
    if isinstance(value, str) and len(value) <= _LONGEST_MOMENT and value.isascii():
        with suppress(ValueError, OverflowError):
            if datetime.fromisoformat(value).astimezone(UTC).year > 1900:
                return value
    raise ValueError("`made` must be a moment such as 2026-11-22T12:03:07Z.")


def _matched(one: Markup, name: str, pattern: re.Pattern[str]) -> str:
    value = one.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"`{name}` is missing or of the wrong form.")
    return value
