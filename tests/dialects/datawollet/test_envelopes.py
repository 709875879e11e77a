"""Envelopes over HTTP: created and attached with sessions, read, shared, audited, deleted.

Source: seed 003 for what envelopes are; CONTRACT section 3 for paths and bodies.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from apps.clients.models import ApiClient
from apps.core.ids import new_guid, new_token
from apps.envelopes import contents, services
from apps.envelopes.models import Envelope, EnvelopeEvent
from tests import factories
from tests.dialects.datawollet.conftest import ORIGIN, Caller
from tests.unit.envelopes.test_dump import dump, spellings

SESSIONS = "sessions:write"
CREATE, READ, WRITE = "envelopes:create", "envelopes:read", "envelopes:write"
ALL = (SESSIONS, CREATE, READ, WRITE)
Json = dict[str, Any]

pytestmark = pytest.mark.django_db


@dataclass
class Program:
    """A program with an access key, and the session it works in."""

    http: Client
    name: str
    session: str = ""

    @property
    def client_id(self) -> str:
        return str(ApiClient.objects.get(name=self.name).client_id)

    def start(self, envelope: Json | None = None, **body: Any) -> HttpResponse:
        if envelope is not None:
            body["envelope"] = envelope
        response = self.http.post("/session/start", body, content_type="application/json")
        if response.status_code == 200:
            self.session = response.json()["sessionId"]
        return response

    def call(self, method: str, path: str, body: Json | None = None) -> HttpResponse:
        headers = {"Session-Id": self.session}
        if body is None:
            return self.http.generic(method, path, headers=headers)
        return getattr(self.http, method.lower())(  # type: ignore[no-any-return]
            path, body, content_type="application/json", headers=headers
        )

    def get(self, path: str) -> Json:
        response = self.call("GET", path)
        assert response.status_code == 200, response.content
        return response.json()  # type: ignore[no-any-return]


def program(name: str = "archive", scopes: tuple[str, ...] = ALL) -> Program:
    return Program(factories.caller(name, scopes=scopes), name)


def code(response: HttpResponse) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.fixture
def owner() -> Program:
    """A program in a session with a new envelope."""
    made = program()
    assert made.start({"create": True}).status_code == 200
    return made


@pytest.fixture
def owned() -> tuple[Program, str, str]:
    """The same, with the envelope's id and key."""
    made = program()
    told = made.start({"create": True, "label": "Loan 12"}).json()["envelope"]
    return made, told["id"], told["key"]


def filled(owned: tuple[Program, str, str], *texts: bytes, **options: Any) -> list[str]:
    """The ids of items put in by the service."""
    _, guid, key = owned
    attached = services.attach(factories.actor("archive", scopes=ALL), guid, key)
    values = {"name": "Löhne.pdf", "media_type": "application/pdf"} | options
    return [str(contents.put(attached, content=text, **values).id) for text in texts]


