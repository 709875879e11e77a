"""What is counted in memory comes together in the database, whoever counted it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from apps.tallies import figures, store
from apps.tallies.models import EVER, Tally

pytestmark = pytest.mark.django_db
HITS = figures.Counter("test_hits_total", "Hits.", ("who",))
TOOK = figures.Histogram("test_took_seconds", "How long.", ())


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> None:
    figures.take()


def test_what_several_processes_count_adds_up() -> None:
    for _ in range(3):  # three processes, or three times one
        HITS.add(who="a")
        HITS.add(2, who="b")
        store.write()
    assert store.totals(HITS.name) == {HITS.name: [({"who": "a"}, 3), ({"who": "b"}, 6)]}


def test_each_hour_has_its_own_row_and_all_hours_have_one() -> None:
    for hour in (10, 11):
        with time_machine.travel(datetime(2026, 5, 1, hour, 30, tzinfo=UTC), tick=False):
            HITS.add(who="a")
            store.write()
    rows = store.by_hour(datetime(2026, 5, 1, 9, tzinfo=UTC), HITS.name)
    assert [(hour.hour, value) for hour, _, _, value in rows] == [(10, 1), (11, 1)]
    assert store.totals(HITS.name)[HITS.name] == [({"who": "a"}, 2)]


def test_nothing_is_lost_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise DatabaseError("away")

    HITS.add(who="a")
    with monkeypatch.context() as patch, pytest.raises(DatabaseError):
        patch.setattr(store, "_add", away)
        store.write()
    HITS.add(who="a")
    store.write()
    assert store.totals(HITS.name)[HITS.name] == [({"who": "a"}, 2)]


def test_threads_do_not_lose_each_others_counts() -> None:
    def count() -> None:
        for _ in range(2000):
            HITS.add(who="a")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert figures.take()[HITS.name, '{"who": "a"}'] == 8000


def test_a_duration_is_counted_in_one_bucket() -> None:
    for seconds in (0.01, 0.011, 400):
        TOOK.observe(seconds)
    counted = figures.take()
    buckets = {key[1]: value for key, value in counted.items() if key[0].endswith("_bucket")}
    assert buckets == {'{"le": "0.01"}': 1, '{"le": "0.025"}': 1, '{"le": "+Inf"}': 1}
    assert counted["test_took_seconds_sum", "{}"] == pytest.approx(400.021)


def test_labels_are_those_of_the_figure_and_short() -> None:
    with pytest.raises(ValueError, match="who"):
        HITS.add(where="x")
    HITS.add(who="x" * 5000)
    (_, labels), *_ = figures.take()
    assert len(labels) < 60


def test_what_is_rolled_back_is_not_counted(
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            HITS.add_on_commit(who="a")
            _ = 1 / 0
        with transaction.atomic():
            HITS.add_on_commit(who="b")
    assert [labels for _, labels in figures.take()] == ['{"who": "b"}']


def test_a_measured_figure_replaces_the_one_before() -> None:
    store.note("test_depth", [({"lane": "a"}, 5), ({"lane": "b"}, 1)])
    store.note("test_depth", [({"lane": "a"}, 2)])
    assert store.totals("test_depth")["test_depth"] == [({"lane": "a"}, 2)]


def test_old_hours_go_and_totals_stay() -> None:
    long_ago = timezone.now() - timedelta(days=40)
    Tally.objects.create(hour=long_ago, name="n", labels="{}", value=1)
    Tally.objects.create(hour=EVER, name="n", labels="{}", value=1)
    assert store.sweep() == 1
    assert store.totals("n")["n"] == [({}, 1)]
