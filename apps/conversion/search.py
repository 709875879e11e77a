"""Finding text on pages, as pure functions over words with boxes. The engine searches with them.

A page is what the engine's `text` operation makes: {"page", "width", "height", "text", "words"},
each word `[start, length, x0, y0, x1, y1]` indexing into the text, in points from the top left.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from re import _parser  # type: ignore[attr-defined]  # sre_parse, until it has a public name
from typing import Any, Literal

Page = dict[str, Any]
Box = tuple[float, float, float, float]
TermKind = Literal["simple", "regex", "wildcard"]
_CONTEXT = 48
_WILDCARDS = {"*": r"\w*", "?": r"\w"}
_POSSESSIVE = re.compile(r"[*+?}]\+")
_PARTS = re.compile(r"[*?]|\s+|[^*?\s]+")
_CUT_AT_THE_START = re.compile(r"^\S+\s+(?=\S)")
_CUT_AT_THE_END = re.compile(r"(?<=\S)\s+\S+$")


@dataclass(frozen=True, slots=True)
class Hit:
    """One match: where it is, the words around it, and a box for each line it covers."""

    page: int
    before: str
    match: str
    after: str
    boxes: list[Box]


def pattern_of(query: str, *, case: bool, whole: bool) -> re.Pattern[str]:
    """A literal pattern: blanks match any white space, so that a match may go over a line end."""
    words = [re.escape(word) for word in unicodedata.normalize("NFC", query).split()]
    body = r"\s+".join(words)
    if whole:
        body = rf"(?<!\w){body}(?!\w)"
    return re.compile(body, 0 if case else re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """Something to search for.

    "regex" is a regular expression. "simple" is one too, as PrizmDoc's clients send it, and also
    finds its characters as they stand. In "wildcard", `*` is any letters of a word and `?` is one.
    """

    kind: TermKind
    pattern: str
    case: bool = False
    whole: bool = False

    @property
    def literal(self) -> bool:
        """Whether it finds its own characters and nothing else."""
        return self.kind == "simple" and all(c.isalnum() or c in " -_,;:'\"/" for c in self.pattern)

    def check(self) -> None:
        """Raises ValueError, with the reason, for no regular expression.

        It is parsed and no more: to compile a few hundred letters can take a web process seconds.
        """
        if self.kind == "regex":
            try:
                _parser.parse(self.pattern)
            except (re.error, OverflowError, RecursionError) as error:
                raise ValueError(str(error)) from error

    def compile(self) -> re.Pattern[str]:
        """The pattern, in a process that may be killed. Raises ValueError as `check` does."""
        flags = 0 if self.case else re.IGNORECASE
        if self.kind == "wildcard":
            parts = _PARTS.findall(unicodedata.normalize("NFC", self.pattern.strip()))
            body = "".join(map(_wildcard, parts))
        elif self.kind == "simple":
            body = pattern_of(self.pattern, case=self.case, whole=False).pattern
            if not self.literal and _is_regex(self.pattern):
                body = f"(?:{body})|(?:{self.pattern})"
        else:
            body = self.pattern
        if self.whole:
            body = rf"(?<!\w)(?:{body})(?!\w)"
        try:
            return re.compile(body, flags)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(str(error)) from error

    def may_be_on(self, text: str, folded: str) -> bool:
        """Whether it is worth looking: a literal term's words are there (cheap to tell)."""
        if not self.literal:
            return True
        words = unicodedata.normalize("NFC", self.pattern).split()
        if self.case:
            return all(word in text for word in words)
        return all(fold(word) in folded for word in words)


def fold(text: str) -> str:
    """Text for comparing without regard to case, wider than `re.IGNORECASE` is."""
    return text.casefold().replace("\u0307", "").replace("\u0131", "i")


def _wildcard(part: str) -> str:
    return r"\s+" if part.isspace() else _WILDCARDS.get(part) or re.escape(part)


def _is_regex(pattern: str) -> bool:
    """Whether PrizmDoc's clients could mean it as one: JavaScript has no possessive quantifiers."""
    if _POSSESSIVE.search(pattern):
        return False
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def find(page: Page, pattern: re.Pattern[str], *, most: int | None = None) -> list[Hit]:
    """The matches on one page in reading order, all or the first so many."""
    text: str = page["text"]
    starts: list[float] = []
    hits = []
    for match in pattern.finditer(text):
        start, end = match.span()
        if start == end:
            continue
        starts = starts or [word[0] for word in page["words"]]
        hits.append(
            Hit(
                page=page["page"],
                before=_flat(_before(text, start)),
                match=_flat(match[0]),
                after=_flat(_after(text, end)),
                boxes=_boxes(page["words"], starts, start, end),
            )
        )
    return hits


def _before(text: str, start: int) -> str:
    """What stands before a match, from where a word begins; a longer word is cut."""
    first = max(0, start - _CONTEXT)
    cuts_a_word = first > 0 and not text[first - 1].isspace()
    return _CUT_AT_THE_START.sub("", text[first:start]) if cuts_a_word else text[first:start]


def _after(text: str, end: int) -> str:
    """What stands after it, up to where a word ends."""
    last = min(len(text), end + _CONTEXT)
    cuts_a_word = last < len(text) and not text[last].isspace()
    return _CUT_AT_THE_END.sub("", text[end:last]) if cuts_a_word else text[end:last]


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _boxes(words: list[list[float]], starts: list[float], start: int, end: int) -> list[Box]:
    """The boxes a span covers: words of one line joined, a word's part cut by its letters."""
    boxes: list[Box] = []
    for word in words[max(0, bisect_right(starts, start) - 1) :]:
        first, length, x0, y0, x1, y1 = word
        if first >= end:
            break
        if first + length <= start:
            continue
        letter = (x1 - x0) / length if length else 0
        left = x0 + letter * max(0, start - first)
        right = x0 + letter * min(length, end - first)
        if boxes and _same_line(boxes[-1], y0, y1):
            before = boxes[-1]
            boxes[-1] = (before[0], min(before[1], y0), max(before[2], right), max(before[3], y1))
        else:
            boxes.append((left, y0, right, y1))
    return [(round(a, 1), round(b, 1), round(c, 1), round(d, 1)) for a, b, c, d in boxes]


def _same_line(box: Box, y0: float, y1: float) -> bool:
    middle = (y0 + y1) / 2
    return box[1] <= middle <= box[3]
