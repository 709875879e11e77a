"""Programs operate what is theirs: jobs, sessions, webhooks; nobody else's, and nothing twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from apps.audit.models import AuditEvent
from apps.clients import webhooks
from apps.clients.models import ApiClient, Scope, WebhookDelivery, WebhookEndpoint
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF
from tests import factories

from .conftest import assert_problem

ALL = [
    *("jobs:read", "jobs:write", "sessions:read", "sessions:write"),
    *("webhooks:read", "webhooks:write"),
]
Json = dict[str, Any]


@pytest.fixture
def api(db: None) -> Client:
    return factories.caller(scopes=[Scope.objects.get(name=name) for name in ALL])  # type: ignore[misc]


@pytest.fixture
def stranger(db: None) -> Client:
    return factories.caller("Other", scopes=[Scope.objects.get(name=name) for name in ALL])  # type: ignore[misc]


def post(api: Client, path: str, body: Json | None = None, **headers: str) -> HttpResponse:
    data = b"" if body is None else json.dumps(body).encode()
    return api.post(path, data, content_type="application/json", headers=headers)


def failed_job(content: bytes = factories.PDF_BYTES, code: str = "timeout") -> Rendition:
    file = factories.work_file(content=content)
    return factories.fail(conversion.request(file, PDF, client=file.client), code, "Why.")


# --- Jobs -------------------------------------------------------------------------------------


def test_jobs_are_listed_page_by_page_newest_first(api: Client) -> None:
    made = [str(failed_job(b"%%PDF-1.%d" % number).pk) for number in range(5)]
    seen, cursor = [], ""
    while True:
        page = api.get(f"/api/v1/jobs?limit=2{cursor}").json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == made[::-1]


def test_jobs_are_filtered(api: Client) -> None:
    slow, broken = failed_job(b"%PDF-a"), failed_job(b"%PDF-b", "document_corrupt")
    conversion.request(factories.work_file(content=b"%PDF-c"), PDF, client=slow.client)
    for query, expected in {
        "state=failed": {slow.pk, broken.pk},
        "code=timeout": {slow.pk},
        "format=pdf&state=failed&code=document_corrupt": {broken.pk},
        "format=docx": set(),
    }.items():
        items = api.get(f"/api/v1/jobs?{query}").json()["items"]
        assert {int(item["id"]) for item in items} == expected, query
    assert_problem(api.get("/api/v1/jobs?state=lost"), 422, "input_invalid")
    assert_problem(api.get("/api/v1/jobs?cursor=x"), 422, "input_invalid")
    misspelt = assert_problem(api.get("/api/v1/jobs?stat=failed"), 422, "input_invalid")
    assert (misspelt["at"], misspelt["expected"][0]) == ("stat", "state")
    assert_problem(api.get("/api/v1/jobs?limit=1000"), 422, "input_invalid")


def test_a_job_says_why_it_failed_and_is_tried_again_once(api: Client) -> None:
    job = failed_job()
    path = f"/api/v1/jobs/{job.pk}"
    shown = api.get(path).json()
    assert (shown["state"], shown["error"]["code"]) == ("failed", "timeout")
    assert shown["error"]["detail"] == "Why." and shown["error"]["remedy"]
    first = post(api, f"{path}/retry", **{"Idempotency-Key": "k1"})
    assert (first.status_code, first.json()["state"]) == (200, "queued")
    factories.fail(Rendition.objects.get(pk=job.pk), "timeout")
    again = post(api, f"{path}/retry", **{"Idempotency-Key": "k1"})
    assert again["Idempotent-Replayed"] == "true" and again.content == first.content
    assert Rendition.objects.get(pk=job.pk).state == "failed"  # it was not tried twice
    event = AuditEvent.objects.latest("pk")
    assert (event.by, event.action, event.thing_id) == ("client", "job tried again", str(job.pk))


def test_what_is_known_is_not_sent_again(api: Client) -> None:
    path = f"/api/v1/jobs/{failed_job().pk}"
    tag = api.get(path)["ETag"]
    same = api.get(path, headers={"If-None-Match": f'"x", {tag}'})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    post(api, f"{path}/retry")
    assert api.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_an_idempotency_key_belongs_to_one_request(api: Client, stranger: Client) -> None:
    one, other = failed_job(b"%PDF-a"), failed_job(b"%PDF-b")
    key = {"Idempotency-Key": "k"}
    assert post(api, f"/api/v1/jobs/{one.pk}/retry", **key).status_code == 200
    answer = post(api, f"/api/v1/jobs/{other.pk}/retry", **key)
    assert_problem(answer, 422, "idempotency_key_reused")
    assert_problem(post(stranger, f"/api/v1/jobs/{one.pk}/retry", **key), 404, "job_not_found")
    # A request that failed did nothing, and may be sent again.
    assert_problem(post(stranger, f"/api/v1/jobs/{one.pk}/retry", **key), 404, "job_not_found")


def test_what_is_another_clients_is_not_there(api: Client, stranger: Client) -> None:
    job = failed_job()
    session, identity = factories.session()
    hook, _ = webhooks.register(factories.Actor.system(), job.client, "https://example.org/a")  # type: ignore[arg-type]
    for path, code in {
        f"/api/v1/jobs/{job.pk}": "job_not_found",
        f"/api/v1/sessions/{session.pk}": "session_not_found",
        f"/api/v1/sessions/{identity}": "session_not_found",
        f"/api/v1/webhooks/{hook.pk}": "not_routed",
        f"/api/v1/webhooks/{hook.pk}/deliveries": "not_routed",
        "/api/v1/webhooks/x": "not_routed",
        "/api/v1/jobs/-1": "not_routed",
    }.items():
        assert_problem(stranger.get(path), 404, code)
    for name in ("jobs", "sessions", "webhooks"):
        assert stranger.get(f"/api/v1/{name}").json()["items"] == []
    assert api.get(f"/api/v1/webhooks/{hook.pk}").status_code == 200


@pytest.mark.parametrize("name", ["jobs", "sessions", "webhooks"])
def test_scopes_are_needed(name: str, db: None) -> None:
    assert_problem(factories.caller().get(f"/api/v1/{name}"), 403, "scope_missing")
    assert_problem(Client().get(f"/api/v1/{name}"), 401, "not_authenticated")


def test_looking_is_not_changing(db: None) -> None:
    names = ["jobs:read", "sessions:read", "webhooks:read"]
    reader = factories.caller(scopes=[Scope.objects.get(name=name) for name in names])  # type: ignore[misc]
    job, (session, _) = failed_job(), factories.session()
    for path in (f"jobs/{job.pk}/retry", f"sessions/{session.pk}/stop", "webhooks"):
        answer = post(reader, f"/api/v1/{path}", {"url": "https://example.org/x"})
        assert_problem(answer, 403, "scope_missing")


# --- Sessions ---------------------------------------------------------------------------------


def test_sessions_are_found_and_stopped(api: Client) -> None:
    session, identity = factories.session(external_id="contract-7")
    factories.session()
    (item,) = api.get("/api/v1/sessions?external_id=contract-7&state=created").json()["items"]
    assert item["id"] == str(session.pk) and identity not in json.dumps(item)
    by_id = api.get(f"/api/v1/sessions/{identity}").json()
    assert by_id == item
    stopped = post(api, f"/api/v1/sessions/{session.pk}/stop", {"message": "Moved."}).json()
    assert (stopped["state"], stopped["stop_message"]) == ("stopped", "Moved.")
    again = post(api, f"/api/v1/sessions/{identity}/stop").json()
    assert again["stop_message"] == "Moved."
    assert len(api.get("/api/v1/sessions?state=stopped").json()["items"]) == 1
    assert AuditEvent.objects.filter(action="session stopped", detail="Moved.").count() == 1


# --- Webhooks ---------------------------------------------------------------------------------


def test_a_webhook_from_its_beginning_to_its_end(api: Client) -> None:
    url = "https://example.org/hook"
    first = post(api, "/api/v1/webhooks", {"url": url}, **{"Idempotency-Key": "k"})
    assert first.status_code == 201 and first["Location"].endswith(first.json()["id"])
    repeated = post(api, "/api/v1/webhooks", {"url": url}, **{"Idempotency-Key": "k"})
    assert repeated.json() == first.json()  # with the secret, for a caller who lost the answer
    assert_problem(post(api, "/api/v1/webhooks", {"url": url}), 422, "input_invalid")
    path = f"/api/v1/webhooks/{first.json()['id']}"
    assert api.get("/api/v1/webhooks").json()["items"] == [api.get(path).json()]
    assert "secret" not in api.get(path).json()
    new = post(api, f"{path}/secret").json()["secret"]
    assert new.startswith("whsec_") and new != first.json()["secret"]
    off = api.patch(path, {"active": False}, content_type="application/json").json()
    assert off["active"] is False
    assert_problem(api.patch(path, {}, content_type="application/json"), 422, "input_missing")
    assert api.delete(path).status_code == 204
    assert not WebhookEndpoint.objects.exists()
    actions = list(AuditEvent.objects.filter(by="client").values_list("action", flat=True))[::-1]
    assert actions == [
        *("webhook added", "webhook secret rotated", "webhook switched off", "webhook removed")
    ]


def test_messages_are_listed_and_sent_again(api: Client) -> None:
    client = ApiClient.objects.get(name="full")
    hook, _ = webhooks.register(factories.Actor.system(), client, "https://example.org/a")
    webhooks.send(client, "connect.completed", {"sessionId": "secret-of-the-person"})
    WebhookDelivery.objects.update(state="failed", attempts=10, error="No answer.")
    path = f"/api/v1/webhooks/{hook.pk}/deliveries"
    (item,) = api.get(f"{path}?state=failed").json()["items"]
    assert (item["event"], item["attempts"], item["error"]) == (
        *("connect.completed", 10, "No answer."),
    )
    assert "secret-of-the-person" not in json.dumps(item)
    again = post(api, f"{path}/{item['id']}/redeliver").json()
    assert (again["state"], again["attempts"]) == ("pending", 0)
    assert again["message_id"] == item["message_id"]
    assert_problem(post(api, f"{path}/999999/redeliver"), 404, "not_routed")


def test_a_private_address_is_for_administrators(api: Client) -> None:
    answer = post(api, "/api/v1/webhooks", {"url": "https://example.org/", "allow_private": True})
    assert answer.status_code == 201
    assert not WebhookEndpoint.objects.get().allow_private
