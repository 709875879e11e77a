"""The cache keeps what is used, within its bounds."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone

from apps.conversion import eviction, services
from apps.conversion import recipe as recipes
from apps.conversion.models import Rendition
from apps.workfiles import services as workfiles
from apps.workfiles.models import Blob, WorkFile
from tests import factories

pytestmark = pytest.mark.django_db
State = Rendition.State


def made(name: str, *, size: int = 1000, minutes_ago: int = 0) -> Rendition:
    """A ready rendition of `size` bytes, last used some minutes ago."""
    source = factories.work_file(content=factories.PDF_BYTES + name.encode())
    rendition = services.request(source, recipes.PDF, client=None)
    content = name.encode().ljust(size, b".")
    factories.add_part(rendition, "whole", content, "application/pdf")
    factories.finish(rendition, {"pages": 1, "sizes": []})
    used(rendition, minutes_ago)
    return rendition


def used(rendition: Rendition, minutes_ago: int) -> None:
    moment = timezone.now() - timedelta(minutes=minutes_ago)
    Rendition.objects.filter(pk=rendition.pk).update(used_at=moment)


def left() -> set[int]:
    return set(Rendition.objects.values_list("pk", flat=True))


def test_nothing_goes_while_there_is_room(settings: LazySettings) -> None:
    settings.CACHE_BYTES = 2000
    kept = {made("a", minutes_ago=999).pk, made("b").pk}
    assert eviction.evict() == 0
    assert left() == kept


def test_the_least_recently_used_go_first_and_no_more_than_needed(settings: LazySettings) -> None:
    settings.CACHE_BYTES = 2500
    made("old", minutes_ago=30)
    made("older", minutes_ago=60)
    kept = {made("new", minutes_ago=1).pk, made("newer").pk}
    assert eviction.evict() == 2
    assert left() == kept


def test_what_is_queued_or_running_stays(settings: LazySettings) -> None:
    settings.CACHE_BYTES = 0
    source = factories.work_file()
    queued = services.request(source, recipes.PDF, client=None)
    running = made("running")
    Rendition.objects.filter(pk=running.pk).update(state=State.RUNNING)
    for rendition in (queued, running):
        used(rendition, 999)
    eviction.evict()
    assert left() == {queued.pk, running.pk}


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
def test_a_pdf_stays_while_a_page_is_made_from_it(settings: LazySettings, state: str) -> None:
    settings.CACHE_BYTES = 0
    source = factories.work_file()
    pdf = factories.ready_pdf(source)
    page = services.request(source, recipes.svg(0, 1), client=None)
    Rendition.objects.filter(pk=page.pk).update(state=state)
    eviction.evict()
    assert left() == {pdf.pk, page.pk}


def test_what_is_left_of_a_document_that_is_gone_goes_after_ten_minutes() -> None:
    orphan, young = made("orphan", minutes_ago=11), made("young", minutes_ago=9)
    kept = made("kept", minutes_ago=999)
    WorkFile.objects.exclude(blob=kept.source).delete()
    assert eviction.evict() == 1
    assert left() == {young.pk, kept.pk}
    assert not Rendition.objects.filter(pk=orphan.pk).exists()


def test_bytes_of_what_was_evicted_are_swept(settings: LazySettings) -> None:
    settings.CACHE_BYTES = 0
    made("a", minutes_ago=60)
    WorkFile.objects.all().delete()
    eviction.evict()
    Blob.objects.update(claimed_at=timezone.now() - timedelta(days=1))
    assert workfiles.sweep() == 2
    assert Blob.objects.count() == 0


def test_asking_again_after_an_eviction_makes_it_anew(settings: LazySettings) -> None:
    settings.CACHE_BYTES = 0
    source = factories.work_file()
    factories.ready_pdf(source)
    eviction.evict()
    assert services.request(source, recipes.PDF, client=None).state == State.QUEUED


def test_documents_of_jobs_that_were_cut_off_go_after_a_day(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.JOBS_DIR = tmp_path
    for name, hours in (("old", 25), ("young", 23)):
        (tmp_path / name / "in").mkdir(parents=True)
        moment = time.time() - hours * 3600
        os.utime(tmp_path / name, (moment, moment))
    assert eviction.sweep_directories() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["young"]
