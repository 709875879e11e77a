"""Health says which part is not ready; why is for those who run the portal."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db


def test_readiness_names_the_part_and_tells_the_log_why(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert parts["database"] == {"ready": True, "detail": "sqlite"}
    assert parts["engine-office"] == {"ready": False, "detail": "not ready"}
    assert str(settings.DATA_DIR) not in answer.content.decode()
    assert "engine-office is not ready: no office engine answers" in caplog.text
    assert str(settings.DATA_DIR) not in caplog.text
