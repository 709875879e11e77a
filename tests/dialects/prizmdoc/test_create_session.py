"""POST /PCCIS/V1/ViewingSession (seed 001; CONTRACT section 1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests import factories

from .conftest import JSON, Integrator, assert_error, assert_status_message

WATERMARK = {
    "type": "text",
    "opacity": 0.6,
    "text": "jdoe\n67.79.169.114\n11/13/2014 2:24 PM\\NOT FOR DISTRIBUTION",
    "color": "red",
    "fontFamily": "Consolas",
    "fontSize": "16pt",
    "fontWeight": "bold",
    "verticalAlign": "bottom",
    "horizontalAlign": "right",
}
# The page's example, with the serverCaching that its own error table asks for.
EXAMPLE: dict[str, Any] = {
    "tenantId": "my application name",
    "externalId": "my-unique-document-name.docx",
    "render": {"html5": {"alwaysUseRaster": False}},
    "minSecondsAvailable": 1500,
    "serverCaching": "none",
    "watermarks": [WATERMARK],
}


def refused(api: Integrator, body: dict[str, Any], code: str, at: str) -> dict[str, Any]:
    return assert_error(api.call("POST", "/ViewingSession", body), 480, code, at)


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: 200 with viewingSessionId and affinityToken",
    outcome="supported",
)
def test_the_answer_is_an_id_and_a_token(api: Integrator) -> None:
    answer = api.call("POST", "/ViewingSession", EXAMPLE)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json;charset=utf-8"
    assert set(answer.json()) == {"viewingSessionId", "affinityToken"}
    assert len(answer.json()["viewingSessionId"]) >= 40
    assert answer.json()["affinityToken"]


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: minSecondsAvailable without serverCaching (as the example has it)",
    outcome="refused",
)
def test_the_example_contradicts_its_error_table(api: Integrator) -> None:
    """The page's example sends no serverCaching; its table of errors refuses just that."""
    printed = {key: value for key, value in EXAMPLE.items() if key != "serverCaching"}
    refused(api, printed, "InputNotSupportedWithServerCachineEnabled", "minSecondsAvailable")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: a body that is no JSON (as the example's `\\N`)",
    outcome="ours",
)
def test_the_example_as_printed_is_no_json(api: Integrator) -> None:
    printed = rb'{"watermarks": [{"type": "text", "text": "2:24 PM\NOT FOR DISTRIBUTION"}]}'
    answer = api.call("POST", "/ViewingSession", printed, content_type=JSON)
    assert_status_message(answer, 500, "not JSON")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: attachmentIndex above 0, and encryption of page content",
    outcome="refused",
)
def test_what_is_not_done_here_is_refused(api: Integrator) -> None:
    refused(api, {"attachmentIndex": 1}, "InvalidInput", "attachmentIndex")
    refused(api, {"pageContentEncryption": "default"}, "InvalidInput", "pageContentEncryption")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: minSecondsAvailable beyond the longest life of a session",
    outcome="refused",
)
def test_a_session_that_would_end_before_is_refused(api: Integrator) -> None:
    """The administrator says how long sessions live at most: a day by default."""
    body = {"serverCaching": "none", "minSecondsAvailable": 24 * 3600 + 1}
    details = refused(api, body, "InvalidInput", "minSecondsAvailable")
    assert details["expected"]["maximum"] == 24 * 3600
    identity = api.open(serverCaching="none", minSecondsAvailable=24 * 3600)
    with time_machine.travel(timezone.now() + timedelta(seconds=24 * 3600 - 10)):
        assert api.session(identity).status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST ViewingSession: every property is optional", outcome="supported"
)
def test_an_empty_object_is_enough(api: Integrator) -> None:
    assert api.open()


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: Content-Type should be application/json",
    outcome="supported",
)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "x"])
def test_the_body_is_read_whatever_its_type(api: Integrator, content_type: str) -> None:
    answer = api.call("POST", "/ViewingSession", b"{}", content_type=content_type)
    assert answer.status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST ViewingSession: a body that is no JSON object", outcome="ours"
)
@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"a":', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_object_is_500(api: Integrator, body: bytes) -> None:
    assert_status_message(api.call("POST", "/ViewingSession", body), 500, "The body is not")


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST ViewingSession: unknown properties are ignored", outcome="ours"
)
def test_unknown_properties_are_ignored(api: Integrator) -> None:
    identity = api.open(somethingNew={"x": 1}, render={"html5": {"other": 1}, "x": 2})
    assert "somethingNew" not in api.session(identity).json()


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: 480 InvalidInput with errorDetails",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("origin", "x"),
        ("render", 1),
        ("render.html5", "x"),
        ("render.html5.alwaysUseRaster", "maybe"),
        ("render.html5.alwaysUseRaster", 1),
        ("render.html5.rasterResolution", "fine"),
        ("render.html5.rasterResolution", 0),
        ("render.html5.rasterResolution", 150.5),
        ("render.html5.rasterResolution", True),
        ("render.flash.optimizationLevel", -1),
        ("password", 1),
        ("watermarkText", []),
        ("watermarks", {}),
        ("watermarks", ["x"]),
        ("externalId", 7),
        ("externalId", "x" * 2001),
        ("externalId", "a\0b"),
        ("tenantId", {}),
        ("attachmentIndex", "first"),
        ("attachmentDisplayName", False),
        ("documentSource", "ftp"),
        ("documentSource", []),
        ("documentExtension", 1),
        ("serverCaching", "some"),
        ("startConverting", "now"),
        ("contentType", "gif"),
        ("countOfInitialPages", -1),
        ("pageContentEncryption", "aes"),
        ("minSecondsAvailable", 0),
        ("minSecondsAvailable", "soon"),
        ("allowedClientFileFormats", 5),
        ("allowedClientFileFormats", ["pdf", 5]),
        ("allowedClientFileFormats", ["x" * 101]),
        ("allowedClientFileFormats", ["pdf"] * 101),
    ],
)
def test_known_properties_are_checked_and_the_fault_is_named(
    api: Integrator, at: str, value: Any
) -> None:
    body: Any = value
    for step in reversed(at.split(".")):
        body = {step: body}
    details = refused(api, {"serverCaching": "none"} | body, "InvalidInput", at)
    assert details["in"] == "body"
    assert details["expected"]["type"]


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: errorDetails name place, path and what is expected",
    outcome="supported",
)
def test_the_details_of_an_error(api: Integrator) -> None:
    body = {"render": {"html5": {"rasterResolution": "fine"}}}
    assert refused(api, body, "InvalidInput", "render.html5.rasterResolution") == {
        "in": "body",
        "at": "render.html5.rasterResolution",
        "expected": {"type": "integer", "minimum": 36, "maximum": 600},
        "actual": "fine",
    }


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST ViewingSession: 480 MissingInput", outcome="supported"
)
def test_a_watermark_needs_a_type(api: Integrator) -> None:
    """No property of the session itself is required; a watermark's type is."""
    refused(api, {"watermarks": [{"text": "x"}]}, "MissingInput", "watermarks[0].type")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: 480 InputNotSupportedWithServerCachineEnabled",
    outcome="supported",
)
@pytest.mark.parametrize("caching", ["full", None])
def test_a_minimum_life_needs_caching_to_be_off(api: Integrator, caching: str | None) -> None:
    body = {"minSecondsAvailable": 60, "serverCaching": caching}
    refused(api, body, "InputNotSupportedWithServerCachineEnabled", "minSecondsAvailable")


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST ViewingSession: text may hold any character", outcome="ours"
)
@pytest.mark.parametrize("name", ["externalId", "password", "attachmentDisplayName"])
@pytest.mark.parametrize("text", ["Łódź 請求書 🧾", "\u0085", " ", "<b>"])
def test_any_character_comes_back(api: Integrator, name: str, text: str) -> None:
    assert api.session(api.open(**{name: text})).json()[name] == text


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST ViewingSession: half a surrogate pair is no JSON", outcome="ours"
)
@pytest.mark.parametrize(
    "body", [{"externalId": "\ud800"}, {"origin": {"x": ["\udc00"]}}, {"\ud800": 1}]
)
def test_half_a_character_is_refused(api: Integrator, body: dict[str, Any]) -> None:
    assert_status_message(api.call("POST", "/ViewingSession", body), 500, "The body is not")


