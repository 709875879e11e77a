"""Packages and processes below the wire: what holds whoever calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.clients.actors import Actor
from apps.conversion import recipe as recipes
from apps.conversion.models import Rendition
from apps.core.errors import ErrorCode, PortalError
from apps.document_sessions.models import DocumentSession
from apps.viewing import package_sessions, packages, processes, tasks
from apps.viewing import services as viewing
from apps.viewing.models import Process, ViewingDetail, ViewingPackage
from apps.viewing.processes import COMPLETE, Progress
from apps.workfiles.models import WorkFile
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def refused(code: ErrorCode) -> pytest.RaisesExc[PortalError]:
    return pytest.raises(PortalError, check=lambda error: error.code == code)


def made(package_id: str = "p", lifetime: timedelta | None = HOUR, pages: int = 2) -> str:
    """A complete package's creator."""
    source = factories.work_file()
    wanted = packages.Wanted(package_id, lifetime, file_id=source.file_id)
    started = packages.create(factories.actor(), wanted)
    if not Rendition.objects.filter(state="ready").exists():
        factories.ready_pdf(source, pages)
    return started.identity


def test_an_id_of_a_process_is_kept_as_a_digest() -> None:
    identity = made()
    assert identity not in str(Process.objects.values())


def test_a_process_is_of_one_kind() -> None:
    identity = made()
    assert processes.find(factories.actor(), identity, Process.Kind.PACKAGE)
    with refused(ErrorCode.JOB_NOT_FOUND):
        processes.find(factories.actor(), identity, Process.Kind.CONVERT)


def test_expired_packages_go_with_their_sessions(clock: time_machine.Traveller) -> None:
    made("kept", lifetime=2 * HOUR)
    made("gone", lifetime=HOUR)
    identity = package_sessions.open_session(factories.actor(), "gone", dialect="test")
    assert packages.sweep() == 0
    clock.shift(HOUR)
    tasks.sweep()
    assert [package.package_id for package in ViewingPackage.objects.all()] == ["kept"]
    assert not DocumentSession.objects.exists()
    with refused(ErrorCode.SESSION_NOT_FOUND):
        package_sessions.find(identity)


def test_a_deleted_package_takes_the_sessions_on_it_only() -> None:
    made("p")
    other = factories.view(content=factories.PDF_BYTES)
    options = viewing.Options(package_id="p")
    _, identity = viewing.open_session(factories.actor(), options, dialect="test")
    packages.delete(factories.actor(), "p")
    assert viewing.find(Actor.viewer(), other)
    with refused(ErrorCode.SESSION_NOT_FOUND):
        viewing.find(Actor.viewer(), identity)
    assert WorkFile.objects.count() == 2, "files go by their own lifetime"


def test_a_session_of_v1_on_a_package_lives_by_its_use(clock: time_machine.Traveller) -> None:
    made("p", lifetime=2 * HOUR)
    options = viewing.Options(package_id="p", idle=timedelta(minutes=20))
    session, identity = viewing.open_session(factories.actor(), options, dialect="test")
    clock.shift(timedelta(minutes=15))
    viewing.look(Actor.viewer(), identity)
    session.refresh_from_db()
    assert session.expires_at == NOON + timedelta(minutes=35)
    assert ViewingPackage.objects.get().expires_at == NOON + 2 * HOUR + timedelta(minutes=15)
    with refused(ErrorCode.SESSION_NOT_FOUND):
        package_sessions.find(identity)


def test_a_package_opens_with_its_password() -> None:
    source = factories.work_file()
    wanted = packages.Wanted("p", HOUR, file_id=source.file_id, password="sesame")
    packages.create(factories.actor(), wanted)
    factories.ready_pdf(source, password="sesame")
    assert packages.progress(ViewingPackage.objects.get()) == COMPLETE
    package_sessions.open_session(factories.actor(), "p", dialect="test")
    assert viewing.show(DocumentSession.objects.get()).password == "sesame"
    for row in (ViewingPackage, ViewingDetail):
        assert "sesame" not in str(row.objects.values())


def test_asking_after_a_package_tries_nothing_again(clock: time_machine.Traveller) -> None:
    source = factories.work_file()
    packages.create(factories.actor(), packages.Wanted("p", None, file_id=source.file_id))
    factories.fail(Rendition.objects.get(), "timeout")
    clock.shift(timedelta(days=1))
    assert packages.progress(ViewingPackage.objects.get()).state == "error"
    assert Rendition.objects.get().state == "failed"


def test_progress_of_several() -> None:
    failed = processes.failure(PortalError(ErrorCode.TIMEOUT))
    together = processes.together
    assert together([COMPLETE, COMPLETE]) == COMPLETE
    assert together([COMPLETE, Progress("processing", 40)]) == Progress("processing", 70)
    assert together([COMPLETE, Progress("processing", 99)]).percent == 99
    assert together([Progress(), failed, COMPLETE]) == failed


@pytest.mark.parametrize("pages", [1, 2, 51, 52, 1000])
def test_groups_cover_each_page_once(pages: int) -> None:
    starts = recipes.group_starts(pages)
    groups = [recipes.page_group(index, pages) for index in range(len(starts))]
    assert [group.first for group in groups] == starts
    covered = [page for group in groups for page in range(group.first, group.last + 1)]
    assert covered == list(range(pages))
    with pytest.raises(IndexError):
        recipes.page_group(len(starts), pages)
