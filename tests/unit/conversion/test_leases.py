"""A job belongs to the worker that claimed it, for as long as it renews its lease."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.conversion import jobs, leases, services
from apps.conversion import recipe as recipes
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF
from apps.core.errors import ErrorCode, PortalError
from tests import factories, fakes

pytestmark = pytest.mark.django_db
State = Rendition.State
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LANES = {0, 1, 2}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The wake-up calls of the nudge and of services."""
    sent: list[str] = []
    monkeypatch.setattr(leases, "enqueue", sent.append)
    monkeypatch.setattr(services, "enqueue", sent.append)
    return sent


def queued(name: str = "x", recipe: recipes.Recipe = PDF) -> Rendition:
    source = factories.work_file(content=factories.PDF_BYTES + name.encode())
    return services.request(source, recipe, client=source.client)


def claimed() -> Rendition:
    rendition = leases.claim(LANES)
    assert rendition is not None
    return rendition


def test_a_claim_is_a_lease_with_a_fence(clock: time_machine.Traveller) -> None:
    rendition = queued()
    job = claimed()
    assert job.pk == rendition.pk
    assert (job.state, job.attempts, job.started_at) == (State.RUNNING, 1, NOON)
    assert len(job.fence) == 43
    assert job.lease_until is not None
    assert NOON < job.lease_until <= NOON + timedelta(minutes=1)
    assert leases.claim(LANES) is None


def test_a_job_with_a_live_lease_is_left_alone(clock: time_machine.Traveller) -> None:
    queued()
    job = claimed()
    assert job.lease_until is not None
    clock.move_to(job.lease_until)
    leases.nudge()
    job.refresh_from_db()
    assert job.state == State.RUNNING


def test_a_lapsed_job_is_queued_once_more(clock: time_machine.Traveller, calls: list[str]) -> None:
    queued()
    lost = claimed()
    clock.move_to(NOON + timedelta(minutes=1))
    calls.clear()
    leases.nudge()
    rendition = Rendition.objects.get()
    assert (rendition.state, rendition.fence, rendition.lease_until) == (State.QUEUED, "", None)
    assert calls == ["conversion.work"]
    again = claimed()
    assert again.fence != lost.fence
    assert again.attempts == 2


def test_a_worker_given_up_for_lost_cannot_publish_finish_or_fail(
    clock: time_machine.Traveller,
) -> None:
    queued()
    lost = claimed()
    clock.move_to(NOON + timedelta(minutes=1))
    leases.nudge()
    current = claimed()
    for script in (fakes.succeeds(pages=2), fakes.fails("timeout")):
        with fakes.Engine(script):
            jobs.run(lost)
        rendition = Rendition.objects.get()
        assert (rendition.state, rendition.fence) == (State.RUNNING, current.fence)
        assert rendition.error_code == ""
        assert rendition.parts.count() == 0
    with fakes.Engine(fakes.succeeds(pages=2)):
        jobs.run(current)
    assert Rendition.objects.get().state == State.READY


def test_a_job_that_loses_its_worker_every_time_fails_with_what_waits_for_it(
    clock: time_machine.Traveller,
) -> None:
    page = queued(recipe=recipes.raster(0, None, format="png", width=640))
    for attempt in range(1, 4):
        assert claimed().attempts == attempt
        clock.move_to(NOON + timedelta(minutes=attempt))
        leases.nudge()
    for rendition in Rendition.objects.all():
        assert (rendition.state, rendition.error_code) == (
            State.FAILED,
            ErrorCode.ENGINE_CRASHED,
        )
        assert rendition.finished_at is not None
    with pytest.raises(PortalError, match="worker was lost"):
        services.wait_for(page, "page/0", seconds=1)


def test_leases_of_this_process_are_renewed(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued()
    mine = claimed()
    queued("y")
    other = claimed()
    clock.move_to(NOON + timedelta(seconds=15))
    monkeypatch.setattr(leases, "held", {mine.fence})
    leases.renew()
    was = mine.lease_until
    for job in (mine, other):
        job.refresh_from_db()
    assert was is not None
    assert mine.lease_until == was + timedelta(seconds=15)
    assert other.lease_until == was


def test_a_page_that_missed_its_release_is_found(calls: list[str]) -> None:
    """A worker that dies between publishing a part and telling those who wait."""
    page = queued(recipe=recipes.raster(0, None, format="png", width=640))
    assert page.parent is not None
    factories.add_part(page.parent, "whole", b"%PDF", "application/pdf")
    Rendition.objects.filter(pk=page.parent_id).update(state=State.READY)
    leases.nudge()
    page.refresh_from_db()
    assert page.state == State.QUEUED


def test_a_lost_wake_up_call_is_sent_again(calls: list[str]) -> None:
    queued()
    calls.clear()
    leases.nudge()
    assert calls == ["conversion.work"]
    leases.claim(LANES)
    calls.clear()
    leases.nudge()
    assert calls == []


def test_a_job_whose_worker_was_lost_when_the_clock_was_set_back(
    clock: time_machine.Traveller, calls: list[str]
) -> None:
    rendition = queued()
    claimed()
    clock.move_to(NOON - timedelta(hours=1))
    leases.nudge()
    rendition.refresh_from_db()
    assert rendition.state == State.QUEUED
