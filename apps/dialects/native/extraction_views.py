"""The native API of the review page. A review link's token opens it; every call is a use of it."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from rest_framework.request import Request

from apps.conversion.recipe import RASTER_FORMATS
from apps.dialects.base import PublicView, disposition, file_response, json_body
from apps.dialects.native import extraction_schema as schema
from apps.dialects.native import extraction_wire, wire
from apps.dialects.native.views import NativeView
from apps.extraction import changes, documents, exports, pages, reviews
from apps.workfiles import services as workfiles

_SECONDS = 4.0


@schema.described
class ReviewView(NativeView, PublicView):
    """A call of the review page."""

    def answer(self, members: object) -> HttpResponse:
        """JSON that is true now only."""
        response = JsonResponse(members, safe=False)
        response["Cache-Control"] = "no-store"
        return response


class State(ReviewView):
    """GET /api/v1/reviews/{token}"""

    @schema.get_review
    def get(self, request: Request, token: str) -> HttpResponse:
        """The documents of an extraction session, to be checked by a person."""
        return self.answer(extraction_wire.review(reviews.find(token)))


class Document(ReviewView):
    """GET /api/v1/reviews/{token}/documents/{id}"""

    @schema.get_document
    def get(self, request: Request, token: str, identity: str) -> HttpResponse:
        """A document with its fields, each with its place on the page."""
        review = reviews.find(token)
        found = documents.document(review.extraction, identity)
        return self.answer(extraction_wire.document(review, found))


class Corrections(ReviewView):
    """POST /api/v1/reviews/{token}/documents/{id}/corrections"""

    @schema.correct
    def post(self, request: Request, token: str, identity: str) -> HttpResponse:
        """Corrects, confirms or adds fields: a new version, unless somebody else was faster."""
        review = reviews.find(token)
        version, wanted = extraction_wire.corrections(json_body(request))
        reviews.correct(review, identity, version=version, changes=wanted)
        found = documents.document(review.extraction, identity)
        return self.answer(extraction_wire.document(review, found))


class Undo(ReviewView):
    """POST /api/v1/reviews/{token}/documents/{id}/undo"""

    @schema.undo
    def post(self, request: Request, token: str, identity: str) -> HttpResponse:
        """Takes back what one version changed: a new version, unless somebody else was faster."""
        review = reviews.find(token)
        version, undone = extraction_wire.undoing(json_body(request))
        reviews.undo(review, identity, version=version, undone=undone)
        found = documents.document(review.extraction, identity)
        return self.answer(extraction_wire.document(review, found))


@schema.described
class TextInBox(ReviewView):
    """POST /api/v1/reviews/{token}/documents/{id}/text"""

    @schema.read_text
    def post(self, request: Request, token: str, identity: str) -> HttpResponse:
        """The words in a box that a person drew on a page."""
        review = reviews.find(token)
        found = documents.document(review.extraction, identity)
        page, box, kind = extraction_wire.place(json_body(request))
        text = pages.text_in(review.extraction, found, page, box)
        return self.answer({"text": text, "value": changes.proposed(text, kind)})


class PageImage(ReviewView):
    """GET /api/v1/reviews/{token}/documents/{id}/pages/{n}/image?width=&format="""

    @schema.get_page_image
    def get(self, request: Request, token: str, identity: str, page: int) -> HttpResponseBase:
        """The image of a page at least `width` pixels wide; 202 while it is being made."""
        query = request.query_params
        review = reviews.find(token)
        part = pages.image(
            review.extraction,
            documents.document(review.extraction, identity),
            page,
            format=wire.choice(query.get("format", "png"), "format", RASTER_FORMATS),
            width=wire.number(query.get("width"), "width", default=1280, least=1, most=100_000),
            seconds=_SECONDS,
        )
        response = file_response(
            workfiles.read(part.blob), size=part.blob.size, media_type=part.media_type
        )
        response["Cache-Control"] = "private, max-age=3600, immutable"
        return response


class Export(ReviewView):
    """GET /api/v1/reviews/{token}/export/{format}"""

    @schema.export
    def get(self, request: Request, token: str, format: str) -> HttpResponseBase:
        """What was extracted and corrected, as a file: JSON, or CSV with a row for each value."""
        review = reviews.find(token)
        wanted = wire.choice(format, "format", ("json", "csv"))
        response: HttpResponse
        if wanted == "csv":
            response = HttpResponse(
                exports.as_csv(review.extraction), content_type="text/csv; charset=utf-8"
            )
        else:
            response = JsonResponse(exports.as_json(review.extraction), safe=False)
        response["Content-Disposition"] = disposition(f"extracted.{wanted}")
        response["Cache-Control"] = "no-store"
        return response
