"""Whose job comes next: by lane, then fair among clients, then by age."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.conversion import jobs, leases, services
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF
from tests import factories

pytestmark = pytest.mark.django_db
Lane = Rendition.Lane
ALL = {0, 1, 2}


def queued(name: str, client: str = "full", *, lane: int = Lane.INTERACTIVE) -> None:
    """A job that is a second younger than the one before it."""
    source = factories.work_file(factories.actor(client), factories.PDF_BYTES + name.encode())
    rendition = services.request(source, PDF, client=source.client)
    moment = timezone.now() - timedelta(hours=1, seconds=-Rendition.objects.count())
    Rendition.objects.filter(pk=rendition.pk).update(
        lane=lane, requested_at=moment, error_detail=name
    )


def order(lanes: set[int] = ALL) -> list[str]:
    """The names of the jobs, in the order they are claimed; each keeps running."""
    names = []
    while job := leases.claim(lanes):
        names.append(job.error_detail)
    return names


def test_the_oldest_comes_first() -> None:
    for name in "abc":
        queued(name)
    assert order() == ["a", "b", "c"]


def test_pages_somebody_looks_at_come_before_bulk_and_bulk_before_huge() -> None:
    queued("huge", lane=Lane.HUGE)
    queued("bulk", lane=Lane.BULK)
    queued("page")
    assert order() == ["page", "bulk", "huge"]


def test_a_thread_takes_only_lanes_it_may_serve() -> None:
    queued("huge", lane=Lane.HUGE)
    queued("bulk", lane=Lane.BULK)
    assert order({Lane.INTERACTIVE}) == []
    assert order({Lane.INTERACTIVE, Lane.HUGE}) == ["huge"]


def test_a_client_with_many_jobs_does_not_keep_another_waiting() -> None:
    for number in range(4):
        queued(f"busy {number}", "busy")
    queued("calm 0", "calm")
    queued("calm 1", "calm")
    assert order() == ["busy 0", "calm 0", "busy 1", "calm 1", "busy 2", "busy 3"]


def test_one_bulk_permit_is_given_back_after_the_job() -> None:
    """However often: a permit that leaks would end all bulk work one day."""
    bulk, huge = jobs._permits[Lane.BULK], jobs._permits[Lane.HUGE]
    before = (bulk._value, huge._value)
    for _ in range(3):
        with jobs._lanes() as lanes:
            assert lanes == {0, 1, 2}
            assert (bulk._value, huge._value) == (before[0] - 1, before[1] - 1)
            jobs._give_back(lanes, Lane.HUGE)
            assert huge._value == before[1]
    assert (bulk._value, huge._value) == before


def test_the_last_permit_taken_leaves_a_thread_for_pages() -> None:
    with jobs._lanes(), jobs._lanes() as second:
        assert Lane.HUGE not in second
        assert Lane.INTERACTIVE in second
