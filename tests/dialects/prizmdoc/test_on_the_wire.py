"""What only the real server shows: reason phrases, chunked uploads, status lines (seed 001)."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests

from tests import factories
from tests.stack import Integrator, Stack

STOPPED = "/Notification/SessionStopped"


@pytest.fixture(scope="module")
def api(stack: Stack) -> Integrator:
    return stack.integrator("On the wire")


def session(
    api: Integrator, identity: str, rest: str = "", method: str = "GET"
) -> requests.Response:
    return api.call(method, f"/PCCIS/V1/ViewingSession/u{identity}{rest}")


def pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), 1000):
        yield content[start : start + 1000]


def assert_told(
    answer: requests.Response, status: int, reason: str, message: str | None = None
) -> None:
    assert (answer.status_code, answer.reason) == (status, reason)
    if message is not None:
        assert answer.headers["Accusoft-Status-Message"] == message


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceFile: chunked, without Content-Length", outcome="ours"
)
@pytest.mark.parametrize("content_type", [None, "application/json", "octet-stream"])
def test_a_chunked_upload_is_received_whole(api: Integrator, content_type: str | None) -> None:
    identity, content = api.open(), factories.docx("Chunked.")
    headers = {"Content-Type": content_type} if content_type else {}
    path = f"/PCCIS/V1/ViewingSession/u{identity}/SourceFile"
    answer = api.call("PUT", path, data=pieces(content), headers=headers)
    assert answer.request.headers["Transfer-Encoding"] == "chunked"
    assert_told(answer, 200, "OK")
    assert session(api, identity, "/SourceFile").content == content


@pytest.mark.conformance("prizmdoc-v1", line="POST WorkFile: chunked", outcome="ours")
def test_a_chunked_work_file_is_received_whole(api: Integrator) -> None:
    content = factories.docx("Chunked work file.")
    answer = api.call("POST", "/PCCIS/V1/WorkFile", data=pieces(content))
    file_id = answer.json()["fileId"]
    assert api.call("GET", f"/PCCIS/V1/WorkFile/{file_id}").content == content


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceFile: an upload that breaks off is no document", outcome="ours"
)
def test_a_chunked_upload_without_a_chunk_is_empty(api: Integrator) -> None:
    """tests/flows/test_large_uploads.py has those that are cut in the middle."""
    answer = api.upload(api.open(), iter([]))
    assert_told(answer, 480, "InvalidInput")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line='PUT SourceFile: 580 with the reason phrase "Unrecognized File Format"',
    outcome="supported",
)
def test_the_reason_of_an_unknown_format(api: Integrator) -> None:
    answer = api.upload(api.open(), b"just text")
    assert_told(answer, 580, "Unrecognized File Format", "Unrecognized File Format")
    assert answer.headers["Accusoft-Status-Number"] == "580"


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: 480 with the errorCode as reason phrase",
    outcome="ours",
)
def test_the_reason_of_an_invalid_value(api: Integrator) -> None:
    answer = api.call("POST", "/PCCIS/V1/ViewingSession", json={"serverCaching": 1})
    assert_told(answer, 480, "InvalidInput")
    assert answer.json()["errorCode"] == "InvalidInput"


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST SessionStopped: the caller's reason phrase in the status line",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("status", "message", "reason"),
    [
        (418, "My custom end user error message", "My custom end user error message"),
        (599, "two\nlines", "two lines"),
        (403, "für immer", "für immer"),
    ],
)
def test_a_stopped_session_answers_in_the_callers_words(
    api: Integrator, status: int, message: str, reason: str
) -> None:
    identity = api.open()
    path = f"/PCCIS/V1/ViewingSession/u{identity}{STOPPED}"
    body = {"httpStatus": status, "endUserMessage": message}
    assert_told(api.call("POST", path, json=body), 200, "OK")
    for answer in (session(api, identity), api.upload(identity, b"%PDF-")):
        assert_told(answer, status, reason, reason)
        assert answer.headers["Accusoft-Status-Number"] == "580"


@pytest.mark.conformance(
    "prizmdoc-v1",
    line='GET ViewingSession: the reason phrase "The session is invalid or has expired"',
    outcome="supported",
)
def test_the_reason_of_an_expired_session(api: Integrator) -> None:
    identity = api.open(serverCaching="none", minSecondsAvailable=1)
    time.sleep(1.1)  # each request would begin the second anew
    answer = session(api, identity, "/FileId")
    assert_told(answer, 403, "The session is invalid or has expired")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="DELETE ViewingSession: 580 CannotDeleteCachedViewingSession in the status line",
    outcome="supported",
)
def test_the_reason_of_a_cached_session(api: Integrator) -> None:
    answer = session(api, api.open(), "", "DELETE")
    assert_told(answer, 580, "CannotDeleteCachedViewingSession")
    assert_told(session(api, api.open(serverCaching="none"), "", "DELETE"), 204, "No Content")


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET ViewingSession: 500 Internal Server Error", outcome="supported"
)
def test_the_reason_of_an_unknown_session(api: Integrator) -> None:
    for answer in (session(api, "XYZ"), api.call("GET", "/PCCIS/V1/ViewingSession/XYZ")):
        assert_told(answer, 500, "Internal Server Error")


@pytest.mark.conformance("prizmdoc-v1", line="GET Page: rendered by the engine", outcome="ours")
def test_pages_of_a_real_document(api: Integrator, stack: Stack) -> None:
    """Page, SVG, thumbnail and text of a document that the engine converts."""
    identity = api.open(externalId="wire.docx")
    api.upload(identity, factories.docx("First page of the wire.", "\f", "Second page."))

    def viewer(path: str, query: str = "") -> requests.Response:
        address = f"{stack.url}/PCCIS/V1{path}?DocumentID=u{identity}{query}"
        return requests.get(address, timeout=60)

    assert viewer("/Document/q/Attributes").json()["pageCount"] == 2
    assert viewer("/Page/q/0").content.startswith(b"\x89PNG")
    assert viewer("/Page/q/1", "&ContentType=jpeg").content.startswith(b"\xff\xd8\xff")
    svg = viewer("/Page/q/1", "&ContentType=svg")
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert b"<svg" in svg.content
    thumbnail = viewer("/Page/q/0/100x100").content
    assert int.from_bytes(thumbnail[20:24], "big") <= 100
    text = viewer("/Document/q/1-1/Text").json()["pages"][0]
    assert text["text"].strip() == "Second page."
    assert [word["text"] for word in text["words"]] == ["Second", "page."]
