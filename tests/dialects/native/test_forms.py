"""The native API of the form page, without an engine: state, choice, draft, pictures, faults."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from apps.clients.actors import Actor
from apps.connect import services as connect
from apps.connect.models import ConnectDetail
from apps.connect.selection import Selection
from apps.connect.services import Wanted
from apps.document_templates import services as templates
from apps.document_templates.models import Datasource, DocumentTemplate
from tests import factories, libraries
from tests.dialects.native.test_views import assert_problem

EVERY_CALL = [
    ("GET", ""),
    ("GET", "/templates"),
    ("POST", "/template"),
    ("PUT", "/draft"),
    ("POST", "/preview"),
    ("POST", "/pictures"),
    ("GET", "/pictures/x"),
    ("POST", "/complete"),
    ("GET", "/result/docx"),
]


@dataclass
class Page:
    """The form page of one session."""

    identity: str
    program: Actor
    library: Datasource
    template: DocumentTemplate

    def call(self, method: str, rest: str = "", body: Any = None, query: str = "") -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body or {})
        arguments: dict[str, Any] = {}
        if method != "GET":
            arguments = {"data": content, "content_type": "application/json"}
        path = f"/api/v1/forms/{self.identity}{rest}{query}"
        return Client().generic(method, path, **arguments)

    def state(self, query: str = "") -> Any:
        answer = self.call("GET", query=query)
        assert answer.status_code == 200, answer.content
        assert answer["Cache-Control"] == "no-store"
        return answer.json()


def opened(wanted: Wanted | None = None, **fields: Any) -> Page:
    program = libraries.connector()
    library = libraries.datasource(program)
    template = libraries.template(library, tags=["sales"], **fields)
    wanted = wanted or Wanted(Selection(template_id=str(template.guid)))
    _, identity = connect.open_session(program, str(library.guid), wanted, dialect="test")
    return Page(identity, program, library, template)


def picked() -> Page:
    """A session whose person picks."""
    page = opened(Wanted(forms={"Subject": "Hello", "Else": "x"}))
    libraries.template(
        page.library, "Other", tags=["x", "y"], fields=[{"key": "Else", "kind": "text"}]
    )
    return page


pytestmark = pytest.mark.django_db


# --- State ------------------------------------------------------------------------------------
def test_state_of_a_new_form() -> None:
    page = opened()
    state = page.state()
    assert state["state"] == "filling"
    assert state["template"] == {
        "id": str(page.template.guid),
        "name": "Offer",
        "tags": ["sales"],
        "version": 1,
    }
    assert [field["key"] for field in state["form"]["fields"]][:2] == ["Subject", "Notes"]
    assert state["values"] == {"Urgent": False}
    assert state["draft"] == {"number": 0, "saved_at": None}
    assert state["picker"] == {"allowed": False, "total": 0}
    assert (state["result"], state["client"], state["language"]) == (None, "CRM", "es-es")


@pytest.mark.parametrize(("method", "rest"), EVERY_CALL)
def test_unknown_session(method: str, rest: str) -> None:
    page = opened()
    for identity in ("76288508-c861-4af7-a151-46ed946e5d1f", "x", "x" * 43):
        page.identity = identity
        assert_problem(page.call(method, rest), 404, "session_not_found")


def test_ids_of_other_kinds_of_sessions_open_no_form() -> None:
    page = opened()
    page.identity, identity = factories.view(content=factories.PDF_BYTES), page.identity
    assert_problem(page.call("GET"), 404, "session_not_found")
    assert Client().get(f"/api/v1/views/{identity}").status_code == 404


def test_upper_case_ids_are_the_same() -> None:
    page = opened()
    page.identity = page.identity.upper()
    assert page.state()["state"] == "filling"


# --- Choosing ---------------------------------------------------------------------------------
def test_choosing_a_template() -> None:
    page = picked()
    state = page.state()
    assert (state["state"], state["form"], state["template"]) == ("choosing", None, None)
    assert state["picker"] == {"allowed": True, "total": 2}
    listed = page.call("GET", "/templates").json()
    assert [row["name"] for row in listed["templates"]] == ["Offer", "Other"]
    assert listed["tags"] == ["sales", "x", "y"]
    chosen = page.call("POST", "/template", {"template": listed["templates"][0]["id"]}).json()
    assert (chosen["state"], chosen["values"]["Subject"]) == ("filling", "Hello")
    assert chosen["draft"]["number"] == 1
    typed = chosen["values"] | {"Notes": "typed"}
    assert page.call("PUT", "/draft", {"number": 1, "values": typed}).json()["number"] == 2
    other = page.call("POST", "/template", {"template": listed["templates"][1]["id"]}).json()
    assert other["values"] == {"Else": "x"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=off", ["Offer"]),
        ("?tag=X&tag=y", ["Other"]),
        ("?tag=x&tag=sales", []),
        ("?limit=1", ["Offer"]),
        ("?offset=1&limit=5", ["Other"]),
    ],
)
def test_searching_templates(query: str, names: list[str]) -> None:
    listed = picked().call("GET", "/templates", query=query).json()
    assert [row["name"] for row in listed["templates"]] == names


def test_only_matches_can_be_chosen() -> None:
    page = opened()
    one = libraries.template(page.library, "One", tags=["a"])
    libraries.template(page.library, "Two", tags=["a", "b"])
    wanted = Wanted(Selection(tags=(("a",),), picker=True))
    _, page.identity = connect.open_session(
        page.program, str(page.library.guid), wanted, dialect="test"
    )
    assert page.state()["picker"]["total"] == 2
    for template in (str(page.template.guid), "x", "30b55516-80b5-41d7-801b-b31d6da376ac"):
        answer = page.call("POST", "/template", {"template": template})
        assert_problem(answer, 422, "template_not_found")
    chosen = page.call("POST", "/template", {"template": str(one.guid)}).json()
    assert chosen["template"]["name"] == "One"


def test_a_template_that_the_program_named_stays() -> None:
    page = opened()
    other = libraries.template(page.library, "Other")
    answer = page.call("POST", "/template", {"template": str(other.guid)})
    assert_problem(answer, 422, "input_conflicts")
    assert_problem(page.call("GET", "/templates"), 422, "input_conflicts")


def test_another_datasource_beside_the_session_s() -> None:
    page = picked()
    more = libraries.datasource(page.program, name="More")
    added = libraries.template(more, "Added")
    foreign = libraries.datasource(libraries.connector("Stranger"), name="Foreign")
    query = f"?datasourceId={more.guid}"
    assert page.state(query)["picker"]["total"] == 3
    assert page.state(f"?datasourceId={page.library.guid}")["picker"]["total"] == 2
    body = {"template": str(added.guid)}
    assert_problem(page.call("POST", "/template", body), 422, "template_not_found")
    assert page.call("POST", "/template", body, query).json()["template"]["name"] == "Added"
    refused = page.call("GET", "/templates", query=f"?datasourceId={foreign.guid}")
    assert_problem(refused, 404, "datasource_not_found")


# --- The draft --------------------------------------------------------------------------------
def test_draft_is_kept_unchecked() -> None:
    page = opened()
    values = {"Subject": "", "Sent": "not yet a date", "Positions": [{"Price": "?"}]}
    saved = page.call("PUT", "/draft", {"number": 0, "values": values}).json()
    assert saved["number"] == 1
    state = page.state()
    assert state["values"] == values
    assert state["draft"] == saved


def test_an_older_draft_never_overwrites_a_newer_one() -> None:
    page = opened()
    page.call("PUT", "/draft", {"number": 0, "values": {"Subject": "tab one"}})
    answer = page.call("PUT", "/draft", {"number": 0, "values": {"Subject": "tab two"}})
    problem = assert_problem(answer, 409, "draft_outdated")
    assert problem["draft"]["number"] == 1
    assert problem["draft"]["values"] == {"Subject": "tab one"}
    assert page.state()["values"] == {"Subject": "tab one"}
    over = page.call("PUT", "/draft", {"number": 1, "values": {"Subject": "tab two"}})
    assert over.json()["number"] == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_body"),
        (b"[]", 400, "malformed_body"),
        (b'{"number": 0, "values": "' + b"x" * 1024**2 + b'"}', 400, "malformed_body"),
        (b'{"number": 0, "values": {"a": NaN}}', 400, "malformed_body"),
        (b'{"number": 0, "values": {"a": 1e999}}', 400, "malformed_body"),
        ({"values": {}}, 422, "input_invalid"),
        ({"number": True, "values": {}}, 422, "input_invalid"),
        ({"number": -1, "values": {}}, 422, "input_invalid"),
        ({"number": 0, "values": []}, 422, "input_invalid"),
        ({"number": 0}, 422, "input_invalid"),
    ],
)
def test_bodies_that_are_none(body: Any, status: int, code: str) -> None:
    page = opened()
    assert_problem(page.call("PUT", "/draft", body), status, code)
    assert_problem(page.call("POST", "/complete", body), status, code)


# --- Pictures ---------------------------------------------------------------------------------
def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(stream, "PNG")
    return stream.getvalue()


def test_pictures() -> None:
    page = opened()
    added = page.call("POST", "/pictures", picture())
    assert added.status_code == 200, added.content
    body = added.json()
    assert body["size"] == len(picture())
    shown = page.call("GET", f"/pictures/{body['picture']}")
    assert shown["Content-Type"] == "image/png"
    assert b"".join(shown.streaming_content) == picture()
    assert "sandbox" in shown["Content-Security-Policy"]


def test_what_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened()
    assert_problem(page.call("POST", "/pictures", factories.PDF_BYTES), 415, "format_unsupported")
    assert page.call("POST", "/pictures", b"text").status_code == 415
    monkeypatch.setattr("apps.connect.filling.PICTURE_BYTES", 10)
    assert_problem(page.call("POST", "/pictures", picture()), 413, "document_too_large")
    pdf = factories.work_file(page.program)
    assert_problem(page.call("GET", f"/pictures/{pdf.file_id}"), 415, "format_unsupported")
    foreign = factories.work_file(factories.actor("Stranger"), picture())
    assert_problem(page.call("GET", f"/pictures/{foreign.file_id}"), 404, "work_file_not_found")


@pytest.mark.parametrize(("limit", "value"), [("MOST_PICTURES", 2), ("MOST_PICTURE_BYTES", 150)])
def test_a_form_takes_so_many_pictures(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    page = opened()
    monkeypatch.setattr(f"apps.connect.filling.{limit}", value)
    taken = 0
    while (answer := page.call("POST", "/pictures", picture())).status_code == 200:
        taken += 1
    assert_problem(answer, 413, "document_too_large")
    assert taken == 2


def test_a_picture_that_is_not_there() -> None:
    page = opened()
    answer = page.call(
        "POST", "/complete", {"number": 0, "values": {"Subject": "A", "Photo": "x" * 43}}
    )
    problem = assert_problem(answer, 422, "form_invalid")
    assert [(row["path"], row["code"]) for row in problem["errors"]] == [("Photo", "not_a_picture")]


# --- Finishing --------------------------------------------------------------------------------
@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Documents are made without an engine; the values they were made of."""
    made: list[Any] = []

    def fill(actor: Actor, version: Any, values: Any, **rest: Any) -> templates.Filled:
        made.append(values)
        return templates.Filled(factories.kept(json.dumps(values).encode()), [])

    monkeypatch.setattr("apps.connect.filling.filler.fill", fill)
    return made


