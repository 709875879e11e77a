"""Comparisons of documents of any format: opened, uploaded, read, refused."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from apps.conversion.models import Rendition
from apps.document_sessions.models import DocumentSession
from tests import factories

from .conftest import Viewer, assert_problem

COMPARISONS = "/api/v1/comparisons"
PROOF = {
    "accept_all": True,
    "reject_all": True,
    "not_compared": ["formatting", "pictures"],
    "details": [],
}
FOUND = [
    {
        "id": "r1",
        "kind": "replaced",
        "text": "ten",
        "new_text": "thirty",
        "substantive": True,
        "location": "body",
        "places": [[1, [[10, 20, 40, 35]]]],
        "original_places": [[0, [[50, 20, 80, 35]]]],
    },
    {
        "id": "r2",
        "kind": "deleted",
        "text": "gone",
        "substantive": True,
        "location": "body",
        "places": [],
        "original_places": [[2, [[50, 20, 80, 35]]]],
    },
]


@pytest.fixture
def api(db: None) -> Client:
    return factories.caller()


def opened(api: Client, **body: Any) -> HttpResponse:
    return api.post(COMPARISONS, json.dumps(body), content_type="application/json")


def pdfs() -> tuple[str, str]:
    """Two work files' ids."""
    first, second = (factories.work_file(content=b"%%PDF-%d" % number) for number in range(2))
    return first.file_id, second.file_id


def on(*ids: str) -> dict[str, Any]:
    return {side: {"file_id": one} for side, one in zip(("original", "revised"), ids, strict=True)}


def compare_texts() -> None:
    """The engine's part: two PDFs, and what differs."""
    for rendition in Rendition.objects.filter(kind="pdf"):
        factories.add_part(rendition, "whole", factories.PDF_BYTES, "application/pdf")
        factories.finish(rendition, {"pages": 3, "sizes": [[612.0, 792.0, 3]], "title": ""})
    rendition = Rendition.objects.get(kind="changes", state="queued")
    content = {"revisions": FOUND, "proof": PROOF, "engine": {"name": "Recto", "version": "1"}}
    packed = gzip.compress(json.dumps(content).encode())
    factories.add_part(rendition, "revisions", packed, "application/gzip")
    factories.finish(rendition, {"revisions": 2, "substantive": 2, "proof": PROOF})


def test_two_work_files_are_compared_by_their_texts(api: Client, viewer: Viewer) -> None:
    answer = opened(api, **on(*pdfs()), name="Lease")
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["state"], body["method"], body["revisions"]) == ("comparing", "text", None)
    assert answer["Location"] == f"{COMPARISONS}/{body['id']}"
    assert body["view_url"] == f"/view/u{body['id']}"
    # Nobody asks meanwhile.
    compare_texts()
    ready = viewer.http.get(answer["Location"]).json()
    assert (ready["state"], ready["revisions"], ready["substantive"]) == ("ready", 2, 2)
    assert ready["proof"] == PROOF | {"holds": True, "complete": False}
    assert ready["error"] is None


def test_places_are_on_both_documents(api: Client, viewer: Viewer) -> None:
    identity = opened(api, **on(*pdfs())).json()["id"]
    assert viewer.get(identity, "/revisions").status_code == 202
    compare_texts()
    listing = viewer.get(identity, "/revisions").json()
    assert listing["located"]
    first, second = listing["revisions"]
    assert (first["page"], first["boxes"]) == (1, [[10, 20, 40, 35]])
    assert first["original"] == {"page": 0, "boxes": [[50, 20, 80, 35]]}
    assert (second["page"], second["original"]["page"]) == (None, 2)


def test_the_viewer_shows_both_documents(api: Client, viewer: Viewer) -> None:
    first, second = pdfs()
    identity = opened(api, **on(first, second)).json()["id"]
    compare_texts()
    for document in ("redline", "original", "revised"):
        state = viewer.get(identity, f"?document={document}").json()
        assert (state["state"], state["document"]["format"]) == ("ready", "pdf")
        assert state["compares"]
        assert state["comparison"] == {"method": "text"}
    sources = Rendition.objects.filter(kind="pdf").values_list("source__sha256", flat=True)
    assert len(set(sources)) == 2


