"""The differences of two texts with boxes: PDF, ODT, whatever can be viewed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from apps.conversion.substance import essence
from apps.conversion.texts.alignment import matching_blocks
from apps.conversion.texts.words import Page, Place, Token, Word, places_of, words_on

Kind = Literal["inserted", "deleted", "replaced", "moved"]
Location = Literal["body", "header", "footer"]

# Lines within this share of a page's height from its top or bottom may be headers and footers.
_MARGIN = 0.12
# They are when they are on this share of the pages, and on so many, page numbers aside.
_REPEATED, _LEAST_PAGES = 0.6, 3
_LEAST_MOVED_WORDS = 5
_NUMBER = re.compile(r"[0-9]{1,6}(?![0-9])")
_MOST_NUMBERS = 4
_SENTENCE_ENDS = (".", ":", ";", "!", "?")

_Name = tuple[Location, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of two texts, with where it is in either.

    `text` is what was there, or of an insertion what is there now; `new_text` is what stands
    instead of it (replaced only). Not `substantive`: only white space, case or punctuation differ.
    """

    kind: Kind
    text: str
    new_text: str
    substantive: bool
    location: Location
    places: tuple[Place, ...]
    original_places: tuple[Place, ...]

    def as_json(self, identity: str) -> dict[str, Any]:
        """Its form in the part `revisions`."""
        shape: dict[str, Any] = {
            "id": identity,
            "kind": self.kind,
            "text": self.text,
            "substantive": self.substantive,
            "location": self.location,
            "places": [[place.page, place.boxes] for place in self.places],
            "original_places": [[place.page, place.boxes] for place in self.original_places],
        }
        return shape | ({"new_text": self.new_text} if self.kind == "replaced" else {})


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs. `accounted_for`: with the changes taken out both texts are the same, word by
    word, so that nothing differs but what they tell."""

    changes: list[Change]
    accounted_for: bool


@dataclass(slots=True)
class _Text:
    """A document's words: those that flow from page to page, and its headers and footers."""

    body: list[Word] = field(default_factory=list)
    header: list[Word] = field(default_factory=list)
    footer: list[Word] = field(default_factory=list)


@dataclass(slots=True)
class _Change:
    """Words that stand for other words; one of the two may be none."""

    old: list[Word]
    new: list[Word]
    location: Location

    @property
    def kind(self) -> Kind:
        if not self.old:
            return "inserted"
        if not self.new:
            return "deleted"
        return "moved" if _texts(self.old) == _texts(self.new) else "replaced"


def differences(original: Sequence[Page], revised: Sequence[Page]) -> Differences:
    """Word by word, what was inserted, deleted, replaced and moved between two documents' texts.

    Pages are as the engine's `text` operation makes them: {"page", "width", "height", "text",
    "words"}. Changes are in the revised document's order, with places on both sides. Headers and
    footers that repeat are compared once. Formatting is not compared: a text does not have it.
    """
    old, new = _text_of(original), _text_of(revised)
    changes = _join_moves(
        [
            *_changes(old.body, new.body, "body"),
            *_changes(old.header, new.header, "header"),
            *_changes(old.footer, new.footer, "footer"),
        ]
    )
    deleted = _rest(old, [word for change in changes for word in change.old])
    inserted = _rest(new, [word for change in changes for word in change.new])
    return Differences([_change(change) for change in changes], deleted == inserted)


def _rest(text: _Text, taken: Sequence[Word]) -> list[list[str]]:
    """The words of a text without some of them, each known by its identity."""
    out = set(map(id, taken))
    return [
        [word.text for word in words if id(word) not in out]
        for words in (text.body, text.header, text.footer)
    ]


def _change(change: _Change) -> Change:
    kind = change.kind
    old, new = " ".join(_texts(change.old)), " ".join(_texts(change.new))
    return Change(
        kind=kind,
        text=old or new,
        new_text=new if kind == "replaced" else "",
        substantive=kind == "moved" or essence(old) != essence(new),
        location=change.location,
        places=places_of(_tokens(change.new)),
        original_places=places_of(_tokens(change.old)),
    )


