"""Documents: what is refused at the door, and what becomes of those that are taken in."""

from __future__ import annotations

import errno
import gzip
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.conversion.models import Rendition
from apps.conversion.recipe import EMBEDDED, words
from apps.extraction import clearing, jobs
from apps.extraction.models import ExtractedDocument, ExtractionRequest, ResultVersion
from apps.workfiles.models import Blob, WorkFile
from tests import factories
from tests.dialects.datawollet.conftest import Caller, assert_problem, page, program

ASYNC = {"Prefer": "respond-async"}
OWN = '{"properties": {"number": {"type": "string", "x-labels": ["Invoice number"]}}}'
LINES = [
    "INVOICE",
    "Invoice number: 2026-117",
    "Invoice date: 2026-11-02",
    "Net 100.00",
    "VAT 19% 19.00",
    "Total 119.00 EUR",
]


def page_of(lines: list[str], source: str = "text") -> dict[str, Any]:
    """A page of the reading: ten points a letter, twenty a line."""
    found = []
    for row, line in enumerate(lines):
        column = 50
        for word in line.split():
            box = [column, 50 + 20 * row, column + 8 * len(word), 62 + 20 * row]
            found.append({"text": word, "box": box, "confidence": 1.0, "line": row})
            column += 8 * len(word) + 8
    return {
        "number": 0,
        "width": 595.0,
        "height": 842.0,
        "source": source,
        "turned": 0,
        "words": found,
        "hidden": [],
        "codes": [],
    }


def converted(
    document: ExtractedDocument, *, ocr: bool = True, lines: Any = LINES, source: str = "text"
) -> None:
    """Lets the engines have made all that is wanted of a document of one page."""
    file = document.work_file
    factories.ready_pdf(file)
    reading = json.dumps({"pages": [page_of(lines, source)]}).encode()
    for recipe, name, content in (
        (words(0, 1, ocr=ocr), "words", reading),
        (EMBEDDED, "embedded", b'{"form": [], "attachments": []}'),
    ):
        parts = {name: (gzip.compress(content), "application/json")}
        factories.ready(file, recipe, parts)


def sent(server: Caller, session: str, **options: Any) -> dict[str, Any]:
    """A document that was read as if by the engines; the answer about its request."""
    lines, source = options.pop("lines", LINES), options.pop("source", "text")
    ocr = options.pop("ocr", True)
    prefer = ", ".join(filter(None, ["respond-async", options.pop("Prefer", "")]))
    answer = server.send(session, Prefer=prefer, **options)
    assert answer.status_code == 202, answer.content
    members: dict[str, Any] = answer.json()
    converted(ExtractedDocument.objects.latest("pk"), ocr=ocr, lines=lines, source=source)
    jobs.work()
    asked = server.get(answer["Location"], session)
    assert asked.status_code == 200
    return members | dict(asked.json())


# --- Taking in --------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-documents",
    line="POST /documents/append: with `Prefer: respond-async` 202 and where to ask",
    outcome="ours",
)
def test_append_asynchronously(server: Caller) -> None:
    session = server.start()["sessionId"]
    answer = server.send(session, name="../Invoice 7.pdf", **ASYNC)
    assert answer.status_code == 202
    assert answer["Preference-Applied"] == "respond-async"
    assert answer["Retry-After"]
    members = answer.json()
    assert members["status"] == "queued" and "result" not in members
    assert answer["Location"] == f"/requests/{members['requestId']}"
    status = server.get(answer["Location"], session).json()
    assert status["status"] == "queued" and status["documentId"] == members["documentId"]
    document = server.get(f"/documents/{members['documentId']}", session).json()
    assert document["name"] == "Invoice 7.pdf" and document["mediaType"] == "application/pdf"
    assert document["size"] == len(factories.PDF_BYTES)


@pytest.mark.conformance(
    "datawollet-documents",
    line="POST /documents/append: who waits longer than the limit gets 202; the job goes on",
    outcome="ours",
)
def test_waiting_has_an_end(server: Caller) -> None:
    session = server.start()["sessionId"]
    answer = server.send(session, Prefer="wait=0")
    assert answer.status_code == 202
    assert answer["Preference-Applied"] == "wait=0"
    converted(ExtractedDocument.objects.get())
    jobs.work()
    assert server.get(answer["Location"], session).json()["status"] == "succeeded"


