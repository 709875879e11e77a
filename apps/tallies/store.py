"""What was counted, in the database: written by every process, read by any."""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.core import batches, rounds
from apps.tallies import figures
from apps.tallies.models import EVER, Tally

Labels = dict[str, str]
_KEPT = timedelta(days=31)
_ROWS_AT_ONCE = 200


def write() -> None:
    """Adds what this process has counted to the hour's rows and to those of all hours.

    Raises what the database raises; nothing is lost then.
    """
    counted = figures.take()
    if not counted:
        return
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    # In one order everywhere: two processes that write at once wait for each other, not both.
    rows = [
        (moment, name, labels, value)
        for moment in (EVER, hour)
        for (name, labels), value in sorted(counted.items())
    ]
    try:
        _add(rows)
    except Exception:
        figures.give_back(counted)
        raise


def _add(rows: list[tuple[datetime, str, str, float]]) -> None:
    table = connection.ops.quote_name(Tally._meta.db_table)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            places = ", ".join(["(%s, %s, %s, %s)"] * len(some))
            values: list[Any] = [
                value
                for moment, *rest in some
                for value in (connection.ops.adapt_datetimefield_value(moment), *rest)
            ]
            cursor.execute(
                f"INSERT INTO {table} (hour, name, labels, value) VALUES {places} "  # noqa: S608
                "ON CONFLICT (hour, name, labels) "
                f"DO UPDATE SET value = {table}.value + excluded.value",
                values,
            )


def note(name: str, values: Iterable[tuple[Labels, float]]) -> None:
    """Notes what was measured: replaces the figure's rows of all hours, and this hour's."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    spelled = {json.dumps(labels, sort_keys=True): value for labels, value in values}
    Tally.objects.filter(hour=EVER, name=name).exclude(labels__in=spelled).delete()
    Tally.objects.bulk_create(
        [
            Tally(hour=moment, name=name, labels=labels, value=value)
            for moment in (EVER, hour)
            for labels, value in spelled.items()
        ],
        update_conflicts=True,
        unique_fields=["hour", "name", "labels"],
        update_fields=["value"],
    )


def totals(*names: str) -> dict[str, list[tuple[Labels, float]]]:
    """Figures of all hours: for each name its labels and values."""
    rows = Tally.objects.filter(hour=EVER, name__in=names).values_list("name", "labels", "value")
    found: dict[str, list[tuple[Labels, float]]] = {name: [] for name in names}
    for name, labels, value in rows.order_by("name", "labels"):
        found[name].append((json.loads(labels), value))
    return found


def by_hour(since: datetime, *names: str) -> list[tuple[datetime, str, Labels, float]]:
    """Figures of each hour from a moment on: (hour, name, labels, value), oldest first."""
    rows = Tally.objects.filter(hour__gte=since, name__in=names).order_by("hour")
    return [
        (hour, name, json.loads(labels), value)
        for hour, name, labels, value in rows.values_list("hour", "name", "labels", "value")
    ]


def sweep() -> int:
    """Forgets hours of more than a month ago; returns how many rows went."""
    old = Tally.objects.filter(hour__gt=EVER, hour__lt=timezone.now() - _KEPT)
    return batches.delete(old.order_by("hour"))


def begin(*also: Callable[[], None]) -> None:
    """Writes every TALLY_SECONDS for as long as this process lives, and once at its end.

    `also` is called with it. A process that was forked off begins for itself.
    """
    global _process
    if settings.TALLY_SECONDS and _process != os.getpid():
        _process = os.getpid()
        write_all = partial(_each, (write, *also))
        rounds.begin(write_all, seconds=settings.TALLY_SECONDS, name="tallies")
        atexit.register(write_all)


_process = 0


def _each(writers: Iterable[Callable[[], None]]) -> None:
    for one in writers:  # what fails keeps no other from being written
        rounds.attempt(one, "tallies")
