"""POST /generate and GET /verify, line by line of seed 004."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from apps.clients import services as clients
from apps.clients.actors import Actor
from apps.clients.models import Credential
from apps.editing import services
from tests import factories
from tests.dialects.kudo.conftest import Backend

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
WRONG = {"error": "forbidden", "message": "Wrong token"}


def refused(answer: HttpResponse) -> dict[str, Any]:
    """A refusal as every one is; what it says beside that."""
    assert answer.status_code == 403, answer.content
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    members: dict[str, Any] = answer.json()
    assert {name: members[name] for name in WRONG} == WRONG
    return members


def named(answer: HttpResponse) -> list[tuple[str, str]]:
    return [(row["path"], row["code"]) for row in refused(answer)["details"]]


@pytest.mark.conformance(
    "kudo-tokens",
    line="POST /generate: 200 with token and expiration_time in Unix seconds",
    outcome="supported",
)
def test_generate(partner: Backend) -> None:
    answer = partner.generate()
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert body.keys() == {"token", "expiration_time"}
    assert GUID.fullmatch(body["token"])
    assert isinstance(body["expiration_time"], int)
    assert 800 < body["expiration_time"] - time.time() <= 900


@pytest.mark.conformance(
    "kudo-tokens",
    line="GET /verify: 200 with all parameters passed to /generate",
    outcome="supported",
)
@pytest.mark.conformance(
    "kudo-tokens", line="auth: filled in from the key, whatever is sent", outcome="ours"
)
def test_verify(partner: Backend) -> None:
    sent = {
        "userId": "anna",
        "file": partner.file,
        "locale": "de-CH",
        "access": "edit",
        "autosavedisabled": "false",
        "sessionId": "partner-session-1",
        "workspace": "Default.xml",
        "viewerWorkspace": "Viewer.xml",
        "mobile": True,
        "debug": False,
    }
    token = partner.post(sent | {"auth": "somebody else"}).json()["token"]
    answer = partner.verify(token)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == sent | {"auth": partner.actor.require_client().client_id}
    assert partner.verify(token).json() == answer.json()


@pytest.mark.conformance(
    "kudo-tokens",
    line="GET /verify: a token that has opened the editor is still verified until it expires",
    outcome="ours",
)
def test_verify_a_used_token(partner: Backend) -> None:
    token = partner.launch()
    services.open_session(token, dialect="kudo")
    assert partner.verify(token).status_code == 200


@pytest.mark.conformance(
    "kudo-tokens", line="GET /verify: verifying does not extend life", outcome="ours"
)
def test_expired(partner: Backend) -> None:
    token = partner.launch()
    with time_machine.travel(timezone.now() + timedelta(seconds=899), tick=False):
        assert partner.verify(token).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(seconds=901), tick=False):
        assert refused(partner.verify(token)) == WRONG


@pytest.mark.conformance(
    "kudo-tokens",
    line="GET /verify: 403 for a token that is unknown or expired",
    outcome="supported",
)
@pytest.mark.parametrize(
    "token", ["", "x", "bbf18f21-3d0d-4a4c-b650-9c14d4075ce0", "'; --", "é", "a" * 10_000]
)
def test_wrong_token(partner: Backend, token: str) -> None:
    assert refused(partner.verify(token)) == WRONG
    assert refused(partner.http.get("/verify")) == WRONG


@pytest.mark.conformance(
    "kudo-tokens",
    line="x-api-key: 403 alike for a key that is missing, unknown, expired or revoked",
    outcome="supported",
)
@pytest.mark.parametrize("how", ["missing", "unknown", "expired", "revoked", "inactive client"])
def test_wrong_key(partner: Backend, how: str) -> None:
    token = partner.launch()
    key = {"missing": "", "unknown": "rck_" + "x" * 43}.get(how, partner.key)
    if how == "expired":
        Credential.objects.update(expires_at=timezone.now())
    elif how == "revoked":
        clients.revoke(Actor.system(), partner.credential)
    elif how == "inactive client":
        client = partner.actor.require_client()
        client.is_active = False
        client.save()
    assert refused(partner.generate(key)) == WRONG
    # With its key a token ends.
    ended = how not in ("missing", "unknown")
    assert partner.verify(token).status_code == (403 if ended else 200)


@pytest.mark.conformance(
    "kudo-tokens", line="x-api-key: a partner may have several keys, for rotation", outcome="ours"
)
def test_rotation(partner: Backend) -> None:
    client = partner.actor.require_client()
    new = clients.issue_access_key(Actor.system(), client)
    assert partner.generate(new).status_code == partner.generate().status_code == 200
    clients.revoke(Actor.system(), partner.credential)
    assert partner.generate().status_code == 403
    assert partner.generate(new).status_code == 200


@pytest.mark.conformance(
    "kudo-tokens",
    line="x-api-key: the client needs the scope editor:launch; an access token is no key",
    outcome="ours",
)
def test_scope(partner: Backend) -> None:
    bearer = Client(headers={"Authorization": f"Bearer {partner.key}"})
    assert refused(bearer.post("/generate", {}, content_type="application/json")) == WRONG
    partner.actor.require_client().scopes.clear()
    assert named(partner.generate()) == [("", "scope_missing")]


@pytest.mark.conformance(
    "kudo-tokens",
    line="x-api-key: requests_per_minute counts for each key; over it 403 with Retry-After",
    outcome="ours",
)
def test_rate_limit(partner: Backend) -> None:
    client = partner.actor.require_client()
    client.requests_per_minute = 2
    client.save()
    with time_machine.travel(timezone.now().replace(second=10), tick=False):
        other = clients.issue_access_key(Actor.system(), client)
        assert [partner.generate().status_code for _ in range(3)] == [200, 200, 403]
        answer = partner.generate()
        assert named(answer) == [("", "quota_exceeded")]
        assert 0 < int(answer["Retry-After"]) <= 60
        assert partner.generate(other).status_code == 200


@pytest.mark.conformance(
    "kudo-tokens", line="Request body: unknown parameters are refused by name", outcome="refused"
)
@pytest.mark.conformance(
    "kudo-tokens", line="Request body: bad values are refused by name", outcome="refused"
)
def test_faults_by_name(partner: Backend) -> None:
    answer = partner.generate(colour="red", access="write", mobile="yes", userId=3)
    assert named(answer) == [
        ("colour", "unknown"),
        ("userId", "type"),
        ("access", "value"),
        ("mobile", "value"),
    ]
    assert all(row["message"] for row in refused(answer)["details"])


@pytest.mark.conformance("kudo-tokens", line="userId: required", outcome="ours")
@pytest.mark.parametrize("body", [{"file": "f"}, {"file": "f", "userId": ""}])
def test_user_is_required(partner: Backend, body: dict[str, str]) -> None:
    assert named(partner.post(body)) == [("userId", "missing")]


@pytest.mark.conformance(
    "kudo-tokens", line="file: a work file of the partner; another is refused", outcome="ours"
)
@pytest.mark.parametrize("whose", ["nobody", "stranger"])
def test_file_of_another(partner: Backend, whose: str) -> None:
    file = "x" * 43
    if whose == "stranger":
        file = factories.work_file(factories.actor("stranger"), b"x", extension="txt").file_id
    assert named(partner.generate(file=file)) == [("file", "work_file_not_found")]
    assert named(partner.post({"userId": "anna"})) == [("file", "missing")]


@pytest.mark.conformance(
    "kudo-tokens",
    line="file: if fileUrl is passed as well, file takes priority",
    outcome="supported",
)
@pytest.mark.conformance(
    "kudo-tokens", line="fileUrl: its host is one of the client's download hosts", outcome="ours"
)
def test_file_beats_file_url(partner: Backend) -> None:
    elsewhere = "https://files.example.com/a.pdf"
    token = partner.launch(fileUrl=elsewhere, access="edit")
    assert services.open_session(token, dialect="kudo").editing.detail.access == "edit"
    assert named(partner.generate(file="", fileUrl=elsewhere)) == [("fileUrl", "remote_refused")]


@pytest.mark.conformance(
    "kudo-tokens", line="fileUrl: read only access, also with access=edit", outcome="supported"
)
def test_file_url_is_view_only(partner: Backend) -> None:
    client = partner.actor.require_client()
    client.download_hosts = "files.example.com"
    client.save()
    url = "https://files.example.com/a.pdf"
    token = partner.launch(file="", fileUrl=url, access="edit")
    assert services.open_session(token, dialect="kudo").editing.detail.access == "view"


@pytest.mark.conformance(
    "kudo-tokens", line="Response: every refusal is 403 and valid JSON", outcome="supported"
)
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"userId": NaN}', b"[" * 100_000, b"x" * 2**21]
)
def test_what_is_no_object(partner: Backend, body: bytes) -> None:
    assert named(partner.post(body))[0][1] == "malformed_body"


@pytest.mark.conformance(
    "kudo-tokens", line="Response: another method is refused with 403, too", outcome="ours"
)
def test_methods(partner: Backend) -> None:
    for answer in (partner.http.get("/generate"), partner.http.delete("/verify")):
        refused(answer)
    keyed = partner.http.get("/generate", headers={"x-api-key": partner.key})
    assert named(keyed) == [("", "method_not_allowed")]


@pytest.mark.conformance(
    "kudo-tokens",
    line="server: https, and its host is one of the client's download hosts",
    outcome="ours",
)
def test_server(partner: Backend) -> None:
    server = "https://api.example.com/kudo"
    assert named(partner.generate(server=server)) == [("server", "remote_refused")]
    assert named(partner.generate(server="http://api.example.com")) == [("server", "value")]
    client = partner.actor.require_client()
    client.download_hosts = "api.example.com"
    client.save()
    token = partner.launch(server=server, file="plan-7", access="edit")
    assert partner.verify(token).json()["server"] == server
