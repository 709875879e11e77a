"""A person chooses the language of the pages; what they were at stays."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.edits import EditorPage, Partner
from tests.browser.languages import choose, expect_language
from tests.browser.reviews import Office, ReviewPage, invoice
from tests.browser.site import Site
from tests.browser.test_embedding import framed
from tests.stack import Stack


def write(page: Page, words: str) -> None:
    """Adds words to the text that is edited."""
    page.get_by_role("textbox").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def test_a_choice_is_made_by_keys_kept_and_taken_back(
    person: Person, guide: Callable[[], str]
) -> None:
    viewer = person(locale="de-CH")
    page = viewer.page
    page.goto(viewer.url)
    page.get_by_role("button", name="Sprache").focus()
    page.keyboard.press("Enter")
    menu = page.get_by_role("menu", name="Sprache")
    expect(menu.get_by_role("menuitemradio", name="Automatisch")).to_be_focused()
    expect(menu.get_by_role("menuitemradio", checked=True)).to_have_text("Automatisch")
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("menuitemradio", name="Français")).to_be_focused()
    page.keyboard.press("Enter")
    expect_language(page, "fr")
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["value"]) == ("recto-language", "fr")
    assert (cookie["sameSite"], cookie["path"]) == ("Lax", "/")

    # Other pages know it, and the reader stays where they were.
    viewer.read(guide())
    expect_language(page, "fr", "viewer")
    page.keyboard.press("End")
    viewer.expect_page(3)
    page.get_by_role("button", name="Plus", exact=True).click()
    page.get_by_role("menuitem", name="Langue").click()
    page.get_by_role("menuitemradio", name="Deutsch").click()
    # A Swiss browser's German.
    expect_language(page, "de-CH", "viewer")
    viewer.expect_page(3)

    page.goto(viewer.url)
    choose(page, "English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    choose(page, "Automatic")
    expect_language(page, "de-CH")
    assert page.context.cookies() == []


def test_what_was_typed_is_saved_before_the_page_changes(person: Person, stack: Stack) -> None:
    partner = Partner.registered(stack)
    viewer = person(locale="en-GB")
    file = partner.upload(b"one\n", "txt")
    editor = EditorPage(viewer.page, viewer.watch).open(partner.link(file, locale="es"))
    write(editor.page, "two")
    choose(editor.page, "Italiano")
    # Over the language that the launch named.
    expect_language(editor.page, "it", "editor")
    expect(editor.page.get_by_role("textbox")).to_contain_text("two")
    editor.expect_stored(b"one\ntwo")

    # Where only a click saves, the page asks; whoever stays loses nothing.
    careful = editor.open(partner.link(file, locale="es", autosavedisabled=True))
    write(careful.page, "three")
    asked = []
    careful.page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    choose(careful.page, "Français")
    expect(careful.page.get_by_role("textbox")).to_contain_text("three")
    careful.page.wait_for_function("() => document.cookie.includes('=fr')")
    assert asked == ["beforeunload"]
    expect_language(careful.page, "it", "editor")


def test_a_reviewer_goes_on_with_the_same_document(person: Person, stack: Stack) -> None:
    office = Office.opened(stack)
    for name in ("First.pdf", "Second.pdf"):
        office.send(invoice(tax="17.00"), name)
    viewer = person()
    review = ReviewPage(viewer.page, viewer.watch).read(office.link())
    page = review.page
    review.entries.nth(1).click()
    expect(page.locator("#document-name")).to_have_text("Second.pdf")
    # A value that is half typed is asked about.
    review.main("invoiceNumber").click()
    page.keyboard.press("e")
    review.editor.fill("INV-7")
    page.once("dialog", lambda dialog: dialog.dismiss())
    choose(page, "Deutsch")
    expect(review.editor).to_have_value("INV-7")
    review.editor.press("Escape")
    choose(page, "Deutsch")
    expect_language(page, "de", "review")
    expect(page.locator("#document-name")).to_have_text("Second.pdf")


def test_a_page_in_another_sites_frame_keeps_the_choice_there(
    site: Site, person: Person, guide: Callable[[], str]
) -> None:
    viewer = person()
    page = viewer.page
    viewer.watch.hosts.add(site.host)
    page.goto(framed(site, f"{viewer.url}/view/u{guide()}"))
    frame = page.frame_locator("iframe")
    expect(frame.get_by_test_id("page").first).to_have_attribute("data-state", "ready")
    frame.get_by_role("button", name="More", exact=True).click()
    frame.get_by_role("menuitem", name="Language").click()
    frame.get_by_role("menuitemradio", name="Español").click()
    expect(frame.locator("html")).to_have_attribute("lang", "es")
    (cookie,) = page.context.cookies()
    assert re.fullmatch("__Host-.*language", cookie["name"])
    assert cookie["partitionKey"].startswith("http://localhost")
    # Not for the same page outside of that site.
    page.goto(viewer.url)
    expect(page.locator("html")).to_have_attribute("lang", "en-US")
