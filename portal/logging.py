"""Correlation ids, and log lines that never hold a capability.

A session id opens a document, so it is a secret; it is also part of PrizmDoc's URLs and of
Connect's. Every log record passes the filter here, which shortens anything that looks like one.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from apps.core.correlation import address, correlation_id

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


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for a collector of logs (LOG_FORMAT=json)."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "correlation_id": correlation_id.get(),
            "message": record.getMessage(),
        }
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


def configuration(*, level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING: lines of text, or of JSON."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "portal": {"()": "portal.logging.PortalFilter"},
            "exceptions": {"()": "portal.logging.OnlyExceptions"},
        },
        "formatters": {
            "text": {
                "format": "%(asctime)s %(levelname)-7s %(correlation_id)s %(name)s: %(message)s",
            },
            "json": {"()": "portal.logging.JsonFormatter"},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": form, "filters": ["portal"]}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "propagate": False},
            "fontTools": {"level": "ERROR"},
            "weasyprint": {"level": "ERROR"},
            "oauthlib": {"level": "WARNING"},  # logs tokens at DEBUG
            "django.request": {"level": "ERROR", "filters": ["exceptions"]},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }


class CorrelationMiddleware:
    """Gives each request an id (the caller's X-Correlation-Id if it is sane) and one log line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        offered = request.headers.get("X-Correlation-Id", "")
        identity = offered if _CALLERS_ID.fullmatch(offered) else secrets.token_hex(8)
        token = correlation_id.set(identity)
        origin = address.set(_address(request))
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
            address.reset(origin)
            correlation_id.reset(token)


def _address(request: HttpRequest) -> str:
    """The caller's address; behind a proxy, the one that the proxy says."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER is None:
        return peer
    said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return (said or peer)[:45]
