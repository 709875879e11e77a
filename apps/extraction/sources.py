"""What a document's reading is made of: renditions that are asked for, and put together."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings

from apps.conversion import made
from apps.conversion import recipe as recipes
from apps.conversion import services as conversion
from apps.conversion.models import Rendition, RenditionPart
from apps.core.errors import ErrorCode, PortalError
from apps.extraction.models import ExtractionRequest
from apps.workfiles import services as workfiles
from apps.workfiles.models import WorkFile

Json = dict[str, Any]
# An electronic invoice that comes without pages.
_XML_BYTES = 5 * 1024**2


def wanted(request: ExtractionRequest) -> list[Rendition]:
    """The renditions a request needs, as far as that is known; asks for them.

    Before the PDF is there only the first page's. Raises the error of one that has failed, and
    LIMIT_EXCEEDED for too many pages.
    """
    if _is_bare(request):
        return []
    pdf = _request(request, recipes.PDF)
    found = [pdf, _request(request, recipes.EMBEDDED)]
    found += [_request(request, recipe) for recipe in _words(request, pdf)]
    for rendition in found:
        conversion.raise_failure(rendition)
    return found


def reading(request: ExtractionRequest) -> Json:
    """The whole reading, once all that is `wanted` is ready."""
    if _is_bare(request):
        return _bare(request)
    pdf = _request(request, recipes.PDF)
    groups = [_content(_request(request, one), "words") for one in _words(request, pdf)]
    embedded = _content(_request(request, recipes.EMBEDDED), "embedded")
    return embedded | {"pages": [page for group in groups for page in group["pages"]]}


def _is_bare(request: ExtractionRequest) -> bool:
    """Whether the document is XML, which has no pages to read."""
    return request.format == "xml"


def _bare(request: ExtractionRequest) -> Json:
    blob = _source(request).blob
    if blob.size > _XML_BYTES:
        raise PortalError(ErrorCode.LIMIT_EXCEEDED, f"The XML is larger than {_XML_BYTES} bytes.")
    try:
        text = workfiles.read_all(blob).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PortalError(ErrorCode.DOCUMENT_CORRUPT, f"The XML is not UTF-8: {error}.") from error
    attachment = {"name": "document.xml", "relationship": "Alternative", "text": text}
    return {"pages": [], "form": [], "attachments": [attachment]}


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
    return conversion.request(_source(request), recipe, client=request.client)


def _source(request: ExtractionRequest) -> WorkFile:
    if request.document is None:
        raise PortalError(ErrorCode.REQUEST_NOT_FOUND, "The document was deleted.")
    return request.document.work_file


def _content(rendition: Rendition, name: str) -> Json:
    part: RenditionPart | None = conversion.part(rendition, name)
    if part is None:
        raise PortalError(ErrorCode.INTERNAL, f"The document has no part {name}.")
    members: Json = json.loads(made.unpacked(workfiles.read_all(part.blob)))
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
