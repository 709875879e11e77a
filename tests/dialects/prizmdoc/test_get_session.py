"""GET /PCCIS/V1/ViewingSession/u{viewingSessionId} (seed 001; CONTRACT section 1)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests import factories

from .conftest import Integrator, assert_status_message

DEFAULTS: dict[str, Any] = {
    "origin": {},
    "render": {
        "flash": {"optimizationLevel": 1},
        "html5": {"alwaysUseRaster": False, "rasterResolution": 150},
    },
    "password": None,
    "watermarkText": None,
    "externalId": None,
    "attachmentIndex": 0,
    "attachmentDisplayName": None,
    "tenantId": None,
    "countOfInitialPages": 0,
    "documentSource": None,
    "documentExtension": None,
    "serverCaching": "full",
    "startConverting": None,
    "contentType": None,
    "pageContentEncryption": None,
    "watermarks": [],
}


def without_time(echo: dict[str, Any]) -> dict[str, Any]:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", echo.pop("creationTime"))
    return echo


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET ViewingSession: every property with its default, and creationTime",
    outcome="supported",
)
def test_defaults_are_told(api: Integrator) -> None:
    answer = api.session(api.open())
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/json")
    assert without_time(answer.json()) == DEFAULTS


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET ViewingSession: the properties given in the POST", outcome="supported"
)
def test_what_was_given_comes_back(api: Integrator) -> None:
    given = {
        "origin": {"ipAddress": "67.79.169.114", "extra": [1, None]},
        "render": {
            "flash": {"optimizationLevel": 2},
            "html5": {"alwaysUseRaster": True, "rasterResolution": 200},
        },
        "password": "geheim",
        "watermarkText": "DRAFT",
        "externalId": "invoice 7.docx",
        "attachmentIndex": 0,
        "attachmentDisplayName": "Invoice.docx",
        "tenantId": "tenant",
        "countOfInitialPages": 3,
        "documentSource": "api",
        "documentExtension": "docx",
        "serverCaching": "none",
        "startConverting": "initialPages",
        "contentType": "svg",
        "pageContentEncryption": "none",
        "watermarks": [{"type": "text", "text": "x", "opacity": 0.5}],
        "minSecondsAvailable": 600,
        "allowedClientFileFormats": "png",
    }
    assert without_time(api.session(api.open(**given)).json()) == given


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST ViewingSession: allowedClientFileFormats, a list, is kept and returned",
    outcome="ours",
)
@pytest.mark.parametrize("formats", [[], ["pdf"]])
def test_file_formats_of_a_client_are_a_list(api: Integrator, formats: list[str]) -> None:
    """As the vendor's own samples send it."""
    identity = api.open(allowedClientFileFormats=formats)
    assert api.session(identity).json()["allowedClientFileFormats"] == formats


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET ViewingSession: nulls are defaults", outcome="ours"
)
def test_nulls_are_defaults(api: Integrator) -> None:
    identity = api.open(**dict.fromkeys(DEFAULTS))
    assert without_time(api.session(identity).json()) == DEFAULTS


@pytest.mark.conformance(
    "prizmdoc-v1", line='GET ViewingSession: documentSource "" is null', outcome="ours"
)
def test_a_blank_document_source_is_none(api: Integrator) -> None:
    assert api.session(api.open(documentSource="")).json()["documentSource"] is None


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET ViewingSession: 500 for an invalid id", outcome="supported"
)
@pytest.mark.parametrize("identity", ["XYZ", "x" * 43, "%00", "a%2Fb", "ü"])
def test_an_invalid_id_is_500(api: Integrator, identity: str) -> None:
    answer = api.session(identity)
    assert answer.status_code in (404, 500)
    if "/" not in identity and "%2F" not in identity:
        assert_status_message(answer, 500, "")
        assert answer.reason_phrase == "Internal Server Error"


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET ViewingSession: 500 for an id without the prefix u",
    outcome="supported",
)
def test_an_id_without_its_prefix_is_500(api: Integrator) -> None:
    identity = api.open()
    answer = api.call("GET", f"/ViewingSession/{identity}")
    if identity.startswith("u"):
        pytest.skip("this id happens to begin with u, so that it reads as one with the prefix")
    assert_status_message(answer, 500, "prefix `u`")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line='GET ViewingSession: 403 "The session is invalid or has expired"',
    outcome="supported",
)
def test_an_expired_session_is_403(api: Integrator) -> None:
    identity = api.open(serverCaching="none", minSecondsAvailable=60)
    with time_machine.travel(timezone.now() + timedelta(seconds=59)):
        assert api.session(identity).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(seconds=125)):
        answer = api.session(identity)
    assert_status_message(answer, 403, "")
    assert answer.reason_phrase == "The session is invalid or has expired"


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET ViewingSession: 20 minutes after the last use by default",
    outcome="ours",
)
def test_a_session_expires_after_twenty_idle_minutes(api: Integrator) -> None:
    identity = api.open()
    start = timezone.now()
    for minutes, status in ((15, 200), (30, 200), (49, 200), (70, 403)):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert api.session(identity).status_code == status


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET ViewingSession: another client's session is unknown", outcome="ours"
)
def test_a_stranger_learns_nothing(api: Integrator) -> None:
    identity = api.show()
    own = Integrator(factories.caller("stranger"))
    for method, rest, body in (
        ("GET", "", b""),
        ("DELETE", "", b""),
        ("GET", "/SourceFile", b""),
        ("PUT", "/SourceFile", b"%PDF-"),
        ("GET", "/FileId", b""),
        ("POST", "/Notification/SessionStarted", {}),
        ("POST", "/Notification/SessionStopped", {"httpStatus": 418, "endUserMessage": "x"}),
    ):
        answer = own.session(identity, rest, method, body)
        assert answer.status_code == (404 if method == "DELETE" else 500), (method, rest)
    assert api.session(identity).status_code == 200
