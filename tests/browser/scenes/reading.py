"""Links that lead nowhere, views and comparisons."""

from __future__ import annotations

import re
from contextlib import suppress

from playwright.sync_api import Error, Page, Route, expect

from tests import factories
from tests.browser import documents
from tests.browser.scenes.stage import BROKEN, READY_MS, Stage, lose, refusal, scene
from tests.browser.viewer import Viewer

# --- Without a document -------------------------------------------------------------------------


@scene
def landing(stage: Stage, page: Page) -> None:
    page.goto(stage.stack.url)


@scene
def nowhere(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.stack.url}/nowhere")


@scene
def link_unknown(stage: Stage, page: Page) -> None:
    stage.viewer(page).open("A" * 43)


@scene
def link_stopped(stage: Stage, page: Page) -> None:
    identity = documents.show(stage.shop, "Offer.pdf", documents.long_pdf(1))
    path = f"/PCCIS/V1/ViewingSession/u{identity}/Notification/SessionStopped"
    words = "Your order was sent by post."
    stage.shop.call("POST", path, json={"endUserMessage": words, "httpStatus": 418})
    stage.viewer(page).open(identity)


@scene
def link_used(stage: Stage, page: Page) -> None:
    link = stage.partner.link(stage.partner.upload(b"one\n", "txt"))
    browser = page.context.browser
    assert browser
    other = browser.new_context()
    other.new_page().goto(link)
    other.close()
    page.goto(link)


# --- Reading ------------------------------------------------------------------------------------


@scene
def view(stage: Stage, page: Page) -> None:
    viewer = stage.guide(page)
    expect(viewer.page.locator('.page:not([data-state="ready"])')).to_have_count(0)
    page.wait_for_load_state("networkidle")


@scene
def view_search(stage: Stage, page: Page) -> None:
    stage.guide(page)
    page.get_by_test_id("search-open").click()
    page.get_by_test_id("search-input").fill("lighthouse")
    expect(page.get_by_test_id("search-hit").first).to_be_visible()


@scene
def view_search_empty(stage: Stage, page: Page) -> None:
    stage.guide(page)
    page.get_by_test_id("search-open").click()
    page.get_by_test_id("search-input").fill("submarine")
    expect(page.get_by_test_id("search-count")).to_have_text("No results")


@scene
def view_more(stage: Stage, page: Page) -> None:
    stage.guide(page)
    page.get_by_role("button", name="More", exact=True).click()


@scene
def view_print(stage: Stage, page: Page) -> None:
    stage.guide(page).command("Print")


@scene
def view_info(stage: Stage, page: Page) -> None:
    stage.guide(page).command("About this document")


@scene
def view_help(stage: Stage, page: Page) -> None:
    stage.guide(page).command("Keyboard shortcuts")


@scene
def view_waiting(stage: Stage, page: Page) -> None:
    viewer = stage.viewer(page).open(stage.shop.open(externalId="Late.pdf"))
    expect(viewer.message).to_contain_text("Waiting for the document")


@scene
def view_converting(stage: Stage, page: Page) -> None:
    def still(route: Route) -> None:
        progress = {"stage": "converting", "pages_ready": 0, "elapsed_ms": 4200}
        with suppress(Error):  # the page asks again and again, also when it is being closed
            answer = route.fetch().json()
            route.fulfill(json=answer | {"state": "converting", "progress": progress})

    page.route(re.compile(r"/api/v1/views/[\w-]+$"), still)
    # Not one that is there already.
    viewer = stage.viewer(page).open(stage.shop.open(externalId="Log book.docx"))
    expect(viewer.message).to_have_attribute("data-state", "converting")


@scene
def view_failed(stage: Stage, page: Page) -> None:
    viewer = stage.viewer(page).open(documents.show(stage.shop, "Plan.pdf", BROKEN))
    expect(viewer.message).to_have_attribute("data-state", "failed", timeout=READY_MS)


@scene
def view_password(stage: Stage, page: Page) -> None:
    viewer = stage.viewer(page)
    viewer.open(documents.show(stage.shop, "Offer.pdf", documents.encrypted_pdf("secret")))
    field = page.get_by_test_id("password-input")
    field.fill("not it")
    field.press("Enter")
    expect(viewer.message.get_by_role("alert")).not_to_be_empty()


@scene
def view_lost(stage: Stage, page: Page) -> None:
    viewer = stage.viewer(page)
    viewer.read(documents.show(stage.shop, "Long.pdf", documents.long_pdf(40)))
    lose(page)
    viewer.scroller.press("End")
    expect(viewer.notice("connection")).to_be_visible()


@scene
def view_page_failed(stage: Stage, page: Page) -> None:
    told = {"title": "The page is too large", "code": "limit_exceeded", "detail": "Why."}
    page.route("**/pages/0/image*", refusal(422, **told))
    viewer = stage.viewer(page)
    viewer.open(documents.show(stage.shop, "Two.pdf", documents.long_pdf(2)))
    expect(viewer.sheet(0)).to_have_attribute("data-state", "error", timeout=READY_MS)


@scene
def view_stopped(stage: Stage, page: Page) -> None:
    identity = documents.show(stage.shop, "Ends.pdf", documents.long_pdf(40))
    viewer = stage.viewer(page).read(identity)
    path = f"/PCCIS/V1/ViewingSession/u{identity}/Notification/SessionStopped"
    words = "Your order was sent by post."
    stage.shop.call("POST", path, json={"endUserMessage": words, "httpStatus": 418})
    viewer.scroller.press("End")
    expect(viewer.message).to_have_attribute("data-state", "stopped")


# --- Comparing ----------------------------------------------------------------------------------


def _pair(stage: Stage, page: Page, sides: int = 2) -> Viewer:
    identity = stage.shop.open(externalId="Lease.docx")
    texts = {"original": "The rent is nine.", "revised": "The rent is ten, Ann."}
    for side, text in list(texts.items())[:sides]:
        path = f"/v2/viewingSessions/{identity}/sourceFile/{side}"
        assert stage.shop.call("PUT", path, data=factories.docx(text)).ok
    return stage.viewer(page).open(identity)


@scene
def compare_waiting(stage: Stage, page: Page) -> None:
    expect(_pair(stage, page, 1).message).to_contain_text("Waiting for the revised document")


@scene
def compare(stage: Stage, page: Page) -> None:
    viewer = _pair(stage, page)
    expect(viewer.sheet(0)).to_have_attribute("data-state", "ready", timeout=READY_MS)
    if not page.get_by_test_id("change").first.is_visible():
        page.get_by_test_id("changes-open").click()
    page.keyboard.press("n")
    expect(page.get_by_test_id("change").first).to_have_attribute("aria-current", "true")


@scene
def compare_beside(stage: Stage, page: Page) -> None:
    viewer = _pair(stage, page)
    expect(viewer.sheet(0)).to_have_attribute("data-state", "ready", timeout=READY_MS)
    look = page.get_by_test_id("look-side-by-side")
    if look.locator("xpath=..").is_visible():
        look.check(force=True)
        column = page.get_by_role("group", name="Pages of the original document")
        expect(column.get_by_test_id("page").first).to_have_attribute("data-state", "ready")
