"""A person checks what was read from documents: by mouse, by keys alone, beside other windows."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests import corpus
from tests.browser.chromium import DARK, PHONE
from tests.browser.conftest import Person
from tests.browser.reviews import CLIENT, READ_MS, Office, ReviewPage, invoice
from tests.stack import Stack

Reviewer = Callable[..., ReviewPage]


@pytest.fixture(scope="module")
def office(stack: Stack) -> Office:
    """The program whose documents are read."""
    return Office.opened(stack)


@pytest.fixture
def reviewer(person: Person) -> Reviewer:
    """Somebody at a review page of their own."""

    def come(**looks: Any) -> ReviewPage:
        viewer = person(**looks)
        return ReviewPage(viewer.page, viewer.watch)

    return come


@pytest.fixture
def document(office: Office) -> str:
    """An invoice, alone in a new session."""
    office.start()
    return office.send(invoice(), "Invoice 1001.pdf")


def place(box: Locator) -> dict[str, float]:
    found = box.bounding_box()
    assert found is not None
    return dict(found)


def test_a_pile_is_checked_by_keys_alone(reviewer: Reviewer, office: Office) -> None:
    office.start()
    names = ("First.pdf", "Second.pdf")
    documents = [office.send(invoice(f"INV-{name[:5]}"), name) for name in names]
    review = reviewer().read(office.link())
    page = review.page
    expect(review.entries).to_have_count(2)
    review.expect_progress("0 of 2 checked")
    review.press("ArrowDown")
    for number, name in enumerate(names):
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page.locator(".row-main:focus")).to_have_count(1)  # the document is there
        finish = page.get_by_test_id("finish")
        for _ in range(40):
            if finish.evaluate("(button) => button === document.activeElement"):
                break
            row = page.locator('.row[data-look="open"] > .row-main:focus')
            expect(row).to_have_count(1)
            title = row.get_attribute("aria-label") or ""
            assert title.endswith("to check") or "cells to check" in title
            review.press("Enter")
            expect(
                page.locator(".row-main:focus").or_(finish.locator(":scope:focus"))
            ).to_be_visible()
        expect(page.get_by_test_id("left")).to_have_text("Nothing left to check")
        review.press("Enter")
        review.expect_progress(f"{number + 1} of 2 checked")
    expect(review.message).to_contain_text("All 2 documents are checked")
    for document in documents:
        found = office.result(document)
        assert found["review"] == {"state": "checked", "by": "J. Doe"}
        assert found["author"] == {"kind": "person", "name": "J. Doe"}
        assert found["fields"]["buyerName"]["state"] == "confirmed"
        assert "state" not in found["fields"]["issueDate"]
        cells = [cell for row in found["tables"][0]["rows"] for cell in row.values()]
        assert {cell["state"] for cell in cells} == {"confirmed"}
    review.press("p")
    expect(page.get_by_role("heading", level=1)).to_have_text("First.pdf")
    expect(page.get_by_test_id("left")).to_have_text("This document is checked")
    review.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text(
        "Next, previous document"
    )
    review.press("Escape", "n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second.pdf")


def test_fields_and_their_boxes_light_up_together(reviewer: Reviewer, office: Office) -> None:
    office.start()
    office.send(invoice(pages=4), "Long.pdf")
    review = reviewer().read(office.link())
    page = review.page
    sheets = page.get_by_test_id("page")
    expect(sheets).to_have_count(4)
    expect(sheets.first).to_have_attribute("data-state", "ready", timeout=READ_MS)
    review.main("total").click()
    expect(review.box("total")).to_have_attribute("data-active", "")
    expect(page.locator(".box-tag")).to_have_text("Total")
    expect(review.field("total")).to_contain_text("Page 1, from the document")
    page.locator("#scroller").evaluate("(pane) => pane.scrollTo(0, 1e6)")
    expect(sheets.last).to_have_attribute("data-state", "ready", timeout=READ_MS)
    expect(review.box("sellerName")).not_to_be_in_viewport()
    review.main("sellerName").click()
    expect(review.box("sellerName")).to_be_in_viewport()
    review.box("issueDate").hover()
    expect(review.field("issueDate")).to_have_attribute("data-hover", "")
    review.box("issueDate").click()
    expect(review.main("issueDate")).to_be_focused()
    width = place(sheets.first)["width"]
    page.get_by_role("button", name="Zoom in").click()
    assert place(sheets.first)["width"] > width
    review.press("0")
    expect(page.get_by_test_id("zoom-level")).not_to_have_text("100%")
    assert abs(place(sheets.first)["width"] - width) <= 1
    words = place(review.box("total"))
    sheet = place(sheets.first)
    total = office_polygon(office, "total")
    assert abs((words["x"] - sheet["x"]) / sheet["width"] * 595 - min(x for x, _ in total)) < 6
    assert abs((words["y"] - sheet["y"]) / sheet["height"] * 842 - min(y for _, y in total)) < 6


def office_polygon(office: Office, field: str) -> list[list[float]]:
    """Where a value of the session's only document stands."""
    state = office.http.get(f"{office.url}/session", timeout=60).json()
    polygon: list[list[float]] = state["requests"][-1]["result"]["fields"][field]["polygon"]
    return polygon


