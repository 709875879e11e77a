"""Endpoints of later versions of Connect, and those that are ours."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.connect.models import SessionTemplate
from apps.document_templates import versions
from tests import libraries
from tests.dialects.primedocs.conftest import Program
from tests.dialects.primedocs.test_sessions import assert_problem, rows

SUBJECT = '<Forms><Value Key="Subject">A</Value></Forms>'


@pytest.mark.conformance(
    "primedocs-later",
    line="GET Session/{sessionId}/Navigation: the template by id or tags",
    outcome="supported",
)
def test_navigation(program: Program) -> None:
    identity = program.open('<DocumentLanguage Code="de-ch"/>')
    answer = program.get(f"session/{identity}/Navigation")
    assert answer.status_code == 200
    body = answer.json()
    assert body.pop("expiresAt")
    assert body.pop("url").endswith(identity)
    assert body == {
        "sessionId": identity,
        "templateId": str(program.template.guid),
        "tagFilter": None,
        "documentLanguage": "de-ch",
    }
    assert program.get(f"Session/{identity.upper()}/navigation").status_code == 200


@pytest.mark.conformance(
    "primedocs-later",
    line="GET Session/{sessionId}/Input: the values of Forms and Data",
    outcome="supported",
)
def test_input(program: Program) -> None:
    identity = program.open(
        SUBJECT + '<Data><Object Key="Customer"><Value Key="Name">B</Value></Object></Data>'
    )
    told = program.get(f"session/{identity}/Input").json()
    assert told == {"forms": {"Subject": "A"}, "data": {"Customer": {"Name": "B"}}}


@pytest.mark.conformance(
    "primedocs-errors",
    line="Status 404: a session that is unknown, expired or another client's, without saying which",
    outcome="ours",
)
def test_unknown_session(program: Program) -> None:
    for identity in ("76288508-c861-4af7-a151-46ed946e5d1f", "x", "%00"):
        for rest in ("Navigation", "Input", "Result"):
            answer = program.get(f"session/{identity}/{rest}")
            assert_problem(answer, 404, "session_not_found")


# --- Prepared sessions ------------------------------------------------------------------------
@pytest.fixture
def prepared(program: Program) -> SessionTemplate:
    return SessionTemplate.objects.create(
        datasource=program.library,
        name="New customer",
        template=program.template,
        language="de-ch",
        forms={"Subject": "Welcome", "Customer": {"City": "Bern"}},
        data={"InvoiceNumber": "0"},
    )


@pytest.mark.conformance(
    "primedocs-later",
    line="POST Session/Template/{templateName}: a session prepared by an administrator",
    outcome="supported",
)
def test_prepared_session(program: Program, prepared: SessionTemplate) -> None:
    answer = program.post(rest="session/template/New customer")
    assert answer.status_code == 200, answer.content
    identity = answer.json()["sessionId"]
    told = program.get(f"session/{identity}/Input").json()
    assert told == {"forms": prepared.forms, "data": prepared.data}
    navigation = program.get(f"session/{identity}/Navigation").json()
    assert navigation["documentLanguage"] == "de-ch"


@pytest.mark.conformance(
    "primedocs-later",
    line="POST Session/Template/{templateName}: the body's values are laid over the prepared ones",
    outcome="ours",
)
def test_values_over_the_prepared_ones(program: Program, prepared: SessionTemplate) -> None:
    answer = program.post(
        '<primedocsConnect><DocumentLanguage Code="es-es"/><Forms>'
        '<Object Key="Customer"><Value Key="Name">Ann</Value></Object></Forms>'
        '<Data><Value Key="InvoiceNumber">7</Value></Data></primedocsConnect>',
        rest="session/template/New customer",
    )
    identity = answer.json()["sessionId"]
    told = program.get(f"session/{identity}/Input").json()
    assert told["forms"] == {"Subject": "Welcome", "Customer": {"City": "Bern", "Name": "Ann"}}
    assert told["data"] == {"InvoiceNumber": "7"}


def test_prepared_session_that_is_not_there(program: Program, prepared: SessionTemplate) -> None:
    for name in ("Nothing", "new customer"):
        answer = program.post(rest=f"session/template/{name}")
        assert_problem(answer, 404, "template_not_found")
    two = program.post(
        f'<primedocsConnect><Template Id="{program.template.guid}"/></primedocsConnect>',
        rest="session/template/New customer",
    )
    assert_problem(two, 422, "input_conflicts")
    foreign = libraries.datasource(name="Foreign")
    refused = program.post(rest="session/template/New customer", datasource=foreign.guid)
    assert_problem(refused, 404, "datasource_not_found")


def test_prepared_by_tags(program: Program) -> None:
    SessionTemplate.objects.create(
        datasource=program.library, name="Tags", tags="x;y\nsales; letter", allow_picker=False
    )
    answer = program.post(rest="session/template/Tags")
    identity = answer.json()["sessionId"]
    navigation = program.get(f"session/{identity}/Navigation").json()
    assert navigation["templateId"] == str(program.template.guid)


# --- Documents without a person ---------------------------------------------------------------
@pytest.mark.conformance(
    "primedocs-later",
    line="POST Document: a picker cannot be answered on the server, required values must be there",
    outcome="refused",
)
def test_nobody_is_there_to_answer(program: Program) -> None:
    answer = program.post("<primedocsConnect/>", rest="document")
    assert_problem(answer, 422, "template_ambiguous")
    answer = program.post(
        f'<primedocsConnect><Template Id="{program.template.guid}"/></primedocsConnect>',
        rest="document",
    )
    assert rows(answer) == [("/primedocsConnect", "required")]


@pytest.mark.parametrize("query", ["conversion=pdf", "conversion=Docx", "format=Pdf"])
def test_other_conversions(program: Program, query: str) -> None:
    answer = program.post("<primedocsConnect/>", rest=f"document?{query}")
    assert_problem(answer, 422, "input_invalid")


# --- The list of templates --------------------------------------------------------------------
def listed(program: Program, query: str = "") -> Any:
    answer = program.get(f"templates?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def many(program: Program) -> None:
    for number in range(24):
        tags = ["even" if number % 2 == 0 else "odd", "all"]
        libraries.template(program.library, f"Letter {number:02}", tags=tags)
    libraries.template(program.library, "Draft", published=False)
    libraries.template(libraries.datasource(name="Foreign"), "Foreign")


@pytest.mark.conformance(
    "primedocs-later",
    line="GET Templates: page and pageSize, ten a page by default, a hundred at most",
    outcome="supported",
)
def test_pages_of_templates(program: Program, many: None) -> None:
    first = listed(program)
    assert [row["localizedName"] for row in first["data"]][:2] == ["Letter 00", "Letter 01"]
    assert first["pagingDetails"] == {
        "page": 1,
        "pageSize": 10,
        "totalPages": 3,
        "totalCount": 25,
    }
    names = [
        row["localizedName"]
        for page in (1, 2, 3, 4)
        for row in listed(program, f"page={page}&pageSize=9")["data"]
    ]
    assert len(names) == len(set(names)) == 25
    for query in ("page=0", "pageSize=0", "pageSize=101", "page=x", "page=-1", "userQuery=x"):
        assert_problem(program.get(f"templates?{query}"), 422, "input_invalid")


def test_a_row_of_the_list(program: Program) -> None:
    (row,) = listed(program)["data"]
    assert row == {
        "id": str(program.template.guid),
        "localizedName": "Offer",
        "tags": ["Letter", "sales"],
        "documentLanguages": [],
        "active": True,
    }


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("tags:even", 12),
        ("tags:even;ALL", 12),
        ("tags:even;odd", 0),
        ("localizedName:*20*", 1),
        ('localizedName:"letter 1*"', 10),
        ("localizedName:Letter", 0),
        ("localizedName:*.*", 0),
        ("active:true tags:odd localizedName:*1", 3),
        ("active:false", 0),
        ("templateId:76288508-c861-4af7-a151-46ed946e5d1f", 0),
        ("templateId:x", 0),
    ],
)
@pytest.mark.conformance(
    "primedocs-later",
    line="GET Templates: templateQuery by templateId, active, tags and localizedName",
    outcome="supported",
)
def test_query_of_templates(program: Program, many: None, query: str, count: int) -> None:
    answer = program.http.get(program.address("templates"), {"templateQuery": query})
    assert answer.json()["pagingDetails"]["totalCount"] == count


@pytest.mark.parametrize("query", ["title:x", "x", "active:yes", "tags:a ;b", "templateId"])
@pytest.mark.conformance(
    "primedocs-later", line="GET Templates: other terms of templateQuery", outcome="refused"
)
def test_other_terms(program: Program, query: str) -> None:
    answer = program.http.get(program.address("templates"), {"templateQuery": query})
    assert_problem(answer, 422, "input_invalid")


# --- Templates that change meanwhile ----------------------------------------------------------
@pytest.mark.conformance(
    "primedocs-errors",
    line="Template: one that is deleted or deactivated after the session was opened is told",
    outcome="ours",
)
def test_template_gone(program: Program) -> None:
    page = f"/api/v1/forms/{program.open()}"
    versions.set_active(libraries.SYSTEM, program.template, False)
    assert Client().get(page).json()["state"] == "template_gone"
    versions.set_active(libraries.SYSTEM, program.template, True)
    assert Client().get(page).json()["state"] == "filling"
    program.template.delete()
    state = Client().get(page).json()
    assert (state["state"], state["template"]["name"]) == ("template_gone", "Offer")
    body = {"number": 0, "values": {"Subject": "A"}}
    for call in ("preview", "complete"):
        answer = Client().post(f"{page}/{call}", body, content_type="application/json")
        assert_problem(answer, 409, "template_gone")
