"""Administrators see packages and processes, find them, and remove packages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.conversion.models import Rendition
from apps.document_sessions.models import DocumentSession
from apps.viewing import converting, package_sessions, packages, searching
from apps.viewing.models import Process, ViewingPackage
from tests import factories

pytestmark = pytest.mark.django_db
PACKAGES = "admin:viewing_viewingpackage_changelist"
PROCESSES = "admin:viewing_process_changelist"


@pytest.fixture
def browser() -> Client:
    browser = Client()
    browser.force_login(User.objects.create_superuser("ann", password="x"))
    return browser


def package(package_id: str, *, pages: int = 0) -> packages.Started:
    file = factories.work_file(content=f"%PDF-{package_id}".encode(), name=f"{package_id}.pdf")
    wanted = packages.Wanted(package_id, timedelta(days=1), file_id=file.file_id)
    started = packages.create(factories.actor(), wanted)
    if pages:
        factories.ready_pdf(file, pages)
        packages.progress(started.package)
    return started


def listed(browser: Client, view: str, **query: str) -> str:
    page = browser.get(reverse(view), query)
    assert page.status_code == 200
    return page.content.decode()


def test_packages_with_their_state(browser: Client) -> None:
    package("complete-one", pages=7)
    package("new-one")
    package("broken-one")
    broken = Rendition.objects.get(
        source=ViewingPackage.objects.get(package_id="broken-one").source.blob
    )  # type: ignore[union-attr]
    factories.fail(broken, "document_corrupt", "Cut off.")
    package("old-one")
    ViewingPackage.objects.filter(package_id="old-one").update(
        expires_at=timezone.now() - timedelta(minutes=1)
    )
    count = Rendition.objects.count()
    shown = listed(browser, PACKAGES)
    for words in ("complete-one", "processing", "error", "expired", "The document is damaged"):
        assert words in shown, words
    # Looking begins nothing, also where the cache has forgotten.
    Rendition.objects.all().delete()
    listed(browser, PACKAGES)
    assert (count, Rendition.objects.count()) == (4, 0)
    assert "new-one" not in listed(browser, PACKAGES, now="complete")
    assert "complete-one" in listed(browser, PACKAGES, now="complete")
    assert "new-one" in listed(browser, PACKAGES, now="incomplete")
    assert "old-one" in listed(browser, PACKAGES, now="expired")
    page = browser.get(
        reverse(
            "admin:viewing_viewingpackage_change",
            args=[ViewingPackage.objects.get(package_id="complete-one").pk],
        )
    )
    assert "complete-one" in page.content.decode()


@pytest.mark.parametrize("term", ["two-of", "two-of-them.pdf", "fileId"])
def test_a_package_is_found_by_what_people_know(browser: Client, term: str) -> None:
    package("one")
    source = package("two-of-them").package.source
    assert source is not None
    shown = listed(browser, PACKAGES, q=source.file_id if term == "fileId" else term)
    assert "two-of-them" in shown
    assert ">one<" not in shown


def test_a_package_is_deleted_with_its_sessions(browser: Client) -> None:
    kept, gone = package("kept", pages=1), package("gone", pages=1)
    for package_id in ("kept", "gone"):
        package_sessions.open_session(factories.actor(), package_id, dialect="test")
    data = {"action": "delete_selected", "_selected_action": str(gone.package.pk)}
    question = browser.post(reverse(PACKAGES), data).content.decode()
    assert "gone" in question
    assert "Sessions on them" in question or "sessions on them" in question
    assert ViewingPackage.objects.count() == 2
    browser.post(reverse(PACKAGES), data | {"post": "yes"})
    assert ViewingPackage.objects.get().pk == kept.package.pk
    assert DocumentSession.objects.count() == 1


def test_processes_with_their_state(browser: Client) -> None:
    package("prepared", pages=1)
    file = factories.work_file(content=b"%PDF-convert")
    wanted = converting.Wanted([converting.ConverterSource(file.file_id)], "png")
    converted = converting.start(factories.actor(), wanted, echo={})
    factories.fail(Rendition.objects.get(kind="file"), "timeout", "Too slow.")
    identity = factories.view(content=b"%PDF-search", external_id="Lease 7")
    searching.start(identity, [searching.Term("simple", "x", False, False)], echo={})
    shown = listed(browser, PROCESSES)
    for words in ("prepared", "1 file to png", "Lease 7", "complete", "error", "processing"):
        assert words in shown, words
    assert "Lease 7" in listed(browser, PROCESSES, q="Lease")
    # In full or not at all: what is stored of an id is its digest.
    found = listed(browser, PROCESSES, q=converted.identity)
    assert "1 file to png" in found
    assert "Lease 7" not in found
    assert "1 file to png" not in listed(browser, PROCESSES, q=converted.identity[:-1])
    assert "1 file to png" not in listed(browser, PROCESSES, kind__exact="search")
    for process in Process.objects.all():
        page = browser.get(reverse("admin:viewing_process_change", args=[process.pk]))
        assert page.status_code == 200
    assert (
        "Too slow."
        in browser.get(
            reverse("admin:viewing_process_change", args=[converted.process.pk])
        ).content.decode()
    )
    Process.objects.update(expires_at=timezone.now())
    assert "expired" in listed(browser, PROCESSES)


def test_looking_at_a_conversion_hands_nothing_out(browser: Client) -> None:
    file = factories.work_file()
    sources = [converting.ConverterSource(file.file_id)] * 2
    converting.start(factories.actor(), converting.Wanted(sources, "pdf"), echo={})
    factories.ready_pdf(file)
    join = Rendition.objects.get(kind="join")
    factories.add_part(join, "whole", factories.PDF_BYTES, "application/pdf")
    factories.finish(join, {"pages": 2})
    assert "complete" in listed(browser, PROCESSES)
    assert Process.objects.get().output is None
