"""The native API of the editor page. A cookie holds the session's secret; every call is a use.

The cookie is sent along by whatever page asks, so that a call that changes something has to come
from this origin: `Origin` must be ours to the letter, and a header that no form or beacon can
send must be there. A beacon of our own page cannot send it either; its `Origin` has to do.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from rest_framework.request import Request

from apps.conversion import services as conversion
from apps.conversion.recipe import PDF
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.base import PublicView, file_response
from apps.dialects.native import edit_schema as schema
from apps.dialects.native import edit_wire, wire
from apps.dialects.native.views import NativeView
from apps.editing import saving
from apps.editing import services as editing
from apps.editing.office import access
from apps.editing.services import Editing, Revision
from apps.workfiles import services as workfiles

COOKIE = "__Host-recto-edit-"
PAGE_HEADER = "Recto-Editor"
_SECONDS = 4.0


class EditView(NativeView, PublicView):
    """A call of the editor page."""

    def editing(self, handle: str, *, over_too: bool = False) -> Editing:
        """The session whose secret came along. Raises what `find` raises."""
        secret = self.request.COOKIES.get(COOKIE + handle, "")
        return editing.find(handle, secret, over_too=over_too)

    def changing(self, handle: str, *, beacon: bool = False) -> Editing:
        """The same for a call that changes something. Raises SESSION_KEY_WRONG for other pages."""
        origin = self.request.headers.get("Origin", "")
        here = f"{self.request.scheme}://{self.request.get_host()}"
        public = urlsplit(settings.PUBLIC_URL)
        if origin not in (here, f"{public.scheme}://{public.netloc}"):
            raise PortalError(
                ErrorCode.SESSION_KEY_WRONG, "Only the editor's own page may do this.", at="Origin"
            )
        if not beacon and PAGE_HEADER not in self.request.headers:
            raise PortalError(
                ErrorCode.SESSION_KEY_WRONG,
                f"The header {PAGE_HEADER} is missing.",
                at=PAGE_HEADER,
            )
        return self.editing(handle, over_too=True)

    @property
    def expected(self) -> int:
        """The version that the page has, of `If-Match`. Raises INPUT_MISSING, INPUT_INVALID."""
        return edit_wire.expected(self.request.headers.get("If-Match", ""), "If-Match")

    @property
    def extension(self) -> str:
        """The format of what is sent; blank for the document's own."""
        return edit_wire.extension(self.request.query_params.get("extension", ""))

    def answer(self, members: edit_wire.Json) -> HttpResponse:
        """JSON that is true now only."""
        response = JsonResponse(members)
        response["Cache-Control"] = "no-store"
        return response

    def file(self, revision: Revision) -> HttpResponseBase:
        """A version's bytes; a download where the query says so."""
        wanted = self.request.query_params.get("download") == "1"
        work_file = revision.work_file
        response = file_response(
            workfiles.read(work_file.blob),
            size=work_file.blob.size,
            media_type=workfiles.describe(work_file).media_type,
            name=workfiles.download_name(work_file, work_file.name, "document") if wanted else "",
        )
        response["ETag"] = f'"{revision.label}"'
        response["Cache-Control"] = "no-store"
        return response


@schema.described
class State(EditView):
    """GET /api/v1/edits/{handle}"""

    @schema.get_state
    def get(self, request: Request, handle: str) -> HttpResponse:
        """The state of an edit session: its document, newest version and settings."""
        return self.answer(edit_wire.state(self.editing(handle)))


@schema.described
class Content(EditView):
    """GET and PUT /api/v1/edits/{handle}/content"""

    @schema.get_content
    def get(self, request: Request, handle: str) -> HttpResponseBase:
        """The newest version's bytes; its number is the entity tag."""
        return self.file(editing.revision(self.editing(handle)))

    @schema.save
    def put(self, request: Request, handle: str) -> HttpResponse:
        """Saves the document, raw bytes whatever the Content-Type says, as the next version."""
        found = self.changing(handle)
        reason = wire.choice(
            request.query_params.get("reason", "explicit"), "reason", saving.REASONS
        )
        made = saving.save(
            found,
            request._request,
            expected=self.expected,
            reason=reason,
            extension=self.extension,
        )
        return self.answer(edit_wire.saved(found, made))


