"""Documents in a session: sending, asking after, reading results, deleting."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from apps.clients.actors import Actor
from apps.core.correlation import correlation_id
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, new_guid, seal
from apps.extraction import clearing, engines, jobs, services, vault
from apps.extraction.expectations import Expectation
from apps.extraction.models import ExtractedDocument as ExtractedDocument
from apps.extraction.models import ExtractionRequest as ExtractionRequest
from apps.extraction.models import ResultVersion
from apps.extraction.services import SCOPE, Extraction
from apps.workfiles import services as workfiles
from apps.workfiles.formats import FORMATS
from apps.workfiles.models import WorkFile

OCR = "documents:ocr"
APPEND, SINGLE = "documents/append", "documents/single"
_FAMILIES = {"pdf", "image", "word", "sheet", "slides"}
_READ = "PDF, pictures, office documents and electronic invoices"
State = ExtractionRequest.State
# Of a web process, so that some of its threads are free whoever waits for documents.
_waiting = threading.BoundedSemaphore(max(1, settings.WEB_THREADS * 3 // 4))
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A document as it was sent. `schema` is the caller's own fields, as JSON Schema."""

    stream: workfiles.Readable
    name: str = ""
    expectation: Expectation = field(default_factory=Expectation)
    schema: Json | None = None
    idempotency_key: str = ""


def append(extraction: Extraction, sent: Sent) -> ExtractionRequest:
    """Takes a document into a session and begins to extract its data.

    The same idempotency key and the same document give the same request. Raises SCOPE_MISSING,
    INPUT_INVALID for the schema, IDEMPOTENCY_KEY_REUSED, FORMAT_UNSUPPORTED, LIMIT_EXCEEDED for a
    session that is full, and what `workfiles.upload` raises.
    """
    extraction.actor.require(SCOPE)
    return _received(extraction, sent, APPEND)


def single(actor: Actor, sent: Sent, *, dialect: str) -> tuple[Extraction, ExtractionRequest]:
    """The same for one document without a session.

    What stands in for the session has the request's id for its identity, told to the caller only.
    Raises as :func:`append`, and QUOTA_EXCEEDED.
    """
    extraction = services.open_single(actor, dialect=dialect)
    try:
        return extraction, _received(extraction, sent, SINGLE)
    except BaseException:
        services.over(extraction)
        raise


def _received(extraction: Extraction, sent: Sent, kind: str) -> ExtractionRequest:
    if sent.schema is not None:
        engines.check_schema(sent.schema)
    try:
        work_file = workfiles.upload(
            extraction.actor,
            sent.stream,
            # Its bytes do not tell XML from other text.
            extension="xml" if sent.name.lower().endswith(".xml") else "",
            keep=extraction.session.lifetime.maximum,
        )
    except PortalError as error:
        if error.code != ErrorCode.FORMAT_UNRECOGNIZED:
            raise
        remedy = f"Send one of what data is extracted from: {_READ}."
        raise PortalError(error.code, "The bytes are of no known format.", remedy=remedy) from error
    try:
        _check_format(extraction.actor, work_file.extension)
        request = _repeated(extraction, work_file, sent)
        if request is None:
            _require_room(extraction)
            request = _create(extraction, work_file, sent, kind)
    except BaseException:
        work_file.delete()
        raise
    if request.document is None or request.document.work_file_id != work_file.pk:
        work_file.delete()
    return request


def _require_room(extraction: Extraction) -> None:
    """Raises LIMIT_EXCEEDED for a session that holds as many documents as one may."""
    most = settings.EXTRACTION_DOCUMENTS
    if ExtractedDocument.objects.filter(detail=extraction.detail).count() >= most:
        raise PortalError(
            ErrorCode.LIMIT_EXCEEDED, f"A session holds up to {most} documents.", limit=most
        )


def _check_format(actor: Actor, extension: str) -> None:
    known = FORMATS[extension]
    if known.family not in _FAMILIES and extension != "xml":
        raise PortalError(
            ErrorCode.FORMAT_UNSUPPORTED,
            f"Data is extracted from {_READ}, not from {extension}.",
        )
    if known.family == "image":
        actor.require(OCR)


def _repeated(extraction: Extraction, work_file: WorkFile, sent: Sent) -> ExtractionRequest | None:
    """The earlier request with this idempotency key. Raises IDEMPOTENCY_KEY_REUSED."""
    if not sent.idempotency_key:
        return None
    known = ExtractionRequest.objects.select_related("document__work_file").filter(
        detail=extraction.detail, idempotency=digest(sent.idempotency_key)
    )
    request = known.first()
    if request is None:
        return None
    same = request.document is not None and (
        request.document.work_file.blob_id == work_file.blob_id
        and request.options["expectation"] == sent.expectation.as_json()
        and request.options["schema"] == _fingerprint(sent.schema)
    )
    if not same:
        raise PortalError(ErrorCode.IDEMPOTENCY_KEY_REUSED, at="Idempotency-Key")
    return request


def _create(
    extraction: Extraction, work_file: WorkFile, sent: Sent, kind: str
) -> ExtractionRequest:
    try:
        with transaction.atomic():
            document = ExtractedDocument(detail=extraction.detail, work_file=work_file)
            document.name = vault.encrypt(
                extraction.keyring.data,
                workfiles.clean_name(sent.name).encode(),
                about=f"name {document.guid}",
            )
            document.save()
            request = ExtractionRequest.objects.create(
                client=extraction.client,
                detail=extraction.detail,
                document=document,
                guid=None if kind == SINGLE else new_guid(),
                type=kind,
                idempotency=digest(sent.idempotency_key) if sent.idempotency_key else "",
                options={
                    "expectation": sent.expectation.as_json(),
                    "ocr": OCR in extraction.actor.scopes,
                    "schema": _fingerprint(sent.schema),
                },
                job=seal(
                    json.dumps(
                        {
                            "keys": extraction.keyring.as_text(),
                            "schema": sent.schema,
                            "scopes": sorted(extraction.actor.scopes),
                        }
                    )
                ),
                format=work_file.extension,
                correlation_id=correlation_id.get(),
            )
    except IntegrityError:
        # The same key at the same moment: the other one was first.
        if repeated := _repeated(extraction, work_file, sent):
            return repeated
        raise
    jobs.begin(request)
    return request


