"""What a person is told while there is no document to read, or when there is one no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Route, expect

from tests.browser import documents
from tests.browser.conftest import Person
from tests.browser.viewer import FIRST_PAGE_MS, Viewer
from tests.corpus import file, requires_corpus
from tests.stack import Integrator

# The head of the first picture and of the first text arrives, and then the line is cut.
BREAK_OFF = """
window.brokenOff = new Set();
const whole = window.fetch;
window.fetch = async (...request) => {
  const answer = await whole(...request);
  const kind = /pages\\/\\d+\\/(image|text)/.exec(answer.url)?.[1];
  if (!kind || answer.status !== 200 || window.brokenOff.has(kind)) return answer;
  window.brokenOff.add(kind);
  const cut = new ReadableStream({ start: (body) => body.error(new TypeError("network error")) });
  return new Response(cut, answer);
};
"""


def test_waiting_for_the_document_until_it_is_delivered(
    person: Person, integrator: Integrator
) -> None:
    identity = integrator.open(externalId="Late.pdf")
    viewer = person().open(identity)
    expect(viewer.message).to_contain_text("Waiting for the document")
    viewer.announced("Waiting for the document")
    assert integrator.upload(identity, documents.long_pdf(2), "pdf").status_code == 200
    viewer.expect_page(0)
    expect(viewer.message).to_be_hidden()


def test_a_long_conversion_says_what_happens_and_shows_its_first_page_early(
    person: Person, integrator: Integrator
) -> None:
    text = "\\par The ship's log goes on, line after line, and never ends. " * 9000
    content = b"{\\rtf1\\ansi " + text.encode() + b"}"
    viewer = person().open(documents.show(integrator, "Log book.rtf", content))
    expect(viewer.message).to_contain_text("Opening Log book.rtf")
    expect(viewer.message).to_contain_text(
        re.compile("Waiting for its turn|Converting the document|Preparing the pages")
    )
    viewer.announced(re.compile("Waiting for its turn|Converting|Preparing"))
    viewer.expect_page(0)
    count = viewer.page.get_by_test_id("page-count")
    expect(count).to_have_text(viewer.complete_count, timeout=FIRST_PAGE_MS)
    expect(viewer.notice("preparing")).to_have_count(0)
    assert int(count.inner_text()) > 100


def test_a_broken_document_is_named_with_a_remedy_and_a_reference(
    person: Person, integrator: Integrator
) -> None:
    broken = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" + b"\x00\xff" * 400
    viewer = person(permissions=["clipboard-read", "clipboard-write"]).open(
        documents.show(integrator, "Broken.pdf", broken)
    )
    message = viewer.message
    expect(message).to_have_attribute("data-state", "failed", timeout=FIRST_PAGE_MS)
    expect(message.get_by_role("heading")).not_to_be_empty()
    expect(message.locator(".remedy")).not_to_be_empty()
    expect(message).to_be_focused()
    reference = message.locator("code").inner_text()
    assert re.fullmatch(r"[0-9a-f-]{8,}", reference)
    message.get_by_role("button", name="Copy").click()
    expect(message.get_by_role("button", name="Copied")).to_be_visible()
    assert viewer.page.evaluate("navigator.clipboard.readText()") == reference
    expect(viewer.page.get_by_test_id("search-open")).to_be_disabled()


def unlock(viewer: Viewer, password: str) -> None:
    field = viewer.page.get_by_test_id("password-input")
    expect(field).to_be_focused(timeout=FIRST_PAGE_MS)
    viewer.watch.expect("status of 422")
    field.fill("not the password")
    field.press("Enter")
    expect(viewer.message.get_by_role("alert")).to_contain_text("not the password", timeout=30_000)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill(password)
    field.press("Enter")
    expect(viewer.sheet(0)).to_have_attribute("data-state", "ready", timeout=FIRST_PAGE_MS)
    expect(viewer.message).to_be_hidden()
    expect(viewer.scroller).to_be_focused()


def test_an_encrypted_document_asks_for_its_password(
    person: Person, integrator: Integrator
) -> None:
    content = documents.encrypted_pdf("Fyrtårn 7")
    viewer = person().open(documents.show(integrator, "Secret.pdf", content))
    expect(viewer.message).to_contain_text("Secret.pdf is protected", timeout=FIRST_PAGE_MS)
    unlock(viewer, "Fyrtårn 7")


@requires_corpus
def test_an_encrypted_word_document_of_the_corpus_asks_for_its_password(
    person: Person, integrator: Integrator
) -> None:
    path = file("hostile/poi__bug53475-password-is-solrcell.docx")
    unlock(person().open(integrator.show(path)), "solrcell")


def test_an_unknown_link_says_so(person: Person) -> None:
    viewer = person()
    viewer.watch.expect("status of 404")
    viewer.open("A" * 43)
    expect(viewer.message).to_have_attribute("data-state", "expired")
    expect(viewer.page.get_by_role("heading")).to_have_text("This link is no longer valid")


def test_a_view_that_expires_ends_in_place(person: Person, integrator: Integrator) -> None:
    identity = integrator.open(externalId="Brief.pdf", serverCaching="none", minSecondsAvailable=8)
    viewer = person()
    viewer.watch.expect("status of 404")
    assert integrator.upload(identity, documents.long_pdf(1), "pdf").status_code == 200
    viewer.read(identity)
    expect(viewer.message).to_have_attribute("data-state", "expired", timeout=30_000)
    expect(viewer.message).to_be_focused()
    expect(viewer.sheets).to_have_count(0)


def test_a_notice_comes_before_the_end_and_reading_on_puts_it_off(
    person: Person, guide: Callable[[], str]
) -> None:
    viewer = person()
    viewer.page.clock.install()
    viewer.read(guide())
    viewer.page.wait_for_load_state("networkidle")
    # The pages read so far put the end off: the server is asked before anything is said.
    with viewer.page.expect_response(re.compile(r"/api/v1/views/[^/]+$")) as asked:
        viewer.page.clock.fast_forward("18:30")
    asked.value.finished()
    viewer.page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    expect(viewer.notice("expiry")).to_have_count(0)
    viewer.page.clock.fast_forward("18:30")
    expect(viewer.notice("expiry")).to_contain_text("This view closes at")
    viewer.notice("expiry").get_by_role("button", name="Keep it open").click()
    expect(viewer.notice("expiry")).to_have_count(0)


def test_a_stopped_view_shows_the_callers_words_in_place_and_at_the_link(
    person: Person, integrator: Integrator
) -> None:
    identity = documents.show(integrator, "Ends.pdf", documents.long_pdf(40))
    viewer = person().read(identity)
    viewer.watch.expect("status of 418")
    words = "Your order was sent <b>by post</b>."
    stopped = integrator.call(
        "POST",
        f"/PCCIS/V1/ViewingSession/u{identity}/Notification/SessionStopped",
        json={"endUserMessage": words, "httpStatus": 418},
    )
    assert stopped.status_code == 200, stopped.text
    viewer.scroller.press("End")
    expect(viewer.message).to_have_attribute("data-state", "stopped")
    expect(viewer.message).to_contain_text(words)
    expect(viewer.sheets).to_have_count(0)
    viewer.page.wait_for_timeout(600)  # a page's number is said when the scrolling has paused
    viewer.announced(words)

    viewer.open(identity)
    expect(viewer.message).to_have_attribute("data-state", "stopped")
    expect(viewer.message).to_contain_text(words)


def test_a_lost_server_is_named_and_reading_goes_on_when_it_is_back(
    person: Person, integrator: Integrator
) -> None:
    viewer = person().read(documents.show(integrator, "Long.pdf", documents.long_pdf(40)))
    viewer.watch.expect("net::ERR_")
    viewer.page.clock.install()
    viewer.page.route("**/api/**", lambda route: route.abort())
    viewer.scroller.press("End")
    lost = viewer.notice("connection")
    expect(lost).to_contain_text("No connection to the server")
    # While time stands still nothing but the button asks again, and no answer comes before it.
    asked: list[Route] = []
    viewer.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    answer = asked.append
    viewer.page.route("**/api/**", lambda route: answer(route))
    with viewer.page.expect_request("**/api/**"):
        lost.get_by_role("button", name="Try now").click()
    answer = Route.continue_
    for route in asked:
        route.continue_()
    expect(lost).to_have_count(0)
    viewer.page.clock.resume()
    viewer.expect_page(39)


def test_an_answer_that_breaks_off_halfway_is_asked_for_again(
    person: Person, integrator: Integrator
) -> None:
    viewer = person()
    viewer.page.add_init_script(BREAK_OFF)
    viewer.read(documents.show(integrator, "Cut.pdf", documents.long_pdf(2)))
    viewer.expect_crisp(0)
    expect(viewer.sheet(0).locator(".text span").first).to_be_attached()
    assert viewer.page.evaluate("[...window.brokenOff].sort()") == ["image", "text"]


def test_a_page_that_cannot_be_made_fails_alone_and_can_be_tried_again(
    person: Person, integrator: Integrator
) -> None:
    viewer = person()
    viewer.watch.expect("status of 422")

    def refuse(route: Route) -> None:
        route.fulfill(
            status=422,
            content_type="application/problem+json",
            body='{"title": "The page is too large", "code": "limit_exceeded", "detail": "Why."}',
        )

    viewer.page.route("**/pages/1/image*", refuse)
    viewer.read(documents.show(integrator, "Two.pdf", documents.long_pdf(2)))
    broken = viewer.sheet(1)
    expect(broken).to_have_attribute("data-state", "error")
    expect(broken).to_contain_text("The page is too large")
    viewer.page.unroute("**/pages/1/image*")
    broken.get_by_role("button", name="Try again").click()
    expect(broken).to_have_attribute("data-state", "ready")


def test_a_search_without_result_says_why(
    person: Person, integrator: Integrator, guide: Callable[[], str]
) -> None:
    results = "#search-results"
    viewer = person().read(guide())
    viewer.command("Search in the document")
    viewer.page.get_by_test_id("search-input").fill("submarine")
    expect(viewer.page.get_by_test_id("search-count")).to_have_text("No results")
    expect(viewer.page.locator(results)).to_contain_text("Nothing found for “submarine”")
    viewer.page.get_by_test_id("search-input").fill("LIGHTHOUSE")
    expect(viewer.page.get_by_test_id("search-hit")).to_have_count(3)
    viewer.page.get_by_label("Match case").check()
    expect(viewer.page.locator(results)).to_contain_text("without “Match case”")

    viewer.read(documents.show(integrator, "Scan.png", documents.scan()))
    viewer.command("Search in the document")
    viewer.page.get_by_test_id("search-input").fill("lighthouse")
    expect(viewer.page.locator(results)).to_contain_text("These pages are pictures")
    expect(viewer.page.get_by_test_id("search-count")).to_have_text("No text to search")


def test_a_document_that_may_not_be_downloaded_offers_no_download(
    person: Person, look_only: str
) -> None:
    viewer = person().read(look_only)
    expect(viewer.page.get_by_role("button", name="Rotate")).to_be_visible()
    expect(viewer.page.get_by_role("button", name="Download")).to_have_count(0)
    expect(viewer.page.locator("a[download]")).to_have_count(0)
    for path in ("download", "pdf"):
        answer = viewer.page.request.get(f"{viewer.url}/api/v1/views/{look_only}/{path}")
        assert answer.status == 403
        assert answer.json()["code"] == "download_refused"


def test_a_document_that_was_cut_says_so(person: Person, guide: Callable[[], str]) -> None:
    viewer = person()

    def cut(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        body["document"]["truncated"] = True
        route.fulfill(response=response, json=body)

    identity = guide()
    viewer.page.route(f"**/api/v1/views/{identity}", cut)
    viewer.read(identity)
    notice = viewer.notice("truncated")
    expect(notice).to_contain_text("The first 4 pages are shown. The document has more.")
    notice.get_by_role("button", name="OK").click()
    expect(notice).to_be_hidden()
    viewer.command("About this document")
    expect(viewer.page.get_by_role("dialog")).to_contain_text("4, and more that are not shown")
