"""Where revisions are on the pages of the red-lined document.

The text of each story is aligned with the words on the pages as a whole, so that a word that
occurs often is found by what stands around it. What does not fit is left without a place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from apps.conversion.texts.alignment import matching_blocks
from apps.conversion.texts.words import Page, Place, Token, places_of, tokens_of, tokens_on

# The share of a revision's words that must be found, in order, where the alignment puts them.
_FOUND = 0.5
# A revision of so few words must also stand beside a word it stands beside in the story.
_FEW = 3
# A revision may be spread over so many times its words, and the words at a page's foot and head.
_STRETCH, _FURNITURE = 3, 200

Span = tuple[int, int, int]
_OBJECTS = str.maketrans("\ufffa\ufffb\ufffc", "   ")


@dataclass(slots=True)
class _Aligned:
    """A story's token spans, and for each the token on a page, None where there is none."""

    starts: list[int]
    ends: list[int]
    tokens: list[int | None]


class Finder:
    """Finds spans of stories on pages. Takes a second or so for 500 pages."""

    def __init__(self, stories: Sequence[str], pages: Sequence[Page]) -> None:
        self._on_pages = tokens_on(pages)
        self._stories: list[_Aligned] = []
        free = list(range(len(self._on_pages)))
        for text in stories:
            aligned = self._align(text.translate(_OBJECTS), free)
            self._stories.append(aligned)
            taken = {token for token in aligned.tokens if token is not None}
            free = [token for token in free if token not in taken]

    def _align(self, text: str, free: list[int]) -> _Aligned:
        """Aligns one story with the words that no story before it has taken."""
        spans = tokens_of(text)
        words = [text[start:end] for start, end in spans]
        found: list[int | None] = [None] * len(spans)
        for i, j, count in matching_blocks(words, [self._on_pages[t].text for t in free]):
            for offset in range(count):
                found[i + offset] = free[j + offset]
        return _Aligned([start for start, _ in spans], [end for _, end in spans], found)

    def places(self, span: Span) -> tuple[Place, ...]:
        """Places of (story, start, end), offsets into the story's text; none when not found."""
        number, start, end = span
        story = self._stories[number]
        first, last = bisect_left(story.ends, start + 1), bisect_left(story.starts, end)
        found = [token for token in story.tokens[first:last] if token is not None]
        if not found or len(found) < _FOUND * (last - first):
            return ()
        if last - first <= _FEW and not self._stands_beside(story, first, last):
            return ()
        if found[-1] - found[0] > _STRETCH * len(found) + _FURNITURE:
            return ()
        return places_of(
            [
                self._clipped(story, index, token, start, end)
                for index, token in enumerate(story.tokens[first:last], first)
                if token is not None
            ]
        )

    def _clipped(self, story: _Aligned, index: int, token: int, start: int, end: int) -> Token:
        """The part of a token within the span: deleted and inserted words may be written as one."""
        whole = self._on_pages[token]
        begin, length = story.starts[index], story.ends[index] - story.starts[index]
        x0, y0, x1, y1 = whole.box
        letter = (x1 - x0) / length
        left = x0 + letter * max(0, start - begin)
        right = x0 + letter * min(length, end - begin)
        return Token(whole.text, whole.page, (left, y0, right, y1))

    def _stands_beside(self, story: _Aligned, first: int, last: int) -> bool:
        """Whether the word before or the one after is next to it on the page too."""
        tokens = [None, *story.tokens, None]
        before, begin, end, after = tokens[first], tokens[first + 1], tokens[last], tokens[last + 1]
        return (
            len(story.tokens) == last - first
            or (before is not None and begin == before + 1)
            or (end is not None and after == end + 1)
        )