@pytest.mark.conformance(
    "datawollet-documents",
    line="POST /documents/append: typed fields, each with its page, place and text",
    outcome="supported",
)
def test_a_result(server: Caller) -> None:
    session = server.start()["sessionId"]
    found = sent(server, session)
    assert found["status"] == "succeeded"
    result = found["result"]
    assert result["classIdentifier"] == "invoice" and ":" in result["className"]
    total = result["fields"]["total"]
    assert total["value"] == "119.00" and total["page"] == 0 and "119.00" in total["text"]
    assert len(total["polygon"]) == 4
    assert result["requestId"] == found["requestId"]
    assert result["documentId"] == found["documentId"]
    assert len(result["sha256"]) == 64
    assert result["pages"] == 1
    assert result["pageSizes"] == [{"width": 595.0, "height": 842.0, "source": "text"}]
    assert result["expectations"] == {"warnings": []}
    assert result["version"] == 1
    for name in ("tables", "validations", "warnings", "timings", "confidence"):
        assert name in result
    same = server.get(f"/documents/{found['documentId']}/result", session).json()
    assert same == result


@pytest.mark.conformance(
    "datawollet-documents",
    line="POST /session/start: resuming returns the requests made before, with their results",
    outcome="supported",
)
def test_earlier_requests_are_returned(server: Caller) -> None:
    session = server.start()["sessionId"]
    first = sent(server, session)
    server.send(session, content=factories.PDF_BYTES + b"2", **ASYNC)
    found = server.start(sessionId=session)["requests"]
    assert [one["status"] for one in found] == ["succeeded", "queued"]
    assert found[0]["result"] == first["result"]
    assert found[0]["type"] == "documents/append" and found[0]["receivedAt"]


@pytest.mark.conformance(
    "datawollet-documents",
    line="The webhook `extraction.finished` tells of the end of a request, without content",
    outcome="ours",
)
def test_the_end_is_told(server: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(jobs.webhooks, "send", lambda *message: told.append(message))
    session = server.start()["sessionId"]
    good = sent(server, session)
    strict = "document-class=receipt, handling=strict"
    bad = sent(server, session, content=factories.PDF_BYTES + b"2", Prefer=strict)
    assert told == [
        (server.client, "extraction.finished", {"requestId": one["requestId"]} | rest)
        for one, rest in (
            (good, {"status": "succeeded"}),
            (bad, {"status": "failed", "code": "expectation_failed"}),
        )
    ]


# --- Expectations -----------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-documents",
    line="Prefer: a document that is not of the class or context gets a warning",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("prefer", "warns"),
    [
        ("document-class=invoice", False),
        ('document-class="receipt, invoice"', False),
        ("document-class=receipt", True),
        ('document-context="Purchasing"', False),
        ('document-context="Property"', True),
        ('document-class=receipt, document-context="purchasing"', False),
    ],
)
def test_expectations(server: Caller, prefer: str, warns: bool) -> None:
    result = sent(server, server.start()["sessionId"], Prefer=prefer)["result"]
    assert bool(result["expectations"]["warnings"]) is warns


@pytest.mark.conformance(
    "datawollet-documents",
    line="Prefer: with handling=strict it is 412 `expectation_failed`",
    outcome="supported",
)
def test_strict_expectations(server: Caller) -> None:
    session = server.start()["sessionId"]
    found = sent(server, session, Prefer="document-class=receipt, handling=strict")
    assert found["status"] == "failed" and "result" not in found
    assert found["error"]["status"] == 412 and found["error"]["code"] == "expectation_failed"
    answer = server.get(f"/documents/{found['documentId']}/result", session)
    assert_problem(answer, 412, "expectation_failed")
    assert not ResultVersion.objects.exists()


# --- Idempotency ------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-documents",
    line="Idempotency-Key: the same key and document give the same request",
    outcome="ours",
)
def test_idempotency(server: Caller) -> None:
    session = server.start()["sessionId"]
    first, second = (server.send(session, Idempotency_Key="k", **ASYNC) for _ in range(2))
    assert first.json()["requestId"] == second.json()["requestId"]
    assert ExtractionRequest.objects.count() == WorkFile.objects.count() == 1
    other = server.start()["sessionId"]
    third = server.send(other, Idempotency_Key="k", **ASYNC)
    assert third.json()["requestId"] != first.json()["requestId"]


