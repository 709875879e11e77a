"""A *reading*: what the engines saw on the pages, as plain values.

The JSON form is a seam between processes: whatever does not fit it is left out, never an error.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import Any

from apps.extraction.reading import geometry
from apps.extraction.reading.geometry import Box

# What is looked at, at most. A form or an invoice is far smaller; a book's fields are in front.
MAX_PAGES = 500
MAX_WORDS_PER_PAGE = 4000
MAX_WORDS = 20_000
_LONGEST_WORD = 200
_MOST_EXTRAS = 500


@dataclass(frozen=True, slots=True)
class Word:
    """A visible word; `confidence` is the OCR engine's, 1 for a PDF's own text."""

    text: str
    box: Box
    confidence: float = 1.0
    line: int = 0


@dataclass(frozen=True, slots=True)
class Hidden:
    """Text that a person does not see, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Code:
    """A bar code or QR code."""

    kind: str
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Page:
    """`number` counts from 0. `slope` is how far text falls per point to the right."""

    number: int
    width: float
    height: float
    source: str
    slope: float
    words: tuple[Word, ...]
    hidden: tuple[Hidden, ...] = ()
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class FormEntry:
    """A filled field of a PDF form."""

    name: str
    value: str
    page: int
    box: Box | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """An XML file inside the document."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A document. `cut` tells that more was there than is looked at."""

    pages: tuple[Page, ...]
    form: tuple[FormEntry, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    cut: bool = False


def parse(body: dict[str, Any]) -> Reading:
    """The reading that an engine's JSON tells; bounded, and never an exception."""
    given = _dicts(body.get("pages"))
    left, pages, cut = MAX_WORDS, [], len(given) > MAX_PAGES
    for index, entry in enumerate(given[:MAX_PAGES]):
        room = min(left, MAX_WORDS_PER_PAGE)
        page = _page(entry, index, room)
        cut = cut or len(_dicts(entry.get("words"))) > room
        left -= len(page.words)
        pages.append(page)
    form = tuple(
        FormEntry(
            _text(entry.get("name")),
            _text(entry.get("value")),
            int(_number(entry.get("page"))),
            geometry.parse(entry.get("box")),
        )
        for entry in _dicts(body.get("form"))[:_MOST_EXTRAS]
        if entry.get("kind", "text") != "checkbox"
    )
    attachments = tuple(
        Attachment(_text(entry.get("name")), text)
        for entry in _dicts(body.get("attachments"))[:20]
        if isinstance(text := entry.get("text"), str)
    )
    return Reading(tuple(pages), form, attachments, cut)


def _page(entry: dict[str, Any], index: int, room: int) -> Page:
    words = []
    for word in _dicts(entry.get("words"))[:room]:
        box, text = geometry.parse(word.get("box")), _text(word.get("text"))
        if box is not None and text and box.width * box.height > 0:
            sure = min(1.0, max(0.0, _number(word.get("confidence"), 1.0)))
            words.append(Word(text, box, sure, int(_number(word.get("line")))))
    codes = [
        Code(_text(code.get("kind")), code["text"], box)
        for code in _dicts(entry.get("codes"))[:_MOST_EXTRAS]
        if isinstance(code.get("text"), str) and (box := geometry.parse(code.get("box")))
    ]
    hidden = [
        Hidden(_text(item.get("text")), _text(item.get("reason")))
        for item in _dicts(entry.get("hidden"))[:_MOST_EXTRAS]
    ]
    # What is left of the righting beside quarter turns: the words' boxes are still askew by it.
    turned = (_number(entry.get("turned")) + 45) % 90 - 45
    return Page(
        int(_number(entry.get("number"), index)),
        _number(entry.get("width")),
        _number(entry.get("height")),
        _text(entry.get("source")) or "text",
        -math.tan(math.radians(turned)),
        tuple(words),
        tuple(hidden),
        tuple(codes),
    )


def _dicts(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    if value.isascii() and len(value) <= _LONGEST_WORD:
        return value.strip()
    return unicodedata.normalize("NFKC", value[:_LONGEST_WORD]).replace("\u00ad", "").strip()


def _number(value: object, default: float = 0.0) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    return max(-1e9, min(1e9, float(value))) if math.isfinite(value) else default
