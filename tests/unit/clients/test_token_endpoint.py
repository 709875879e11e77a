"""The OAuth endpoints: the known traps of the toolkit, and what RFC 6749 asks for."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import get_access_token_model, get_refresh_token_model

from apps.clients import services
from apps.clients.models import ApiClient, Credential, Scope
from apps.core.ids import digest
from portal.logging import PortalFilter

from .conftest import SYSTEM, Program, basic, post_form

GRANT = {"grant_type": "client_credentials"}
SPELLINGS = ["/o/token/", "/o/token", "/ids/connect/token", "/oauth/token"]
Register = Callable[..., Program]


# --- The traps of django-oauth-toolkit ---------------------------------------------------------


@pytest.mark.parametrize("secret", ["", " ", "rcs_", "None"])
def test_blank_secret_never_authenticates(program: Program, secret: str) -> None:
    client_id = program.client.client_id
    for response in (
        post_form("/o/token/", GRANT, Authorization=basic(client_id, secret)),
        post_form("/o/token/", {**GRANT, "client_id": client_id, "client_secret": secret}),
        post_form("/o/token/", {**GRANT, "client_id": client_id}),
    ):
        assert response.status_code == 401
        assert response.json()["error"] == "invalid_client"


def test_client_without_any_secret_gets_no_token(db: None) -> None:
    client = services.register_client(SYSTEM, "fresh")
    response = post_form("/o/token/", {**GRANT, "client_id": client.client_id})
    assert response.status_code == 401


def test_inherited_secret_column_stays_blank(program: Program) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiClient.objects.filter(pk=program.client.pk).update(client_secret="stored")
    assert ApiClient.objects.get().client_secret == ""


def test_public_client_gets_no_token_even_with_a_left_over_secret(program: Program) -> None:
    ApiClient.objects.update(client_type=ApiClient.CLIENT_PUBLIC)
    response = program.ask(scope="viewing:write")
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_client"
    assert "Public clients" in response.json()["error_description"]


def test_empty_request_grants_no_scope_without_defaults(program: Program) -> None:
    response = program.ask()
    assert response.status_code == 200
    assert response.json()["scope"] == ""


def test_empty_request_grants_the_default_scopes_only(register: Register) -> None:
    program = register(scopes=["viewing:write", "jobs:read"], default_scopes=["jobs:read"])
    assert program.ask().json()["scope"] == "jobs:read"
    assert program.ask(scope="  ").json()["scope"] == "jobs:read"


def test_default_scope_taken_from_the_client_is_no_longer_granted(register: Register) -> None:
    program = register(scopes=["jobs:read"], default_scopes=["jobs:read"])
    program.client.scopes.clear()
    assert program.ask().json()["scope"] == ""


def test_foreign_scope_is_refused_by_name(program: Program) -> None:
    response = program.ask(scope="viewing:write envelopes:read nonsense")
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_scope"
    assert "envelopes:read nonsense" in response.json()["error_description"]
    assert not get_access_token_model().objects.exists()


def test_scopes_are_granted_once_each_as_asked(program: Program) -> None:
    response = program.ask(scope="viewing:write  viewing:write")
    assert response.json()["scope"] == "viewing:write"


@pytest.mark.parametrize("path", SPELLINGS)
def test_every_spelling_takes_json_and_forms(program: Program, path: str) -> None:
    parameters = {
        **GRANT,
        "client_id": program.client.client_id,
        "client_secret": program.secret,
        "scope": "viewing:write",
    }
    as_json = Client().post(path, json.dumps(parameters), content_type="application/json")
    as_form = post_form(path, parameters)
    for response in (as_json, as_form):
        assert response.status_code == 200, response.content
        assert response.json()["scope"] == "viewing:write"


def test_a_foreign_token_looks_inactive_to_introspection(
    program: Program, register: Register
) -> None:
    token = program.token(scope="viewing:write")
    stranger = register("stranger")
    assert stranger.ask("/o/introspect/", token=token).json() == {"active": False}

    own = program.ask("/o/introspect/", token=token).json()
    assert own["active"] is True
    assert own["scope"] == "viewing:write"
    assert own["client_id"] == program.client.client_id
    assert own["exp"] - own["iat"] == 3600


def test_introspection_needs_authentication_and_says_so(program: Program) -> None:
    response = post_form("/o/introspect/", {"token": program.token()})
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_client"
    assert program.ask("/o/introspect/", token="unknown").json() == {"active": False}


@pytest.mark.parametrize("seconds", [900, 3600])
def test_lifetime_is_the_clients_own(program: Program, seconds: int) -> None:
    ApiClient.objects.update(token_seconds=seconds)
    assert program.ask().json()["expires_in"] == seconds
    stored = get_access_token_model().objects.get()
    assert abs((stored.expires - stored.created).total_seconds() - seconds) < 2


def test_lifetime_of_more_than_an_hour_cannot_be_stored(program: Program) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiClient.objects.update(token_seconds=36_000)


def test_token_answers_carry_no_cors_headers(program: Program) -> None:
    response = post_form(
        "/o/token/", GRANT, Authorization=program.basic, Origin="https://app.example.com"
    )
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("Access-Control")]


def test_metadata_tells_the_truth(program: Program) -> None:
    document = Client().get("/.well-known/oauth-authorization-server").json()
    assert document["grant_types_supported"] == ["client_credentials"]
    assert document["response_types_supported"] == []
    assert len(document["scopes_supported"]) == Scope.objects.count()
    assert "authorization_endpoint" not in document
    assert "registration_endpoint" not in document
    for name in ("token", "revocation", "introspection"):
        url = document[f"{name}_endpoint"].removeprefix(document["issuer"])
        assert program.ask(url, token="unknown").status_code == 200


@pytest.mark.parametrize(
    "path", ["/o/authorize/", "/o/applications/", "/o/register/", "/o/userinfo/", "/o/device/"]
)
def test_nothing_else_of_the_toolkit_is_routed(db: None, path: str) -> None:
    assert Client().get(path).status_code == 404


# --- RFC 6749 ----------------------------------------------------------------------------------


def test_answer_is_a_bearer_token_without_a_refresh_token(program: Program) -> None:
    response = program.ask(scope="viewing:write")
    answer = response.json()
    assert set(answer) == {"access_token", "expires_in", "token_type", "scope"}
    assert answer["token_type"] == "Bearer"
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"] == "application/json"
    assert not get_refresh_token_model().objects.exists()


@pytest.mark.parametrize(
    "grant_type",
    ["password", "refresh_token", "authorization_code", "implicit", "nonsense"],
)
def test_other_grants_are_unsupported(program: Program, grant_type: str) -> None:
    response = program.ask(grant_type=grant_type, username="a", password="b")
    assert response.status_code == 400
    assert response.json()["error"] == "unsupported_grant_type"
    assert "client_credentials" in response.json()["error_description"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", "grant_type=client_credentials"),
        ("multipart/form-data; boundary=x", "--x--"),
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", '{"grant_type": 1}'),
        ("application/json", "[" * 20_000),
        ("application/x-www-form-urlencoded", "grant_type=client_credentials&grant_type=a"),
        ("application/x-www-form-urlencoded", "scope=viewing:write"),
        ("application/x-www-form-urlencoded", "grant_type=" + "x" * 70_000),
        ("application/x-www-form-urlencoded", ""),
    ],
)
def test_unreadable_requests_are_invalid(program: Program, content_type: str, body: str) -> None:
    response = Client().post(
        "/oauth/token", body, content_type=content_type, headers={"Authorization": program.basic}
    )
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"
    assert response.json()["error_description"]
    assert response["Cache-Control"] == "no-store"


def test_parameters_in_the_url_are_refused(program: Program) -> None:
    response = post_form("/o/token/?scope=viewing:write", GRANT, Authorization=program.basic)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


def test_other_methods_are_not_allowed(db: None) -> None:
    response = Client().get("/o/token/")
    assert response.status_code == 405
    assert response["Allow"] == "POST"


def test_a_resource_is_refused_rather_than_ignored(program: Program) -> None:
    assert program.ask(resource="https://api.example.com").json()["error"] == "invalid_target"


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Basic " + "/w==", "Bearer abc", "basic YTpi"]
)
def test_bad_authorization_headers_are_challenged(program: Program, header: str) -> None:
    response = post_form("/o/token/", GRANT, Authorization=header)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")
    assert response.json()["error_description"]


@pytest.mark.parametrize("client_id", ["nobody", "a\0b", "é", "x" * 5000])
def test_unknown_client_and_wrong_secret_look_alike(program: Program, client_id: str) -> None:
    unknown = post_form("/o/token/", GRANT, Authorization=basic(client_id, program.secret))
    wrong = post_form(
        "/o/token/", GRANT, Authorization=basic(program.client.client_id, "rcs_" + "A" * 43)
    )
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json() == wrong.json()


def test_two_different_client_ids_are_refused(program: Program, register: Register) -> None:
    other = register("other")
    response = program.ask(client_id=other.client.client_id)
    assert response.status_code == 401


def test_parameters_of_the_protocol_library_cannot_be_injected(program: Program) -> None:
    response = program.ask(client="1", user="1", scopes="jobs:read", extra_credentials="1")
    assert response.status_code == 200
    assert response.json()["scope"] == ""


def test_error_descriptions_keep_to_the_allowed_characters(program: Program) -> None:
    description = program.ask(scope='é"\\\n').json()["error_description"]
    assert all(" " <= character <= "~" and character not in '"\\' for character in description)


# --- Revocation --------------------------------------------------------------------------------


def test_revoking_ends_ones_own_token_only(program: Program, register: Register) -> None:
    token = program.token()
    stranger = register("stranger")
    assert stranger.ask("/o/revoke_token/", token=token).status_code == 200
    assert program.ask("/o/introspect/", token=token).json()["active"] is True

    assert program.ask("/o/revoke_token/", token=token).status_code == 200
    assert program.ask("/o/introspect/", token=token).json() == {"active": False}
    assert program.ask("/o/revoke_token/", token=token).status_code == 200


def test_revocation_needs_authentication(program: Program) -> None:
    token = program.token()
    assert post_form("/o/revoke_token/", {"token": token}).status_code == 401
    assert program.ask("/o/introspect/", token=token).json()["active"] is True


# --- At rest, in logs, and what it costs -------------------------------------------------------


def _every_stored_text() -> str:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows: list[object] = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows.extend(cursor.fetchall())
    return repr(rows)


def test_only_digests_are_stored(program: Program) -> None:
    key = services.issue_access_key(SYSTEM, program.client)
    token = program.token(scope="viewing:write")
    stored = _every_stored_text()
    assert digest(program.secret) in stored  # the scan sees the right tables
    for plain in (program.secret, key, token):
        assert plain not in stored
        assert plain[12:] not in stored
    assert get_access_token_model().objects.get().token == ""


def test_logs_hold_no_secret_even_when_debugging(
    program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(PortalFilter())
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="oauthlib"):
        token = program.token(scope="viewing:write")
        key = services.issue_access_key(SYSTEM, program.client)
        services.authenticate_access_key(key)
        post_form(
            "/o/token/",
            {**GRANT, "client_id": program.client.client_id, "client_secret": program.secret},
        )
        program.ask("/o/revoke_token/", token=token)
    assert "Issuing token" in caplog.text
    for plain in (program.secret, key, token, program.basic):
        assert plain[12:] not in caplog.text


def test_a_grant_costs_three_statements(program: Program) -> None:
    program.token(scope="viewing:write")
    with CaptureQueriesContext(connection) as queries:
        program.token(scope="viewing:write")
    statements = [query["sql"].split()[0] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert statements == ["SELECT", "SELECT", "INSERT"]
    assert Credential.objects.get().last_used_at is not None


def test_a_used_up_rate_is_429_with_retry_after(program: Program) -> None:
    ApiClient.objects.update(requests_per_minute=2)
    answers = [program.ask() for _ in range(5)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 1 <= int(refused[0]["Retry-After"]) <= 60
    assert refused[0].json()["error"] == "temporarily_unavailable"
