"""POST session/start, resume and end for programs, line by line of seed 003."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.clients.actors import Actor
from apps.document_sessions import services as sessions
from apps.document_sessions.models import DocumentSession
from apps.extraction.models import ExtractionDetail
from tests.dialects.datawollet.conftest import Caller, assert_problem, program

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
SOMEBODY = "A" * 43
MISSING = "5d0bd14c-86ae-4a4a-8f23-6b6d7b7f1f0a"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- Starting ---------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/start: initiates a session; 200 session started successfully",
    outcome="supported",
)
def test_start(server: Caller) -> None:
    answer = server.post("/session/start", {"partitionKey": "user-1"})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    members = answer.json()
    assert TOKEN.fullmatch(members["sessionId"])
    assert members["resumed"] is False and members["requests"] == []
    assert "envelope" not in members
    begun = moment(members["createdAt"])
    assert moment(members["expiresAt"]) - begun == timedelta(minutes=20)
    assert moment(members["maxExpiresAt"]) - begun == timedelta(days=1)


@pytest.mark.conformance(
    "datawollet-session", line="POST /session/start: a body is not needed", outcome="ours"
)
def test_start_without_a_body(server: Caller) -> None:
    assert server.http.generic("POST", "/session/start").status_code == 200


@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/start: all sessions have a maximum duration that cannot be exceeded, even "
    "if a longer timeout is requested",
    outcome="supported",
)
@pytest.mark.parametrize(("timeout", "seconds"), [(60, 60), (3600, 3600), (10_000_000, 7200)])
def test_the_timeout_is_capped(db: None, timeout: int, seconds: int) -> None:
    members = program(session_maximum_seconds=7200).start(timeout=timeout)
    begun = moment(members["createdAt"])
    assert moment(members["expiresAt"]) - begun == timedelta(seconds=seconds)
    assert moment(members["maxExpiresAt"]) - begun == timedelta(hours=2)


@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/start: the maximum duration cannot be exceeded by use",
    outcome="supported",
)
def test_use_moves_the_expiry_up_to_the_maximum(db: None) -> None:
    server = program(session_maximum_seconds=3600)
    started = timezone.now()
    with time_machine.travel(started, tick=False) as clock:
        members = server.start(timeout=2400)
        clock.shift(timedelta(minutes=30))
        later = server.get("/session", members["sessionId"]).json()
        assert later["expiresAt"] == members["maxExpiresAt"]
        clock.shift(timedelta(minutes=31))
        answer = server.get("/session", members["sessionId"])
    assert_problem(answer, 400, "session_not_found")


@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/start: if an existing session id is supplied, the session is resumed",
    outcome="supported",
)
def test_start_resumes(server: Caller) -> None:
    first = server.start(partitionKey="user-1")
    second = server.start(partitionKey="user-1", sessionId=first["sessionId"])
    assert second["resumed"] is True
    assert second["sessionId"] == first["sessionId"]
    assert second["createdAt"] == first["createdAt"]


@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/start: if the session id is invalid or expired, a new session is started",
    outcome="supported",
)
@pytest.mark.parametrize("identity", [SOMEBODY, "nonsense", "../../x", MISSING, "\u0000", "é"])
def test_start_with_an_unknown_id(server: Caller, identity: str) -> None:
    members = server.start(sessionId=identity)
    assert members["resumed"] is False
    assert members["sessionId"] != identity


@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/start: an expired session is not resumed; a new one is started",
    outcome="supported",
)
def test_start_with_an_expired_id(server: Caller) -> None:
    first = server.start(timeout=60)
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        second = server.start(sessionId=first["sessionId"])
    assert second["resumed"] is False and second["sessionId"] != first["sessionId"]


@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/start: sessions are scoped to the client; a foreign id starts a new one",
    outcome="supported",
)
def test_start_with_a_foreign_id(server: Caller) -> None:
    first = server.start()
    stranger = program("stranger")
    second = stranger.start(sessionId=first["sessionId"])
    assert second["resumed"] is False and second["sessionId"] != first["sessionId"]
    assert_problem(stranger.get("/session", first["sessionId"]), 400, "session_not_found")


@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/start: session ids are unique to the partitioning key; that of another "
    "partition starts a new session (session fixation)",
    outcome="supported",
)
@pytest.mark.parametrize("victim", ["user-2", "USER-1", "user-1 ", ""])
def test_start_in_another_partition(server: Caller, victim: str) -> None:
    planted = server.start(partitionKey="user-1")
    found = server.start(partitionKey=victim, sessionId=planted["sessionId"])
    assert found["resumed"] is False
    assert found["sessionId"] != planted["sessionId"]
    answer = server.post(
        "/session/resume", {"partitionKey": victim, "sessionId": planted["sessionId"]}
    )
    assert_problem(answer, 400, "session_not_found")


# --- The key cookie ---------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-session",
    line="Session keys: sent to the client as partitioned cookies (CHIPS)",
    outcome="supported",
)
def test_the_cookie(server: Caller) -> None:
    answer = server.post("/session/start", {"partitionKey": "user-1"})
    (cookie,) = answer.cookies.values()
    assert cookie.key.startswith("__Host-recto-")
    spelled = cookie.OutputString()
    for flag in ("HttpOnly", "Secure", "Partitioned", "Path=/", "SameSite=None", "Max-Age=86400"):
        assert flag in spelled.split("; ")
    assert "Domain" not in spelled
    other = server.post("/session/start", {"partitionKey": "user-2"})
    assert set(other.cookies) != set(answer.cookies)


@pytest.mark.conformance(
    "datawollet-session",
    line="Session keys: only digests of key and id are stored",
    outcome="ours",
)
def test_neither_id_nor_key_is_stored(server: Caller) -> None:
    answer = server.post("/session/start")
    (cookie,) = answer.cookies.values()
    detail = ExtractionDetail.objects.select_related("session").get()
    stored = repr([*vars(detail).values(), *vars(detail.session).values()])
    assert answer.json()["sessionId"] not in stored
    assert cookie.value not in stored


@pytest.mark.conformance(
    "datawollet-session",
    line="Confidential clients: the key cookie can be used but is not strictly required",
    outcome="supported",
)
def test_a_program_needs_no_cookie(server: Caller) -> None:
    first = server.start()
    server.http.cookies.clear()
    assert server.start(sessionId=first["sessionId"])["resumed"] is True
    server.http.cookies.clear()
    assert server.get("/session", first["sessionId"]).status_code == 200


@pytest.mark.conformance(
    "datawollet-session",
    line="Confidential clients: a key cookie that is sent and wrong makes the session invalid",
    outcome="ours",
)
def test_a_program_with_a_wrong_cookie(server: Caller) -> None:
    first = server.start()
    (name,) = server.http.cookies
    server.http.cookies[name] = SOMEBODY
    answer = server.post("/session/resume", {"sessionId": first["sessionId"]})
    assert_problem(answer, 403, "session_key_wrong")
    assert server.start(sessionId=first["sessionId"])["resumed"] is False


# --- Resuming ---------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/resume: continues a session; it never opens one",
    outcome="supported",
)
def test_resume(server: Caller) -> None:
    first = server.start(partitionKey="p")
    answer = server.post("/session/resume", {"partitionKey": "p", "sessionId": first["sessionId"]})
    assert answer.status_code == 200
    assert answer.json()["resumed"] is True
    assert DocumentSession.objects.count() == 1


@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/resume: an unknown id is 400 `session_not_found`",
    outcome="supported",
)
def test_resume_an_unknown_session(server: Caller) -> None:
    assert_problem(
        server.post("/session/resume", {"sessionId": SOMEBODY}), 400, "session_not_found"
    )
    assert_problem(server.post("/session/resume"), 400, "input_missing")
    assert not DocumentSession.objects.exists()


@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/resume: a session that an administrator stopped is 400 `session_stopped`",
    outcome="ours",
)
def test_resume_a_stopped_session(server: Caller) -> None:
    first = server.start()
    sessions.stop_as_administrator(Actor.system(), DocumentSession.objects.get())
    answer = server.post("/session/resume", {"sessionId": first["sessionId"]})
    assert_problem(answer, 400, "session_stopped")


# --- Ending -----------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/end: sessions can be explicitly terminated; 204",
    outcome="supported",
)
def test_end(server: Caller) -> None:
    first = server.start()
    answer = server.post("/session/end", {"sessionId": first["sessionId"]})
    assert answer.status_code == 204
    (cookie,) = answer.cookies.values()
    spelled = cookie.OutputString().split("; ")
    assert cookie.value == "" and "Max-Age=0" in spelled
    assert {"Partitioned", "Secure", "HttpOnly", "SameSite=None"} <= set(spelled)
    assert_problem(server.get("/session", first["sessionId"]), 400, "session_stopped")
    assert server.start(sessionId=first["sessionId"])["resumed"] is False


@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/end: ending twice, or what never was, is no error",
    outcome="ours",
)
def test_end_is_idempotent(server: Caller) -> None:
    first = server.start()
    for _ in range(2):
        answer = server.post("/session/end", {"sessionId": first["sessionId"]})
        assert answer.status_code == 204
    assert server.post("/session/end", {"sessionId": SOMEBODY}).status_code == 204
    assert_problem(server.post("/session/end"), 400, "input_missing")


@pytest.mark.conformance(
    "datawollet-session",
    line="POST /session/end: a foreign session goes on",
    outcome="ours",
)
def test_a_stranger_ends_nothing(server: Caller) -> None:
    first = server.start()
    answer = program("stranger").post("/session/end", {"sessionId": first["sessionId"]})
    assert answer.status_code == 204
    assert server.get("/session", first["sessionId"]).status_code == 200


@pytest.mark.conformance(
    "datawollet-session",
    line="Data is not generally persisted beyond the session: its keys are destroyed when it ends",
    outcome="supported",
)
def test_the_keys_are_destroyed(server: Caller) -> None:
    first = server.start()
    assert bytes(ExtractionDetail.objects.get().keyring)
    server.post("/session/end", {"sessionId": first["sessionId"]})
    assert bytes(ExtractionDetail.objects.get().keyring) == b""


# --- Statuses ---------------------------------------------------------------------------------
@pytest.mark.conformance("datawollet-session", line="400: invalid payload", outcome="supported")
@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"timeout": "60"}, "timeout"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": -1}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"timeout": 1.5}, "timeout"),
        ({"partitionKey": 7}, "partitionKey"),
        ({"partitionKey": "x" * 1001}, "partitionKey"),
        ({"partitionkey": "x"}, "partitionkey"),
        ({"sessionId": ["x"]}, "sessionId"),
        ({"envelope": "x"}, "envelope"),
        ({"envelope": {"create": "yes"}}, "envelope.create"),
        ({"envelope": {"create": True, "retentionDays": 0}}, "envelope.retentionDays"),
        ({"envelope": {"create": True, "retentionDays": 10**6}}, "envelope.retentionDays"),
        ({"envelope": {"create": True, "id": MISSING}}, "envelope"),
        ({"envelope": {}}, "envelope.id"),
    ],
)
def test_invalid_payloads(server: Caller, body: Any, at: str) -> None:
    answer = server.post("/session/start", body)
    assert answer.status_code == 400
    assert answer.json()["at"] == at
    assert answer.json()["code"] in ("input_invalid", "input_missing", "input_conflicts")
    assert not DocumentSession.objects.exists()


@pytest.mark.conformance(
    "datawollet-session", line="400: a body that is no JSON object", outcome="supported"
)
@pytest.mark.parametrize("body", ["{", "[]", '"x"', "nul", "{}{}"])
def test_malformed_bodies(server: Caller, body: str) -> None:
    answer = server.http.post("/session/start", body, content_type="application/json")
    assert_problem(answer, 400, "malformed_body")


@pytest.mark.conformance(
    "datawollet-session",
    line="400: invalid credentials (of an envelope: its id or key is missing)",
    outcome="supported",
)
@pytest.mark.parametrize("envelope", [{"key": SOMEBODY}, {"id": MISSING, "key": ""}])
def test_invalid_credentials(server: Caller, envelope: Any) -> None:
    answer = server.post("/session/start", {"envelope": envelope})
    assert_problem(answer, 400, "input_missing")


@pytest.mark.conformance(
    "datawollet-session",
    line="400: envelope operations not supported when resuming",
    outcome="supported",
)
@pytest.mark.parametrize("path", ["/session/start", "/session/resume"])
@pytest.mark.parametrize("envelope", [{"create": True}, {"id": MISSING, "key": SOMEBODY}])
def test_envelope_operations_on_resume(server: Caller, path: str, envelope: Any) -> None:
    first = server.start()
    answer = server.post(path, {"sessionId": first["sessionId"], "envelope": envelope})
    assert_problem(answer, 400, "envelope_on_resume")


@pytest.mark.conformance(
    "datawollet-session",
    line="401: missing or invalid API key / bearer token",
    outcome="supported",
)
def test_unauthenticated(server: Caller) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"X-Api-Key": "x"}):
        answer = Client(headers=headers).generic("POST", "/session/start")
        assert_problem(answer, 401, "not_authenticated")
        assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.conformance(
    "datawollet-session",
    line="403: missing required scope (sessions:write, envelopes:create or envelopes:read)",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("scopes", "body", "missing"),
    [
        (["envelopes:create"], {}, "sessions:write"),
        (["sessions:write"], {"envelope": {"create": True}}, "envelopes:create"),
        (
            ["sessions:write", "envelopes:create"],
            {"envelope": {"id": MISSING, "key": SOMEBODY}},
            "envelopes:read",
        ),
    ],
)
def test_missing_scopes(db: None, scopes: list[str], body: Any, missing: str) -> None:
    answer = program("full", *scopes).post("/session/start", body)
    members = assert_problem(answer, 403, "scope_missing")
    assert members["scope"] == missing
    assert missing in members["detail"]


@pytest.mark.conformance(
    "datawollet-session",
    line="412: envelope not found when attempting to attach",
    outcome="supported",
)
def test_an_unknown_envelope(server: Caller) -> None:
    answer = server.post("/session/start", {"envelope": {"id": MISSING, "key": SOMEBODY}})
    assert_problem(answer, 412, "envelope_not_found")
    assert not DocumentSession.objects.exists()


@pytest.mark.conformance(
    "datawollet-session", line="403: envelope access denied (wrong key)", outcome="supported"
)
@pytest.mark.parametrize("key", [SOMEBODY, "no key at all"])
def test_a_wrong_envelope_key(server: Caller, key: str) -> None:
    made = server.start(envelope={"create": True})["envelope"]
    answer = server.post("/session/start", {"envelope": {"id": made["id"], "key": key}})
    assert_problem(answer, 403, "envelope_denied")


@pytest.mark.conformance(
    "datawollet-session",
    line="412: a foreign envelope looks like none, whatever the key",
    outcome="ours",
)
def test_a_foreign_envelope(server: Caller) -> None:
    made = server.start(envelope={"create": True})["envelope"]
    for key in (made["key"], SOMEBODY):
        answer = program("stranger").post(
            "/session/start", {"envelope": {"id": made["id"], "key": key}}
        )
        assert_problem(answer, 412, "envelope_not_found")


@pytest.mark.conformance(
    "datawollet-session",
    line="500: failed to store the session",
    outcome="supported",
)
def test_a_failure_of_the_server(server: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("apps.extraction.services.sessions.create", broken)
    assert_problem(server.post("/session/start"), 500, "internal")


@pytest.mark.conformance(
    "datawollet-session",
    line="429: as many live sessions as the client may have",
    outcome="ours",
)
def test_the_quota(db: None) -> None:
    server = program(maximum_live_sessions=1)
    server.start()
    assert_problem(server.post("/session/start"), 429, "quota_exceeded")


@pytest.mark.conformance(
    "datawollet-session", line="404: other paths below the prefixes", outcome="ours"
)
@pytest.mark.parametrize("path", ["/session/x", "/documents", "/requests", "/envelope/x/y"])
def test_other_paths(server: Caller, path: str) -> None:
    assert_problem(server.get(path), 404, "not_routed")


def test_other_methods(server: Caller) -> None:
    answer = server.get("/session/start")
    assert_problem(answer, 405, "method_not_allowed")
    assert "POST" in answer["Allow"]


# --- Envelopes --------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-session",
    line="Envelopes: created as part of starting a session; the key is told once",
    outcome="supported",
)
def test_an_envelope_is_created(server: Caller) -> None:
    members = server.start(envelope={"create": True, "retentionDays": 90, "label": "Case 7"})
    envelope = members["envelope"]
    assert TOKEN.fullmatch(envelope["key"]) and envelope["access"] == "write"
    kept = moment(envelope["retainUntil"]) - moment(members["createdAt"])
    assert timedelta(days=89, hours=23) < kept < timedelta(days=90, minutes=1)
    status = server.get("/session", members["sessionId"]).json()
    assert status["envelope"] == {k: v for k, v in envelope.items() if k != "key"}


@pytest.mark.conformance(
    "datawollet-session",
    line="Envelopes: attached by the same id and key across sessions; written with the scope "
    "envelopes:write only",
    outcome="supported",
)
@pytest.mark.parametrize(("more", "access"), [(["envelopes:write"], "write"), ([], "read")])
def test_an_envelope_is_attached(db: None, more: list[str], access: str) -> None:
    server = program("full", "sessions:write", "envelopes:create", "envelopes:read", *more)
    made = server.start(envelope={"create": True})
    server.post("/session/end", {"sessionId": made["sessionId"]})
    credentials = {name: made["envelope"][name] for name in ("id", "key")}
    found = server.start(envelope=credentials)["envelope"]
    assert found["id"] == made["envelope"]["id"] and found["access"] == access
    assert "key" not in found


@pytest.mark.conformance(
    "datawollet-session",
    line="412: no envelope on the session",
    outcome="supported",
)
def test_no_envelope(server: Caller) -> None:
    session = server.start()["sessionId"]
    assert_problem(server.get("/envelope", session), 412, "envelope_missing")
