"""The review page's API: what a person sees of an extraction session, and what they correct."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.clients.models import Scope
from apps.core.spreadsheets import harmless
from apps.extraction import reviews
from apps.extraction.models import FieldCorrection, ResultVersion, ReviewLink
from tests import factories
from tests.dialects.datawollet.conftest import Caller, assert_problem, program
from tests.dialects.datawollet.test_documents import sent


class Reviewer:
    """A person with a link, in a browser without any credentials."""

    def __init__(self, server: Caller, session: str, name: str = "J. Doe") -> None:
        answer = server.http.post(
            "/session/review",
            {"reviewer": name},
            content_type="application/json",
            headers={"Session-Id": session},
        )
        assert answer.status_code == 200, answer.content
        self.token = answer.json()["reviewUrl"].rpartition("token=")[2]
        self.http = Client()

    def get(self, path: str = "") -> Any:
        return self.http.get(f"/api/v1/reviews/{self.token}{path}")

    def post(self, path: str, body: Any) -> Any:
        return self.http.post(
            f"/api/v1/reviews/{self.token}{path}", body, content_type="application/json"
        )

    def correct(self, document: str, version: int, *changes: dict[str, Any]) -> Any:
        return self.post(
            f"/documents/{document}/corrections", {"version": version, "changes": list(changes)}
        )


@pytest.fixture
def server(db: None) -> Caller:
    return program()


@pytest.fixture
def session(server: Caller) -> str:
    identity: str = server.start()["sessionId"]
    return identity


@pytest.fixture
def document(server: Caller, session: str) -> str:
    identity: str = sent(server, session, name="Invoice 7.pdf")["documentId"]
    return identity


@pytest.fixture
def reviewer(server: Caller, session: str, document: str) -> Reviewer:
    return Reviewer(server, session)


def test_the_documents(reviewer: Reviewer, document: str) -> None:
    answer = reviewer.get()
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    state = answer.json()
    assert state["reviewer"] == "J. Doe" and state["client"] == "full"
    (one,) = state["documents"]
    assert one["id"] == document and one["name"] == "Invoice 7.pdf"
    assert one["version"] == 1 and one["class_identifier"] == "invoice"
    assert one["field_count"] > 0 and one["checked_count"] == 0 and one["page_count"] == 1


def test_the_fields(reviewer: Reviewer, document: str) -> None:
    found = reviewer.get(f"/documents/{document}").json()
    assert found["fields"]["total"]["value"] == "119.00"
    assert len(found["fields"]["total"]["polygon"]) == 4
    assert found["pages"][0]["width"] == 595.0
    assert found["author"] == {"kind": "engine", "name": "rules"}


def test_corrections(reviewer: Reviewer, server: Caller, session: str, document: str) -> None:
    answer = reviewer.correct(
        document,
        1,
        {"field": "total", "action": "confirm"},
        {
            "field": "invoiceDate",
            "action": "correct",
            "value": "2026-11-03",
            "page": 0,
            "box": [50, 90, 200, 102],
            "text": "2026-11-03",
        }
        if "invoiceDate" in reviewer.get(f"/documents/{document}").json()["fields"]
        else {"field": "total", "action": "confirm"},
        {"field": "orderNumber", "action": "add", "value": "A-1", "page": 0, "box": [1, 2, 3, 4]},
    )
    assert answer.status_code == 200, answer.content
    fields = answer.json()["fields"]
    assert answer.json()["version"] == 2
    assert answer.json()["author"] == {"kind": "person", "name": "J. Doe"}
    assert fields["total"]["state"] == "confirmed" and fields["total"]["by"] == "J. Doe"
    assert fields["orderNumber"] == {
        "value": "A-1",
        "type": "text",
        "confidence": 1.0,
        "source": "person",
        "state": "added",
        "by": "J. Doe",
        "page": 0,
        "polygon": [[1.0, 2.0], [3.0, 2.0], [3.0, 4.0], [1.0, 4.0]],
        "text": "A-1",
    }
    told = server.get(f"/documents/{document}/result", session).json()
    assert told["version"] == 2 and told["fields"] == fields
    assert list(ResultVersion.objects.values_list("number", flat=True)) == [1, 2]
    assert set(FieldCorrection.objects.values_list("kind", "field")) >= {
        ("confirmed", "total"),
        ("added", "orderNumber"),
    }
    assert reviewer.get().json()["documents"][0]["checked_count"] >= 2


def test_two_people(reviewer: Reviewer, server: Caller, session: str, document: str) -> None:
    """The second one's correction overwrites nothing."""
    other = Reviewer(server, session, "K. Roe")
    change = {"field": "total", "action": "correct", "value": "120.00"}
    assert reviewer.correct(document, 1, change).status_code == 200
    assert_problem(other.correct(document, 1, change | {"value": "1"}), 409, "result_outdated")
    assert other.get(f"/documents/{document}").json()["fields"]["total"]["value"] == "120.00"
    assert other.correct(document, 2, change | {"value": "121.00"}).json()["author"]["name"] == (
        "K. Roe"
    )


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"version": "1", "changes": []}, "version"),
        ({"version": 1, "changes": []}, "changes"),
        ({"version": 1, "changes": ["x"]}, "changes[0]"),
        ({"version": 1, "changes": [{"field": "total", "action": "drop"}]}, "changes[0].action"),
        ({"version": 1, "changes": [{"field": 1, "action": "confirm"}]}, "changes[0].field"),
        ({"version": 1, "changes": [{"field": "none", "action": "confirm"}]}, "changes[0]"),
        (
            {"version": 1, "changes": [{"field": "none", "action": "correct", "value": "1"}]},
            "changes[0]",
        ),
        (
            {"version": 1, "changes": [{"field": "total", "action": "add", "value": "1"}]},
            "changes[0]",
        ),
        (
            {"version": 1, "changes": [{"field": "total", "action": "correct", "value": "1,5"}]},
            "changes[0]",
        ),
        (
            {
                "version": 1,
                "changes": [{"field": "x", "action": "add", "value": "3.4.", "type": "date"}],
            },
            "changes[0]",
        ),
        (
            {"version": 1, "changes": [{"field": "../x", "action": "add", "value": "1"}]},
            "changes[0]",
        ),
        (
            {
                "version": 1,
                "changes": [
                    {"field": "x", "action": "add", "value": "1", "page": 9, "box": [0, 0, 1, 1]}
                ],
            },
            "changes[0]",
        ),
        (
            {
                "version": 1,
                "changes": [
                    {"field": "x", "action": "add", "value": "1", "page": 0, "box": [5, 5, 1, 1]}
                ],
            },
            "changes[0]",
        ),
        (
            {"version": 1, "changes": [{"field": "x", "action": "add", "extra": "1"}]},
            "changes[0].extra",
        ),
    ],
)
def test_corrections_that_cannot_be(reviewer: Reviewer, document: str, body: Any, at: str) -> None:
    answer = reviewer.post(f"/documents/{document}/corrections", body)
    assert_problem(answer, 422, "input_invalid")
    assert answer.json()["at"] == at
    assert ResultVersion.objects.count() == 1


