"""Two documents compared: what changed, where it is, ways to look, and how far it is proven."""

from __future__ import annotations

import functools
import io
import json
import re
from typing import Any

import pytest
from docx import Document
from playwright.sync_api import Locator, Route, expect

from tests.browser.chromium import DARK, PHONE
from tests.browser.conftest import Person
from tests.browser.viewer import FIRST_PAGE_MS, Viewer
from tests.corpus import file, requires_corpus
from tests.stack import Integrator

PAGES = (
    ("The tenant pays the rent monthly.", "Keys are handed over in person."),
    ("The Landlord keeps the roof in repair.",),
    ("Notice is given three months ahead.",),
    ("Pets are welcome in the whole house.", "Both parties sign below."),
)
NEW_WORDS = "A deposit of two rents is paid first."
CHANGES = [
    ("inserted", NEW_WORDS),
    ("replaced", "three → six"),
    ("deleted", PAGES[3][0]),
]


def lease(*, revised: bool) -> bytes:
    """Four pages of .docx; the revised one inserts, replaces, deletes, and changes a capital."""
    document = Document()
    for number, paragraphs in enumerate(PAGES):
        if number:
            document.add_page_break()
        for text in paragraphs:
            if revised and text == PAGES[3][0]:
                continue
            if revised:
                text = text.replace("three", "six").replace("Landlord", "landlord")
            document.add_paragraph(text)
            if revised and text == PAGES[0][0]:
                document.add_paragraph(NEW_WORDS)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


ORIGINAL = functools.partial(lease, revised=False)
REVISED = functools.partial(lease, revised=True)


def give(integrator: Integrator, identity: str, side: str, content: bytes) -> None:
    path = f"/v2/viewingSessions/{identity}/sourceFile/{side}?FileExtension=docx"
    answer = integrator.call("PUT", path, data=content)
    assert answer.status_code == 200, answer.headers.get("Accusoft-Status-Message")


def compare(integrator: Integrator, name: str, original: bytes, revised: bytes) -> str:
    """A session on two documents; returns its id."""
    identity = integrator.open(externalId=name)
    give(integrator, identity, "original", original)
    give(integrator, identity, "revised", revised)
    return identity


@pytest.fixture(scope="module")
def leases(integrator: Integrator) -> str:
    """A session on both versions of the lease."""
    return compare(integrator, "Lease", ORIGINAL(), REVISED())


def verdict(viewer: Viewer) -> Locator:
    return viewer.page.get_by_test_id("verdict")


def changes(viewer: Viewer) -> Locator:
    return viewer.page.get_by_test_id("change")


def marks(viewer: Viewer, number: int) -> Locator:
    return viewer.scroller.locator(f'[data-page="{number}"] .hits i.current')


def column(viewer: Viewer, name: str) -> Locator:
    return viewer.page.get_by_role("group", name=f"Pages of the {name} document")


def sheet(column: Locator, number: int) -> Locator:
    return column.locator(f'[data-testid="page"][data-page="{number}"]')


def look(viewer: Viewer, name: str) -> None:
    viewer.page.get_by_test_id(f"look-{name}").check(force=True)


