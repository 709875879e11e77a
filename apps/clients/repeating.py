"""Requests with an `Idempotency-Key`: carried out once, answered the same each time for a day.

Source: draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.utils import timezone

from apps.clients.models import ApiClient, Repeatable
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, seal, unseal

_LONGEST = 255
# After which a request without an answer was cut off.
_PATIENCE = timedelta(minutes=1)


def begin(client: ApiClient, key: str, request: bytes) -> Repeatable:
    """The request's row: with an answer (`answer`) where there was such a request before.

    Raises INPUT_INVALID for the key, and IDEMPOTENCY_KEY_REUSED for a different request or one
    that is still being carried out.
    """
    if not 0 < len(key) <= _LONGEST:
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"An idempotency key has 1 to {_LONGEST} characters.",
            at="Idempotency-Key",
        )
    asked = hashlib.sha256(request).hexdigest()
    mine = Repeatable.objects.filter(client=client, key=digest(key))
    mine.filter(status=None, created_at__lt=timezone.now() - _PATIENCE).delete()
    row, made = Repeatable.objects.get_or_create(
        client=client, key=digest(key), defaults={"request": asked}
    )
    if not made and row.request != asked:
        raise PortalError(ErrorCode.IDEMPOTENCY_KEY_REUSED, at="Idempotency-Key")
    if not made and row.status is None:
        raise PortalError(
            ErrorCode.IDEMPOTENCY_KEY_REUSED,
            "The same request is being carried out.",
            remedy="Wait a moment and send it again.",
            at="Idempotency-Key",
        )
    return row


def answer(row: Repeatable) -> tuple[int, bytes] | None:
    """Status and body of the answer that was given; None for a request to be carried out."""
    return None if row.status is None else (row.status, unseal(row.body).encode())


def keep(row: Repeatable, status: int, body: bytes) -> None:
    """Keeps the answer of a request that was carried out."""
    row.status, row.body = status, seal(body.decode())
    row.save(update_fields=["status", "body"])


def forget(row: Repeatable) -> None:
    """Lets a request that failed be sent again."""
    row.delete()