# --- Creating and attaching with a session ------------------------------------------------------


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="envelopes:create: an envelope can be created with the session, and accessed "
    "again later by its id and key",
    outcome="supported",
)
@pytest.mark.conformance(
    "datawollet-envelopes",
    line="envelopes:read: an existing envelope can be attached to a session",
    outcome="supported",
)
def test_an_envelope_is_created_with_a_session_and_opened_with_another() -> None:
    one = program()
    told = one.start({"create": True, "retentionDays": 30}).json()["envelope"]
    assert set(told) == {"id", "key", "access", "retainUntil"}
    assert told["access"] == "write"
    again = one.start({"id": told["id"], "key": told["key"]})
    assert again.status_code == 200
    assert "key" not in again.json()["envelope"]
    assert one.get("/envelope")["id"] == told["id"]
    assert [event["action"] for event in one.get("/envelope/audit")["events"]] == [
        "attached",
        "created",
    ]


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="403 missing required scope (sessions:write, envelopes:create, or "
    "envelopes:read); the scope is named",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("scopes", "envelope", "missing"),
    [
        ((SESSIONS, READ, WRITE), {"create": True}, CREATE),
        ((SESSIONS, CREATE, WRITE), {"id": new_guid(), "key": new_token()}, READ),
        ((CREATE, READ, WRITE), {"create": True}, SESSIONS),
    ],
)
def test_the_missing_scope_is_named(scopes: tuple[str, ...], envelope: Json, missing: str) -> None:
    response = program(scopes=scopes).start(envelope)
    assert code(response) == (403, "scope_missing")
    assert response.json()["scope"] == missing
    assert not Envelope.objects.exists()


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="412 envelope not found when attempting to attach; 403 envelope access denied",
    outcome="supported",
)
def test_an_unknown_envelope_is_412_and_a_wrong_key_403(owned: tuple[Program, str, str]) -> None:
    one, guid, key = owned
    for identity in (new_guid(), "no id"):
        assert code(one.start({"id": identity, "key": key})) == (412, "envelope_not_found")
    for wrong in (new_token(), "no key"):
        assert code(one.start({"id": guid, "key": wrong})) == (403, "envelope_denied")
    denied = EnvelopeEvent.objects.filter(action="denied")
    assert denied.count() == 2


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="An envelope that was not granted to the client: 412, as if there were none",
    outcome="ours",
)
def test_a_stranger_cannot_tell_whether_an_envelope_exists(
    owned: tuple[Program, str, str],
) -> None:
    _, guid, key = owned
    stranger = program("stranger")
    bodies = []
    for identity, tried in ((guid, key), (guid, new_token()), (new_guid(), key)):
        response = stranger.start({"id": identity, "key": tried})
        assert code(response) == (412, "envelope_not_found")
        bodies.append(response.json() | {"correlation_id": ""})
    assert bodies[0] == bodies[1] == bodies[2]


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="The retention period is client-specific; `retentionDays` beyond the client's "
    "maximum: 400",
    outcome="ours",
)
def test_a_retention_that_is_not_offered_is_refused() -> None:
    response = program().start({"create": True, "retentionDays": 366})
    assert code(response) == (400, "input_invalid")
    assert response.json()["at"] == "envelope.retentionDays"
    assert response.json()["expected"]["maximum"] == 365
    assert not Envelope.objects.exists()


# --- Calls on it --------------------------------------------------------------------------------

NO_ITEM = "5d0bd14c-86ae-4a4a-8f23-6b6d7b7f1f0a"
CALLS = [
    ("GET", "/envelope"),
    ("DELETE", "/envelope"),
    ("GET", "/envelope/items"),
    ("GET", f"/envelope/items/{NO_ITEM}"),
    ("DELETE", f"/envelope/items/{NO_ITEM}"),
    ("GET", "/envelope/acl"),
    ("DELETE", "/envelope/acl/somebody"),
    ("DELETE", "/envelope/acl/somebody/anna"),
    ("GET", "/envelope/audit"),
]


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="Envelope calls in a session without an envelope: 412 `envelope_missing`",
    outcome="ours",
)
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_session_without_an_envelope_is_412(method: str, path: str) -> None:
    one = program()
    one.start()
    assert code(one.call(method, path)) == (412, "envelope_missing")


def test_granting_without_an_envelope_is_412() -> None:
    one = program()
    one.start()
    response = one.call("POST", "/envelope/acl", {"clientId": "x"})
    assert code(response) == (412, "envelope_missing")


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="Envelope calls need credentials (401) and a session of the client's own (400)",
    outcome="ours",
)
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_calls_need_a_session_of_ones_own(owner: Program, method: str, path: str) -> None:
    assert Client().generic(method, path, headers={"Session-Id": owner.session}).status_code == 401
    foreign = Program(program("stranger").http, "stranger", owner.session)
    assert code(foreign.call(method, path)) == (400, "session_not_found")
    owner.session = ""
    assert code(owner.call(method, path)) == (400, "input_missing")
    assert Envelope.objects.get().state == "live"


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="GET /envelope: owner, status, access, dates",
    outcome="ours",
)
def test_the_envelope_tells_about_itself(owned: tuple[Program, str, str]) -> None:
    one, guid, _ = owned
    told = one.get("/envelope")
    assert told.pop("retainUntil") > told.pop("createdAt")
    assert told == {
        "id": guid,
        "label": "Loan 12",
        "status": "live",
        "ownerClientId": one.client_id,
        "access": "write",
    }


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="GET /envelope/items, /envelope/items/{id}: documents and data, in pages; their content",
    outcome="ours",
)
def test_items_are_listed_in_pages_and_read(owned: tuple[Program, str, str]) -> None:
    one = owned[0]
    ids = filled(owned, b"one", b"two", b"three", meta={"pages": 1})
    first = one.get("/envelope/items?limit=2")
    assert [item["id"] for item in first["items"]] == ids[:2]
    assert first["items"][0] == {
        "id": ids[0],
        "kind": "document",
        "name": "Löhne.pdf",
        "mediaType": "application/pdf",
        "size": 3,
        "meta": {"pages": 1},
        "createdAt": first["items"][0]["createdAt"],
    }
    second = one.get(f"/envelope/items?limit=2&cursor={first['next']}")
    assert [item["id"] for item in second["items"]] == ids[2:]
    assert second["next"] is None
    response = one.call("GET", f"/envelope/items/{ids[1]}")
    assert b"".join(response.streaming_content) == b"two"  # type: ignore[attr-defined]
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == "3"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''L%C3%B6hne.pdf"
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=", "cursor=x", f"cursor={'9' * 5000}"]
)
@pytest.mark.parametrize("path", ["/envelope/items", "/envelope/audit"])
def test_a_page_that_cannot_be_is_refused(owner: Program, path: str, query: str) -> None:
    assert code(owner.call("GET", f"{path}?{query}")) == (400, "input_invalid")


