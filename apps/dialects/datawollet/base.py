"""What all calls of DataWollet share: who asks, the session they name, and its key cookie."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from apps.clients.authentication import OriginAuthentication
from apps.core import partitioned
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.base import DialectView, PublicView
from apps.dialects.datawollet import cors, errors
from apps.envelopes.services import Attached
from apps.extraction import services as extraction
from apps.extraction.services import Extraction, Started

DIALECT = "datawollet"
SESSION_HEADER = "Session-Id"
_COOKIE = "__Host-recto-"


class DatawolletView(DialectView):
    """A call of an integrator's server, or of the page of a public client."""

    authentication_classes = [OriginAuthentication]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answers; a page may read the answer if its origin is registered."""
        if cors.is_preflight(request):
            return cors.preflight(request, self.allowed_methods)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        cors.allow(request, response)
        response["Cache-Control"] = "no-store"
        return response

    def render_error(self, error: PortalError) -> HttpResponse:
        return errors.render(error)

    @property
    def session_id(self) -> str:
        """The session that the request names; blank for none."""
        return str(self.request.headers.get(SESSION_HEADER, "")).strip()

    @property
    def keys(self) -> dict[str, str]:
        """The session keys that came along, by the handle of their partition."""
        return {
            name.removeprefix(_COOKIE): value
            for name, value in self.request.COOKIES.items()
            if name.startswith(_COOKIE)
        }

    def extraction(self) -> Extraction:
        """The live session of the request. Raises INPUT_MISSING, and what `find` raises."""
        if not self.session_id:
            raise PortalError(
                ErrorCode.INPUT_MISSING,
                f"The header {SESSION_HEADER} names the session.",
                at=SESSION_HEADER,
            )
        return extraction.find(self.actor, self.session_id, self.keys)

    def attached(self) -> Attached:
        """The envelope of the session. Raises ENVELOPE_MISSING, and what `reattach` raises."""
        return extraction.attached(self.extraction())


class NotRouted(DatawolletView, PublicView):
    """Paths below the dialect's prefixes that no other view answers."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if cors.is_preflight(request):
            return cors.preflight(request, ("GET", "POST", "DELETE"))
        response = self.render_error(
            PortalError(ErrorCode.NOT_ROUTED, f"No endpoint at {request.path}.")
        )
        cors.allow(request, response)
        return response


def give_key(response: HttpResponse, started: Started) -> None:
    """Sends the session's key as a partitioned cookie, for as long as the session may last."""
    session = started.extraction.session
    partitioned.set_cookie(
        response,
        _COOKIE + extraction.handle_of(started.extraction.detail),
        started.key,
        seconds=round((session.ends_at - session.touched_at).total_seconds()),
    )


def take_key(response: HttpResponse, handle: str) -> None:
    """Deletes the key's cookie."""
    partitioned.delete_cookie(response, _COOKIE + handle)


def answer(members: object, *, status: int = 200) -> JsonResponse:
    """A JSON answer."""
    return JsonResponse(members, status=status, safe=False)
