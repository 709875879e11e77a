"""Comparing two documents: asking for it, and reading what was found."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import dataclass
from typing import Any, Literal

from apps.clients.models import ApiClient
from apps.comparison.places import Finder
from apps.comparison.revision import Comparison, Listing, Proof, Revision
from apps.conversion import made
from apps.conversion import services as conversion
from apps.conversion.models import Rendition, RenditionPart
from apps.conversion.recipe import CHANGES, PDF, Recipe, all_text
from apps.conversion.services import Source
from apps.conversion.texts.words import Place
from apps.core.errors import ErrorCode, PortalError
from apps.workfiles import services as workfiles
from apps.workfiles.formats import FORMATS
from apps.workfiles.models import Blob

COMPARABLE = frozenset(name for name, known in FORMATS.items() if known.family == "word")
Method = Literal["redline", "text"]
_PLACES = "places"
# Long enough to read a rendition's row again, once.
_A_LOOK = 0.01
_Content = dict[str, Any]
_Located = tuple[tuple[Place, ...], tuple[Place, ...]]


@dataclass(frozen=True, slots=True)
class Redline:
    """The red-lined document, a Source to be viewed like any other Word document."""

    blob: Blob
    extension: str = "docx"


def request(
    original: Source, revised: Source, *, client: ApiClient | None, method: Method = "redline"
) -> Rendition:
    """The comparison of two documents; the first asker sets the work going.

    Returns at once, whatever its state: wait with `conversion.services.wait_until_done`, or look
    at `rendition.state`. A red-line is of two Word documents: those that are not docx are turned
    into docx first. Texts are of any two: both are made PDFs, and places are on these.
    Raises FORMAT_NOT_COMPARABLE (`at` "original" or "revised").
    """
    if method == "text":
        pdfs = [conversion.request(source, PDF, client=client) for source in (original, revised)]
        return conversion.derive(CHANGES, *pdfs)
    for name, source in (("original", original), ("revised", revised)):
        if source.extension not in COMPARABLE:
            raise PortalError(
                ErrorCode.FORMAT_NOT_COMPARABLE,
                f"The {name} document is a .{source.extension} file, not a Word document.",
                at=name,
            )
    recipe = Recipe("compare", format=revised.extension)
    return conversion.request(original, recipe, client=client, against=revised)


def method_for(original: str, revised: str) -> Method:
    """The best way to compare documents of these formats."""
    return "redline" if {original, revised} <= COMPARABLE else "text"


def method_of(rendition: Rendition) -> Method:
    """The way a comparison was made."""
    return "text" if rendition.kind == CHANGES.kind else "redline"


def result(rendition: Rendition) -> Comparison:
    """What a comparison found, without places on pages.

    Raises the comparison's own error when it failed, and NOT_READY while it is under way.
    """
    content = _content(rendition)
    engine = content["engine"]
    return Comparison(
        tuple(_revision(found) for found in content["revisions"]),
        proof_of(content),
        f"{engine['name']} ({engine['version']})",
    )


def redline_source(rendition: Rendition) -> Redline:
    """The red-lined document: real tracked changes by "Recto", for `conversion.services.request`.

    Raises as :func:`result` does.
    """
    return Redline(_part(rendition, "redline").blob)


def revisions(
    rendition: Rendition,
    *,
    offset: int = 0,
    limit: int = 100,
    substantive_only: bool = False,
    client: ApiClient | None = None,
    seconds: float = 0.0,
) -> Listing:
    """Some of the revisions in document order, with their places on the pages.

    Of two texts the places are known with the revisions. Else the red-lined document's PDF and its
    text are asked for and waited for up to `seconds`; when they are not there by then, the
    revisions come without places and `located` is False.
    Raises as :func:`result` does.
    """
    content = _content(rendition)
    by_text = method_of(rendition) == "text"
    places = None if by_text else _places(rendition, content, client, seconds)
    matching = [
        found for found in content["revisions"] if found["substantive"] or not substantive_only
    ]
    some = matching[offset : offset + limit]
    return Listing(
        tuple(_revision(found, (places or {}).get(found["id"])) for found in some),
        len(matching),
        proof_of(content),
        located=by_text or places is not None,
    )


def _part(rendition: Rendition, name: str) -> RenditionPart:
    if rendition.state != Rendition.State.READY:
        conversion.wait_until_done(rendition, seconds=_A_LOOK)
    found = conversion.part(rendition, name)
    if found is None:
        raise PortalError(ErrorCode.NOT_READY)  # evicted: asking for it makes it anew
    return found


def _content(rendition: Rendition) -> _Content:
    return _unpacked(_part(rendition, "revisions"))


def _unpacked(part: RenditionPart) -> _Content:
    content: _Content = json.loads(made.unpacked(workfiles.read_all(part.blob)))
    return content


def proof_of(content: _Content) -> Proof:
    """The proof in what a comparison found, or in the meta of its rendition."""
    proof = content["proof"]
    return Proof(
        proof["accept_all"],
        proof["reject_all"],
        tuple(proof["not_compared"]),
        tuple(proof["details"]),
    )


def _revision(found: _Content, places: _Located | None = None) -> Revision:
    shown, original = places or (
        _from_json(found.get("places", [])),
        _from_json(found.get("original_places", [])),
    )
    return Revision(
        found["id"],
        found["kind"],
        found["text"],
        found.get("new_text", ""),
        found["substantive"],
        found["location"],
        shown,
        original,
    )


def _places(
    rendition: Rendition, content: _Content, client: ApiClient | None, seconds: float
) -> dict[str, _Located] | None:
    """Places by revision; looked for once and kept. None while the pages are being made."""
    kept = conversion.part(rendition, _PLACES)
    if kept is not None:
        return {
            identity: (_from_json(shown), _from_json(original))
            for identity, (shown, original) in _unpacked(kept).items()
        }
    if not content["revisions"]:
        return {}
    try:
        pages = _red_lined_pages(rendition, client, seconds)
    except PortalError as error:
        # Pages that cannot be made will not come: the revisions stay without places.
        return None if error.code == ErrorCode.NOT_READY else {}
    finder = Finder([story["text"] for story in content["stories"]], pages)
    found = {
        item["id"]: (
            finder.places((item["story"], *item["span"])),
            finder.places(tuple(item["source"])) if "source" in item else (),
        )
        for item in content["revisions"]
    }
    _keep(rendition, {identity: [*map(_as_json, pair)] for identity, pair in found.items()})
    return found


def _red_lined_pages(
    rendition: Rendition, client: ApiClient | None, seconds: float
) -> list[dict[str, Any]]:
    """The text of the red-lined document's pages. Raises NOT_READY, or why there are none."""
    until = time.monotonic() + seconds
    source = redline_source(rendition)
    pdf = conversion.request(source, PDF, client=client)
    conversion.wait_until_done(pdf, seconds=seconds)
    texts = [
        conversion.request(source, recipe, client=client)
        for recipe in all_text(int(pdf.meta["pages"]))
    ]
    pages: list[dict[str, Any]] = []
    for text in texts:
        left = max(0.0, until - time.monotonic())
        pages += _unpacked(conversion.wait_for(text, "text", seconds=left))["pages"]
    return pages


def _keep(rendition: Rendition, places: _Content) -> None:
    """Stores the places beside the revisions, for every later reader."""
    content = gzip.compress(json.dumps(places).encode(), 1)
    conversion.add_part(rendition, _PLACES, content, "application/gzip")


def _as_json(places: tuple[Place, ...]) -> list[list[Any]]:
    return [[place.page, place.boxes] for place in places]


def _from_json(places: list[list[Any]]) -> tuple[Place, ...]:
    return tuple(Place(page, tuple(tuple(box) for box in boxes)) for page, boxes in places)
