"""The life of a session, as pure functions.

Stored states are created, active and stopped. Expired is a fact of the clock, swept later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """Where a session is in its life. EXPIRED is never stored."""

    CREATED = "created"
    ACTIVE = "active"
    STOPPED = "stopped"
    EXPIRED = "expired"


LIVE = (State.CREATED, State.ACTIVE)


class Clocked(Protocol):
    """What has a stored state and an end."""

    state: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lives: `idle` after each use, `maximum` from its creation."""

    idle: timedelta
    maximum: timedelta

    def at_most(self, most: timedelta) -> Lifetime:
        """The same, and no longer than this."""
        return Lifetime(min(self.idle, most), min(self.maximum, most))

    def ends_at(self, created: datetime) -> datetime:
        """The moment no use can move."""
        return created + self.maximum

    def expires_at(self, used: datetime, ends_at: datetime) -> datetime:
        """When it expires if it is not used again after `used`."""
        return min(used + self.idle, ends_at)


def state_at(session: Clocked, now: datetime) -> State:
    """The session's state at a moment. A stop outlives the expiry: its notice is still shown."""
    if session.state == State.STOPPED:
        return State.STOPPED
    return State.EXPIRED if session.expires_at <= now else State(session.state)


def renewal_is_due(touched_at: datetime, now: datetime, idle: timedelta) -> bool:
    """Whether a use should be written down: once in a twentieth of the idle time is enough."""
    return now - touched_at >= idle / 20
