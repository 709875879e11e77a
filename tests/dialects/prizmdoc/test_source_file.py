"""PUT and GET /PCCIS/V1/ViewingSession/u{viewingSessionId}/SourceFile (seed 001)."""

from __future__ import annotations

import errno
from email.message import Message

import pytest
from django.conf import LazySettings

from apps.viewing.models import ViewingDetail
from apps.workfiles import storage
from tests import factories

from .conftest import Integrator, assert_error, assert_status_message


def source_file(api: Integrator, identity: str, query: str = "") -> tuple[bytes, str, str]:
    """Bytes, media type and file name of GET SourceFile."""
    answer = api.session(identity, f"/SourceFile{query}")
    assert answer.status_code == 200
    header = Message()
    header["Content-Disposition"] = answer["Content-Disposition"]
    assert header.get_content_disposition() == "attachment"
    return answer.getvalue(), answer["Content-Type"], str(header.get_filename())


def extension_of(identity: str) -> str:
    return factories.source_of(identity).extension


@pytest.mark.conformance("prizmdoc-v1", line="PUT SourceFile: 200, received", outcome="supported")
def test_a_document_is_received(api: Integrator) -> None:
    answer = api.put(api.open(), factories.docx("x"))
    assert (answer.status_code, answer.reason_phrase, answer.content) == (200, "OK", b"")


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceFile: the bytes, whatever the Content-Type says", outcome="ours"
)
@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "application/octet-stream",
        "octet-stream",
        "text/plain; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ],
)
def test_the_content_type_does_not_matter(api: Integrator, content_type: str) -> None:
    identity = api.open()
    content = b'{"a": 1, "b": "x=1&y=2"}'
    answer = api.put(identity, content, "?FileExtension=json", content_type=content_type)
    assert answer.status_code == 200
    assert source_file(api, identity)[0] == content


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceFile: the detected type beats FileExtension", outcome="supported"
)
@pytest.mark.parametrize("said", ["docx", "txt", "xls", "unknown"])
def test_the_bytes_beat_the_extension(api: Integrator, said: str) -> None:
    assert extension_of(api.show(factories.png(), f"?FileExtension={said}")) == "png"


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceFile: FileExtension is not case sensitive", outcome="supported"
)
@pytest.mark.parametrize(
    "query", ["?FileExtension=csv", "?FileExtension=CSV", "?fileextension=Csv"]
)
def test_extensions_are_not_case_sensitive(api: Integrator, query: str) -> None:
    assert extension_of(api.show(b"a,b\n1,2\n", query)) == "csv"


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceFile: FileExtension has no leading period", outcome="supported"
)
@pytest.mark.parametrize("extension", [".csv", ".", "a/b", "a b", "../x"])
def test_a_leading_period_is_refused(api: Integrator, extension: str) -> None:
    answer = api.put(api.open(), b"a,b\n", f"?FileExtension={extension}")
    assert assert_error(answer, 480, "InvalidInput", "FileExtension")["in"] == "query"


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceFile: text formats need FileExtension", outcome="supported"
)
@pytest.mark.parametrize("extension", ["txt", "csv", "html", "md", "xml", "json", "htm"])
def test_a_text_format_is_taken_by_its_extension(api: Integrator, extension: str) -> None:
    identity = api.show("Grüße\n".encode(), f"?FileExtension={extension}")
    assert extension_of(identity) == extension


