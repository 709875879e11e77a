"""Carrying requests to their end: what is awaited of the conversion, reading, keeping the result.

A request holds a thread only while it is advanced. What it waits for are renditions; when one ends,
the task `extraction.work` is sent, and the schedule sends it too. What is to be done, by whom and
until when stands in the row: a worker that was killed loses its lease, and another takes over.
"""

from __future__ import annotations

import json
import logging
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.conversion.models import Rendition
from apps.core.correlation import correlation_id
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import new_token, unseal
from apps.core.queue import enqueue
from apps.extraction import keeping, sources, vault
from apps.extraction.engines import understand
from apps.extraction.expectations import Expectation
from apps.extraction.models import ExtractedDocument, ExtractionRequest, ResultVersion
from apps.extraction.vault import Keyring
from apps.workfiles import services as workfiles

logger = logging.getLogger(__name__)
State = ExtractionRequest.State
Json = dict[str, Any]

FINISHED = "extraction.finished"
_LEASE = timedelta(seconds=15)
RENEWAL_SECONDS = 4.0
_MOST_LOSSES = 3
_MOST_FIGURES = 200
_held: set[str] = set()


def about(request: ExtractionRequest, number: int) -> str:
    """What a version's ciphertext belongs to."""
    return f"result {request.pk} {number}"


def begin(request: ExtractionRequest) -> None:
    """Asks for what a new request needs first; it goes on by itself when that is there."""
    try:
        with transaction.atomic():
            request.awaits.set(sources.wanted(request))
    except PortalError as error:
        _fail(request, error)
    enqueue("extraction.work")


def work() -> int:
    """Advances requests until none can go on; returns how many steps were made."""
    count = 0
    while (request := claim()) is not None:
        advance(request)
        count += 1
    return count


def claim() -> ExtractionRequest | None:
    """Takes the oldest request that waits for nothing and that no worker holds."""
    now = timezone.now()
    # One that ends later than any that is given now was given before the clock was set back.
    lapsed = Q(lease_until__lt=now) | Q(lease_until__gt=now + 2 * _LEASE)
    through = ExtractionRequest.awaits.through.objects
    busy = through.filter(rendition__state__in=Rendition.UNDER_WAY)
    able = ExtractionRequest.objects.filter(
        ~Exists(busy.filter(extractionrequest=OuterRef("pk"))),
        Q(lease_until=None) | lapsed,
        state__in=ExtractionRequest.UNDER_WAY,
    )
    for pk in list(able.order_by("received_at", "pk").values_list("pk", flat=True)[:8]):
        rows = ExtractionRequest.objects.filter(pk=pk, state__in=ExtractionRequest.UNDER_WAY)
        fence = new_token()
        fresh = {"state": State.RUNNING, "fence": fence, "lease_until": now + _LEASE}
        taken = rows.filter(lease_until=None).update(**fresh)
        # Its worker was lost.
        taken = taken or rows.filter(lapsed).update(losses=F("losses") + 1, **fresh)
        if taken:
            related = ("client", "detail__session", "detail__envelope", "document__work_file__blob")
            return ExtractionRequest.objects.select_related(*related).get(pk=pk)
    return None


def advance(request: ExtractionRequest) -> None:
    """Makes the next step of a claimed request: waits on, reads, or fails with a code."""
    token = correlation_id.set(request.correlation_id or "-")
    _held.add(request.fence)
    try:
        if request.losses >= _MOST_LOSSES:
            raise PortalError(
                ErrorCode.ENGINE_CRASHED, "Its worker was lost every time it was tried."
            )
        wanted = sources.wanted(request)
        if any(rendition.state in Rendition.UNDER_WAY for rendition in wanted):
            _wait(request, wanted)
        else:
            _read(request)
    except PortalError as error:
        _fail(request, error)
    except Exception as error:
        outage = workfiles.outage(error)
        if outage and timezone.now() - request.received_at > workfiles.OUTAGE:
            _fail(request, PortalError(ErrorCode.STORAGE_UNAVAILABLE, outage))
        elif outage:  # its lease lapses, and a worker takes it up again: this was no loss
            logger.warning("Extraction request %s waits: %s", request.pk, outage)
            _mine(request).update(losses=0)
        else:
            logger.exception("Extraction request %s failed unexpectedly", request.pk)
            unexpected = "An unexpected error occurred; it was logged."
            _fail(request, PortalError(ErrorCode.INTERNAL, unexpected))
    finally:
        _held.discard(request.fence)
        correlation_id.reset(token)


def abandon(request: ExtractionRequest, detail: str) -> None:
    """Ends a request that nobody wants any more; one that has ended stays as it is."""
    _fail(request, PortalError(ErrorCode.REQUEST_NOT_FOUND, detail), mine=False)


def renew_leases() -> None:
    """Renews the leases of this process."""
    if held := list(_held):
        ExtractionRequest.objects.filter(fence__in=held).update(lease_until=timezone.now() + _LEASE)


