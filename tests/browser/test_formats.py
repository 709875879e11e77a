"""Documents of other kinds, and long ones: quick to begin, quick to end, small in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import documents
from tests.browser.chromium import PHONE
from tests.browser.conftest import Person
from tests.corpus import file, requires_corpus
from tests.stack import Integrator

PAGES = 400
# Neighbours of the pages in view are kept; everything else leaves the document.
MOST_PAGES = 9
MOST_ELEMENTS = 900


@pytest.mark.parametrize("look", [{}, PHONE], ids=["desk", "phone"])
def test_hundreds_of_pages_are_as_light_as_a_few(
    look: dict[str, object], person: Person, integrator: Integrator
) -> None:
    identity = documents.show(integrator, "Long.pdf", documents.long_pdf(PAGES))
    viewer = person(**look).read(identity)
    expect(viewer.page.get_by_test_id("page-count")).to_have_text(str(PAGES))

    viewer.scroller.press("End")
    viewer.expect_page(PAGES - 1)
    expect(viewer.sheet(PAGES - 1)).to_contain_text(f"Sheet {PAGES} of {PAGES}")
    viewer.page_box.fill("200")
    viewer.page_box.press("Enter")
    viewer.expect_page(199)
    landscape = viewer.sheet(199).bounding_box()
    assert landscape
    assert landscape["width"] > landscape["height"]

    assert viewer.sheets.count() <= MOST_PAGES
    assert viewer.page.evaluate("document.querySelectorAll('*').length") < MOST_ELEMENTS


def test_flying_through_a_long_document_asks_only_for_what_is_seen(
    person: Person, integrator: Integrator
) -> None:
    identity = documents.show(integrator, "Long.pdf", documents.long_pdf(PAGES))
    viewer = person().read(identity)
    asked: set[str] = set()
    viewer.page.on(
        "request", lambda request: "/image" in request.url and asked.add(request.url.split("?")[0])
    )
    viewer.scroller.evaluate(
        """async (scroller) => {
          for (let step = 0; step < 30; step += 1) {
            scroller.scrollTop += 10000;
            await new Promise(requestAnimationFrame);
          }
        }"""
    )
    viewer.scroller.press("End")
    viewer.expect_page(PAGES - 1)
    assert len(asked) < PAGES / 4


@requires_corpus
@pytest.mark.parametrize(
    "path",
    [
        "office/docling__xlsx_07_gap_tolerance_.xlsx",
        "office/poi__bug60993.pptx",
        "images/ocrmypdf__baiona_color.jpg",
        "cad/ezdxf__text_alignments.dxf",
        "pdf/docling__redp5110_sampled.pdf",
    ],
)
def test_each_kind_of_document_is_shown_from_first_to_last_page(
    path: str, person: Person, integrator: Integrator
) -> None:
    viewer = person().read(integrator.show(file(path)))
    viewer.expect_crisp(0)
    count = viewer.page.get_by_test_id("page-count")
    expect(count).to_have_text(viewer.complete_count, timeout=60_000)
    last = int(count.inner_text()) - 1
    viewer.scroller.press("End")
    viewer.expect_page(last)
    viewer.expect_crisp(last)


def test_a_picture_is_a_page(person: Person, integrator: Integrator) -> None:
    viewer = person().read(documents.show(integrator, "Scan.png", documents.scan()))
    expect(viewer.page.get_by_test_id("page-count")).to_have_text("1")
    viewer.expect_crisp(0)