def test_the_words_in_a_box(reviewer: Reviewer, document: str) -> None:
    total = reviewer.get(f"/documents/{document}").json()["fields"]["total"]
    xs, ys = zip(*total["polygon"], strict=True)
    answer = reviewer.post(
        f"/documents/{document}/text", {"page": 0, "box": [min(xs), min(ys), max(xs), max(ys)]}
    )
    assert "119.00" in answer.json()["text"]
    for body in (
        {"page": 0},
        {"page": -1, "box": [0, 0, 1, 1]},
        {"page": 0, "box": [1, 2, "3", 4]},
    ):
        assert_problem(reviewer.post(f"/documents/{document}/text", body), 422, "input_invalid")
    answer = reviewer.post(f"/documents/{document}/text", {"page": 7, "box": [0, 0, 1, 1]})
    assert_problem(answer, 404, "page_not_found")


def test_export(reviewer: Reviewer, document: str) -> None:
    reviewer.correct(
        document, 1, {"field": "note", "action": "add", "value": "=HYPERLINK(1)", "text": "-119.00"}
    )
    answer = reviewer.get("/export/json")
    assert answer.json()[0]["documentId"] == document
    assert answer["Content-Disposition"] == 'attachment; filename="extracted.json"'
    answer = reviewer.get("/export/csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    by_field = {row["field"]: row for row in rows}
    assert by_field["total"]["value"] == "119.00"
    assert by_field["note"]["value"] == "'=HYPERLINK(1)" and by_field["note"]["state"] == "added"
    assert_problem(reviewer.get("/export/xml"), 422, "input_invalid")


# --- Who gets in ------------------------------------------------------------------------------
@pytest.mark.parametrize("token", ["A" * 43, "x", "A" * 44])
def test_other_tokens(reviewer: Reviewer, token: str) -> None:
    reviewer.token = token
    assert_problem(reviewer.get(), 404, "session_not_found")


def test_the_session_id_is_no_token(reviewer: Reviewer, session: str) -> None:
    reviewer.token = session
    assert_problem(reviewer.get(), 404, "session_not_found")


def test_a_link_ends_with_its_session(reviewer: Reviewer, server: Caller, session: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert_problem(reviewer.get(), 404, "session_not_found")
    server.post("/session/end", {"sessionId": session})
    assert_problem(reviewer.get(), 404, "session_not_found")
    assert not ReviewLink.objects.exists()


def test_documents_of_other_sessions(reviewer: Reviewer, server: Caller) -> None:
    other = server.start()["sessionId"]
    foreign = sent(server, other, content=factories.PDF_BYTES + b"2")["documentId"]
    for path in (f"/documents/{foreign}", f"/documents/{foreign}/pages/0/image"):
        assert_problem(reviewer.get(path), 404, "document_not_found")
    answer = reviewer.correct(foreign, 1, {"field": "total", "action": "confirm"})
    assert_problem(answer, 404, "document_not_found")


def test_neither_token_nor_content_is_stored(reviewer: Reviewer) -> None:
    link = ReviewLink.objects.get()
    stored = repr([bytes(v) if isinstance(v, memoryview) else v for v in vars(link).values()])
    assert reviewer.token not in stored and "J. Doe" not in stored
    version = bytes(ResultVersion.objects.get().content)
    assert b"119" not in version and b"total" not in version


# --- Being done, and thinking again -------------------------------------------------------------
def test_a_document_is_checked(reviewer: Reviewer, document: str) -> None:
    state = reviewer.get().json()
    assert 0.5 < state["threshold"] <= 1
    (brief,) = state["documents"]
    assert brief["review"] is None
    names = [
        name
        for name, field in reviewer.get(f"/documents/{document}").json()["fields"].items()
        if field["confidence"] < state["threshold"]
    ]
    assert brief["left_count"] == len(names) > 0
    told = reviewer.correct(
        document,
        1,
        *({"field": name, "action": "confirm"} for name in names),
        {"action": "check"},
    ).json()
    assert told["review"] == {"state": "checked", "by": "J. Doe"} and told["left_count"] == 0
    assert reviewer.get().json()["documents"][0]["review"] == told["review"]


def test_undo(reviewer: Reviewer, server: Caller, session: str, document: str) -> None:
    original = reviewer.get(f"/documents/{document}").json()["fields"]
    reviewer.correct(document, 1, {"field": "total", "action": "correct", "value": "120.00"})
    reviewer.correct(document, 2, {"field": "note", "action": "add", "value": "x"})
    told = reviewer.post(f"/documents/{document}/undo", {"version": 3, "undone": 2}).json()
    assert told["version"] == 4 and told["fields"]["total"] == original["total"]
    assert told["fields"]["note"]["value"] == "x"
    assert [row.field for row in FieldCorrection.objects.all()] == ["note"]
    other = Reviewer(server, session, "K. Roe")
    other.correct(document, 4, {"field": "note", "action": "correct", "value": "y"})
    answer = reviewer.post(f"/documents/{document}/undo", {"version": 5, "undone": 3})
    assert_problem(answer, 409, "result_outdated")
    for body in ({"version": 5, "undone": 1}, {"version": 5, "undone": 6}, {"version": 5}):
        answer = reviewer.post(f"/documents/{document}/undo", body)
        assert_problem(answer, 422, "input_invalid")
    answer = reviewer.post(f"/documents/{document}/undo", {"version": 4, "undone": 4})
    assert_problem(answer, 409, "result_outdated")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("amount", "-1.5", "1.234,50"),
        ("number", "12.5", "12,5"),
        ("integer", "12", "12.5"),
        ("currency", "EUR", "euro"),
        ("date", "2026-02-28", "2026-02-30"),
        ("boolean", True, "yes"),
        ("text", "Müller", ""),
    ],
)
def test_values_have_their_types(
    reviewer: Reviewer, document: str, kind: str, good: Any, bad: Any
) -> None:
    change = {"field": "own.field-1", "action": "add", "type": kind}
    refused = reviewer.correct(document, 1, change | {"value": bad})
    assert_problem(refused, 422, "input_invalid")
    told = reviewer.correct(document, 1, change | {"value": good}).json()
    assert told["fields"]["own.field-1"]["value"] == good