@pytest.mark.conformance(
    "datawollet-documents",
    line="Idempotency-Key: with another document it is 422 `idempotency_key_reused`",
    outcome="ours",
)
def test_idempotency_key_reused(server: Caller) -> None:
    session = server.start()["sessionId"]
    server.send(session, Idempotency_Key="k", **ASYNC)
    for changed in ({"content": factories.PDF_BYTES + b"x"}, {"more": {"schema": OWN}}):
        answer = server.send(session, Idempotency_Key="k", **changed, **ASYNC)
        assert_problem(answer, 422, "idempotency_key_reused")
    assert WorkFile.objects.count() == 1


# --- Bad input --------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-documents",
    line="400: wrong field name, no file, two files, an empty form, no form at all",
    outcome="supported",
)
def test_forms(server: Caller) -> None:
    session = server.start()["sessionId"]
    headers = {"Session-Id": session}
    assert_problem(server.send(session, field="file"), 400, "input_invalid")
    text = server.http.post("/documents/append", {"document": "text"}, headers=headers)
    assert_problem(text, 400, "input_missing")
    none = server.http.post("/documents/append", {}, headers=headers)
    assert_problem(none, 400, "input_missing")
    two = {"document": [SimpleUploadedFile("a.pdf", b"a"), SimpleUploadedFile("b.pdf", b"b")]}
    answer = server.http.post("/documents/append", two, headers=headers)
    told = assert_problem(answer, 400, "input_invalid")
    assert "one `document` a request" in told["detail"]
    raw = server.http.post(
        "/documents/append", b"%PDF", content_type="application/pdf", headers=headers
    )
    assert_problem(raw, 400, "media_type_unsupported")
    broken = server.http.post(
        "/documents/append", b"--x", content_type="multipart/form-data", headers=headers
    )
    assert_problem(broken, 400, "malformed_body")
    assert not WorkFile.objects.exists()


@pytest.mark.conformance(
    "datawollet-documents",
    line="400: an empty document, one of an unknown type, one that data is not extracted from",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.pdf", "document_empty"),
        (b"\x00\x01\x02\x03", "a.pdf", "format_unrecognized"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "format_unsupported"),
    ],
)
def test_documents_that_are_refused(server: Caller, content: bytes, name: str, code: str) -> None:
    session = server.start()["sessionId"]
    assert_problem(server.send(session, content, name), 400, code)
    assert not WorkFile.objects.exists() and not ExtractionRequest.objects.exists()


@pytest.mark.conformance(
    "datawollet-documents", line="400: a document that is too large", outcome="supported"
)
def test_too_large(db: None) -> None:
    server = program(maximum_upload_bytes=1000)
    session = server.start()["sessionId"]
    answer = server.send(session, factories.PDF_BYTES + b"x" * 1000)
    assert_problem(answer, 400, "document_too_large")
    assert not WorkFile.objects.exists()


@pytest.mark.conformance(
    "datawollet-documents",
    line="403: pictures without the scope documents:ocr, which the answer names",
    outcome="supported",
)
def test_ocr_needs_a_scope(db: None) -> None:
    server = program("full", "sessions:write")
    session = server.start()["sessionId"]
    members = assert_problem(server.send(session, factories.png(), "a.png"), 403, "scope_missing")
    assert members["scope"] == "documents:ocr"
    assert not WorkFile.objects.exists()
    found = sent(server, session, ocr=False, lines=[], source="none")
    assert found["status"] == "failed"
    assert found["error"]["code"] == "scope_missing" and found["error"]["status"] == 403
    assert found["error"]["scope"] == "documents:ocr"
    assert sent(server, session, content=factories.PDF_BYTES + b"2", ocr=False)["result"]


@pytest.mark.conformance(
    "datawollet-documents",
    line="A caller's own schema: a JSON Schema in the field `schema`; what is none is 400",
    outcome="ours",
)
@pytest.mark.parametrize("schema", ["{", "[]", '{"properties": 7}', '{"type": "array"}'])
def test_schemas_that_are_none(server: Caller, schema: str) -> None:
    session = server.start()["sessionId"]
    answer = server.send(session, more={"schema": schema})
    assert_problem(answer, 400, "input_invalid")
    assert answer.json()["at"].startswith("schema")


