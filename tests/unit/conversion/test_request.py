"""Asking for a rendition: the first asker sets the work going, the others share it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.conversion import recipe as recipes
from apps.conversion import services
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF
from apps.core import queue
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import unseal
from tests import factories

pytestmark = pytest.mark.django_db
State = Rendition.State
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
PAGE = recipes.raster(0, None, format="png", width=640)
LATER_PAGE = recipes.raster(1, None, format="png", width=640)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The wake-up calls that were sent."""
    sent: list[str] = []
    monkeypatch.setattr(services, "enqueue", sent.append)
    assert queue.enqueue is not services.enqueue
    return sent


def test_the_first_asker_is_the_only_one_who_enqueues(calls: list[str]) -> None:
    source = factories.work_file()
    asked = {services.request(source, PDF, client=source.client).pk for _ in range(5)}
    assert len(asked) == 1
    assert calls == ["conversion.work"]


def test_the_same_content_of_another_client_is_the_same_rendition(calls: list[str]) -> None:
    for owner in ("full", "other"):
        source = factories.work_file(factories.actor(owner))
        services.request(source, PDF, client=source.client)
    assert Rendition.objects.count() == len(calls) == 1


def test_the_same_bytes_under_another_format_are_another_rendition() -> None:
    for extension in ("txt", "csv"):
        source = factories.work_file(content=b"a;b\n", extension=extension)
        services.request(source, PDF, client=None)
    assert Rendition.objects.count() == 2


def test_a_password_is_part_of_the_key(calls: list[str]) -> None:
    """Who does not know it gets nothing that was made with it."""
    source = factories.work_file()
    pdf = factories.ready_pdf(source, password="geheim")
    for guess in ("", "Geheim"):
        other = services.request(source, PDF, client=None, password=guess)
        assert other.pk != pdf.pk
        assert other.state == State.QUEUED
    assert services.request(source, PDF, client=None, password="geheim").pk == pdf.pk


def test_a_password_is_kept_sealed_and_only_with_the_job_that_needs_it() -> None:
    source = factories.work_file()
    page = services.request(source, PAGE, client=None, password="geheim")
    assert page.password == ""
    assert page.parent is not None
    assert "geheim" not in page.parent.password
    assert unseal(page.parent.password) == "geheim"


def test_a_page_waits_for_the_pdf(calls: list[str]) -> None:
    page = services.request(factories.work_file(), PAGE, client=None)
    assert page.state == State.WAITING
    assert page.parent is not None
    assert (page.parent.kind, page.parent.state) == ("pdf", State.QUEUED)
    assert len(calls) == 1


def test_the_first_page_starts_with_the_first_part_and_the_others_with_the_whole(
    calls: list[str],
) -> None:
    source = factories.work_file()
    first = services.request(source, PAGE, client=None)
    later = services.request(source, LATER_PAGE, client=None)
    assert first.parent is not None
    factories.add_part(first.parent, "first", b"%PDF", "application/pdf")
    services.release(first.parent)
    services.release(first.parent)
    states = [Rendition.objects.get(pk=page.pk).state for page in (first, later)]
    assert states == [State.QUEUED, State.WAITING]
    factories.add_part(first.parent, "whole", b"%PDF", "application/pdf")
    services.release(first.parent)
    later.refresh_from_db()
    assert later.state == State.QUEUED
    assert len(calls) == 3


def test_a_page_of_a_ready_pdf_is_queued_at_once() -> None:
    source = factories.work_file()
    factories.ready_pdf(source)
    page = services.request(source, PAGE, client=None)
    assert Rendition.objects.get(pk=page.pk).state == State.QUEUED


def test_pages_fail_with_the_pdf_they_wait_for() -> None:
    source = factories.work_file()
    page = services.request(source, PAGE, client=None)
    assert page.parent is not None
    factories.fail(page.parent, "document_corrupt", "Cut off.")
    page.refresh_from_db()
    assert (page.state, page.error_code, page.error_detail) == (
        State.FAILED,
        "document_corrupt",
        "Cut off.",
    )
    assert page.finished_at is not None


@pytest.mark.parametrize(
    ("code", "memory"),
    [
        (ErrorCode.DOCUMENT_CORRUPT, timedelta(minutes=10)),
        (ErrorCode.TIMEOUT, timedelta(minutes=10)),
        (ErrorCode.ENGINE_UNAVAILABLE, timedelta(seconds=10)),
        (ErrorCode.INTERNAL, timedelta(seconds=10)),
    ],
)
def test_a_failure_is_remembered_for_a_while_and_then_tried_again(
    code: ErrorCode, memory: timedelta, clock: time_machine.Traveller, calls: list[str]
) -> None:
    source = factories.work_file()
    factories.fail(services.request(source, PDF, client=None), code, "Broken.")
    clock.move_to(NOON + memory)
    again = services.request(source, PDF, client=None)
    assert (again.state, len(calls)) == (State.FAILED, 1)
    with pytest.raises(PortalError, match=r"Broken\.") as caught:
        services.raise_failure(again)
    assert caught.value.code == code
    clock.move_to(NOON + memory + timedelta(seconds=1))
    again = services.request(source, PDF, client=None)
    assert (again.state, again.error_code, len(calls)) == (State.QUEUED, "", 2)


def test_a_page_whose_pdf_failed_long_ago_tries_both_again(
    clock: time_machine.Traveller, calls: list[str]
) -> None:
    source = factories.work_file()
    page = services.request(source, PAGE, client=None, password="geheim")
    assert page.parent is not None
    factories.fail(page.parent, "timeout")
    clock.move_to(NOON + timedelta(minutes=11))
    page = services.request(source, PAGE, client=None, password="geheim")
    parent = Rendition.objects.get(kind="pdf")
    assert (page.state, parent.state) == (State.WAITING, State.QUEUED)
    assert unseal(parent.password) == "geheim"


