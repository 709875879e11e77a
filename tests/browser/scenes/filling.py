"""Forms, and extracted data that a person checks."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import forms
from tests.browser.reviews import Office, ReviewPage
from tests.browser.scenes.stage import READY_MS, Stage, lose, refusal, scene

# --- Filling in ---------------------------------------------------------------------------------


@scene
def form(stage: Stage, page: Page) -> None:
    form = stage.form(page).fill_in(stage.library.open())
    page.get_by_role("button", name="Positions: add entry").click()
    if page.get_by_test_id("preview").is_visible():
        form.expect_preview()


@scene
def form_preview(stage: Stage, page: Page) -> None:
    form = stage.form(page).fill_in(stage.library.open())
    switch = page.get_by_role("button", name="Preview", exact=True)
    if switch.is_visible():
        switch.click()
    form.expect_preview()


@scene
def form_incomplete(stage: Stage, page: Page) -> None:
    form = stage.form(page).fill_in(stage.library.open())
    form.box("Subject").fill("x" * 61)
    form.finish()
    expect(form.summary).to_be_visible()


@scene
def form_lost(stage: Stage, page: Page) -> None:
    form = stage.form(page).fill_in(stage.library.open())
    lose(page)
    form.box("Subject").fill("Typed without a server")
    expect(page.locator('[data-notice="connection"]')).to_be_visible()


@scene
def form_conflict(stage: Stage, page: Page) -> None:
    identity = stage.library.open()
    form = stage.form(page).fill_in(identity)
    other = stage.form(page.context.new_page()).fill_in(identity)
    other.box("Subject").fill("The other window's")
    other.expect_saved()
    other.page.close()
    form.box("Subject").fill("Mine")
    expect(page.get_by_test_id("conflict")).to_be_visible()


@scene
def form_failing(stage: Stage, page: Page) -> None:
    form = stage.form(page).fill_in(stage.library.open())
    told = {"title": "Starting", "code": "x", "detail": "The engine is starting."}
    for path in ("preview", "complete"):
        page.route(f"**/{path}", refusal(503, **told))
    form.complete()
    form.finish()
    expect(page.get_by_role("heading", name="The document could not be made")).to_be_focused()


@scene
def form_finished(stage: Stage, page: Page) -> None:
    form = stage.form(page).fill_in(stage.library.open())
    form.complete()
    form.finish()
    expect(form.message).to_have_attribute("data-state", "finished", timeout=READY_MS)


@scene
def form_ended(stage: Stage, page: Page) -> None:
    form = stage.form(page).fill_in(stage.library.open())
    page.route("**/api/**", refusal(404, code="session_not_found"))
    form.box("Subject").fill("Too late")
    expect(form.message).to_have_attribute("data-state", "expired")


@scene
def form_not_loaded(stage: Stage, page: Page) -> None:
    lose(page)
    form = stage.form(page).open(stage.library.open())
    expect(form.message).to_have_attribute("data-state", "failed")


@scene
def form_picker(stage: Stage, page: Page) -> None:
    stage.form(page).open(stage.library.open(forms.PICKER.format(tag="sea")))
    expect(page.get_by_test_id("template")).to_have_count(2)


@scene
def form_picker_empty(stage: Stage, page: Page) -> None:
    form_picker(stage, page)
    page.get_by_test_id("picker-search").fill("nothing like it")
    expect(page.get_by_role("button", name="Show all")).to_be_visible()


# --- Checking -----------------------------------------------------------------------------------


def _reviewed(stage: Stage, page: Page) -> ReviewPage:
    review = stage.review(page).read(stage.office.link())
    sheet = page.get_by_test_id("page").first
    if sheet.is_visible():
        expect(sheet).to_have_attribute("data-state", "ready", timeout=READY_MS)
    return review


@scene
def review(stage: Stage, page: Page) -> None:
    _reviewed(stage, page).main("total").click()


@scene
def review_document(stage: Stage, page: Page) -> None:
    review = _reviewed(stage, page)
    review.main("total").click()
    switch = page.get_by_role("button", name="Document", exact=True)
    if switch.is_visible():
        switch.click()
    expect(review.box("total")).to_be_visible(timeout=READY_MS)


@scene
def review_editing(stage: Stage, page: Page) -> None:
    review = _reviewed(stage, page)
    review.main("total").click()
    review.press("e")
    expect(review.editor).to_be_visible()


@scene
def review_help(stage: Stage, page: Page) -> None:
    _reviewed(stage, page)
    page.locator("body").press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


@scene
def review_failed(stage: Stage, page: Page) -> None:
    review = _reviewed(stage, page)
    if not review.entries.last.is_visible():
        review.press("l")
    review.entries.last.click()
    expect(review.message).to_have_attribute("data-state", "failed")


@scene
def review_empty(stage: Stage, page: Page) -> None:
    office = Office.opened(stage.stack)
    expect(stage.review(page).open(office.link()).message).to_contain_text("No documents yet")


@scene
def review_lost(stage: Stage, page: Page) -> None:
    review = _reviewed(stage, page)
    lose(page)
    review.main("buyerName").click()
    review.press("Enter")
    expect(page.locator('[data-notice="connection"]')).to_be_visible()


@scene
def review_ended(stage: Stage, page: Page) -> None:
    review = _reviewed(stage, page)
    page.route("**/api/**", refusal(404, code="session_not_found"))
    review.main("buyerName").click()
    review.press("Enter")
    expect(review.message).to_have_attribute("data-state", "expired")
