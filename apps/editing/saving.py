"""Writing documents: each save is a version, and none that arrives is lost.

Bytes first, rows second. The number moves by one conditional UPDATE: whoever comes too late is
told so, and what was sent is kept beside the document.
"""

from __future__ import annotations

import io
import logging
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.document_sessions import services as sessions
from apps.editing import drawing, events, pushing, sources
from apps.editing.models import EditDetail, EditedDocument, OfficeFile, PendingSave, Revision
from apps.editing.office import locks
from apps.editing.services import Editing, revision
from apps.workfiles import services as workfiles
from apps.workfiles.formats import FORMATS
from apps.workfiles.models import WorkFile

logger = logging.getLogger(__name__)
Reason = Revision.Reason
# What pages ask for; the others are the portal's own.
REASONS = (Reason.EXPLICIT, Reason.AUTOSAVE, Reason.CLOSE)
# A beacon holds 64 KiB at most; anything this small is kept even while storage is down.
_PENDING_BYTES = 1024**2
_UNREADABLE_AS_TEXT = {"word", "sheet", "slides", "drawing", "image", "pdf"}


@dataclass(frozen=True, slots=True)
class Author:
    """Who saves, in which session; what is left of one that is gone."""

    user: str
    session: str
    detail_pk: int | None


class _Body:
    """A request's body: when it breaks off that is not the storage's fault."""

    def __init__(self, stream: workfiles.Readable, head: bytes = b"") -> None:
        self._stream, self._head = stream, head

    def read(self, size: int, /) -> bytes:
        if self._head:
            piece, self._head = self._head[:size], self._head[size:]
            return piece
        try:
            return self._stream.read(size)
        except OSError as error:
            raise PortalError(
                ErrorCode.MALFORMED_BODY, "The body broke off; nothing was stored.", at="body"
            ) from error


def save(
    editing: Editing, stream: workfiles.Readable, *, expected: int, reason: str, extension: str = ""
) -> Revision:
    """Stores the document as the version after `expected`, which must be the newest.

    The same bytes sent again by the same session after the same version are the same save.
    Raises EDIT_VIEW_ONLY, AUTOSAVE_DISABLED; REVISION_CONFLICT with `current` and `kept`, the
    version beside the document that holds what was sent; EDIT_SESSION_OVER with `kept`;
    DOCUMENT_TOO_LARGE, DOCUMENT_EMPTY, FORMAT_MISMATCH, FORMAT_UNRECOGNIZED, STORAGE_FAILED and
    what `drawing` raises of mark-up: then nothing is stored.
    """
    _allow(editing, reason)
    work_file = _take_in(editing, _Body(stream), extension)
    return _commit(editing, work_file, expected=expected, reason=reason)


def save_locked(
    editing: Editing, stream: workfiles.Readable, *, holder: str, expected: int, reason: str
) -> Revision:
    """Stores what an office suite sends as the version after `expected`, under its lock `holder`.

    Also after its person has closed the page. The newest version's content again makes no version.
    What the suite saves unasked with autosave off is kept beside. Raises as :func:`save` does.
    """
    _allow(editing, Reason.EXPLICIT)
    work_file = _take_in(editing, _Body(stream), "")
    newest = revision(editing)
    if newest.number == expected and newest.work_file.blob_id == work_file.blob_id:
        _drop(work_file)
        return newest
    own = reason != Reason.EXPLICIT and not editing.detail.autosave
    return _commit(editing, work_file, expected=expected, reason=reason, holder=holder, beside=own)


def keep_draft(
    editing: Editing, stream: workfiles.Readable, *, expected: int, extension: str = ""
) -> None:
    """Keeps what is not saved yet; it becomes a version when the person goes away without saving.

    Raises as :func:`save` does, and REVISION_CONFLICT never: that is told when it is saved.
    """
    _allow(editing, Reason.AUTOSAVE)
    if editing.is_over:
        save(editing, stream, expected=expected, reason=Reason.CLOSE, extension=extension)
    work_file = _take_in(editing, _Body(stream), extension)
    with transaction.atomic():
        EditDetail.objects.filter(pk=editing.detail.pk).update(
            draft=work_file, draft_base=expected, failing_since=None
        )
        if editing.detail.draft is not None:
            _drop(editing.detail.draft)