@pytest.mark.parametrize("sign", "=+-@\t\r\n\uff1d")
def test_no_cell_is_a_formula(sign: str) -> None:
    assert harmless(f"{sign}SUM(A1)") == f"'{sign}SUM(A1)"
    assert harmless("-12.50") == "-12.50"


@pytest.mark.parametrize("between", [";", '; "', "\t", "\r\n"])
def test_no_part_of_a_cell_is_a_formula_where_semicolons_separate(between: str) -> None:
    assert harmless(f"Bolts{between}=SUM(A1)") == f"Bolts{between}'=SUM(A1)"
    assert harmless("Bolts; nuts - and = signs") == "Bolts; nuts - and = signs"


@pytest.mark.parametrize("told", [{"type": "x" * 41}, {"text": "x" * 4001}, {"value": "x" * 4001}])
def test_what_people_say_is_bounded(
    reviewer: Reviewer, document: str, told: dict[str, Any]
) -> None:
    answer = reviewer.correct(document, 1, {"field": "note", "action": "add", **told})
    assert_problem(answer, 422, "input_invalid")


def test_a_scope_that_was_taken_away_is_gone_from_links(
    reviewer: Reviewer, server: Caller, document: str
) -> None:
    assert "envelopes:write" in reviews.find(reviewer.token).extraction.actor.scopes
    server.client.scopes.remove(Scope.objects.get(name="envelopes:write"))
    scopes = reviews.find(reviewer.token).extraction.actor.scopes
    assert "envelopes:write" not in scopes and "sessions:write" in scopes


def test_text_in_a_box_is_proposed_as_a_value(reviewer: Reviewer, document: str) -> None:
    total = reviewer.get(f"/documents/{document}").json()["fields"]["total"]
    xs, ys = zip(*total["polygon"], strict=True)
    box = [min(xs) - 80, min(ys), max(xs) + 80, max(ys)]
    answer = reviewer.post(
        f"/documents/{document}/text", {"page": 0, "box": box, "type": "amount"}
    ).json()
    assert answer["value"] == "119.00" and len(answer["text"]) >= 6
