"""The schedule's clock: reminders go on when the host's time of day is set back or forward."""

from __future__ import annotations

import time
from typing import Any

from celery import beat

# Time servers move a clock by less than this.
_SET_SECONDS = 2.0


class Scheduler(beat.Scheduler):
    """Celery's scheduler, begun anew when the clock is set.

    It remembers when it last sent each reminder by the time of day: with a clock that is set back
    an hour it would send none for an hour. What it remembers is in memory only, for each reminder
    may come once too often and none too late.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._difference = time.time() - time.monotonic()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Sends what is due; seconds until the next."""
        difference = time.time() - time.monotonic()
        if abs(difference - self._difference) > _SET_SECONDS:
            self._difference = difference
            for entry in self.schedule.values():
                entry.last_run_at = entry.default_now()
            self._heap = None
        return float(super().tick(*args, **kwargs))
