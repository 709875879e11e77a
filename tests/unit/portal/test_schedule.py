"""Reminders go on when the clock is set."""

from __future__ import annotations

import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from portal import schedule
from portal.celery import app

TASKS = ("conversion.nudge", "extraction.work")


class Sent(schedule.Scheduler):
    """Notes what would be sent."""

    def apply_async(self, entry: Any, *_: Any, **__: Any) -> None:
        self.names.append(entry.task)  # type: ignore[has-type]

    names: list[str]


@pytest.mark.parametrize("hours", [-1, 1])
def test_all_reminders_go_on_when_the_clock_is_set(
    hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    elapsed = 0.0
    clocks = SimpleNamespace(time=time.time, monotonic=lambda: elapsed)
    monkeypatch.setattr(schedule, "time", clocks)
    entries = {name: {"task": name, "schedule": timedelta(seconds=10)} for name in TASKS}
    scheduler = Sent(app, lazy=True)
    scheduler.names = []
    scheduler.schedule = {}
    scheduler.update_from_dict(entries)
    now = timezone.now()
    with time_machine.travel(now + timedelta(hours=hours)) as clock:
        scheduler.tick()
        scheduler.names.clear()
        for _ in range(6):
            elapsed += 6
            clock.shift(timedelta(seconds=6))
            while scheduler.tick() == 0:
                pass
    assert {name: scheduler.names.count(name) >= 2 for name in TASKS} == dict.fromkeys(TASKS, True)