def test_finishing_once(filled: list[Any]) -> None:
    page = opened()
    page.program.require_client().return_url = "https://crm.example/done?a=1&a=2#top"
    page.program.require_client().save()
    body = {"number": 0, "values": {"Subject": "A"}}
    first = page.call("POST", "/complete", body).json()["result"]
    again = page.call("POST", "/complete", {"number": 7, "values": {}}).json()["result"]
    assert again == first
    assert len(filled) == 1
    assert first["return_url"] == (
        f"https://crm.example/done?a=1&a=2&sessionId={page.identity}"
        f"&result={first['reference']}#top"
    )
    state = page.state()
    assert (state["state"], state["result"], state["values"]) == ("finished", first, {})
    for method, rest in [("PUT", "/draft"), ("POST", "/preview"), ("POST", "/pictures")]:
        content = picture() if rest == "/pictures" else body
        assert_problem(page.call(method, rest, content), 409, "form_finished")
    download = page.call("GET", "/result/docx")
    assert 'filename="Offer.docx"' in download["Content-Disposition"]
    assert json.loads(b"".join(download.streaming_content))["Subject"] == "A"
    assert_problem(page.call("GET", "/result/odt"), 422, "input_invalid")


def test_faults_keep_the_form_open(filled: list[Any]) -> None:
    page = opened()
    body = {"number": 0, "values": {"Subject": " ", "Positions": [{"Price": "x"}], "What": 1}}
    problem = assert_problem(page.call("POST", "/complete", body), 422, "form_invalid")
    assert {row["path"] for row in problem["errors"]} == {"Subject", "Positions[0].Price", "What"}
    assert page.state()["state"] == "filling"
    assert_problem(page.call("GET", "/result/docx"), 409, "form_not_finished")
    assert not filled