@schema.described
class Draft(EditView):
    """PUT /api/v1/edits/{handle}/draft"""

    @schema.keep_draft
    def put(self, request: Request, handle: str) -> HttpResponse:
        """Keeps what is not saved yet; it becomes a version if the page goes away."""
        found = self.changing(handle)
        saving.keep_draft(found, request._request, expected=self.expected, extension=self.extension)
        return HttpResponse(status=204)


@schema.described
class Beacon(EditView):
    """POST /api/v1/edits/{handle}/beacon?revision="""

    @schema.leave
    def post(self, request: Request, handle: str) -> HttpResponse:
        """What a page sends when it is closed: the document, or nothing to save its draft."""
        found = self.changing(handle, beacon=True)
        saving.leave(
            found,
            request._request,
            expected=edit_wire.expected(request.query_params.get("revision", ""), "revision"),
            extension=self.extension,
        )
        return HttpResponse(status=204)


@schema.described
class Office(EditView):
    """POST /api/v1/edits/{handle}/office"""

    @schema.open_office
    def post(self, request: Request, handle: str) -> HttpResponse:
        """Where the office suite edits the document, and a token that lets it in."""
        return self.answer(edit_wire.office(access.frame(self.changing(handle))))


@schema.described
class Pdf(EditView):
    """GET /api/v1/edits/{handle}/pdf?revision="""

    @schema.get_pdf
    def get(self, request: Request, handle: str) -> HttpResponseBase:
        """A version as PDF; 202 while it is being made."""
        found = self.editing(handle)
        revision = editing.revision(found, request.query_params.get("revision", ""))
        if revision.work_file.extension == "pdf":
            return self.file(revision)
        rendition = conversion.request(revision.work_file, PDF, client=found.client)
        part = conversion.wait_for(rendition, "whole", seconds=_SECONDS)
        response = file_response(
            workfiles.read(part.blob), size=part.blob.size, media_type="application/pdf"
        )
        response["ETag"] = f'"{revision.label}"'
        response["Cache-Control"] = "no-store"
        return response


@schema.described
class Revisions(EditView):
    """GET /api/v1/edits/{handle}/revisions?before=&limit="""

    @schema.get_revisions
    def get(self, request: Request, handle: str) -> HttpResponse:
        """The document's versions, newest first, also those kept beside it."""
        query, found = request.query_params, self.editing(handle)
        limit = wire.number(query.get("limit"), "limit", default=100, least=1, most=500)
        before = wire.number(query.get("before"), "before", default=0, least=0, most=2**63 - 1)
        rows = editing.revisions(found, before=before or None, limit=limit + 1)
        return self.answer(edit_wire.revisions(found, rows, limit=limit))


@schema.described
class Version(EditView):
    """GET /api/v1/edits/{handle}/revisions/{name}"""

    @schema.get_revision
    def get(self, request: Request, handle: str, name: str) -> HttpResponseBase:
        """A version's bytes."""
        return self.file(editing.revision(self.editing(handle), name))


@schema.described
class Restore(EditView):
    """POST /api/v1/edits/{handle}/revisions/{name}/restore"""

    @schema.restore
    def post(self, request: Request, handle: str, name: str) -> HttpResponse:
        """Makes another version the newest: a new one with the same content."""
        found = self.changing(handle)
        made = saving.restore(found, name, expected=self.expected)
        return self.answer(edit_wire.saved(found, made))


@schema.described
class Close(EditView):
    """POST /api/v1/edits/{handle}/close"""

    @schema.close
    def post(self, request: Request, handle: str) -> HttpResponse:
        """Ends the session; a draft becomes a version before."""
        found = self.changing(handle)
        if not found.is_over:
            saving.close(found)
        return HttpResponse(status=204)
