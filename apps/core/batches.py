"""Sweeping tables of any size: a batch at a time, each a short transaction, until it is done.

Several sweeps may run at once: none waits for rows another one holds (SKIP LOCKED). SQLite has
one writer at a time and needs no locks; there the same code takes none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from django.db import transaction
from django.db.models import Max, Min, Model, QuerySet

Row = TypeVar("Row", bound=Model)
SIZE = 500
# What is left after this long, the next run of the schedule finds again.
SECONDS = 20.0
_SLICE = 1_000_000
_SLICE_SECONDS = 300


def until_done(step: Callable[[int], int], size: int = SIZE, *, seconds: float = SECONDS) -> int:
    """Repeats a step, which gets the size of a batch, until one was not full or the time is up.

    Returns the sum of what the steps returned.
    """
    deadline, count = time.monotonic() + seconds, 0
    while True:
        done = step(size)
        count += done
        if done < size or time.monotonic() > deadline:
            return count


def held(rows: QuerySet[Row], size: int, *, also: tuple[str, ...] = ()) -> list[Row]:
    """The first of these rows, locked until the transaction ends, less those that others hold.

    `also` names related rows that are selected and locked with them. Before the lock somebody may
    have changed what the rows were chosen for: ask once more.
    """
    return list(rows.select_for_update(skip_locked=True, of=("self", *also))[:size])


def delete(rows: QuerySet[Row], size: int = SIZE) -> int:
    """Deletes these rows with all that hangs on them, in their order; returns how many.

    The order should be that of an index.
    """

    def step(size: int) -> int:
        with transaction.atomic():
            chosen = [row.pk for row in held(rows.only("pk"), size)]
            if chosen:
                rows.order_by().filter(pk__in=chosen).delete()
        return len(chosen)

    return until_done(step, size)


def in_turn(
    rows: QuerySet[Row], size: int = SIZE, *, seconds: float = SECONDS
) -> Iterator[list[Row]]:
    """Batches of these rows by primary key, each row once, until the time is up.

    For what may stay after it was looked at: nothing keeps a sweep from the rows behind it.
    """
    deadline, after = time.monotonic() + seconds, 0
    while batch := list(rows.filter(pk__gt=after).order_by("pk")[:size]):
        yield batch
        if len(batch) < size or time.monotonic() > deadline:
            return
        after = batch[-1].pk


def slice_of(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Of these rows those to look at now, for questions that only each row itself answers.

    A million primary keys, the next ones five minutes later, and in the end from the start again:
    a table of less than that is looked at as a whole.
    """
    ends = rows.model._default_manager.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return rows.none()
    slices = (ends["last"] - ends["first"]) // _SLICE + 1
    first = ends["first"] + int(time.time() // _SLICE_SECONDS) % slices * _SLICE
    return rows.filter(pk__gte=first, pk__lt=first + _SLICE)
