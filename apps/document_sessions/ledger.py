"""The sessions of a program, of every kind: to look at, and to stop. Their ids are not known here.

An id opens its document and is stored as a digest; who wants to look a session up by it brings it.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest
from apps.document_sessions import services
from apps.document_sessions.lifecycle import LIVE, State
from apps.document_sessions.models import DocumentSession as DocumentSession

KINDS = tuple(DocumentSession.Kind.values)
STATES = tuple(State)


def sessions(
    actor: Actor,
    *,
    state: str = "",
    kind: str = "",
    external_id: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[DocumentSession]:
    """The client's own sessions, newest first: those with a number below `before`.

    Blank filters are none. Raises SCOPE_MISSING.
    """
    rows = _own(actor)
    wanted = {"kind": kind, "external_id": external_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if state:
        rows = rows.filter(_is(State(state)))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def session(actor: Actor, identity: str) -> DocumentSession:
    """One of the client's sessions, by its number or its id. Raises SESSION_NOT_FOUND."""
    is_number = identity.isascii() and identity.isdigit() and len(identity) < 19
    by = Q(pk=int(identity)) if is_number else Q(digest=digest(identity))
    found = _own(actor).filter(by).first()
    if found is None:
        raise PortalError(ErrorCode.SESSION_NOT_FOUND)
    return found


def stop(actor: Actor, identity: str, message: str = "") -> DocumentSession:
    """Ends one of the client's sessions; one that is over stays as it is.

    Raises SCOPE_MISSING, SESSION_NOT_FOUND.
    """
    actor.require("sessions:write")
    found = session(actor, identity)
    if found.current_state in LIVE:
        services.stop(found, message=message)
        actor.note("session stopped", found, message)
    return found


def _own(actor: Actor) -> QuerySet[DocumentSession]:
    actor.require("sessions:read")
    return DocumentSession.objects.filter(client=actor.require_client())


def _is(state: State) -> Q:
    if state == State.STOPPED:
        return Q(state=state)
    now = timezone.now()
    if state == State.EXPIRED:
        return Q(state__in=LIVE, expires_at__lte=now)
    return Q(state=state, expires_at__gt=now)
