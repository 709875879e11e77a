"""An office suite, scripted from the specification, and a person at work in it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from django.utils import timezone

from apps.core import remote
from apps.editing.office import discovery
from tests import factories
from tests.dialects.kudo.conftest import Backend, Browser
from tests.dialects.wopi.documents import COLLABORA

HOST = "http://testserver"
TICKS_1970 = 621_355_968_000_000_000


class Suite:
    """What answers at WOPI_CLIENT_URL: its discovery, and whether it answers at all."""

    def __init__(self) -> None:
        self.xml, self.asked, self.down = COLLABORA, 0, False

    def exchange(self, url: str, body: bytes | None, headers: Any, **limits: Any) -> bytes:
        assert (url, body) == ("https://office.example.com/hosting/discovery", None)
        self.asked += 1
        if self.down:
            raise remote.PortalError(remote.ErrorCode.REMOTE_FAILED, "Nobody answers.")
        return self.xml.encode()


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Suite]:
    suite = Suite()
    monkeypatch.setattr(remote, "exchange", suite.exchange)
    settings.WOPI_CLIENT_URL = "https://office.example.com"
    settings.WOPI_HOST_URL = HOST
    discovery.forget()
    yield suite
    discovery.forget()


@pytest.fixture
def partner(db: None, suite: Suite) -> Backend:
    return Backend()


class Signer:
    """A suite's key pair."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        numbers = self._key.public_key().public_numbers()
        self.modulus, self.exponent = self._text(numbers.n), self._text(numbers.e)

    @staticmethod
    def _text(number: int) -> str:
        return base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()

    def sign(self, token: str, url: str, ticks: int) -> str:
        parts = (token.encode(), url.upper().encode(), ticks.to_bytes(8, "big"))
        content = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return base64.b64encode(self._key.sign(content, padding.PKCS1v15(), SHA256())).decode()


def ticks(moment: datetime | None = None) -> int:
    return TICKS_1970 + int((moment or timezone.now()).timestamp() * 10_000_000)


class Office:
    """One document open in the suite, for one person: calls as the specification has them."""

    def __init__(self, source: str, token: str) -> None:
        self.source, self.token, self.http = source, token, Client()
        self.path = urlsplit(source).path
        self.headers: dict[str, str] = {}

    @classmethod
    def opened(cls, browser: Browser) -> Office:
        """As the page opens it: an address with WOPISrc, and a token posted to it."""
        answer = browser.post("/office")
        assert answer.status_code == 200, answer.content
        frame = answer.json()
        query = parse_qs(urlsplit(frame["address"]).query)
        (source,) = query.get("WOPISrc") or query["wopisrc"]
        return cls(source, frame["access_token"])

    def _send(self, method: str, rest: str, headers: dict[str, str], body: bytes = b"") -> Any:
        return self.http.generic(
            method,
            f"{self.path}{rest}?access_token={self.token}",
            body,
            content_type="application/octet-stream",
            headers=self.headers | headers,
        )

    def check(self) -> Any:
        return self._send("GET", "", {})

    def info(self) -> dict[str, Any]:
        answer = self.check()
        assert answer.status_code == 200, answer.content
        members: dict[str, Any] = answer.json()
        return members

    def get(self, **headers: str) -> Any:
        return self._send("GET", "/contents", headers)

    def content(self) -> bytes:
        answer = self.get()
        assert answer.status_code == 200
        return b"".join(answer.streaming_content)

    def put(self, body: bytes, lock: str = "", **more: str) -> Any:
        headers = {"X-WOPI-Override": "PUT"} | ({"X-WOPI-Lock": lock} if lock else {})
        return self._send("POST", "/contents", headers | dashed(more), body)

    def do(self, operation: str, lock: str = "", body: bytes = b"", **more: str) -> Any:
        headers = {"X-WOPI-Override": operation} | ({"X-WOPI-Lock": lock} if lock else {})
        return self._send("POST", "", headers | dashed(more), body)

    def lock(self, name: str) -> Any:
        return self.do("LOCK", name)

    def locked(self, name: str = "L1") -> Office:
        assert self.lock(name).status_code == 200
        return self

    def holder(self) -> str:
        answer = self.do("GET_LOCK")
        assert answer.status_code == 200
        return str(answer["X-WOPI-Lock"])


def dashed(headers: dict[str, str]) -> dict[str, str]:
    """`X_WOPI_OldLock="a"` as headers."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


WORDS = factories.docx("As it came")


@cache
def docx(words: str) -> bytes:
    """The same bytes each time."""
    return factories.docx(words)


def person(partner: Backend, file: str = "", **parameters: Any) -> Browser:
    """Somebody's browser at the page of a Word document."""
    file = file or partner.upload(WORDS, "docx", "letter.docx")
    return Browser(partner.launch(file=file, **({"access": "edit"} | parameters)))


@pytest.fixture
def browser(partner: Backend) -> Browser:
    return person(partner)


@pytest.fixture
def office(browser: Browser) -> Office:
    return Office.opened(browser)
