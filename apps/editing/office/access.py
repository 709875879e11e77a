"""Letting an office suite in: a token for one edit session, told once, and what it opens."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, is_token, new_token
from apps.editing import services
from apps.editing.models import EditDetail, EditedDocument, OfficeFile, OfficeToken
from apps.editing.office import discovery
from apps.editing.office.locks import LIFE
from apps.editing.office.proof import Proof
from apps.editing.services import Editing


@dataclass(slots=True)
class Visit:
    """An office suite at work for the person of an edit session."""

    editing: Editing
    file: OfficeFile

    @property
    def may_write(self) -> bool:
        """Whether the person may change the document."""
        return self.editing.detail.access == EditDetail.Access.EDIT

    @property
    def may_save_as(self) -> bool:
        """Whether the person may make and name files: the client's work files, nobody else's."""
        source = self.editing.document.source
        return self.may_write and source == EditedDocument.Source.WORK_FILE


@dataclass(frozen=True, slots=True)
class Pass:
    """What lets the suite in: `source` is the file's address as the suite calls us."""

    source: str
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Frame:
    """What the page needs to open the suite: where, and the pass to hand over."""

    address: str
    granted: Pass


def origin(editing: Editing) -> str:
    """Where the office suite that opens this document comes from; blank where none does.

    Raises REMOTE_FAILED where a document would be edited in a suite that does not answer.
    """
    template = _template(editing)
    return discovery.origin(template) if template else ""


def frame(editing: Editing) -> Frame:
    """The suite for this session, with a new token. Raises FORMAT_UNSUPPORTED where none opens it,
    and as :func:`origin` does."""
    template = _template(editing)
    if not template:
        raise PortalError(ErrorCode.FORMAT_UNSUPPORTED)
    granted = grant(editing)
    address = discovery.fill(template, granted.source, locale=editing.wanted.locale)
    return Frame(address, granted)


def _template(editing: Editing) -> str:
    if not discovery.is_configured():
        return ""
    newest = services.head(editing)
    if newest is None:
        return ""
    may_edit = editing.detail.access == EditDetail.Access.EDIT
    extension = newest.work_file.extension
    if not discovery.is_for_offices(extension):
        return ""
    try:
        return discovery.current().action(extension, may_edit=may_edit)
    except PortalError:
        if may_edit:
            # Editing its PDF instead would change what the document is.
            raise
        return ""


def grant(editing: Editing) -> Pass:
    """A token for the session, good for as long as that may last."""
    file = file_of(editing.document)
    token, expires_at = new_token(), editing.session.ends_at
    OfficeToken.objects.create(digest=digest(token), detail=editing.detail, expires_at=expires_at)
    return Pass(f"{settings.WOPI_HOST_URL}/wopi/files/{file.handle}", token, expires_at)


def file_of(document: EditedDocument, folder: uuid.UUID | None = None) -> OfficeFile:
    """The document as suites know it, by the same handle for everybody who edits it."""
    handle = uuid.uuid4()
    file, _ = OfficeFile.objects.get_or_create(
        document=document, defaults={"handle": handle, "folder": folder or handle}
    )
    return file


def enter(handle: str, token: str, *, over_too: bool = False) -> Visit:
    """What a token opens; a use of its session.

    With `over_too` also one that ended while the suite may hold the lock: it saves once more then.
    Raises NOT_AUTHENTICATED for a token that is no good, SESSION_EXPIRED and SESSION_STOPPED, and
    WORK_FILE_NOT_FOUND where it is for another file.
    """
    found = None
    if is_token(token):
        earliest = timezone.now() - (LIFE if over_too else timedelta())
        found = OfficeToken.objects.filter(digest=digest(token), expires_at__gt=earliest).first()
    if found is None:
        raise PortalError(ErrorCode.NOT_AUTHENTICATED, "The access token is not valid.")
    editing = services.enter(found.detail_id, over_too=over_too)
    file = OfficeFile.objects.filter(document=editing.document).first()
    if file is None or str(file.handle) != handle.lower():
        raise PortalError(ErrorCode.WORK_FILE_NOT_FOUND, "The token is for another file.")
    return Visit(editing, file)


def check_proof(proof: Proof) -> None:
    """Refuses what the configured suite has not signed, where it signs at all.

    Raises SESSION_KEY_WRONG, and REMOTE_FAILED where the suite's keys cannot be had.
    """
    found = discovery.current()
    if found.key is None and not settings.WOPI_REQUIRE_PROOF:
        return
    if not proof.is_fresh(timezone.now()):
        raise PortalError(ErrorCode.SESSION_KEY_WRONG, "The proof is older than 20 minutes.")
    if proof.holds(found.key, found.old_key):
        return
    found = discovery.reread()
    if not proof.holds(found.key, found.old_key):
        raise PortalError(ErrorCode.SESSION_KEY_WRONG, "The proof is not the office suite's.")
