"""Typed revisions of a red-lined document, read from its markup, with their spans in its text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from apps.conversion.substance import essence

from .redline_reader import FORMULA, NOTE, OBJECT, Location, Paragraph, Story

Kind = Literal["inserted", "deleted", "moved", "formatted", "replaced"]
_WORDS = {OBJECT: "[picture]", NOTE: "[note]", FORMULA: "[formula]"}


@dataclass(slots=True)
class Revision:
    """One change. `start` and `end` are offsets in the text of story `story` as it is shown, with
    deleted words standing beside inserted ones; `source` is where moved text was.
    """

    kind: Kind
    text: str
    story: int
    start: int
    end: int
    location: Location
    new_text: str = ""
    substantive: bool = False
    source: tuple[int, int, int] | None = None

    def as_json(self, identity: str) -> dict[str, Any]:
        """Its form in the part `revisions`."""
        shape: dict[str, Any] = {
            "id": identity,
            "kind": self.kind,
            "text": readable(self.text),
            "substantive": self.substantive,
            "location": self.location,
            "story": self.story,
            "span": [self.start, self.end],
        }
        if self.new_text:
            shape["new_text"] = readable(self.new_text)
        if self.source:
            shape["source"] = list(self.source)
        return shape


@dataclass(slots=True)
class _Piece:
    """Neighbouring text of one kind within a paragraph, its mark included."""

    kind: str
    move: str
    text: str
    start: int
    end: int
    location: Location
    paragraph: int


@dataclass(slots=True)
class _Shown:
    """A story's text as it is shown, and its changed pieces."""

    text: str = ""
    pieces: list[_Piece] = field(default_factory=list)
    layouts: list[_Piece] = field(default_factory=list)  # paragraphs laid out in another way


def readable(text: str) -> str:
    """What stands for pictures, notes and formulas, in words."""
    for character, word in _WORDS.items():
        text = text.replace(character, word)
    return text


def shown_text(story: Story) -> str:
    """The story's text as it is shown; paragraphs end with a line break."""
    return _shown(story).text


def revisions_of(stories: list[Story]) -> list[Revision]:
    """All revisions, in the order of the document."""
    found: list[Revision] = []
    moves: dict[str, dict[str, list[Revision]]] = {}
    for number, story in enumerate(stories):
        shown = _shown(story)
        for revision, move in _of_story(shown, number):
            if move:
                moves.setdefault(move, {}).setdefault(revision.kind, []).append(revision)
            found.append(revision)
    gone = _join_moves(moves)
    return [revision for revision in found if id(revision) not in gone]


def _shown(story: Story) -> _Shown:
    shown = _Shown()
    parts: list[str] = []
    length = 0
    for number, paragraph in enumerate(story.paragraphs):
        begin = length
        for kind, move, text in _runs(story, paragraph):
            end = length + len(text)
            last = shown.pieces[-1] if shown.pieces else None
            if kind and last and (last.kind, last.move, last.end, last.paragraph) == (
                kind, move, length, number,
            ):  # fmt: skip
                last.text, last.end = last.text + text, end
            elif kind:
                shown.pieces.append(
                    _Piece(kind, move, text, length, end, paragraph.location, number)
                )
            parts.append(text)
            length = end
        if paragraph.formatted and not (paragraph.whole or story.state):
            text = "".join(run.text for run in paragraph.runs if run.state in ("", "inserted"))
            shown.layouts.append(
                _Piece("formatted", "", text, begin, length - 1, paragraph.location, number)
            )
    shown.text = "".join(parts)
    return shown


def _runs(story: Story, paragraph: Paragraph) -> Iterator[tuple[str, str, str]]:
    """(kind, move, text) of the paragraph's runs and of its end."""
    around = paragraph.whole or story.state
    move = ""
    for run in paragraph.runs:
        state = around or run.state
        move = run.move if run.state else ""
        yield state or ("formatted" if run.formatted else ""), move, run.text
    yield around or paragraph.mark, move, "\n"


def _of_story(shown: _Shown, number: int) -> Iterator[tuple[Revision, str]]:
    """Its revisions in order, each with the name of the move that it is an end of."""
    changes = [*_changes(shown, number), *((_revision(p, number), "") for p in shown.layouts)]
    for revision, move in sorted(changes, key=lambda change: change[0].start):
        if revision.kind != "formatted" or revision.text or revision.location == "table":
            yield revision, move


def _changes(shown: _Shown, number: int) -> Iterator[tuple[Revision, str]]:
    pieces = [piece for piece in shown.pieces if piece.kind != "passing"]
    position = 0
    while position < len(pieces):
        piece = pieces[position]
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        position += 1
        revision = _revision(piece, number)
        if following and _replaces(pieces, position, piece, following):
            position += 1
            old, new = sorted((piece, following), key=lambda each: each.kind)
            revision.kind = "replaced"
            revision.text, revision.new_text = _without_common_end(old.text, new.text)
            revision.end = following.end
            context = _context(shown, piece.start, following.end)
            revision.substantive = essence(old.text, *context) != essence(new.text, *context)
        elif revision.kind != "formatted":
            context = _context(shown, piece.start, piece.end)
            revision.substantive = bool(essence(piece.text, *context))
        yield revision, piece.move


def _revision(piece: _Piece, number: int) -> Revision:
    kind: Kind = piece.kind  # type: ignore[assignment]
    text = piece.text.removesuffix("\n") or piece.text
    return Revision(kind, text, number, piece.start, piece.end, piece.location)


def _replaces(pieces: list[_Piece], position: int, piece: _Piece, following: _Piece) -> bool:
    """Whether two neighbours are one replacement: a deletion and an insertion side by side."""
    if {piece.kind, following.kind} != {"deleted", "inserted"} or piece.move or following.move:
        return False
    if piece.end != following.start or piece.location != following.location:
        return False
    if piece.paragraph == following.paragraph:
        return True
    # Whole paragraphs: only one for one, else it is not known which replaces which.
    before = pieces[position - 2] if position >= 2 else None
    after = pieces[position + 1] if position + 1 < len(pieces) else None
    return not (
        (before and before.kind in ("deleted", "inserted") and before.end == piece.start)
        or (after and after.kind in ("deleted", "inserted") and after.start == following.end)
    )


def _without_common_end(old: str, new: str) -> tuple[str, str]:
    if old.endswith("\n") and new.endswith("\n"):
        old, new = old[:-1], new[:-1]
    return old, new


def _context(shown: _Shown, start: int, end: int) -> tuple[str, str]:
    """The characters on either side."""
    return shown.text[start - 1 : start] if start else "", shown.text[end : end + 1]


def _join_moves(moves: dict[str, dict[str, list[Revision]]]) -> set[int]:
    """Makes one revision of the two ends of each move; returns the ids of those that go."""
    gone: set[int] = set()
    for ends in moves.values():
        sources, targets = ends.get("deleted", []), ends.get("inserted", [])
        if len(sources) != len(targets):
            continue
        for source, target in zip(sources, targets, strict=True):
            target.kind = "moved"
            target.source = (source.story, source.start, source.end)
            target.substantive = True
            if source.text != target.text:
                target.text, target.new_text = source.text, target.text
            gone.add(id(source))
    return gone
