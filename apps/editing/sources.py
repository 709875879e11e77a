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
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest
from apps.editing.models import EditDetail, EditedDocument, Revision
from apps.editing.parameters import Parameters
from apps.workfiles import services as workfiles
from apps.workfiles.models import WorkFile

Source = EditedDocument.Source


def check(client: ApiClient, wanted: Parameters) -> None:
    """Raises WORK_FILE_NOT_FOUND or REMOTE_REFUSED, with the parameter at fault, as far as can be
    told without asking another server."""
    if wanted.server and wanted.file:
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            "`server` is not supported here: upload the document as a work file and name that.",
            at="server",
        )
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


def fetch(session_pk: int) -> None:
    """Fetches the document of a session that names an address; a failure is kept for the page."""
    from apps.editing.services import parameters_of

    details = EditDetail.objects.select_related("document__client", "session")
    detail = details.filter(pk=session_pk, document__head=0, error_code="").first()
    if detail is None:
        return
    client, wanted = detail.document.client, parameters_of(detail)
    try:
        with remote.fetch(wanted.file_url, hosts=client.download_host_list) as answer:
            work_file = workfiles.upload(
                Actor.of_client(client, ()),
                answer,
                extension=PurePosixPath(urlsplit(wanted.file_url).path).suffix.lstrip("."),
                name=detail.document.name,
                keep=keep(client),
            )
        with transaction.atomic():
            if EditedDocument.objects.filter(pk=detail.document_id, head=0).update(head=1):
                _first(detail.document, work_file)
    except PortalError as error:
        EditDetail.objects.filter(pk=session_pk).update(
            error_code=error.code, error_detail=error.detail
        )


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
