"""An administrator makes a form of a Word file, minutes after having it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_admin import administrator as administrator  # fixtures
from tests.browser.test_admin import password as password
from tests.browser.viewer import Viewer
from tests.engine.template_documents import template
from tests.stack import Stack

LETTER = template(
    "Dear {% if Salutation == 'mr' %}Mr{% else %}Ms{% endif %} {{ Name }}",
    "{{ Text }}",
    rows=(("{%tr for p in Positions %}",), ("{{ p.Item }}",), ("{%tr endfor %}",)),
)
ADMIN = "/admin/document_templates"


@pytest.fixture(scope="module")
def library(stack: Stack) -> str:
    return stack.manage("create_datasource", "Letters", "--language", "de-CH").strip()


def upload(page: Page, url: str, content: bytes, name: str, folder: Path) -> None:
    file = folder / f"{name}.docx"
    file.write_bytes(content)
    page.goto(f"{url}{ADMIN}/documenttemplate/add/")
    page.get_by_label("Word file").set_input_files(file)
    page.get_by_label("Tags").fill("letters, sales")
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url(re.compile(r"/version/1/$"))


def test_a_word_file_becomes_a_form(administrator: Viewer, library: str, tmp_path: Path) -> None:
    page, url = administrator.page, administrator.url
    upload(page, url, LETTER, "Welcome letter", tmp_path)
    expect(page.locator("#sheet img")).to_be_visible()
    expect(page.locator("#preview-page")).to_have_text("Page 1 of 1")
    page.get_by_role("button", name=re.compile("^Text Text")).click()
    page.get_by_label("Label").fill("Your message")
    page.get_by_label("Must be filled in").check()
    page.get_by_label("Several lines").check()
    expect(page.locator("#save-state")).to_have_text("Saved")

    page.get_by_role("tab", name="Form").click()
    form = page.frame_locator("#form-frame")
    expect(form.get_by_label(re.compile("Your message"))).to_have_js_property("tagName", "TEXTAREA")
    form.get_by_label("Name").first.fill("Ann")
    expect(page.locator("#save-state")).to_have_text("Unsaved changes")
    expect(page.locator("#save-state")).to_have_text("Saved")

    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    page.goto(f"{url}{ADMIN}/documenttemplate/")
    row = page.get_by_role("row").filter(has_text="Welcome letter")
    expect(row).to_contain_text("letters, sales")
    expect(row).to_contain_text(re.compile("published", re.IGNORECASE))


def test_fields_are_moved_by_keys(administrator: Viewer, library: str, tmp_path: Path) -> None:
    page = administrator.page
    upload(page, administrator.url, LETTER, "By keys", tmp_path)
    labels = page.locator("#fields > .field-level > .field > .field-row .field-label")
    expect(labels).to_have_text(["Salutation", "Name", "Text", "Positions"])
    page.get_by_role("button", name="Move Name up").focus()
    page.keyboard.press("Enter")
    expect(labels).to_have_text(["Name", "Salutation", "Text", "Positions"])
    expect(page.locator("#save-state")).to_have_text("Saved")
    page.reload()
    expect(labels).to_have_text(["Name", "Salutation", "Text", "Positions"])


def test_what_is_wrong_is_shown_with_its_place_and_remedy(
    administrator: Viewer, library: str, tmp_path: Path
) -> None:
    page = administrator.page
    administrator.watch.expect(r"422")
    upload(page, administrator.url, template("Fine", "Dear {{ Name"), "Faulty", tmp_path)
    page.get_by_role("tab", name="Findings").click()
    finding = page.locator("#findings-list li").first
    expect(finding).to_contain_text("Body, paragraph 2")
    expect(finding).to_contain_text("is not closed in its paragraph")
    expect(finding).to_contain_text("Add “}}”")
    expect(page.get_by_role("button", name="Publish")).to_be_disabled()