def _fingerprint(schema: Json | None) -> str:
    return "" if schema is None else digest(json.dumps(schema, sort_keys=True))


# --- Asking after -------------------------------------------------------------------------------


def wait(request: ExtractionRequest, *, seconds: float) -> bool:
    """Waits for the end of a request; whether it has come. The request is read anew.

    When too many wait already nobody waits any more: a quarter of the web's threads stays free.
    """
    if not _waiting.acquire(blocking=False):
        return request.state not in ExtractionRequest.UNDER_WAY
    try:
        deadline = time.monotonic() + seconds
        pause = 0.01
        while request.state in ExtractionRequest.UNDER_WAY:
            if time.monotonic() >= deadline:
                return False
            time.sleep(pause)
            pause = min(pause * 1.4, 0.1)
            request.refresh_from_db()
        return True
    finally:
        _waiting.release()


def failure(request: ExtractionRequest) -> PortalError | None:
    """Why a request failed; None unless it did."""
    if request.state != State.FAILED:
        return None
    scope = {"scope": OCR} if request.error_code == ErrorCode.SCOPE_MISSING else {}
    return PortalError(ErrorCode(request.error_code), request.error_detail, **scope)


def requests(extraction: Extraction) -> list[ExtractionRequest]:
    """All requests of a session, in the order they came."""
    return list(_requests(extraction).order_by("pk"))


def request(extraction: Extraction, identity: str) -> ExtractionRequest:
    """One request. Raises REQUEST_NOT_FOUND."""
    guid = services.parse_guid(identity)
    found = _requests(extraction).filter(guid=guid).first() if guid else None
    if found is None:
        raise PortalError(ErrorCode.REQUEST_NOT_FOUND)
    return found


def single_request(actor: Actor, identity: str) -> tuple[Extraction, ExtractionRequest]:
    """The request of a document that was sent without a session. Raises REQUEST_NOT_FOUND."""
    extraction = services.find_single(actor, identity)
    found = _requests(extraction).first()
    if found is None:
        raise PortalError(ErrorCode.REQUEST_NOT_FOUND)
    return extraction, found


def _requests(extraction: Extraction) -> QuerySet[ExtractionRequest]:
    rows = ExtractionRequest.objects.filter(detail=extraction.detail)
    return rows.select_related("document__work_file__blob")


def document(extraction: Extraction, identity: str) -> ExtractedDocument:
    """A document of the session. Raises EXTRACTION_DOCUMENT_NOT_FOUND."""
    guid = services.parse_guid(identity)
    rows = ExtractedDocument.objects.filter(detail=extraction.detail)
    rows = rows.select_related("work_file__blob")
    found = rows.filter(guid=guid).first() if guid else None
    if found is None:
        raise PortalError(ErrorCode.EXTRACTION_DOCUMENT_NOT_FOUND)
    return found


def documents(extraction: Extraction) -> list[ExtractedDocument]:
    """The documents of the session, in the order they came."""
    rows = ExtractedDocument.objects.filter(detail=extraction.detail)
    return list(rows.select_related("work_file__blob"))


def latest_of(found: ExtractedDocument) -> ExtractionRequest:
    """The request that a document came with. Raises REQUEST_NOT_FOUND."""
    request = found.requests.order_by("-pk").first()
    if request is None:
        raise PortalError(ErrorCode.REQUEST_NOT_FOUND)
    return request


def name_of(extraction: Extraction, found: ExtractedDocument) -> str:
    """What the caller called the document; blank when it was not said."""
    about = f"name {found.guid}"
    return vault.decrypt(extraction.keyring.data, found.name, about=about).decode()


def is_picture(found: ExtractedDocument) -> bool:
    """Whether its pages are photographs, for which PNG is far too large."""
    return FORMATS[found.work_file.extension].family == "image"


def result(extraction: Extraction, request: ExtractionRequest) -> Json | None:
    """The newest version of a result, with its number as `version`; None when there is none."""
    newest = request.versions.order_by("-number").first()
    if newest is None:
        return None
    return _members(extraction, request, newest) | {"version": newest.number}


def version(extraction: Extraction, request: ExtractionRequest, number: int) -> Json:
    """One version of a result, which has to be there."""
    return _members(extraction, request, request.versions.get(number=number))


def _members(extraction: Extraction, request: ExtractionRequest, version: ResultVersion) -> Json:
    about = jobs.about(request, version.number)
    content = vault.decrypt(extraction.keyring.data, version.content, about=about)
    members: Json = json.loads(content)
    return members


def delete(extraction: Extraction, identity: str) -> None:
    """Deletes a document with its results and working copies; its request stays in the log.

    What an envelope keeps of it stays there. Raises EXTRACTION_DOCUMENT_NOT_FOUND.
    """
    extraction.actor.require(SCOPE)
    found = document(extraction, identity)
    with transaction.atomic():
        for one in found.requests.all():
            jobs.abandon(one, "The document was deleted.")
            one.versions.all().delete()
        found.requests.update(idempotency="")
        clearing.remove(found)
