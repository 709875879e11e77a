"""Words and the lines they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy

Array = numpy.ndarray[Any, numpy.dtype[numpy.float64]]


class Word(NamedTuple):
    """A word, its box (left, top, right, bottom) and how sure its reading is, 0..1."""

    text: str
    box: Sequence[float]
    confidence: float = 1.0


def in_reading_order(boxes: Array) -> list[tuple[int, int]]:
    """(index, line) of each of n boxes (n, 4), from the top left to the bottom right.

    A line is everything that stands at one height, however wide the gaps in it. Two boxes stand at
    one height when they share more than half of the lower one's height.
    """
    if not len(boxes):
        return []
    tops, bottoms = boxes[:, 1], boxes[:, 3]
    lines: list[list[int]] = []
    # The last lines begun, as [top, bottom] of the word that began each.
    extents: list[tuple[float, float]] = []
    for index in numpy.argsort(tops + bottoms, kind="stable").tolist():
        top, bottom = float(tops[index]), float(bottoms[index])
        line = _line_for(top, bottom, extents)
        if line is None:
            lines.append([index])
            extents.append((top, bottom))
        else:
            lines[line].append(index)
    order = sorted(range(len(lines)), key=lambda line: _middle(extents[line]))
    return [
        (index, number)
        for number, line in enumerate(order)
        for index in sorted(lines[line], key=lambda index: float(boxes[index, 0]))
    ]


_LINES_LOOKED_AT = 6


def _line_for(top: float, bottom: float, extents: Sequence[tuple[float, float]]) -> int | None:
    best, share = None, 0.5
    for line in range(len(extents) - 1, max(-1, len(extents) - 1 - _LINES_LOOKED_AT), -1):
        above, below = extents[line]
        common = min(bottom, below) - max(top, above)
        lower = max(min(bottom - top, below - above), 0.1)
        if common / lower > share:
            best, share = line, common / lower
    return best


def _middle(extent: tuple[float, float]) -> float:
    return extent[0] + extent[1]


def as_json(words: Sequence[Word]) -> list[dict[str, Any]]:
    """The words of a page in reading order, each with the number of its line."""
    boxes = numpy.array([word.box for word in words], numpy.float64).reshape(-1, 4)
    return [described(words[index], line) for index, line in in_reading_order(boxes)]


def described(word: Word, line: int) -> dict[str, Any]:
    """A word as the reading of a page gives it."""
    return {
        "text": word.text,
        "box": [round(value, 1) for value in word.box],
        "confidence": round(word.confidence, 3),
        "line": line,
    }
