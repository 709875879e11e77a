"""Programs and pages that call DataWollet, each with the cookies of a browser of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.clients import services as clients
from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from tests import factories

SCOPES = (
    "sessions:write",
    "envelopes:create",
    "envelopes:read",
    "envelopes:write",
    "documents:ocr",
)
ORIGIN = "https://app.example.com"


@dataclass
class Caller:
    """Who calls, and with what headers."""

    client: ApiClient
    http: Client = field(default_factory=Client)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.http.post(path, body or {}, content_type="application/json", headers=headers)

    def get(self, path: str, session: str = "", **headers: str) -> Any:
        named = {"Session-Id": session} if session else {}
        return self.http.get(path, headers=named | headers)

    def delete(self, path: str, session: str) -> Any:
        return self.http.delete(path, headers={"Session-Id": session})

    def start(self, **body: Any) -> dict[str, Any]:
        """A session, started or resumed."""
        answer = self.post("/session/start", body)
        assert answer.status_code == 200, answer.content
        members: dict[str, Any] = answer.json()
        return members

    def send(
        self,
        session: str,
        content: bytes = factories.PDF_BYTES,
        name: str = "a.pdf",
        *,
        path: str = "/documents/append",
        field: str = "document",
        more: dict[str, Any] | None = None,
        **headers: str,
    ) -> Any:
        form = {field: SimpleUploadedFile(name, content)} | (more or {})
        named = {"Session-Id": session} if session else {}
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(path, form, headers=named | spelled)


def program(name: str = "full", *scopes: str, **policies: Any) -> Caller:
    """A confidential client with an access key."""
    actor = factories.actor(name, **policies)
    client = actor.require_client()
    client.scopes.set(scopes or SCOPES)
    key = clients.issue_access_key(Actor.system(), client)
    return Caller(client, Client(headers={"X-Api-Key": key}))


def page(name: str = "spa", *scopes: str, origin: str = ORIGIN) -> Caller:
    """The page of a public client in a browser; a second call is a second browser."""
    client = ApiClient.objects.filter(name=name).first() or clients.register_client(
        Actor.system(), name, public=True, scopes=scopes or SCOPES, origins=[origin]
    )
    return Caller(client, Client(headers={"Origin": origin}))


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    members: dict[str, Any] = answer.json()
    assert members["code"] == code
    assert members["detail"] and members["remedy"] and members["correlation_id"]
    return members


@pytest.fixture
def server(db: None) -> Caller:
    return program()


@pytest.fixture
def browser(db: None) -> Caller:
    return page()
