"""PUT SourceRef and GET FileId (seed 001)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests import factories

from .conftest import JSON, Integrator, assert_error, assert_status_message


def refer(api: Integrator, identity: str, **body: Any) -> Any:
    return api.session(identity, "/SourceRef", "PUT", body)


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceRef: 200, an existing work file is the source",
    outcome="supported",
)
def test_a_work_file_becomes_the_document(api: Integrator) -> None:
    content = factories.docx("x")
    identity, file_id = api.open(), api.work_file(content)
    answer = refer(api, identity, refType="workFile", fileId=file_id)
    assert (answer.status_code, answer.content) == (200, b"")
    assert api.session(identity, "/FileId").json()["fileId"] == file_id
    assert api.session(identity, "/SourceFile").getvalue() == content


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceRef: one work file serves any number of sessions",
    outcome="supported",
)
def test_a_file_is_uploaded_once_and_shown_often(api: Integrator) -> None:
    file_id = api.work_file()
    for _ in range(3):
        answer = refer(api, api.open(), refType="workFile", fileId=file_id)
        assert answer.status_code == 200


@pytest.mark.conformance("prizmdoc-v1", line="PUT SourceRef: 480 MissingInput", outcome="supported")
@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({}, "refType"),
        ({"refType": None, "fileId": "x"}, "refType"),
        ({"fileId": "x"}, "refType"),
        ({"refType": "workFile"}, "fileId"),
        ({"refType": "workFile", "fileId": None}, "fileId"),
    ],
)
def test_a_missing_value_is_named(api: Integrator, body: dict[str, Any], at: str) -> None:
    assert_error(refer(api, api.open(), **body), 480, "MissingInput", at)


@pytest.mark.conformance("prizmdoc-v1", line="PUT SourceRef: 480 InvalidInput", outcome="supported")
@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"refType": "other", "fileId": "x"}, "refType"),
        ({"refType": 1, "fileId": "x"}, "refType"),
        ({"refType": "workFile", "fileId": 7}, "fileId"),
        ({"refType": "workFile", "fileId": " "}, "fileId"),
        ({"refType": "workFile", "fileId": ["x"]}, "fileId"),
    ],
)
def test_an_invalid_value_is_named(api: Integrator, body: dict[str, Any], at: str) -> None:
    details = assert_error(refer(api, api.open(), **body), 480, "InvalidInput", at)
    assert details["in"] == "body"


@pytest.mark.conformance("prizmdoc-v1", line="PUT SourceRef: 480 NotFound", outcome="supported")
def test_an_unknown_expired_or_foreign_work_file_is_not_found(api: Integrator) -> None:
    own = api.work_file()
    foreign = factories.work_file(factories.actor("stranger"), b"%PDF-foreign").file_id
    identity = api.open()
    for file_id in ("unknown", foreign):
        answer = refer(api, identity, refType="workFile", fileId=file_id)
        assert_error(answer, 480, "NotFound", "fileId")
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        assert api.call("GET", f"/WorkFile/{own}").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        answer = refer(api, api.open(), refType="workFile", fileId=own)
        assert_error(answer, 480, "NotFound", "fileId")


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceRef: 480 CannotChangeDocument", outcome="supported"
)
def test_a_second_document_is_refused(api: Integrator) -> None:
    identity = api.show()
    answer = refer(api, identity, refType="workFile", fileId=api.work_file(factories.png()))
    assert_error(answer, 480, "CannotChangeDocument", "fileId")
    assert_error(api.put(identity, factories.png()), 480, "CannotChangeDocument")


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceRef: Content-Type must be application/json", outcome="ours"
)
@pytest.mark.parametrize("content_type", [JSON, f"{JSON}; charset=utf-8", "text/plain", ""])
def test_the_body_is_read_whatever_its_type(api: Integrator, content_type: str) -> None:
    """Stricter callers lose nothing; sloppier ones are understood."""
    body = b'{"refType": "workFile", "fileId": "%s"}' % api.work_file().encode()
    path = f"/ViewingSession/u{api.open()}/SourceRef"
    assert api.call("PUT", path, body, content_type=content_type).status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceRef: a body that is no JSON (as the example's commas)",
    outcome="ours",
)
@pytest.mark.parametrize("body", [b"", b'{"refType": "workFile", "fileId": "x",}'])
def test_what_is_no_json_is_500(api: Integrator, body: bytes) -> None:
    path = f"/ViewingSession/u{api.open()}/SourceRef"
    assert_status_message(api.call("PUT", path, body, content_type=JSON), 500, "not JSON")


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET FileId: 200 with fileId and affinityToken", outcome="supported"
)
def test_an_uploaded_document_has_a_work_file_that_can_be_used_again(api: Integrator) -> None:
    answer = api.session(api.show(), "/FileId")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(JSON)
    assert set(answer.json()) == {"fileId", "affinityToken"}
    again = refer(api, api.open(), refType="workFile", fileId=answer.json()["fileId"])
    assert again.status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET FileId: 480 DocumentNotProvidedYet", outcome="supported"
)
@pytest.mark.parametrize("source", [None, "api"])
def test_before_there_is_a_document_there_is_no_file_id(
    api: Integrator, source: str | None
) -> None:
    answer = api.session(api.open(documentSource=source), "/FileId")
    assert_error(answer, 480, "DocumentNotProvidedYet")
