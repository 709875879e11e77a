"""An integrator's server, speaking to Django's test client."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests import factories

JSON = "application/json"


@dataclass
class Integrator:
    """Calls of PrizmDoc's V1 with a program's access key."""

    http: Client
    prefix: str = "/PCCIS/V1"

    def call(
        self,
        method: str,
        path: str,
        body: Any = b"",
        *,
        content_type: str = "application/octet-stream",
        **headers: str,
    ) -> HttpResponse:
        """One call; a body that is no bytes is sent as JSON."""
        if not isinstance(body, bytes):
            body, content_type = json.dumps(body).encode(), JSON
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.generic(
            method, self.prefix + path, body, content_type=content_type, headers=spelled
        )

    def open(self, **body: Any) -> str:
        """A new session's id."""
        answer = self.call("POST", "/ViewingSession", body)
        assert answer.status_code == 200, answer.content
        return str(answer.json()["viewingSessionId"])

    def put(self, identity: str, content: bytes, query: str = "", **options: Any) -> HttpResponse:
        """PUT SourceFile."""
        path = f"/ViewingSession/u{identity}/SourceFile{query}"
        return self.call("PUT", path, content, **options)

    def show(self, content: bytes = factories.PDF_BYTES, query: str = "", **body: Any) -> str:
        """A session that has a document."""
        identity = self.open(**body)
        assert self.put(identity, content, query).status_code == 200
        return identity

    def session(self, identity: str, rest: str = "", method: str = "GET", *body: Any) -> Any:
        """A call on a session: its path after the id."""
        return self.call(method, f"/ViewingSession/u{identity}{rest}", *body)

    def work_file(self, content: bytes = factories.PDF_BYTES, query: str = "") -> str:
        """A new work file's id."""
        answer = self.call("POST", f"/WorkFile{query}", content)
        assert answer.status_code == 200, answer.content
        return str(answer.json()["fileId"])


@pytest.fixture
def api(db: None) -> Integrator:
    """A program with every scope."""
    return Integrator(factories.caller())


def assert_error(answer: HttpResponse, status: int, code: str, at: str = "") -> dict[str, Any]:
    """A JSON error as the seed describes it; returns its errorDetails."""
    assert (answer.status_code, answer.json().get("errorCode")) == (status, code), answer.content
    assert answer["Content-Type"] == JSON
    assert answer["Accusoft-Status-Message"]
    if status >= 480:
        assert answer.reason_phrase == code
    details: dict[str, Any] = answer.json().get("errorDetails", {})
    assert details.get("at", "") == at
    return details


def assert_status_message(answer: HttpResponse, status: int, message: str) -> None:
    """An error without a body, told by its status line and header."""
    assert answer.status_code == status
    assert answer.content == b""
    assert message in answer["Accusoft-Status-Message"]