@pytest.mark.parametrize(
    ("media_type", "name"),
    [("text/html\r\nX-Evil: 1", "a\r\nX-Evil: 1.html"), ("", ""), ("x" * 300, "../../etc/x")],
)
def test_what_callers_named_breaks_no_header(
    owned: tuple[Program, str, str], media_type: str, name: str
) -> None:
    (item_id,) = filled(owned, b"x", media_type=media_type, name=name)
    response = owned[0].call("GET", f"/envelope/items/{item_id}")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/octet-stream"
    assert "X-Evil" not in response.headers
    assert ".." not in response["Content-Disposition"]


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="DELETE /envelope/items/{id}: 204",
    outcome="ours",
)
def test_an_item_is_taken_out(owned: tuple[Program, str, str]) -> None:
    one = owned[0]
    (item_id,) = filled(owned, b"one")
    path = f"/envelope/items/{item_id}"
    assert one.call("DELETE", path).status_code == 204
    assert code(one.call("DELETE", path)) == (404, "envelope_item_not_found")
    assert code(one.call("GET", path)) == (404, "envelope_item_not_found")
    assert one.get("/envelope/items") == {"items": [], "next": None}


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="envelopes:read reads the documents and data, envelopes:write writes them",
    outcome="supported",
)
def test_reading_is_no_writing(owned: tuple[Program, str, str]) -> None:
    _, guid, key = owned
    (item_id,) = filled(owned, b"one")
    reading = program(scopes=(SESSIONS, READ))
    assert reading.start({"id": guid, "key": key}).json()["envelope"]["access"] == "read"
    assert code(reading.call("DELETE", f"/envelope/items/{item_id}")) == (403, "envelope_denied")
    response = reading.call("DELETE", "/envelope")
    assert (code(response), response.json()["scope"]) == ((403, "scope_missing"), WRITE)
    assert len(reading.get("/envelope/items")["items"]) == 1


