"""The life of a session as a function of the clock; no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from apps.document_sessions.lifecycle import Lifetime, State, renewal_is_due, state_at

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Row:
    state: str
    expires_at: datetime


@pytest.mark.parametrize("stored", [State.CREATED, State.ACTIVE])
@pytest.mark.parametrize(
    ("left", "live"), [(HOUR, True), (timedelta(microseconds=1), True), (timedelta(0), False)]
)
def test_a_session_lives_up_to_its_expiry_and_not_at_it(
    stored: State, left: timedelta, live: bool
) -> None:
    assert state_at(Row(stored, NOON + left), NOON) == (stored if live else State.EXPIRED)


@pytest.mark.parametrize("left", [HOUR, -HOUR])
def test_a_stop_outlives_the_expiry(left: timedelta) -> None:
    assert state_at(Row(State.STOPPED, NOON + left), NOON) == State.STOPPED


def test_expired_is_not_stored() -> None:
    from apps.document_sessions.models import DocumentSession

    assert State.EXPIRED not in DocumentSession.Stored.values


@pytest.mark.parametrize(
    ("used", "expires"),
    [(0, 20), (100, 120), (220, 240), (239, 240), (240, 240)],
)
def test_each_use_moves_the_expiry_but_not_past_the_end(used: int, expires: int) -> None:
    lifetime = Lifetime(idle=20 * MINUTE, maximum=240 * MINUTE)
    ends = lifetime.ends_at(NOON)
    assert ends == NOON + 4 * HOUR
    assert lifetime.expires_at(NOON + used * MINUTE, ends) == NOON + expires * MINUTE


def test_an_idle_time_longer_than_the_maximum_ends_with_the_maximum() -> None:
    lifetime = Lifetime(idle=10 * HOUR, maximum=HOUR)
    assert lifetime.expires_at(NOON, lifetime.ends_at(NOON)) == NOON + HOUR


@pytest.mark.parametrize(("elapsed", "due"), [(0, False), (59, False), (60, True), (61, True)])
def test_a_use_is_written_down_once_in_a_twentieth_of_the_idle_time(
    elapsed: int, due: bool
) -> None:
    now = NOON + timedelta(seconds=elapsed)
    assert renewal_is_due(NOON, now, idle=20 * MINUTE) is due