def answer_revisions(viewer: Viewer, **changed: Any) -> None:
    """Makes the server's word on the changes another one."""

    def alter(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        if response.status == 200:
            body["proof"] |= changed
        route.fulfill(response=response, body=json.dumps(body))

    viewer.page.route("**/api/v1/views/*/revisions*", alter)


@requires_corpus
def test_real_documents_show_every_change_where_it_is(
    person: Person, integrator: Integrator
) -> None:
    folder = file("compare/edit-bug51170")
    texts = [(folder / f"{side}.docx").read_bytes() for side in ("original", "revised")]
    viewer = person().read(compare(integrator, "Statutes", *texts))
    page = viewer.page
    expect(verdict(viewer)).to_have_text("Every change is shown (checked)")
    expect(page.get_by_test_id("changes-shown")).to_have_text("5 of 6 changes")
    expect(changes(viewer)).to_have_count(5)
    expect(page.get_by_role("heading", name="Page 4")).to_be_visible()

    replaced = changes(viewer).filter(has_text="cobrar")
    expect(replaced).to_have_attribute("data-kind", "replaced")
    expect(replaced.locator("del")).to_have_text("cobrar")
    expect(replaced.locator("ins")).to_have_text("exclusive")
    replaced.click()
    viewer.expect_page(3)
    expect(marks(viewer, 3).first).to_be_in_viewport()
    expect(replaced).to_have_attribute("aria-current", "true")
    expect(page.get_by_test_id("change-count")).to_have_text("3 of 5")

    filters = page.get_by_role("group", name="Show")
    filters.get_by_label("Substantive only").uncheck()
    expect(changes(viewer)).to_have_count(6)
    expect(page.get_by_test_id("change-count")).to_have_text("4 of 6")
    filters.get_by_label("Deleted").uncheck()
    filters.get_by_label("Inserted").uncheck()
    kinds = [one.get_attribute("data-kind") for one in changes(viewer).all()]
    assert sorted(map(str, kinds)) == ["formatted", "replaced", "replaced"]


@requires_corpus
def test_two_pdfs_stand_side_by_side_with_marks_on_each(
    person: Person, integrator: Integrator
) -> None:
    answer = integrator.call("POST", "/api/v1/comparisons", json={"name": "Statutes.pdf"})
    identity = answer.json()["id"]
    for side in ("original", "revised"):
        content = (file("compare/pdf-bug51170") / f"{side}.pdf").read_bytes()
        path = f"/api/v1/comparisons/{identity}/{side}?extension=pdf"
        assert integrator.call("PUT", path, data=content).status_code == 200
    viewer = person().open(identity)
    page = viewer.page
    original, revised = column(viewer, "original"), column(viewer, "revised")
    for side_ in (original, revised):
        expect(sheet(side_, 0)).to_have_attribute("data-state", "ready", timeout=FIRST_PAGE_MS)
    expect(page.get_by_test_id("look-side-by-side")).to_be_checked()
    expect(page.get_by_role("radio", name="Red-lined")).to_have_count(0)
    expect(page.get_by_role("radio", name="Revised")).to_have_count(1)
    expect(page.get_by_test_id("proof")).to_contain_text("Not compared: ")
    replaced = changes(viewer).and_(page.locator('[data-kind="replaced"]')).first
    replaced.click()
    for side_ in (original, revised):
        expect(side_.locator(".hits i.current").first).to_be_in_viewport()
    look(viewer, "redline")
    expect(viewer.scroller.locator(".hits i.current").first).to_be_in_viewport()


def test_waiting_for_a_document_then_comparing(person: Person, integrator: Integrator) -> None:
    identity = integrator.open(externalId="Late lease")
    give(integrator, identity, "original", ORIGINAL())
    viewer = person().open(identity)
    expect(viewer.message).to_contain_text("Waiting for the revised document")
    expect(viewer.page.get_by_test_id("look-side-by-side")).to_be_disabled()
    give(integrator, identity, "revised", REVISED())
    expect(viewer.sheet(0)).to_have_attribute("data-state", "ready", timeout=FIRST_PAGE_MS)
    expect(viewer.message).to_be_hidden()
    for kind, text in CHANGES:
        entry = changes(viewer).filter(has_text=text.partition(" → ")[0])
        expect(entry).to_have_attribute("data-kind", kind)
        expect(entry.locator(".change-text")).to_contain_text(text.split(" → ")[-1])


def test_the_keyboard_alone_walks_from_change_to_change(person: Person, leases: str) -> None:
    viewer = person().read(leases)
    page = viewer.page
    said = page.locator("#change-said")
    expect(changes(viewer)).to_have_count(len(CHANGES))

    page.keyboard.press("n")
    expect(said).to_have_text(re.compile(r"^Change 1 of 3: Inserted “A deposit.*, page 1$"))
    expect(marks(viewer, 0).first).to_be_in_viewport()
    page.keyboard.press("n")
    expect(said).to_have_text("Change 2 of 3: Replaced “three” with “six”, page 3")
    viewer.expect_page(2)
    expect(marks(viewer, 2).first).to_be_in_viewport()
    page.keyboard.press("Shift+N")
    page.keyboard.press("Shift+N")
    expect(said).to_have_text(re.compile(r"^Change 3 of 3: Deleted “Pets.*, page 4$"))
    viewer.expect_page(3)

    page.keyboard.press("c")
    panel = page.get_by_role("complementary", name="Changes")
    expect(panel).to_be_hidden()
    page.keyboard.press("c")
    expect(panel).to_be_visible()
    changes(viewer).first.focus()
    page.keyboard.press("ArrowDown")
    expect(changes(viewer).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    viewer.expect_page(2)
    expect(changes(viewer).nth(1)).to_be_focused()

    page.get_by_test_id("look-redline").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("look-side-by-side")).to_be_checked()
    expect(column(viewer, "original")).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_test_id("look-redline")).to_be_checked()

    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(panel).to_be_hidden()
    page.keyboard.press("Escape")
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_side_by_side_both_documents_move_together(person: Person, leases: str) -> None:
    viewer = person().read(leases)
    page = viewer.page
    look(viewer, "side-by-side")
    original, revised = column(viewer, "original"), column(viewer, "revised")
    for side in (original, revised):
        expect(sheet(side, 0)).to_have_attribute("data-state", "ready", timeout=FIRST_PAGE_MS)
    assert box(original)["x"] < box(revised)["x"]
    assert box(original)["width"] == pytest.approx(box(revised)["width"], abs=2)
    assert box(sheet(original, 0))["width"] == box(sheet(revised, 0))["width"]

    revised.hover()
    page.mouse.wheel(0, 900)
    expect_together(viewer)
    page.wait_for_timeout(400)
    original.hover()
    page.mouse.wheel(0, 700)
    expect_together(viewer)
    page.keyboard.press("End")
    expect(sheet(original, 3)).to_be_in_viewport()
    expect(sheet(revised, 3)).to_be_in_viewport()

    before = box(sheet(original, 3))["width"]
    viewer.command("Zoom in")
    expect_together(viewer)
    assert box(sheet(original, 3))["width"] == box(sheet(revised, 3))["width"] > before

    changes(viewer).filter(has_text="three").click()
    for side in (original, revised):
        expect(side.locator('[data-page="2"] .hits i.current')).to_be_in_viewport()
    expect(column(viewer, "revised").locator(".hits i.current")).to_have_count(1)

    page.get_by_test_id("search-open").click()
    page.get_by_test_id("search-input").fill("deposit")
    expect(page.get_by_test_id("search-hit")).to_have_count(1)
    expect(sheet(revised, 0)).to_be_in_viewport()
    page.set_viewport_size({"width": 800, "height": 800})
    expect(page.get_by_test_id("look-redline")).to_be_checked()
    expect(original).to_be_hidden()


