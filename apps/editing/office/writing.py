"""What an office suite writes: versions of the document, copies under other names, a new name."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from apps.core.errors import ErrorCode, PortalError
from apps.editing import events, saving, services, sources
from apps.editing.models import EditDetail, EditedDocument, OfficeFile, Revision
from apps.editing.office import access, locks
from apps.editing.office.access import Pass, Visit
from apps.workfiles import services as workfiles
from apps.workfiles.formats import FORMATS

LONGEST_NAME = 200


class Copy(NamedTuple):
    """A file that the suite made, and what lets it in."""

    name: str
    granted: Pass


def modified(revision: Revision) -> str:
    """When a version was stored, as suites compare it: ISO 8601 in UTC."""
    return moment(revision.created_at)


def moment(stored: datetime) -> str:
    """The same of a moment."""
    return stored.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def put(
    visit: Visit, stream: workfiles.Readable, *, lock: str, reason: str, known: str = ""
) -> Revision:
    """The next version, under the suite's lock; without one only of a document that is empty.

    `known` is the moment of the version the suite has, where it says so. Raises DOCUMENT_LOCKED
    with `lock`; REVISION_CONFLICT where the document was changed behind the suite: what was sent
    is then kept beside it, unless the suite asks its person first (`known`); told of it, the suite
    may write over it. Raises as `saving.save` does besides.
    """
    editing, file = visit.editing, visit.file
    newest = services.revision(editing)
    holder = locks.holder(file)
    if holder != lock or (not holder and newest.size):
        if editing.is_over:
            # There will be no better moment: kept beside the document, and told as over.
            saving.save(editing, stream, expected=newest.number, reason=Revision.Reason.EXPLICIT)
        raise locks.mismatch(holder)
    if known and known != modified(newest):
        _knows(file, newest.number)
        raise PortalError(ErrorCode.REVISION_CONFLICT, current=newest.number)
    file.refresh_from_db(fields=["base"])
    try:
        return saving.save_locked(
            editing,
            stream,
            holder=holder,
            expected=file.base if holder else newest.number,
            reason=reason,
        )
    except PortalError as error:
        if error.code == ErrorCode.REVISION_CONFLICT:
            _knows(file, int(str(error.data["current"])))
            error.data["lock"] = locks.holder(file)
        raise


def _knows(file: OfficeFile, number: int) -> None:
    OfficeFile.objects.filter(pk=file.pk).update(base=number)


# --- Copies and names -----------------------------------------------------------------------------


def save_as(
    visit: Visit, stream: workfiles.Readable, name: str, *, exactly: bool, over: bool = False
) -> Copy:
    """A new file of the client beside this one; `name` may be an extension (`.odt`).

    Where the name is taken another is made of it, unless it is meant `exactly`: then the file of
    that name gets a next version if `over`. Raises INPUT_CONFLICTS with `free`, a name that is not
    taken; DOCUMENT_LOCKED with `lock`; INPUT_INVALID for no name; METHOD_NOT_ALLOWED where this
    document's files are not ours to make; EDIT_VIEW_ONLY; and as `workfiles.upload` does.
    """
    _require_files(visit)
    if not exactly and name.startswith("."):
        name = PurePosixPath(file_name(visit.editing.document)).stem + name
    wanted, extension = _checked(name, exactly=exactly)
    target = _siblings(visit).get(wanted)
    if exactly and target and not over:
        raise PortalError(
            ErrorCode.INPUT_CONFLICTS, "There is such a file.", free=_free(visit, wanted)
        )
    if exactly and target:
        return _write_over(visit, target, stream)
    client = visit.editing.client
    keep = sources.keep(client)
    made = workfiles.upload(
        visit.editing.owner, stream, extension=extension, name=wanted, keep=keep
    )
    if made.extension != extension:
        made.delete()
        raise PortalError(ErrorCode.FORMAT_MISMATCH, f"What was sent is no {extension}.", at="body")
    with transaction.atomic():
        # Until this ends nobody else takes a name in this folder.
        OfficeFile.objects.filter(handle=visit.file.folder).update(folder=F("folder"))
        wanted = _free(visit, wanted)
        opened = services.open_beside(visit.editing, made.file_id, name=wanted)
        access.file_of(opened.document, visit.file.folder)
        events.created(opened.document, services.revision(opened), opened.detail)
    return Copy(wanted, access.grant(opened))


def _write_over(visit: Visit, target: OfficeFile, stream: workfiles.Readable) -> Copy:
    if holder := locks.holder(target):
        raise locks.mismatch(holder)
    opened = services.open_beside(visit.editing, target.document.file)
    saving.save(opened, stream, expected=opened.document.head, reason=Revision.Reason.EXPLICIT)
    return Copy(file_name(opened.document), access.grant(opened))


def rename(visit: Visit, name: str, *, lock: str) -> str:
    """Gives the document another name, said without an extension; the name it has now, so too.

    Raises DOCUMENT_LOCKED, INPUT_INVALID, METHOD_NOT_ALLOWED, EDIT_VIEW_ONLY.
    """
    _require_files(visit)
    holder = locks.holder(visit.file)
    if holder and holder != lock:
        raise locks.mismatch(holder)
    extension = PurePosixPath(file_name(visit.editing.document)).suffix
    wanted, _ = _checked(name + extension, exactly=False)
    document = visit.editing.document
    with transaction.atomic():
        OfficeFile.objects.filter(handle=visit.file.folder).update(folder=F("folder"))
        if wanted != file_name(document):
            document.name = _free(visit, wanted)
            EditedDocument.objects.filter(pk=document.pk).update(name=document.name)
            events.renamed(document, visit.editing.detail)
    return PurePosixPath(file_name(document)).stem


def file_name(document: EditedDocument) -> str:
    """The document's name with the extension that its newest version has."""
    newest = document.revisions.filter(side=False).order_by("-number").first()
    if newest is None:
        return document.name
    return workfiles.download_name(newest.work_file, document.name, "Document")


def _require_files(visit: Visit) -> None:
    if visit.editing.detail.access != EditDetail.Access.EDIT:
        raise PortalError(ErrorCode.EDIT_VIEW_ONLY)
    if not visit.may_save_as:
        raise PortalError(ErrorCode.METHOD_NOT_ALLOWED, "The document lives on another server.")


def _checked(name: str, *, exactly: bool) -> tuple[str, str]:
    """A name that may be given, and its extension."""
    clean = workfiles.clean_name(name)
    path = PurePosixPath(clean)
    extension = path.suffix.lstrip(".").lower()
    stem = path.stem[:LONGEST_NAME].strip()
    if not stem.strip(".") or (exactly and clean != name) or len(clean) > LONGEST_NAME + 12:
        raise PortalError(ErrorCode.INPUT_INVALID, "This is no name for a file.", at="name")
    if extension not in FORMATS:
        raise PortalError(ErrorCode.INPUT_INVALID, "This format is not known here.", at="name")
    return f"{stem}.{extension}", extension


def _siblings(visit: Visit) -> dict[str, OfficeFile]:
    """The files that were saved from one another, by name."""
    files = OfficeFile.objects.filter(folder=visit.file.folder).select_related("document__client")
    return {file_name(file.document): file for file in files}


def _free(visit: Visit, name: str) -> str:
    """The name, or one like it that no other file here has."""
    taken = _siblings(visit)
    path, number, found = PurePosixPath(name), 1, name
    while found in taken:
        number += 1
        found = f"{path.stem} ({number}){path.suffix}"
    return found
