"""What is in an envelope: encrypted as it comes in, decrypted as it is read."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import transaction

from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import is_guid
from apps.core.streams import begun
from apps.envelopes import audit, sealing
from apps.envelopes.models import Access, Envelope, EnvelopeItem
from apps.envelopes.services import Attached, reattach
from apps.workfiles import services as workfiles

Action = audit.Action
_NAME = 255


@dataclass(frozen=True, slots=True)
class Item:
    """An item with what is sealed about it opened.

    `number` orders the items of an envelope, `size` is in bytes, `meta` the caller's own.
    """

    id: uuid.UUID
    number: int
    kind: str
    name: str
    media_type: str
    size: int
    meta: Mapping[str, Any]
    created_at: datetime


def put(
    attached: Attached,
    *,
    name: str,
    media_type: str,
    content: bytes | Iterable[bytes],
    kind: Literal["document", "data"] = "document",
    meta: Mapping[str, Any] | None = None,
) -> Item:
    """Encrypts content into the envelope as it streams; memory stays flat at any size.

    `meta` is what JSON can hold. Raises ENVELOPE_DENIED without write access, ENVELOPE_NOT_FOUND
    when the envelope ended meanwhile; then nothing is kept.
    """
    _require_write(attached)
    envelope, guid = attached.envelope, uuid.uuid4()
    counted = _Counted([content] if isinstance(content, bytes) else content)
    details = {"name": name[:_NAME], "mediaType": media_type[:_NAME], "meta": dict(meta or {})}
    row = EnvelopeItem(
        envelope=envelope,
        guid=guid,
        kind=EnvelopeItem.Kind(kind),
        sealed_details=sealing.seal(
            json.dumps(details, allow_nan=False).encode(),
            attached.data_key,
            _place(envelope, guid, "details"),
        ),
    )
    place = _place(envelope, guid, "content")
    row.blob = workfiles.keep(_Stream(sealing.encrypt(counted, attached.data_key, place)))
    row.size = counted.size
    try:
        with transaction.atomic():
            added = audit.record(
                attached.actor, envelope, Action.ITEM_ADDED, subject=attached.subject, item=guid
            )
            # The envelope's row is locked now: whoever ends it or revokes waits, or has been.
            _require_standing(attached)
            row.number = added.number
            row.save()
    except BaseException:
        workfiles.discard(row.blob)
        raise
    return _opened(attached, row)


def items(attached: Attached, *, after: int = 0, limit: int | None = None) -> list[Item]:
    """The items in the order they came, from the first with a number above `after`."""
    rows = attached.envelope.items.filter(number__gt=after)
    return [_opened(attached, row) for row in (rows if limit is None else rows[:limit])]


def item(attached: Attached, item_id: str) -> Item:
    """One item. Raises ENVELOPE_ITEM_NOT_FOUND."""
    return _opened(attached, _row(attached, item_id))


def open(attached: Attached, item_id: str) -> Iterator[bytes]:
    """The content of an item, decrypted as it streams; noted in the audit trail.

    The first piece has been checked when this returns. Raises ENVELOPE_ITEM_NOT_FOUND, and
    INTERNAL, also while it is read, when what is stored is not what was written.
    """
    row = _row(attached, item_id)
    place = _place(attached.envelope, row.guid, "content")
    pieces = _checked(sealing.decrypt(workfiles.read(row.blob), attached.data_key, place))
    pieces = begun(pieces)
    with transaction.atomic():
        audit.record(
            attached.actor,
            attached.envelope,
            Action.ITEM_READ,
            subject=attached.subject,
            item=row.guid,
        )
    return pieces


def remove(attached: Attached, item_id: str) -> None:
    """Takes an item out and removes its ciphertext.

    Raises ENVELOPE_DENIED, ENVELOPE_ITEM_NOT_FOUND.
    """
    _require_write(attached)
    row = _row(attached, item_id)
    with transaction.atomic():
        audit.record(
            attached.actor,
            attached.envelope,
            Action.ITEM_REMOVED,
            subject=attached.subject,
            item=row.guid,
        )
        _require_standing(attached)
        if not EnvelopeItem.objects.filter(pk=row.pk).delete()[0]:
            raise PortalError(ErrorCode.ENVELOPE_ITEM_NOT_FOUND)
        workfiles.discard(row.blob)


def _row(attached: Attached, item_id: str) -> EnvelopeItem:
    item_id = item_id.lower()
    row = None
    if is_guid(item_id):
        rows = attached.envelope.items.select_related("blob")
        row = rows.filter(guid=item_id).first()
    if row is None:
        raise PortalError(ErrorCode.ENVELOPE_ITEM_NOT_FOUND)
    return row


def _opened(attached: Attached, row: EnvelopeItem) -> Item:
    place = _place(attached.envelope, row.guid, "details")
    sealed = sealing.decrypt([bytes(row.sealed_details)], attached.data_key, place)
    details = json.loads(b"".join(_checked(sealed)))
    return Item(
        id=row.guid,
        number=row.number,
        kind=row.kind,
        name=details["name"],
        media_type=details["mediaType"],
        size=row.size,
        meta=details["meta"],
        created_at=row.created_at,
    )


def _place(envelope: Envelope, item: uuid.UUID, part: str) -> bytes:
    """Where a ciphertext belongs: it opens nowhere else."""
    return b"recto envelope item 1 " + envelope.guid.bytes + item.bytes + part.encode()


def _checked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    except (sealing.Tampered, FileNotFoundError) as error:
        raise PortalError(
            ErrorCode.INTERNAL,
            "What is stored of this item is not what was written.",
            remedy="Tell the administrator; the files may have to be restored from a backup.",
        ) from error


def _require_write(attached: Attached) -> None:
    if attached.access != Access.WRITE:
        raise PortalError(ErrorCode.ENVELOPE_DENIED, "The access is for reading only.")


def _require_standing(attached: Attached) -> None:
    """Once more, under the lock of the envelope's row. Raises as `reattach`."""
    _require_write(
        reattach(
            attached.actor,
            attached.envelope.pk,
            attached.data_key,
            access="write",
            subject=attached.subject,
        )
    )


class _Counted:
    """Chunks, and how many bytes have passed."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self.size = chunks, 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            yield chunk


class _Stream:
    """Chunks as a stream; a read gives what one chunk holds, whatever size is asked for."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def read(self, size: int, /) -> bytes:
        return next(self._chunks, b"")
