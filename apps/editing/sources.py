"""Where documents come from: the client's work files, an address, the client's own server."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from django.db import transaction
from django.utils import timezone

from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.core import remote
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest
from apps.editing import events, partner
from apps.editing.models import EditDetail, EditedDocument, Push, Revision
from apps.editing.parameters import Parameters
from apps.workfiles import services as workfiles
from apps.workfiles.models import WorkFile

logger = logging.getLogger(__name__)
Source = EditedDocument.Source


def check(client: ApiClient, wanted: Parameters) -> None:
    """Raises WORK_FILE_NOT_FOUND or REMOTE_REFUSED, with the parameter at fault, as far as can be
    told without asking another server."""
    if wanted.file and wanted.server:
        try:
            partner.check(client, wanted)
        except PortalError as error:
            error.at = "server"
            raise
        return
    if wanted.file:
        _work_file(client, wanted.file)
        return
    try:
        remote.check(wanted.file_url, hosts=client.download_host_list)
    except PortalError as error:
        error.at = "fileUrl"
        raise


def keep(client: ApiClient) -> timedelta:
    """How long a document is kept after its last use."""
    return timedelta(seconds=client.workfile_seconds)


def document(client: ApiClient, wanted: Parameters, *, handle: str) -> EditedDocument:
    """The document that is meant: the same one each time for a file, a new one for an address.

    Raises WORK_FILE_NOT_FOUND.
    """
    kept_until = timezone.now() + keep(client)
    if not wanted.file:
        return EditedDocument.objects.create(
            client=client,
            source=Source.URL,
            reference=digest(f"session:{handle}"),
            name=_name_in(wanted.file_url),
            kept_until=kept_until,
        )
    if wanted.server:
        found, _ = EditedDocument.objects.get_or_create(
            client=client,
            reference=digest(f"server:{wanted.server.rstrip('/')}\n{wanted.file}"),
            defaults={
                "source": Source.SERVER,
                "file": wanted.file,
                "name": _name_in(wanted.file),
                "kept_until": kept_until,
            },
        )
        return found
    work_file = _work_file(client, wanted.file)
    found, is_new = EditedDocument.objects.get_or_create(
        client=client,
        reference=digest(f"work file:{wanted.file}"),
        defaults={
            "source": Source.WORK_FILE,
            "file": wanted.file,
            "name": work_file.name,
            "head": 1,
            "kept_until": kept_until,
        },
    )
    if is_new:
        _first(found, work_file)
    prolong(found)
    return found


def fetch(detail: EditDetail, wanted: Parameters) -> None:
    """Fetches the document of a session from another server; a failure is kept for the page.

    One that was changed there since it was here last becomes its newest version.
    """
    changes: dict[str, object] = {"fetching": False}
    try:
        if detail.document.source == Source.SERVER:
            changes |= _from_server(detail, wanted)
        else:
            client = detail.document.client
            with remote.fetch(wanted.file_url, hosts=client.download_host_list) as answer:
                _arrived(detail.document, _received(detail.document, wanted.file_url, answer))
    except PortalError as error:
        changes |= {"error_code": error.code, "error_detail": error.detail}
    except Exception:
        logger.exception("A document was fetched and not stored")
        changes |= {"error_code": ErrorCode.STORAGE_FAILED}
    EditDetail.objects.filter(pk=detail.pk).update(**changes)


def _from_server(detail: EditDetail, wanted: Parameters) -> dict[str, object]:
    document, client = detail.document, detail.document.client
    changes: dict[str, object] = {}
    if detail.access == EditDetail.Access.EDIT:
        locked = partner.lock(client, wanted, str(detail.handle))
        if locked:
            changes |= {"locked": True, "locked_at": timezone.now()}
        if locked is False:
            changes |= {"access": EditDetail.Access.VIEW, "autosave": False}
    try:
        with partner.get(client, wanted, etag=document.etag if document.head else "") as answer:
            if answer is not None:
                received = _received(document, wanted.file, answer)
                _arrived(document, received, etag=answer.etag)
    except Exception:
        if changes.get("locked"):
            with suppress(PortalError):
                partner.unlock(client, wanted, str(detail.handle))
        raise
    prolong(document)
    return changes


def look_again(document: EditedDocument, wanted: Parameters, ours: Revision) -> None:
    """Fetches what the client's server has instead of `ours`, as the newest version.

    It may be ours after all, where the server's answer was lost on its way. Raises REMOTE_FAILED
    and what may be wrong with a file.
    """
    with partner.get(document.client, wanted, etag="") as answer:
        if answer is None:
            return
        received, etag = _received(document, wanted.file, answer), answer.etag
    if received.blob_id == ours.work_file.blob_id:
        EditedDocument.objects.filter(pk=document.pk).update(etag=etag[:255])
    else:
        _arrived(document, received, etag=etag)


def _received(document: EditedDocument, name: str, answer: remote.Answer) -> WorkFile:
    return workfiles.upload(
        Actor.of_client(document.client, ()),
        answer,
        extension=PurePosixPath(urlsplit(name).path).suffix.lstrip("."),
        name=document.name,
        keep=keep(document.client),
    )


@transaction.atomic
def _arrived(document: EditedDocument, work_file: WorkFile, *, etag: str = "") -> None:
    """What came becomes the newest version, unless it is that already.

    Not where the entity tag is another by now: then a version of ours arrived there after this was
    asked for. Ours that was still to be sent there came too late.
    """
    rows = EditedDocument.objects.filter(pk=document.pk, etag=document.etag)
    document.refresh_from_db(fields=["head"])
    newest = document.revisions.filter(side=False, number=document.head).first()
    same = newest is not None and newest.work_file.blob_id == work_file.blob_id
    moved = not same and rows.filter(head=document.head).update(head=document.head + 1)
    if moved and newest is None:
        _first(document, work_file)
    elif moved:
        theirs = Revision.objects.create(
            document=document,
            number=document.head + 1,
            base=document.head,
            work_file=work_file,
            size=work_file.blob.size,
            reason=Revision.Reason.EXTERNAL,
        )
        if newest is not None and Push.objects.filter(document=document).delete()[0]:
            events.conflict(document, newest, current=theirs.number)
    if moved or same:
        rows.update(etag=etag[:255])


def prolong(document: EditedDocument) -> None:
    """Keeps a document that is in use, and the files of its versions, for the usual time anew."""
    until = timezone.now() + keep(document.client)
    EditedDocument.objects.filter(pk=document.pk, kept_until__lt=until).update(kept_until=until)
    files = document.revisions.values("work_file")
    WorkFile.objects.filter(pk__in=files, expires_at__lt=until).update(expires_at=until)


def _first(document: EditedDocument, work_file: WorkFile) -> None:
    Revision.objects.create(
        document=document,
        number=1,
        base=0,
        work_file=work_file,
        size=work_file.blob.size,
        reason=Revision.Reason.ORIGINAL,
        created_at=work_file.created_at,
    )


def _work_file(client: ApiClient, file_id: str) -> WorkFile:
    try:
        return workfiles.get(Actor.of_client(client, ()), file_id)
    except PortalError as error:
        error.at = "file"
        raise


def _name_in(url: str) -> str:
    return workfiles.clean_name(unquote(urlsplit(url).path))
