"""The native API: what the portal's own pages call. A session's id opens it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from rest_framework.request import Request

from apps.conversion.recipe import RASTER_FORMATS, on_ladder
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.base import DialectView, PublicView, file_response, json_body
from apps.dialects.native import errors, schema, wire
from apps.viewing import comparing, content
from apps.viewing import services as viewing
from apps.viewing.view import View
from apps.workfiles import services as workfiles

# How long a request waits before it answers 202: short, so that few requests wait at a time.
_SECONDS = 4.0
_DOWNLOAD_SECONDS = 25.0


@schema.described
class NativeView(DialectView):
    """A call of the native API."""

    def render_error(self, error: PortalError) -> HttpResponse:
        return errors.render(error)


class ViewerView(NativeView, PublicView):
    """A call of a viewer page."""

    def view(self, identity: str) -> View:
        """The session this page shows; `?document=` chooses what of a comparison."""
        query = self.request.query_params
        document = wire.choice(query.get("document", "redline"), "document", viewing.DOCUMENTS)
        return viewing.look(self.actor, identity, document=document)


class NotRouted(NativeView, PublicView):
    """Paths below /api/ that no other view answers."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return self.render_error(
            PortalError(ErrorCode.NOT_ROUTED, f"No endpoint at {request.path}.")
        )


class Overview(ViewerView):
    """GET /api/v1/views/{id}"""

    @schema.get_view
    def get(self, request: Request, identity: str) -> HttpResponseBase:
        """The state of a viewing session and its document."""
        return _fresh(JsonResponse(wire.view(self.view(identity))))


class PageImage(ViewerView):
    """GET /api/v1/views/{id}/pages/{n}/image?width=&format=&rotate="""

    @schema.get_page_image
    def get(self, request: Request, identity: str, page: int) -> HttpResponseBase:
        """The image of a page at least `width` pixels wide; 202 while it is being made."""
        query = request.query_params
        width = wire.number(query.get("width"), "width", default=1280, least=1, most=100_000)
        rotate = wire.choice(query.get("rotate", "0"), "rotate", ("0", "90", "180", "270"))
        view = self.view(identity)
        part = content.page_image(
            view,
            page,
            format=wire.choice(query.get("format", "png"), "format", RASTER_FORMATS),
            width=on_ladder(width),
            rotate=int(rotate),
            seconds=_SECONDS,
        )
        return _content(part)


class PageSvg(ViewerView):
    """GET /api/v1/views/{id}/pages/{n}/svg"""

    @schema.get_page_svg
    def get(self, request: Request, identity: str, page: int) -> HttpResponseBase:
        """The page as SVG; 202 while it is being made."""
        return _content(content.page_svg(self.view(identity), page, seconds=_SECONDS))


class PageText(ViewerView):
    """GET /api/v1/views/{id}/pages/{n}/text"""

    @schema.get_page_text
    def get(self, request: Request, identity: str, page: int) -> HttpResponse:
        """The text of a page with the box of each word; 202 while it is being read."""
        response = JsonResponse(content.page_text(self.view(identity), page, seconds=_SECONDS))
        response["Cache-Control"] = "private, max-age=3600"
        return response


class Search(ViewerView):
    """GET /api/v1/views/{id}/search?q=&case=&whole="""

    @schema.search
    def get(self, request: Request, identity: str) -> HttpResponseBase:
        """Where a text occurs, as far as the document has been read."""
        query = request.query_params.get("q", "")
        if len(query) > 200:
            raise PortalError(ErrorCode.INPUT_INVALID, "`q` is longer than 200 characters.", at="q")
        result = content.find_text(
            self.view(identity),
            query,
            case=request.query_params.get("case") == "1",
            whole=request.query_params.get("whole") == "1",
        )
        return _fresh(JsonResponse(wire.search_result(query, result)))


class Revisions(ViewerView):
    """GET /api/v1/views/{id}/revisions?offset=&limit=&substantive="""

    @schema.get_revisions
    def get(self, request: Request, identity: str) -> HttpResponseBase:
        """What changed between two documents; 202 while that is being found."""
        query = request.query_params
        listing = comparing.revisions(
            self.view(identity),
            offset=wire.number(query.get("offset"), "offset", default=0, least=0, most=10_000_000),
            limit=wire.number(query.get("limit"), "limit", default=200, least=1, most=1000),
            substantive_only=query.get("substantive") == "1",
            seconds=_SECONDS,
        )
        return _fresh(JsonResponse(wire.revisions(listing)))


class Password(ViewerView):
    """POST /api/v1/views/{id}/password"""

    @schema.give_password
    def post(self, request: Request, identity: str) -> HttpResponseBase:
        """Opens an encrypted document with the password a person gave."""
        password = json_body(request).get("password")
        if not isinstance(password, str) or not 0 < len(password) <= 1000:
            raise PortalError(
                ErrorCode.INPUT_INVALID,
                "`password` must be a string of 1 to 1000 characters.",
                at="password",
            )
        return _fresh(JsonResponse(wire.view(viewing.give_password(identity, password))))


class Download(ViewerView):
    """GET /api/v1/views/{id}/download"""

    @schema.download
    def get(self, request: Request, identity: str) -> HttpResponseBase:
        """The original document, where the session allows it."""
        view, work_file = viewing.download(identity)
        return _fresh(
            file_response(
                workfiles.read(work_file.blob),
                size=work_file.blob.size,
                media_type=workfiles.describe(work_file).media_type,
                name=workfiles.download_name(work_file, content.name(view), "document"),
            )
        )


class Pdf(ViewerView):
    """GET /api/v1/views/{id}/pdf"""

    @schema.get_pdf
    def get(self, request: Request, identity: str) -> HttpResponseBase:
        """The document as PDF, where the session allows it."""
        view, part = viewing.pdf_of(identity, seconds=_DOWNLOAD_SECONDS)
        return _fresh(
            file_response(
                workfiles.read(part.blob),
                size=part.blob.size,
                media_type="application/pdf",
                name=f"{content.name(view).rpartition('.')[0] or 'document'}.pdf",
            )
        )


def _content(part: content.RenditionPart) -> HttpResponseBase:
    response = file_response(
        workfiles.read(part.blob), size=part.blob.size, media_type=part.media_type
    )
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _fresh(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "no-store"
    return response