def test_a_value_is_corrected(reviewer: Reviewer, office: Office) -> None:
    office.start()
    document = office.send(invoice(tax="17.00"), "Wrong.pdf")
    review = reviewer()
    review.watch.expect("status of 422")
    review.read(office.link())
    for name in ("net", "tax", "total"):
        expect(review.field(name)).to_contain_text("do not add up to the total")
        expect(review.field(name)).to_have_attribute("data-look", "open")
    review.main("tax").click()
    review.press("e")
    expect(review.editor).to_be_focused()
    expect(review.editor).to_have_value("17.00")
    review.editor.fill("1.234,50")
    review.press("Enter")
    expect(review.field("tax").get_by_role("alert")).to_contain_text(
        "An amount is written with a dot"
    )
    expect(review.editor).to_have_attribute("aria-invalid", "true")
    review.editor.fill("19.00")
    review.press("Enter")
    expect(review.value("tax")).to_have_text("19.00")
    expect(review.field("tax")).to_contain_text("Corrected")
    review.expect_saved(2)
    # The rule was looked at anew.
    expect(review.page.locator("#fields")).not_to_contain_text("do not add up")
    found = office.expect_result(document, 2)
    assert found["fields"]["tax"] | {"polygon": 0} == found["fields"]["tax"] | {
        "value": "19.00",
        "state": "corrected",
        "by": "J. Doe",
        "source": "person",
        "polygon": 0,
    }
    assert found["validations"] == []
    review.press("Control+z")
    expect(review.value("tax")).to_have_text("17.00")
    expect(review.field("net")).to_contain_text("do not add up to the total")
    review.expect_saved(3)
    assert office.expect_result(document, 3)["fields"]["tax"]["value"] == "17.00"
    review.page.reload()
    expect(review.value("tax")).to_have_text("17.00")
    expect(review.page.get_by_test_id("author")).to_have_text("Version 3, by J. Doe")


def test_a_value_is_not_on_the_document(reviewer: Reviewer, office: Office, document: str) -> None:
    review = reviewer().read(office.link())
    review.main("buyerName").click()
    review.press("x")
    expect(review.field("buyerName")).to_contain_text("Not on this document")
    review.expect_saved(2)
    told = office.result(document)["fields"]["buyerName"]
    assert told["value"] is None and told["state"] == "corrected"
    review.page.get_by_role("button", name="Undo").click()
    expect(review.value("buyerName")).to_have_text("Harbour Office")
    expect(review.page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_missing_field_is_added_with_a_box(
    reviewer: Reviewer, office: Office, document: str
) -> None:
    review = reviewer().read(office.link())
    page = review.page
    sheet = page.get_by_test_id("page").first
    expect(sheet).to_have_attribute("data-state", "ready", timeout=READ_MS)
    page.get_by_role("button", name="Add a missing field").click()
    expect(page.get_by_test_id("drawing")).to_contain_text("Draw a box around the missing value.")
    sheet.scroll_into_view_if_needed()
    shown = place(sheet)
    point = shown["width"] / 595
    # "PO-77 / lighthouse" stands at 142 to 240 across, 380 from the foot.
    left, top = shown["x"] + 141 * point, shown["y"] + (842 - 393) * point
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + 40, top + 8, steps=3)
    page.mouse.move(left + 105 * point, top + 17 * point, steps=3)
    page.mouse.up()
    dialog = page.get_by_role("dialog", name="Add a field")
    expect(dialog.get_by_label("Value")).to_have_value("PO-77 / lighthouse")
    dialog.get_by_label("Name").fill("Order reference")
    dialog.get_by_role("button", name="Add field").click()
    expect(review.main("orderReference")).to_be_focused()
    expect(review.field("orderReference")).to_contain_text("Added")
    expect(review.box("orderReference")).to_have_attribute("data-active", "")
    told = office.expect_result(document, 2)["fields"]["orderReference"]
    assert told["value"] == told["text"] == "PO-77 / lighthouse"
    assert told["page"] == 0 and told["state"] == "added" and told["type"] == "text"
    assert abs(told["polygon"][0][0] - 141) < 3 and abs(told["polygon"][0][1] - (842 - 393)) < 3
    review.press("u")
    expect(review.field("orderReference")).to_have_count(0)


