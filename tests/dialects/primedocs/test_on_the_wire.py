"""Connect over HTTP, on the running product."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.connector import Connector, connector, text_of
from tests.stack import Stack


@pytest.fixture(scope="module")
def running(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connector]:
    with connector(stack, tmp_path_factory.mktemp("connect")) as program:
        yield program


@pytest.mark.conformance(
    "primedocs-session",
    line="Authentication: POST /ids/connect/token, form-encoded client credentials",
    outcome="supported",
)
def test_token_of_the_script(running: Connector) -> None:
    assert running.open()


@pytest.mark.conformance(
    "primedocs-session",
    line="Process: the web app starts with connect?sessionId=, and &datasourceId=",
    outcome="supported",
)
def test_page_of_a_session(running: Connector) -> None:
    url = running.post("session").json()["url"].partition("/app/")[2]
    for address in (url, f"{url}&datasourceId={running.datasource}"):
        page = requests.get(f"{running.url}/app/{address}", timeout=60)
        assert page.status_code == 200
        assert page.headers["Content-Type"].startswith("text/html")


@pytest.mark.conformance(
    "primedocs-later",
    line="POST Document?conversion=Pdf|None: a document without a person",
    outcome="supported",
)
def test_document_without_a_person(running: Connector) -> None:
    answer = running.post("document?conversion=Pdf")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    text = text_of(running.post("document").content)
    assert [
        word for word in ("From Sample Script", "Sample Note", "1234") if word not in text
    ] == []


@pytest.mark.conformance(
    "primedocs-later",
    line="GET Session/{sessionId}/Result?conversion=None|Pdf|PdfA: what the person has finished",
    outcome="ours",
)
def test_result(running: Connector) -> None:
    identity = running.open()
    refused = running.result(identity, "None")
    assert (refused.status_code, refused.json()["code"]) == (409, "form_not_finished")
    assert running.complete(identity).status_code == 200
    assert "1234" in text_of(running.result(identity, "None").content)
    assert running.result(identity, "Pdf").content.startswith(b"%PDF")
    assert b"pdfaid:part" in running.result(identity, "PdfA").content


@pytest.mark.conformance(
    "primedocs-errors", line="Status 413: 50 MB of XML, announced or in chunks", outcome="ours"
)
def test_fifty_megabytes_are_refused(running: Connector) -> None:
    large = "<primedocsConnect><!--" + "x" * 50 * 1024**2 + "--></primedocsConnect>"
    assert running.post("session", large).status_code == 413

    def chunks() -> Iterator[bytes]:
        yield b"<primedocsConnect><!--"
        for _ in range(50):
            yield b"x" * 1024**2

    answer = running.http.post(
        running.address("session"),
        chunks(),
        headers={"Content-Type": "application/xml"},
        timeout=120,
    )
    assert answer.status_code == 413
