"""Quotas: what holds, for whom, over all processes, and what callers are told."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.clients import rates, usage
from apps.clients import services as clients
from apps.clients.actors import Actor
from apps.clients.models import ApiClient, Usage
from apps.conversion import services as conversion
from apps.conversion.recipe import PDF, svg
from apps.core.errors import ErrorCode, PortalError
from apps.workfiles import services as workfiles
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, 0, 20, tzinfo=UTC)


def program(**limits: int) -> ApiClient:
    return factories.actor("limited", **limits).require_client()


def refused(act: Any, *arguments: Any, **named: Any) -> PortalError:
    with pytest.raises(PortalError) as caught:
        act(*arguments, **named)
    assert caught.value.code is ErrorCode.QUOTA_EXCEEDED
    return caught.value


def test_a_new_minute_begins_anew() -> None:
    client = program(requests_per_minute=2)
    with time_machine.travel(NOON, tick=False) as clock:
        rates.count_request(client)
        rates.count_request(client)
        assert refused(rates.count_request, client).data["retry_after"] == 40
        clock.move_to(NOON + timedelta(seconds=40))
        rates.count_request(client)
    assert Usage.objects.filter(client=client).count() == 1


def test_each_key_counts_for_itself_where_that_is_asked_for() -> None:
    client = program(requests_per_minute=1)
    rates.count_request(client, credential_id=1)
    rates.count_request(client, credential_id=2)
    refused(rates.count_request, client, credential_id=2)


def test_a_shared_cache_counts_where_there_is_one(settings: Any) -> None:
    settings.CACHE_URL = "redis://somewhere"  # django's cache itself is the tests' own
    client = program(requests_per_minute=2)
    with time_machine.travel(NOON, tick=False):
        rates.count_request(client)
        rates.count_request(client)
        refused(rates.count_request, client)
        assert rates.used_now(client)[0] == 3
    assert not Usage.objects.exists()


def test_a_cache_that_is_away_leaves_counting_to_the_database(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionError("away")

    settings.CACHE_URL = "redis://somewhere"
    monkeypatch.setattr(rates.cache, "add", away)
    client = program(requests_per_minute=1)
    with time_machine.travel(NOON, tick=False):
        rates.count_request(client)
        refused(rates.count_request, client)


def test_a_public_client_is_never_without_limits() -> None:
    client = program()
    assert rates.limits(client) == (None, None, None, None)
    client.client_type = ApiClient.CLIENT_PUBLIC
    assert None not in rates.limits(client)
    client.requests_per_minute = 5
    assert rates.limits(client).requests_per_minute == 5


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("get", "/api/v1/jobs", "application/problem+json"),
        ("post", "/PCCIS/V1/ViewingSession", "application/json"),
        ("post", "/documents/single", "application/problem+json"),
        ("post", "/webapi/api/v3/x/connect/session", "application/problem+json"),
        ("post", "/generate", "application/json"),
    ],
)
def test_callers_are_told_in_each_dialects_own_form(method: str, path: str, form: str) -> None:
    key = clients.issue_access_key(Actor.system(), program(requests_per_minute=1))
    caller = Client(headers={"X-Api-Key": key})
    with time_machine.travel(NOON, tick=False):
        first = getattr(caller, method)(path)
        assert first.status_code != 429
        assert first["RateLimit-Policy"] == '"requests";q=1;w=60'
        assert first["RateLimit"] == '"requests";r=0;t=40'
        answer = getattr(caller, method)(path)
    # Kudo's page says 403 for every refusal.
    assert answer.status_code == (403 if path == "/generate" else 429), answer.content
    assert answer["Content-Type"].startswith(form)
    assert (answer["Retry-After"], answer["RateLimit"]) == ("40", '"requests";r=0;t=40')


def test_who_has_no_limit_is_told_of_none() -> None:
    answer = factories.caller("limited").get("/api/v1/jobs")
    assert "RateLimit" not in answer.headers
    assert "RateLimit" not in Client().get("/livez").headers


def test_storage_is_bounded_over_all_files_of_a_client() -> None:
    owner = factories.actor("limited", maximum_storage_bytes=len(factories.PDF_BYTES) + 10)
    factories.work_file(owner)
    keep = timedelta(hours=1)
    more = io.BytesIO(b"%PDF-1.4 and more than ten bytes")
    error = refused(workfiles.upload, owner, more, keep=keep)
    assert error.at == "body" and error.data["limit"] == len(factories.PDF_BYTES) + 10
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        factories.work_file(owner)  # what has expired counts no more


def test_conversions_are_counted_by_document_and_not_by_page() -> None:
    owner = factories.actor("limited", conversions_per_hour=2)
    client = owner.require_client()
    files = [factories.work_file(owner, b"%%PDF-%d" % number) for number in range(3)]
    with time_machine.travel(NOON, tick=False):
        for file in files[:2]:
            conversion.request(file, PDF, client=client)
            conversion.request(file, PDF, client=client)
            conversion.request(file, svg(0, 1), client=client)
        error = refused(conversion.request, files[2], PDF, client=client)
        assert error.data["retry_after"] == 3600 - 20
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        conversion.request(files[2], PDF, client=client)


def test_an_administrator_sees_what_is_used(admin_client: Client) -> None:
    owner = factories.actor("limited", requests_per_minute=100, maximum_live_sessions=5)
    factories.session(owner)
    rates.count_request(owner.require_client())
    lines = {what: (used, most) for what, used, most in usage.lines(owner.require_client())}
    assert lines["Live sessions"] == ("1", "5")
    assert lines["Documents converted this hour"] == ("not counted", None)
    page = admin_client.get(f"/admin/clients/apiclient/{owner.client_id}/change/")
    assert "Live sessions: 1 of 5" in page.content.decode()
