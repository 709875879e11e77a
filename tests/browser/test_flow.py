"""From an integrator's upload to a printed page, on a desk and on a phone, by day and by night."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import documents
from tests.browser.chromium import DARK, DESK, PHONE
from tests.browser.conftest import Person
from tests.corpus import file, requires_corpus
from tests.stack import Integrator

LOOKS = {
    "desk": DESK,
    "desk-dark": DESK | DARK,
    "phone": PHONE,
    "phone-dark": PHONE | DARK,
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_person_reads_searches_turns_prints_and_keeps_a_document(
    look: dict[str, Any], person: Person, guide: Callable[[], str]
) -> None:
    viewer = person(**look)
    page = viewer.page
    page.add_init_script(
        "window.print = () => {"
        "  window.printed = document.querySelectorAll('.print-page img').length;"
        "  window.dispatchEvent(new Event('afterprint')); };"
    )

    viewer.read(guide())
    expect(page).to_have_title(re.compile(re.escape(documents.GUIDE_NAME)))
    expect(page.get_by_test_id("page-count")).to_have_text("4")
    viewer.expect_crisp(0)
    paper, around = colours(viewer.sheet(0)), colours(page.get_by_role("banner"))
    assert paper == "rgb(255, 255, 255)"
    assert brightness(around) < 100 if "color_scheme" in look else brightness(around) > 200

    page.get_by_test_id("search-open").click()
    page.get_by_test_id("search-input").fill("lighthouse")
    hits = page.get_by_test_id("search-hit")
    expect(hits).to_have_count(3)
    expect(page.get_by_test_id("search-count")).to_have_text("1 of 3")
    expect(viewer.sheet(0).locator(".hits i.current")).to_have_count(1)
    page.get_by_test_id("search-input").press("Enter")
    expect(page.get_by_test_id("search-count")).to_have_text("2 of 3")
    expect(viewer.page_box).to_have_value("2")
    mark = viewer.sheet(1).locator(".hits i.current")
    expect(mark).to_be_in_viewport()
    page.get_by_role("button", name="Close search").click()
    expect(page.locator(".hits i")).to_have_count(0)

    viewer.page_box.fill("3")
    viewer.page_box.press("Enter")
    viewer.expect_page(2)

    before = width(viewer.sheet(2))
    viewer.command("Zoom in")
    viewer.command("Zoom in")
    assert width(viewer.sheet(2)) > before * 1.15
    viewer.expect_crisp(2)

    upright = size(viewer.sheet(2))
    viewer.command("Rotate")
    expect(viewer.sheet(2)).to_be_in_viewport()
    turned = size(viewer.sheet(2))
    assert (turned[0] > turned[1]) != (upright[0] > upright[1])

    viewer.command("Print")
    dialog = page.get_by_role("dialog", name="Print")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Print").click()
    page.wait_for_function("() => window.printed === 4")
    expect(dialog).to_be_hidden()

    with page.expect_download() as download:
        if look["viewport"]["width"] > 1000:
            viewer.command("Download")
            page.get_by_role("menuitem", name="Original file").click()
        else:
            viewer.command("Download original")
    assert download.value.suggested_filename == documents.GUIDE_NAME
    assert download.value.path().read_bytes() == documents.guide()


@requires_corpus
def test_a_word_document_of_the_corpus_opens_and_is_searched(
    person: Person, integrator: Integrator
) -> None:
    identity = integrator.show(file("office/docling__unit_test_headers_numbered.docx"))
    viewer = person().read(identity)
    viewer.page.get_by_test_id("search-open").click()
    viewer.page.get_by_test_id("search-input").fill("section")
    expect(viewer.page.get_by_test_id("search-hit").first).to_contain_text("ection")
    expect(viewer.sheet(0).locator(".hits i.current")).to_be_in_viewport()


def width(sheet: Any) -> float:
    return float(sheet.bounding_box()["width"])


def size(sheet: Any) -> tuple[float, float]:
    box = sheet.bounding_box()
    return box["width"], box["height"]


def colours(element: Any) -> str:
    colour: str = element.evaluate("(node) => getComputedStyle(node).backgroundColor")
    return colour


def brightness(colour: str) -> float:
    return sum(float(part) for part in re.findall(r"[\d.]+", colour)[:3]) / 3
