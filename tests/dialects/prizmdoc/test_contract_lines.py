"""Lines of seed 001 and of CONTRACT section 1 that no other module here proves."""

from __future__ import annotations

import base64
import errno
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from apps.conversion.models import Rendition
from apps.core import remote
from apps.core.ids import unseal
from apps.dialects.prizmdoc import page_views
from apps.document_sessions.models import DocumentSession
from apps.viewing import services as viewing
from tests import factories

from .conftest import Integrator, assert_error
from .packages import Packages

PICTURE = "data:image/png;base64,iVBORw0KGgo="
WATERMARKS: list[dict[str, Any]] = [
    {"type": "text", "text": "jdoe\nCONFIDENTIAL", "color": "red", "fontSize": "16pt"},
    {"type": "diagonalText", "text": "DRAFT", "slope": "down", "opacity": 0.3},
    {"type": "image", "src": PICTURE, "horizontalAlign": "right"},
]


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="Watermarks: text, diagonalText and image, on raster, SVG and PDF; the source stays",
    outcome="ours",
)
def test_pages_are_made_of_stamped_ones(api: Integrator, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = api.show(watermarks=WATERMARKS)
    factories.ready_pdf(factories.source_of(identity), 2)
    monkeypatch.setattr(page_views, "_SECONDS", 0.05)
    viewer = Integrator(type(api.http)())
    for kind in ("png", "svg"):
        answer = viewer.call("GET", f"/Page/q/1?DocumentID=u{identity}&ContentType={kind}")
        assert answer.status_code == 504  # no engine here: it is asked for
    stamp = Rendition.objects.get(kind="stamp")
    for made in Rendition.objects.filter(kind__in=("raster", "svg")):
        assert made.parent == stamp
    kinds = [mark["kind"] for mark in json.loads(stamp.what.stamp)]
    assert kinds == ["text", "diagonal", "image"]
    assert api.session(identity, "/SourceFile").getvalue() == factories.PDF_BYTES


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="Watermarks: the src of an image is a data URL, or the fileId of a work file",
    outcome="ours",
)
def test_a_picture_may_be_a_work_file(api: Integrator) -> None:
    content = factories.png()
    picture = api.work_file(content)
    identity = api.show(watermarks=[{"type": "image", "src": picture}])
    factories.ready_pdf(factories.source_of(identity), 2)
    api.call("GET", f"/Page/q/0?DocumentID=u{identity}")
    (mark,) = json.loads(Rendition.objects.get(kind="stamp").what.stamp)
    assert mark["image"] == "data:image/png;base64," + base64.b64encode(content).decode()
    assert api.session(identity).json()["watermarks"] == [{"type": "image", "src": picture}]


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="Watermarks: 480 NotFound or InvalidInput for a work file that is no picture to be had",
    outcome="ours",
)
def test_only_a_picture_of_ones_own_is_taken(api: Integrator) -> None:
    stranger = factories.work_file(factories.actor("stranger"), factories.png()).file_id
    large = api.work_file(factories.png() + b"\0" * 600_000)
    tries = {
        "unknown": "NotFound",
        stranger: "NotFound",
        api.work_file(): "InvalidInput",
        large: "InvalidInput",
        "": "InvalidInput",
    }
    for source, code in tries.items():
        body = {"watermarks": [{"type": "image", "src": source}]}
        answer = api.call("POST", "/ViewingSession", body)
        assert_error(answer, 480, code, "watermarks[0].src")


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST v3/viewingSessions: has no watermarks; properties the page does not know are "
    "ignored",
    outcome="ours",
)
def test_v3_sessions_have_no_watermarks(db: None) -> None:
    packages = Packages(Integrator(factories.caller(), prefix=""))
    packages.complete("mine", pages=2)
    body = {"input": {"source": {"type": "viewingPackage", "packageId": "mine"}}}
    answer = packages.api.call("POST", "/v3/viewingSessions", body | {"watermarks": WATERMARKS})
    assert answer.status_code == 200
    assert not Rendition.objects.filter(kind="stamp").exists()


