"""Where documents come from: the client's work files, an address, the client's own server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from django.db import transaction
from django.utils import timezone

from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.core import remote
from apps.core.errors import PortalError
from apps.core.ids import digest
from apps.editing import partner
from apps.editing.models import EditDetail, EditedDocument, Revision
from apps.editing.parameters import Parameters
from apps.workfiles import services as workfiles
from apps.workfiles.models import WorkFile

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
                _arrived(detail.document, _received(detail, wanted.file_url, answer))
    except PortalError as error:
        changes |= {"error_code": error.code, "error_detail": error.detail}
    EditDetail.objects.filter(pk=detail.pk).update(**changes)


def _from_server(detail: EditDetail, wanted: Parameters) -> dict[str, object]:
    document, client = detail.document, detail.document.client
    changes: dict[str, object] = {}
    if detail.access == EditDetail.Access.EDIT:
        locked = partner.lock(client, wanted, str(detail.handle))
        changes["locked"] = bool(locked)
        if locked is False:
            changes |= {"access": EditDetail.Access.VIEW, "autosave": False}
    with partner.get(client, wanted, etag=document.etag if document.head else "") as answer:
        if answer is not None:
            _arrived(document, _received(detail, wanted.file, answer), etag=answer.etag)
    prolong(document)
    return changes


def _received(detail: EditDetail, name: str, answer: remote.Answer) -> WorkFile:
    client = detail.document.client
    return workfiles.upload(
        Actor.of_client(client, ()),
        answer,
        extension=PurePosixPath(urlsplit(name).path).suffix.lstrip("."),
        name=detail.document.name,
        keep=keep(client),
    )


@transaction.atomic
def _arrived(document: EditedDocument, work_file: WorkFile, *, etag: str = "") -> None:
    """What came becomes the newest version, unless it is that already."""
    rows = EditedDocument.objects.filter(pk=document.pk)
    document.refresh_from_db(fields=["head"])
    newest = document.revisions.filter(side=False, number=document.head).first()
    same = newest is not None and newest.work_file.blob_id == work_file.blob_id
    moved = not same and rows.filter(head=document.head).update(head=document.head + 1)
    if moved and newest is None:
        _first(document, work_file)
    elif moved:
        Revision.objects.create(
            document=document,
            number=document.head + 1,
            base=document.head,
            work_file=work_file,
            size=work_file.blob.size,
            reason=Revision.Reason.EXTERNAL,
        )
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
