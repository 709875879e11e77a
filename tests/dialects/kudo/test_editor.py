"""/editor?apitoken=..., and the calls of its page."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.clients.models import WebhookDelivery
from tests import factories
from tests.dialects.kudo.conftest import Backend, Browser
from tests.unit.editing.conftest import TEXT


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    members: dict[str, Any] = answer.json()
    assert members["code"] == code
    return members


def editing(partner: Backend, **parameters: Any) -> Browser:
    return Browser(partner.launch(access="edit", **parameters))


@pytest.mark.conformance(
    "kudo-editor",
    line="GET /editor?apitoken=: exchanged for a partitioned cookie and an address without it",
    outcome="ours",
)
def test_launch(partner: Backend) -> None:
    token = partner.launch()
    browser = Browser(token)
    (cookie,) = browser.launched.cookies.values()
    assert cookie.key.startswith("__Host-recto-edit-")
    assert cookie["secure"] and cookie["httponly"] and cookie["partitioned"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("None", "/", "")
    assert token not in browser.page and cookie.value not in browser.page
    for answer in (browser.launched, browser.http.get(browser.page)):
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer
    page = browser.http.get(browser.page)
    assert page.status_code == 200
    assert token not in page.content.decode() and cookie.value not in page.content.decode()


@pytest.mark.conformance(
    "kudo-editor", line="GET /editor?apitoken=: framed by the client's origins only", outcome="ours"
)
def test_frames(partner: Backend) -> None:
    client = partner.actor.require_client()
    client.origins = "https://app.example.com"
    client.save()
    browser = Browser(partner.launch())
    policy = browser.http.get(browser.page)["Content-Security-Policy"]
    assert "frame-ancestors https://app.example.com" in policy
    assert browser.state()["origins"] == ["https://app.example.com"]


@pytest.mark.conformance(
    "kudo-editor", line="GET /editor?apitoken=: a token opens the editor once", outcome="ours"
)
def test_a_token_opens_once(partner: Backend) -> None:
    token = partner.launch()
    browser = Browser(token)
    # Who goes back in the same browser is led on.
    back = browser.http.get("/editor", {"apitoken": token})
    assert (back.status_code, back["Location"]) == (302, browser.page)
    assert not back.cookies
    second = Client().get("/editor", {"apitoken": token})
    assert second.status_code == 403
    assert "used already" in second.content.decode()
    assert not second.cookies


def test_wrong_tokens_and_strangers(partner: Backend) -> None:
    for token in ("", "x", "bbf18f21-3d0d-4a4c-b650-9c14d4075ce0"):
        answer = Client().get("/editor", {"apitoken": token})
        assert answer.status_code == 403
        assert "no longer valid" in answer.content.decode()
    browser = Browser(partner.launch())
    assert Client().get(browser.page).status_code == 403
    problem(Client().get(browser.api), 403, "session_key_wrong")
    unknown = browser.http.get("/api/v1/edits/bbf18f21-3d0d-4a4c-b650-9c14d4075ce0")
    problem(unknown, 403, "session_key_wrong")


def test_looking_ahead_uses_nothing_up(partner: Backend) -> None:
    token = partner.launch()
    ahead = Client(headers={"Sec-Purpose": "prefetch;prerender"})
    assert ahead.get("/editor", {"apitoken": token}).status_code == 503
    assert Client().head("/editor", {"apitoken": token}).status_code == 405
    assert Browser(token).state()["state"] == "ready"


@pytest.mark.conformance(
    "kudo-editor",
    line="Parameters: access, autosavedisabled, locale, mobile, debug, workspaces reach the page",
    outcome="supported",
)
def test_state(partner: Backend) -> None:
    browser = editing(
        partner, locale="de-CH", mobile="true", workspace="Default.xml", autosavedisabled=True
    )
    state = browser.state()
    assert state["document"] == {
        "name": "notes.txt",
        "format": "txt",
        "media_type": "text/plain",
        "family": "text",
        "size": len(TEXT),
    }
    assert (state["access"], state["autosave"]["enabled"]) == ("edit", False)
    assert (state["locale"], state["mobile"], state["workspace"]) == ("de-CH", True, "Default.xml")
    assert (state["revision"]["name"], state["revision"]["reason"]) == ("1", "original")
    assert (state["user"], state["debug"]) == ("anna", False)


@pytest.mark.conformance(
    "kudo-editor",
    line="Saving: each save is a version; what is told is what is stored",
    outcome="ours",
)
def test_save(partner: Backend) -> None:
    browser = editing(partner)
    answer = browser.put("/content?reason=autosave", b"changed\n", 1)
    assert answer.status_code == 200, answer.content
    told = answer.json()["revision"]
    assert (told["name"], told["reason"], told["size"], told["current"]) == (
        "2",
        "autosave",
        8,
        True,
    )
    content = browser.get("/content")
    assert (b"".join(content), content["ETag"]) == (b"changed\n", '"2"')
    assert content["Content-Security-Policy"].endswith("sandbox")
    assert b"".join(browser.get("/revisions/1")) == TEXT
    listed = browser.get("/revisions").json()
    assert [one["name"] for one in listed["revisions"]] == ["2", "1"]
    # It goes on there in the next session.
    assert b"".join(editing(partner).get("/content")) == b"changed\n"


@pytest.mark.conformance(
    "kudo-editor",
    line="Saving: a stale version is a conflict that keeps both",
    outcome="ours",
)
def test_conflict(partner: Backend) -> None:
    anna, ben = editing(partner), editing(partner, userId="ben")
    assert anna.put("/content", b"anna\n", 1).status_code == 200
    members = problem(ben.put("/content", b"ben\n", 1), 409, "revision_conflict")
    assert (members["current"], members["kept"]) == (2, "s1")
    assert b"".join(anna.get("/revisions/s1")) == b"ben\n"
    assert b"".join(anna.get("/content")) == b"anna\n"
    made = ben.post("/revisions/s1/restore", version=2).json()["revision"]
    assert (made["name"], made["reason"], made["author"]) == ("3", "restore", "ben")


@pytest.mark.conformance(
    "kudo-editor",
    line="access=view: blocks storing any changes, at the server",
    outcome="supported",
)
def test_view_never_writes(partner: Backend) -> None:
    browser = Browser(partner.launch(access="view"))
    for reason in ("explicit", "autosave", "close"):
        problem(browser.put(f"/content?reason={reason}", b"x\n", 1), 403, "edit_view_only")
    problem(browser.put("/draft", b"x\n", 1), 403, "edit_view_only")
    problem(browser.post("/beacon?revision=1", b"x\n"), 403, "edit_view_only")
    problem(browser.post("/revisions/1/restore"), 403, "edit_view_only")
    assert [one["name"] for one in browser.get("/revisions").json()["revisions"]] == ["1"]


@pytest.mark.conformance(
    "kudo-editor",
    line="autosavedisabled: nothing is stored but by an explicit save",
    outcome="supported",
)
def test_autosave_disabled(partner: Backend) -> None:
    browser = editing(partner, autosavedisabled="true")
    problem(browser.put("/content?reason=autosave", b"x\n", 1), 403, "autosave_disabled")
    problem(browser.put("/draft", b"x\n", 1), 403, "autosave_disabled")
    problem(browser.post("/beacon?revision=1", b"x\n"), 403, "autosave_disabled")
    assert browser.put("/content?reason=explicit", b"x\n", 1).status_code == 200


@pytest.mark.conformance(
    "kudo-editor",
    line="access=edit: changes are stored on session close",
    outcome="supported",
)
def test_close(partner: Backend) -> None:
    browser = editing(partner)
    assert browser.put("/draft", b"draft\n", 1).status_code == 204
    # A beacon carries no headers of ours.
    left = browser.post("/beacon?revision=1", b"beacon\n", **{"Recto-Editor": "", "If-Match": ""})
    assert left.status_code == 204
    assert b"".join(browser.get("/content")) == b"beacon\n"
    assert browser.put("/draft", b"more\n", 2).status_code == 204
    assert browser.post("/close").status_code == 204
    assert browser.post("/close").status_code == 204
    assert browser.http.get(browser.page).status_code == 410
    assert b"".join(editing(partner).get("/content")) == b"more\n"


@pytest.mark.conformance(
    "kudo-editor",
    line="Saving: what arrives after the session's end is kept and told",
    outcome="ours",
)
def test_expiry_while_editing(partner: Backend) -> None:
    browser = editing(partner)
    with time_machine.travel(timezone.now() + timedelta(minutes=21), tick=False):
        problem(browser.get(), 404, "session_not_found")
        members = problem(browser.put("/content", b"late\n", 1), 410, "edit_session_over")
        assert members["kept"] == "s1"
        assert b"".join(editing(partner).get("/revisions/s1")) == b"late\n"


@pytest.mark.conformance(
    "kudo-editor",
    line="Security: calls that change something come from the editor's own origin",
    outcome="ours",
)
@pytest.mark.parametrize(
    "origin",
    ["", "null", "http://testserver.evil.example", "https://testserver", "http://testserver:81"],
)
def test_other_origins(partner: Backend, origin: str) -> None:
    browser = editing(partner)
    for answer in (
        browser.put("/content", b"x\n", 1, Origin=origin),
        browser.put("/draft", b"x\n", 1, Origin=origin),
        browser.post("/beacon?revision=1", b"x\n", Origin=origin),
        browser.post("/revisions/1/restore", Origin=origin),
        browser.post("/close", Origin=origin),
    ):
        problem(answer, 403, "session_key_wrong")
    problem(browser.put("/content", b"x\n", 1, **{"Recto-Editor": ""}), 403, "session_key_wrong")
    assert browser.state()["revision"]["name"] == "1"


def test_bad_input(partner: Backend) -> None:
    browser = editing(partner)
    problem(browser.put("/content", b"x\n", **{"If-Match": ""}), 422, "input_missing")
    problem(browser.put("/content", b"x\n", "one"), 422, "input_invalid")
    problem(browser.put("/content?reason=restore", b"x\n", 1), 422, "input_invalid")
    problem(browser.put("/content?extension=exe", b"x\n", 1), 422, "input_invalid")
    problem(browser.put("/content", factories.PDF_BYTES, 1), 422, "format_mismatch")
    for name in ("2", "s1", "x", "1e3", "-1", "9" * 30, "²"):
        problem(browser.get(f"/revisions/{name}"), 404, "revision_not_found")
    problem(browser.get("/revisions?limit=0"), 422, "input_invalid")
    client = partner.actor.require_client()
    client.maximum_upload_bytes = 10
    client.save()
    problem(browser.put("/content", b"x" * 11, 1), 413, "document_too_large")


def test_pdf_of_a_version(partner: Backend) -> None:
    file = partner.upload(factories.PDF_BYTES, "", "a.pdf")
    browser = editing(partner, file=file)
    answer = browser.get("/pdf?revision=1")
    assert b"".join(answer) == factories.PDF_BYTES
    assert browser.get("/content?download=1")["Content-Disposition"] == (
        'attachment; filename="a.pdf"'
    )


@pytest.mark.conformance(
    "kudo-editor",
    line="Webhooks: document.saved, save.failed and session.closed are sent to the partner",
    outcome="ours",
)
def test_webhooks(partner: Backend) -> None:
    webhooks.register(Actor.system(), partner.actor.require_client(), "https://example.org/hook")
    anna, ben = editing(partner), editing(partner, userId="ben")
    anna.put("/content", b"anna\n", 1)
    ben.put("/content", b"ben\n", 1)
    anna.post("/close")
    rows = [(row.event, json.loads(row.message)) for row in WebhookDelivery.objects.order_by("pk")]
    assert [event for event, _ in rows] == ["document.saved", "save.failed", "session.closed"]
    assert all(body["type"] == event and body["timestamp"] for event, body in rows)
    saved = rows[0][1]["data"]
    assert (saved["file"], saved["version"], saved["reason"]) == (partner.file, "2", "explicit")
    assert rows[2][1]["data"]["version"] == 2
