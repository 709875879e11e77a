"""People who check what was extracted: the link that lets them in, and what they correct."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, is_token, new_token
from apps.document_sessions import services as sessions
from apps.extraction import changes as spoken
from apps.extraction import documents, jobs, keeping, vault
from apps.extraction.changes import Change
from apps.extraction.models import (
    ExtractionRequest,
    FieldCorrection,
    ResultVersion,
    ReviewLink,
)
from apps.extraction.services import Extraction
from apps.extraction.vault import Keyring

Json = dict[str, Any]
_FIELD = 120  # characters of FieldCorrection.field
_KINDS: dict[spoken.Action, FieldCorrection.Kind] = {
    "correct": FieldCorrection.Kind.CORRECTED,
    "confirm": FieldCorrection.Kind.CONFIRMED,
    "add": FieldCorrection.Kind.ADDED,
    "remove": FieldCorrection.Kind.CORRECTED,
}


@dataclass(frozen=True, slots=True)
class Review:
    """A session as the person behind a link may see and correct it."""

    extraction: Extraction
    reviewer: str


def create_link(extraction: Extraction, *, reviewer: str = "") -> str:
    """The address of a page on which a person corrects the session's values, told this once.

    It works as long as the session does. `reviewer` is noted as the author of what is corrected.
    """
    token = new_token()
    ReviewLink.objects.create(
        detail=extraction.detail,
        digest=digest(token),
        keyring=extraction.keyring.wrap(token),
        reviewer=vault.encrypt(extraction.keyring.data, reviewer.encode(), about="reviewer"),
        scopes=sorted(extraction.actor.scopes),
    )
    return f"{settings.PUBLIC_URL}/app/web/review?{urlencode({'token': token})}"


def find(token: str) -> Review:
    """The session a link leads to; a use of it.

    Raises SESSION_NOT_FOUND, SESSION_EXPIRED, SESSION_STOPPED.
    """
    links = ReviewLink.objects.select_related("detail__session__client", "detail__envelope")
    link = links.filter(digest=digest(token)).first() if is_token(token) else None
    if link is None:
        raise PortalError(ErrorCode.SESSION_NOT_FOUND)
    session = link.detail.session
    sessions.ensure_live(session)
    sessions.touch(session)
    keyring = Keyring.unwrap(link.keyring, token)
    reviewer = vault.decrypt(keyring.data, link.reviewer, about="reviewer").decode()
    # A scope that was taken from the client since then is gone from its links, too.
    still = session.client.scopes.filter(name__in=link.scopes).values_list("name", flat=True)
    actor = Actor.of_client(session.client, still)
    return Review(Extraction(actor, "", session, link.detail, keyring), reviewer)


def correct(review: Review, identity: str, *, version: int, changes: Sequence[Change]) -> None:
    """Stores a new version of a document's data with these changes.

    `version` is the number the person saw. Raises EXTRACTION_DOCUMENT_NOT_FOUND, NOT_READY while
    there is no result, RESULT_OUTDATED when somebody else was faster, INPUT_INVALID for a change
    that cannot be.
    """
    request, result = _seen(review, identity, version)
    for number, change in enumerate(changes):
        spoken.apply(result, change, f"changes[{number}]", review.reviewer)
    corrections = [
        FieldCorrection(
            request=request,
            version=version + 1,
            kind=_KINDS[change.action],
            field=re.sub(r"\[\d+\]", "[]", change.field)[:_FIELD],
        )
        for change in changes
        if change.action in _KINDS
    ]
    with transaction.atomic():
        _store(review, request, version + 1, result)
        FieldCorrection.objects.bulk_create(corrections)


def undo(review: Review, identity: str, *, version: int, undone: int) -> None:
    """Stores a new version without what version `undone` changed.

    Raises as :func:`correct`, and RESULT_OUTDATED where that was changed once more since.
    """
    request, result = _seen(review, identity, version)
    if not 1 < undone <= version:
        raise PortalError(
            ErrorCode.INPUT_INVALID, f"`undone` must be a version from 2 to {version}.", at="undone"
        )
    before, after = (
        documents.version(review.extraction, request, number) for number in (undone - 1, undone)
    )
    with transaction.atomic():
        _store(review, request, version + 1, spoken.undone(result, before, after))
        FieldCorrection.objects.filter(request=request, version=undone).delete()


def _seen(review: Review, identity: str, version: int) -> tuple[ExtractionRequest, Json]:
    """A document's request and its newest result, if that is the one the person saw."""
    document = documents.document(review.extraction, identity)
    request = documents.latest_of(document)
    if error := documents.failure(request):
        raise error
    result = documents.result(review.extraction, request)
    if result is None:
        raise PortalError(ErrorCode.NOT_READY)
    if result.pop("version") != version:
        raise PortalError(ErrorCode.RESULT_OUTDATED, at="version")
    return request, result


def _store(review: Review, request: ExtractionRequest, number: int, result: Json) -> None:
    """Keeps a new version. Raises RESULT_OUTDATED where there is one with this number."""
    extraction, document = review.extraction, request.document
    assert document is not None  # noqa: S101 - it was found by its document
    result["validations"] = spoken.checked_rules(result)
    result["author"] = {"kind": "person", "name": review.reviewer}
    result |= keeping.keep_data(request, document, extraction.keyring, extraction.actor, result)
    content = json.dumps(result, allow_nan=False).encode()
    about = jobs.about(request, number)
    sealed = vault.encrypt(extraction.keyring.data, content, about=about)
    try:
        with transaction.atomic():
            ResultVersion.objects.create(request=request, number=number, content=sealed)
    except IntegrityError:
        raise PortalError(ErrorCode.RESULT_OUTDATED, at="version") from None
