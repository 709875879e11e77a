"""Correlation ids, and log lines that never hold a capability.

A session id opens a document, so it is a secret; it is also part of PrizmDoc's URLs and of
Connect's. Every log record passes the filter here, which shortens anything that looks like one.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from apps.core.correlation import correlation_id

# A long token, or a GUID: Connect's sessions are GUIDs. The one after /v3/ is a datasource's.
_CAPABILITY = re.compile(
    r"[A-Za-z0-9_-]{40,}|(?<!/v3/)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE
)
_CALLERS_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PROBES = {"/livez", "/readyz"}
_access = logging.getLogger("portal.access")
_formatter = logging.Formatter()


def redact(text: str) -> str:
    """Shortens every long random token and GUID to its first six characters."""
    return _CAPABILITY.sub(lambda match: match.group()[:6] + "...", text)


class PortalFilter(logging.Filter):
    """Adds the correlation id and redacts the message and the traceback of every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.correlation_id = correlation_id.get()
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info:
            record.exc_text = redact(_formatter.formatException(record.exc_info))
        return True


class OnlyExceptions(logging.Filter):
    """Passes records of unexpected exceptions. Every answer has its own line already."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info)


class CorrelationMiddleware:
    """Gives each request an id (the caller's X-Correlation-Id if it is sane) and one log line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        offered = request.headers.get("X-Correlation-Id", "")
        identity = offered if _CALLERS_ID.fullmatch(offered) else secrets.token_hex(8)
        token = correlation_id.set(identity)
        began = time.monotonic()
        try:
            response = self.get_response(request)
            response["X-Correlation-Id"] = identity
            milliseconds = round((time.monotonic() - began) * 1000)
            level = logging.DEBUG if request.path in _PROBES else logging.INFO
            _access.log(
                level,
                "%s %s %s %d ms",
                request.method,
                request.path,
                response.status_code,
                milliseconds,
            )
            return response
        finally:
            correlation_id.reset(token)