def _texts(words: Sequence[Word]) -> list[str]:
    return [word.text for word in words]


def _tokens(words: Sequence[Word]) -> list[Token]:
    return [token for word in words for token in word.tokens]


def _changes(old: list[Word], new: list[Word], location: Location) -> Iterator[_Change]:
    i = j = room = 0
    blocks = matching_blocks(_texts(old), _texts(new))
    for x, y, count in [*blocks, (len(old), len(new), 0)]:
        # What is the same after the change may also come before it: say "one paragraph more",
        # not "the end of one and the beginning of the next".
        shift = _shift(old, i, x, room) if y == j else _shift(new, j, y, room) if x == i else 0
        if x > i or y > j:
            yield _Change(old[i - shift : x - shift], new[j - shift : y - shift], location)
        i, j, room = x + count, y + count, count


def _shift(words: list[Word], start: int, end: int, room: int) -> int:
    """How far to the left (at most `room`) a run of words may be put to begin with a sentence."""
    for distance in range(min(end - start, room + 1)):
        begin = start - distance
        if begin <= 0 or words[begin - 1].text.endswith(_SENTENCE_ENDS):
            return distance
        if words[begin - 1].text != words[end - distance - 1].text:
            return 0
    return 0


def _join_moves(changes: list[_Change]) -> list[_Change]:
    """A deletion and an insertion of the same words, long enough not to be chance, are a move."""
    deleted: dict[str, list[_Change]] = {}
    for change in changes:
        if change.kind == "deleted" and len(change.old) >= _LEAST_MOVED_WORDS:
            deleted.setdefault(" ".join(_texts(change.old)), []).append(change)
    gone: set[int] = set()
    for change in changes:
        sources = deleted.get(" ".join(_texts(change.new))) if change.kind == "inserted" else None
        if sources:
            source = sources.pop(0)
            change.old = source.old
            gone.add(id(source))
    return [change for change in changes if id(change) not in gone]


def _text_of(pages: Sequence[Page]) -> _Text:
    lines = [(page, line) for page in pages for line in _lines(words_on([page]))]
    named = [_names(page, line) for page, line in lines]
    least = max(_LEAST_PAGES, _REPEATED * len(pages))
    counts = Counter(name for names in named for name in names)
    repeated = {name for name, count in counts.items() if count >= least}
    text = _Text()
    seen: set[_Name] = set()
    for names, (_, line) in zip(named, lines, strict=True):
        known = names & repeated
        if not known:
            text.body += line
        elif not known & seen:
            (text.header if next(iter(known))[0] == "header" else text.footer).extend(line)
        seen |= known
    return text


def _lines(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words in their order, cut where the next one is higher or lower."""
    line: list[Word] = []
    for word in words:
        if line and abs(word.tokens[0].box[3] - line[-1].tokens[-1].box[3]) > 2:
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _zone(page: Page, line: list[Word]) -> Location | None:
    top, bottom = line[0].tokens[0].box[1], line[0].tokens[0].box[3]
    if bottom < _MARGIN * page["height"]:
        return "header"
    return "footer" if top > (1 - _MARGIN) * page["height"] else None


def _names(page: Page, line: list[Word]) -> set[_Name]:
    """What a header or footer line may be known by: its text, one number counted from the page's.

    So "3 of 9" on page 3 is the same as "4 of 9" on page 4, but two rows of figures are not.
    """
    zone = _zone(page, line)
    if zone is None:
        return set()
    text = " ".join(_texts(line))
    names = {(zone, text)}
    for number in islice(_NUMBER.finditer(text), _MOST_NUMBERS):
        counted = f"{text[: number.start()]}\0{int(number[0]) - page['page']}{text[number.end() :]}"
        names.add((zone, counted))
    return names
