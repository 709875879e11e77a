"""What belongs to another client looks as if it did not exist: same answer, same work, no change.

A stranger with every scope calls each operation of the reference that names something, once with an
id of somebody else's and once with one that nobody has. The owner's own call, undone afterwards,
shows that the id was good: it is answered otherwise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from apps.clients import services as clients
from apps.clients.actors import Actor
from tests import factories
from tests.security import holdings
from tests.security.holdings import Holdings, Operation, named

AREA = "What is another client's looks as if it did not exist"

NOBODYS = {
    "guid": "6f0d3c2e-6a0b-4b43-9d39-8f5c1f0a7e11",
    "number": "999999",
    "token": "A" * 43,
    "u": "u" + "A" * 43,
}
# These names stand for a place within a thing, or for a kind; they are nobody's.
WITHIN = {"side", "format", "name", "version", "picture"} | set(holdings.ORDINARY)
# Rows that are written when somebody asks: how often, when last, by whom.
NOTED = {"Usage", "Repeatable", "AuditEvent", "Tally", "AccessToken"}
# What is named in a body: the call, with a place for the id, and whose id it is.
FILE = ("/PCCIS/V1/WorkFile", "file_id")
PACKAGE = ("/v3/viewingPackages", "package_id")
SESSION = ("/session", "sessionId")
ENVELOPE = ("/api/v1/envelopes", "envelope")
NAMED_IN_BODY: list[tuple[str, str, tuple[str, str], Any]] = [
    ("PUT", "/PCCIS/V1/ViewingSession/{own}/SourceRef", FILE, {"fileId": "{id}"}),
    (
        "POST",
        "/v2/contentConverters",
        FILE,
        {"input": {"sources": [{"fileId": "{id}"}], "dest": {"format": "pdf"}}},
    ),
    (
        "POST",
        "/v3/viewingPackageCreators",
        FILE,
        {"input": {"source": {"type": "workFile", "fileId": "{id}"}, "packageId": "new"}},
    ),
    (
        "POST",
        "/v3/viewingSessions",
        PACKAGE,
        {"input": {"source": {"type": "viewingPackage", "packageId": "{id}"}}},
    ),
    ("POST", "/ViewingSession", FILE, {"source": {"type": "workFile", "fileId": "{id}"}}),
    ("POST", "/api/v1/comparisons", FILE, {"original": {"file_id": "{id}"}}),
    ("POST", "/generate", FILE, {"userId": "anna", "file": "{id}"}),
    ("POST", "/session/resume", SESSION, {"sessionId": "{id}"}),
    ("POST", "/session/end", SESSION, {"sessionId": "{id}"}),
    (
        "POST",
        "/session/start",
        ENVELOPE,
        {"envelope": {"id": "{id}", "key": "A" * 43}},
    ),
]


def addressed() -> Iterator[Operation]:
    """The operations for programs that name something of a client's."""
    for operation in holdings.operations():
        told = operation[2]
        names = set(re.findall(r"\{(\w+)\}", operation[1])) - WITHIN
        asked = {one["name"] for one in told.get("parameters", []) if one.get("required")}
        if told.get("x-required-scopes") and (names or asked & {"Session-Id", "datasource"}):
            yield operation


ADDRESSED = list(addressed())


def nobodys(places: dict[str, str]) -> dict[str, str]:
    """The same places with ids of the same form that were never given."""
    return {name: value if name in WITHIN else unlike(value) for name, value in places.items()}


def unlike(value: str) -> str:
    """An id of the same form that nobody has."""
    if value.isdecimal():
        return NOBODYS["number"]
    if re.fullmatch(r"[0-9a-f-]{36}", value):
        return NOBODYS["guid"]
    if re.fullmatch(r"u?[\w-]{43}", value):
        return NOBODYS["u" if len(value) == 44 else "token"]
    return re.sub(r"\w", "a", value)


def answered(answer: HttpResponse, *ids: str) -> tuple[int, str, dict[str, str], str]:
    """What a caller can tell answers apart by, but for the ids that the caller sent."""
    body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[call-overload]
    text = body.decode("utf-8", "replace").replace(answer["X-Correlation-Id"], "")
    for value in sorted({one for one in ids if len(one) > 2}, key=len, reverse=True):
        text = text.replace(value, "ID")
    varying = ("X-Correlation-Id", "Accusoft-Status-Message")
    headers = {name: value for name, value in answer.items() if name not in varying}
    headers.pop("Content-Length", None)
    return answer.status_code, answer.reason_phrase, headers, text


def rows() -> dict[str, list[Any]]:
    """All that is stored, but for notes of who asked when."""
    noted = {"last_used_at", "touched_at", "expires_at"}
    return {
        model.__name__: list(
            model._default_manager.order_by("pk").values_list(
                *[one.attname for one in model._meta.concrete_fields if one.name not in noted]
            )
        )
        for model in apps.get_models()
        if model.__name__ not in NOTED
    }


def test_every_operation_that_names_something_is_among_them() -> None:
    assert len(ADDRESSED) > 70
    assert {path for _, path, _ in ADDRESSED} >= {"/envelope", "/api/v1/jobs/{job}/retry"}


@pytest.mark.django_db
@pytest.mark.usefixtures("at_once")
def test_what_is_anothers_is_not_there() -> None:
    owner = holdings.of("Owner")
    stranger, _ = holdings.program("Stranger")
    before = rows()
    wrong = [told for one in ADDRESSED if (told := differs(owner, stranger, one))]
    assert wrong == []
    assert rows() == before