@pytest.mark.parametrize(
    ("extensions", "asked", "method"),
    [
        (("docx", "docx"), "auto", "redline"),
        (("docx", "rtf"), "auto", "redline"),
        (("docx", "pdf"), "auto", "text"),
        (("txt", "txt"), "auto", "text"),
        (("docx", "docx"), "text", "text"),
        (("rtf", "docx"), "redline", "redline"),
    ],
)
def test_the_way_to_compare(
    api: Client, extensions: tuple[str, str], asked: str, method: str
) -> None:
    contents = {
        "docx": factories.docx("Pay."),
        "rtf": b"{\\rtf1 Pay.}",
        "pdf": factories.PDF_BYTES,
        "txt": b"Pay.",
    }
    files = [
        factories.work_file(content=contents[extension], extension=extension)
        for extension in extensions
    ]
    answer = opened(api, **on(*(file.file_id for file in files)), method=asked)
    assert answer.json()["method"] == method
    kinds = set(Rendition.objects.values_list("kind", flat=True))
    assert kinds == ({"compare"} if method == "redline" else {"pdf", "changes"})


def test_documents_may_be_uploaded(api: Client, viewer: Viewer) -> None:
    body = opened(api, method="auto").json()
    assert (body["state"], body["method"]) == ("empty", None)
    path = f"{COMPARISONS}/{body['id']}"
    assert viewer.state(body["id"])["compares"]
    answer = api.generic("PUT", f"{path}/original?extension=TXT", b"Pay.", content_type="x/y")
    assert (answer.status_code, answer.json()["state"]) == (200, "empty")
    answer = api.generic("PUT", f"{path}/revised", factories.PDF_BYTES)
    assert (answer.json()["state"], answer.json()["method"]) == ("comparing", "text")
    again = api.generic("PUT", f"{path}/revised", factories.PDF_BYTES)
    assert_problem(again, 409, "document_already_assigned")


def test_there_are_two_documents(api: Client) -> None:
    identity = opened(api).json()["id"]
    answer = api.generic("PUT", f"{COMPARISONS}/{identity}/third", factories.PDF_BYTES)
    assert_problem(answer, 404, "not_routed")


def test_one_work_file_and_one_upload(api: Client) -> None:
    file_id, _ = pdfs()
    body = opened(api, original={"file_id": file_id}).json()
    path = f"{COMPARISONS}/{body['id']}/revised"
    assert api.generic("PUT", path, b"%PDF-x").json()["state"] == "comparing"


def test_a_failure_names_its_document(api: Client, viewer: Viewer) -> None:
    identity = opened(api, **on(*pdfs())).json()["id"]
    factories.fail(Rendition.objects.filter(kind="pdf")[0], "password_required", "So.")
    body = viewer.http.get(f"{COMPARISONS}/{identity}").json()
    assert (body["state"], body["error"]["code"]) == ("failed", "password_required")
    problem = assert_problem(viewer.get(identity, "/revisions"), 422, "password_required")
    assert problem["remedy"] == body["error"]["remedy"]
    assert problem["remedy"].startswith("Remove the password")


def test_a_red_line_that_failed_asks_nobody_for_a_password(api: Client, viewer: Viewer) -> None:
    files = [factories.work_file(content=factories.docx(text)) for text in ("a", "b")]
    identity = opened(api, **on(*(file.file_id for file in files))).json()["id"]
    factories.fail(Rendition.objects.get(kind="compare"), "password_required", "The original.")
    state = viewer.state(identity)
    assert (state["state"], state["error"]["code"]) == ("failed", "password_required")


