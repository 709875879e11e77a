"""A v3 session in the viewer: page groups are read as PDFs by range and drawn in the browser."""

from __future__ import annotations

import io
import random
import re
import time
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
import requests
from playwright.sync_api import Request, Response, Route, expect

from tests.browser import documents
from tests.browser.chromium import DARK, DESK, PHONE
from tests.browser.conftest import Person
from tests.browser.viewer import Viewer
from tests.stack import Integrator, Stack

PAGES = 120  # groups of page 1, 2 to 51, 52 to 101, 102 to 120
PACKAGE = "harbour-book"
EXPIRE = (
    "from datetime import timedelta; from django.utils import timezone;"
    "from apps.document_sessions.models import DocumentSession as S;"
    "S.objects.filter(viewing__renewed_by_heartbeat=True)"
    ".update(expires_at=timezone.now() - timedelta(seconds=1))"
)


@pytest.fixture(scope="module")
def book(integrator: Integrator) -> Callable[[], str]:
    """Opens a v3 session on one package of 120 pages; returns its id."""
    documents.pack(integrator, PACKAGE, documents.long_pdf(PAGES))
    return lambda: documents.show_package(integrator, PACKAGE)


def watch_groups(viewer: Viewer) -> list[Response]:
    """Answers with bytes of page groups, as they come."""
    answers: list[Response] = []

    def note(answer: Response) -> None:
        if "/pageGroups/" in answer.url:
            answers.append(answer)

    viewer.page.on("response", note)
    return answers


def words_of(viewer: Viewer, number: int) -> str:
    sheet = viewer.sheet(number)
    expect(sheet.locator(".text span").first).to_be_attached()
    return str(sheet.locator(".text").text_content())


def until(viewer: Viewer, happened: Callable[[], bool]) -> None:
    """Lets the page go on until something has happened to what it asks for."""
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end
        viewer.page.wait_for_timeout(50)


def go(viewer: Viewer, number: int) -> None:
    viewer.page_box.fill(str(number + 1))
    viewer.page_box.press("Enter")
    viewer.expect_page(number)


@pytest.mark.parametrize("look", [DESK, PHONE | DARK], ids=["desk", "phone-dark"])
def test_a_person_reads_across_groups_searches_jumps_and_prints(
    look: dict[str, Any], person: Person, book: Callable[[], str]
) -> None:
    viewer = person(**look)
    page = viewer.page
    page.add_init_script(
        "window.print = () => {"
        "  window.printed = document.querySelectorAll('.print-page img').length;"
        "  window.dispatchEvent(new Event('afterprint')); };"
    )
    images: list[Request] = []
    page.on("request", lambda one: images.append(one) if "/image?" in one.url else None)
    groups = watch_groups(viewer)

    viewer.read(book(), prefix="")
    expect(page.get_by_test_id("page-count")).to_have_text(str(PAGES))
    viewer.expect_crisp(0)
    assert words_of(viewer, 0) == f"Sheet 1 of {PAGES}"

    go(viewer, 50)
    viewer.scroller.focus()
    page.keyboard.press("ArrowRight")
    viewer.expect_page(51)
    assert words_of(viewer, 51) == f"Sheet 52 of {PAGES}"

    page.get_by_test_id("search-open").click()
    page.get_by_test_id("search-input").fill("Sheet 107")
    expect(page.get_by_test_id("search-hit")).to_have_count(1)
    expect(viewer.page_box).to_have_value("107")
    mark = viewer.sheet(106).locator(".hits i.current")
    expect(mark).to_be_in_viewport()
    assert same_corner(mark.bounding_box(), viewer.sheet(106).locator(".text div").bounding_box())
    page.get_by_role("button", name="Close search").click()

    go(viewer, PAGES - 1)
    viewer.expect_crisp(PAGES - 1)
    viewer.command("Zoom in")
    viewer.expect_crisp(PAGES - 1)
    viewer.command("Rotate")
    viewer.expect_page(PAGES - 1)

    viewer.command("Print")
    dialog = page.get_by_role("dialog", name="Print")
    dialog.get_by_label("Page range").fill("50-53")
    dialog.get_by_role("button", name="Print").click()
    page.wait_for_function("() => window.printed === 4")

    assert images == []
    assert {answer.status for answer in groups} == {206}
    assert all(answer.request.headers.get("range") for answer in groups)