# --- Steps --------------------------------------------------------------------------------------


def _wait(request: ExtractionRequest, wanted: list[Rendition]) -> None:
    """Lets go of a request until its renditions have ended."""
    # One that was evicted meanwhile is asked for at the next step.
    with suppress(IntegrityError), transaction.atomic():
        request.awaits.set(wanted)
    _mine(request).update(fence="", lease_until=None)


def _read(request: ExtractionRequest) -> None:
    """Reads the document and keeps what was found."""
    job = json.loads(unseal(request.job))
    keyring, ocr = Keyring.of_text(job["keys"]), bool(request.options["ocr"])
    document = request.document
    if document is None:
        raise PortalError(ErrorCode.REQUEST_NOT_FOUND, "The document was deleted.")
    began = time.monotonic()
    reading = sources.reading(request)
    _require_text(reading, ocr)
    gathered = time.monotonic()
    findings = understand(reading, job["schema"])
    understood = time.monotonic()
    expectation = Expectation.of_json(request.options["expectation"])
    unmet = expectation.unmet(findings["classIdentifier"], findings["className"])
    if unmet and expectation.strict:
        raise PortalError(ErrorCode.EXPECTATION_FAILED, unmet, at="Prefer")
    findings["expectations"] = {"warnings": [unmet] if unmet else []}
    findings["pages"] = [
        {"width": page["width"], "height": page["height"], "source": page["source"]}
        for page in reading["pages"]
    ]
    findings["timings"] = timings = {
        "preparing": round((timezone.now() - request.received_at).total_seconds() * 1000)
        - round((understood - began) * 1000),
        "gathering": round((gathered - began) * 1000),
        "understanding": round((understood - gathered) * 1000),
    }
    findings["author"] = {"kind": "engine", "name": findings.pop("engine")}
    actor = Actor.of_client(request.client, job["scopes"])
    kept = keeping.keep(request, document, keyring, actor, findings)
    _succeed(request, document, keyring, findings | kept, timings)


def _require_text(reading: Json, ocr: bool) -> None:
    """Raises SCOPE_MISSING for a scan that may not be read by OCR."""
    if not ocr and reading["pages"] and all(page["source"] == "none" for page in reading["pages"]):
        raise PortalError(
            ErrorCode.SCOPE_MISSING,
            "No page of this document holds text; reading pictures needs the scope "
            "`documents:ocr`.",
        )


def _succeed(
    request: ExtractionRequest,
    document: ExtractedDocument,
    keyring: Keyring,
    findings: Json,
    timings: dict[str, int],
) -> None:
    now = timezone.now()
    content = json.dumps(findings, allow_nan=False).encode()
    sealed = vault.encrypt(keyring.data, content, about=about(request, 1))
    pages = len(findings["pages"])
    with transaction.atomic():
        changed = _end(
            _mine(request),
            state=State.SUCCEEDED,
            finished_at=now,
            pages=pages,
            class_identifier=findings["classIdentifier"][:64],
            confidence=findings["confidence"],
            confidences=_confidences(findings["fields"]),
            timings=timings | {"total": round((now - request.received_at).total_seconds() * 1000)},
        )
        if changed:
            ResultVersion.objects.create(request=request, number=1, content=sealed)
            ExtractedDocument.objects.filter(pk=document.pk).update(pages=pages)
            request.awaits.clear()
            _tell(request, State.SUCCEEDED)


def _confidences(fields: Json) -> dict[str, float]:
    """How sure each field is. The names in a PDF's form may hold what databases refuse."""
    return {
        "".join(filter(str.isprintable, name))[:120]: field["confidence"]
        for name, field in list(fields.items())[:_MOST_FIGURES]
    }


def _fail(request: ExtractionRequest, error: PortalError, *, mine: bool = True) -> None:
    logger.warning("Extraction request %s failed: %s", request.pk, error.code)
    rows = _mine(request) if mine else ExtractionRequest.objects.filter(pk=request.pk)
    with transaction.atomic():
        changed = _end(
            rows.filter(state__in=ExtractionRequest.UNDER_WAY),
            state=State.FAILED,
            finished_at=timezone.now(),
            error_code=error.code,
            error_detail=error.detail,
        )
        if changed:
            request.awaits.clear()
            _tell(request, State.FAILED, error.code)


def _tell(request: ExtractionRequest, state: str, code: str = "") -> None:
    """Sends the client a webhook, without content. One whose id is a capability is not told of."""
    if request.guid is None:
        return
    message = {"requestId": str(request.guid), "status": state}
    webhooks.send(request.client, FINISHED, message | ({"code": code} if code else {}))


def _end(rows: QuerySet[ExtractionRequest], **values: Any) -> bool:
    return bool(rows.update(job="", fence="", lease_until=None, **values))


def _mine(request: ExtractionRequest) -> QuerySet[ExtractionRequest]:
    return ExtractionRequest.objects.filter(
        pk=request.pk, fence=request.fence, state__in=ExtractionRequest.UNDER_WAY
    )
