"""The editor, with each kind of document."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.edits import pdf
from tests.browser.scenes.stage import BROKEN, READY_MS, Stage, lose, refusal, scene
from tests.engine import drawing_documents

# --- Editing ------------------------------------------------------------------------------------


@scene
def edit(stage: Stage, page: Page) -> None:
    stage.text(page)


@scene
def edit_find(stage: Stage, page: Page) -> None:
    stage.text(page).tool("Find and replace").click()
    expect(page.get_by_placeholder("Find")).to_be_visible()


@scene
def edit_only_view(stage: Stage, page: Page) -> None:
    stage.text(page, access="view")


@scene
def edit_versions(stage: Stage, page: Page) -> None:
    stage.text(page).tool("Versions").click()
    expect(page.get_by_test_id("version")).to_have_count(1)


@scene
def edit_help(stage: Stage, page: Page) -> None:
    editor = stage.text(page)
    if editor.tool("Keyboard shortcuts").is_visible():
        editor.tool("Keyboard shortcuts").click()


@scene
def edit_pdf(stage: Stage, page: Page) -> None:
    content = pdf("The harbour opens at nine.", field="captain")
    editor = stage.editor(page).open(stage.partner.link(stage.partner.upload(content, "pdf")))
    expect(page.locator(".textLayer span").first).to_be_visible()
    editor.tool("Text").click()


@scene
def edit_drawing(stage: Stage, page: Page) -> None:
    plan = drawing_documents.content(drawing_documents.plan())
    editor = stage.editor(page).open(stage.partner.link(stage.partner.upload(plan, "dxf")))
    editor.tool("Layers").click()
    expect(page.get_by_test_id("layers")).to_be_visible()


@scene
def edit_lost(stage: Stage, page: Page) -> None:
    editor = stage.text(page)
    lose(page)
    editor.write("Typed without a server")
    page.keyboard.press("Control+s")
    expect(editor.tool("Keep a copy")).to_be_visible()


@scene
def edit_conflict(stage: Stage, page: Page) -> None:
    file = stage.partner.upload(b"one\n", "txt")
    editor = stage.editor(page).open(stage.partner.link(file))
    other = stage.editor(page.context.new_page())
    other.open(stage.partner.link(file, userId="ben"))
    other.write("theirs")
    other.page.keyboard.press("Control+s")
    other.expect_saved(2)
    other.page.close()
    editor.write("mine")
    page.keyboard.press("Control+s")
    expect(page.get_by_test_id("conflict")).to_be_visible()


@scene
def edit_leaving(stage: Stage, page: Page) -> None:
    editor = stage.text(page, autosavedisabled=True)
    editor.write("two")
    editor.tool("Close").click()
    expect(page.get_by_role("dialog", name="Close without saving?")).to_be_visible()


@scene
def edit_closed(stage: Stage, page: Page) -> None:
    editor = stage.text(page)
    editor.tool("Close").click()
    expect(editor.message).to_contain_text("The document is closed")


@scene
def edit_failed(stage: Stage, page: Page) -> None:
    file = stage.partner.upload(BROKEN, "pdf")
    page.goto(stage.partner.link(file))
    expect(page.locator('#screen[data-state="failed"]')).to_be_visible(timeout=READY_MS)


@scene
def edit_ended(stage: Stage, page: Page) -> None:
    editor = stage.text(page)
    page.route("**/api/**", refusal(404, code="session_not_found"))
    editor.write("two")
    page.keyboard.press("Control+s")
    expect(page.locator('#screen[data-state="over"]')).to_be_visible()


@scene
def edit_office(stage: Stage, page: Page) -> None:
    """In the office suite where the portal knows one, else as a PDF to annotate."""
    file = stage.partner.upload(factories.docx("As it came"), "docx")
    stage.editor(page).open(stage.partner.link(file))
    frame = page.frame_locator("iframe[name=office]")
    expect(frame.get_by_role("heading").or_(page.locator(".textLayer span")).first).to_be_visible()