def test_a_key_right_after_a_dialog_has_closed_is_not_lost(
    reviewer: Reviewer, office: Office, document: str
) -> None:
    """Until the next frame the dialog's field has the focus, although nobody sees it."""
    review = reviewer().read(office.link())
    page = review.page
    expect(page.get_by_test_id("page").first).to_have_attribute(
        "data-state", "ready", timeout=READ_MS
    )
    review.press("a")
    page.get_by_role("button", name="It has no place").click()
    dialog = page.get_by_role("dialog", name="Add a field")
    expect(dialog.get_by_label("Name")).to_be_focused()
    pile = page.locator("[data-pile]")
    before = pile.get_attribute("data-pile")
    dialog.evaluate(
        """(dialog) => {
            dialog.requestClose();
            const key = new KeyboardEvent("keydown", { key: "l", bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(key);
        }"""
    )
    expect(pile).not_to_have_attribute("data-pile", before or "")


def test_a_place_is_marked_with_the_keys(reviewer: Reviewer, office: Office, document: str) -> None:
    review = reviewer().read(office.link())
    page = review.page
    review.main("buyerName").click()
    review.press("b")
    expect(page.get_by_test_id("drawing")).to_contain_text("Draw a box around Buyer name.")
    before = place(page.locator(".drawn"))
    review.press("ArrowRight", "Shift+ArrowDown")
    after = place(page.locator(".drawn"))
    assert after["x"] > before["x"] and after["height"] > before["height"]
    review.press("ArrowLeft", "Shift+ArrowDown", "Enter")
    # The box holds the line below now too.
    expect(review.editor).to_have_value(re.compile(r"Harbour Office.+7 Quay Street", re.S))
    review.editor.fill("Harbour Office, quay")
    review.press("Enter")
    told = office.expect_result(document, 2)["fields"]["buyerName"]
    assert told["value"] == "Harbour Office, quay" and "Quay Street" in told["text"]
    review.expect_saved(2)
    review.press("a", "Escape")
    expect(page.get_by_test_id("drawing")).to_be_hidden()
    expect(page.get_by_role("button", name="Add a missing field")).to_be_focused()


def test_line_items_are_edited_in_a_grid(reviewer: Reviewer, office: Office, document: str) -> None:
    review = reviewer().read(office.link())
    page = review.page
    page.get_by_test_id("table").locator(".row-main").click()
    review.press("Tab")
    expect(review.cell("lineItems[0].description")).to_be_focused()
    expect(review.box("lineItems[0].description")).to_have_attribute("data-active", "")
    review.press("ArrowDown", "ArrowRight")
    expect(review.cell("lineItems[1].quantity")).to_be_focused()
    review.press("e")
    review.editor.fill("3")
    review.press("Enter")
    expect(review.cell("lineItems[1].quantity")).to_have_text("3")
    expect(review.cell("lineItems[1].unitPrice")).to_be_focused()
    review.press("Enter")
    review.expect_saved(3)
    row = office.expect_result(document, 3)["tables"][0]["rows"][1]
    assert row["quantity"]["value"] == "3" and row["quantity"]["state"] == "corrected"
    assert row["unitPrice"]["state"] == "confirmed"
    page.get_by_role("button", name="Add a row").click()
    expect(review.editor).to_be_focused()
    review.editor.fill("Anchor")
    review.press("Enter")
    expect(review.cell("lineItems[2].description")).to_have_text("Anchor")
    page.get_by_role("button", name="Remove row 1").click()
    expect(review.cell("lineItems[0].description")).to_have_text("Rope, 20 m")
    rows = office.expect_result(document, 6)["tables"][0]["rows"]
    assert [row["description"]["value"] for row in rows] == ["Rope, 20 m", "Anchor"]


