"""Who may do what: every operation of the API reference, by everybody who may not.

The matrix is made from the reference, in which every endpoint stands. An operation either names the
scopes it needs, or its address itself is the key: those are listed here, with what a wrong key is
answered. One that is new fails until it is placed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from apps.clients import services as clients
from apps.clients.actors import Actor
from apps.clients.models import ApiClient, Credential
from tests import factories
from tests.stack import PROJECT

AREA = "Who may do what: operations x people who may not"

REFERENCE = json.loads((PROJECT / "tests/snapshots/openapi.json").read_text())
UNKNOWN = "A" * 43
GUID = "6f0d3c2e-6a0b-4b43-9d39-8f5c1f0a7e11"
# What stands for a name in a path: something of the right form that nobody has.
PLACES = {
    **dict.fromkeys(("page", "first", "last", "x", "y", "width", "height", "index"), "1"),
    **dict.fromkeys(("job", "webhook", "delivery", "version", "number"), "1"),
    **dict.fromkeys(("envelope", "template", "datasource_id", "session_id", "item_id"), GUID),
    "u_id": f"u{UNKNOWN}",
}
# Whose address, cookie or header is the key, and what a key that opens nothing is answered.
BY_ADDRESS = {
    "/PCCIS/V1/Document/q/": 500,
    "/PCCIS/V1/Page/q/": 500,
    "/api/v1/comparisons/": 404,
    "/api/v1/edits/": 403,
    "/api/v1/forms/": 404,
    "/api/v1/reviews/": 404,
    "/api/v1/views/": 404,
    "/v2/searchTasks/": 404,
    "/v2/viewingSessions/": 404,
    "/v3/viewingSessions/": 404,
    "/verify": 403,
}
# The way in: it takes credentials of its own.
ENTRANCE = {"/o/token/"}
# Besides credentials these need a session, by a cookie or header: it is asked for first.
IN_A_SESSION = ("/documents/", "/envelope", "/session")
SCOPE_FIRST = ("/session/start", "/session/resume", "/session/end", "/documents/single")
# Kudo's page knows one refusal (seed 004).
REFUSES_ALIKE = {"/generate"}

Operation = tuple[str, str, dict[str, Any]]
Person = Callable[[], Client]


def operations() -> Iterator[Operation]:
    for path, methods in REFERENCE["paths"].items():
        for method, told in methods.items():
            if method != "parameters":
                yield method.upper(), path, told


def scopes(operation: Operation) -> list[str]:
    found: list[str] = operation[2].get("x-required-scopes", [])
    return found


def named(operation: Operation) -> str:
    return f"{operation[0]} {operation[1]}"


SCOPED = [one for one in operations() if scopes(one)]
OPEN = [one for one in operations() if not scopes(one) and one[1] not in ENTRANCE]


def call(caller: Client, operation: Operation) -> HttpResponse:
    """The operation as the reference shows it, with ids that nobody has."""
    method, path, told = operation
    parameters = told.get("parameters", [])
    words = {one["name"]: one["schema"].get("enum", [UNKNOWN])[0] for one in parameters}
    address = re.sub(r"\{(\w+)\}", lambda name: PLACES.get(name[1], words.get(name[1], "")), path)
    asked = {
        one["name"]: GUID for one in parameters if one["in"] == "query" and one.get("required")
    }
    if "/q/" in path:
        asked = {"DocumentID": f"u{UNKNOWN}"}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    contents = list(told.get("requestBody", {}).get("content", {}).items())
    media_type, content = contents[0] if contents else ("application/octet-stream", {})
    example = next(iter(content.get("examples", {}).values()), {"value": "text"})["value"]
    body = (example if isinstance(example, str) else json.dumps(example)).encode()
    return caller.generic(method, f"{address}?{query}", body, content_type=media_type)


# --- Those who may not ----------------------------------------------------------------------------


def nobody() -> Client:
    """Without credentials."""
    return Client()


def unknown_key() -> Client:
    """With a key of the right form that was never issued."""
    return Client(headers={"X-Api-Key": f"rck_{UNKNOWN}"})


def revoked_key() -> Client:
    """With a key that was good a moment ago."""
    caller = factories.caller("Revoked", scopes=[])
    for credential in Credential.objects.filter(client__name="Revoked"):
        clients.revoke(Actor.system(), credential)
    return caller


def switched_off() -> Client:
    """Of a client that an administrator has switched off."""
    caller = factories.caller("Off", scopes=[])
    ApiClient.objects.filter(name="Off").update(is_active=False)
    return caller


def expired_token() -> Client:
    """With a token whose time is over."""
    client = factories.actor("Late").require_client()
    secret = clients.issue_secret(Actor.system(), client)
    asked = urlencode({"grant_type": "client_credentials", "client_id": client.client_id})
    granted = Client().post(
        "/o/token/",
        f"{asked}&client_secret={secret}",
        content_type="application/x-www-form-urlencoded",
    )
    token = granted.json()["access_token"]
    before = timezone.now() - timedelta(seconds=1)
    assert get_access_token_model().objects.update(expires=before)
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.mark.django_db
@pytest.mark.parametrize("person", [nobody, unknown_key, revoked_key, switched_off, expired_token])
def test_who_is_not_known_gets_nowhere(person: Person) -> None:
    caller = person()
    for operation in SCOPED:
        answer = call(caller, operation)
        expected = 403 if operation[1] in REFUSES_ALIKE else 401
        assert answer.status_code == expected, (named(operation), answer.content[:200])


@pytest.mark.django_db
def test_without_its_scope_an_operation_does_nothing() -> None:
    caller = factories.caller("Bare", scopes=[])
    for operation in SCOPED:
        answer = call(caller, operation)
        path = operation[1]
        inside = path.startswith(IN_A_SESSION) and not path.startswith(SCOPE_FIRST)
        expected = 400 if inside else 403
        assert answer.status_code == expected, (named(operation), answer.content[:200])


@pytest.mark.django_db
@pytest.mark.parametrize("person", [nobody, unknown_key, revoked_key])
def test_a_key_that_opens_nothing_is_answered_as_if_nothing_were_there(person: Person) -> None:
    caller = person()
    for operation in OPEN:
        expected = next(
            (status for path, status in BY_ADDRESS.items() if operation[1].startswith(path)), None
        )
        assert expected is not None, f"{named(operation)} has no place in the matrix"
        answer = call(caller, operation)
        assert answer.status_code == expected, (named(operation), answer.content[:200])


def test_the_matrix_has_every_operation() -> None:
    placed = [one[1] for one in OPEN]
    unused = [path for path in BY_ADDRESS if not any(one.startswith(path) for one in placed)]
    assert unused == [] and len(SCOPED) + len(OPEN) > 140
