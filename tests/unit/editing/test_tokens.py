"""Launch tokens: parameters by name and value, one exchange, digests at rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.serializers import serialize
from django.utils import timezone

from apps.clients import services as clients
from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.document_sessions.models import DocumentSession
from apps.editing import parameters, services, tokens, upkeep
from apps.editing.models import EditDetail, LaunchToken
from tests.unit.editing.conftest import Partner

GOOD = {"userId": "anna", "file": "f"}


def faults(sent: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(PortalError) as caught:
        parameters.read(sent)
    rows: Any = caught.value.data["errors"]
    return [(row["path"], row["code"]) for row in rows]


def test_defaults() -> None:
    found = parameters.read({"userId": "anna", "file": "f"})
    assert (found.access, found.locale, found.autosave) == ("view", "", True)
    assert (found.mobile, found.debug, found.may_edit) == (False, False, False)


@pytest.mark.parametrize("value", [True, "true", "TRUE"])
def test_flags_as_json_and_as_text(value: object) -> None:
    assert parameters.read(GOOD | {"mobile": value, "autosavedisabled": value}).mobile
    assert not parameters.read(GOOD | {"autosavedisabled": value}).autosave


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("colour", "red", "unknown"),
        ("UserId", "anna", "unknown"),
        ("userId", 7, "type"),
        ("userId", "a\nb", "value"),
        ("userId", "a" * 256, "value"),
        ("file", ["f"], "type"),
        ("file", None, "type"),
        ("access", "write", "value"),
        ("access", True, "type"),
        ("autosavedisabled", "yes", "value"),
        ("autosavedisabled", 1, "type"),
        ("mobile", {}, "type"),
        ("locale", "english please", "value"),
        ("sessionId", "with blank", "value"),
        ("sessionId", "new\r\nline", "value"),
        ("workspace", "../../etc", "value"),
        ("viewerWorkspace", "<script>", "value"),
        ("server", "http://api.example.com", "value"),
        ("server", "https://user:pass@api.example.com", "value"),
        ("server", "https://api.example.com/?tenant=7", "value"),
        ("server", "https://api.example.com#", "value"),
        ("fileUrl", "ftp://example.com/a.pdf", "value"),
        ("fileUrl", "file:///etc/passwd", "value"),
        ("fileUrl", "https://user@example.com/a.pdf", "value"),
        ("fileUrl", "https://exa mple.com/", "value"),
        ("fileUrl", "https://[::1", "value"),
        ("auth", 5, "type"),
    ],
)
def test_faults_by_name(name: str, value: object, code: str) -> None:
    assert (name, code) in faults(GOOD | {name: value})


def test_all_faults_at_once() -> None:
    assert faults({"colour": 1, "access": "x"}) == [
        ("colour", "unknown"),
        ("access", "value"),
        ("userId", "missing"),
        ("file", "missing"),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.pdf",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "HTTP://LOCALHOST/a.pdf",
        "https://allowed.example.evil.test/a.pdf",
        "https://allowed.example:8443/a.pdf",
        "https://elsewhere.example/a.pdf",
    ],
)
def test_addresses_that_are_not_on_the_list(partner: Partner, url: str) -> None:
    client = partner.actor.require_client()
    client.download_hosts = "allowed.example"
    client.save()
    with pytest.raises(PortalError) as caught:
        partner.token(file="", fileUrl=url)
    assert (caught.value.code, caught.value.at) == (ErrorCode.REMOTE_REFUSED, "fileUrl")


def test_the_table_holds_neither_token_nor_parameters(partner: Partner) -> None:
    token = partner.token(sessionId="partners-own-secret", userId="anna")
    services.open_session(token, dialect="kudo")
    rows = serialize("json", [*LaunchToken.objects.all(), *EditDetail.objects.all()])
    assert token not in rows and "partners-own-secret" not in rows and partner.file not in rows


def test_one_exchange(partner: Partner) -> None:
    token = partner.token()
    opened = services.open_session(token, dialect="kudo")
    with pytest.raises(PortalError) as caught:
        services.open_session(token, dialect="kudo")
    assert caught.value.code == ErrorCode.LAUNCH_TOKEN_USED
    handle = opened.editing.handle
    assert services.opened_with(token, {handle: opened.secret}) == handle
    assert services.opened_with(token, {handle: "x" * 43}) == ""
    assert services.opened_with(token, {}) == ""
    assert DocumentSession.objects.count() == 1
    # The program may still ask what it was made for.
    assert tokens.verify(token)["userId"] == "anna"


def test_a_failure_uses_nothing_up(partner: Partner) -> None:
    client = partner.actor.require_client()
    client.maximum_live_sessions = 1
    client.save()
    partner.open()
    token = partner.token()
    with pytest.raises(PortalError) as caught:
        services.open_session(token, dialect="kudo")
    assert caught.value.code == ErrorCode.QUOTA_EXCEEDED
    client.maximum_live_sessions = None
    client.save()
    assert services.open_session(token, dialect="kudo").editing


def ends(partner: Partner, token: str, how: str) -> None:
    client = partner.actor.require_client()
    if how == "key revoked":
        clients.revoke(Actor.system(), partner.credential)
    elif how == "key expired":
        type(partner.credential).objects.update(expires_at=timezone.now())
    elif how == "client inactive":
        client.is_active = False
        client.save()
    else:
        tokens.revoke(Actor.system(), LaunchToken.objects.all())


@pytest.mark.parametrize("how", ["key revoked", "key expired", "client inactive", "token revoked"])
def test_tokens_end_with_their_keys(partner: Partner, how: str) -> None:
    token = partner.token()
    ends(partner, token, how)
    for act in (tokens.verify, lambda one: services.open_session(one, dialect="kudo")):
        with pytest.raises(PortalError) as caught:
            act(token)
        assert caught.value.code == ErrorCode.LAUNCH_TOKEN_WRONG


def test_verifying_does_not_extend_life(partner: Partner) -> None:
    token = partner.token()
    with time_machine.travel(timezone.now() + timedelta(seconds=890), tick=False):
        assert tokens.verify(token)
    late = time_machine.travel(timezone.now() + timedelta(seconds=901), tick=False)
    with late, pytest.raises(PortalError):
        tokens.verify(token)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        upkeep.sweep()
        assert LaunchToken.objects.count() == 0


def test_an_access_token_makes_none(partner: Partner) -> None:
    bearer = Actor.of_client(partner.actor.require_client(), ["editor:launch"])
    with pytest.raises(PortalError) as caught:
        tokens.generate(bearer, GOOD)
    assert caught.value.code == ErrorCode.NOT_AUTHENTICATED


def test_the_session_key_is_needed(partner: Partner) -> None:
    opened = services.open_session(partner.token(), dialect="kudo")
    handle = opened.editing.handle
    assert services.find(handle, opened.secret).handle == handle
    other = services.open_session(partner.token(), dialect="kudo")
    for secret, code in (
        ("", ErrorCode.SESSION_KEY_WRONG),
        (other.secret, ErrorCode.SESSION_NOT_FOUND),
        ("x", ErrorCode.SESSION_NOT_FOUND),
    ):
        with pytest.raises(PortalError) as caught:
            services.find(handle, secret)
        assert caught.value.code == code