def test_a_retry_is_for_what_has_failed(calls: list[str]) -> None:
    pdf = services.request(factories.work_file(), PDF, client=None)
    assert services.retry(pdf) is False
    factories.fail(pdf, "timeout")
    assert services.retry(pdf) is True
    assert services.retry(pdf) is False
    assert (pdf.state, pdf.attempts, len(calls)) == (State.QUEUED, 0, 2)


def test_a_use_is_noted_once_a_minute_also_for_the_pdf(clock: time_machine.Traveller) -> None:
    source = factories.work_file()
    page = services.request(source, PAGE, client=None)
    for seconds, noted in ((59, 0), (61, 61), (100, 61), (122, 122)):
        clock.move_to(NOON + timedelta(seconds=seconds))
        services.request(source, PAGE, client=None)
        for rendition in Rendition.objects.all():
            assert rendition.used_at == NOON + timedelta(seconds=noted)
    assert page.parent is not None


@pytest.mark.parametrize(
    ("megabytes", "lane"),
    [(1, Rendition.Lane.INTERACTIVE), (6, Rendition.Lane.BULK), (51, Rendition.Lane.HUGE)],
)
def test_big_files_stand_in_lanes_of_their_own_but_their_pages_do_not(
    megabytes: int, lane: int
) -> None:
    source = factories.work_file()
    source.blob.size = megabytes * 1024**2
    assert services.request(source, PDF, client=None).lane == lane
    assert services.request(source, PAGE, client=None).lane == Rendition.Lane.INTERACTIVE
    text = services.request(source, recipes.text(5, 60), client=None)
    assert text.lane == Rendition.Lane.BULK


def test_waiting_for_a_part_ends_with_the_part_the_failure_or_the_time() -> None:
    source = factories.work_file()
    pdf = services.request(source, PDF, client=None)
    with pytest.raises(PortalError) as caught:
        services.wait_for(pdf, "whole", seconds=0.05)
    assert caught.value.code == ErrorCode.NOT_READY
    factories.fail(pdf, "timeout")
    with pytest.raises(PortalError) as caught:
        services.wait_for(pdf, "whole", seconds=5)
    assert caught.value.code == ErrorCode.TIMEOUT
    ready = factories.ready_pdf(factories.work_file(content=b"%PDF-other"))
    assert services.wait_for(ready, "whole", seconds=0).media_type == "application/pdf"
    with pytest.raises(PortalError) as caught:
        services.wait_for(ready, "page/7", seconds=5)
    assert caught.value.code == ErrorCode.PAGE_NOT_FOUND


def test_waiting_for_what_was_evicted_meanwhile_means_asking_again() -> None:
    pdf = services.request(factories.work_file(), PDF, client=None)
    Rendition.objects.all().delete()
    for wait in (
        lambda: services.wait_for(pdf, "whole", seconds=5),
        lambda: services.wait_until_done(pdf, seconds=5),
    ):
        with pytest.raises(PortalError) as caught:
            wait()
        assert caught.value.code == ErrorCode.NOT_READY


def pair() -> tuple[Rendition, Rendition]:
    """The PDFs of two documents, not made yet."""
    files = [factories.work_file(content=b"%%PDF-%d" % number) for number in range(2)]
    one, other = (services.request(file, PDF, client=file.client) for file in files)
    return one, other


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_is_made_of_two_waits_for_both(calls: list[str], order: tuple[int, int]) -> None:
    origins = pair()
    joined = services.derive(recipes.JOIN, *origins)
    file = services.derive(recipes.file("tiff", ""), joined)
    assert (joined.state, file.state) == (State.WAITING, State.WAITING)
    for number, state in zip(order, (State.WAITING, State.QUEUED), strict=True):
        factories.add_part(origins[number], "first", b"%PDF", "application/pdf")
        factories.add_part(origins[number], "whole", b"%PDF", "application/pdf")
        factories.finish(origins[number], {"pages": 2})
        joined.refresh_from_db()
        assert joined.state == state
    assert services.derive(recipes.JOIN, *origins).pk == joined.pk
    factories.add_part(joined, "whole", b"%PDF", "application/pdf")
    services.release(joined)
    file.refresh_from_db()
    assert file.state == State.QUEUED
    assert len(calls) == 4


def test_the_order_of_two_makes_a_difference(calls: list[str]) -> None:
    one, other = pair()
    keys = {
        services.derive(recipe, *origins).key
        for recipe in (recipes.JOIN, recipes.CHANGES)
        for origins in ((one, other), (other, one), (one, one))
    }
    assert len(keys) == 6


@pytest.mark.parametrize("number", [0, 1])
def test_what_is_made_of_two_fails_with_either_and_what_is_made_of_that(
    calls: list[str], number: int
) -> None:
    origins = pair()
    joined = services.derive(recipes.JOIN, *origins)
    file = services.derive(recipes.file("tiff", ""), joined)
    factories.fail(origins[number], "document_corrupt", "So.")
    for rendition in (joined, file, services.derive(recipes.CHANGES, *origins)):
        rendition.refresh_from_db()
        assert (rendition.state, rendition.error_code) == (State.FAILED, "document_corrupt")
    assert services.retry(file)
    for rendition in (joined, file):
        rendition.refresh_from_db()
        assert rendition.state == State.WAITING
    origins[number].refresh_from_db()
    assert origins[number].state == State.QUEUED