def test_a_page_of_one_side_that_fails_can_be_tried_again(person: Person, leases: str) -> None:
    viewer = person()
    viewer.watch.expect("status of 422")
    failing = re.compile(r"/pages/0/image.*document=original")
    problem = {"title": "The page is too large", "code": "limit_exceeded", "detail": "Why."}
    viewer.page.route(failing, lambda route: route.fulfill(status=422, json=problem))
    viewer.read(leases)
    look(viewer, "side-by-side")
    broken = sheet(column(viewer, "original"), 0)
    expect(broken).to_have_attribute("data-state", "error", timeout=FIRST_PAGE_MS)
    viewer.page.unroute(failing)
    broken.get_by_role("button", name="Try again").click()
    expect(broken).to_have_attribute("data-state", "ready")


def test_a_document_compared_with_itself_has_the_same_text(
    person: Person, integrator: Integrator
) -> None:
    viewer = person().read(compare(integrator, "Twice", ORIGINAL(), ORIGINAL()))
    expect(verdict(viewer)).to_have_text("The two documents have the same text")
    expect(changes(viewer)).to_have_count(0)
    expect(viewer.page.get_by_role("button", name="Next change")).to_be_disabled()


@pytest.mark.parametrize("night", [{}, DARK], ids=["day", "night"])
def test_on_a_telephone_one_document_at_a_time(
    night: dict[str, Any], person: Person, leases: str
) -> None:
    viewer = person(**PHONE, **night).read(leases)
    page = viewer.page
    expect(verdict(viewer)).to_be_visible()
    expect(page.get_by_test_id("look-side-by-side")).to_be_hidden()
    page.get_by_role("button", name="Next change").tap()
    expect(marks(viewer, 0).first).to_be_in_viewport()
    viewer.page.get_by_test_id("changes-open").tap()
    changes(viewer).filter(has_text="Pets").tap()
    viewer.expect_page(3)
    for name, words in (("original", 1), ("revised", 0)):
        look(viewer, name)
        expect(sheet(column(viewer, name), 3)).to_have_attribute(
            "data-state", "ready", timeout=FIRST_PAGE_MS
        )
        pets = column(viewer, name).get_by_text("Pets")
        expect(pets).to_have_count(words)
    look(viewer, "redline")
    viewer.expect_page(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_was_not_compared_is_named(person: Person, leases: str) -> None:
    viewer = person(**PHONE)
    answer_revisions(viewer, complete=False, not_compared=["headers", "comments"])
    viewer.read(leases)
    expect(verdict(viewer)).to_have_text("Not everything was compared")
    proof = viewer.page.get_by_test_id("proof")
    expect(proof).to_be_in_viewport()
    expect(proof).to_contain_text("Not compared: headers, comments.")


def test_a_comparison_that_does_not_hold_says_so_on_the_screen_and_on_paper(
    person: Person, leases: str
) -> None:
    viewer = person()
    reason = "Paragraph 3 is missing when all changes are accepted."
    answer_revisions(viewer, accept_all=False, holds=False, complete=False, details=[reason])
    page = viewer.page
    page.add_init_script(
        "window.print = () => { window.sheets = [...document.querySelectorAll('.print-page')]"
        "  .map((sheet) => sheet.textContent); };"
    )
    viewer.read(leases)
    expect(verdict(viewer)).to_have_text("This comparison could not be verified")
    expect(verdict(viewer)).to_have_attribute("data-tone", "bad")
    expect(page.get_by_test_id("proof")).to_contain_text(reason)

    look(viewer, "side-by-side")
    expect(sheet(column(viewer, "revised"), 0)).to_have_attribute(
        "data-state", "ready", timeout=FIRST_PAGE_MS
    )
    viewer.command("Print")
    dialog = page.get_by_role("dialog", name="Print")
    expect(dialog).to_contain_text("This comparison could not be verified.")
    expect(dialog.get_by_label("Current page")).to_be_hidden()
    with page.expect_request(re.compile(r"/pages/0/image\?width=\d+&format=png$")):
        dialog.get_by_role("button", name="Print").click()
    page.wait_for_function("() => window.sheets?.length === 4")
    assert page.evaluate("window.sheets") == ["This comparison could not be verified."] * 4


def test_changes_without_a_place_are_listed_as_such(person: Person, leases: str) -> None:
    viewer = person()

    def alter(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        for change in body.get("revisions", [])[:1]:
            change |= {"page": None, "boxes": []}
        route.fulfill(response=response, body=json.dumps(body))

    viewer.page.route("**/api/v1/views/*/revisions*", alter)
    viewer.read(leases)
    expect(viewer.page.get_by_role("heading", name="Place not known")).to_be_visible()
    lost = changes(viewer).last
    expect(lost).to_contain_text(NEW_WORDS)
    lost.click()
    expect(viewer.page.locator("#change-said")).to_have_text(re.compile("place not known$"))
    viewer.expect_page(0)
    expect(viewer.page.locator(".hits i")).to_have_count(0)


def box(element: Locator) -> Any:
    return element.bounding_box()


def expect_together(viewer: Viewer) -> None:
    """Both columns stand at the same place, the documents having the same number of pages."""
    viewer.page.wait_for_function(
        """() => {
          const [own, beside] = ["scroller", "beside"].map((id) => document.getElementById(id));
          return own.scrollTop > 0 && Math.abs(own.scrollTop - beside.scrollTop) <= 2;
        }"""
    )
