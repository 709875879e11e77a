"""Pages of an extracted document as a person sees them: images, and the words in a box."""

from __future__ import annotations

from apps.conversion import recipe as recipes
from apps.conversion import services as conversion
from apps.conversion.models import RenditionPart as RenditionPart  # what image() returns
from apps.core.errors import ErrorCode, PortalError
from apps.extraction import documents, sources
from apps.extraction.models import ExtractedDocument
from apps.extraction.services import Extraction


def image(
    extraction: Extraction,
    document: ExtractedDocument,
    page: int,
    *,
    format: str,
    width: int,
    seconds: float,
) -> RenditionPart:
    """The image of a page at least `width` pixels wide.

    Raises PAGE_NOT_FOUND, NOT_READY after `seconds`, or why it could not be made.
    """
    source, client = document.work_file, extraction.client
    pdf = conversion.request(source, recipes.PDF, client=client)
    conversion.wait_until_done(pdf, seconds=seconds)
    pages = int(pdf.meta["pages"])
    if not 0 <= page < pages:
        raise PortalError(
            ErrorCode.PAGE_NOT_FOUND,
            f"Page {page} is outside the document; its pages are 0 to {pages - 1}.",
        )
    recipe = recipes.raster(page, pages, format=format, width=recipes.on_ladder(width))
    rendition = conversion.request(source, recipe, client=client)
    return conversion.wait_for(rendition, f"page/{page}", seconds=seconds)


def text_in(
    extraction: Extraction,
    document: ExtractedDocument,
    page: int,
    box: tuple[float, float, float, float],
) -> str:
    """The visible words whose middle lies in a box (points from the top left), in reading order.

    Raises PAGE_NOT_FOUND, NOT_READY.
    """
    request = documents.latest_of(document)
    words = sources.page_words(request, page)
    left, top, right, bottom = box
    inside = [
        word
        for word in words
        if left <= (word["box"][0] + word["box"][2]) / 2 <= right
        and top <= (word["box"][1] + word["box"][3]) / 2 <= bottom
    ]
    lines: dict[int, list[str]] = {}
    for word in inside:
        lines.setdefault(word["line"], []).append(word["text"])
    return "\n".join(" ".join(line) for line in lines.values())
