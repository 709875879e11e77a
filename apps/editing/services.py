"""Edit sessions: opening them with a launch token, finding them, and the versions to be read.

What is written stands in `saving`, how tokens are made in `tokens`.
"""

from __future__ import annotations

import hmac
import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, seal
from apps.core.queue import enqueue
from apps.document_sessions import services as sessions
from apps.document_sessions.lifecycle import Lifetime, State
from apps.document_sessions.models import DocumentSession
from apps.editing import parameters, partner, sources, tokens
from apps.editing.models import EditDetail, EditedDocument, LaunchToken
from apps.editing.models import Revision as Revision
from apps.editing.parameters import Parameters

EDIT = DocumentSession.Kind.EDIT


@dataclass(slots=True)
class Editing:
    """An edit session as its person uses it."""

    session: DocumentSession
    detail: EditDetail
    wanted: Parameters

    @property
    def client(self) -> ApiClient:
        """The program that launched it."""
        return self.session.client

    @property
    def document(self) -> EditedDocument:
        """What is edited."""
        return self.detail.document

    @property
    def owner(self) -> Actor:
        """The program, for what is done in its name."""
        return Actor.of_client(self.session.client, ())

    @property
    def is_over(self) -> bool:
        """Whether the session has ended."""
        return self.session.current_state not in (State.CREATED, State.ACTIVE)

    @property
    def handle(self) -> str:
        """What the session is called in addresses."""
        return str(self.detail.handle)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a token was exchanged for; `secret` opens the session and is told once."""

    editing: Editing
    secret: str = field(repr=False)


def open_session(token: str, *, dialect: str) -> Opened:
    """Exchanges a launch token for a session. A failure leaves the token as it was.

    Raises LAUNCH_TOKEN_WRONG, LAUNCH_TOKEN_USED, QUOTA_EXCEEDED, WORK_FILE_NOT_FOUND.
    """
    found = tokens.find(token)
    if found is None:
        raise PortalError(ErrorCode.LAUNCH_TOKEN_WRONG)
    with transaction.atomic():
        tokens.exchange(found)
        return _open(found.client, found.parameters, dialect=dialect, token=found)


def open_beside(editing: Editing, file: str, *, name: str = "") -> Editing:
    """Another session of the same person, on another work file of the client.

    Raises QUOTA_EXCEEDED, WORK_FILE_NOT_FOUND.
    """
    sent = tokens.sent(LaunchToken(parameters=editing.detail.parameters)) | {"file": file}
    with transaction.atomic():
        opened = _open(
            editing.client, seal(json.dumps(sent)), dialect=editing.session.dialect
        ).editing
        if name:
            opened.document.name = name
            opened.document.save(update_fields=["name"])
    return opened


def _open(
    client: ApiClient, sealed: str, *, dialect: str, token: LaunchToken | None = None
) -> Opened:
    wanted = parameters.read(tokens.sent(LaunchToken(parameters=sealed)))
    maximum = timedelta(seconds=client.session_maximum_seconds)
    idle = min(timedelta(seconds=client.session_idle_seconds), maximum)
    handle = uuid.uuid4()
    document = sources.document(client, wanted, handle=str(handle))
    session, secret = sessions.create(
        Actor.of_client(client, ()),
        kind=EDIT,
        dialect=dialect,
        lifetime=Lifetime(idle=idle, maximum=maximum),
        external_id=document.name,
    )
    detail = EditDetail.objects.create(
        session=session,
        handle=handle,
        token=token,
        document=document,
        user=wanted.user,
        access=EditDetail.Access.EDIT if wanted.may_edit else EditDetail.Access.VIEW,
        autosave=wanted.may_edit and wanted.autosave,
        parameters=sealed,
        fetching=document.source != EditedDocument.Source.WORK_FILE,
    )
    if detail.fetching:
        enqueue("editing.fetch", session.pk)
    return Opened(Editing(session, detail, wanted), secret)


def opened_with(token: str, secrets: Mapping[str, str]) -> str:
    """The handle of the session that a token opened, if its secret is among `secrets` (by handle).

    So that going back to the address with the token leads on. Blank for none.
    """
    found = tokens.find(token)
    detail = EditDetail.objects.filter(token=found).first() if found else None
    if detail is None:
        return ""
    handle = str(detail.handle)
    try:
        find(handle, secrets.get(handle, ""))
    except PortalError:
        return ""
    return handle


def find(handle: str, secret: str, *, over_too: bool = False) -> Editing:
    """The session with this handle, for whoever holds its secret; a use of it.

    With `over_too` also one that its person closed or that has expired: what is sent then is
    still kept. Raises SESSION_KEY_WRONG, SESSION_NOT_FOUND, SESSION_EXPIRED, SESSION_STOPPED.
    """
    if not secret:
        raise PortalError(ErrorCode.SESSION_KEY_WRONG)
    guid = _guid(handle)
    detail = _details().filter(handle=guid).first() if guid else None
    if detail is None or not hmac.compare_digest(detail.session.digest, digest(secret)):
        raise PortalError(ErrorCode.SESSION_NOT_FOUND)
    return _enter(detail, over_too=over_too)


def enter(session_pk: int, *, over_too: bool = False) -> Editing:
    """A session, for whoever has proven a right to it; a use of it. Raises as :func:`find` does."""
    return _enter(_details().get(pk=session_pk), over_too=over_too)


def _enter(detail: EditDetail, *, over_too: bool) -> Editing:
    editing = Editing(detail.session, detail, parameters_of(detail))
    expired = editing.session.current_state == State.EXPIRED
    if over_too and (expired or detail.closed_at) and editing.client.is_active:
        return editing
    sessions.ensure_live(editing.session)
    sessions.activate(editing.session)
    sessions.touch(editing.session)
    return editing


def parameters_of(detail: EditDetail) -> Parameters:
    """The parameters the session was launched with."""
    return parameters.read(tokens.sent(LaunchToken(parameters=detail.parameters)))


def fetch(session_pk: int) -> None:
    """Fetches the document of a session whose document is elsewhere."""
    detail = _details().filter(pk=session_pk, fetching=True).first()
    if detail is not None:
        sources.fetch(detail, parameters_of(detail))


def unlock(session_pk: int) -> None:
    """Gives back a session's lock on the client's server; one that cannot be reached is let be.

    Not while a version is still to be sent there.
    """
    detail = _details().filter(pk=session_pk, locked=True, document__push=None).first()
    if detail is None:
        return
    with suppress(PortalError):
        partner.unlock(detail.document.client, parameters_of(detail), str(detail.handle))
    EditDetail.objects.filter(pk=session_pk).update(locked=False)


def relock(session_pk: int) -> None:
    """Takes a session's lock on the client's server again, so that it does not lapse.

    Where somebody else has it by now, the entity tags alone guard the document. Where nobody
    answers it is tried again.
    """
    detail = _details().filter(pk=session_pk, locked=True).first()
    if detail is None:
        return
    with suppress(PortalError):
        wanted, name = parameters_of(detail), str(detail.handle)
        ours = bool(partner.lock(detail.document.client, wanted, name))
        rows = EditDetail.objects.filter(pk=session_pk)
        rows.update(locked=ours, locked_at=timezone.now())


# --- Versions -----------------------------------------------------------------------------------


def head(editing: Editing) -> Revision | None:
    """The newest version; None while the document is being fetched.

    Raises why it could not be.
    """
    detail = editing.detail
    if detail.error_code:
        raise PortalError(ErrorCode(detail.error_code), detail.error_detail)
    if detail.fetching:
        return None
    return _revisions(editing).get(side=False, number=editing.document.head)


def revision(editing: Editing, label: str = "") -> Revision:
    """A version by its name (`4`, `s1`), by default the newest.

    Raises REVISION_NOT_FOUND, NOT_READY while the document is being fetched, and why it could not
    be.
    """
    newest = _shown(editing)
    if not label:
        return newest
    side, number = label.startswith("s"), label.removeprefix("s")
    found = None
    if number.isascii() and number.isdecimal() and len(number) < 10:
        found = _revisions(editing).filter(side=side, number=int(number)).first()
    if found is None:
        raise PortalError(ErrorCode.REVISION_NOT_FOUND, f"There is no version {label[:20]!r}.")
    return found


def revisions(editing: Editing, *, before: int | None = None, limit: int = 100) -> list[Revision]:
    """The versions, newest first; `before` is the primary key that the last page ended with.

    Raises NOT_READY while the document is being fetched, and why it could not be.
    """
    _shown(editing)
    rows = _revisions(editing).order_by("-pk")
    return list(rows.filter(pk__lt=before)[:limit] if before is not None else rows[:limit])


def _shown(editing: Editing) -> Revision:
    """The newest version, where this person may see the document at all.

    One that lives on the client's server may be here from somebody else's session: until that
    server has let this person in, and where it has not, no version is shown.
    """
    newest = head(editing)
    if newest is None:
        raise PortalError(ErrorCode.NOT_READY)
    return newest


def _revisions(editing: Editing) -> QuerySet[Revision]:
    return editing.document.revisions.select_related("work_file__blob")


def _details() -> QuerySet[EditDetail]:
    return EditDetail.objects.select_related("session__client", "document__client", "draft__blob")


def _guid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
