"""Viewing sessions: one document each, looked at, stopped, deleted."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.clients.actors import Actor
from apps.conversion import recipe as recipes
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.core.errors import ErrorCode, PortalError
from apps.document_sessions.models import DocumentSession
from apps.viewing import content
from apps.viewing import services as viewing
from apps.viewing.models import ViewingDetail
from apps.viewing.view import View
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
VIEWER = Actor.viewer()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def refused(code: ErrorCode) -> pytest.RaisesExc[PortalError]:
    return pytest.raises(PortalError, check=lambda error: error.code == code)


def looked_at(pages: int = 1) -> View:
    """A session whose PDF is ready."""
    identity = factories.view(content=factories.PDF_BYTES)
    factories.ready_pdf(factories.source_of(identity), pages)
    return viewing.look(VIEWER, identity)


@pytest.mark.parametrize("scopes", [(), ("viewing:read",), ("workfiles:write",)])
def test_opening_and_changing_need_the_scope_to_write(scopes: tuple[str, ...]) -> None:
    identity = factories.view()
    actor = factories.actor(scopes=scopes)
    for call in (
        lambda: viewing.open_session(actor, viewing.Options(), dialect="test"),
        lambda: viewing.attach_upload(actor, identity, io.BytesIO(b"%PDF-")),
        lambda: viewing.attach_work_file(actor, identity, "x"),
        lambda: viewing.start(actor, identity),
        lambda: viewing.stop(actor, identity, status=418, message="x"),
        lambda: viewing.delete(actor, identity),
    ):
        with refused(ErrorCode.SCOPE_MISSING):
            call()


def test_who_may_write_needs_no_scope_to_read() -> None:
    actor = factories.actor(scopes=("viewing:write",))
    _, identity = viewing.open_session(actor, viewing.Options(), dialect="test")
    viewing.attach_upload(actor, identity, io.BytesIO(factories.PDF_BYTES))
    viewing.start(actor, identity)
    viewing.stop(actor, identity, status=418, message="x")


def test_who_only_looks_changes_nothing() -> None:
    identity = factories.view()
    with refused(ErrorCode.SCOPE_MISSING):
        viewing.attach_upload(VIEWER, identity, io.BytesIO(factories.PDF_BYTES))


def test_a_stranger_finds_nothing() -> None:
    identity = factories.view(content=factories.PDF_BYTES)
    stranger = factories.actor("stranger")
    for call in (
        lambda: viewing.find(stranger, identity),
        lambda: viewing.attach_upload(stranger, identity, io.BytesIO(b"%PDF-")),
        lambda: viewing.stop(stranger, identity, status=418, message="x"),
        lambda: viewing.delete(stranger, identity),
        lambda: viewing.source_of(stranger, identity),
    ):
        with refused(ErrorCode.SESSION_NOT_FOUND):
            call()


def test_a_session_gets_its_idle_time_from_the_caller_or_the_clients_policy(
    clock: time_machine.Traveller,
) -> None:
    actor = factories.actor(session_idle_seconds=300, session_maximum_seconds=3600)
    for idle, expires in ((None, 300), (timedelta(seconds=60), 60), (timedelta(hours=9), 3600)):
        session, _ = viewing.open_session(actor, viewing.Options(idle=idle), dialect="test")
        assert session.expires_at == NOON + timedelta(seconds=expires)


def test_an_upload_sets_the_conversion_going_unless_told_not_to() -> None:
    factories.view(content=factories.PDF_BYTES)
    assert Rendition.objects.count() == 1
    identity = factories.view(content=b"%PDF-other", starts_converting=False)
    assert Rendition.objects.count() == 1
    viewing.start(factories.actor(), identity)
    assert Rendition.objects.count() == 2


def test_starting_before_there_is_a_document_is_no_error() -> None:
    identity = factories.view()
    viewing.start(factories.actor(), identity)
    assert content.status(viewing.look(VIEWER, identity)).state == "empty"


def test_a_second_document_is_refused_before_it_is_read() -> None:
    identity = factories.view(content=factories.PDF_BYTES)
    stream = io.BytesIO(b"%PDF-second")
    with refused(ErrorCode.DOCUMENT_ALREADY_ASSIGNED):
        viewing.attach_upload(factories.actor(), identity, stream)
    assert stream.tell() == 0
    with refused(ErrorCode.DOCUMENT_ALREADY_ASSIGNED):
        viewing.attach_work_file(factories.actor(), identity, factories.work_file().file_id)


def test_a_failed_upload_leaves_the_session_open_for_another() -> None:
    identity = factories.view()
    with refused(ErrorCode.FORMAT_UNRECOGNIZED):
        viewing.attach_upload(factories.actor(), identity, io.BytesIO(b"just text"))
    viewing.attach_upload(factories.actor(), identity, io.BytesIO(factories.PDF_BYTES))


def test_a_document_lives_as_long_as_its_session_may(clock: time_machine.Traveller) -> None:
    actor = factories.actor(session_maximum_seconds=10 * 3600)
    identity = factories.view(actor, factories.PDF_BYTES)
    assert factories.source_of(identity).expires_at == NOON + timedelta(hours=10)
    short = factories.work_file(actor, b"%PDF-short", keep=timedelta(minutes=1))
    viewing.attach_work_file(actor, factories.view(actor), short.file_id)
    short.refresh_from_db()
    assert short.expires_at == NOON + timedelta(hours=10)


def test_looking_is_a_use_and_the_first_look_activates(clock: time_machine.Traveller) -> None:
    identity = factories.view(content=factories.PDF_BYTES)
    session = DocumentSession.objects.get()
    assert session.state == "created"
    clock.move_to(NOON + timedelta(minutes=10))
    viewing.look(VIEWER, identity)
    session.refresh_from_db()
    assert (session.state, session.expires_at) == ("active", NOON + timedelta(minutes=30))


def test_only_uncached_sessions_can_be_deleted() -> None:
    cached = factories.view(echo={"serverCaching": "full"})
    uncached = factories.view(content=factories.PDF_BYTES, echo={"serverCaching": "none"})
    with refused(ErrorCode.SESSION_NOT_DELETABLE):
        viewing.delete(factories.actor(), cached)
    viewing.delete(factories.actor(), uncached)
    assert ViewingDetail.objects.count() == DocumentSession.objects.count() == 1
    with refused(ErrorCode.SESSION_NOT_FOUND):
        viewing.find(VIEWER, uncached)


@pytest.mark.parametrize(
    ("policy", "wish", "allowed"),
    [(True, None, True), (True, True, True), (True, False, False), (False, True, False)],
)
def test_a_session_may_forbid_what_the_client_allows_but_not_the_reverse(
    policy: bool, wish: bool | None, allowed: bool
) -> None:
    actor = factories.actor(allow_download=policy)
    identity = factories.view(actor, factories.PDF_BYTES, allow_download=wish)
    if allowed:
        assert viewing.download(identity)[1] == factories.source_of(identity)
        return
    for call in (
        lambda: viewing.download(identity),
        lambda: viewing.pdf_of(identity, seconds=0),
    ):
        with refused(ErrorCode.DOWNLOAD_REFUSED):
            call()


def test_how_far_a_document_is() -> None:
    identity = factories.view(content=factories.PDF_BYTES)

    def status() -> viewing.Status:
        return content.status(viewing.look(VIEWER, identity))

    pdf = Rendition.objects.get()
    assert (status().state, status().stage) == ("converting", "waiting")
    Rendition.objects.update(state="running")
    assert (status().state, status().stage) == ("converting", "converting")
    factories.add_part(pdf, "first", b"%PDF", "application/pdf", sizes=[[100, 200]])
    assert (status().stage, status().pages_ready) == ("preparing", 1)
    assert content.sizes(viewing.look(VIEWER, identity)) == [[100, 200, 1]]
    pdf.refresh_from_db()
    factories.finish(pdf, {"pages": 3, "sizes": [[100, 200, 3]]})
    assert (status().state, status().pages_ready) == ("ready", 3)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("document_corrupt", "failed"),
        ("password_required", "password_required"),
        ("password_wrong", "password_required"),
    ],
)
def test_a_failure_is_told_with_its_error(code: str, state: str) -> None:
    identity = factories.view(content=factories.PDF_BYTES)
    factories.fail(Rendition.objects.get(), code, "Why.")
    status = content.status(viewing.look(VIEWER, identity))
    assert status.state == state
    assert status.error is not None
    assert (status.error.code, status.error.detail) == (code, "Why.")


@pytest.mark.parametrize("page", [-1, 3, 10**9])
def test_pages_outside_the_document_are_not_found(page: int) -> None:
    view = looked_at(pages=3)
    for call in (
        lambda: content.page_image(view, page, format="png", width=640, seconds=0),
        lambda: content.page_svg(view, page, seconds=0),
        lambda: content.page_text(view, page, seconds=0),
        lambda: content.page_size(view, page, seconds=0),
    ):
        with pytest.raises(PortalError, match="pages are 0 to 2"):
            call()
    assert Rendition.objects.count() == 1


def test_a_page_size_is_read_out_of_the_runs() -> None:
    identity = factories.view(content=factories.PDF_BYTES)
    source = factories.source_of(identity)
    factories.ready_pdf(source, 4, sizes=[[10, 20, 1], [30, 40, 2], [50, 60, 1]])
    view = viewing.look(VIEWER, identity)
    sizes = [content.page_size(view, page, seconds=0) for page in range(4)]
    assert sizes == [(10, 20), (30, 40), (30, 40), (50, 60)]


def test_without_a_document_there_are_no_pages() -> None:
    view = viewing.look(VIEWER, factories.view())
    with refused(ErrorCode.DOCUMENT_MISSING):
        content.page_image(view, 0, format="png", width=640, seconds=0)


def test_a_search_tells_whether_all_text_was_there() -> None:
    view = looked_at(pages=3)
    source = view.source
    assert content.find_text(view, "word", case=False, whole=False).complete is False
    first, rest = recipes.all_text(3)
    pages = [factories.page_of("a word here", number) for number in range(3)]
    factories.ready(source, first, {"text": factories.text_part(pages[0])})
    result = content.find_text(view, "word", case=False, whole=False)
    assert ([hit.page for hit in result.hits], result.complete) == ([0], False)
    factories.ready(source, rest, {"text": factories.text_part(*pages[1:])})
    result = content.find_text(view, "word", case=False, whole=False)
    assert ([hit.page for hit in result.hits], result.complete) == ([0, 1, 2], True)


def test_a_search_for_nothing_finds_nothing_and_costs_nothing() -> None:
    view = looked_at()
    assert content.find_text(view, "  ", case=False, whole=False).complete is True
    assert Rendition.objects.count() == 1


def test_hits_are_bounded_and_the_cut_is_told() -> None:
    view = looked_at()
    page = factories.page_of("\n".join(["x x x x x"] * 101))
    factories.ready(view.source, recipes.text(0, 1), {"text": factories.text_part(page)})
    result = content.find_text(view, "x", case=False, whole=False)
    assert (len(result.hits), result.truncated) == (500, True)


def test_the_right_password_is_kept_and_a_wrong_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    identity = factories.view(content=factories.PDF_BYTES, password="first guess")
    source = factories.source_of(identity)
    factories.fail(Rendition.objects.get(), "password_wrong")
    refused_one = conversion.request(source, recipes.PDF, client=None, password="wrong")
    factories.fail(refused_one, "password_wrong")
    monkeypatch.setattr(conversion, "retry", lambda *_: False)
    with refused(ErrorCode.PASSWORD_WRONG):
        viewing.give_password(identity, "wrong")
    assert viewing.find(VIEWER, identity).password == "first guess"
    factories.ready_pdf(source, password="right")
    view = viewing.give_password(identity, "right")
    assert content.status(view).state == "ready"
    assert viewing.find(VIEWER, identity).password == "right"


def test_a_name_is_what_the_caller_called_it() -> None:
    for options, expected in (
        ({"display_name": "../Report.docx"}, "Report.docx"),
        ({}, "document.pdf"),
    ):
        identity = factories.view(content=factories.PDF_BYTES, **options)
        assert content.name(viewing.find(VIEWER, identity)) == expected
    assert content.name(viewing.find(VIEWER, factories.view())) == ""


def test_a_document_that_opens_is_not_converted_anew_for_every_guess() -> None:
    identity = factories.view(content=factories.PDF_BYTES)
    factories.ready_pdf(factories.source_of(identity))
    viewing.give_password(identity, "guess")
    assert Rendition.objects.count() == 1
    assert viewing.find(VIEWER, identity).password == ""


def test_a_password_nobody_knows_to_be_right_yet_is_not_kept() -> None:
    identity = factories.view(content=factories.PDF_BYTES)
    source = factories.source_of(identity)
    factories.fail(Rendition.objects.get(), "password_required")
    for _ in range(2):
        with pytest.raises(PortalError) as caught:
            viewing.give_password(identity, "slow", seconds=0.05)
        assert caught.value.code == ErrorCode.NOT_READY
        assert viewing.find(VIEWER, identity).password == ""
    pdf = conversion.request(source, recipes.PDF, client=None, password="slow")
    # The first page of a long document proves it.
    factories.add_part(pdf, "first", factories.PDF_BYTES, "application/pdf")
    viewing.give_password(identity, "slow", seconds=0.05)
    assert viewing.find(VIEWER, identity).password == "slow"
