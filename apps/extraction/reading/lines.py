"""Words joined to runs (text without a wide gap) and runs to rows (one height on the page)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from apps.extraction.reading import amounts, geometry
from apps.extraction.reading.folding import Folded, fold, phrases
from apps.extraction.reading.geometry import Box
from apps.extraction.reading.words import Page, Word

# A gap wider than so many times the letters' height parts two columns.
_COLUMN_GAP = 1.25
_SAME_ROW = 0.5
# No label stands further behind.
_LONGEST_LABELLED = 300


@dataclass(frozen=True)
class Spot:
    """A piece of visible text and where it is."""

    text: str
    page: int
    box: Box
    confidence: float
    source: str


@dataclass(frozen=True)
class Run:
    """Words beside each other. `text` is the words joined by single spaces."""

    words: tuple[Word, ...]
    page: int
    source: str
    row: int = 0

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @cached_property
    def folded(self) -> Folded:
        return fold(self.text)

    @cached_property
    def phrases(self) -> list[tuple[str, int, int]]:
        return phrases(self.text[:_LONGEST_LABELLED])

    @cached_property
    def said(self) -> frozenset[str]:
        """The folded texts of the phrases."""
        return frozenset(phrase for phrase, _, _ in self.phrases)

    @cached_property
    def amounts(self) -> tuple[amounts.Amount, ...]:
        return tuple(amounts.find(self.text))

    @cached_property
    def box(self) -> Box:
        return geometry.around(word.box for word in self.words)

    @cached_property
    def height(self) -> float:
        """The middle height of its words, in points."""
        return sorted(word.box.height for word in self.words)[len(self.words) // 2]

    @property
    def confidence(self) -> float:
        return min(word.confidence for word in self.words)

    def after(self, place: int) -> Run | None:
        """The words that begin at or behind a place of `text`; None without any."""
        at, rest = 0, []
        for word in self.words:
            if at >= place:
                rest.append(word)
            at += len(word.text) + 1
        return Run(tuple(rest), self.page, self.source, self.row) if rest else None

    def spot(self, start: int = 0, end: int | None = None) -> Spot:
        """The part of `text` from `start` to `end`, without blanks at its ends.

        A word that is only partly inside gives the share of its box that its letters take.
        """
        end = len(self.text) if end is None else end
        boxes, sure, at = [], 1.0, 0
        for word in self.words:
            length = len(word.text)
            first, last = max(start - at, 0), min(end - at, length)
            if first < last:
                step = word.box.width / length
                boxes.append(
                    Box(
                        word.box.left + first * step,
                        word.box.top,
                        word.box.left + last * step,
                        word.box.bottom,
                    )
                )
                sure = min(sure, word.confidence)
            at += length + 1
        box = geometry.around(boxes) if boxes else self.box
        return Spot(self.text[start:end].strip(), self.page, box, sure, self.source)


@dataclass(frozen=True)
class Row:
    """Runs at one height, from left to right."""

    runs: tuple[Run, ...]
    page: int
    index: int

    @cached_property
    def text(self) -> str:
        return "  ".join(run.text for run in self.runs)

    @cached_property
    def folded(self) -> Folded:
        return fold(self.text)

    @cached_property
    def phrases(self) -> list[tuple[str, int, int]]:
        if len(self.runs) == 1:
            return self.runs[0].phrases
        return phrases(self.text[:_LONGEST_LABELLED])

    @cached_property
    def said(self) -> frozenset[str]:
        """The folded texts of the phrases."""
        return frozenset(phrase for phrase, _, _ in self.phrases)

    @cached_property
    def box(self) -> Box:
        return geometry.around(run.box for run in self.runs)

    @cached_property
    def whole(self) -> Run:
        """All its words as one run."""
        if len(self.runs) == 1:
            return self.runs[0]
        words = tuple(word for run in self.runs for word in run.words)
        return Run(words, self.page, self.runs[0].source, self.index)


@dataclass(frozen=True)
class Sheet:
    """A page with its rows from top to bottom."""

    page: Page
    rows: tuple[Row, ...]

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        return tuple(run for row in self.rows for run in row.runs)


def sheet(page: Page) -> Sheet:
    """The page's words in runs and rows. O(n log n)."""

    def level(word: Word) -> float:
        return word.box.middle - page.slope * word.box.left

    bands: list[list[Word]] = []
    heights: list[float] = []
    middles: list[float] = []
    for word in sorted(page.words, key=level):
        middle, height = level(word), word.box.height
        # Only the last bands can be near, because words come from top to bottom.
        for back in range(1, min(4, len(bands)) + 1):
            if abs(middles[-back] - middle) <= _SAME_ROW * min(heights[-back], height):
                band = bands[-back]
                band.append(word)
                count = len(band)
                middles[-back] += (middle - middles[-back]) / count
                heights[-back] += (height - heights[-back]) / count
                break
        else:
            bands.append([word])
            heights.append(height)
            middles.append(middle)
    order = sorted(range(len(bands)), key=lambda index: middles[index])
    rows = tuple(
        Row(_runs(bands[band], page, index), page.number, index) for index, band in enumerate(order)
    )
    return Sheet(page, rows)


def _runs(band: Sequence[Word], page: Page, row: int) -> tuple[Run, ...]:
    words = sorted(band, key=lambda word: word.box.left)
    parts: list[list[Word]] = [[words[0]]]
    reach = words[0].box.right
    for before, word in itertools.pairwise(words):
        gap = word.box.left - reach
        if gap > _COLUMN_GAP * min(before.box.height, word.box.height):
            parts.append([word])
        else:
            parts[-1].append(word)
        reach = max(reach, word.box.right)
    return tuple(Run(tuple(part), page.number, page.source, row) for part in parts)