@pytest.mark.conformance(
    "datawollet-documents", line="A caller's own schema: only its fields are told", outcome="ours"
)
def test_an_own_schema(server: Caller) -> None:
    session = server.start()["sessionId"]
    result = sent(server, session, more={"schema": OWN})["result"]
    assert set(result["fields"]) == {"number"}
    assert result["fields"]["number"]["value"] == "2026-117"


# --- Failing ----------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-documents",
    line="422: a document that cannot be read (encrypted, damaged, too many pages)",
    outcome="ours",
)
@pytest.mark.parametrize("code", ["password_required", "document_corrupt", "limit_exceeded"])
def test_documents_that_cannot_be_read(server: Caller, code: str) -> None:
    session = server.start()["sessionId"]
    answer = server.send(session, **ASYNC)
    factories.fail(Rendition.objects.get(kind="pdf"), code, "It is so.")
    jobs.work()
    found = server.get(answer["Location"], session).json()
    assert found["status"] == "failed"
    assert found["error"]["code"] == code and found["error"]["status"] == 422


def test_too_many_pages(server: Caller, settings: Any) -> None:
    settings.EXTRACTION_PAGES = 5
    session = server.start()["sessionId"]
    answer = server.send(session, **ASYNC)
    converted(ExtractedDocument.objects.get())
    Rendition.objects.filter(kind="pdf").update(meta={"pages": 10_000, "sizes": []})
    jobs.work()
    found = server.get(answer["Location"], session).json()
    assert found["error"]["code"] == "limit_exceeded" and "10000" in found["error"]["detail"]


def test_too_many_documents(server: Caller, settings: Any) -> None:
    settings.EXTRACTION_DOCUMENTS = 2
    session = server.start()["sessionId"]
    for number in range(2):
        key = {"Idempotency_Key": f"k{number}"}
        assert server.send(session, b"%%PDF-%d" % number, **ASYNC, **key).status_code == 202
    again = server.send(session, b"%PDF-1", **ASYNC, Idempotency_Key="k1")
    assert again.status_code == 202  # it was taken in already
    refused = server.send(session, b"%PDF-2", **ASYNC)
    assert assert_problem(refused, 422, "limit_exceeded")["limit"] == 2
    assert ExtractedDocument.objects.count() == WorkFile.objects.count() == 2


def test_an_unexpected_error_is_an_end(server: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(jobs, "understand", broken)
    found = sent(server, server.start()["sessionId"])
    assert found["status"] == "failed" and found["error"]["code"] == "internal"


def test_a_full_disk_is_waited_for(server: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    session = server.start()["sessionId"]
    answer = server.send(session, **ASYNC)
    converted(ExtractedDocument.objects.get())
    with time_machine.travel(timezone.now(), tick=False) as clock:
        with monkeypatch.context() as patch:
            patch.setattr(jobs, "understand", full)
            for _ in range(5):  # more than a lost worker may be lost
                jobs.work()
                assert server.get(answer["Location"], session).json()["status"] == "running"
                clock.shift(timedelta(seconds=30))
        jobs.work()
        assert server.get(answer["Location"], session).json()["status"] == "succeeded"


def test_a_lost_worker(server: Caller) -> None:
    """Its request is taken up by another; after three losses it fails."""
    session = server.start()["sessionId"]
    answer = server.send(session, **ASYNC)
    converted(ExtractedDocument.objects.get())
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for _ in range(3):
            assert jobs.claim() is not None
            assert jobs.claim() is None
            clock.shift(timedelta(seconds=30))
        jobs.work()
        found = server.get(answer["Location"], session).json()
    assert found["status"] == "failed" and found["error"]["code"] == "engine_crashed"


def test_a_worker_that_was_given_up_publishes_nothing(server: Caller) -> None:
    session = server.start()["sessionId"]
    server.send(session, **ASYNC)
    converted(ExtractedDocument.objects.get())
    with time_machine.travel(timezone.now(), tick=False) as clock:
        slow = jobs.claim()
        clock.shift(timedelta(seconds=30))
        quick = jobs.claim()
        assert slow is not None and quick is not None
        jobs.advance(slow)
        assert not ResultVersion.objects.exists()
        jobs.advance(quick)
        assert ResultVersion.objects.count() == 1


# --- Without a session ------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-documents",
    line="POST /documents/single: the same without a session",
    outcome="ours",
)
def test_single(server: Caller) -> None:
    answer = server.send("", path="/documents/single", **ASYNC)
    assert answer.status_code == 202, answer.content
    identity = answer.json()["requestId"]
    assert answer["Location"] == f"/requests/{identity}" and uuid.UUID(identity)
    converted(ExtractedDocument.objects.get())
    jobs.work()
    found = server.get(answer["Location"]).json()
    assert found["status"] == "succeeded" and found["type"] == "documents/single"
    assert found["result"]["requestId"] == identity
    assert found["result"]["fields"]["total"]["value"] == "119.00"
    stranger = program("stranger")
    assert_problem(stranger.get(answer["Location"]), 404, "request_not_found")
    # Its id is a capability: no table holds it.
    assert not ExtractionRequest.objects.filter(guid=identity).exists()


# --- Whose it is ------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-documents",
    line="404: documents and requests of other sessions, also of the same client",
    outcome="ours",
)
def test_other_sessions(server: Caller) -> None:
    session, other = (server.start()["sessionId"] for _ in range(2))
    found = sent(server, session)
    for path in (f"/documents/{found['documentId']}", f"/documents/{found['documentId']}/result"):
        assert_problem(server.get(path, other), 404, "document_not_found")
    assert_problem(server.delete(path.removesuffix("/result"), other), 404, "document_not_found")
    assert_problem(server.get(f"/requests/{found['requestId']}", other), 404, "request_not_found")
    assert_problem(server.get(f"/requests/{found['requestId']}"), 404, "request_not_found")
    assert_problem(server.get("/documents/nonsense", session), 404, "document_not_found")


