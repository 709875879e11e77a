"""Readings drawn as text: a character is 6 points wide, a line 14 high."""

from __future__ import annotations

from typing import Any

from apps.extraction.reading import lines, words
from apps.extraction.reading.lines import Sheet

_CHARACTER, _LINE, _HEIGHT = 6.0, 14.0, 10.0

Json = dict[str, Any]


def page(
    drawing: str,
    *,
    source: str = "text",
    width: float = 595,
    height: float = 842,
    confidence: float = 1.0,
    **more: Any,
) -> Json:
    """A page with its words where the drawing has them."""
    found = []
    for row, text in enumerate(drawing.strip("\n").split("\n")):
        at = 0
        for word in text.split(" "):
            if word:
                left, top = 20 + at * _CHARACTER, 30 + row * _LINE
                right = left + len(word) * _CHARACTER
                box = [left, top, right, top + _HEIGHT]
                found.append({"text": word, "box": box, "confidence": confidence, "line": row})
            at += len(word) + 1
    return {
        "number": 0,
        "width": width,
        "height": height,
        "source": source,
        "turned": 0,
        "words": found,
        "hidden": [],
        "codes": [],
        **more,
    }


def reading(*drawings: str | Json, **more: Any) -> Json:
    """A reading of drawn pages."""
    pages = [page(one) if isinstance(one, str) else one for one in drawings]
    numbered = [one | {"number": index} for index, one in enumerate(pages)]
    return {"pages": numbered, "form": [], "attachments": [], **more}


def sheets(*drawings: str | Json) -> list[Sheet]:
    """The pages as rows and runs."""
    return [lines.sheet(one) for one in words.parse(reading(*drawings)).pages]
