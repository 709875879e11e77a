"""PrizmDoc viewing sessions V1: each view parses, calls one service, renders.

Source: seed 001. The methods' docstrings name the line of that page they answer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from rest_framework.request import Request

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.base import DialectView, PublicView, download, json_body
from apps.dialects.prizmdoc import bodies, errors, schema, watermarks, wire
from apps.viewing import comparing
from apps.viewing import services as viewing
from apps.viewing.view import View
from apps.workfiles import services as workfiles

# Any token is accepted: every server shares the database and the storage.
AFFINITY_TOKEN = "recto"  # noqa: S105
_JSON = "application/json;charset=utf-8"  # as the seed spells it for these answers


@schema.described
class PrizmDocView(DialectView):
    """A call of an integrator's server."""

    def render_error(self, error: PortalError) -> HttpResponse:
        return errors.render(error)

    @staticmethod
    def identity(u_id: str) -> str:
        """The session id after its `u`. Without the prefix there is no such session."""
        if not u_id.startswith("u"):
            raise PortalError(ErrorCode.SESSION_NOT_FOUND, "The session id needs the prefix `u`.")
        return u_id[1:]

    def session_to_change(self, u_id: str) -> str:
        """The session id. A session that was stopped says so before a body is looked at."""
        identity = self.identity(u_id)
        viewing.find_to_change(self.actor, identity)
        return identity


class V2View(PrizmDocView):
    """A call of V2 or v3: an unknown session is 404, its id has no `u` before it."""

    def render_error(self, error: PortalError) -> HttpResponse:
        return errors.render(error, errors.V2_SPELLINGS)

    @staticmethod
    def identity(u_id: str) -> str:
        """The session id; with V1's `u` before it, it is the same session."""
        return u_id[1:] if u_id.startswith("u") and len(u_id) == 44 else u_id


class ViewerView(PrizmDocView, PublicView):
    """A call of a viewer: the session's id opens it."""

    def view(self, u_id: str) -> View:
        """The session somebody is looking at."""
        return viewing.look(self.actor, self.identity(u_id))

    def view_of_query(self) -> View:
        """The session named by `DocumentID` in the query."""
        return self.view(wire.query(self.request.query_params, "DocumentID"))


class NotRouted(PrizmDocView, PublicView):
    """Paths below the dialect's prefix that no other view answers."""

    def dispatch(self, request: Request, *args: object, **kwargs: object) -> HttpResponse:  # type: ignore[override]
        return self.render_error(
            PortalError(ErrorCode.NOT_ROUTED, f"No endpoint at {request.path}.")
        )


class V2NotRouted(NotRouted, V2View):
    """The same below V2's and v3's prefixes, as these spell errors."""


class ViewingSessions(PrizmDocView):
    """POST /PCCIS/V1/ViewingSession"""

    @schema.create_session
    def post(self, request: Request) -> HttpResponse:
        """Creates a new viewing session."""
        options = session_options(self.actor, wire.parse_session(json_body(request)))
        with errors.named_at("externalId", ErrorCode.REMOTE_REFUSED):
            _, identity = viewing.open_session(self.actor, options, dialect="prizmdoc-v1")
        answer = {"viewingSessionId": identity, "affinityToken": AFFINITY_TOKEN}
        return JsonResponse(answer, content_type=_JSON)


def session_options(actor: Actor, wanted: wire.SessionRequest) -> viewing.Options:
    """What the properties of a session mean. Raises INPUT_INVALID and WORK_FILE_NOT_FOUND."""
    wanted.check_idle(actor.require_client().session_maximum_seconds)
    values = watermarks.values_of(
        wanted["watermarkData"] or {},
        wanted["externalId"] or "",
        wanted["tenantId"] or "",
        datetime.now(UTC),
    )
    return viewing.Options(
        display_name=wanted["attachmentDisplayName"] or wanted["externalId"] or "",
        external_id=wanted["externalId"] or "",
        password=wanted["password"] or "",
        idle=wanted.idle,
        source_url=wanted["externalId"] or "" if wanted["documentSource"] == "http" else "",
        extension=(wanted["documentExtension"] or "").lstrip(".").lower(),
        watermarks=watermarks.parse(
            wanted["watermarks"],
            wanted["watermarkText"],
            values,
            partial(watermarks.uploaded, actor),
        ),
        starts_converting=wanted["startConverting"] != "none",
        echo=wire.without_password(wanted.echo),
    )


class ViewingSession(PrizmDocView):
    """GET, DELETE /PCCIS/V1/ViewingSession/u{viewingSessionId}"""

    @schema.get_session
    def get(self, request: Request, u_id: str) -> HttpResponse:
        """Gets information about a viewing session."""
        view = viewing.find(self.actor, self.identity(u_id))
        return JsonResponse(
            view.session.echo
            | {
                "creationTime": wire.creation_time(view.session.created_at),
                "password": view.password or None,
            }
        )

    @schema.delete_session
    def delete(self, request: Request, u_id: str) -> HttpResponse:
        """Deletes a viewing session that was created with serverCaching "none"."""
        viewing.delete(self.actor, self.identity(u_id))
        return HttpResponse(status=204)

    def render_error(self, error: PortalError) -> HttpResponse:
        deletes = self.request.method == "DELETE"
        return errors.render(error, errors.DELETE_SPELLINGS if deletes else errors.SPELLINGS)


