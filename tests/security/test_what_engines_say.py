"""A converter that is taken over may say anything: its job ends, and the worker goes on."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.conversion import jobs, services
from apps.conversion.engines import protocol
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF
from tests import factories, fakes

AREA = "What a taken-over converter says"
pytestmark = pytest.mark.django_db
_DONE = fakes.done(pages=1, sizes=[[9.0, 9.0]], title="Made")
_HALF = chr(0xD800)
# Raw datagrams, sent before the end; `PART` becomes a plain and honest part.
SAYINGS: dict[str, list[Any]] = {
    "nothing": [],
    "no JSON": [b"{"],
    "no text": [b"\xff\xfe\x00"],
    "too deep": [b"[" * 60_000],
    "too long": [b'{"event":"part","name":"' + b"x" * 70_000],
    "null": [None],
    "a list": [[]],
    "a number": [7],
    "no event": [{}],
    "an event that is none": [{"event": "own"}],
    "an event that is a list": [{"event": ["done"]}],
    "a reason that is none": [fakes.failed("owned")],
    "a reason that is a number": [{"event": "failed", "code": 7, "detail": "x"}],
    "no reason": [{"event": "failed"}],
    "half a character": [fakes.failed("document_corrupt", f"of {_HALF} characters")],
    "a character that ends": [fakes.failed("document_corrupt", "of \0 characters")],
    "a long reason": [fakes.failed("document_corrupt", "x" * 60_000)],
    "a reason that is an object": [{"event": "failed", "code": "document_corrupt", "detail": {}}],
    "a title of half a character": [fakes.done(pages=1, sizes=[[9, 9]], title=_HALF)],
    "a title that ends": [fakes.done(pages=1, sizes=[[9, 9]], title="a\0b")],
    "pages that are no number": [b'{"event":"done","meta":{"pages":NaN,"sizes":[[NaN,1e999]]}}'],
    "pages below none": [fakes.done(pages=-1, sizes=[])],
    "pages of words": [fakes.done(pages="many", sizes="large")],
    "too many pages": [fakes.done(pages=10**30, sizes=[[9, 9, 10**30]])],
    "no meta": [{"event": "done"}],
    "meta that is none": [{"event": "done", "meta": 7}],
    "sizes elsewhere": [fakes.done(pages=1, sizes_file="in/source.docx")],
    "sizes further off": [fakes.done(pages=1, sizes_file="../../portal.sqlite3")],
    "a part elsewhere": ["PART", {"file": "in/source.docx"}],
    "a part further off": ["PART", {"file": "/etc/passwd"}],
    "a part that is none": ["PART", {"file": "out/nothing"}],
    "a part of a number": ["PART", {"file": 7}],
    "a part without a name": ["PART", {"name": None}],
    "a part of a long name": ["PART", {"name": "x" * 5000}],
    "a part of half a name": ["PART", {"name": _HALF}],
    "a part of another type": ["PART", {"media_type": "text/html\r\nSet-Cookie: a=b"}],
    "a part that is a web page": ["PART", {"media_type": "text/html"}],
    "a part of a long type": ["PART", {"media_type": "x" * 5000}],
    "a part of a type that is a list": ["PART", {"media_type": ["application/pdf"]}],
    "a part of strange meta": ["PART", {"meta": [["pages", 1]]}],
    "a part twice": ["PART", {}, "PART", {}],
    "an end of words": [_DONE, fakes.EXIT | {"maxrss_bytes": "much", "rc": _HALF, "x": "\0"}],
    "an end before the end": [fakes.EXIT, _DONE],
    "two ends": [_DONE, fakes.failed("document_corrupt"), _DONE],
}


def _datagrams(saying: list[Any], directory: Path) -> Iterator[bytes]:
    """What is sent; a change stands behind the part that it changes."""
    part: dict[str, Any] = {}
    for said in saying:
        if said == "PART":
            part = fakes.part(directory, "whole", b"%PDF whole")
        elif part and isinstance(said, dict) and "event" not in said:
            yield json.dumps(part | said).encode()
        else:
            yield said if isinstance(said, bytes) else json.dumps(said).encode()


class Liar(fakes.Engine):
    """An engine that says anything."""

    def __init__(self, saying: list[Any]) -> None:
        self.saying = saying
        super().__init__(fakes.succeeds())

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            request = json.loads(connection.recv(protocol.MAX_DATAGRAM))
            for datagram in _datagrams(self.saying, Path(request["dir"])):
                try:
                    connection.sendall(datagram)
                except OSError:
                    return


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_ENGINE_PATIENCE_SECONDS", 0.1)


def _told(saying: list[Any]) -> Rendition:
    work_file = factories.work_file(content=factories.docx("x"))
    rendition = services.request(work_file, PDF, client=None)
    with Liar(saying):
        jobs.work()
    rendition.refresh_from_db()
    return rendition


@pytest.mark.parametrize("name", SAYINGS)
def test_the_job_ends_and_the_worker_goes_on(name: str) -> None:
    rendition = _told(SAYINGS[name])
    assert rendition.state in {Rendition.State.FAILED, Rendition.State.READY}
    assert len(rendition.error_detail) < 100_000
    told = json.dumps([rendition.error_detail, rendition.meta, rendition.stats], allow_nan=False)
    assert not re.search(r"\\u(0000|d[89a-f])", told), "PostgreSQL keeps no such text"
    for part in rendition.parts.all():
        assert b"docx" not in services.workfiles.read_all(part.blob)
        assert part.media_type in {"application/pdf"}
