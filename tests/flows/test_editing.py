"""The editor on the running product: a backend gets tokens, browsers save, the backend is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.fakes import wait_until
from tests.stack import Stack
from tests.unit.clients.test_webhooks import Receiver, verified

TEXT = b"first\nsecond\nthird\n"
SCOPES = ("editor:launch", "workfiles:read", "workfiles:write")


class Backend:
    """The partner's server."""

    def __init__(self, stack: Stack) -> None:
        self.url = stack.url
        scopes = [word for scope in SCOPES for word in ("--scope", scope)]
        registered = stack.register("Drawings", "--access-key", *scopes)
        self.client_id = registered["client_id"]
        self.headers = {"x-api-key": registered["access_key"]}

    def upload(self, content: bytes, extension: str) -> str:
        answer = requests.post(
            f"{self.url}/PCCIS/V1/WorkFile?FileExtension={extension}",
            content,
            headers=self.headers,
            timeout=60,
        )
        file: str = answer.json()["fileId"]
        return file

    def token(self, file: str, **parameters: object) -> str:
        body = {"userId": "anna", "file": file, "access": "edit"} | parameters
        answer = requests.post(f"{self.url}/generate", json=body, headers=self.headers, timeout=60)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["token"]
        return token

    def download(self, file: str) -> bytes:
        address = f"{self.url}/PCCIS/V1/WorkFile/{file}"
        return requests.get(address, headers=self.headers, timeout=60).content


class Browser:
    """A browser: over http it keeps Secure cookies of this host, as Chromium does for localhost."""

    def __init__(self, url: str, token: str) -> None:
        launched = requests.get(
            f"{url}/editor", params={"apitoken": token}, allow_redirects=False, timeout=60
        )
        assert launched.status_code == 302, launched.text
        cookie = launched.headers["Set-Cookie"].partition(";")[0]
        self.url, self.page = url, launched.headers["Location"]
        self.headers = {"Cookie": cookie, "Origin": url, "Recto-Editor": "1"}

    def call(self, method: str, rest: str = "", **arguments: Any) -> requests.Response:
        headers = self.headers | arguments.pop("headers", {})
        address = f"{self.url}{self.page.replace('/editor/', '/api/v1/edits/')}{rest}"
        return requests.request(method, address, headers=headers, timeout=60, **arguments)

    def save(self, content: bytes, version: int, reason: str = "explicit") -> requests.Response:
        headers = {"If-Match": f'"{version}"'}
        return self.call("PUT", f"/content?reason={reason}", data=content, headers=headers)


@pytest.fixture(scope="module")
def backend(stack: Stack) -> Backend:
    return Backend(stack)


def test_from_the_token_to_the_saved_document(stack: Stack, backend: Backend) -> None:
    receiver = Receiver()
    arguments = ("register_webhook", backend.client_id, receiver.url, "--private", "--json")
    secret = json.loads(stack.manage(*arguments))["secret"]
    file = backend.upload(TEXT, "txt")
    anna = Browser(backend.url, backend.token(file))
    ben = Browser(backend.url, backend.token(file, userId="ben"))
    assert anna.call("GET", "/content").content == TEXT
    assert anna.save(b"anna\n", 1, "autosave").json()["revision"]["name"] == "2"
    conflict = ben.save(b"ben\n", 1)
    assert (conflict.status_code, conflict.json()["kept"]) == (409, "s1")
    assert ben.call("GET", "/revisions/s1").content == b"ben\n"
    assert anna.call("POST", "/close").status_code == 204
    wait_until(lambda: len(receiver.messages) >= 3, seconds=60)
    assert all(verified(secret, headers, body) for headers, body in receiver.messages)
    bodies = [json.loads(body) for _, body in receiver.messages]
    told = {body["type"]: body["data"] for body in bodies}
    assert told.keys() == {"document.saved", "save.failed", "session.closed"}
    assert backend.download(told["document.saved"]["fileId"]) == b"anna\n"
    again = Browser(backend.url, backend.token(file))
    assert again.call("GET", "/content").content == b"anna\n"
    receiver.server.shutdown()


def test_of_many_tokens_each_opens_once(backend: Backend) -> None:
    file = backend.upload(TEXT, "txt")
    tokens = [backend.token(file) for _ in range(20)]
    assert len(set(tokens)) == 20
    for token in tokens[:3]:
        Browser(backend.url, token)
        second = requests.get(f"{backend.url}/editor", params={"apitoken": token}, timeout=60)
        assert (second.status_code, "used already" in second.text) == (403, True)