def differs(owner: Holdings, stranger: Client, operation: Operation) -> str:
    """How an answer gives away that the id is somebody's; blank for not at all."""
    places = owner.places(operation[1])
    unknown = nobodys(places)
    with CaptureQueriesContext(connection) as for_unknown:
        first = holdings.call(stranger, operation, unknown, NOBODYS["guid"])
    with CaptureQueriesContext(connection) as for_foreign:
        second = holdings.call(stranger, operation, places, owner.session)
    with transaction.atomic():
        own = holdings.call(owner.http, operation, places, owner.session)
        transaction.set_rollback(True)
    sent = [one[name] for one in (places, unknown) for name in places.keys() - WITHIN]
    nothing, foreign = answered(first, *sent), answered(second, *sent)
    if nothing != foreign:
        return f"{named(operation)}: {foreign} is not {nothing}"
    if len(for_unknown) != len(for_foreign):
        asked = (len(for_foreign), len(for_unknown))
        return f"{named(operation)}: {asked[0]} questions of the database, not {asked[1]}"
    if answered(own, *sent) == foreign:
        return f"{named(operation)}: its owner is answered alike: {foreign}"
    return ""


@pytest.mark.django_db
def test_what_a_body_names_is_not_there_either() -> None:
    owner = holdings.of("Owner")
    stranger, actor = holdings.program("Stranger")
    empty = factories.view(actor)
    for method, path, (where, name), body in NAMED_IN_BODY:
        real = owner.ids[where][name]
        before = rows()
        told = []
        for identity in (unlike(real), real):
            with CaptureQueriesContext(connection) as asked:
                answer = stranger.generic(
                    method,
                    path.replace("{own}", f"u{empty}"),
                    json.dumps(body).replace("{id}", identity),
                    content_type="application/json",
                )
            told.append((answered(answer, identity), len(asked)))
        assert told[0] == told[1], path
        assert rows() == before, path
        assert (answer.status_code >= 400) == (path != "/session/end"), path


# --- Sessions that were stopped -------------------------------------------------------------------

# Where a session is named, and nothing else of the client's.
OF_SESSIONS = (
    "/PCCIS/V1/Document",
    "/PCCIS/V1/Page",
    "/PCCIS/V1/ViewingSession/",
    "/api/v1/comparisons/",
    "/api/v1/edits/",
    "/api/v1/forms/",
    "/api/v1/reviews/",
    "/api/v1/views/",
    "/documents/a",
    "/documents/{",
    "/envelope",
    "/requests/",
    "/session",
    "/v2/searchTasks/",
    "/v2/viewingSessions/",
    "/v3/viewingSessions/",
    "/webapi/api/v3/{datasource_id}/connect/session/{session_id}",
)
# They end what is over already, or begin anew.
STILL = {
    "DELETE /v2/searchTasks/{process_id}": 204,
    "POST /session/end": 204,
    "POST /session/start": 200,
}


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    holdings.nobody_waits(monkeypatch, settings)


@pytest.mark.django_db
@pytest.mark.usefixtures("at_once")
def test_a_stopped_session_opens_nothing() -> None:
    owner = holdings.of("Owner")
    person = holdings.browser(owner)
    among = [one for one in holdings.operations() if one[1].startswith(OF_SESSIONS)]
    assert len(among) > 70
    open_before, wrong = 0, {}
    for stopped in (False, True):
        if stopped:
            holdings.stop_every_session()
        for operation in among:
            caller = owner.http if operation[2].get("x-required-scopes") else person
            places = owner.places(operation[1])
            with transaction.atomic():
                answer = holdings.call(caller, operation, places, owner.session, If_Match='"1"')
                transaction.set_rollback(True)
            if not stopped:
                open_before += answer.status_code < 300
            elif answer.status_code != STILL.get(named(operation), answer.status_code) or (
                answer.status_code < 400 and named(operation) not in STILL
            ):
                wrong[named(operation)] = (answer.status_code, answer.getvalue()[:100])
    assert wrong == {}
    assert open_before > 45


# --- What is taken away is gone -------------------------------------------------------------------


@pytest.mark.django_db
def test_nothing_is_remembered_of_credentials() -> None:
    """Each request asks the database: what is revoked there, by any process, is revoked here."""
    by_key, actor = holdings.program("Full")
    client = actor.require_client()
    secret = clients.issue_secret(Actor.system(), client)
    granted = Client().post(
        "/o/token/",
        f"grant_type=client_credentials&client_id={client.client_id}&client_secret={secret}"
        "&scope=workfiles:read",
        content_type="application/x-www-form-urlencoded",
    )
    by_token = Client(headers={"Authorization": f"Bearer {granted.json()['access_token']}"})

    def told() -> list[int]:
        return [one.get("/api/v1/work-files").status_code for one in (by_key, by_token)]

    rows = type(client).objects.filter(pk=client.pk)
    assert told() == [200, 200]
    client.scopes.remove("workfiles:read")
    assert told() == [403, 403]
    client.scopes.add("workfiles:read")
    assert told() == [200, 200]
    rows.update(is_active=False)
    assert told() == [401, 401]
    rows.update(is_active=True)
    client.credentials.update(revoked_at=timezone.now())
    assert told() == [401, 200]  # a token lives on its own, until it is revoked or late
    get_access_token_model().objects.update(expires=timezone.now())
    assert told() == [401, 401]