def leave(
    editing: Editing, stream: workfiles.Readable, *, expected: int, extension: str = ""
) -> Revision | None:
    """Stores what a page sends when it is closed; without content, the draft that was kept.

    Something small that storage refuses is kept in the database and stored later: there is no
    page any more to send it again. Raises as :func:`save` does.
    """
    _allow(editing, Reason.CLOSE)
    content, body = b"", _Body(stream)
    while piece := body.read(_PENDING_BYTES + 1 - len(content)):
        content += piece
    if not content:
        return save_draft(editing.detail)
    try:
        if extension == drawing.MARKUP:
            keep_draft(editing, _Body(stream, content), expected=expected, extension=extension)
            return save_draft(editing.detail)
        work_file = _take_in(editing, _Body(stream, content), extension)
        return _commit(editing, work_file, expected=expected, reason=Reason.CLOSE)
    except PortalError as error:
        if error.code == ErrorCode.STORAGE_FAILED and len(content) <= _PENDING_BYTES:
            PendingSave.objects.create(
                document=editing.document,
                detail=editing.detail,
                content=content,
                base=expected,
                extension=extension or _extension(editing.document),
                author=editing.detail.user,
                session=editing.detail.handle,
            )
        raise


def restore(editing: Editing, label: str, *, expected: int) -> Revision:
    """Makes an earlier version, or one kept beside the document, the newest.

    Raises EDIT_VIEW_ONLY, REVISION_NOT_FOUND, REVISION_CONFLICT, EDIT_SESSION_OVER.
    """
    _allow(editing, Reason.RESTORE)
    source = revision(editing, label).work_file
    copy = workfiles.hand_out(
        editing.client,
        source.blob,
        extension=source.extension,
        name=source.name,
        keep=sources.keep(editing.client),
    )
    return _commit(editing, copy, expected=expected, reason=Reason.RESTORE)


def close(editing: Editing) -> Revision | None:
    """Ends the session as its person does; what was drafted becomes a version before."""
    made = save_draft(editing.detail)
    with transaction.atomic():
        EditDetail.objects.filter(pk=editing.detail.pk, closed_at=None).update(
            closed_at=timezone.now()
        )
        sessions.stop(editing.session, status=410, message="The document was closed.")
        events.closed(editing.detail, "closed")
    return made


def save_draft(detail: EditDetail) -> Revision | None:
    """Makes what a person left unsaved a version; None where there is nothing.

    A conflict makes a version beside. Raises what `drawing.built` does: then it stays a draft.
    """
    fresh = EditDetail.objects.select_related("draft__blob", "document__client").get(pk=detail.pk)
    if fresh.draft is None:
        return None
    author = Author(fresh.user, str(fresh.handle), fresh.pk)
    expected = fresh.draft_base
    work_file = drawing.built(fresh.document, fresh.draft, expected)
    with transaction.atomic():
        # By number: who was faster may have removed it, and then it knows its own no more.
        if not EditDetail.objects.filter(pk=fresh.pk, draft=fresh.draft_id).update(draft=None):
            return None
        return _write(fresh.document, work_file, author, expected=expected, reason=Reason.CLOSE)


def save_pending(pending: PendingSave) -> Revision:
    """Stores what arrived while storage was down. Raises what storage raises."""
    actor = Actor.of_client(pending.document.client, ())
    content = io.BytesIO(bytes(pending.content))
    arrived = _store(actor, content, pending.document, pending.extension)
    work_file = drawing.built(pending.document, arrived, pending.base)
    author = Author(pending.author, str(pending.session), pending.detail_id)
    with transaction.atomic():
        made = _write(
            pending.document, work_file, author, expected=pending.base, reason=Reason.CLOSE
        )
        pending.delete()
    return made


def _allow(editing: Editing, reason: str) -> None:
    """The one gate that every write passes."""
    detail = editing.detail
    if detail.access != EditDetail.Access.EDIT:
        raise PortalError(ErrorCode.EDIT_VIEW_ONLY)
    if not detail.autosave and reason in (Reason.AUTOSAVE, Reason.CLOSE):
        raise PortalError(ErrorCode.AUTOSAVE_DISABLED)
    if detail.error_code:
        raise PortalError(ErrorCode(detail.error_code), detail.error_detail)
    if detail.fetching or editing.document.head == 0:
        raise PortalError(ErrorCode.DOCUMENT_MISSING)


def _take_in(editing: Editing, body: _Body, extension: str) -> WorkFile:
    try:
        return _store(editing.owner, body, editing.document, extension)
    except PortalError:
        raise
    except Exception as error:
        logger.exception("A save was not stored")
        raise _failure(editing) from error


def _store(
    actor: Actor, body: workfiles.Readable, document: EditedDocument, extension: str
) -> WorkFile:
    """What was sent, as a file of the client. Raises FORMAT_MISMATCH for another kind of file."""
    if extension == drawing.MARKUP:
        return drawing.take_in(actor, body, document)
    client = actor.require_client()
    named = extension or _extension(document)
    first = body.read(64 * 1024)
    if not first and named in FORMATS and FORMATS[named].is_textual:
        # A text may be emptied.
        blob = workfiles.keep_bytes(b"")
        keep = sources.keep(client)
        return workfiles.hand_out(client, blob, extension=named, name=document.name, keep=keep)
    work_file = workfiles.upload(
        actor,
        _Body(body, first),
        extension=named,
        name=document.name,
        keep=sources.keep(client),
    )
    allowed = _allowed(document)
    if work_file.extension not in allowed:
        work_file.delete()
        raise PortalError(
            ErrorCode.FORMAT_MISMATCH,
            f"What was sent is of the format {work_file.extension}; the document is "
            f"{' or '.join(sorted(allowed))}.",
            at="body",
        )
    return work_file