# --- Sharing ------------------------------------------------------------------------------------


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="POST /envelope/acl, DELETE /envelope/acl/{clientId}: grants and revokes, also "
    "for sessions that are open",
    outcome="ours",
)
@pytest.mark.conformance(
    "datawollet-envelopes",
    line="GET /envelope/acl: client, subject, access, kind and time of each grant",
    outcome="ours",
)
def test_a_grant_lets_another_client_in_until_it_is_revoked(
    owned: tuple[Program, str, str],
) -> None:
    one, guid, key = owned
    reader = program("reader")
    assert code(reader.start({"id": guid, "key": key})) == (412, "envelope_not_found")
    response = one.call("POST", "/envelope/acl", {"clientId": reader.client_id})
    assert response.status_code == 200, response.content
    entry = response.json()
    assert entry == {
        "clientId": reader.client_id,
        "subject": None,
        "access": "read",
        "grantType": "direct",
        "grantedAt": entry["grantedAt"],
    }
    assert one.get("/envelope/acl")["entries"][1] == entry
    assert reader.start({"id": guid, "key": key}).json()["envelope"]["access"] == "read"
    assert reader.get("/envelope")["ownerClientId"] == one.client_id
    assert one.call("DELETE", f"/envelope/acl/{reader.client_id}").status_code == 204
    # In the session that is open, and for a new one.
    assert code(reader.call("GET", "/envelope")) == (403, "envelope_denied")
    assert code(reader.start({"id": guid, "key": key})) == (403, "envelope_denied")


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="DELETE /envelope/acl/{clientId}/{subId}: revokes a person of a client",
    outcome="ours",
)
def test_a_grant_to_a_person(owned: tuple[Program, str, str]) -> None:
    one, guid, key = owned
    reader, subject = program("reader"), "users/anna"
    body = {"clientId": reader.client_id, "access": "write", "subject": subject}
    assert one.call("POST", "/envelope/acl", body).json()["subject"] == subject
    assert code(reader.start({"id": guid, "key": key})) == (412, "envelope_not_found")
    anna = {"id": guid, "key": key, "subject": subject}
    assert reader.start(anna).json()["envelope"]["access"] == "write"
    path = f"/envelope/acl/{reader.client_id}/users%2Fanna"
    assert one.call("DELETE", path).status_code == 204
    assert code(one.call("DELETE", path)) == (404, "grant_not_found")


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="POST /envelope/acl: 422 for a grant that is not possible",
    outcome="ours",
)
@pytest.mark.parametrize(
    ("body", "expected", "at"),
    [
        ({}, (400, "input_missing"), "clientId"),
        ({"clientId": 5}, (400, "input_invalid"), "clientId"),
        ({"clientId": "x", "acces": "read"}, (400, "input_invalid"), "acces"),
        ({"clientId": "no such client"}, (422, "grant_invalid"), "clientId"),
        ({"clientId": "SELF"}, (422, "grant_invalid"), "clientId"),
        ({"clientId": "OTHER", "access": "all"}, (422, "grant_invalid"), "access"),
    ],
)
def test_a_grant_that_cannot_be_is_refused(
    owner: Program, body: Json, expected: tuple[int, str], at: str
) -> None:
    names = {"SELF": owner.client_id, "OTHER": program("reader").client_id}
    sent = {name: names.get(str(value), value) for name, value in body.items()}
    response = owner.call("POST", "/envelope/acl", sent)
    assert (code(response), response.json()["at"]) == (expected, at)


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="POST /envelope/acl: 409 for a grant that exists",
    outcome="ours",
)
def test_the_same_grant_twice_is_409(owner: Program) -> None:
    body = {"clientId": program("reader").client_id}
    owner.call("POST", "/envelope/acl", body)
    assert code(owner.call("POST", "/envelope/acl", body)) == (409, "grant_exists")


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="DELETE /envelope/acl/{clientId}: a client cannot revoke itself, 403",
    outcome="ours",
)
def test_a_client_cannot_revoke_itself(owned: tuple[Program, str, str]) -> None:
    one, guid, key = owned
    reader = program("reader")
    one.call("POST", "/envelope/acl", {"clientId": reader.client_id, "access": "write"})
    reader.start({"id": guid, "key": key})
    for caller in (one, reader):
        path = f"/envelope/acl/{caller.client_id}"
        assert code(caller.call("DELETE", path)) == (403, "envelope_denied")


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="GET /envelope/audit: grants, revocations, attachments and more, in pages",
    outcome="ours",
)
def test_the_trail_is_read_in_pages(owned: tuple[Program, str, str]) -> None:
    one, guid, key = owned
    reader = program("reader")
    one.call("POST", "/envelope/acl", {"clientId": reader.client_id, "access": "write"})
    reader.start({"id": guid, "key": key})
    first = one.get("/envelope/audit?limit=2")
    assert [event["action"] for event in first["events"]] == ["attached", "granted"]
    granted = first["events"][1]
    assert granted["by"] == {"kind": "client", "clientId": one.client_id, "subject": None}
    assert granted["grant"]["clientId"] == reader.client_id
    rest = one.get(f"/envelope/audit?limit=2&cursor={first['next']}")
    assert ([event["number"] for event in rest["events"]], rest["next"]) == ([1], None)
    assert len({event["correlationId"] for event in first["events"]}) == 2
    seen = reader.get("/envelope/audit")["events"]
    assert [event["action"] for event in seen] == ["attached", "granted"]


