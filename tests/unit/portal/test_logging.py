"""No log line holds what opens a document."""

from __future__ import annotations

import io
import logging
import uuid

import pytest

from apps.core.ids import new_guid, new_token
from portal.logging import PortalFilter, redact

GUID, OTHER = new_guid(), new_guid()


@pytest.mark.parametrize("session", [GUID, GUID.upper(), new_token(), f"u{new_token()}"])
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