def _extension(document: EditedDocument) -> str:
    newest = document.revisions.filter(side=False).order_by("-number")
    return str(newest.values_list("work_file__extension", flat=True)[0])


def _allowed(document: EditedDocument) -> set[str]:
    """The formats a document may be saved in: those it has had, and an annotated PDF of it."""
    had = set(document.revisions.values_list("work_file__extension", flat=True).distinct())
    printable = any(FORMATS[one].family in _UNREADABLE_AS_TEXT for one in had)
    return had | ({"pdf"} if printable else set())


def _commit(
    editing: Editing,
    work_file: WorkFile,
    *,
    expected: int,
    reason: str,
    holder: str = "",
    beside: bool = False,
) -> Revision:
    detail, document = editing.detail, editing.document
    work_file = drawing.built(document, work_file, expected)
    author = Author(detail.user, str(detail.handle), detail.pk)
    late = editing.is_over and not holder
    try:
        made = _write(
            document,
            work_file,
            author,
            expected=expected,
            reason=reason,
            holder=holder,
            beside=beside or late,
        )
    except DatabaseError as error:
        logger.exception("A save was not noted")
        raise _failure(editing) from error
    if late:
        raise PortalError(ErrorCode.EDIT_SESSION_OVER, kept=made.label)
    document.refresh_from_db(fields=["head", "saved_at"])
    if made.side and not beside:
        raise PortalError(ErrorCode.REVISION_CONFLICT, current=document.head, kept=made.label)
    return made


@transaction.atomic
def _write(
    document: EditedDocument,
    work_file: WorkFile,
    author: Author,
    *,
    expected: int,
    reason: str,
    holder: str = "",
    beside: bool = False,
) -> Revision:
    """The new version: the next one if `expected` is the newest, else one beside the document.

    Beside it too where an office suite has locked it, but for that suite (`holder`).
    """
    now = timezone.now()
    rows = EditedDocument.objects.filter(pk=document.pk)
    until = now + sources.keep(document.client)
    wins = not beside and bool(
        rows.filter(locks.free(holder), head=expected).update(
            head=expected + 1, saved_at=now, kept_until=until
        )
    )
    number = expected + 1
    if not wins:
        if again := _same(document, work_file, author, expected):
            _drop(work_file)
            return again
        rows.update(sides=F("sides") + 1)
        number = rows.values_list("sides", flat=True).get()
    made = Revision.objects.create(
        document=document,
        number=number,
        side=not wins,
        base=expected,
        work_file=work_file,
        size=work_file.blob.size,
        reason=reason,
        author=author.user,
        session=author.session,
        created_at=now,
    )
    if wins:
        # What was drafted before is in it, or was given up for it.
        EditDetail.objects.filter(pk=author.detail_pk, draft_base__lte=expected).update(draft=None)
        EditDetail.objects.filter(pk=author.detail_pk).update(
            saves=F("saves") + 1, failing_since=None
        )
        OfficeFile.objects.filter(document=document, lock=holder).update(base=number)
        events.saved(document, made)
        pushing.wanted(document, made, author.detail_pk)
        _forget_autosaves(document, number)
    elif not (beside and holder):
        current = rows.values_list("head", flat=True).get()
        events.conflict(document, made, current=current)
    return made


def _same(
    document: EditedDocument, work_file: WorkFile, author: Author, expected: int
) -> Revision | None:
    """The version that these very bytes made already: a save delivered twice."""
    return document.revisions.filter(
        base=expected, work_file__blob=work_file.blob_id, session=author.session
    ).first()


def _forget_autosaves(document: EditedDocument, number: int) -> None:
    old = number - settings.EDITOR_AUTOSAVES_KEPT
    if old > 0:
        document.revisions.filter(side=False, reason=Reason.AUTOSAVE, number__lte=old).delete()


def _drop(work_file: WorkFile) -> None:
    """Removes a file that nothing needs any more; the sweep takes what is left."""
    with suppress(DatabaseError), transaction.atomic():
        WorkFile.objects.filter(pk=work_file.pk).delete()


def _failure(editing: Editing) -> PortalError:
    """Tells of a save that was not stored, as far as the database can still be written."""
    with suppress(DatabaseError):
        events.failed(editing.detail, ErrorCode.STORAGE_FAILED)
    return PortalError(ErrorCode.STORAGE_FAILED)
