"""POST /ViewingSession with `source`, as the application services (PAS) have it (CONTRACT 1)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from apps.core import remote
from apps.document_sessions.models import DocumentSession
from apps.viewing import packages as service
from apps.viewing import services as viewing
from apps.viewing.models import ViewingDetail, ViewingPackage
from tests import factories

from .conftest import Integrator, assert_error
from .packages import Packages

URL = "https://documents.example/a/report.pdf"


@pytest.fixture
def packages(db: None) -> Packages:
    factories.actor(download_hosts="documents.example")
    return Packages(Integrator(factories.caller(), prefix=""))


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is fetched from outside; the answer is a PDF."""
    calls: list[dict[str, Any]] = []

    @contextmanager
    def fetch(url: str, **options: Any) -> Iterator[io.BytesIO]:
        calls.append({"url": url} | options)
        yield io.BytesIO(factories.PDF_BYTES)

    monkeypatch.setattr(remote, "fetch", fetch)
    return calls


def post(packages: Packages, **source: Any) -> Any:
    return packages.api.call("POST", "/ViewingSession", {"source": source})


def opened(packages: Packages, **source: Any) -> str:
    answer = post(packages, **source)
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == {"viewingSessionId", "affinityToken"}
    return str(answer.json()["viewingSessionId"])


def content(packages: Packages, identity: str) -> bytes:
    return bytes(packages.api.session(identity, "/SourceFile").getvalue())


@pytest.mark.conformance(
    "prizmdoc-pas",
    line='POST /ViewingSession: source.type "upload": the document comes by PUT SourceFile',
    outcome="supported",
)
@pytest.mark.parametrize("source", [{}, {"type": "upload", "displayName": "A name"}])
def test_an_upload_comes_later(packages: Packages, source: dict[str, str]) -> None:
    identity = opened(packages, **source)
    assert packages.api.put(identity, factories.PDF_BYTES).status_code == 200
    assert content(packages, identity) == factories.PDF_BYTES
    assert ViewingDetail.objects.get().display_name == source.get("displayName", "")


@pytest.mark.conformance(
    "prizmdoc-pas",
    line='POST /ViewingSession: source.type "document": fileName is the fileId of a work file',
    outcome="ours",
)
def test_a_document_is_a_work_file(packages: Packages) -> None:
    identity = opened(packages, type="document", fileName=packages.work_file())
    assert content(packages, identity) == factories.PDF_BYTES
    answer = post(packages, type="document", fileName="gone")
    assert_error(answer, 480, "NotFound", "source.fileName")
    assert DocumentSession.objects.count() == 1


@pytest.mark.conformance(
    "prizmdoc-pas",
    line='POST /ViewingSession: source.type "url": fetched with headers, from allowed hosts',
    outcome="supported",
)
def test_a_document_is_fetched(packages: Packages, fetched: list[dict[str, Any]]) -> None:
    identity = opened(packages, type="url", url=URL, headers={"Authorization": "Bearer x"})
    assert "Bearer" not in str(ViewingDetail.objects.values())
    viewing.fetch(DocumentSession.objects.get().pk)
    assert fetched == [
        {
            "url": URL,
            "hosts": ("documents.example",),
            "headers": {"Authorization": "Bearer x"},
        }
    ]
    assert content(packages, identity) == factories.PDF_BYTES


@pytest.mark.conformance(
    "prizmdoc-pas",
    line="POST /ViewingSession: 480 InvalidInput for a URL outside the client's hosts",
    outcome="ours",
)
@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/x.pdf", "file:///etc/hosts", "https://127.0.0.1/", "x"]
)
def test_other_hosts_are_refused(packages: Packages, url: str) -> None:
    assert_error(post(packages, type="url", url=url), 480, "InvalidInput", "source.url")


