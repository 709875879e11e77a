"""People who check what was extracted: the link that lets them in, and what they correct."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, is_token, new_token
from apps.document_sessions import services as sessions
from apps.extraction import documents, jobs, keeping, vault
from apps.extraction.models import (
    ExtractedDocument,
    ExtractionRequest,
    FieldCorrection,
    ResultVersion,
    ReviewLink,
)
from apps.extraction.services import Extraction
from apps.extraction.vault import Keyring

Json = dict[str, Any]
Action = Literal["correct", "confirm", "add"]
ACTIONS: tuple[Action, ...] = ("correct", "confirm", "add")
_KINDS = {
    "correct": FieldCorrection.Kind.CORRECTED,
    "confirm": FieldCorrection.Kind.CONFIRMED,
    "add": FieldCorrection.Kind.ADDED,
}
_NAME = re.compile(r"[A-Za-z][\w-]{0,119}")
_CELL = re.compile(r"([A-Za-z][\w-]{0,119})\[(\d{1,6})\]\.([A-Za-z][\w-]{0,119})")
_AMOUNT = re.compile(r"-?\d{1,18}(?:\.\d{1,9})?")
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Review:
    """A session as the person behind a link may see and correct it."""

    extraction: Extraction
    reviewer: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing a person says of a field: `field` is its name, or "table[row].column".

    `value` None: there is none. `box` is where it stands: left, top, right, bottom in points.
    """

    field: str
    action: Action
    value: str | bool | None = None
    type: str = ""
    text: str = ""
    page: int | None = None
    box: tuple[float, float, float, float] | None = None


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
    actor = Actor.of_client(session.client, link.scopes)
    return Review(Extraction(actor, "", session, link.detail, keyring), reviewer)


def correct(review: Review, identity: str, *, version: int, changes: Sequence[Change]) -> Json:
    """Stores a new version of a document's data with these changes; returns it.

    `version` is the number the person saw. Raises EXTRACTION_DOCUMENT_NOT_FOUND, NOT_READY while
    there is no result, RESULT_OUTDATED when somebody else was faster, INPUT_INVALID for a change
    that cannot be.
    """
    extraction = review.extraction
    document = documents.document(extraction, identity)
    request = documents.latest_of(document)
    if error := documents.failure(request):
        raise error
    result = documents.result(extraction, request)
    if result is None:
        raise PortalError(ErrorCode.NOT_READY)
    if result.pop("version") != version:
        raise PortalError(ErrorCode.RESULT_OUTDATED, at="version")
    for number, change in enumerate(changes):
        _apply(result, change, f"changes[{number}]", review.reviewer)
    result["author"] = {"kind": "person", "name": review.reviewer}
    result |= keeping.keep_data(request, document, extraction.keyring, extraction.actor, result)
    _store(request, document, extraction, version + 1, result, changes)
    return result | {"version": version + 1}


def _store(
    request: ExtractionRequest,
    document: ExtractedDocument,
    extraction: Extraction,
    number: int,
    result: Json,
    changes: Sequence[Change],
) -> None:
    content = json.dumps(result, allow_nan=False).encode()
    about = jobs.about(request, number)
    sealed = vault.encrypt(extraction.keyring.data, content, about=about)
    try:
        with transaction.atomic():
            ResultVersion.objects.create(request=request, number=number, content=sealed)
            FieldCorrection.objects.bulk_create(
                [
                    FieldCorrection(
                        request=request,
                        version=number,
                        kind=_KINDS[change.action],
                        field=re.sub(r"\[\d+\]", "[]", change.field),
                    )
                    for change in changes
                ]
            )
    except IntegrityError:
        raise PortalError(ErrorCode.RESULT_OUTDATED, at="version") from None


def _apply(result: Json, change: Change, at: str, reviewer: str) -> None:
    """Makes one change. Raises INPUT_INVALID."""
    holder, name = _place(result, change, at)
    before = holder.get(name)
    if change.action == "confirm":
        if not isinstance(before, dict):
            raise _invalid(at, "there is no such field to confirm")
        holder[name] = before | {"state": "confirmed", "by": reviewer}
        return
    if change.action == "add" and before is not None and before.get("value") is not None:
        raise _invalid(at, "there is such a field already; correct it")
    if change.action == "correct" and not isinstance(before, dict):
        raise _invalid(at, "there is no such field to correct; add it")
    holder[name] = (before or {}) | _told(result, change, before, at, reviewer)


def _place(result: Json, change: Change, at: str) -> tuple[Json, str]:
    """The object that holds a field, and the field's name in it."""
    if _NAME.fullmatch(change.field):
        fields: Json = result["fields"]
        return fields, change.field
    cell = _CELL.fullmatch(change.field)
    tables = [one for one in result["tables"] if cell and one["name"] == cell[1]]
    if cell is None or not tables or int(cell[2]) >= len(tables[0]["rows"]):
        raise _invalid(at, 'the field must be a name, or "table[row].column" of a row there is')
    row: Json = tables[0]["rows"][int(cell[2])]
    return row, cell[3]


def _told(result: Json, change: Change, before: Json | None, at: str, reviewer: str) -> Json:
    """What a person said of a field. A person's word is no probability."""
    kind = change.type or (before or {}).get("type") or "string"
    value = change.value
    if isinstance(value, bool) is not (kind == "boolean" and value is not None):
        raise _invalid(at, "true and false are for fields of the type boolean")
    if isinstance(value, str):
        if len(value) > _LONGEST or len(change.text) > _LONGEST:
            raise _invalid(at, f"the value is longer than {_LONGEST} characters")
        if kind == "amount" and not _AMOUNT.fullmatch(value):
            raise _invalid(at, "an amount is written with a dot and without groups, as 1234.50")
        if kind == "date" and not _is_date(value):
            raise _invalid(at, "a date is written as 2026-11-22")
    told: Json = {
        "value": value,
        "type": kind,
        "confidence": 1.0,
        "source": "person",
        "state": "added" if change.action == "add" else "corrected",
        "by": reviewer,
    }
    if change.page is not None and change.box is not None:
        told |= {
            "page": change.page,
            "polygon": _polygon(result, change.page, change.box, at),
            "text": change.text or str(value),
        }
    elif before is None:
        told |= {"page": None, "polygon": None, "text": None}
    return told


def _polygon(
    result: Json, page: int, box: tuple[float, float, float, float], at: str
) -> list[list[float]]:
    """The corners of a box on a page, clockwise from the top left."""
    left, top, right, bottom = box
    sizes = result["pages"]
    if not 0 <= page < len(sizes) or not all(map(math.isfinite, box)):
        raise _invalid(at, "there is no such page or box")
    width, height = sizes[page]["width"], sizes[page]["height"]
    if not (0 <= left < right <= width + 1 and 0 <= top < bottom <= height + 1):
        raise _invalid(at, f"the box is not on the page, which is {width} by {height} points")
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _invalid(at: str, detail: str) -> PortalError:
    return PortalError(ErrorCode.INPUT_INVALID, f"{at}: {detail}.", at=at)
