"""The pages as axe-core sees them: contrast, names, roles, landmarks, sizes of targets.

axe-core comes from npm into a folder of the test's own, as tests/browser/axe pins it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser import documents
from tests.browser.chromium import DARK, PHONE
from tests.browser.conftest import Person
from tests.browser.edits import EditorPage, Partner, pdf
from tests.browser.reviews import READ_MS, Office, ReviewPage, invoice
from tests.browser.scenes import SCENES, Stage
from tests.browser.viewer import FIRST_PAGE_MS, Viewer
from tests.engine import drawing_documents
from tests.npm import npm
from tests.stack import Integrator, Stack

PINNED = Path(__file__).parent / "axe"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [pytest.param({}, id="day"), pytest.param(DARK | PHONE, id="night, telephone")]
# Only what fails is told at length: the rest would be megabytes.
_RUN = """async (tags) => {
  const found = await axe.run({ runOnly: tags, resultTypes: ["violations"] });
  return { violations: found.violations, passes: found.passes.length };
}"""
Look = dict[str, Any]
Check = Callable[[Viewer], None]


@pytest.fixture(scope="package")
def check(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Fails with what axe-core objects to on a page."""
    folder = tmp_path_factory.mktemp("axe")
    for file in PINNED.glob("*.json"):
        shutil.copy(file, folder)
    npm("ci", folder=folder)
    script = (folder / "node_modules/axe-core/axe.min.js").read_text()

    def check(viewer: Viewer) -> None:
        viewer.page.evaluate(script)
        found = viewer.page.evaluate(_RUN, RULES)
        objections = [
            f"{fault['id']} ({fault['help']}): {node['html'][:200]} - {node['failureSummary']}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]
        assert not objections, "\n\n".join(objections)
        assert found["passes"] > 10

    return check


@pytest.mark.parametrize("look", [*LOOKS, pytest.param({"locale": "de-CH"}, id="German")])
def test_reading(look: Look, person: Person, guide: Callable[[], str], check: Check) -> None:
    viewer = person(**look).read(guide())
    check(viewer)
    viewer.page.get_by_test_id("search-open").click()
    viewer.page.get_by_test_id("search-input").fill("lighthouse")
    expect(viewer.page.get_by_test_id("search-hit").first).to_be_visible()
    check(viewer)


@pytest.mark.parametrize("look", LOOKS)
def test_the_menu_of_languages(look: Look, person: Person, check: Check) -> None:
    visitor = person(**look)
    visitor.page.goto(visitor.url)
    visitor.page.get_by_role("button", name="Language").click()
    expect(visitor.page.get_by_role("menu", name="Language")).to_be_visible()
    check(visitor)


@pytest.mark.parametrize("look", LOOKS)
def test_dialogs(look: Look, person: Person, guide: Callable[[], str], check: Check) -> None:
    viewer = person(**look).read(guide())
    for command in ("About this document", "Print", "Keyboard shortcuts"):
        viewer.command(command)
        dialog = viewer.page.get_by_role("dialog", name=command)
        expect(dialog).to_be_visible()
        check(viewer)
        dialog.get_by_role("button", name="Close").click()
    viewer.page.get_by_role("button", name="More", exact=True).click()
    check(viewer)


@pytest.mark.parametrize("look", LOOKS)
def test_comparing(look: Look, person: Person, integrator: Integrator, check: Check) -> None:
    identity = integrator.open(externalId="Lease.docx")
    path = f"/v2/viewingSessions/{identity}/sourceFile"
    viewer = person(**look)
    for side, text in (("original", "The rent is nine."), ("revised", "The rent is ten, Ann.")):
        assert integrator.call("PUT", f"{path}/{side}", data=factories.docx(text)).ok
        if side == "original":
            viewer.open(identity)
            expect(viewer.message).to_contain_text("Waiting for the revised document")
            check(viewer)
    expect(viewer.sheet(0)).to_have_attribute("data-state", "ready", timeout=FIRST_PAGE_MS)
    page = viewer.page
    if not page.get_by_test_id("change").first.is_visible():
        page.get_by_test_id("changes-open").click()
    page.keyboard.press("n")
    expect(page.get_by_test_id("change").first).to_have_attribute("aria-current", "true")
    check(viewer)
    other = "original" if look else "side-by-side"
    page.get_by_test_id(f"look-{other}").check(force=True)
    column = page.get_by_role("group", name="Pages of the original document")
    expect(column.get_by_test_id("page").first).to_have_attribute(
        "data-state", "ready", timeout=FIRST_PAGE_MS
    )
    check(viewer)


@pytest.fixture(scope="module")
def office(stack: Stack) -> Office:
    """A program with a document that was read and one that cannot be."""
    office = Office.opened(stack)
    office.send(invoice(tax="17.00"), "Invoice.pdf")
    office.refused(b"%PDF-1.7\n" + b"\x00\xff" * 400, "Broken.pdf")
    return office


@pytest.mark.parametrize("look", LOOKS)
def test_reviewing(look: Look, person: Person, office: Office, check: Check) -> None:
    viewer = person(**look)
    review = ReviewPage(viewer.page, viewer.watch).read(office.link())
    page = review.page
    check(viewer)
    review.main("total").click()
    review.press("e")
    check(viewer)
    review.press("Escape")
    review.main("buyerName" if look else "invoiceNumber").click()
    review.press("Enter")
    review.expect_saved()
    check(viewer)
    review.press("a")
    expect(page.get_by_test_id("page").first).to_have_attribute(
        "data-state", "ready", timeout=READ_MS
    )
    review.press("ArrowDown")
    check(viewer)
    review.press("Enter")
    expect(page.get_by_role("dialog", name="Add a field")).to_be_visible()
    check(viewer)
    review.press("Escape", "l" if look else "Escape")
    review.entries.last.click()
    expect(review.message).to_have_attribute("data-state", "failed")
    check(viewer)


@pytest.mark.parametrize("look", LOOKS)
def test_documents_that_cannot_be_read(
    look: Look, person: Person, integrator: Integrator, check: Check
) -> None:
    broken, secret = b"%PDF-1.7\n" + b"\x00\xff" * 400, documents.encrypted_pdf("secret")
    for content, state in ((broken, "failed"), (secret, "password_required")):
        viewer = person(**look).open(documents.show(integrator, "Plan.pdf", content))
        expect(viewer.message).to_have_attribute("data-state", state, timeout=FIRST_PAGE_MS)
        check(viewer)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("path", "status"),
    [("/", None), (f"/view/u{'x' * 43}", 404), ("/nowhere", 404)],
    ids=["landing", "ended", "error"],
)
def test_pages_without_a_document(
    path: str, status: int | None, look: Look, person: Person, check: Check
) -> None:
    viewer = person(**look)
    if status:
        viewer.watch.expect(rf"status of {status}")
    viewer.page.goto(viewer.url + path)
    check(viewer)


