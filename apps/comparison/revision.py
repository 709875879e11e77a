"""What a comparison found, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from apps.conversion.texts.words import Box, Place

Kind = Literal["inserted", "deleted", "moved", "formatted", "replaced"]
Location = Literal["body", "table", "header", "footer", "footnote", "endnote", "textbox"]


@dataclass(frozen=True, slots=True)
class Revision:
    """One difference.

    `text` is what was there (deleted, replaced, moved, formatted) or what was added (inserted);
    `new_text` is what stands instead of it (replaced only). `substantive` is False where only
    white space, case, punctuation or formatting differ. `places` are on the red-lined document's
    pages, or on the revised document's where two texts were compared; `original_places` are on
    the original's, for two texts only. No places: it is not known where, and never guessed.
    """

    id: str
    kind: Kind
    text: str
    new_text: str = ""
    substantive: bool = True
    location: Location = "body"
    places: tuple[Place, ...] = ()
    original_places: tuple[Place, ...] = ()

    @property
    def page(self) -> int | None:
        """The page it begins on, None where that is not known."""
        return self.places[0].page if self.places else None

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Its boxes on that page."""
        return self.places[0].boxes if self.places else ()

    def as_json(self) -> dict[str, Any]:
        """The wire shape that every dialect shares; pages after the first are in `continued`."""
        shape: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "text": self.text,
            "substantive": self.substantive,
            "location": self.location,
            **_at(self.places),
        }
        if self.kind == "replaced":
            shape["new_text"] = self.new_text
        if self.original_places:
            shape["original"] = _at(self.original_places)
        return shape


def _at(places: tuple[Place, ...]) -> dict[str, Any]:
    if not places:
        return {"page": None, "boxes": []}
    first, *rest = places
    shape: dict[str, Any] = {"page": first.page, "boxes": [list(box) for box in first.boxes]}
    if rest:
        shape["continued"] = [_at((place,)) for place in rest]
    return shape


@dataclass(frozen=True, slots=True)
class Proof:
    """What was checked after the comparison, by code that shares nothing with the engine.

    `accept_all`: with every change accepted the red-lined document has the revised one's text,
    paragraph by paragraph; `reject_all`: with every change rejected, the original's. Of two texts:
    with every change made, or taken back, one has the words of the other, in their order.
    `not_compared` names what differs but shows no change. `details` are English sentences.
    """

    accept_all: bool
    reject_all: bool
    not_compared: tuple[str, ...] = ()
    details: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the red-lined document can be relied upon to show every change of the text."""
        return self.accept_all and self.reject_all

    @property
    def complete(self) -> bool:
        """Whether it holds and nothing was left out."""
        return self.holds and not self.not_compared


@dataclass(frozen=True, slots=True)
class Comparison:
    """A finished comparison."""

    revisions: tuple[Revision, ...]
    proof: Proof
    engine: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Some of a comparison's revisions.

    `total` counts all that match. `located` is False while the red-lined document's pages are
    still being made, so that no revision has places yet: ask again.
    """

    revisions: tuple[Revision, ...]
    total: int
    proof: Proof
    located: bool
