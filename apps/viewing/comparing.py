"""Viewing sessions on two documents: the original, the revised one, and what changed.

Source: seed 001. A session shows a single document or compares two; it cannot do both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from apps.clients.actors import Actor
from apps.comparison import services as comparison
from apps.comparison.revision import Listing
from apps.core.errors import ErrorCode, PortalError
from apps.document_sessions.models import DocumentSession
from apps.viewing import services
from apps.viewing.models import ViewingDetail
from apps.viewing.view import View
from apps.workfiles import services as workfiles
from apps.workfiles.models import WorkFile

Side = Literal["original", "revised"]
WORD = frozenset({"doc", "docx"})
_NO_FORMAT = {
    ErrorCode.FORMAT_UNRECOGNIZED,
    ErrorCode.FORMAT_UNSUPPORTED,
    ErrorCode.FORMAT_MISMATCH,
}


def attach_upload(
    actor: Actor, identity: str, side: Side, stream: workfiles.Readable, *, extension: str = ""
) -> WorkFile:
    """Uploads one of the two documents; .doc and .docx only, unless the session takes any format.

    Raises INPUT_CONFLICTS when the session has a single document, DOCUMENT_ALREADY_ASSIGNED,
    FORMAT_NOT_COMPARABLE and upload errors.
    """
    view = services.find_to_change(actor, identity)
    _ensure_vacant(view, side)
    keep = view.session.ends_at - view.session.created_at
    try:
        work_file = workfiles.upload(actor, stream, extension=extension, keep=keep)
    except PortalError as error:
        if error.code in _NO_FORMAT and not view.detail.method:
            raise PortalError(ErrorCode.FORMAT_NOT_COMPARABLE, at=side) from error
        raise
    _ensure_comparable(view, work_file, side)
    _assign(view, {side: work_file})
    return work_file


def attach_work_files(actor: Actor, identity: str, file_ids: Mapping[Side, str]) -> None:
    """Makes uploaded work files the documents to compare; errors name the one at fault."""
    view = services.find_to_change(actor, identity)
    chosen: dict[Side, WorkFile] = {}
    for side, file_id in file_ids.items():
        _ensure_vacant(view, side)
        try:
            chosen[side] = workfiles.get(actor, file_id)
        except PortalError as error:
            raise PortalError(error.code, error.detail, at=f"{side}.fileId") from error
        _ensure_comparable(view, chosen[side], side)
    for work_file in chosen.values():
        workfiles.keep_until(work_file, view.session.ends_at)
    _assign(view, chosen)


def source_of(actor: Actor, identity: str, side: Side) -> WorkFile:
    """One of the two documents as it was given, for the client that opened the session.

    Raises DOCUMENT_MISSING while there is none, INPUT_CONFLICTS when there will never be one.
    """
    view = services.find(actor, identity)
    if view.detail.source is not None:
        raise _single()
    work_file: WorkFile | None = getattr(view.detail, side)
    if work_file is None:
        raise PortalError(
            ErrorCode.DOCUMENT_MISSING, f"The session has no {side} document yet.", at=side
        )
    return work_file


def revisions(
    view: View, *, offset: int, limit: int, substantive_only: bool, seconds: float
) -> Listing:
    """What changed, with places on the red-lined pages when those are there within `seconds`.

    Raises DOCUMENT_MISSING, NOT_READY, or why the comparison failed.
    """
    if view.comparison is None:
        raise PortalError(ErrorCode.DOCUMENT_MISSING, "The session has no two documents yet.")
    return comparison.revisions(
        view.comparison,
        offset=offset,
        limit=limit,
        substantive_only=substantive_only,
        client=view.session.client,
        seconds=seconds,
    )


def _single() -> PortalError:
    return PortalError(
        ErrorCode.INPUT_CONFLICTS,
        "The session shows a single document; it cannot compare two as well.",
    )


def _ensure_vacant(view: View, side: str) -> None:
    if view.detail.source is not None:
        raise _single()
    if getattr(view.detail, side) is not None:
        raise PortalError(
            ErrorCode.DOCUMENT_ALREADY_ASSIGNED,
            f"The viewing session already has an {side} document assigned."
            if side == "original"
            else "The viewing session already has a revised document assigned.",
            at=side,
        )


def _ensure_comparable(view: View, work_file: WorkFile, side: Side) -> None:
    """Refuses what the session's way to compare cannot do."""
    allowed = {"": WORD, "redline": comparison.COMPARABLE}.get(view.detail.method)
    if allowed is not None and work_file.extension not in allowed:
        names = ".doc and .docx" if allowed is WORD else "word processing documents"
        raise PortalError(
            ErrorCode.FORMAT_NOT_COMPARABLE,
            f"The {side} document is a .{work_file.extension} file; only {names} can be compared "
            "here.",
            at=side,
        )


def _assign(view: View, chosen: Mapping[Side, WorkFile]) -> None:
    """Gives the session its documents, once: of two uploads at the same time one wins."""
    sides = {str(side): work_file for side, work_file in chosen.items()}
    vacant = {"source": None} | dict.fromkeys(sides)
    rows = ViewingDetail.objects.filter(session=view.session, **vacant)
    if not rows.update(**sides):
        raise PortalError(ErrorCode.DOCUMENT_ALREADY_ASSIGNED)
    DocumentSession.objects.filter(pk=view.session.pk).update(kind=services.COMPARE)
    view.detail.refresh_from_db()
    if view.detail.starts_converting:
        services.show(view.session)