@pytest.mark.conformance(
    "prizmdoc-pas",
    line='POST /ViewingSession: source.type "viewingPackage": documentId names it',
    outcome="supported",
)
def test_a_package_is_shown(packages: Packages) -> None:
    packages.complete("my-document", pages=3)
    identity = opened(packages, type="viewingPackage", documentId="my-document")
    assert content(packages, identity) == factories.PDF_BYTES
    answer = packages.api.call("GET", f"/Document/q/Attributes?DocumentID=u{identity}")
    assert answer.json()["pageCount"] == 3


@pytest.mark.conformance(
    "prizmdoc-pas",
    line="POST /ViewingSession: 480 for a package that is unknown or not complete",
    outcome="ours",
)
def test_a_package_must_be_complete(packages: Packages) -> None:
    answer = post(packages, type="viewingPackage", documentId="x")
    assert_error(answer, 480, "ResourceNotFound", "source.documentId")
    packages.create("x")
    answer = post(packages, type="viewingPackage", documentId="x")
    assert_error(answer, 480, "ViewingPackageIsNotComplete", "source.documentId")


@pytest.mark.conformance(
    "prizmdoc-pas",
    line="POST /ViewingSession: a documentId with a complete package uses that",
    outcome="supported",
)
def test_a_package_goes_before_the_document(
    packages: Packages, fetched: list[dict[str, Any]]
) -> None:
    opened(packages, type="url", url=URL, documentId="known")
    assert ViewingDetail.objects.get().source_url == URL
    packages.complete("known")
    identity = opened(packages, type="url", url=URL, documentId="known")
    assert content(packages, identity) == factories.PDF_BYTES
    assert fetched == []


@pytest.mark.conformance(
    "prizmdoc-pas",
    line="POST /ViewingSession: 480 MissingInput, InvalidInput of source with errorDetails",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("source", "code", "at"),
    [
        ({"displayName": "x"}, "MissingInput", "source.type"),
        ({"type": "folder"}, "InvalidInput", "source.type"),
        ({"type": "url"}, "MissingInput", "source.url"),
        ({"type": "document"}, "MissingInput", "source.fileName"),
        ({"type": "viewingPackage"}, "MissingInput", "source.documentId"),
        ({"type": "viewingPackage", "documentId": "a/b"}, "InvalidInput", "source.documentId"),
        ({"type": "upload", "displayName": 5}, "InvalidInput", "source.displayName"),
        ({"type": "url", "url": URL, "headers": []}, "InvalidInput", "source.headers"),
        ({"type": "url", "url": URL, "headers": {"a b": "c"}}, "InvalidInput", "source.headers"),
        (
            {"type": "url", "url": URL, "headers": {"a": "b\r\nc: d"}},
            "InvalidInput",
            "source.headers",
        ),
        ({"type": "url", "url": URL, "headers": {"a": 1}}, "InvalidInput", "source.headers"),
    ],
)
def test_an_input_at_fault_is_named(
    packages: Packages, source: dict[str, Any], code: str, at: str
) -> None:
    assert_error(post(packages, **source), 480, code, at)
    assert not DocumentSession.objects.exists()


@pytest.mark.conformance(
    "prizmdoc-pas", line="GET /ViewingSession/u{id}: echoes source, without headers", outcome="ours"
)
def test_the_source_is_echoed(packages: Packages) -> None:
    identity = opened(packages, type="url", url=URL, headers={"X-Key": "secret"})
    answer = packages.api.session(identity)
    assert answer.json()["source"] == {"type": "url", "url": URL}
    assert b"secret" not in answer.content


