"""No log line holds what opens a document."""

from __future__ import annotations

import io
import logging
import uuid

import pytest

from portal.logging import PortalFilter, redact

GUID, OTHER = "5b0c2f0e-6a35-4a52-9d5e-3a5b2d1f7c11", "c7f1a7de-2f0b-4d0c-8a43-0e9c1b6f2a94"
TOKEN = "pX0v1m7dUq9Zt3bKc5yWn8sRf2hLj6gAe4iDoQwTuVk"


@pytest.mark.parametrize("session", [GUID, GUID.upper(), TOKEN, f"u{TOKEN}"])
@pytest.mark.parametrize(
    "line",
    [
        "GET /app/web/connect?sessionId={} 200",
        "GET /api/v1/forms/{}/draft 200",
        f"POST /webapi/api/v3/{OTHER}/connect/session/{{}}/Result 200",
        f"POST /WebApi/Api/V3/{OTHER}/Connect/Session/{{}} 404",
        "GET /PCCIS/V1/ViewingSession/{}/SourceFile 200",
        "Session {} was opened",
    ],
)
def test_a_session_is_shortened_wherever_it_stands(line: str, session: str) -> None:
    written = redact(line.format(session))
    assert session not in written
    assert session[:6] in written
    assert OTHER not in line or OTHER in written  # a datasource opens nothing


def test_a_traceback_is_a_line_like_others() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(PortalFilter())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    secret = str(uuid.uuid4())
    try:
        raise KeyError(secret)
    except KeyError:
        logger.exception("Session %s failed", secret)
    assert "KeyError" in written.getvalue()
    assert secret not in written.getvalue()
