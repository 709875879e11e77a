"""Programs look after what they keep here: work files, envelopes, templates; nobody else's."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from apps.audit.models import AuditEvent
from apps.clients.models import ApiClient, Scope
from apps.document_templates.models import Datasource
from apps.envelopes import services as envelopes
from apps.envelopes import sharing
from apps.workfiles import services as workfiles
from tests import factories
from tests.unit.document_templates.conftest import Reader
from tests.unit.document_templates.conftest import reader as reader

from .conftest import assert_problem

NAMES = ("workfiles", "envelopes", "templates")
ALL = [f"{name}:{word}" for name in NAMES for word in ("read", "write")]
Json = dict[str, Any]


def caller(name: str, scopes: list[str] = ALL) -> Client:
    return factories.caller(name, scopes=[Scope.objects.get(name=one) for one in scopes])  # type: ignore[misc]


@pytest.fixture
def api(db: None) -> Client:
    return caller("full")


@pytest.fixture
def stranger(db: None) -> Client:
    return caller("Other")


@pytest.fixture
def library(api: Client) -> Datasource:
    """A datasource that the client was granted, and its stranger was not."""
    library = Datasource.objects.create(name="Letters", languages=["en"])
    library.clients.add(ApiClient.objects.get(name="full"))
    return library


def send(api: Client, path: str, content: bytes) -> HttpResponse:
    return api.post(path, content, content_type="application/octet-stream")


def patch(api: Client, path: str, body: Json, **headers: str) -> HttpResponse:
    return api.patch(path, json.dumps(body), content_type="application/json", headers=headers)


def ids(answer: HttpResponse) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["id"] for item in answer.json()["items"]]


# --- Work files -----------------------------------------------------------------------------------


def test_a_work_file_from_its_beginning_to_its_end(api: Client) -> None:
    made = send(api, "/api/v1/work-files?name=Offer.pdf&seconds=3600", factories.PDF_BYTES)
    assert made.status_code == 201, made.content
    file, path = made.json(), made["Location"]
    assert path == f"/api/v1/work-files/{file['id']}"
    assert (file["name"], file["format"]) == ("Offer.pdf", "pdf")
    assert file["size"] == len(factories.PDF_BYTES)
    assert api.get(path).json() == file
    whole = api.get(f"{path}/content")
    assert b"".join(whole) == factories.PDF_BYTES  # type: ignore[call-overload]
    assert whole["Content-Disposition"] == 'attachment; filename="Offer.pdf"'
    part = api.get(f"{path}/content", headers={"Range": "bytes=1-3"})
    assert (part.status_code, b"".join(part)) == (206, b"PDF")  # type: ignore[call-overload]
    assert_problem(
        api.get(f"{path}/content", headers={"Range": "bytes=99999-"}), 416, "range_not_satisfiable"
    )
    assert api.delete(path).status_code == 204
    assert_problem(api.get(path), 404, "work_file_not_found")
    assert_problem(api.delete(path), 404, "work_file_not_found")
    assert AuditEvent.objects.latest("pk").action == "work file removed"


def test_work_files_are_listed_page_by_page_newest_first(api: Client, stranger: Client) -> None:
    made = [
        send(api, "/api/v1/work-files?name=a.txt", b"text %d" % number).json()["id"]
        for number in range(5)
    ]
    send(stranger, "/api/v1/work-files", factories.PDF_BYTES)
    seen, cursor = [], ""
    while True:
        page = api.get(f"/api/v1/work-files?limit=2{cursor}")
        seen += ids(page)
        if page.json()["next"] is None:
            break
        cursor = f"&cursor={page.json()['next']}"
    assert seen == made[::-1]
    assert ids(api.get("/api/v1/work-files?format=pdf")) == []
    assert len(ids(stranger.get("/api/v1/work-files?format=pdf"))) == 1


def test_a_bad_work_file_says_what_is_wrong(api: Client) -> None:
    assert_problem(send(api, "/api/v1/work-files", b""), 422, "document_empty")
    assert_problem(send(api, "/api/v1/work-files", b"\x00\x01\x02"), 415, "format_unrecognized")
    bad = send(api, "/api/v1/work-files?seconds=0", b"text")
    assert_problem(bad, 422, "input_invalid")


def test_a_removed_file_goes_on_being_shown(api: Client) -> None:
    """A session that has it keeps it; its handle alone is over."""
    identity = factories.view(content=factories.PDF_BYTES)
    file = factories.source_of(identity)
    assert api.delete(f"/api/v1/work-files/{file.file_id}").status_code == 204
    workfiles.sweep()
    assert Client().get(f"/api/v1/views/{identity}").status_code == 200


# --- Envelopes ------------------------------------------------------------------------------------


def envelope(name: str = "full", label: str = "case-17") -> envelopes.Attached:
    owner = factories.actor(name, scopes=("envelopes:create", *ALL))
    return envelopes.create(owner, label=label)[0]


def test_an_envelope_is_seen_from_outside_and_destroyed(api: Client) -> None:
    made = envelope()
    path = f"/api/v1/envelopes/{made.envelope.guid}"
    shown = api.get(path)
    assert shown.json()["label"] == "case-17"
    assert (shown.json()["items"], shown.json()["size"]) == (0, 0)
    assert "key" not in shown.content.decode()
    trail = api.get(f"{path}/events").json()["items"]
    assert [event["action"] for event in trail] == ["created"]
    wrong = api.delete(path, headers={"If-Match": '"other"'})
    assert_problem(wrong, 412, "precondition_failed")
    assert api.delete(path, headers={"If-Match": shown["ETag"]}).status_code == 204
    ended = api.get(path).json()
    assert ended["state"] == "deleted" and ended["ended_at"]
    assert ids(api.get("/api/v1/envelopes?state=live")) == []
    assert ids(api.get("/api/v1/envelopes?state=deleted")) == [ended["id"]]
    numbers = [event["number"] for event in api.get(f"{path}/events?limit=1").json()["items"]]
    assert numbers == [2]


def test_only_those_with_access_see_an_envelope(api: Client, stranger: Client) -> None:
    made = envelope()
    path = f"/api/v1/envelopes/{made.envelope.guid}"
    assert_problem(stranger.get(path), 404, "not_routed")
    assert_problem(stranger.get(f"/api/v1/envelopes/{uuid.uuid4()}"), 404, "not_routed")
    assert_problem(stranger.get("/api/v1/envelopes/x"), 404, "not_routed")
    other = ApiClient.objects.get(name="Other")
    sharing.grant(made, other.client_id, "write")
    assert ids(stranger.get("/api/v1/envelopes")) == [str(made.envelope.guid)]
    assert_problem(stranger.delete(path), 403, "envelope_denied")
    actions = [event["action"] for event in stranger.get(f"{path}/events").json()["items"]]
    assert actions == ["granted"]
    sharing.revoke(made, other.client_id)
    assert ids(stranger.get("/api/v1/envelopes")) == []
    assert_problem(stranger.get(path), 404, "not_routed")


# --- Templates ------------------------------------------------------------------------------------


def add(api: Client, library: Datasource, more: str = "", content: bytes = b"PK one") -> Json:
    path = f"/api/v1/templates?datasource={library.guid}&name=Letter{more}"
    answer = send(api, path, content)
    assert answer.status_code == 201, answer.content
    made: Json = answer.json()
    assert answer["Location"] == f"/api/v1/templates/{made['template']['id']}"
    return made


def test_a_template_from_its_upload_to_its_end(
    api: Client, library: Datasource, reader: Reader
) -> None:
    made = add(api, library, "&tag=Post&tag=Letters")
    assert made["version"]["state"] == "draft"
    assert [field["key"] for field in made["version"]["fields"]] == ["Name"]
    path = f"/api/v1/templates/{made['template']['id']}"
    assert sorted(made["template"]["tags"]) == ["Letters", "Post"]
    published = api.post(f"{path}/versions/1/publish")
    assert published.json()["state"] == "published", published.content
    add(api, library, "&publish=true", b"PK two")
    shown = api.get(path)
    states = {one["number"]: one["state"] for one in shown.json()["versions"]}
    assert states == {1: "retired", 2: "published"}
    file = api.get(f"{path}/versions/2/file")
    assert b"".join(file) == b"PK two"  # type: ignore[call-overload]
    assert 'filename="Letter.docx"' in file["Content-Disposition"]
    stale = patch(api, path, {"active": False}, **{"If-Match": '"old"'})
    assert_problem(stale, 412, "precondition_failed")
    changed = patch(api, path, {"active": False, "tags": []}, **{"If-Match": shown["ETag"]})
    assert (changed.json()["active"], changed.json()["tags"]) == (False, [])
    assert_problem(patch(api, path, {"tags": "x"}), 422, "input_invalid")
    assert_problem(api.get(f"{path}/versions/9"), 404, "not_routed")
    assert_problem(api.get(f"{path}/versions/x"), 404, "not_routed")
    assert api.delete(path).status_code == 204
    assert_problem(api.get(path), 404, "not_routed")
    noted = AuditEvent.objects.filter(action__startswith="template").values_list(
        "action", flat=True
    )
    assert list(noted.order_by("pk")) == [
        *("template uploaded", "template published", "template uploaded"),
        *("template changed", "template removed"),
    ]


def test_a_template_with_errors_is_not_published(
    api: Client, library: Datasource, reader: Reader
) -> None:
    reader.findings = [
        {"code": "x", "severity": "error", "message": "Bad.", "remedy": "Mend.", "part": "body"}
    ]
    made = add(api, library, "&publish=true")
    assert made["version"]["state"] == "draft"
    assert made["version"]["findings"][0]["message"] == "Bad."
    path = f"/api/v1/templates/{made['template']['id']}/versions/1/publish"
    assert_problem(api.post(path), 422, "input_conflicts")


def test_templates_are_found(api: Client, library: Datasource, reader: Reader) -> None:
    first = add(api, library, "%20of%20thanks&tag=Warm")["template"]["id"]
    second = add(api, library, "%20of%20complaint&tag=Cold")["template"]["id"]
    assert ids(api.get("/api/v1/templates")) == [second, first]
    assert ids(api.get("/api/v1/templates?tag=warm")) == [first]
    assert ids(api.get("/api/v1/templates?q=complaint%20letter")) == [second]
    assert ids(api.get(f"/api/v1/templates?datasource={library.guid}&limit=1")) == [second]
    assert ids(api.get("/api/v1/datasources")) == [str(library.guid)]


def test_another_clients_library_is_not_there(
    api: Client, stranger: Client, library: Datasource, reader: Reader
) -> None:
    path = f"/api/v1/templates/{add(api, library)['template']['id']}"
    assert ids(stranger.get("/api/v1/templates")) == ids(stranger.get("/api/v1/datasources")) == []
    for answer in (stranger.get(path), patch(stranger, path, {}), stranger.delete(path)):
        assert_problem(answer, 404, "not_routed")
    for guid in (library.guid, uuid.uuid4(), "x"):
        upload = send(stranger, f"/api/v1/templates?datasource={guid}&name=Mine", b"PK")
        assert_problem(upload, 404, "datasource_not_found")


# --- Scopes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["work-files", "envelopes", "templates", "datasources"])
def test_scopes_are_needed(path: str, db: None) -> None:
    assert_problem(caller("Bare", []).get(f"/api/v1/{path}"), 403, "scope_missing")


def test_looking_is_not_changing(library: Datasource, reader: Reader, api: Client) -> None:
    file = factories.work_file(content=factories.PDF_BYTES)
    template = add(api, library)["template"]["id"]
    looking = caller("full", [f"{name}:read" for name in NAMES])
    for answer in (
        send(looking, "/api/v1/work-files", b"text"),
        looking.delete(f"/api/v1/work-files/{file.file_id}"),
        looking.delete(f"/api/v1/envelopes/{envelope().envelope.guid}"),
        send(looking, f"/api/v1/templates?datasource={library.guid}&name=X", b"PK"),
        patch(looking, f"/api/v1/templates/{template}", {"active": False}),
        looking.post(f"/api/v1/templates/{template}/versions/1/publish"),
        looking.delete(f"/api/v1/templates/{template}"),
    ):
        assert_problem(answer, 403, "scope_missing")