@pytest.fixture
def text_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL whose path does not tell the format, and whose bytes do not either."""

    @contextmanager
    def fetch(url: str, **options: Any) -> Iterator[io.BytesIO]:
        yield io.BytesIO(b"a;b")

    monkeypatch.setattr(remote, "fetch", fetch)


@pytest.mark.conformance(
    "prizmdoc-pas",
    line="POST /ViewingSession: source.fileExtension of an upload or URL whose bytes do not tell",
    outcome="supported",
)
def test_the_extension_of_an_upload_may_be_told_before(packages: Packages) -> None:
    identity = opened(packages, type="upload", fileExtension="CSV")
    assert packages.api.put(identity, b"a;b").status_code == 200
    assert factories.source_of(identity).extension == "csv"
    identity = opened(packages, type="upload", fileExtension="csv")
    assert packages.api.put(identity, b"a;b", "?FileExtension=txt").status_code == 200
    assert factories.source_of(identity).extension == "txt"
    identity = opened(packages, type="upload", fileExtension="csv")
    assert packages.api.put(identity, factories.PDF_BYTES).status_code == 200
    assert factories.source_of(identity).extension == "pdf"


def test_the_extension_of_a_url_may_be_told(packages: Packages, text_fetched: None) -> None:
    url = "https://documents.example/download?id=7"
    identity = opened(packages, type="url", url=url, fileExtension="csv")
    viewing.fetch(DocumentSession.objects.get().pk)
    assert factories.source_of(identity).extension == "csv"
    answer = packages.api.session(identity)
    assert answer.json()["source"]["fileExtension"] == "csv"


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: documentExtension is the FileExtension of a document that comes "
    "without one",
    outcome="ours",
)
@pytest.mark.parametrize("prefix", ["", "/PCCIS/V1"])
@pytest.mark.parametrize("extension", ["txt", ".TXT"])
def test_the_extension_of_v1(packages: Packages, prefix: str, extension: str) -> None:
    packages.api.prefix = prefix
    identity = packages.api.open(documentExtension=extension)
    assert packages.api.put(identity, b"words").status_code == 200
    assert factories.source_of(identity).extension == "txt"


@pytest.mark.parametrize("extension", [".csv", "c/sv", "x" * 13, 7])
def test_an_extension_is_letters_and_digits(packages: Packages, extension: Any) -> None:
    answer = post(packages, type="upload", fileExtension=extension)
    assert_error(answer, 480, "InvalidInput", "source.fileExtension")


def test_v1_itself_knows_no_source(packages: Packages) -> None:
    body = {"source": {"type": "nonsense"}}
    assert packages.api.call("POST", "/PCCIS/V1/ViewingSession", body).status_code == 200


# --- V2 packages --------------------------------------------------------------------------------
def create(packages: Packages, **input: Any) -> Any:
    return packages.api.call("POST", "/v2/viewingPackageCreators", {"input": input})


@pytest.mark.conformance(
    "prizmdoc-pas",
    line="v2/viewingPackageCreators: POST, PUT SourceFile, GET; then v2/viewingPackages",
    outcome="supported",
)
def test_a_package_is_made_of_an_upload(packages: Packages) -> None:
    source = {"type": "upload", "documentId": "my-document"}
    answer = create(packages, source=source, viewingPackageLifetime=3600)
    assert answer.status_code == 200
    assert answer.json()["input"] == {"source": source, "viewingPackageLifetime": 3600}
    path = f"/v2/viewingPackageCreators/{answer.json()['processId']}"
    assert packages.api.call("GET", path).json()["state"] == "processing"
    assert packages.api.call("PUT", f"{path}/SourceFile", factories.PDF_BYTES).status_code == 200
    answer = packages.api.call("PUT", f"{path}/SourceFile", factories.PDF_BYTES)
    assert_error(answer, 480, "CannotChangeDocument")
    packages.finish("my-document", pages=2)
    body = packages.api.call("GET", path).json()
    assert body["state"] == "complete"
    package = packages.api.call("GET", "/v2/viewingPackages/my-document").json()
    assert (package["source"], package["state"]) == (source, "complete")
    assert package["packageExpirationDateTime"] == body["output"]["packageExpirationDateTime"]
    assert packages.session("my-document").status_code == 200
    assert packages.api.call("DELETE", "/v2/viewingPackages/my-document").status_code == 204
    answer = packages.api.call("GET", "/v2/viewingPackages/my-document")
    assert_error(answer, 404, "ResourceNotFound")


@pytest.mark.conformance(
    "prizmdoc-pas",
    line='v2/viewingPackageCreators: type "url" is fetched; a failure is state error',
    outcome="supported",
)
def test_a_package_is_made_of_a_url(
    packages: Packages, fetched: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = {"type": "url", "url": URL, "documentId": "fetched", "headers": {"X-Key": "k"}}
    answer = create(packages, source=source)
    assert b"X-Key" not in answer.content
    service.fetch(ViewingPackage.objects.get().pk)
    assert fetched[0]["headers"] == {"X-Key": "k"}
    packages.finish("fetched")
    path = f"/v2/viewingPackageCreators/{answer.json()['processId']}"
    assert packages.api.call("GET", path).json()["state"] == "complete"

    monkeypatch.undo()
    answer = create(packages, source=source | {"documentId": "unreachable"})
    service.fetch(ViewingPackage.objects.get(package_id="unreachable").pk)
    body = packages.api.call(
        "GET", f"/v2/viewingPackageCreators/{answer.json()['processId']}"
    ).json()
    assert (body["state"], body["errorCode"]) == ("error", "CouldNotGetSourceDocument")


@pytest.mark.conformance(
    "prizmdoc-pas",
    line="v2/viewingPackageCreators: 480 with errorDetails for each input at fault",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("input", "code", "at"),
    [
        ({}, "MissingInput", "input.source.type"),
        ({"source": {"type": "x"}}, "InvalidInput", "input.source.type"),
        ({"source": {"type": "upload"}}, "MissingInput", "input.source.documentId"),
        (
            {"source": {"type": "upload", "documentId": "a b"}},
            "InvalidInput",
            "input.source.documentId",
        ),
        ({"source": {"type": "url", "documentId": "x"}}, "MissingInput", "input.source.url"),
        (
            {"source": {"type": "url", "documentId": "x", "url": "http://10.0.0.1/"}},
            "InvalidInput",
            "input.source.url",
        ),
        (
            {"source": {"type": "document", "documentId": "x", "fileName": "y"}},
            "NotFound",
            "input.source.fileName",
        ),
        (
            {"source": {"type": "upload", "documentId": "x"}, "viewingPackageLifetime": 0},
            "InvalidInput",
            "input.viewingPackageLifetime",
        ),
    ],
)
def test_a_creators_input_at_fault_is_named(
    packages: Packages, input: dict[str, Any], code: str, at: str
) -> None:
    assert_error(create(packages, **input), 480, code, at)


@pytest.mark.conformance(
    "prizmdoc-pas",
    line="v2/viewingPackageCreators: source.fileExtension of an upload or URL",
    outcome="supported",
)
def test_a_creators_extension(packages: Packages, text_fetched: None) -> None:
    source = {"type": "upload", "documentId": "one", "fileExtension": "csv"}
    answer = create(packages, source=source)
    assert answer.json()["input"]["source"] == source
    path = f"/v2/viewingPackageCreators/{answer.json()['processId']}/SourceFile"
    assert packages.api.call("PUT", path, b"a;b").status_code == 200
    url = "https://documents.example/x"
    create(packages, source=source | {"type": "url", "documentId": "two", "url": url})
    service.fetch(ViewingPackage.objects.get(package_id="two").pk)
    for package in ViewingPackage.objects.select_related("source"):
        assert package.source is not None
        assert package.source.extension == "csv"


def test_an_id_is_taken_once(packages: Packages) -> None:
    source = {"type": "upload", "documentId": "mine"}
    assert create(packages, source=source).status_code == 200
    answer = create(packages, source=source)
    assert_error(answer, 480, "ViewingPackageAlreadyExists", "input.source.documentId")