@pytest.mark.conformance(
    "prizmdoc-v1",
    line='POST ViewingSession: documentSource "http" fetches externalId, from allowed hosts',
    outcome="ours",
)
def test_a_document_is_fetched(api: Integrator, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def fetch(url: str, **options: Any) -> Iterator[io.BytesIO]:
        assert (url, list(options["hosts"])) == (address, ["documents.example"])
        yield io.BytesIO(factories.PDF_BYTES)

    address = "https://documents.example/report.pdf"
    monkeypatch.setattr(remote, "fetch", fetch)
    factories.actor(download_hosts="documents.example")
    identity = api.open(documentSource="http", externalId=address)
    viewing.fetch(DocumentSession.objects.get().pk)
    assert api.session(identity, "/SourceFile").getvalue() == factories.PDF_BYTES
    other = {"documentSource": "http", "externalId": "https://elsewhere.example/x.pdf"}
    assert_error(api.call("POST", "/ViewingSession", other), 480, "InvalidInput", "externalId")
    services = Integrator(api.http, prefix="")
    assert_error(services.call("POST", "/ViewingSession", other), 480, "InvalidInput", "externalId")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The server's disk is full."),
        (RuntimeError("no"), "An unexpected error occurred; it was logged."),
    ],
)
def test_a_document_that_could_not_be_kept_says_so(
    api: Integrator, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    """Nobody waits for it until the session ends."""
    factories.actor(download_hosts="documents.example")
    api.open(documentSource="http", externalId="https://documents.example/report.pdf")

    def fetch(url: str, **_: object) -> Any:
        raise error

    monkeypatch.setattr(remote, "fetch", fetch)
    session = DocumentSession.objects.get()
    viewing.fetch(session.pk)
    session.refresh_from_db()
    assert session.viewing.error_detail == said


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: password opens an encrypted document; it is stored sealed",
    outcome="supported",
)
def test_a_password_reaches_the_conversion(api: Integrator) -> None:
    identity = api.show(password="open sesame")
    stored = Rendition.objects.get().password
    assert "sesame" not in stored
    assert unseal(stored) == "open sesame"
    assert api.session(identity).json()["password"] == "open sesame"


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: the answer is application/json;charset=utf-8",
    outcome="supported",
)
def test_the_media_type_of_answers(api: Integrator) -> None:
    answer = api.call("POST", "/ViewingSession", {})
    assert answer["Content-Type"] == "application/json;charset=utf-8"


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceFile: format detection is always enabled; it cannot be switched off",
    outcome="ours",
)
@pytest.mark.parametrize("content", [factories.PDF_BYTES, factories.png(), factories.docx("x")])
def test_binary_formats_need_no_extension(api: Integrator, content: bytes) -> None:
    assert api.put(api.open(), content).status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceFile: 580 UnsupportedFileFormat names a format that is known and not read",
    outcome="ours",
)
def test_a_drawing_that_is_not_read_is_named(api: Integrator) -> None:
    answer = api.put(api.open(), b"AC1032\0\0\0\0", "?FileExtension=dwg")
    assert_error(answer, 580, "UnsupportedFileFormat", "FileExtension")
    assert "AutoCAD drawing (DWG)" in answer["Accusoft-Status-Message"]
    assert "Save it as DXF or PDF" in answer.json()["message"]


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET SourceFile: SourceFile.<ext> by default, with the most specific media type",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("content", "query", "name", "media_type"),
    [
        (factories.PDF_BYTES, "", "SourceFile.pdf", "application/pdf"),
        (b"a;b", "?FileExtension=csv", "SourceFile.csv", "text/csv"),
    ],
)
def test_the_default_name(
    api: Integrator, content: bytes, query: str, name: str, media_type: str
) -> None:
    answer = api.session(api.show(content, query), "/SourceFile")
    assert name in answer["Content-Disposition"]
    assert answer["Content-Type"] == media_type


@pytest.mark.conformance("prizmdoc-v1", line="GET WorkFile: its bytes", outcome="ours")
def test_the_bytes_of_a_work_file(api: Integrator) -> None:
    answer = api.call("GET", f"/WorkFile/{api.work_file(b'%PDF-x')}")
    assert answer.getvalue() == b"%PDF-x"  # type: ignore[attr-defined]


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET FileId: however the document was provided",
    outcome="supported",
)
def test_the_work_file_of_a_document_by_reference(api: Integrator) -> None:
    identity, file_id = api.open(), api.work_file()
    api.session(identity, "/SourceRef", "PUT", {"refType": "workFile", "fileId": file_id})
    assert api.session(identity, "/FileId").json()["fileId"] == file_id
    uploaded = api.show()
    found = api.session(uploaded, "/FileId").json()["fileId"]
    again = api.open()
    body = {"refType": "workFile", "fileId": found}
    assert api.session(again, "/SourceRef", "PUT", body).status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceRef: 480 UnsupportedFormatForComparison",
    outcome="supported",
)
@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceRef: 480 FeatureNotLicensed, FeatureDisabled never occur: nothing is licensed",
    outcome="ours",
)
def test_a_reference_to_what_cannot_be_compared(api: Integrator) -> None:
    word, pdf = api.work_file(factories.docx("x")), api.work_file()
    body = {
        "refType": "comparison",
        "original": {"refType": "workFile", "fileId": word},
        "revised": {"refType": "workFile", "fileId": pdf},
    }
    answer = api.session(api.open(), "/SourceRef", "PUT", body)
    assert_error(answer, 480, "UnsupportedFormatForComparison", "revised")
