"""How much a client may use: requests, sessions, storage, conversions; and what it is told of it.

An empty limit is no limit, but for public clients, as whoever reads their page can call as they
do, and for sandboxes, which are for trying out.
Requests and conversions are counted in fixed windows: in the shared cache where there is one
(CACHE_URL), else in a row of the database. Either way all processes count together.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from apps.clients.models import ApiClient, Usage
from apps.core.correlation import note_client
from apps.core.errors import ErrorCode, PortalError

logger = logging.getLogger(__name__)
MINUTE, HOUR = 60, 3600
_REQUESTS, _CONVERSIONS = "requests", "conversions"


class Limits(NamedTuple):
    """None: unlimited."""

    requests_per_minute: int | None
    live_sessions: int | None
    storage_bytes: int | None
    conversions_per_hour: int | None


_PUBLIC = Limits(1200, 1000, 20 * 1024**3, 6000)
_SANDBOX = Limits(120, 20, 200 * 1024**2, 100)


class _Standing(NamedTuple):
    """Where the caller of the request at hand stands: what of how much is left, until when."""

    quota: int
    left: int
    seconds: int


_standing: ContextVar[_Standing | None] = ContextVar("standing", default=None)


def limits(client: ApiClient) -> Limits:
    """What holds for a client."""
    own = Limits(
        client.requests_per_minute,
        client.maximum_live_sessions,
        client.maximum_storage_bytes,
        client.conversions_per_hour,
    )
    if not (client.is_public or client.is_sandbox):
        return own
    least = _SANDBOX if client.is_sandbox else _PUBLIC
    return Limits(
        *(usual if set_ is None else set_ for usual, set_ in zip(least, own, strict=True))
    )


def count_request(client: ApiClient, *, credential_id: int | None = None) -> None:
    """Counts one request, and notes how many are left for the answer's headers.

    With `credential_id` each access key has as many for itself. Raises
    PortalError(QUOTA_EXCEEDED, retry_after=seconds).
    """
    note_client(client.name, logs_all=client.log_requests or client.is_sandbox)
    quota = limits(client).requests_per_minute
    if quota is None:
        return
    what = f"{_REQUESTS}:{credential_id}" if credential_id else _REQUESTS
    used, seconds = _count(client, what, MINUTE)
    _standing.set(_Standing(quota, max(0, quota - used), seconds))
    if used > quota:
        raise PortalError(
            ErrorCode.QUOTA_EXCEEDED,
            f"This client may send {quota} requests a minute.",
            retry_after=seconds,
        )


def count_conversion(client: ApiClient) -> None:
    """Counts a document that is to be converted. Raises QUOTA_EXCEEDED(retry_after=seconds)."""
    quota = limits(client).conversions_per_hour
    if quota is None:
        return
    used, seconds = _count(client, _CONVERSIONS, HOUR)
    if used > quota:
        raise PortalError(
            ErrorCode.QUOTA_EXCEEDED,
            f"This client may have {quota} documents converted an hour.",
            retry_after=seconds,
            limit=quota,
        )


def used_now(client: ApiClient) -> tuple[int, int]:
    """(requests in this minute, conversions in this hour), where they are limited."""
    return _look(client, _REQUESTS, MINUTE), _look(client, _CONVERSIONS, HOUR)


def _count(client: ApiClient, what: str, length: int) -> tuple[int, int]:
    """Adds one to a window; (the count so far, seconds until the window ends)."""
    window, elapsed = divmod(int(time.time()), length)
    if _is_shared():
        try:
            key = _key(client, what, window)
            cache.add(key, 0, timeout=2 * length)
            return cache.incr(key), length - elapsed
        except Exception:
            logger.warning("The cache does not count; the database does", exc_info=True)
    return _count_in_database(client.pk, what, window), length - elapsed


def _count_in_database(client_pk: int, what: str, window: int) -> int:
    table = connection.ops.quote_name(Usage._meta.db_table)
    statement = f"""
        INSERT INTO {table} (client_id, what, period, count) VALUES (%s, %s, %s, 1)
        ON CONFLICT (client_id, what) DO UPDATE SET
            count = CASE WHEN {table}.period = excluded.period THEN {table}.count + 1 ELSE 1 END,
            period = excluded.period
        RETURNING count"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [client_pk, what, window])
        return int(cursor.fetchone()[0])


def _look(client: ApiClient, what: str, length: int) -> int:
    window = int(time.time()) // length
    if _is_shared():
        return int(cache.get(_key(client, what, window)) or 0)
    row = Usage.objects.filter(client=client, what=what, period=window).first()
    return row.count if row else 0


def _is_shared() -> bool:
    return not settings.CACHE_URL.startswith("locmem:")


def _key(client: ApiClient, what: str, window: int) -> str:
    return f"clients:{client.pk}:{what}:{window}"


class RateHeaders:
    """Tells a limited caller how many requests are left, whatever API it calls.

    Source: draft-ietf-httpapi-ratelimit-headers-10.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _standing.set(None)
        try:
            response = self.get_response(request)
            if (standing := _standing.get()) is not None:
                quota, left, seconds = standing
                response["RateLimit-Policy"] = f'"{_REQUESTS}";q={quota};w={MINUTE}'
                response["RateLimit"] = f'"{_REQUESTS}";r={left};t={seconds}'
            return response
        finally:
            _standing.reset(token)
