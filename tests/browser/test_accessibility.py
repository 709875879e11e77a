"""What people hear who do not see the page: names, roles, and what changes."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import documents
from tests.browser.conftest import Person


def test_every_part_has_a_role_and_a_name(person: Person, guide: Callable[[], str]) -> None:
    viewer = person().read(guide())
    page = viewer.page
    expect(page.locator("html")).to_have_attribute("lang", "en-US")
    expect(page.get_by_role("banner").get_by_role("toolbar")).to_match_aria_snapshot(
        """
        - toolbar "Document tools":
          - button "Page thumbnails" [pressed]
          - heading "Harbour guide.docx" [level=1]
          - button "Previous page" [disabled]
          - textbox "Page number": "1"
          - text: "4"
          - button "Next page"
          - button "Zoom out"
          - button /Zoom \\d+%/
          - button "Zoom in"
          - button "Search in the document"
          - button "Rotate"
          - button "Print"
          - button "Download"
          - button "About this document"
          - button "Full screen"
          - button "More"
        """
    )
    expect(page.get_by_role("navigation", name="Page thumbnails")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("group", name="Document pages")).to_be_visible()
    first = page.get_by_role("region", name="Page 1 of 4")
    expect(first).to_contain_text(documents.FIRST_LINE)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, a, dialog, [role]")]
          .filter((element) => element.checkVisibility())
          .filter((element) => !element.ariaLabel && !element.textContent.trim()
            && !element.labels?.length && !element.hasAttribute("aria-labelledby")
            && element.role !== "status")
          .map((element) => element.outerHTML.slice(0, 100))"""
    )
    assert nameless == []


def test_dialogs_have_names_and_headings(person: Person, guide: Callable[[], str]) -> None:
    viewer = person().read(guide())
    for command, name in (
        ("About this document", "About this document"),
        ("Print", "Print"),
        ("Keyboard shortcuts", "Keyboard shortcuts"),
    ):
        viewer.command(command)
        dialog = viewer.page.get_by_role("dialog", name=name)
        expect(dialog.get_by_role("heading", name=name, level=2)).to_be_visible()
        if name == "About this document":
            expect(dialog).to_contain_text("DOCX")
            expect(dialog).to_contain_text(re.compile(r"\d+ × \d+ mm"))  # noqa: RUF001
        dialog.get_by_role("button", name="Close").click()
        expect(dialog).to_be_hidden()


def test_changes_are_announced(person: Person, guide: Callable[[], str]) -> None:
    viewer = person().read(guide())
    page = viewer.page
    live = page.locator("#live")
    assert live.get_attribute("aria-live") == "polite"
    viewer.command("Next page")
    viewer.announced("Page 2 of 4")
    page.keyboard.press("d")
    viewer.announced(re.compile("Dark colours|Light colours"))
    viewer.command("Search in the document")
    page.get_by_test_id("search-input").fill("lighthouse")
    count = page.get_by_test_id("search-count")
    expect(count).to_have_text(re.compile(r"\d of 3"))
    assert count.get_attribute("role") == "status"


def test_those_who_want_less_motion_get_none(person: Person, guide: Callable[[], str]) -> None:
    viewer = person(reduced_motion="reduce").read(guide())
    viewer.page.keyboard.press("PageDown")
    moving = viewer.page.evaluate(
        "() => document.getAnimations().filter((one) => one.playState === 'running').length"
    )
    assert moving == 0
    assert viewer.scroller.evaluate("(node) => node.scrollTop") > 100
    seconds = viewer.page.get_by_role("button", name="Rotate").evaluate(
        "(node) => parseFloat(getComputedStyle(node).transitionDuration)"
    )
    assert seconds == 0
