"""Words of pages with their boxes, in the order of the text, cut small enough to be aligned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Page = dict[str, Any]
Box = tuple[float, float, float, float]
_TOKEN = re.compile(r"\w+|[^\w\s]")
# How the text operation writes a hyphen that breaks a word.
_BREAK = "\u00ad"
# Two boxes are on one line when the lower part of one is beside the other.
_LINE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """Boxes (x0, y0, x1, y1) on one page, in points from its top left; pages count from 0."""

    page: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a punctuation mark as it is shown on a page."""

    text: str
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Word:
    """What stands between blanks; one broken over two lines is one word of two tokens."""

    text: str
    tokens: tuple[Token, ...]


def tokens_of(text: str) -> list[tuple[int, int]]:
    """Spans of the words and punctuation marks of a text."""
    return [match.span() for match in _TOKEN.finditer(text)]


def tokens_on(pages: Iterable[Page]) -> list[Token]:
    """All tokens of pages as the engine's `text` operation makes them."""
    found: list[Token] = []
    for page in pages:
        number: int = page["page"]
        text: str = page["text"]
        for start, length, x0, y0, x1, y1 in page["words"]:
            start, length = int(start), int(length)
            word = text[start : start + length]
            letter = (x1 - x0) / length if length else 0.0
            for begin, end in tokens_of(word):
                box = (x0 + letter * begin, y0, x0 + letter * end, y1)
                found.append(Token(word[begin:end], number, box))
    return found


def words_on(pages: Iterable[Page]) -> list[Word]:
    """All words of pages, put together where a hyphen at the end of a line broke them."""
    found: list[Word] = []
    for page in pages:
        text: str = page["text"]
        for start, length, *box in page["words"]:
            word = text[int(start) : int(start) + int(length)]
            token = Token(word, page["page"], (box[0], box[1], box[2], box[3]))
            if found and found[-1].text.endswith(_BREAK):
                before = found.pop()
                found.append(Word(before.text[:-1] + word, (*before.tokens, token)))
            else:
                found.append(Word(word, (token,)))
    return found


def places_of(tokens: Sequence[Token]) -> tuple[Place, ...]:
    """One box for each line the tokens cover, page by page."""
    lines: list[tuple[int, Box]] = []
    for token in tokens:
        if lines and lines[-1][0] == token.page and _continues(lines[-1][1], token.box):
            lines[-1] = (token.page, _around(lines[-1][1], token.box))
        else:
            lines.append((token.page, token.box))
    places: dict[int, list[Box]] = {}
    for page, box in lines:
        places.setdefault(page, []).append(_rounded(box))
    return tuple(Place(page, tuple(boxes)) for page, boxes in sorted(places.items()))


def _continues(line: Box, box: Box) -> bool:
    overlap = min(line[3], box[3]) - max(line[1], box[1])
    lower = min(line[3] - line[1], box[3] - box[1])
    return overlap > _LINE_SHARE * lower and box[0] > line[0] - 1


def _around(one: Box, other: Box) -> Box:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def _rounded(box: Box) -> Box:
    return (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))
