"""The request log: what failed always, what succeeded on demand, and never what opens anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.serializers import serialize
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit import requests
from apps.audit.models import AnsweredRequest
from apps.clients import rates
from apps.clients.models import ApiClient
from apps.core import batches
from apps.document_sessions.models import DocumentSession
from tests import factories

pytestmark = pytest.mark.django_db
OPEN = "/PCCIS/V1/ViewingSession"


@pytest.fixture(autouse=True)
def emptied() -> Iterator[None]:
    """What other tests have left waiting."""
    requests._clients.clear()
    requests._strangers.clear()
    yield
    requests._clients.clear()
    requests._strangers.clear()


def rows() -> list[AnsweredRequest]:
    requests.write()
    return list(AnsweredRequest.objects.order_by("pk"))


def opened(caller: Client) -> str:
    answer = caller.post(OPEN, {}, content_type="application/json")
    assert answer.status_code == 200
    return str(answer.json()["viewingSessionId"])


def test_a_failed_call_is_found_by_its_id_and_holds_nothing_that_opens() -> None:
    caller = factories.caller("Archive")
    identity = opened(caller)
    page = f"{OPEN}/u{identity}/SourceFile?FileExtension=very-secret"
    answer = caller.put(page, b"", content_type="x/y", headers={"X-Correlation-Id": "call-7"})
    assert answer.status_code >= 400
    (row,) = rows()
    assert (row.correlation_id, row.client, row.surface) == ("call-7", "Archive", "prizmdoc")
    assert (row.method, row.status) == ("PUT", answer.status_code)
    assert row.route == "PCCIS/V1/ViewingSession/<str:u_id>/SourceFile"
    assert row.error_code and row.sent == len(answer.content) and row.address == "127.0.0.1"
    written = serialize("json", [row])
    assert identity not in written and "very-secret" not in written


def test_a_call_on_an_unknown_session_is_the_callers_mistake() -> None:
    caller = factories.caller("Archive")
    for path, method in (
        (f"{OPEN}/uunknown", "GET"),
        (f"{OPEN}/u", "DELETE"),
        (OPEN + "/x", "GET"),
    ):
        caller.generic(method, path)
    found = [(row.client, row.status, row.error_code) for row in rows()]
    assert found == [("Archive", status, "session_not_found") for status in (500, 404, 500)]


def test_who_is_refused_at_the_door_is_logged_without_a_name(client: Client) -> None:
    client.get("/api/v1/jobs/1", headers={"X-Api-Key": "rck_wrong"})
    client.post("/o/token/", {"grant_type": "password"}, headers={"Authorization": "Basic eDp5"})
    client.get("/no/such/path/rcs_secret")
    found = [(row.client, row.status, row.error_code, row.route) for row in rows()]
    assert found[0] == ("", 401, "not_authenticated", "api/v1/jobs/<str:job>")
    assert found[1][1] >= 400 and found[1][2]
    assert found[2][1:] == (404, "", "")


@pytest.mark.parametrize("switch", ["log_requests", "is_sandbox"])
def test_what_succeeds_is_logged_for_who_wants_it(switch: str) -> None:
    caller = factories.caller("Archive")
    opened(caller)
    assert rows() == []
    ApiClient.objects.filter(name="Archive").update(**{switch: True})
    opened(caller)
    (row,) = rows()
    assert (row.status, row.error_code, row.received) == (200, "", 2)


def test_probes_and_the_administration_are_not_logged(admin_client: Client) -> None:
    for page in ("/admin/none/", "/livez", "/metrics"):
        admin_client.get(page)
    assert rows() == []


def noted(how_many: int, client: str = "", **more: Any) -> None:
    for number in range(how_many):
        requests.note(
            AnsweredRequest(
                correlation_id=f"{number}", client=client, status=404, milliseconds=1, **more
            )
        )


def of(client: str) -> list[str]:
    found = AnsweredRequest.objects.filter(client=client).order_by("pk")
    return list(found.values_list("correlation_id", flat=True))


def test_a_flood_is_bounded_and_nothing_is_lost_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noted(requests._MOST + 5, "Archive")

    def away(*_: Any, **__: Any) -> None:
        raise DatabaseError

    with monkeypatch.context() as patched:
        patched.setattr(AnsweredRequest.objects, "bulk_create", away)
        with pytest.raises(DatabaseError):
            requests.write()
    found = rows()
    assert len(found) == requests._MOST and found[0].correlation_id == "5"


def test_the_newest_wait_on_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    noted(requests._MOST, "Archive")

    def away(*_: Any, **__: Any) -> None:
        noted(3, "Late")
        raise DatabaseError

    with monkeypatch.context() as patched:
        patched.setattr(AnsweredRequest.objects, "bulk_create", away)
        with pytest.raises(DatabaseError):
            requests.write()
    requests.write()
    assert of("Late") == ["0", "1", "2"]
    assert len(of("Archive")) == requests._MOST - 3 and of("Archive")[0] == "3"


def test_strangers_take_no_room_of_clients_while_rows_wait() -> None:
    noted(3, "Archive")
    noted(requests._MOST * 2)
    rows()
    assert len(of("Archive")) == 3
    assert len(of("")) == requests._MOST // 10 and of("")[-1] == f"{requests._MOST * 2 - 1}"


def test_a_flood_of_strangers_leaves_a_tenth_and_every_row_of_clients(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REQUEST_LOG_ROWS = 50
    noted(7, "Archive")
    requests.write()
    for _ in range(2):
        noted(100)
        requests.write()
    monkeypatch.setattr(requests, "_BATCH", 30)
    with CaptureQueriesContext(connection) as asked:
        assert requests.sweep() == 195
    assert of("") == ["95", "96", "97", "98", "99"] and len(of("Archive")) == 7
    assert sum("DELETE" in query["sql"] for query in asked) == 7  # of 30 each
    assert not any("COUNT(" in query["sql"] for query in asked)


def test_a_sweep_that_is_behind_takes_nothing_of_clients(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REQUEST_LOG_ROWS = 50
    noted(30, "Archive")
    requests.write()
    noted(150)
    requests.write()
    monkeypatch.setattr(requests, "_BATCH", 30)
    monkeypatch.setitem(batches.until_done.__kwdefaults__, "seconds", 0.0)  # a batch, then it is up
    assert requests.sweep() == 30
    assert len(of("")) == 120 and len(of("Archive")) == 30


def test_of_too_many_rows_in_all_the_oldest_go(settings: LazySettings) -> None:
    settings.REQUEST_LOG_ROWS = 50
    noted(40, "Archive")
    noted(5)
    requests.write()
    noted(20, "Office")
    requests.write()
    assert requests.sweep() == 15
    assert len(of("Office")) == 20 and of("Archive")[0] == "15" and len(of("")) == 5
    assert requests.sweep() == 0


def test_old_rows_go(settings: LazySettings) -> None:
    settings.REQUEST_LOG_DAYS = 3
    for days in (2, 4):
        noted(days, at=timezone.now() - timedelta(days=days))
    requests.write()
    assert requests.sweep() == 4
    assert len(rows()) == 2


def test_a_sandbox_has_short_sessions_small_limits_and_a_mark(
    settings: LazySettings, client: Client
) -> None:
    settings.SANDBOX_HOURS = 1
    identity = factories.view(factories.actor("Trial", is_sandbox=True), b"plain", extension="txt")
    session = DocumentSession.objects.get()
    assert session.ends_at - session.created_at == timedelta(hours=1)
    program = session.client
    assert rates.limits(program) == (120, 20, 200 * 1024**2, 100)
    program.requests_per_minute = 7
    assert rates.limits(program).requests_per_minute == 7
    assert "Sandbox: for trying out only" in client.get(f"/view/u{identity}").content.decode()
    other = factories.view(factories.actor("Real"), b"plain", extension="txt")
    assert "Sandbox" not in client.get(f"/view/u{other}").content.decode()
