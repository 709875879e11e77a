"""GET /api/v1/views/{id}: the states of a document, and how a session ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.conversion.models import Rendition
from apps.document_sessions.models import DocumentSession
from tests import factories

from .conftest import Viewer, assert_problem

EVERY_PATH = ["", "/pages/0/image", "/pages/0/svg", "/pages/0/text", "/search?q=x", "/download"]


def test_empty_until_the_document_is_delivered(viewer: Viewer) -> None:
    identity = factories.view()
    state = viewer.state(identity)
    assert (state["state"], state["document"]["pages"]) == ("empty", None)
    assert state["document"] == {
        "name": "",
        "format": None,
        "pages": None,
        "sizes": [],
        "title": "",
    }
    answer = viewer.get(identity, "/pages/0/image")
    assert_problem(answer, 409, "document_missing")


def test_converting_with_the_stage_and_the_first_page_before_the_rest(viewer: Viewer) -> None:
    identity = factories.view(content=factories.PDF_BYTES, display_name="Report.pdf")
    pdf = Rendition.objects.get()
    state = viewer.state(identity)
    assert state["state"] == "converting"
    assert (state["progress"]["stage"], state["progress"]["pages_ready"]) == ("waiting", 0)
    assert state["document"]["name"] == "Report.pdf"
    Rendition.objects.update(state="running")
    assert viewer.state(identity)["progress"]["stage"] == "converting"
    factories.add_part(pdf, "first", b"%PDF", "application/pdf", sizes=[[595, 842]])
    state = viewer.state(identity)
    assert (state["state"], state["document"]["pages"]) == ("converting", None)
    assert (state["progress"]["stage"], state["progress"]["pages_ready"]) == ("preparing", 1)
    assert state["document"]["sizes"] == [[595, 842, 1]]


def test_ready_with_pages_sizes_title_and_permissions(viewer: Viewer, ready: str) -> None:
    state = viewer.state(ready)
    assert (state["state"], state["error"]) == ("ready", None)
    assert state["document"] == {
        "name": "Report.pdf",
        "format": "pdf",
        "pages": 3,
        "sizes": [[612.0, 792.0, 3]],
        "title": "A title",
    }
    assert state["permissions"]["download"] is True
    assert state["progress"]["pages_ready"] == 3
    left = parse_datetime(state["expires_at"]) - parse_datetime(state["now"])
    assert timedelta(minutes=19) < left <= timedelta(minutes=20)


@pytest.mark.parametrize(
    ("content", "extension", "format"),
    [(factories.PDF_BYTES, "", "png"), (factories.png(), "", "jpeg"), (b"x", "txt", "png")],
)
def test_photographs_are_sent_as_jpeg(
    viewer: Viewer, content: bytes, extension: str, format: str
) -> None:
    identity = factories.view(content=content, extension=extension)
    assert viewer.state(identity)["image_format"] == format


@pytest.mark.parametrize(
    ("code", "state", "status"),
    [
        ("document_corrupt", "failed", 422),
        ("timeout", "failed", 422),
        ("engine_crashed", "failed", 422),
        ("engine_unavailable", "failed", 503),
        ("password_required", "password_required", 422),
        ("password_wrong", "password_required", 422),
    ],
)
def test_failed_with_the_problem_in_the_state_and_on_each_page(
    viewer: Viewer, code: str, state: str, status: int
) -> None:
    identity = factories.view(content=factories.PDF_BYTES)
    factories.fail(Rendition.objects.get(), code, "Why it failed.")
    told = viewer.state(identity)
    assert told["state"] == state
    assert (told["error"]["code"], told["error"]["detail"]) == (code, "Why it failed.")
    assert told["error"]["remedy"]
    members = assert_problem(viewer.get(identity, "/pages/0/image"), status, code)
    assert members["detail"] == "Why it failed."


def test_substituted_fonts_are_named(viewer: Viewer) -> None:
    identity = factories.view(content=factories.PDF_BYTES)
    fonts = {"substituted": [{"name": "Calibri", "replacement": "Carlito"}]}
    factories.ready_pdf(factories.source_of(identity), fonts=fonts)
    assert viewer.state(identity)["fonts"] == fonts


@pytest.mark.parametrize("rest", EVERY_PATH)
def test_an_expired_session_is_an_unknown_one(viewer: Viewer, ready: str, rest: str) -> None:
    unknown = assert_problem(viewer.get("x" * 43, rest), 404, "session_not_found")
    with time_machine.travel(timezone.now() + timedelta(minutes=21)):
        expired = assert_problem(viewer.get(ready, rest), 404, "session_not_found")
    for members in (unknown, expired):
        del members["correlation_id"]
    assert expired == unknown


@pytest.mark.parametrize("identity", ["x", "u" + "x" * 43, "%00", "..", "ü" * 43])
def test_what_is_no_id_is_unknown(viewer: Viewer, identity: str) -> None:
    assert_problem(viewer.get(identity), 404, "session_not_found")


@pytest.mark.parametrize("rest", EVERY_PATH)
def test_a_stopped_session_tells_its_notice(viewer: Viewer, ready: str, rest: str) -> None:
    DocumentSession.objects.update(
        state="stopped", stopped_at=timezone.now(), stop_status=418, stop_message="Tea time"
    )
    members = assert_problem(viewer.get(ready, rest), 418, "session_stopped")
    assert members["title"] == "Tea time"


def test_a_look_is_a_use(viewer: Viewer, ready: str) -> None:
    start = timezone.now()
    for minutes in (15, 30, 45):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert viewer.state(ready)["state"] == "ready"


def test_other_paths_and_methods_are_problems_too(viewer: Viewer, ready: str) -> None:
    assert_problem(viewer.get(ready, "/nothing"), 404, "not_routed")
    answer = viewer.http.delete(f"/api/v1/views/{ready}")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"]


def test_a_page_tells_no_other_site(ready: str, viewer: Viewer) -> None:
    answer = Client(headers={"Origin": "https://elsewhere.example"}).get(f"/api/v1/views/{ready}")
    assert "Access-Control-Allow-Origin" not in answer