def test_two_windows_lose_nothing(reviewer: Reviewer, office: Office, document: str) -> None:
    address = office.link()
    mine, theirs = reviewer(), reviewer()
    for review in (mine, theirs):
        review.watch.expect("status of 409")
    mine.read(address)
    theirs.read(office.link("K. Roe"))
    # No news of the other window, as when both save within the same moment.
    mine.page.route(re.compile(r"/api/v1/reviews/[\w-]+$"), lambda route: route.abort())
    mine.watch.expect("ERR_FAILED")
    for review, value in ((theirs, "Their Ltd"), (mine, "My Ltd")):
        review.main("sellerName").click()
        review.press("e")
        review.editor.fill(value)
        review.press("Enter")
        if review is theirs:
            review.expect_saved(2)
    dialog = mine.page.get_by_role("dialog", name="Changed by somebody else too")
    expect(dialog).to_contain_text("K. Roe changed “Seller name”")
    expect(dialog.get_by_test_id("theirs")).to_contain_text("Their Ltd")
    dialog.get_by_test_id("mine").click()
    expect(mine.value("sellerName")).to_have_text("My Ltd")
    assert office.expect_result(document, 3)["fields"]["sellerName"]["by"] == "J. Doe"
    # Different fields need no question.
    theirs.main("buyerName").click()
    theirs.press("Enter")
    expect(theirs.field("buyerName")).to_contain_text("Confirmed")
    mine.main("invoiceNumber").click()
    mine.press("Enter")
    expect(mine.field("invoiceNumber")).to_contain_text("Confirmed")
    fields = office.expect_result(document, 5)["fields"]
    assert (fields["buyerName"]["by"], fields["invoiceNumber"]["by"]) == ("K. Roe", "J. Doe")
    mine.page.unroute(re.compile(r"/api/v1/reviews/[\w-]+$"))
    expect(mine.field("buyerName")).to_contain_text("Confirmed")


def test_documents_appear_as_they_come(reviewer: Reviewer, office: Office) -> None:
    office.start()
    review = reviewer().open(office.link())
    expect(review.message).to_contain_text("No documents yet")
    expect(review.message).to_contain_text(CLIENT)
    office.send(invoice(), "Coming.pdf", wait=0)
    expect(review.main("total")).to_be_visible(timeout=READ_MS)
    office.refused(b"%PDF-1.7\n" + b"\x00\xff" * 400, "Broken.pdf")
    expect(review.entries).to_have_count(2)
    review.entries.last.click()
    expect(review.message).to_have_attribute("data-state", "failed")
    expect(review.message).to_contain_text("Broken.pdf could not be read")
    review.message.get_by_role("button", name="Next document").click()
    expect(review.main("total")).to_be_visible()


def test_while_the_server_is_away_nothing_is_lost(
    reviewer: Reviewer, office: Office, document: str
) -> None:
    review = reviewer()
    review.watch.expect("ERR_CONNECTION_REFUSED")
    review.read(office.link())
    review.page.route("**/api/v1/reviews/**", lambda route: route.abort("connectionrefused"))
    review.main("buyerName").click()
    review.press("Enter")
    state = review.page.get_by_test_id("save-state")
    expect(state).to_have_text("Not saved. Trying again…")
    expect(review.page.locator('[data-notice="connection"]')).to_be_visible()
    review.page.unroute("**/api/v1/reviews/**")  # the page asks again by itself
    review.expect_saved(2)
    assert office.result(document)["fields"]["buyerName"]["state"] == "confirmed"


def test_on_the_way_to_another_document_the_last_ones_fields_are_out_of_reach(
    reviewer: Reviewer, office: Office, document: str
) -> None:
    second = office.send(invoice("INV-2002"), "Second.pdf")
    review = reviewer().read(office.link())
    page = review.page
    expect(review.value("invoiceNumber")).to_have_text("INV-1001")
    held: list[Any] = []
    page.route(f"**/documents/{second}", lambda route: held.append(route))
    review.entries.nth(1).click()
    expect(page.locator("#document-name")).to_have_text("Second.pdf")
    review.press("e", "Enter", "a", "x", "Shift+Enter")
    expect(review.editor).to_have_count(0)
    for pane in (".field-pane", ".document-pane"):
        expect(page.locator(pane)).to_have_js_property("inert", True)
    held[0].continue_()
    expect(review.value("invoiceNumber")).to_have_text("INV-2002")
    review.main("invoiceNumber").click()
    review.press("e")
    expect(review.editor).to_have_value("INV-2002")
    assert office.result(document)["version"] == office.result(second)["version"] == 1


