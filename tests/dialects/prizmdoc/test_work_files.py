"""Work files and the PAS spelling (CONTRACT section 1; seed 001 refers to work files)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests import factories

from .conftest import Integrator, assert_error, assert_status_message


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST WorkFile: fileId, fileExtension and affinityToken", outcome="ours"
)
@pytest.mark.parametrize(
    ("content", "query", "extension"),
    [
        (factories.PDF_BYTES, "", "pdf"),
        (factories.png(), "?FileExtension=docx", "png"),
        (b"a,b\n", "?FileExtension=CSV", "csv"),
    ],
)
def test_a_work_file_is_kept(api: Integrator, content: bytes, query: str, extension: str) -> None:
    answer = api.call("POST", f"/WorkFile{query}", content)
    assert answer.status_code == 200
    assert set(answer.json()) == {"fileId", "fileExtension", "affinityToken"}
    assert answer.json()["fileExtension"] == extension
    back = api.call("GET", f"/WorkFile/{answer.json()['fileId']}")
    assert (back.status_code, back.getvalue()) == (200, content)


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET WorkFile Info: what is known of it", outcome="ours"
)
def test_a_work_file_tells_what_it_is(api: Integrator) -> None:
    file_id = api.work_file()
    answer = api.call("GET", f"/WorkFile/{file_id}/Info").json()
    assert answer["fileId"] == file_id
    assert answer["fileExtension"] == "pdf"
    assert answer["fileSize"] == len(factories.PDF_BYTES)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{7}Z", answer["expirationDateTime"])


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET WorkFile: an unknown, expired or foreign one is 480 NotFound",
    outcome="ours",
)
def test_what_is_not_there_is_not_found(api: Integrator) -> None:
    foreign = factories.work_file(factories.actor("stranger")).file_id
    mine = api.work_file()
    for file_id in ("unknown", foreign):
        assert_error(api.call("GET", f"/WorkFile/{file_id}"), 480, "NotFound", "fileId")
        assert_error(api.call("GET", f"/WorkFile/{file_id}/Info"), 480, "NotFound", "fileId")
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert_error(api.call("GET", f"/WorkFile/{mine}"), 480, "NotFound", "fileId")


@pytest.mark.conformance("prizmdoc-v1", line="POST WorkFile: 24 hours by default", outcome="ours")
@pytest.mark.parametrize(
    ("query", "hours"),
    [
        ("", 24),
        ("?MinSecondsAvailable=60", 24),
        ("?MinSecondsAvailable=172800", 48),
        ("?minsecondsavailable=99999999", 30 * 24),
    ],
)
def test_a_work_file_lives_a_day_or_as_long_as_asked(
    api: Integrator, query: str, hours: int
) -> None:
    now = timezone.now()
    file_id = api.work_file(query=query)
    for moment, status in ((-60, 200), (60, 480)):
        with time_machine.travel(now + timedelta(hours=hours, seconds=moment)):
            assert api.call("GET", f"/WorkFile/{file_id}").status_code == status


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST WorkFile: MinSecondsAvailable is checked", outcome="ours"
)
@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "inf", "nan", "1e999"])
def test_a_life_must_be_a_number(api: Integrator, seconds: str) -> None:
    answer = api.call("POST", f"/WorkFile?MinSecondsAvailable={seconds}", factories.PDF_BYTES)
    details = assert_error(answer, 480, "InvalidInput", "MinSecondsAvailable")
    assert details["in"] == "query"


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST WorkFile: formats are told as in PUT SourceFile", outcome="ours"
)
def test_the_same_rules_of_formats_apply(api: Integrator) -> None:
    assert_status_message(api.call("POST", "/WorkFile", b"a,b\n"), 580, "Unrecognized File Format")
    assert_error(api.call("POST", "/WorkFile", b""), 480, "InvalidInput", "body")
    answer = api.call("POST", "/WorkFile?FileExtension=.csv", b"a,b\n")
    assert_error(answer, 480, "InvalidInput", "FileExtension")


@pytest.mark.conformance(
    "prizmdoc-v1", line="Authentication: work files need their own scopes", outcome="ours"
)
def test_work_files_need_their_own_scopes(api: Integrator) -> None:
    file_id = api.work_file()
    api.http = factories.caller(scopes=["viewing:read", "viewing:write"])
    assert_error(api.call("POST", "/WorkFile", factories.PDF_BYTES), 403, "Forbidden")
    assert_error(api.call("GET", f"/WorkFile/{file_id}"), 403, "Forbidden")
    assert_error(api.call("GET", f"/WorkFile/{file_id}/Info"), 403, "Forbidden")


@pytest.mark.conformance(
    "prizmdoc-v1", line="Application services (PAS): the same paths without prefix", outcome="ours"
)
def test_every_path_has_its_spelling_without_prefix(api: Integrator) -> None:
    pas = Integrator(api.http, prefix="")
    identity = pas.open(externalId="x.pdf")
    assert pas.put(identity, factories.PDF_BYTES).status_code == 200
    assert pas.session(identity).json() == api.session(identity).json()
    assert pas.session(identity, "/FileId").json() == api.session(identity, "/FileId").json()
    assert pas.session(identity, "/SourceFile").getvalue() == factories.PDF_BYTES
    factories.ready_pdf(factories.source_of(identity), 2)
    answer = pas.call("GET", f"/Document/q/Attributes?DocumentID=u{identity}")
    assert answer.json()["pageCount"] == 2
    assert pas.session(identity, "/Notification/SessionStarted", "POST", {}).status_code == 200
    body = {"httpStatus": 418, "endUserMessage": "x"}
    assert pas.session(identity, "/Notification/SessionStopped", "POST", body).status_code == 200
    assert api.session(identity).status_code == 418
    assert pas.call("GET", f"/WorkFile/{pas.work_file()}/Info").status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1", line="Application services (PAS): errors are spelled as in V1", outcome="ours"
)
def test_errors_without_prefix_are_the_same(api: Integrator) -> None:
    pas = Integrator(api.http, prefix="")
    assert_status_message(pas.session("x" * 43), 500, "")
    assert_error(pas.session(pas.open(), "/FileId"), 480, "DocumentNotProvidedYet")