class SourceFile(PrizmDocView):
    """PUT, GET /PCCIS/V1/ViewingSession/u{viewingSessionId}/SourceFile"""

    @schema.put_source_file
    def put(self, request: Request, u_id: str) -> HttpResponse:
        """Uploads the source document: raw bytes, whatever the Content-Type says."""
        identity = self.session_to_change(u_id)
        extension = wire.file_extension(request.query_params)
        viewing.attach_upload(self.actor, identity, request._request, extension=extension)
        return HttpResponse(status=200)

    @schema.get_source_file
    def get(self, request: Request, u_id: str) -> HttpResponseBase:
        """Downloads the source document in use for a viewing session."""
        _, work_file = viewing.source_of(self.actor, self.identity(u_id))
        wanted = wire.query(request.query_params, "ContentDispositionFilename")
        return download(
            work_file.blob,
            media_type=workfiles.describe(work_file).media_type,
            name=workfiles.download_name(work_file, wanted),
        )


class SourceRef(PrizmDocView):
    """PUT /PCCIS/V1/ViewingSession/u{viewingSessionId}/SourceRef"""

    @schema.put_source_ref
    def put(self, request: Request, u_id: str) -> HttpResponse:
        """Attaches a work file as the source document, or two to be compared."""
        identity, body = self.session_to_change(u_id), json_body(request)
        if bodies.require_choice(body, "refType", "workFile", "comparison") == "workFile":
            file_id = bodies.require_text(body, "fileId")
            viewing.attach_work_file(self.actor, identity, file_id)
        else:
            bodies.require_choice(body, "original.refType", "workFile")
            bodies.require_choice(body, "revised.refType", "workFile")
            original = bodies.require_text(body, "original.fileId")
            revised = bodies.require_text(body, "revised.fileId")
            comparing.attach_work_files(
                self.actor, identity, {"original": original, "revised": revised}
            )
        return HttpResponse(status=200)


class FileId(PrizmDocView):
    """GET /PCCIS/V1/ViewingSession/u{viewingSessionId}/FileId"""

    @schema.get_file_id
    def get(self, request: Request, u_id: str) -> HttpResponse:
        """Gets the work file id for the source document in use for a viewing session."""
        _, work_file = viewing.source_of(self.actor, self.identity(u_id))
        answer = {"fileId": work_file.file_id, "affinityToken": AFFINITY_TOKEN}
        return JsonResponse(answer, content_type=_JSON)


class SessionStarted(PrizmDocView):
    """POST /PCCIS/V1/ViewingSession/u{viewingSessionId}/Notification/SessionStarted"""

    @schema.session_started
    def post(self, request: Request, u_id: str) -> HttpResponse:
        """Ensures the conversion of the source document has started."""
        identity = self.session_to_change(u_id)
        json_body(request)
        viewing.start(self.actor, identity)
        return HttpResponse(status=200)


class SessionStopped(PrizmDocView):
    """POST /PCCIS/V1/ViewingSession/u{viewingSessionId}/Notification/SessionStopped"""

    @schema.session_stopped
    def post(self, request: Request, u_id: str) -> HttpResponse:
        """Invalidates a viewing session; later requests get the caller's status and message."""
        identity = self.session_to_change(u_id)
        status, message = wire.parse_stop(json_body(request))
        viewing.stop(self.actor, identity, status=status, message=message)
        return HttpResponse(status=200)


class WorkFiles(PrizmDocView):
    """POST /PCCIS/V1/WorkFile"""

    @schema.post_work_file
    def post(self, request: Request) -> HttpResponse:
        """Uploads a work file: raw bytes."""
        self.actor.require("workfiles:write")
        default = self.actor.require_client().workfile_seconds
        seconds = wire.query_number(request.query_params, "MinSecondsAvailable", default)
        work_file = workfiles.upload(
            self.actor,
            request._request,
            extension=wire.file_extension(request.query_params),
            keep=timedelta(seconds=min(max(seconds, default), wire.MAXIMUM_SECONDS)),
        )
        return JsonResponse(
            {
                "fileId": work_file.file_id,
                "fileExtension": work_file.extension,
                "affinityToken": AFFINITY_TOKEN,
            }
        )


class WorkFile(PrizmDocView):
    """GET /PCCIS/V1/WorkFile/{fileId}"""

    @schema.get_work_file
    def get(self, request: Request, file_id: str) -> HttpResponseBase:
        """The work file's bytes."""
        self.actor.require("workfiles:read")
        work_file = workfiles.get(self.actor, file_id)
        return download(
            work_file.blob,
            media_type=workfiles.describe(work_file).media_type,
            name=workfiles.download_name(work_file, default=work_file.file_id),
        )


class WorkFileInfo(PrizmDocView):
    """GET /PCCIS/V1/WorkFile/{fileId}/Info"""

    @schema.get_work_file_info
    def get(self, request: Request, file_id: str) -> HttpResponse:
        """What is known of a work file."""
        self.actor.require("workfiles:read")
        work_file = workfiles.get(self.actor, file_id)
        return JsonResponse(
            {
                "fileId": work_file.file_id,
                "fileExtension": work_file.extension,
                "fileSize": work_file.blob.size,
                "expirationDateTime": wire.creation_time(work_file.expires_at),
                "affinityToken": AFFINITY_TOKEN,
            }
        )