def same_corner(box: Any, other: Any, pixels: float = 12) -> bool:
    return all(abs(box[side] - other[side]) < pixels for side in ("x", "y"))


def test_the_page_above_the_one_that_was_asked_for_is_not_looked_at(
    person: Person, book: Callable[[], str]
) -> None:
    """Of that one only the gap below it is in view: it waits like any neighbour."""
    viewer = person(**DESK).read(book(), prefix="")
    go(viewer, 60)
    viewer.expect_crisp(60)
    assert words_of(viewer, 60) == f"Sheet 61 of {PAGES}"
    expect(viewer.sheet(59)).to_have_attribute("data-state", "ready")
    expect(viewer.sheet(59).locator(".text span")).to_have_count(0)
    expect(viewer.sheet(58)).to_have_count(0)


def test_the_text_of_a_page_is_selected_and_copied(person: Person, book: Callable[[], str]) -> None:
    viewer = person(permissions=["clipboard-read", "clipboard-write"]).read(book(), prefix="")
    go(viewer, 9)  # a page that lies on its side
    assert words_of(viewer, 9) == f"Sheet 10 of {PAGES}"
    viewer.page.keyboard.press("Control+a")
    viewer.page.keyboard.press("Control+c")
    assert viewer.page.evaluate("navigator.clipboard.readText()") == f"Sheet 10 of {PAGES}"


def test_small_pages_lead_to_pages_of_other_groups(person: Person, book: Callable[[], str]) -> None:
    viewer = person().read(book(), prefix="")
    viewer.page.get_by_test_id("thumb").first.focus()
    viewer.page.keyboard.press("End")
    thumb = viewer.page.locator(f'[data-testid="thumb"][data-page="{PAGES - 1}"]')
    expect(thumb.locator("img, canvas")).to_be_attached()
    viewer.expect_page(PAGES - 1)


def test_only_what_is_looked_at_is_fetched(person: Person, integrator: Integrator) -> None:
    content = pictures(51)
    documents.pack(integrator, "pictures", content)
    viewer = person(**PHONE)  # small pages are pages that are looked at
    groups = watch_groups(viewer)
    viewer.read(documents.show_package(integrator, "pictures"), prefix="")
    go(viewer, 30)
    viewer.page.wait_for_load_state("networkidle")
    fetched = sum(int(answer.headers["content-length"]) for answer in groups)
    assert fetched < 0.4 * len(content)


def pictures(pages: int) -> bytes:
    """A PDF whose every page is a picture of 150 kB that cannot be compressed."""
    document = pikepdf.new()
    noise = random.Random(1)  # noqa: S311 - pixels of a sample picture
    for _ in range(pages):
        page = document.add_blank_page(page_size=(400, 500))
        image = document.make_stream(noise.randbytes(150_000))
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width, image.Height, image.BitsPerComponent = 250, 200, 8
        image.ColorSpace = pikepdf.Name.DeviceRGB
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image))
        page.Contents = document.make_stream(b"q 400 0 0 500 0 0 cm /Im Do Q")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_an_open_page_keeps_its_session_alive(person: Person, book: Callable[[], str]) -> None:
    viewer = person()
    viewer.page.clock.install()
    beat = re.compile("/heartbeat$")
    with viewer.page.expect_response(beat):
        viewer.open(book(), prefix="")
    viewer.expect_crisp(0)
    words_of(viewer, 0)  # nothing is under way that the leap in time would cut off
    for _ in range(2):
        with viewer.page.expect_response(beat) as answer:
            viewer.page.clock.run_for(61_000)
        assert (answer.value.status, answer.value.json()) == (200, {})


def test_a_session_that_lapses_ends_in_place(
    person: Person, book: Callable[[], str], stack: Stack
) -> None:
    viewer = person()
    viewer.watch.expect("status of 404")
    identity = book()
    viewer.read(identity, prefix="")
    stack.manage("shell", "-c", EXPIRE)
    viewer.page_box.fill("70")
    viewer.page_box.press("Enter")
    expect(viewer.message).to_have_attribute("data-state", "expired")
    expect(viewer.sheets).to_have_count(0)
    viewer.open(identity, prefix="")
    expect(viewer.page.get_by_role("heading")).to_have_text("This link is no longer valid")


