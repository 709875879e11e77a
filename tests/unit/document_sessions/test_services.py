"""Opening, finding, renewing and ending sessions: each change one conditional UPDATE."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, is_token
from apps.document_sessions import services
from apps.document_sessions.lifecycle import State
from apps.document_sessions.models import DocumentSession
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KINDS = (DocumentSession.Kind.VIEW,)
UNKNOWN = "hX9vBYgbq7y7yzLIV-05TaVfeyjXlnZDBKO9BVAeWw8"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands at noon until it is moved."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def refusal(identity: str, actor: Actor | None = None) -> PortalError:
    """The error with which a session is not found."""
    with pytest.raises(PortalError) as caught:
        services.find(actor or Actor.viewer(), identity, kinds=KINDS)
    return caught.value


def test_the_id_is_told_once_and_only_its_digest_is_kept() -> None:
    session, identity = factories.session()
    assert is_token(identity)
    stored = DocumentSession.objects.filter(pk=session.pk).values().get()
    assert stored["digest"] == digest(identity)
    assert identity not in map(str, stored.values())


def test_a_new_session_has_its_lifetime_from_the_start(clock: time_machine.Traveller) -> None:
    session, _ = factories.session(idle=20 * MINUTE, maximum=60 * MINUTE)
    assert session.current_state == State.CREATED
    assert session.expires_at == NOON + 20 * MINUTE
    assert session.ends_at == NOON + 60 * MINUTE
    assert session.lifetime.idle == 20 * MINUTE


@pytest.mark.parametrize("identity", ["", "u", "x" * 43, UNKNOWN, "\0", "ü" * 43])
def test_what_is_no_session_is_not_found(identity: str) -> None:
    factories.session()
    assert refusal(identity).code == ErrorCode.SESSION_NOT_FOUND


def test_an_id_that_cannot_be_one_costs_no_query() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        refusal("short")
    assert len(queries) == 0


def test_a_client_finds_its_own_sessions_and_a_viewer_any_it_holds_the_id_of() -> None:
    session, identity = factories.session()
    for actor in (factories.actor(), Actor.viewer()):
        assert services.find(actor, identity, kinds=KINDS) == session
    stranger = factories.actor("stranger")
    assert refusal(identity, stranger).code == ErrorCode.SESSION_NOT_FOUND


def test_a_session_of_another_kind_is_not_found() -> None:
    _, identity = factories.session()
    with pytest.raises(PortalError) as caught:
        services.find(Actor.viewer(), identity, kinds=(DocumentSession.Kind.EDIT,))
    assert caught.value.code == ErrorCode.SESSION_NOT_FOUND


def test_a_session_expires_by_the_clock(clock: time_machine.Traveller) -> None:
    _, identity = factories.session(idle=20 * MINUTE)
    clock.move_to(NOON + 20 * MINUTE - timedelta(seconds=1))
    services.find(Actor.viewer(), identity, kinds=KINDS)
    clock.move_to(NOON + 20 * MINUTE)
    assert refusal(identity).code == ErrorCode.SESSION_EXPIRED


def test_a_session_of_an_inactive_client_is_over() -> None:
    session, identity = factories.session()
    session.client.is_active = False
    session.client.save()
    assert refusal(identity).code == ErrorCode.SESSION_EXPIRED


def test_touch_writes_at_most_once_in_a_twentieth(clock: time_machine.Traveller) -> None:
    session, identity = factories.session(idle=20 * MINUTE)
    writes = 0
    for second in range(0, 600, 5):
        clock.move_to(NOON + timedelta(seconds=second))
        found = services.find(Actor.viewer(), identity, kinds=KINDS)
        with CaptureQueriesContext(connection) as queries:
            services.touch(found)
        writes += len(queries)
    assert writes == 9  # at 60 s, 120 s ... 540 s
    session.refresh_from_db()
    assert session.expires_at == NOON + timedelta(seconds=540) + 20 * MINUTE


def test_a_session_in_use_lives_on_until_its_end(clock: time_machine.Traveller) -> None:
    _, identity = factories.session(idle=20 * MINUTE, maximum=60 * MINUTE)
    for minutes in range(15, 60, 15):
        clock.move_to(NOON + minutes * MINUTE)
        services.touch(services.find(Actor.viewer(), identity, kinds=KINDS))
    clock.move_to(NOON + 59 * MINUTE)
    services.touch(services.find(Actor.viewer(), identity, kinds=KINDS))
    clock.move_to(NOON + 60 * MINUTE)
    assert refusal(identity).code == ErrorCode.SESSION_EXPIRED


def test_a_touch_that_comes_too_late_revives_nothing(clock: time_machine.Traveller) -> None:
    session, _ = factories.session(idle=20 * MINUTE)
    clock.move_to(NOON + 21 * MINUTE)
    services.touch(session)
    session.refresh_from_db()
    assert session.expires_at == NOON + 20 * MINUTE


def test_activation_is_noted_once_and_again_is_no_error() -> None:
    session, identity = factories.session()
    services.activate(session)
    assert session.state == State.ACTIVE
    found = services.find(Actor.viewer(), identity, kinds=KINDS)
    with CaptureQueriesContext(connection) as queries:
        services.activate(found)
    assert len(queries) == 0


def test_later_calls_get_the_notice_of_a_stop() -> None:
    session, identity = factories.session()
    services.stop(session, status=418, message="Tea time")
    error = refusal(identity)
    assert (error.code, error.data["status"]) == (ErrorCode.SESSION_STOPPED, 418)
    assert error.detail == error.data["message"] == "Tea time"


def test_the_notice_outlives_the_expiry(clock: time_machine.Traveller) -> None:
    session, identity = factories.session(idle=20 * MINUTE)
    services.stop(session, status=418, message="Tea time")
    clock.move_to(NOON + timedelta(hours=3))
    assert refusal(identity).code == ErrorCode.SESSION_STOPPED


def test_a_stop_without_words_still_says_something() -> None:
    session, identity = factories.session()
    services.stop(session)
    error = refusal(identity)
    assert (error.data["status"], error.detail) == (403, "This session was stopped.")


def test_stopping_twice_keeps_the_first_notice() -> None:
    session, identity = factories.session()
    stale = DocumentSession.objects.select_related("client").get(pk=session.pk)
    services.stop(session, status=418, message="first")
    with pytest.raises(PortalError) as caught:
        services.stop(stale, status=500, message="second")
    assert caught.value.data["message"] == "first"
    assert refusal(identity).data["status"] == 418


@pytest.mark.parametrize("change", [services.activate, services.stop])
def test_a_change_of_an_expired_session_is_refused_as_expired(
    change: object, clock: time_machine.Traveller
) -> None:
    session, _ = factories.session(idle=20 * MINUTE)
    clock.move_to(NOON + 30 * MINUTE)
    with pytest.raises(PortalError) as caught:
        change(session)  # type: ignore[operator]
    assert caught.value.code == ErrorCode.SESSION_EXPIRED
    session.refresh_from_db()
    assert session.state == State.CREATED


@pytest.mark.parametrize("change", [services.activate, services.stop])
def test_a_change_of_a_deleted_session_is_refused_as_unknown(change: object) -> None:
    session, _ = factories.session()
    DocumentSession.objects.filter(pk=session.pk).delete()
    with pytest.raises(PortalError) as caught:
        change(session)  # type: ignore[operator]
    assert caught.value.code == ErrorCode.SESSION_NOT_FOUND


def test_a_touch_does_not_undo_a_stop_it_did_not_know_of(clock: time_machine.Traveller) -> None:
    session, identity = factories.session()
    stale = DocumentSession.objects.get(pk=session.pk)
    services.stop(session, status=418, message="over")
    clock.move_to(NOON + 5 * MINUTE)
    services.touch(stale)
    assert refusal(identity).code == ErrorCode.SESSION_STOPPED


def test_a_deleted_session_is_unknown() -> None:
    session, identity = factories.session()
    services.delete(session)
    assert refusal(identity).code == ErrorCode.SESSION_NOT_FOUND


def test_the_quota_counts_live_sessions_of_the_client(clock: time_machine.Traveller) -> None:
    actor = factories.actor(maximum_live_sessions=2)
    first, _ = factories.session(actor, idle=20 * MINUTE)
    factories.session(actor, idle=60 * MINUTE)
    factories.session(factories.actor("other"))
    with pytest.raises(PortalError) as caught:
        factories.session(actor)
    assert (caught.value.code, caught.value.data["limit"]) == (ErrorCode.QUOTA_EXCEEDED, 2)
    services.stop(first)
    third, _ = factories.session(actor, idle=20 * MINUTE)
    with pytest.raises(PortalError):
        factories.session(actor)
    clock.move_to(NOON + 21 * MINUTE)
    assert third.current_state == State.EXPIRED
    factories.session(actor)


def test_a_quota_of_none_is_none_and_of_zero_is_zero() -> None:
    factories.session(factories.actor("unlimited", maximum_live_sessions=None))
    with pytest.raises(PortalError):
        factories.session(factories.actor("locked", maximum_live_sessions=0))


def test_only_clients_open_sessions() -> None:
    with pytest.raises(PortalError) as caught:
        factories.session(Actor.viewer())
    assert caught.value.code == ErrorCode.NOT_AUTHENTICATED


def test_an_ended_session_is_remembered_for_a_day_and_then_swept(
    clock: time_machine.Traveller,
) -> None:
    _, expired = factories.session(idle=20 * MINUTE)
    stopped, _ = factories.session(idle=timedelta(days=3), maximum=timedelta(days=9))
    factories.session(idle=timedelta(days=3), maximum=timedelta(days=9))
    services.stop(stopped)
    clock.move_to(NOON + timedelta(hours=23))
    assert services.sweep() == 0
    assert refusal(expired).code == ErrorCode.SESSION_EXPIRED
    clock.move_to(NOON + timedelta(hours=25))
    assert services.sweep() == 2
    assert DocumentSession.objects.count() == 1
    assert refusal(expired).code == ErrorCode.SESSION_NOT_FOUND