@pytest.mark.parametrize(
    "body",
    [b'{"origin": {"a": NaN}}', b'{"origin": {"a": [-Infinity]}}', b'{"origin": {"a": 1e999}}'],
)
def test_a_number_that_is_none_is_refused(api: Integrator, body: bytes) -> None:
    assert_status_message(api.call("POST", "/ViewingSession", body), 500, "The body is not")


@pytest.mark.conformance(
    "prizmdoc-v1", line='POST ViewingSession: booleans sent as "true" and "false"', outcome="ours"
)
@pytest.mark.parametrize(
    ("sent", "kept"), [("false", False), ("False", False), ("true", True), (True, True)]
)
def test_a_boolean_may_come_as_a_string(api: Integrator, sent: object, kept: bool) -> None:
    identity = api.open(render={"html5": {"alwaysUseRaster": sent}})
    assert api.session(identity).json()["render"]["html5"]["alwaysUseRaster"] is kept


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST ViewingSession: numbers sent as strings", outcome="ours"
)
def test_a_number_may_come_as_a_string(api: Integrator) -> None:
    identity = api.open(render={"html5": {"rasterResolution": "200"}})
    assert api.session(identity).json()["render"]["html5"]["rasterResolution"] == 200


@pytest.mark.conformance(
    "prizmdoc-v1", line="POST ViewingSession: watermarks are accepted", outcome="supported"
)
@pytest.mark.parametrize(
    "watermark",
    [
        WATERMARK,
        {"type": "diagonalText", "text": "DRAFT", "slope": "up"},
        {"type": "diagonalText", "text": "DRAFT", "slope": "down", "color": "#f00"},
    ],
)
def test_watermarks_are_accepted_and_echoed(api: Integrator, watermark: dict[str, Any]) -> None:
    identity = api.open(watermarks=[watermark])
    assert api.session(identity).json()["watermarks"] == [watermark]


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: Accusoft-Affinity-Hint and Accusoft-Affinity-Token",
    outcome="supported",
)
@pytest.mark.parametrize("token", ["", "ejN9/kXEYOuken4Pb9ic9hqJK45XIad9LQNgCgQ+BkM=", "x"])
def test_affinity_headers_are_accepted_whatever_they_say(api: Integrator, token: str) -> None:
    answer = api.call(
        "POST",
        "/ViewingSession",
        {},
        Accusoft_Affinity_Hint="my-document",
        Accusoft_Affinity_Token=token,
    )
    assert answer.status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1", line="Authentication: none or a wrong one is 401", outcome="ours"
)
@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer x"}, {"Acs-Api-Key": "x"}, {"x-api-key": ""}]
)
def test_without_credentials_there_is_no_session(api: Integrator, header: dict[str, str]) -> None:
    api.http = type(api.http)(headers=header)
    answer = api.call("POST", "/ViewingSession", {})
    assert_error(answer, 401, "Unauthorized")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.conformance(
    "prizmdoc-v1", line="Authentication: a missing scope is 403", outcome="ours"
)
def test_without_the_scope_there_is_no_session(api: Integrator) -> None:
    api.http = factories.caller("reader", scopes=factories.READ_ONLY)
    assert_error(api.call("POST", "/ViewingSession", {}), 403, "Forbidden")


@pytest.mark.conformance(
    "prizmdoc-v1", line="Authentication: a used-up quota is 429", outcome="ours"
)
def test_a_client_with_all_its_sessions_gets_no_more(api: Integrator) -> None:
    factories.actor(maximum_live_sessions=1)
    api.open()
    assert_error(api.call("POST", "/ViewingSession", {}), 429, "QuotaExceeded")


@pytest.mark.conformance("prizmdoc-v1", line="Paths: another method is 405", outcome="ours")
def test_another_method_is_refused_with_those_allowed(api: Integrator) -> None:
    answer = api.call("GET", "/ViewingSession")
    assert_error(answer, 405, "MethodNotAllowed")
    assert "POST" in answer["Allow"]


@pytest.mark.conformance("prizmdoc-v1", line="Paths: an unknown path is 404", outcome="ours")
@pytest.mark.parametrize("path", ["/", "/Viewing", "/ViewingSession/", "/ViewingSession/ux/Other"])
def test_an_unknown_path_is_told_in_the_dialect(api: Integrator, path: str) -> None:
    assert_error(api.call("GET", path), 404, "ResourceNotFound")