@pytest.mark.parametrize("look", LOOKS)
def test_editing(look: Look, person: Person, stack: Stack, check: Check) -> None:
    partner = Partner.registered(stack)
    viewer = person(**look)
    editor = EditorPage(viewer.page, viewer.watch)
    editor.open(partner.link(partner.upload(b"<p class='a'>one</p>\n", "html")))
    check(viewer)
    editor.tool("Find and replace").click()
    expect(viewer.page.get_by_placeholder("Find")).to_be_visible()
    check(viewer)
    editor.tool("Versions").click()
    expect(viewer.page.get_by_test_id("version")).to_have_count(1)
    check(viewer)
    editor.open(partner.link(partner.upload(pdf("One", field="name"), "pdf")))
    expect(viewer.page.locator(".textLayer span").first).to_be_visible()
    editor.tool("Text").click()
    check(viewer)
    plan = drawing_documents.content(drawing_documents.plan())
    editor.open(partner.link(partner.upload(plan, "dxf")))
    editor.tool("Layers").click()
    expect(viewer.page.get_by_test_id("layers")).to_be_visible()
    check(viewer)


@pytest.fixture(scope="module")
def stage(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Where the scenes play."""
    return Stage(stack, tmp_path_factory.mktemp("stage"))


# What no test above comes by, in looks that take turns.
STATES = (
    *("view-converting", "view-lost", "view-page-failed", "view-stopped"),
    *("form", "form-incomplete", "form-conflict", "form-finished", "form-picker-empty"),
    *("review-help", "review-empty", "review-ended"),
    *("edit-help", "edit-lost", "edit-conflict", "edit-failed"),
)


@pytest.mark.parametrize(
    ("name", "look"),
    [
        pytest.param(name, DARK | PHONE if number % 2 else {}, id=name)
        for number, name in enumerate(STATES)
    ],
)
def test_states(name: str, look: Look, person: Person, stage: Stage, check: Check) -> None:
    viewer = person(**look)
    viewer.watch.expect("ERR_FAILED|status of [45]")
    SCENES[name](stage, viewer.page)
    check(viewer)
