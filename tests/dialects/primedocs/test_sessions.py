"""POST Connect/Session, line by line of seed 000."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.connect.models import ConnectDetail
from apps.document_sessions.models import DocumentSession
from apps.document_templates import services as templates
from apps.document_templates import versions
from tests import libraries
from tests.dialects.primedocs.conftest import Program, caller

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
NOTHING = "<primedocsConnect/>"


def tagged(*tags: str, picker: bool = False) -> str:
    attribute = ' AllowTemplatePicker="true"' if picker else ""
    inside = "".join(f"<Tag>{tag}</Tag>" for tag in tags)
    return (
        f"<primedocsConnect><Template><TagFilter{attribute}>{inside}</TagFilter></Template>"
        "</primedocsConnect>"
    )


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    members: dict[str, Any] = answer.json()
    assert members["code"] == code
    assert members["detail"] and members["remedy"] and members["correlation_id"]
    return members


def rows(answer: Any, code: str = "form_invalid") -> list[tuple[str, str]]:
    return [(row["path"], row["code"]) for row in assert_problem(answer, 422, code)["errors"]]


# --- Process ----------------------------------------------------------------------------------
@pytest.mark.conformance(
    "primedocs-session",
    line="Process: a valid payload is answered with a connect session ID",
    outcome="supported",
)
def test_session_id_and_address(program: Program) -> None:
    answer = program.post(NOTHING)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert GUID.fullmatch(body["sessionId"])
    assert body["url"].endswith(f"/app/web/connect?sessionId={body['sessionId']}")
    assert set(body) == {"sessionId", "url"}


@pytest.mark.parametrize("path", ["Connect/Session", "connect/session", "connect/Session/"])
@pytest.mark.conformance(
    "primedocs-session",
    line="Process: the endpoint is spelled Connect/Session and connect/session",
    outcome="supported",
)
def test_both_spellings(program: Program, path: str) -> None:
    address = f"/webapi/api/v3/{program.library.guid}/{path}"
    answer = program.http.post(address, NOTHING, content_type="application/xml")
    assert answer.status_code == 200


def test_an_id_is_stored_as_a_digest(program: Program) -> None:
    identity = program.open()
    assert identity not in str(list(DocumentSession.objects.values()))
    assert identity not in str(list(ConnectDetail.objects.values()))


@pytest.mark.conformance(
    "primedocs-session",
    line="Process: valid for one hour; any call renews it",
    outcome="supported",
)
def test_one_hour_renewed_by_any_call(program: Program) -> None:
    identity = program.open()
    page = f"/api/v1/forms/{identity}"
    begin = timezone.now()
    for minutes, call in [
        (55, lambda: program.get(f"session/{identity}/Navigation")),
        (110, lambda: program.get(f"session/{identity}/Input")),
        (165, lambda: Client().get(page)),
        (220, lambda: Client().put(page + "/draft", '{"number": 0, "values": {}}')),
    ]:
        with time_machine.travel(begin + timedelta(minutes=minutes)):
            assert call().status_code == 200
    with time_machine.travel(begin + timedelta(minutes=281)):
        assert_problem(program.get(f"session/{identity}/Input"), 404, "session_not_found")
        assert Client().get(page).status_code == 404


@pytest.mark.conformance(
    "primedocs-session",
    line="Process: at most eight hours, or the client's maximum",
    outcome="ours",
)
def test_eight_hours_at_most(program: Program) -> None:
    identity = program.open()
    begin = timezone.now()
    for minutes in range(50, 480, 50):
        with time_machine.travel(begin + timedelta(minutes=minutes)):
            assert program.get(f"session/{identity}/Input").status_code == 200
    with time_machine.travel(begin + timedelta(hours=8, minutes=1)):
        assert program.get(f"session/{identity}/Input").status_code == 404
    client = program.actor.require_client()
    client.session_maximum_seconds = 7200
    client.save()
    program.open()
    newest = DocumentSession.objects.first()
    assert newest is not None
    assert newest.lifetime.maximum == timedelta(hours=2)


# --- Authentication ---------------------------------------------------------------------------
@pytest.mark.conformance(
    "primedocs-session",
    line="Authentication: a registered client asks with an access token of pd_ConnectWebApi",
    outcome="supported",
)
def test_token_and_scope(program: Program) -> None:
    address = program.address("session")
    nobody = Client().post(address, NOTHING, content_type="application/xml")
    assert_problem(nobody, 401, "not_authenticated")
    assert nobody["WWW-Authenticate"]
    without = caller(program.actor, "viewing:read")
    refused = without.post(address, NOTHING, content_type="application/xml")
    assert assert_problem(refused, 403, "scope_missing")["scope"] == "pd_ConnectWebApi"


@pytest.mark.conformance(
    "primedocs-errors",
    line="Status 404: a datasource that is unknown or not this client's",
    outcome="ours",
)
def test_datasource_of_another_client(program: Program) -> None:
    foreign = libraries.datasource(libraries.connector("Other"), name="Foreign")
    for datasource in (foreign.guid, uuid.uuid4(), "x"):
        answer = program.post(NOTHING, datasource=datasource)
        assert_problem(answer, 404, "datasource_not_found")


def test_session_of_another_client(program: Program) -> None:
    identity = program.open()
    other = libraries.connector("Other")
    templates.grant(libraries.SYSTEM, program.library, other.require_client())
    http = caller(other, "pd_ConnectWebApi")
    for rest in ("Navigation", "Input", "Result"):
        answer = http.get(program.address(f"session/{identity}/{rest}"))
        assert_problem(answer, 404, "session_not_found")
        wrong = program.http.get(program.address(f"session/{identity}/{rest}", str(uuid.uuid4())))
        assert_problem(wrong, 404, "session_not_found")


# --- Templates --------------------------------------------------------------------------------
@pytest.mark.conformance("primedocs-session", line="Template: by Id", outcome="supported")
def test_template_by_id(program: Program) -> None:
    identity = program.open()
    navigation = program.get(f"session/{identity}/Navigation").json()
    assert navigation["templateId"] == str(program.template.guid)


@pytest.mark.conformance(
    "primedocs-errors",
    line="Template: an Id that is unknown, unpublished, inactive or of another datasource",
    outcome="refused",
)
def test_template_that_is_not_there(program: Program) -> None:
    draft = libraries.template(program.library, "Draft", published=False)
    inactive = libraries.template(program.library, "Inactive")
    versions.set_active(libraries.SYSTEM, inactive, False)
    foreign = libraries.template(libraries.datasource(name="Foreign"), "Foreign")
    for guid in (uuid.uuid4(), draft.guid, inactive.guid, foreign.guid):
        answer = program.post(f'<primedocsConnect>\n<Template Id="{guid}"/></primedocsConnect>')
        members = assert_problem(answer, 422, "template_not_found")
        assert members["errors"][0]["path"] == "/primedocsConnect/Template"
        assert members["errors"][0]["line"] == 2


@pytest.mark.conformance(
    "primedocs-session", line="TagFilter: exactly one match is taken", outcome="supported"
)
def test_tags_that_fit_one(program: Program) -> None:
    libraries.template(program.library, "Other", tags=["sales"])
    answer = program.post(tagged(" SALES ; letter "))
    identity = answer.json()["sessionId"]
    navigation = program.get(f"session/{identity}/Navigation").json()
    assert navigation["templateId"] == str(program.template.guid)


@pytest.mark.conformance(
    "primedocs-session",
    line="TagFilter: more than one match, or none, without a picker is an error",
    outcome="supported",
)
def test_tags_that_fit_many_or_none(program: Program) -> None:
    libraries.template(program.library, "Other", tags=["sales"])
    many = program.post(tagged("sales"))
    assert rows(many, "template_ambiguous") == [
        ("/primedocsConnect/Template", "template_ambiguous")
    ]
    for tags in (["nothing"], ["sales;nothing", "letter;nothing"]):
        assert_problem(program.post(tagged(*tags)), 422, "template_not_found")
    assert_problem(program.post(tagged("nothing", picker=True)), 422, "template_not_found")


def test_tags_with_a_picker(program: Program) -> None:
    libraries.template(program.library, "Other", tags=["sales"])
    libraries.template(program.library, "Third", tags=["x"])
    identity = program.post(tagged("sales", picker=True)).json()["sessionId"]
    navigation = program.get(f"session/{identity}/Navigation").json()
    assert navigation["templateId"] is None
    assert navigation["tagFilter"] == {"tags": ["sales"], "allowTemplatePicker": True}
    state = Client().get(f"/api/v1/forms/{identity}").json()
    assert (state["state"], state["picker"]) == ("choosing", {"allowed": True, "total": 2})


# --- Language ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("element", "language"),
    [
        ("", "es-es"),
        ('<DocumentLanguage Code="es-es"/>', "es-es"),
        ('<DocumentLanguage Code="DE-CH"/>', "de-ch"),
    ],
)
@pytest.mark.conformance(
    "primedocs-session",
    line="DocumentLanguage: Code; without it the datasource's default",
    outcome="supported",
)
def test_language(program: Program, element: str, language: str) -> None:
    identity = program.open(element)
    navigation = program.get(f"session/{identity}/Navigation").json()
    assert navigation["documentLanguage"] == language


@pytest.mark.conformance(
    "primedocs-errors", line="DocumentLanguage: a language that is not offered", outcome="refused"
)
def test_language_that_is_not_offered(program: Program) -> None:
    answer = program.post('<primedocsConnect>\n<DocumentLanguage Code="fr-ch"/></primedocsConnect>')
    members = assert_problem(answer, 422, "input_invalid")
    assert members["errors"][0]["path"] == "/primedocsConnect/DocumentLanguage"
    assert members["expected"] == ["es-es", "de-ch"]


# --- Forms and Data ---------------------------------------------------------------------------
@pytest.mark.conformance(
    "primedocs-session",
    line="Forms: values are shown, typed by their fields (ISO dates, true or false, option values)",
    outcome="ours",
)
def test_forms_prefill_the_form(program: Program) -> None:
    identity = program.open(
        """<Forms><Value Key="Subject">A</Value><Value Key="Sent">2026-11-22</Value>
        <Value Key="Urgent">true</Value><Value Key="Way">hand</Value>
        <Value Key="Amount">12.5</Value>
        <Object Key="Customer"><Value Key="City">Bern</Value></Object>
        <ObjectCollection Key="Positions"><Item><Value Key="Text">x</Value></Item>
        </ObjectCollection></Forms>"""
    )
    state = Client().get(f"/api/v1/forms/{identity}").json()
    assert state["values"] == {
        "Subject": "A",
        "Sent": "2026-11-22",
        "Urgent": True,
        "Way": "hand",
        "Amount": 12.5,
        "Customer": {"City": "Bern"},
        "Positions": [{"Text": "x"}],
    }


@pytest.mark.conformance(
    "primedocs-session",
    line="Data: values fill the document and are never shown",
    outcome="supported",
)
def test_data_is_never_shown(program: Program) -> None:
    identity = program.open(
        '<Data><Value Key="InvoiceNumber">secret-1</Value>'
        '<Value Key="Notes">secret-2</Value></Data>'
    )
    answer = Client().get(f"/api/v1/forms/{identity}")
    assert b"secret" not in answer.content
    assert "Notes" not in [field["key"] for field in answer.json()["form"]["fields"]]
    told = program.get(f"session/{identity}/Input").json()
    assert told == {"forms": {}, "data": {"InvoiceNumber": "secret-1", "Notes": "secret-2"}}


@pytest.mark.parametrize(
    ("content", "path", "code"),
    [
        ('<Forms><Value Key="Unknown">x</Value></Forms>', "Forms/Value", "unknown_key"),
        ('<Forms><Value Key="subject">x</Value></Forms>', "Forms/Value", "unknown_key"),
        ('<Forms><Value Key="Sent">22.11.2026</Value></Forms>', "Forms/Value", "not_a_date"),
        ('<Forms><Value Key="Urgent">yes</Value></Forms>', "Forms/Value", "type"),
        ('<Forms><Value Key="Way">By hand</Value></Forms>', "Forms/Value", "not_a_choice"),
        ('<Forms><Value Key="Amount">much</Value></Forms>', "Forms/Value", "not_a_number"),
        ('<Forms><Value Key="Customer">Ann</Value></Forms>', "Forms/Value", "type"),
        (
            '<Forms><ObjectCollection Key="Positions"><Item/><Item>'
            '<Value Key="Price">x</Value></Item></ObjectCollection></Forms>',
            "Forms/ObjectCollection/Item[2]/Value",
            "not_a_number",
        ),
        (
            '<Forms><Object Key="Customer"><Value Key="x">x</Value></Object></Forms>',
            "Forms/Object/Value",
            "unknown_key",
        ),
        ('<Data><Value Key="Unknown">x</Value></Data>', "Data/Value", "unknown_key"),
        ('<Data><Value Key="Sent">soon</Value></Data>', "Data/Value", "not_a_date"),
        (
            '<Data><Value Key="Subject">x</Value></Data>'
            '<Forms><Value Key="Subject">y</Value></Forms>',
            "Forms/Value",
            "unknown_key",
        ),
    ],
)
@pytest.mark.conformance(
    "primedocs-errors",
    line="Forms and Data: keys the template does not know, and values of another type",
    outcome="refused",
)
def test_values_are_checked(program: Program, content: str, path: str, code: str) -> None:
    answer = program.post(
        f'<primedocsConnect><Template Id="{program.template.guid}"/>{content}</primedocsConnect>'
    )
    assert rows(answer) == [(f"/primedocsConnect/{path}", code)]
    assert not DocumentSession.objects.exists()


def test_values_for_a_template_to_be_picked_are_taken_where_they_fit(program: Program) -> None:
    libraries.template(program.library, "Other", fields=[{"key": "Else", "kind": "text"}])
    answer = program.post(
        '<primedocsConnect><Forms><Value Key="Subject">A</Value></Forms></primedocsConnect>'
    )
    page = f"/api/v1/forms/{answer.json()['sessionId']}"
    body = {"template": str(program.template.guid)}
    state = Client().post(f"{page}/template", body, content_type="application/json").json()
    assert state["values"]["Subject"] == "A"


# --- Status codes -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (" ", "application/xml", 400, "malformed_body"),
        ("<a/>", "application/xml", 400, "malformed_body"),
        ("<!DOCTYPE a><primedocsConnect/>", "application/xml", 400, "malformed_body"),
        (NOTHING, "application/json", 415, "media_type_unsupported"),
        ("<primedocsConnect><x/></primedocsConnect>", "text/xml", 422, "input_invalid"),
    ],
)
def test_status_codes(
    program: Program, content: str, content_type: str, status: int, code: str
) -> None:
    assert_problem(program.post(content, content_type=content_type), status, code)


def test_too_large(program: Program, settings: Any) -> None:
    settings.CONNECT_XML_BYTES = 1000
    content = f"<primedocsConnect><!--{'x' * 2000}--></primedocsConnect>"
    assert assert_problem(program.post(content), 413, "document_too_large")["limit"] == 1000


def test_other_paths_and_methods(program: Program) -> None:
    assert_problem(program.get("nothing"), 404, "not_routed")
    assert_problem(program.http.get("/webapi/api/v2/x"), 404, "not_routed")
    answer = program.get("session")
    assert_problem(answer, 405, "method_not_allowed")
    assert "POST" in answer["Allow"]


def test_quota(program: Program) -> None:
    client = program.actor.require_client()
    client.maximum_live_sessions = 1
    client.save()
    program.open()
    assert_problem(program.post(NOTHING), 429, "quota_exceeded")