def test_finishing_with_an_older_draft(filled: list[Any]) -> None:
    page = opened()
    page.call("PUT", "/draft", {"number": 0, "values": {"Subject": "newer"}})
    answer = page.call("POST", "/complete", {"number": 0, "values": {"Subject": "older"}})
    assert assert_problem(answer, 409, "draft_outdated")["draft"]["number"] == 1
    assert not filled


def test_a_failure_keeps_the_form_open(monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened()
    # There is no engine in this test.
    answer = page.call("POST", "/complete", {"number": 0, "values": {"Subject": "A"}})
    assert_problem(answer, 503, "engine_unavailable")
    assert page.state()["state"] == "filling"
    answer = page.call("POST", "/preview", {"values": {"Subject": "A"}})
    assert_problem(answer, 503, "engine_unavailable")


def test_another_tab_is_finishing(filled: list[Any]) -> None:
    page = opened()
    body = {"number": 0, "values": {"Subject": "A"}}
    ConnectDetail.objects.update(finishing_until=timezone.now() + timedelta(minutes=1))
    assert page.state()["state"] == "finishing"
    answer = page.call("POST", "/complete", body)
    assert (answer.status_code, answer.json()) == (202, {"retry_after_ms": 250})
    ConnectDetail.objects.update(finishing_until=timezone.now())
    assert page.call("POST", "/complete", body).status_code == 200
