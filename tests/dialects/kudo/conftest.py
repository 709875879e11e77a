"""A partner's backend that calls the token service, and the browser of its user."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.unit.editing.conftest import Partner

ORIGIN = "http://testserver"


class Backend(Partner):
    """The partner over HTTP."""

    http = Client()

    def generate(self, key: str | None = None, **parameters: Any) -> HttpResponse:
        return self.post({"userId": "anna", "file": self.file} | parameters, key)

    def post(self, body: Any, key: str | None = None) -> HttpResponse:
        headers = {"x-api-key": self.key if key is None else key}
        return self.http.post("/generate", body, content_type="application/json", headers=headers)

    def launch(self, **parameters: Any) -> str:
        answer = self.generate(**parameters)
        assert answer.status_code == 200, answer.content
        token: str = answer.json()["token"]
        return token

    def verify(self, token: str) -> HttpResponse:
        return self.http.get("/verify", headers={"x-api-token": token})


class Browser:
    """A browser that opened the editor, on a page of ours."""

    def __init__(self, token: str) -> None:
        self.http = Client()
        self.launched = self.http.get("/editor", {"apitoken": token})
        assert self.launched.status_code == 302, self.launched.content
        self.page = self.launched["Location"]
        self.api = f"/api/v1/edits/{self.page.removeprefix('/editor/')}"

    def get(self, rest: str = "") -> Any:
        return self.http.get(self.api + rest)

    def put(self, rest: str, body: bytes, version: int | str = 1, **headers: str) -> Any:
        sent = {"Origin": ORIGIN, "Recto-Editor": "1", "If-Match": f'"{version}"'} | headers
        return self.http.put(
            self.api + rest,
            body,
            content_type="application/octet-stream",
            headers={name: value for name, value in sent.items() if value},
        )

    def post(self, rest: str, body: bytes = b"", version: int | str = 1, **headers: str) -> Any:
        sent = {"Origin": ORIGIN, "Recto-Editor": "1", "If-Match": f'"{version}"'} | headers
        return self.http.post(
            self.api + rest,
            body,
            content_type="application/octet-stream",
            headers={name: value for name, value in sent.items() if value},
        )

    def state(self) -> dict[str, Any]:
        answer = self.get()
        assert answer.status_code == 200, answer.content
        members: dict[str, Any] = answer.json()
        return members


@pytest.fixture
def partner(db: None) -> Backend:
    return Backend()