def test_a_value_half_typed_waits_in_its_document(
    reviewer: Reviewer, office: Office, document: str
) -> None:
    office.send(invoice("INV-2002"), "Second.pdf")
    review = reviewer().read(office.link())
    review.main("invoiceNumber").click()
    review.press("e")
    review.editor.fill("INV-10")
    review.entries.nth(1).click()
    expect(review.value("invoiceNumber")).to_have_text("INV-2002")
    expect(review.editor).to_have_count(0)
    asked: list[str] = []
    review.page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    review.page.evaluate("() => location.reload()")
    assert asked == ["beforeunload"]
    review.entries.nth(0).click()
    expect(review.editor).to_have_value("INV-10")
    review.editor.fill("INV-1009")
    review.editor.press("Enter")
    review.expect_saved(2)
    assert office.result(document)["fields"]["invoiceNumber"]["value"] == "INV-1009"


def test_a_session_that_ends(reviewer: Reviewer, office: Office, document: str) -> None:
    address = office.link()
    review = reviewer()
    review.watch.expect("status of 404")
    review.watch.expect("status of 400")
    review.read(address)
    office.end()
    expect(review.message).to_contain_text("This link is no longer valid", timeout=30_000)
    expect(review.page.get_by_test_id("fields")).to_be_hidden()
    review.open(address)
    expect(review.page.get_by_role("heading")).to_have_text("This link is no longer valid")
    office.start()


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_telephone(reviewer: Reviewer, office: Office, document: str, width: int) -> None:
    review = reviewer(**(PHONE | DARK | {"viewport": {"width": width, "height": 700}}))
    review.read(office.link())
    page = review.page
    expect(page.get_by_test_id("page").first).to_be_hidden()
    for scroller in ("html", "#fields"):
        assert page.locator(scroller).evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
    review.main("total").tap()
    page.get_by_role("button", name="Document", exact=True).tap()
    expect(page.get_by_test_id("page").first).to_have_attribute(
        "data-state", "ready", timeout=READ_MS
    )
    expect(review.box("total")).to_be_in_viewport()
    review.box("buyerName").tap()
    expect(review.main("buyerName")).to_be_focused()
    review.field("buyerName").get_by_role("button", name="Confirm").tap()
    review.expect_saved()
    page.get_by_role("button", name="Documents").tap()
    expect(review.entries.first).to_be_in_viewport()
    review.entries.first.tap()
    expect(review.entries.first).not_to_be_in_viewport()
    assert office.result(document)["fields"]["buyerName"]["state"] == "confirmed"


def test_export(reviewer: Reviewer, office: Office, document: str) -> None:
    review = reviewer().read(office.link())
    files = {}
    for kind in ("json", "csv"):
        review.page.get_by_role("button", name="Export").click()
        with review.page.expect_download() as download:
            review.page.get_by_test_id(f"export-{kind}").click()
        assert download.value.suggested_filename == f"extracted.{kind}"
        files[kind] = Path(download.value.path()).read_text("utf-8-sig")
    (told,) = json.loads(files["json"])
    assert told["documentId"] == document and told["fields"]["total"]["value"] == "119.00"
    rows = {row["field"]: row["value"] for row in csv.DictReader(io.StringIO(files["csv"]))}
    assert rows["total"] == "119.00" and rows["lineItems[1].description"] == "Rope, 20 m"


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("extraction/receipts/sroie_085.jpg", "total", "9.90"),
        ("extraction/invoices/zugferdv1__acme_invoice-42_ZUGFeRD.noxml.pdf", "invoiceNumber", "42"),
    ],
    ids=["receipt", "invoice"],
)
def test_real_documents(
    reviewer: Reviewer, office: Office, path: str, field: str, value: str
) -> None:
    file = corpus.file(path)
    if not file.is_file():
        pytest.skip(f"the document corpus has no {path}")
    office.start()
    document = office.send(file.read_bytes(), file.name)
    review = reviewer().read(office.link())
    expect(review.page.get_by_test_id("page").first).to_have_attribute(
        "data-state", "ready", timeout=READ_MS
    )
    expect(review.value(field)).to_have_text(value)
    review.main(field).click()
    expect(review.box(field)).to_be_in_viewport()
    if not review.field(field).get_by_role("button", name="Confirm").is_visible():
        return
    review.press("Enter")
    expect(review.field(field)).to_contain_text("Confirmed")
    assert office.expect_result(document, 2)["fields"][field]["by"] == "J. Doe"
