"""Creating, finding, renewing and ending sessions.

Every transition is one conditional UPDATE; when it changes no row, the row is read once more and
the precise error raised. There are no locks, but for a client with a limit while it opens one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.clients import rates
from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.core import batches
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, is_guid, is_token, new_token
from apps.document_sessions.lifecycle import LIVE, Lifetime, State, renewal_is_due, state_at
from apps.document_sessions.models import DocumentSession
from apps.tallies.figures import CLIENT_SESSIONS, SESSIONS

# How long after its end a session still answers "expired" or "stopped" rather than "unknown".
_REMEMBERED = timedelta(days=1)


def create(
    actor: Actor,
    *,
    kind: DocumentSession.Kind,
    dialect: str,
    lifetime: Lifetime,
    external_id: str = "",
    echo: dict[str, object] | None = None,
    new_identity: Callable[[], str] = new_token,
) -> tuple[DocumentSession, str]:
    """Opens a session and returns it with its id, which is told once and stored as a digest.

    `new_identity` makes the id, for protocols whose ids look otherwise (`ids.new_guid`). Raises
    QUOTA_EXCEEDED when the client has as many live sessions as it may have.
    """
    client = actor.require_client()
    if client.is_sandbox:
        lifetime = lifetime.at_most(timedelta(hours=settings.SANDBOX_HOURS))
    identity = new_identity()
    with transaction.atomic():
        now = _admitted(client)
        ends_at = lifetime.ends_at(now)
        session = DocumentSession.objects.create(
            digest=digest(identity),
            kind=kind,
            dialect=dialect,
            client=client,
            created_at=now,
            touched_at=now,
            expires_at=lifetime.expires_at(now, ends_at),
            ends_at=ends_at,
            idle_seconds=round(lifetime.idle.total_seconds()),
            external_id=external_id[:255],
            echo=echo or {},
        )
        SESSIONS.add_on_commit(kind=kind, dialect=dialect)
        CLIENT_SESSIONS.add_on_commit(client=client.name)
    return session, identity


def _admitted(client: ApiClient) -> datetime:
    """The moment at which the client may open one more session. Raises QUOTA_EXCEEDED.

    Where there is a limit, the client's row is written first: until the transaction ends nobody
    else opens a session of this client, so that the count holds.
    """
    most = rates.limits(client).live_sessions
    if most is None:
        return timezone.now()
    limited = ApiClient.objects.filter(pk=client.pk)
    limited.update(maximum_live_sessions=F("maximum_live_sessions"))
    now = timezone.now()
    live = DocumentSession.objects.filter(client=client, state__in=LIVE, expires_at__gt=now).count()
    if live >= most:
        raise PortalError(
            ErrorCode.QUOTA_EXCEEDED,
            f"The client has {live} live sessions, as many as it may have.",
            limit=most,
        )
    return now


def find(
    actor: Actor, identity: str, *, kinds: tuple[DocumentSession.Kind, ...]
) -> DocumentSession:
    """The live session with this id.

    A client finds its own sessions only; a viewer finds the one whose id it holds. Raises
    SESSION_NOT_FOUND, SESSION_EXPIRED, or SESSION_STOPPED with the stop notice.
    """
    session = None
    if is_token(identity) or is_guid(identity):
        session = (
            DocumentSession.objects.filter(digest=digest(identity), kind__in=kinds)
            .select_related("client")
            .first()
        )
    if session is None or (actor.kind == "client" and session.client_id != actor.client_id):
        raise PortalError(ErrorCode.SESSION_NOT_FOUND)
    ensure_live(session)
    return session


def ensure_live(session: DocumentSession) -> None:
    """Raises SESSION_STOPPED or SESSION_EXPIRED when the session is no longer live."""
    state = state_at(session, timezone.now())
    if state == State.STOPPED:
        raise PortalError(
            ErrorCode.SESSION_STOPPED,
            session.stop_message,
            status=session.stop_status,
            message=session.stop_message,
        )
    if state == State.EXPIRED or not session.client.is_active:
        raise PortalError(ErrorCode.SESSION_EXPIRED)


def touch(session: DocumentSession, *, always: bool = False) -> None:
    """Notes a use: moves the expiry, never past `ends_at`. Most uses write nothing, or `always`."""
    now = timezone.now()
    if not always and not renewal_is_due(session.touched_at, now, session.lifetime.idle):
        return
    expires_at = session.lifetime.expires_at(now, session.ends_at)
    if _transition(session, now, touched_at=now, expires_at=expires_at):
        session.touched_at, session.expires_at = now, expires_at


def activate(session: DocumentSession) -> None:
    """Notes that somebody looks at the session; again is no error."""
    if session.state != State.ACTIVE:
        _require(session, _transition(session, timezone.now(), state=State.ACTIVE))


def stop(session: DocumentSession, *, status: int = 403, message: str = "") -> None:
    """Ends the session; later calls get the status and message. Stopping twice keeps the first."""
    now = timezone.now()
    changed = _transition(
        session,
        now,
        state=State.STOPPED,
        stopped_at=now,
        stop_status=status,
        stop_message=message or "This session was stopped.",
    )
    _require(session, changed)


def stop_as_administrator(actor: Actor, session: DocumentSession, *, message: str = "") -> None:
    """Ends a session whoever opened it. Raises NOT_AUTHENTICATED unless an administrator asks."""
    if not actor.is_administrator:
        raise PortalError(ErrorCode.NOT_AUTHENTICATED, "This is for administrators.")
    stop(session, message=message or "This session was stopped by an administrator.")


def delete(*sessions: DocumentSession) -> None:
    """Removes sessions with all that hangs on them."""
    DocumentSession.objects.filter(pk__in=[session.pk for session in sessions]).delete()


def sweep(batch: int = batches.SIZE) -> int:
    """Deletes sessions that ended long enough ago; returns how many.

    Two questions, for each has an index of its own.
    """
    long_ago = timezone.now() - _REMEMBERED
    expired = DocumentSession.objects.filter(expires_at__lt=long_ago).order_by("expires_at")
    stopped = DocumentSession.objects.filter(stopped_at__lt=long_ago).order_by("stopped_at")
    return batches.delete(expired, batch) + batches.delete(stopped, batch)


def _transition(session: DocumentSession, now: datetime, **changes: object) -> bool:
    """One conditional UPDATE of a live session; False when it is not live any more."""
    return bool(
        DocumentSession.objects.filter(pk=session.pk, state__in=LIVE, expires_at__gt=now).update(
            **changes
        )
    )


def _require(session: DocumentSession, changed: bool) -> None:
    """After a transition that changed no row: raises why, having read the row once more."""
    if changed:
        session.refresh_from_db()
        return
    current = DocumentSession.objects.filter(pk=session.pk).select_related("client").first()
    if current is None:
        raise PortalError(ErrorCode.SESSION_NOT_FOUND)
    ensure_live(current)
