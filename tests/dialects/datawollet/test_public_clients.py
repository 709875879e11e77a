"""Pages of public clients: known by their exact origin, proved by the session's key cookie."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.clients import services as clients
from apps.clients.actors import Actor
from tests.dialects.datawollet.conftest import (
    ORIGIN,
    Caller,
    assert_problem,
    page,
    program,
)

SOMEBODY = "A" * 43
LOOK_ALIKES = [
    "null",
    "",
    "https://app.example.com.evil.test",
    "https://evil.test/https://app.example.com",
    "https://evilapp.example.com",
    "https://app.example.comx",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com:443",
    "https://app.example.com/",
    "https://APP.example.com",
    "https://sub.app.example.com",
    "https://example.com",
    "https://app.example.com, https://evil.test",
    "*",
    "%",
    "https://app_example.com",
]


# --- Who it is --------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-public",
    line="Origin: a valid Origin header identifies the client's configuration",
    outcome="supported",
)
def test_a_page_is_known_by_its_origin(browser: Caller) -> None:
    answer = browser.post("/session/start", {"partitionKey": "p"})
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in answer["Vary"]


@pytest.mark.conformance(
    "datawollet-public",
    line="Origin: `null`, look-alikes and none at all are 401, with nothing that lets a page read",
    outcome="supported",
)
@pytest.mark.parametrize("origin", LOOK_ALIKES)
@pytest.mark.parametrize("method", ["get", "post", "preflight"])
def test_other_origins(browser: Caller, origin: str, method: str) -> None:
    session = browser.start()["sessionId"]
    headers = {"Origin": origin, "Session-Id": session}
    http = Client(headers=headers)
    http.cookies = browser.http.cookies
    if method == "preflight":
        answer = http.options("/session/start", headers={"Access-Control-Request-Method": "POST"})
        assert answer.status_code == 204
        assert "Access-Control-Allow-Methods" not in answer
    else:
        answer = http.get("/session") if method == "get" else http.generic("POST", "/session/start")
        assert_problem(answer, 401, "origin_unknown")
    assert "Access-Control-Allow-Origin" not in answer
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.conformance(
    "datawollet-public", line="Origin: a page that sends none is 401", outcome="supported"
)
def test_no_origin(browser: Caller) -> None:
    session = browser.start()["sessionId"]
    http = Client(headers={"Session-Id": session})
    http.cookies = browser.http.cookies
    assert_problem(http.get("/session"), 401, "not_authenticated")
    assert_problem(http.generic("POST", "/session/start"), 401, "not_authenticated")


@pytest.mark.conformance(
    "datawollet-public",
    line="Origin: one that several clients have registered identifies none",
    outcome="ours",
)
def test_an_origin_of_two_clients(browser: Caller) -> None:
    clients.register_client(Actor.system(), "other", public=True, origins=[ORIGIN])
    assert_problem(browser.post("/session/start"), 401, "origin_unknown")


@pytest.mark.conformance(
    "datawollet-public",
    line="Origin: that of a confidential client, which embeds our pages there, opens nothing",
    outcome="ours",
)
def test_the_origin_of_a_confidential_client(db: None) -> None:
    clients.register_client(Actor.system(), "framed", origins=[ORIGIN], scopes=["sessions:write"])
    answer = Client(headers={"Origin": ORIGIN}).generic("POST", "/session/start")
    assert_problem(answer, 401, "origin_unknown")


def test_an_inactive_client(browser: Caller) -> None:
    browser.client.is_active = False
    browser.client.save()
    assert_problem(browser.post("/session/start"), 401, "origin_unknown")


@pytest.mark.conformance(
    "datawollet-public",
    line="Origin: a token decides, whatever the origin",
    outcome="ours",
)
def test_a_token_beats_the_origin(browser: Caller) -> None:
    server = program()
    answer = server.post("/session/start", Origin=ORIGIN)
    session = answer.json()["sessionId"]
    assert server.get("/session", session).status_code == 200
    assert_problem(browser.get("/session", session), 400, "session_not_found")


# --- CORS -------------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-public",
    line="CORS: a preflight names methods and headers for a registered origin",
    outcome="ours",
)
@pytest.mark.parametrize("path", ["/session/start", "/documents/append", "/envelope/acl"])
def test_preflight(browser: Caller, path: str) -> None:
    answer = browser.http.options(path, headers={"Access-Control-Request-Method": "POST"})
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert "POST" in answer["Access-Control-Allow-Methods"]
    allowed = answer["Access-Control-Allow-Headers"].lower()
    for header in ("session-id", "prefer", "idempotency-key", "content-type"):
        assert header in allowed
    assert "Origin" in answer["Vary"]


@pytest.mark.conformance(
    "datawollet-public", line="CORS: a page may read errors, too", outcome="ours"
)
@pytest.mark.parametrize("path", ["/session", "/documents/x", "/session/nowhere"])
def test_errors_can_be_read(browser: Caller, path: str) -> None:
    answer = browser.get(path, SOMEBODY)
    assert answer.status_code in (400, 404)
    assert answer["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.conformance(
    "datawollet-public",
    line="CORS: no other part of the portal lets foreign pages read",
    outcome="ours",
)
@pytest.mark.parametrize("path", ["/api/schema/", "/o/token/", "/ViewingSession", "/api/v1/x"])
def test_other_paths_have_no_cors(browser: Caller, path: str) -> None:
    answer = browser.http.options(path, headers={"Access-Control-Request-Method": "POST"})
    assert "Access-Control-Allow-Origin" not in answer
    assert "Access-Control-Allow-Origin" not in browser.http.get(path)


# --- The key ----------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-public",
    line="Session key: if it is not supplied, the session is treated as invalid and a new one is "
    "started; resuming is 403",
    outcome="supported",
)
def test_without_the_cookie(browser: Caller) -> None:
    first = browser.start(partitionKey="p")
    thief = page()
    second = thief.start(partitionKey="p", sessionId=first["sessionId"])
    assert second["resumed"] is False and second["sessionId"] != first["sessionId"]
    thief.http.cookies.clear()
    answer = thief.post("/session/resume", {"partitionKey": "p", "sessionId": first["sessionId"]})
    assert_problem(answer, 403, "session_key_wrong")
    assert_problem(thief.get("/session", first["sessionId"]), 403, "session_key_wrong")
    end = thief.post("/session/end", {"sessionId": first["sessionId"]})
    assert_problem(end, 403, "session_key_wrong")
    assert browser.get("/session", first["sessionId"]).status_code == 200


@pytest.mark.conformance(
    "datawollet-public",
    line="Session key: an invalid one is as none",
    outcome="supported",
)
@pytest.mark.parametrize("key", [SOMEBODY, "", "x", "é"])
def test_a_wrong_cookie(browser: Caller, key: str) -> None:
    first = browser.start()
    (name,) = browser.http.cookies
    browser.http.cookies[name] = key
    assert_problem(browser.get("/session", first["sessionId"]), 403, "session_key_wrong")
    assert browser.start(sessionId=first["sessionId"])["resumed"] is False


@pytest.mark.conformance(
    "datawollet-public",
    line="Session key: resuming gives a new one; the old one, replayed, is refused",
    outcome="ours",
)
def test_a_replayed_cookie(browser: Caller) -> None:
    first = browser.start()
    (name,) = browser.http.cookies
    old = browser.http.cookies[name].value
    assert browser.start(sessionId=first["sessionId"])["resumed"] is True
    assert browser.http.cookies[name].value != old
    assert browser.get("/session", first["sessionId"]).status_code == 200
    browser.http.cookies[name] = old
    assert_problem(browser.get("/session", first["sessionId"]), 403, "session_key_wrong")
    answer = browser.post("/session/resume", {"sessionId": first["sessionId"]})
    assert_problem(answer, 403, "session_key_wrong")


@pytest.mark.conformance(
    "datawollet-public",
    line="Session key: one a caller made up is never taken over (fixation)",
    outcome="ours",
)
def test_a_key_is_never_the_callers(browser: Caller) -> None:
    browser.start(partitionKey="p")
    (name,) = browser.http.cookies
    victim = page()
    victim.http.cookies[name] = SOMEBODY
    victim.start(partitionKey="p")
    assert victim.http.cookies[name].value != SOMEBODY


@pytest.mark.conformance(
    "datawollet-public",
    line="Session key: one of an ended session is not taken over",
    outcome="ours",
)
def test_a_dead_key_is_not_taken_over(browser: Caller) -> None:
    browser.start(timeout=60)
    (name,) = browser.http.cookies
    old = browser.http.cookies[name].value
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        browser.start()
    assert browser.http.cookies[name].value != old


@pytest.mark.conformance(
    "datawollet-public",
    line="Partitions: the key of one partition opens nothing in another, not even with its id",
    outcome="supported",
)
def test_another_partition(browser: Caller) -> None:
    first = browser.start(partitionKey="user-1")
    browser.start(partitionKey="user-2")
    answer = browser.post(
        "/session/resume", {"partitionKey": "user-2", "sessionId": first["sessionId"]}
    )
    assert_problem(answer, 400, "session_not_found")
    names = list(browser.http.cookies)
    assert len(names) == 2
    # Each key under the other's name.
    one, two = (browser.http.cookies[name].value for name in names)
    browser.http.cookies[names[0]], browser.http.cookies[names[1]] = two, one
    assert_problem(browser.get("/session", first["sessionId"]), 403, "session_key_wrong")


@pytest.mark.conformance(
    "datawollet-public",
    line="Partitions: those of two clients with the same key are two",
    outcome="ours",
)
def test_the_same_partition_of_another_client(browser: Caller) -> None:
    first = browser.start(partitionKey="p")
    other = page("other", origin="https://other.example.com")
    second = other.start(partitionKey="p", sessionId=first["sessionId"])
    assert second["resumed"] is False
    assert set(other.http.cookies) != set(browser.http.cookies)


# --- Windows ----------------------------------------------------------------------------------
@pytest.mark.conformance(
    "datawollet-public",
    line="Two windows: sessions of one partition in one browser live side by side",
    outcome="ours",
)
def test_two_windows(browser: Caller) -> None:
    one, two = browser.start(partitionKey="p"), browser.start(partitionKey="p")
    assert one["sessionId"] != two["sessionId"]
    for session in (one, two):
        assert browser.get("/session", session["sessionId"]).status_code == 200
    assert browser.start(partitionKey="p", sessionId=one["sessionId"])["resumed"] is True
    for session in (one, two):
        assert browser.get("/session", session["sessionId"]).status_code == 200
    assert browser.post("/session/end", {"sessionId": one["sessionId"]}).status_code == 204


@pytest.mark.conformance(
    "datawollet-public",
    line="Two windows: both may continue the same session, one after the other",
    outcome="ours",
)
def test_two_windows_on_one_session(browser: Caller) -> None:
    first = browser.start(partitionKey="p")
    for _ in range(2):
        found = browser.start(partitionKey="p", sessionId=first["sessionId"])
        assert found["resumed"] is True and found["sessionId"] == first["sessionId"]


@pytest.mark.conformance(
    "datawollet-public", line="Tokens: a public client gets none", outcome="supported"
)
def test_no_token(browser: Caller) -> None:
    answer = browser.http.post(
        "/oauth/token",
        {"grant_type": "client_credentials", "client_id": browser.client.client_id},
    )
    assert answer.status_code in (400, 401)
    assert "access_token" not in answer.json()


@pytest.mark.conformance(
    "datawollet-public", line="Scopes: what the client was granted, and no more", outcome="ours"
)
def test_scopes(db: None) -> None:
    careful = page("careful", "envelopes:read")
    assert_problem(careful.post("/session/start"), 403, "scope_missing")
