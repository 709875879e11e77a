"""Every page says what it may load."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/", "/admin/login/", "/api/docs/", "/api/docs/errors", "/view/unknown", "/nowhere"]
)
def test_a_page_runs_the_portals_own_scripts_only(client: Client, path: str) -> None:
    page = client.get(path)
    policy = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    evaluates = path.startswith("/admin/")
    assert policy["script-src"] == ("'self' 'unsafe-eval'" if evaluates else "'self'")
    assert "frame-ancestors" in policy or page["X-Frame-Options"] == "DENY"


def test_data_has_no_page_policy(client: Client) -> None:
    assert "Content-Security-Policy" not in client.get("/readyz")
