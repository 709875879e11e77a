"""Pages in other languages: nothing English is left on them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Person
from tests.browser.edits import OPEN_MS, EditorPage, Partner, pdf
from tests.browser.languages import english_left, expect_language
from tests.browser.reviews import READ_MS, Office, ReviewPage, invoice
from tests.browser.viewer import FIRST_PAGE_MS, Viewer
from tests.stack import Integrator, Stack

GERMAN = {"locale": "de-CH"}


def test_reading_in_german(person: Person, guide: Callable[[], str]) -> None:
    viewer = person(**GERMAN).read(guide())
    page = viewer.page
    expect(page.get_by_role("button", name="Seitenvorschau")).to_be_visible()
    page.keyboard.press("Control+f")
    page.get_by_role("searchbox", name="Im Dokument suchen").fill("lighthouse")
    expect(page.get_by_test_id("search-count")).to_have_text(re.compile(r"^1 von \d+$"))
    expect_language(page, "de-CH", "viewer")
    for key, name in (("i", "Über dieses Dokument"), ("?", "Tastenkürzel"), ("p", "Drucken")):
        viewer.scroller.or_(page.locator("#scroller")).first.focus()
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        assert english_left(page, "de", "viewer") == []
        page.keyboard.press("Escape")


def test_comparing_in_spanish(person: Person, integrator: Integrator) -> None:
    identity = integrator.open(externalId="Lease.docx")
    path = f"/v2/viewingSessions/{identity}/sourceFile"
    viewer = person(locale="es")
    page = viewer.page
    for side, text in (("original", "The rent is nine."), ("revised", "The rent is ten, Ann.")):
        assert integrator.call("PUT", f"{path}/{side}", data=factories.docx(text)).ok
        if side == "original":
            viewer.open(identity)
            expect(viewer.message).to_contain_text("Esperando el documento revisado")
    expect(viewer.sheet(0)).to_have_attribute("data-state", "ready", timeout=FIRST_PAGE_MS)
    expect(page.get_by_test_id("change").first).to_be_visible(timeout=FIRST_PAGE_MS)
    expect_language(page, "es", "viewer")


def test_reviewing_in_french(person: Person, stack: Stack) -> None:
    office = Office.opened(stack)
    office.send(invoice(tax="17.00"), "Invoice.pdf")
    viewer = person(locale="fr")
    review = ReviewPage(viewer.page, viewer.watch).read(office.link())
    expect(review.main("total")).to_contain_text("Total")
    expect(review.field("total")).to_contain_text("Le net et la taxe ne donnent pas le total.")
    expect(review.page.get_by_test_id("class-name")).to_have_text("Facture")
    review.main("invoiceNumber").click()
    expect(review.page.get_by_role("button", name="Confirmer", exact=True).first).to_be_visible()
    expect(review.page.get_by_test_id("page").first).to_have_attribute(
        "data-state", "ready", timeout=READ_MS
    )
    expect_language(review.page, "fr", "review")


def test_the_launch_says_the_editors_language(person: Person, stack: Stack) -> None:
    partner = Partner.registered(stack)
    viewer = person(locale="en-GB")
    file = partner.upload(b"one\ntwo\n", "txt")
    editor = EditorPage(viewer.page, viewer.watch).open(partner.link(file, locale="fr_CA"))
    page = editor.page
    expect(editor.status).to_contain_text("version 1")
    page.get_by_role("button", name="Rechercher et remplacer").click()
    expect(page.get_by_role("button", name="tout remplacer")).to_be_visible()
    page.get_by_role("button", name="Raccourcis clavier").click()
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_contain_text("Maj Tab")
    expect_language(page, "fr-CA", "editor")

    editor.open(partner.link(partner.upload(pdf("One"), "pdf"), locale="de"))
    expect(page.locator(".textLayer span").first).to_be_visible(timeout=OPEN_MS)
    expect(page.get_by_role("region", name="Seite")).to_be_visible()
    page.keyboard.press("t")
    box = page.locator(".page").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + 200, box["y"] + 300)
    expect(page.locator(".freeTextEditor [default-content]").first).to_have_attribute(
        "default-content", "Text eingeben…"
    )
    expect_language(page, "de", "editor")
    # A language that is not spoken here: the browser's.
    expect(editor.open(partner.link(file, locale="ja")).page.locator("html")).to_have_attribute(
        "lang", "en-GB"
    )


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (f"/view/u{'x' * 43}", "Dieser Link ist nicht mehr gültig"),
        ("/app/web/review?token=nothing", "Dieser Link ist nicht mehr gültig"),
        ("/editor?apitoken=nothing", "Dieser Link ist nicht mehr gültig"),
        ("/nowhere", "Unter dieser Adresse gibt es nichts"),
        ("/", "Dokumente, im Browser geöffnet."),
    ],
)
def test_links_that_lead_nowhere_say_so_in_german(person: Person, path: str, title: str) -> None:
    viewer: Viewer = person(**GERMAN)
    viewer.watch.expect("status of 40")
    viewer.page.goto(viewer.url + path)
    expect(viewer.page.get_by_role("heading", name=title)).to_be_visible()
    expect_language(viewer.page, "de-CH")


def test_a_page_can_be_turned_from_right_to_left(person: Person, guide: Callable[[], str]) -> None:
    viewer = person().read(guide())
    page = viewer.page
    page.evaluate("document.documentElement.dir = 'rtl'")
    panel = page.get_by_role("navigation", name="Page thumbnails").bounding_box()
    assert panel and panel["x"] > 640
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    # A name in Latin letters begins where the line does.
    expect(page.locator("#document-name")).to_have_css("text-align", "right")
