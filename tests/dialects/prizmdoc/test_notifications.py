"""Notification/SessionStarted, Notification/SessionStopped and DELETE (seed 001)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.conversion.models import Rendition
from tests import factories

from .conftest import JSON, Integrator, assert_error, assert_status_message

STOP = {"httpStatus": 418, "endUserMessage": "My custom end user error message"}


def start(api: Integrator, identity: str, body: Any = None) -> Any:
    body = {} if body is None else body
    return api.session(identity, "/Notification/SessionStarted", "POST", body)


def stop(api: Integrator, identity: str, **body: Any) -> Any:
    return api.session(identity, "/Notification/SessionStopped", "POST", body or STOP)


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST SessionStarted: 200, the conversion has begun", outcome="supported"
)
def test_the_conversion_has_begun(api: Integrator) -> None:
    identity = api.show(startConverting="none")
    assert Rendition.objects.count() == 0
    for _ in range(2):
        answer = start(api, identity)
        assert (answer.status_code, answer.content) == (200, b"")
    assert Rendition.objects.count() == 1


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST SessionStarted: 200 before there is a document", outcome="ours"
)
def test_it_may_come_before_the_document(api: Integrator) -> None:
    identity = api.open()
    assert start(api, identity).status_code == 200
    api.put(identity, factories.PDF_BYTES)
    assert Rendition.objects.count() == 1


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST SessionStarted: any User-Agent", outcome="supported"
)
def test_any_browser_gets_the_same_content(api: Integrator) -> None:
    path = f"/ViewingSession/u{api.open()}/Notification/SessionStarted"
    for agent in ("Mozilla/5.0 (X11)", "", "curl"):
        assert api.call("POST", path, {}, User_Agent=agent).status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST SessionStarted: 500 for a body that is no JSON", outcome="supported"
)
@pytest.mark.parametrize("body", [b"", b"x", b"[]"])
def test_a_body_that_is_no_json_is_500(api: Integrator, body: bytes) -> None:
    path = f"/ViewingSession/u{api.open()}/Notification/SessionStarted"
    assert_status_message(api.call("POST", path, body, content_type=JSON), 500, "The body")


@pytest.mark.conformance("prizmdoc-v1", line="POST SessionStopped: 200", outcome="supported")
def test_a_session_is_stopped_with_or_without_a_document(api: Integrator) -> None:
    for identity in (api.open(), api.show()):
        answer = stop(api, identity)
        assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST SessionStopped: any later request gets the caller's status and words",
    outcome="supported",
)
def test_later_requests_get_the_notice(api: Integrator) -> None:
    """Also those whose own input is wrong."""
    identity = api.show()
    factories.ready_pdf(factories.source_of(identity))
    stop(api, identity)
    query = f"?DocumentID=u{identity}"
    v2 = Integrator(api.http, prefix="/v2")
    answers = [
        api.session(identity),
        api.session(identity, "/SourceFile"),
        api.put(identity, factories.PDF_BYTES),
        api.session(identity, "/SourceRef", "PUT", {"refType": "workFile", "fileId": "x"}),
        api.session(identity, "/FileId"),
        start(api, identity),
        stop(api, identity, httpStatus=500, endUserMessage="another"),
        api.session(identity, "", "DELETE"),
        api.call("GET", f"/Document/q/Attributes{query}"),
        api.call("GET", f"/Page/q/0{query}"),
        api.call("GET", f"/Page/q/0/Attributes{query}"),
        api.call("GET", f"/Page/q/0/100x100{query}"),
        api.call("GET", f"/Document/q/0-0/Text{query}"),
        api.put(identity, b"a;b", "?FileExtension=.csv"),
        api.session(identity, "/SourceRef", "PUT", {}),
        api.session(identity, "/SourceRef", "PUT", b"{,}"),
        api.session(identity, "/Notification/SessionStarted", "POST", b""),
        stop(api, identity, httpStatus="soon"),
        v2.call("POST", f"/viewingSessions/{identity}/searchTasks", {}),
        v2.call("PUT", f"/viewingSessions/{identity}/sourceFile/original?FileExtension=.x"),
    ]
    for answer in answers:
        assert_status_message(answer, 418, "My custom end user error message")
        assert answer.reason_phrase == "My custom end user error message"
        assert answer["Accusoft-Status-Message"] == "My custom end user error message"
        assert answer["Accusoft-Status-Number"] == "580"


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST SessionStopped: the notice outlives the session", outcome="ours"
)
def test_the_notice_outlives_the_expiry(api: Integrator) -> None:
    identity = api.open()
    stop(api, identity)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert api.session(identity).status_code == 418


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST SessionStopped: the words fit into a status line", outcome="ours"
)
@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Ende für heute", "Ende für heute"),
        ("two\r\nlines", "two lines"),
        ("終わり", "???"),
        ("x" * 600, "x" * 500),
    ],
)
def test_words_are_made_to_fit(api: Integrator, message: str, told: str) -> None:
    identity = api.open()
    assert stop(api, identity, httpStatus=418, endUserMessage=message).status_code == 200
    assert api.session(identity)["Accusoft-Status-Message"] == told


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST SessionStopped: httpStatus and endUserMessage are checked",
    outcome="ours",
)
@pytest.mark.parametrize(
    ("body", "code", "at"),
    [
        ({"endUserMessage": "x"}, "MissingInput", "httpStatus"),
        ({"httpStatus": 418}, "MissingInput", "endUserMessage"),
        ({"httpStatus": None, "endUserMessage": "x"}, "MissingInput", "httpStatus"),
        ({"httpStatus": "teapot", "endUserMessage": "x"}, "InvalidInput", "httpStatus"),
        ({"httpStatus": 200, "endUserMessage": "x"}, "InvalidInput", "httpStatus"),
        ({"httpStatus": 600, "endUserMessage": "x"}, "InvalidInput", "httpStatus"),
        ({"httpStatus": 418, "endUserMessage": ""}, "InvalidInput", "endUserMessage"),
        ({"httpStatus": 418, "endUserMessage": 1}, "InvalidInput", "endUserMessage"),
    ],
)
def test_what_later_callers_should_get_must_be_said(
    api: Integrator, body: dict[str, Any], code: str, at: str
) -> None:
    identity = api.open()
    assert_error(stop(api, identity, **body), 480, code, at)
    assert api.session(identity).status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST SessionStopped: 500 for a body that is no JSON", outcome="ours"
)
def test_a_stop_without_json_is_500(api: Integrator) -> None:
    path = f"/ViewingSession/u{api.open()}/Notification/SessionStopped"
    assert_status_message(api.call("POST", path, b"", content_type=JSON), 500, "The body")


@pytest.mark.conformance("prizmdoc-v1", line="DELETE ViewingSession: 204", outcome="supported")
def test_an_uncached_session_is_deleted(api: Integrator) -> None:
    identity = api.show(serverCaching="none")
    answer = api.session(identity, "", "DELETE")
    assert (answer.status_code, answer.content) == (204, b"")
    assert_status_message(api.session(identity), 500, "")


@pytest.mark.conformance("prizmdoc-v1", line="DELETE ViewingSession: 404", outcome="supported")
@pytest.mark.parametrize("identity", ["unknown", "x" * 43])
def test_an_unknown_session_is_404(api: Integrator, identity: str) -> None:
    assert api.session(identity, "", "DELETE").status_code == 404
    assert api.call("DELETE", f"/ViewingSession/{identity}").status_code == 404


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="DELETE ViewingSession: 580 CannotDeleteCachedViewingSession",
    outcome="supported",
)
@pytest.mark.parametrize("body", [{}, {"serverCaching": "full"}, {"serverCaching": None}])
def test_a_cached_session_cannot_be_deleted(api: Integrator, body: dict[str, Any]) -> None:
    identity = api.open(**body)
    answer = api.session(identity, "", "DELETE")
    assert_error(answer, 580, "CannotDeleteCachedViewingSession")
    assert api.session(identity).status_code == 200
