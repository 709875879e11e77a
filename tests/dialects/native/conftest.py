"""A viewer page's calls: a session's id and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests import factories

PROBLEM = "application/problem+json"


class Viewer:
    """Calls of the native API."""

    def __init__(self) -> None:
        self.http = Client()

    def get(self, identity: str, rest: str = "") -> HttpResponse:
        return self.http.get(f"/api/v1/views/{identity}{rest}")

    def state(self, identity: str) -> dict[str, Any]:
        """The overview of a session."""
        answer = self.get(identity)
        assert answer.status_code == 200, answer.content
        assert answer["Cache-Control"] == "no-store"
        state: dict[str, Any] = answer.json()
        return state

    def post(self, identity: str, rest: str, body: Any) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.post(f"/api/v1/views/{identity}{rest}", data, content_type="text/plain")


@pytest.fixture
def viewer(db: None) -> Viewer:
    return Viewer()


@pytest.fixture
def ready(db: None) -> str:
    """A session on a document of three ready pages."""
    identity = factories.view(content=factories.PDF_BYTES, display_name="Report.pdf")
    factories.ready_pdf(factories.source_of(identity), 3, title="A title")
    return identity


def assert_problem(answer: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """RFC 9457, with the members every problem here has."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    members: dict[str, Any] = answer.json()
    assert (members["status"], members["code"]) == (status, code)
    assert members["type"].endswith(code)
    assert all(members[name] for name in ("title", "detail", "remedy", "correlation_id"))
    assert answer["X-Correlation-Id"] == members["correlation_id"]
    return members