@pytest.mark.parametrize(
    ("body", "code", "at"),
    [
        ({"method": "guess"}, "input_invalid", "method"),
        ({"method": 1}, "input_invalid", "method"),
        ({"original": "x"}, "input_invalid", "original"),
        ({"original": {}}, "input_missing", "original.file_id"),
        ({"original": {"file_id": 1}}, "input_invalid", "original.file_id"),
        ({"revised": {"file_id": "x", "password": "y"}}, "input_invalid", "revised.password"),
        ({"name": "x" * 256}, "input_invalid", "name"),
        ({"title": "x"}, "input_invalid", "title"),
    ],
)
def test_an_input_at_fault_is_named(api: Client, body: dict[str, Any], code: str, at: str) -> None:
    assert assert_problem(opened(api, **body), 422, code)["at"] == at
    assert not DocumentSession.objects.exists()


def test_a_work_file_that_is_not_there_opens_nothing(api: Client) -> None:
    file_id, _ = pdfs()
    answer = opened(api, original={"file_id": file_id}, revised={"file_id": "gone"})
    assert assert_problem(answer, 404, "work_file_not_found")["at"] == "revised.file_id"
    foreign = factories.work_file(factories.actor("stranger"))
    answer = opened(api, original={"file_id": foreign.file_id})
    assert_problem(answer, 404, "work_file_not_found")
    assert not DocumentSession.objects.exists()


def test_a_red_line_is_of_word_documents(api: Client) -> None:
    answer = opened(api, **on(*pdfs()), method="redline")
    assert assert_problem(answer, 415, "format_not_comparable")["at"] == "original"
    identity = opened(api, method="redline").json()["id"]
    answer = api.generic("PUT", f"{COMPARISONS}/{identity}/revised", factories.PDF_BYTES)
    assert assert_problem(answer, 415, "format_not_comparable")["at"] == "revised"


@pytest.mark.parametrize("query", ["extension=.txt", "extension=a/b", "extension=\u0661"])
def test_an_extension_has_no_period(api: Client, query: str) -> None:
    identity = opened(api).json()["id"]
    answer = api.generic("PUT", f"{COMPARISONS}/{identity}/original?{query}", b"x")
    assert_problem(answer, 422, "input_invalid")


def test_who_may(api: Client, viewer: Viewer) -> None:
    assert_problem(opened(Client()), 401, "not_authenticated")
    reader = factories.caller("reader", scopes=factories.READ_ONLY)
    assert_problem(opened(reader), 403, "scope_missing")
    identity = opened(api).json()["id"]
    path = f"{COMPARISONS}/{identity}"
    stranger = factories.caller("stranger")
    for answer in (
        stranger.generic("PUT", f"{path}/original", factories.PDF_BYTES),
        stranger.delete(path),
    ):
        assert_problem(answer, 404, "session_not_found")
    assert_problem(Client().delete(path), 401, "not_authenticated")
    assert viewer.http.get(path).status_code == 200


def test_an_ended_comparison_says_so(api: Client, viewer: Viewer) -> None:
    identity = opened(api, **on(*pdfs())).json()["id"]
    assert api.delete(f"{COMPARISONS}/{identity}").status_code == 204
    answer = viewer.http.get(f"{COMPARISONS}/{identity}")
    assert "ended by the system" in assert_problem(answer, 403, "session_stopped")["title"]


def test_a_session_on_a_single_document_is_no_comparison(api: Client, viewer: Viewer) -> None:
    identity = factories.view(content=factories.PDF_BYTES)
    path = f"{COMPARISONS}/{identity}"
    for answer in (
        viewer.http.get(path),
        api.delete(path),
        api.generic("PUT", f"{path}/original", b"%PDF-x"),
    ):
        assert_problem(answer, 404, "session_not_found")


def test_a_comparison_takes_no_single_document(api: Client) -> None:
    identity = opened(api).json()["id"]
    path = f"/PCCIS/V1/ViewingSession/u{identity}/SourceFile"
    answer = api.generic("PUT", path, factories.PDF_BYTES)
    assert answer.json()["errorCode"] == "IncorrectUsage"


def test_work_files_live_as_long_as_the_comparison(api: Client) -> None:
    file = factories.work_file(keep=timedelta(minutes=1))
    identity = opened(api, original={"file_id": file.file_id}).json()["id"]
    file.refresh_from_db()
    session = DocumentSession.objects.get()
    assert identity
    assert file.expires_at == session.ends_at