@pytest.mark.conformance(
    "prizmdoc-v1", line='PUT SourceFile: 580 "Unrecognized File Format"', outcome="supported"
)
@pytest.mark.parametrize(
    "query", ["", "?FileExtension=", "?FileExtension=foo", "?FileExtension=doc"]
)
def test_a_format_that_cannot_be_told_is_580(api: Integrator, query: str) -> None:
    answer = api.put(api.open(), b"just some text", query)
    assert_status_message(answer, 580, "Unrecognized File Format")
    assert answer["Accusoft-Status-Message"] == "Unrecognized File Format"
    assert answer["Accusoft-Status-Number"] == "580"
    assert answer.reason_phrase == "Unrecognized File Format"


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceFile: after 580 the same session takes another try",
    outcome="ours",
)
def test_after_a_refusal_another_try_succeeds(api: Integrator) -> None:
    """The page says a new session may be needed; here it is not."""
    identity = api.open()
    api.put(identity, b"a,b\n")
    assert api.put(identity, b"a,b\n", "?FileExtension=csv").status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceFile: an empty body is 480 InvalidInput", outcome="ours"
)
def test_an_empty_document_is_refused(api: Integrator) -> None:
    assert_error(api.put(api.open(), b""), 480, "InvalidInput", "body")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceFile: 580 for a document that is cut off or of no supported kind",
    outcome="ours",
)
@pytest.mark.parametrize(
    ("content", "query", "code"),
    [
        (factories.docx("x")[:500], "", "DocumentCorrupt"),
        (b"text with one \0" * 9, "?FileExtension=txt", "FormatMismatch"),
    ],
)
def test_a_broken_document_is_580(api: Integrator, content: bytes, query: str, code: str) -> None:
    at = "FileExtension" if query else ""
    details = assert_error(api.put(api.open(), content, query), 580, code, at)
    assert details.get("in") == ("query" if query else None)


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceFile: a document over the limit is 413", outcome="ours"
)
def test_too_large_a_document_is_413(api: Integrator, settings: LazySettings) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    answer = api.put(api.open(), factories.PDF_BYTES.ljust(1001))
    assert_error(answer, 413, "InputTooLarge", "body")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceFile: a second document is 480 CannotChangeDocument",
    outcome="ours",
)
def test_a_second_document_is_refused(api: Integrator) -> None:
    identity = api.show()
    assert_error(api.put(identity, factories.png()), 480, "CannotChangeDocument")
    assert extension_of(identity) == "pdf"


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceFile: 500 for an unknown session", outcome="ours"
)
def test_an_upload_for_an_unknown_session_is_500(api: Integrator) -> None:
    assert_status_message(api.put("x" * 43, factories.PDF_BYTES), 500, "")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceFile: the conversion begins with the upload unless startConverting is none",
    outcome="ours",
)
def test_start_converting(api: Integrator) -> None:
    """The page leaves the effect of the property to another page."""
    for wish, starts in ((None, True), ("initialPages", True), ("none", False)):
        identity = api.show(startConverting=wish)
        assert factories.detail_of(identity).starts_converting is starts
    assert ViewingDetail.objects.count() == 3


@pytest.mark.conformance("prizmdoc-v1", line="GET SourceFile: the raw bytes", outcome="supported")
@pytest.mark.parametrize(
    ("content", "query", "media_type"),
    [
        (factories.PDF_BYTES, "", "application/pdf"),
        (b"a,b\n", "?FileExtension=csv", "text/csv"),
        (factories.png(), "", "image/png"),
        (
            factories.docx("x"),
            "",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_the_document_comes_back_with_its_media_type(
    api: Integrator, content: bytes, query: str, media_type: str
) -> None:
    extension = media_type.rpartition("/")[2] if len(media_type) < 20 else "docx"
    identity = api.show(content, query)
    assert source_file(api, identity) == (content, media_type, f"SourceFile.{extension}")


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET SourceFile: ContentDispositionFilename", outcome="supported"
)
@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("MonthlySalesReport", "MonthlySalesReport.pdf"),
        ("MonthlySalesReport.pdf", "MonthlySalesReport.pdf"),
        ("Umsätze 请求", "Umsätze 请求.pdf"),
        ("..%2F..%2Fetc%2Fpasswd", "passwd.pdf"),
        ("a%0D%0ASet-Cookie:%20x", "aSet-Cookie: x.pdf"),
        ("%22;x", '";x.pdf'),
    ],
)
def test_the_download_is_named_as_asked(api: Integrator, wanted: str, given: str) -> None:
    identity = api.show()
    for name in ("ContentDispositionFilename", "contentDispositionFilename"):
        assert source_file(api, identity, f"?{name}={wanted}")[2] == given


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET SourceFile: before there is one 480 DocumentNotProvidedYet",
    outcome="ours",
)
def test_there_is_nothing_to_get_before_the_upload(api: Integrator) -> None:
    assert_error(api.session(api.open(), "/SourceFile"), 480, "DocumentNotProvidedYet")


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET SourceFile: an HTML document is no page of this site", outcome="ours"
)
def test_a_document_cannot_act_as_a_page(api: Integrator) -> None:
    identity = api.show(b"<script>alert(1)</script>", "?FileExtension=html")
    answer = api.session(identity, "/SourceFile")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("error", "status", "code", "said"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            503,
            "ServiceUnavailable",
            "The server's disk is full.",
        ),
        (RuntimeError("no"), 500, "InternalError", "An unexpected error occurred; it was logged."),
    ],
)
def test_why_a_document_was_not_stored_is_said_and_it_can_be_sent_again(
    api: Integrator,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    code: str,
    said: str,
) -> None:
    identity = api.open()

    def refuse(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(storage, "put", refuse)
        answer = api.put(identity, factories.PDF_BYTES)
    assert_error(answer, status, code)
    assert answer.json()["message"] == said
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)
    assert api.put(identity, factories.PDF_BYTES).status_code == 200