# --- The end ------------------------------------------------------------------------------------


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="DELETE /envelope: destroys the key and the contents; its owner may",
    outcome="ours",
)
def test_deleting_is_for_good_and_for_everybody(owned: tuple[Program, str, str]) -> None:
    one, guid, key = owned
    reader = program("reader")
    one.call("POST", "/envelope/acl", {"clientId": reader.client_id, "access": "write"})
    reader.start({"id": guid, "key": key})
    assert code(reader.call("DELETE", "/envelope")) == (403, "envelope_denied")
    assert one.call("DELETE", "/envelope").status_code == 204
    for caller in (one, reader):
        assert code(caller.call("GET", "/envelope")) == (412, "envelope_not_found")
        assert code(caller.start({"id": guid, "key": key})) == (412, "envelope_not_found")
    row = Envelope.objects.get()
    assert (row.state, bytes(row.wrapped_key)) == ("deleted", b"")


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="Envelopes remain available until their retention period expires, even if all "
    "sessions that accessed them have ended",
    outcome="supported",
)
def test_an_envelope_outlives_its_session(owned: tuple[Program, str, str]) -> None:
    one, guid, key = owned
    filled(owned, b"kept")
    one.http.post("/session/end", {"sessionId": one.session}, content_type="application/json")
    assert code(one.call("GET", "/envelope"))[0] == 400
    one.start({"id": guid, "key": key})
    assert [item["size"] for item in one.get("/envelope/items")["items"]] == [4]


@pytest.mark.conformance(
    "datawollet-envelopes",
    line="The session that created an envelope writes to it with envelopes:create",
    outcome="ours",
)
def test_a_session_that_made_its_envelope_needs_no_more_to_look_at_it() -> None:
    one = program(scopes=(SESSIONS, CREATE))
    one.start({"create": True})
    assert one.get("/envelope")["access"] == "write"
    response = one.call("GET", "/envelope/acl")
    assert (code(response), response.json()["scope"]) == ((403, "scope_missing"), READ)


# --- Who copies database and disk ---------------------------------------------------------------


def test_a_dump_opens_no_envelope_also_while_sessions_have_it(
    owned: tuple[Program, str, str], caplog: pytest.LogCaptureFixture
) -> None:
    one, guid, key = owned
    filled(owned, b"planted text 9034", name="Planted-Name-7261.pdf")
    with caplog.at_level("DEBUG"):
        again = program()
        again.start({"id": guid, "key": key})
        again.get("/envelope/items")
        code(again.start({"id": guid, "key": new_token()}))
    actor = factories.actor("archive", scopes=ALL)
    data_key = services.attach(actor, guid, key).data_key
    found = dump() + caplog.text.encode()
    secrets = [*spellings(base64.urlsafe_b64decode(key + "=")), *spellings(data_key)]
    secrets += [one.session.encode(), again.session.encode()]
    for hidden in [*secrets, b"planted text", b"Planted-Name"]:
        assert hidden not in found, hidden


@pytest.mark.parametrize("envelope", [{"create": True, "label": "a\0b"}, {"id": "\0", "key": "x"}])
def test_what_no_database_keeps_is_refused(owner: Program, envelope: Json) -> None:
    assert code(program().start(envelope)) == (400, "input_invalid")
    assert code(owner.call("DELETE", "/envelope/acl/a%00b")) == (404, "grant_not_found")
    assert code(owner.call("DELETE", "/envelope/acl/a/b%00")) == (404, "grant_not_found")
    assert code(owner.call("GET", "/envelope/items/%00")) == (404, "envelope_item_not_found")
    assert owner.call("POST", "/envelope/acl", {"clientId": "a\0b"}).status_code == 400


# --- Pages of public clients --------------------------------------------------------------------


def test_a_page_keeps_and_reads_documents_and_lets_nobody_vouch_for_people(
    browser: Caller,
) -> None:
    started = browser.start(partitionKey="tab", envelope={"create": True})
    told = browser.get("/envelope", started["sessionId"])
    assert told.json()["id"] == started["envelope"]["id"]
    assert told["Access-Control-Allow-Origin"] == ORIGIN
    elsewhere = Caller(browser.client, Client(headers={"Origin": ORIGIN}))
    assert elsewhere.get("/envelope", started["sessionId"]).status_code == 403
    server = program()
    server.start({"create": True})
    body = {"clientId": browser.client.client_id, "subject": "anna"}
    response = server.call("POST", "/envelope/acl", body)
    assert (code(response), response.json()["at"]) == ((422, "grant_invalid"), "subject")
    assert browser.delete("/envelope", started["sessionId"]).status_code == 204
