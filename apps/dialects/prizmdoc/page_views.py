"""What a viewer reads of a session's document: its pages, their images and text.

Source: CONTRACT section 1, viewer-facing calls. Pages are counted from 0.
"""

from __future__ import annotations

import math

from django.http import HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from rest_framework.request import Request

from apps.conversion.recipe import RASTER_FORMATS
from apps.core.errors import ErrorCode, PortalError
from apps.core.streams import begun
from apps.dialects.base import file_response
from apps.dialects.prizmdoc import schema, wire
from apps.dialects.prizmdoc.views import ViewerView
from apps.viewing import content
from apps.viewing.view import View
from apps.workfiles import services as workfiles

_POINTS_PER_INCH = 72
_SECONDS = 25.0


class DocumentAttributes(ViewerView):
    """GET /PCCIS/V1/Document/q/Attributes?DocumentID=u..."""

    @schema.get_document_attributes
    def get(self, request: Request) -> HttpResponse:
        """The page count, and the fonts that had to be substituted."""
        view = self.view_of_query()
        pages = content.wait_for_pages(view, seconds=_SECONDS)
        return JsonResponse(
            {
                "pageCount": pages,
                "pageCountConfidence": 100,
                "title": content.title(view),
                "fontsSubstituted": content.substituted_fonts(view),
            }
        )


class DocumentText(ViewerView):
    """GET /PCCIS/V1/Document/q/{first}-{last}/Text?DocumentID=u..."""

    @schema.get_document_text
    def get(self, request: Request, first: int, last: int) -> HttpResponseBase:
        """The text of a range of pages, each with the box of every word."""
        view = self.view_of_query()
        pages = content.wait_for_pages(view, seconds=_SECONDS)
        wanted = range(first, min(last, pages - 1) + 1)
        if not wanted:
            raise PortalError(
                ErrorCode.PAGE_NOT_FOUND, f"No page of this document is in {first}-{last}."
            )
        texts = content.page_texts(view, wanted, seconds=_SECONDS)
        return StreamingHttpResponse(
            wire.streamed_texts(begun(texts)), content_type="application/json"
        )


class PageAttributes(ViewerView):
    """GET /PCCIS/V1/Page/q/{page}/Attributes?DocumentID=u...&ContentType="""

    @schema.get_page_attributes
    def get(self, request: Request, page: int) -> HttpResponse:
        """The size of a page's image in pixels and its resolution."""
        view = self.view_of_query()
        width, height = content.page_size(view, page, seconds=_SECONDS)
        dpi = wire.resolution(view.session.echo)
        return JsonResponse(
            {
                "imageWidth": round(width * dpi / _POINTS_PER_INCH),
                "imageHeight": round(height * dpi / _POINTS_PER_INCH),
                "horizontalResolution": dpi,
                "verticalResolution": dpi,
                "resolutionUnits": "dpi",
                "imageResolution": dpi,
            }
        )


class Page(ViewerView):
    """GET /PCCIS/V1/Page/q/{page}?DocumentID=u...&ContentType=png|jpeg|webp|svg&Scale="""

    @schema.get_page
    def get(self, request: Request, page: int) -> HttpResponseBase:
        """A page's content."""
        view = self.view_of_query()
        format = wire.query_choice(
            request.query_params,
            "ContentType",
            view.session.echo.get("contentType") or "png",
            *RASTER_FORMATS,
            "svg",
        )
        if format == "svg":
            return page_response(content.page_svg(view, page, seconds=_SECONDS))
        dpi = _resolution(view, _rung(_scale(request)))
        return page_response(
            content.page_image(view, page, format=format, dpi=dpi, seconds=_SECONDS)
        )


class Tile(ViewerView):
    """GET /PCCIS/V1/Page/q/{page}/Tile/{x}/{y}/{width}/{height}?DocumentID=u...&Scale="""

    @schema.get_tile
    def get(self, request: Request, page: int, **box: int) -> HttpResponseBase:
        """Some pixels of a page's image, counted from its top left."""
        view = self.view_of_query()
        format = wire.query_choice(request.query_params, "ContentType", "png", *RASTER_FORMATS)
        tile = wire.tile(box)
        dpi = _resolution(view, _scale(request))
        return page_response(
            content.page_tile(view, page, tile, format=format, dpi=dpi, seconds=_SECONDS)
        )


def _scale(request: Request) -> float:
    return wire.query_number(request.query_params, "Scale", 1.0)


def _rung(scale: float) -> float:
    """The next of a few scales: zooming smoothly does not draw a page a hundred times."""
    step = 0.25 if scale <= 2 else 0.5 if scale <= 4 else 1.0
    return math.ceil(scale / step) * step


def _resolution(view: View, scale: float) -> int:
    return max(1, min(1200, round(wire.resolution(view.session.echo) * scale)))


class Thumbnail(ViewerView):
    """GET /PCCIS/V1/Page/q/{page}/{width}x{height}?DocumentID=u..."""

    @schema.get_thumbnail
    def get(self, request: Request, page: int, width: int, height: int) -> HttpResponseBase:
        """A page's image that fits into width x height pixels."""
        view = self.view_of_query()
        page_width, page_height = content.page_size(view, page, seconds=_SECONDS)
        scale = min(width / page_width, height / page_height)
        pixels = max(1, min(4800, int(page_width * scale)))
        format = wire.query_choice(request.query_params, "ContentType", "png", *RASTER_FORMATS)
        return page_response(
            content.page_image(view, page, format=format, width=pixels, seconds=_SECONDS)
        )


def page_response(part: content.RenditionPart) -> HttpResponseBase:
    """A page's stored content; it never changes, so a browser may keep it."""
    response = file_response(
        workfiles.read(part.blob), size=part.blob.size, media_type=part.media_type
    )
    response["Cache-Control"] = "private, max-age=3600, immutable"
    return response
