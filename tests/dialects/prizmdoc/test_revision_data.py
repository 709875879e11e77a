"""GET /v2/viewingSessions/{id}/revisionData: what changed between two documents (CONTRACT 1)."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from django.test import Client

from apps.comparison import services as comparison
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF, text
from apps.dialects.prizmdoc import comparison_views
from apps.viewing import comparing
from tests import factories

from .conftest import Integrator, assert_error

STORY = "Pay within 1030 days. New clause.\n"
PROOF = {"accept_all": True, "reject_all": True, "not_compared": ["pictures"], "details": ["So."]}
FOUND = [
    {"id": "r1", "kind": "replaced", "text": "10", "new_text": "30", "substantive": True,
     "location": "body", "story": 0, "span": [11, 15]},
    {"id": "r2", "kind": "inserted", "text": "New clause.", "substantive": True,
     "location": "body", "story": 0, "span": [22, 33]},
    {"id": "r3", "kind": "deleted", "text": "[picture]", "substantive": True,
     "location": "body", "story": 0, "span": [33, 34]},
]  # fmt: skip


@pytest.fixture
def compared(api: Integrator) -> str:
    """A session on two Word documents whose comparison has not begun to be made."""
    identity = api.open()
    files = [api.work_file(factories.docx(f"Pay within {days} days.")) for days in (10, 30)]
    body = {"refType": "comparison"} | {
        side: {"refType": "workFile", "fileId": file_id}
        for side, file_id in zip(("original", "revised"), files, strict=True)
    }
    assert api.session(identity, "/SourceRef", "PUT", body).status_code == 200
    return identity


def revision_data(identity: str, query: str = "") -> Any:
    """A viewer's call: the session's id opens it."""
    return Client().get(f"/v2/viewingSessions/{identity}/revisionData{query}")


def finish() -> None:
    """The engines' part: the red-lined document, what differs, its pages and their text."""
    shape = {
        "revisions": FOUND,
        "stories": [{"location": "body", "text": STORY}],
        "proof": PROOF,
        "engine": {"name": "Docxodus", "version": "1"},
    }
    rendition = Rendition.objects.get(kind="compare")
    packed = gzip.compress(json.dumps(shape).encode())
    factories.add_part(rendition, "redline", factories.docx(STORY), "application/x-docx")
    factories.add_part(rendition, "revisions", packed, "application/gzip")
    factories.finish(rendition, {"revisions": 3, "substantive": 3, "proof": PROOF})
    source = comparison.redline_source(rendition)
    pdf = conversion.request(source, PDF, client=None)
    factories.add_part(pdf, "whole", factories.PDF_BYTES, "application/pdf")
    factories.finish(pdf, {"pages": 1})
    words = conversion.request(source, text(0, 1), client=None)
    factories.add_part(words, "text", *factories.text_part(factories.page_of(STORY.strip())))
    factories.finish(words, {})


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="GET revisionData: typed revisions with page and boxes, and the proof",
    outcome="ours",
)
def test_revisions_with_their_places(compared: str) -> None:
    finish()
    answer = revision_data(compared)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert [revision["kind"] for revision in body["revisions"]] == [
        "replaced", "inserted", "deleted",
    ]  # fmt: skip
    first, second, last = body["revisions"]
    assert (first["text"], first["new_text"], first["page"]) == ("10", "30", 0)
    assert len(second["boxes"]) == 1
    assert (last["page"], last["boxes"]) == (None, [])
    assert body["totalRevisions"] == 3
    assert body["proof"] == {
        "acceptAll": True,
        "rejectAll": True,
        "notCompared": ["pictures"],
        "details": ["So."],
    }
    assert "continueToken" not in body


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="GET revisionData: limit, continueToken until all have been read",
    outcome="supported",
)
def test_revisions_come_in_portions(compared: str) -> None:
    finish()
    query, read = "?limit=2", []
    while True:
        body = revision_data(compared, query).json()
        read.append([revision["id"] for revision in body["revisions"]])
        if "continueToken" not in body:
            break
        query = f"?limit=2&continueToken={body['continueToken']}"
    assert read == [["r1", "r2"], ["r3"]]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "continueToken=-1"])
def test_query_values_are_checked(compared: str, query: str) -> None:
    at = query.partition("=")[0]
    assert assert_error(revision_data(compared, f"?{query}"), 480, "InvalidInput", at)["in"] == (
        "query"
    )


@pytest.mark.conformance(
    "prizmdoc-v2", line="GET revisionData: 504 NotReady while it is being found", outcome="ours"
)
def test_a_comparison_that_is_not_ready(compared: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison_views, "_SECONDS", 0.05)
    assert_error(revision_data(compared), 504, "NotReady")
    factories.fail(Rendition.objects.get(kind="compare"), "document_corrupt", "Cut off.")
    assert_error(revision_data(compared), 580, "DocumentCorrupt")


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="GET revisionData: 480 DocumentNotProvidedYet without two documents",
    outcome="ours",
)
def test_nothing_to_compare(api: Integrator) -> None:
    assert_error(revision_data(api.open()), 480, "DocumentNotProvidedYet")
    assert_error(revision_data(api.show()), 480, "DocumentNotProvidedYet")


@pytest.mark.conformance(
    "prizmdoc-v2", line="GET revisionData: 404 for an unknown session", outcome="ours"
)
def test_an_unknown_session(db: None) -> None:
    assert_error(revision_data("x" * 43), 404, "ResourceNotFound")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET sourceFile/original and /revised: 404 for an unknown session",
    outcome="supported",
)
@pytest.mark.parametrize("side", ["original", "revised"])
def test_documents_of_an_unknown_session(api: Integrator, side: str) -> None:
    path = f"/v2/viewingSessions/{'x' * 43}/sourceFile/{side}"
    assert Integrator(api.http, prefix="").call("GET", path).status_code == 404


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET sourceFile/original and /revised: 480 IncorrectUsage for a single document",
    outcome="supported",
)
@pytest.mark.parametrize("side", ["original", "revised"])
def test_documents_of_a_session_on_a_single_one(api: Integrator, side: comparing.Side) -> None:
    path = f"/v2/viewingSessions/{api.show()}/sourceFile/{side}"
    answer = Integrator(api.http, prefix="").call("GET", path)
    assert (answer.status_code, answer.json()["errorCode"]) == (480, "IncorrectUsage")