@pytest.mark.conformance(
    "datawollet-documents",
    line="400: no session named, one that is unknown, foreign, expired or ended",
    outcome="ours",
)
def test_sessions_that_are_none(server: Caller) -> None:
    session = server.start(timeout=60)["sessionId"]
    assert_problem(server.send(""), 400, "input_missing")
    assert_problem(server.send("A" * 43), 400, "session_not_found")
    assert_problem(program("stranger").send(session), 400, "session_not_found")
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert_problem(server.send(session), 400, "session_not_found")
    server.post("/session/end", {"sessionId": session})
    assert_problem(server.send(session), 400, "session_stopped")
    assert not WorkFile.objects.exists()


def test_the_page_of_a_public_client(browser: Caller) -> None:
    session = browser.start(partitionKey="p")["sessionId"]
    answer = browser.send(session, **ASYNC)
    assert answer.status_code == 202
    assert answer["Access-Control-Allow-Origin"]
    assert "Location" in answer["Access-Control-Expose-Headers"]
    thief = page()
    assert_problem(thief.send(session), 403, "session_key_wrong")


# --- Deleting ---------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-documents",
    line="DELETE /documents/{id}: removes it with its data and working copies; 204",
    outcome="ours",
)
def test_delete(server: Caller) -> None:
    session = server.start()["sessionId"]
    found = sent(server, session)
    path = f"/documents/{found['documentId']}"
    assert server.delete(path, session).status_code == 204
    assert_problem(server.delete(path, session), 404, "document_not_found")
    assert not ResultVersion.objects.exists() and not WorkFile.objects.exists()
    (request,) = server.get("/session", session).json()["requests"]
    assert request["requestId"] == found["requestId"] and "result" not in request


@pytest.mark.conformance(
    "datawollet-documents",
    line="When a session ends, documents, results and what was made from them are removed",
    outcome="supported",
)
@pytest.mark.parametrize("how", ["ended", "expired"])
def test_nothing_is_left(server: Caller, how: str) -> None:
    session = server.start(timeout=600)["sessionId"]
    sent(server, session)
    assert Blob.objects.count() >= 3
    if how == "ended":
        server.post("/session/end", {"sessionId": session})
        assert not ResultVersion.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        clearing.sweep()
        clearing.sweep()
    assert not ResultVersion.objects.exists() and not ExtractedDocument.objects.exists()
    assert not WorkFile.objects.exists()
    assert not Blob.objects.exists()
    # The figures stay.
    request = ExtractionRequest.objects.get()
    assert request.state == "succeeded" and request.class_identifier == "invoice"
    assert request.job == ""


def test_content_that_others_hold_stays(server: Caller) -> None:
    kept = factories.work_file(factories.actor("other"))
    session = server.start(timeout=600)["sessionId"]
    sent(server, session)
    server.post("/session/end", {"sessionId": session})
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        clearing.sweep()
    assert Blob.objects.filter(pk=kept.blob_id).exists()
