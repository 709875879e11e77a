"""The WOPI host: what an office suite asks of a file. Each call parses, calls a service, renders.

Source: [MS-WOPI]; Microsoft's pages "Integrate with Microsoft 365 for the web", Files; Collabora's
"Further differences to WOPI" for the headers X-COOL-WOPI-*.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.base import PublicView, file_response
from apps.dialects.wopi import errors, wire
from apps.editing import services as editing
from apps.editing.office import access, discovery, locks, writing
from apps.editing.office.access import Visit
from apps.editing.office.proof import Proof
from apps.workfiles import services as workfiles

Operation = Callable[["File", Visit], HttpResponse]


class WopiView(PublicView):
    """A call of the office suite, with the token of an edit session."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answers; what is answered is kept by nobody."""
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-WOPI-ServerVersion"] = settings.VERSION
        return response

    def render_error(self, error: PortalError) -> HttpResponse:
        return errors.render(error)

    def visit(self, handle: str, *, over_too: bool = False) -> Visit:
        """The file and the person that the token is for. Raises what `access` raises."""
        if not discovery.is_configured():
            raise PortalError(ErrorCode.NOT_ROUTED)
        request = self.request
        token = request.query_params.get("access_token", "")
        if not token:
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        visit = access.enter(handle, token, over_too=over_too)
        access.check_proof(
            Proof(
                token=token,
                url=settings.WOPI_HOST_URL + request.get_full_path(),
                timestamp=request.headers.get("X-WOPI-TimeStamp", ""),
                current=request.headers.get("X-WOPI-Proof", ""),
                old=request.headers.get("X-WOPI-ProofOld", ""),
            )
        )
        return visit

    @property
    def override(self) -> str:
        """Which operation is meant. Raises INPUT_MISSING."""
        name: str = self.request.headers.get("X-WOPI-Override", "")
        if not name:
            raise PortalError(ErrorCode.INPUT_MISSING, "X-WOPI-Override is missing.")
        return name


@extend_schema(exclude=True)
class File(WopiView):
    """/wopi/files/{id}"""

    def get(self, request: Request, handle: str) -> HttpResponse:
        """CheckFileInfo."""
        return JsonResponse(wire.file_info(self.visit(handle)))

    def post(self, request: Request, handle: str) -> HttpResponse:
        """What X-WOPI-Override names."""
        name = self.override
        visit = self.visit(handle, over_too=name == "UNLOCK")
        if name not in _OPERATIONS:
            raise PortalError(ErrorCode.METHOD_NOT_ALLOWED, f"{name[:40]} is not supported.")
        if name != "GET_LOCK" and not visit.may_write:
            raise PortalError(ErrorCode.EDIT_VIEW_ONLY)
        return _OPERATIONS[name](self, visit)

    def lock(self, visit: Visit) -> HttpResponse:
        """Lock, and with X-WOPI-OldLock UnlockAndRelock."""
        headers = self.request.headers
        name = wire.lock(headers)
        if "X-WOPI-OldLock" in headers:
            locks.relock(visit.file, name, old=wire.lock(headers, "X-WOPI-OldLock"))
        else:
            locks.lock(visit.file, name)
        return self.done(visit)

    def unlock(self, visit: Visit) -> HttpResponse:
        """Unlock."""
        locks.unlock(visit.file, wire.lock(self.request.headers))
        return self.done(visit)

    def refresh_lock(self, visit: Visit) -> HttpResponse:
        """RefreshLock."""
        locks.refresh(visit.file, wire.lock(self.request.headers))
        return self.done(visit)

    def get_lock(self, visit: Visit) -> HttpResponse:
        """GetLock."""
        response = self.done(visit)
        response["X-WOPI-Lock"] = locks.holder(visit.file)
        return response

    def put_relative(self, visit: Visit) -> HttpResponse:
        """PutRelativeFile."""
        headers = self.request.headers
        suggested = wire.file_name(headers, "X-WOPI-SuggestedTarget")
        exact = wire.file_name(headers, "X-WOPI-RelativeTarget")
        if bool(suggested) == bool(exact):
            raise PortalError(
                ErrorCode.INPUT_INVALID, "One of the two targets has to be named.", at="name"
            )
        if (wire.number(headers, "X-WOPI-Size") or 0) > settings.MAX_UPLOAD_BYTES:
            raise PortalError(ErrorCode.DOCUMENT_TOO_LARGE)
        copy = writing.save_as(
            visit,
            self.request._request,
            exact or suggested,
            exactly=bool(exact),
            over=wire.is_true(headers, "X-WOPI-OverwriteRelativeTarget"),
        )
        return JsonResponse({"Name": copy.name, "Url": wire.address(copy.granted)})

    def rename_file(self, visit: Visit) -> HttpResponse:
        """RenameFile."""
        headers = self.request.headers
        wanted = wire.file_name(headers, "X-WOPI-RequestedName")
        return JsonResponse(
            {"Name": writing.rename(visit, wanted, lock=headers.get("X-WOPI-Lock", ""))}
        )

    def done(self, visit: Visit) -> HttpResponse:
        """200 with the version as it is."""
        response = HttpResponse()
        response["X-WOPI-ItemVersion"] = str(visit.editing.document.head)
        return response


_OPERATIONS: dict[str, Operation] = {
    "LOCK": File.lock,
    "UNLOCK": File.unlock,
    "REFRESH_LOCK": File.refresh_lock,
    "GET_LOCK": File.get_lock,
    "PUT_RELATIVE": File.put_relative,
    "RENAME_FILE": File.rename_file,
}


@extend_schema(exclude=True)
class Contents(WopiView):
    """/wopi/files/{id}/contents"""

    def get(self, request: Request, handle: str) -> HttpResponseBase:
        """GetFile."""
        newest = editing.revision(self.visit(handle).editing)
        most = wire.number(request.headers, "X-WOPI-MaxExpectedSize")
        if most is not None and newest.size > most:
            raise PortalError(ErrorCode.LIMIT_EXCEEDED, f"The file has {newest.size} bytes.")
        blob = newest.work_file.blob
        media_type = workfiles.describe(newest.work_file).media_type
        response = file_response(workfiles.read(blob), size=blob.size, media_type=media_type)
        response["X-WOPI-ItemVersion"] = str(newest.number)
        return response

    def post(self, request: Request, handle: str) -> HttpResponse:
        """PutFile."""
        if self.override != "PUT":
            raise PortalError(ErrorCode.METHOD_NOT_ALLOWED)
        visit = self.visit(handle, over_too=True)
        if not visit.may_write:
            raise PortalError(ErrorCode.EDIT_VIEW_ONLY)
        headers = request.headers
        made = writing.put(
            visit,
            request._request,
            lock=headers.get("X-WOPI-Lock", ""),
            reason=wire.reason(headers),
            known=wire.own(headers, "Timestamp"),
        )
        newest = editing.revision(visit.editing)
        response = JsonResponse({"LastModifiedTime": writing.modified(newest)})
        response["X-WOPI-ItemVersion"] = str(newest.number if made.side else made.number)
        return response
