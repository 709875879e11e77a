"""What a document's reading is made of: renditions that are asked for, and put together."""

from __future__ import annotations

import gzip
import json
from typing import Any

from django.conf import settings

from apps.conversion import recipe as recipes
from apps.conversion import services as conversion
from apps.conversion.models import Rendition, RenditionPart
from apps.core.errors import ErrorCode, PortalError
from apps.extraction.models import ExtractionRequest
from apps.workfiles import services as workfiles

Json = dict[str, Any]


def wanted(request: ExtractionRequest) -> list[Rendition]:
    """The renditions a request needs, as far as that is known; asks for them.

    Before the PDF is there only the first page's. Raises the error of one that has failed, and
    LIMIT_EXCEEDED for too many pages.
    """
    pdf = _request(request, recipes.PDF)
    found = [pdf, _request(request, recipes.EMBEDDED)]
    found += [_request(request, recipe) for recipe in _words(request, pdf)]
    for rendition in found:
        conversion.raise_failure(rendition)
    return found


def reading(request: ExtractionRequest) -> Json:
    """The whole reading, once all that is `wanted` is ready."""
    pdf = _request(request, recipes.PDF)
    groups = [_content(_request(request, one), "words") for one in _words(request, pdf)]
    embedded = _content(_request(request, recipes.EMBEDDED), "embedded")
    return embedded | {"pages": [page for group in groups for page in group["pages"]]}


def _words(request: ExtractionRequest, pdf: Rendition) -> list[recipes.Recipe]:
    ocr = bool(request.options["ocr"])
    if pdf.state != Rendition.State.READY:
        return [recipes.words(0, None, ocr=ocr)]
    pages = int(pdf.meta["pages"])
    if pages > settings.EXTRACTION_PAGES:
        raise PortalError(
            ErrorCode.LIMIT_EXCEEDED,
            f"The document has {pages} pages; data is extracted from {settings.EXTRACTION_PAGES} "
            "at most.",
            limit=settings.EXTRACTION_PAGES,
        )
    groups = [recipes.words(0, pages, ocr=ocr)]
    while groups[-1].last < pages - 1:
        groups.append(recipes.words(groups[-1].last + 1, pages, ocr=ocr))
    return groups


def _request(request: ExtractionRequest, recipe: recipes.Recipe) -> Rendition:
    if request.document is None:
        raise PortalError(ErrorCode.REQUEST_NOT_FOUND, "The document was deleted.")
    return conversion.request(request.document.work_file, recipe, client=request.client)


def _content(rendition: Rendition, name: str) -> Json:
    part: RenditionPart | None = conversion.part(rendition, name)
    if part is None:
        raise PortalError(ErrorCode.INTERNAL, f"The document has no part {name}.")
    content = workfiles.read_all(part.blob)
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    members: Json = json.loads(content)
    return members


def page_words(request: ExtractionRequest, page: int) -> list[Json]:
    """The visible words of one page. Raises PAGE_NOT_FOUND, NOT_READY while they are being read."""
    pdf = _request(request, recipes.PDF)
    for recipe in _words(request, pdf):
        if recipe.first <= page <= recipe.last:
            rendition = _request(request, recipe)
            conversion.raise_failure(rendition)
            if rendition.state != Rendition.State.READY:
                raise PortalError(ErrorCode.NOT_READY)
            words: list[Json] = _content(rendition, "words")["pages"][page - recipe.first]["words"]
            return words
    raise PortalError(ErrorCode.PAGE_NOT_FOUND)