def test_a_lost_server_is_waited_for(person: Person, book: Callable[[], str]) -> None:
    viewer = person().read(book(), prefix="")
    viewer.watch.expect("ERR_INTERNET_DISCONNECTED")
    viewer.page.context.set_offline(True)
    viewer.page_box.fill("110")
    viewer.page_box.press("Enter")
    expect(viewer.notice("connection")).to_be_visible()
    viewer.page.context.set_offline(False)
    viewer.expect_page(109)
    assert words_of(viewer, 109) == f"Sheet 110 of {PAGES}"


def test_a_group_that_fails_can_be_tried_again(person: Person, book: Callable[[], str]) -> None:
    """Also while the group is still being asked for on behalf of other pages."""
    viewer = person()
    viewer.watch.expect("status of 580")
    viewer.watch.expect("has no text layer")
    group = re.compile(r"/pageGroups/2$")
    body = '{"errorCode": "ConversionFailed", "message": "The program stopped."}'
    asked: list[Route] = []

    def answer(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            route.fulfill(status=580, content_type="application/json", body=body)
        elif len(asked) > 2:
            route.continue_()

    viewer.page.route(group, answer)
    viewer.read(book(), prefix="")
    viewer.page_box.fill("60")
    viewer.page_box.press("Enter")
    expect(viewer.sheet(59)).to_have_attribute("data-state", "error")
    expect(viewer.sheet(59)).to_contain_text("The program stopped.")
    until(viewer, lambda: len(asked) >= 2)  # the second never has an answer
    viewer.sheet(59).get_by_role("button", name="Try again").click()
    viewer.expect_page(59)
    assert words_of(viewer, 59) == f"Sheet 60 of {PAGES}"
    viewer.page.unroute_all(behavior="ignoreErrors")


def test_a_group_that_fails_while_it_is_drawn_can_be_tried_again(
    person: Person, integrator: Integrator
) -> None:
    """Pages of it that wait to be drawn then hold nobody up."""
    content = pictures(51)
    documents.pack(integrator, "failing-pictures", content)
    viewer = person(**PHONE)
    for words in ("status of 580", "has no text layer", "Worker was terminated"):
        viewer.watch.expect(words)
    held: list[Route] = []
    failing = [True]

    def answer(route: Route) -> None:
        first = int(re.findall(r"\d+", route.request.headers["range"])[0])
        if failing and 0 < first < len(content) - 300_000:  # pictures; what pages are is at the end
            held.append(route)
        else:
            route.continue_()

    viewer.page.route(re.compile(r"/pageGroups/1$"), answer)
    viewer.read(documents.show_package(integrator, "failing-pictures"), prefix="")
    until(viewer, lambda: bool(held))
    viewer.page.wait_for_timeout(1000)  # the page after it waits for the pen
    failing.clear()
    for route in held:
        route.fulfill(status=580, content_type="application/json", body="{}")
    broken = viewer.sheet(1)
    expect(broken).to_have_attribute("data-state", "error")
    broken.get_by_role("button", name="Try again").click()
    expect(broken).to_have_attribute("data-state", "ready")


def test_a_program_that_could_not_be_loaded_is_loaded_again(
    person: Person, book: Callable[[], str]
) -> None:
    viewer = person()
    for words in ("ERR_FAILED", "has no text layer", "fake worker", "Uncaught"):
        viewer.watch.expect(words)
    worker = re.compile(r"/pdf\.worker\.min\.mjs$")  # as it is asked for at first
    viewer.page.route(worker, lambda route: route.abort())
    viewer.open(book(), prefix="")
    expect(viewer.sheet(0)).to_have_attribute("data-state", "error")
    viewer.sheet(0).get_by_role("button", name="Try again").click()
    viewer.expect_page(0)


def test_each_session_has_one_spelling(
    stack: Stack, book: Callable[[], str], guide: Callable[[], str]
) -> None:
    """V1's ids are written with a `u`, as in its calls; those of v3 without one."""

    def status(path: str) -> int:
        return requests.get(f"{stack.url}/view/{path}", timeout=60).status_code

    v1, v3 = guide(), book()
    assert (status(f"u{v1}"), status(v3)) == (200, 200)
    assert (status(v1), status(f"u{v3}"), status(v3[:-1]), status("u")) == (404, 404, 404, 404)
