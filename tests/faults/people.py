"""People who go on whatever happens: they open, send, save, and remember what was confirmed."""

from __future__ import annotations

import io
import itertools
import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests
from PIL import Image

from tests import factories
from tests.flows.test_editing import Backend, Browser
from tests.stack import Integrator, Stack

_numbers = itertools.count()
# What a program that calls the portal has to put up with while something is away.
PATIENCE = (requests.RequestException, AssertionError, KeyError, ValueError)


@dataclass
class Sent:
    """A document whose receipt was confirmed."""

    identity: str
    content: bytes
    number: int
    at: float = field(default_factory=time.monotonic)


def document(number: int) -> tuple[str, bytes]:
    """A small document nobody has sent yet; two of three are Word's."""
    if number % 3:
        return f"{number}.docx", factories.docx(f"Letter {number} of {time.time_ns()}.")
    stream = io.BytesIO()
    Image.frombytes("RGB", (16, 16), os.urandom(768)).save(stream, "PNG")
    return f"{number}.png", stream.getvalue()


class Sender(threading.Thread):
    """Opens sessions and sends documents, one after the other, until told to stop."""

    def __init__(self, stack: Stack, credentials: dict[str, str], most: int | None = None) -> None:
        super().__init__(daemon=True)
        self.user = Integrator(stack.url, credentials)
        self.sent: list[Sent] = []
        self.refused = 0
        self.ended = threading.Event()
        self._most = most

    def run(self) -> None:
        while not self.ended.is_set() and (self._most is None or len(self.sent) < self._most):
            number = next(_numbers)
            name, content = document(number)
            try:
                identity = self.user.open(externalId=name)
                answer = self.user.upload(identity, content, name.rpartition(".")[2])
                assert answer.status_code == 200, answer.text
                self.sent.append(Sent(identity, content, number))
                self._wait(identity)
            except PATIENCE:
                self.refused += 1
                self.ended.wait(0.2)

    def _wait(self, identity: str) -> None:
        """As a page does that shows how far the document is, but not for ever."""
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline and not self.ended.is_set():
            if self.user.view(identity).get("state") == "ready":
                return
            self.ended.wait(0.1)


class Writer(threading.Thread):
    """Saves a text again and again; what is not confirmed is sent once more."""

    def __init__(self, backend: Backend, pause: float = 0.1, most: int | None = None) -> None:
        super().__init__(daemon=True)
        self.browser = Browser(
            backend.url, backend.token(backend.upload(b"first\n", "txt"), userId=str(id(self)))
        )
        self.confirmed: dict[str, bytes] = {"1": b"first\n"}
        self.refused = 0
        self.ended = threading.Event()
        self._head, self._pause, self._most = 1, pause, most

    def run(self) -> None:
        for number in itertools.count():
            if self._most is not None and number >= self._most:
                return
            body = b"save %d\n" % number
            while not self.ended.is_set() and not self._saved(body):
                self.refused += 1
                self.ended.wait(0.2)
            if self.ended.wait(self._pause):
                return

    def _saved(self, body: bytes) -> bool:
        try:
            answer = self.browser.save(body, self._head, "autosave")
            said: dict[str, Any] = answer.json()
        except PATIENCE:
            return False
        if answer.status_code == 409 and "current" in said:
            # Somebody else's save, or an own one whose confirmation was lost on its way.
            self.confirmed[said["kept"]] = body
            self._head = int(said["current"])
            return True
        if answer.status_code not in (200, 201):
            return False
        label = said["revision"]["name"]
        self.confirmed[label], self._head = body, int(label)
        return True

    def lost(self) -> list[str]:
        """Confirmed versions that are not there, or hold something else."""
        wrong = []
        for label, body in self.confirmed.items():
            if self.browser.call("GET", f"/revisions/{label}").content != body:
                wrong.append(f"version {label}")
        return wrong


@dataclass
class Outcome:
    """What became of documents: those still under way after all the time, and why some failed."""

    wedged: list[str] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)


def outcome(user: Integrator, sent: list[Sent], seconds: float) -> Outcome:
    """Waits until each document is shown or has failed, but no longer than so long."""
    deadline = time.monotonic() + seconds
    found, waiting = Outcome(), list(sent)
    while waiting:
        for one in list(waiting):
            try:
                view = user.view(one.identity)
                state = view["state"]
            except PATIENCE:
                break
            if state == "failed":
                found.failed[one.number] = f"{view['error']['code']}: {view['error']['detail']}"
            if state in ("ready", "failed"):
                waiting.remove(one)
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    found.wedged = [f"document {one.number}: {user.view(one.identity)}" for one in waiting]
    return found


def lost(user: Integrator, sent: list[Sent], *, pictures_of: int = 4) -> list[str]:
    """Documents that are not what was sent, or whose first page is not shown."""
    wrong = []
    for place, one in enumerate(sent):
        path = f"/PCCIS/V1/ViewingSession/u{one.identity}/SourceFile"
        if user.call("GET", path).content != one.content:
            wrong.append(f"document {one.number}")
        elif place % pictures_of == 0:
            page = user.call("GET", f"/PCCIS/V1/Page/q/0?DocumentID=u{one.identity}")
            if not page.content.startswith(b"\x89PNG"):
                wrong.append(f"page of {one.number}: {page.status_code} {page.text[:80]}")
    return wrong
