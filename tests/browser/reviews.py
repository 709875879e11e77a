"""A program that has documents read, invoices made for that, and the page where a person checks
what was read."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from typing import Any

import pikepdf
import requests
from playwright.sync_api import Locator, Page, expect

from tests.browser.watch import Watch
from tests.stack import Stack

CLIENT = "Harbour accounts"
READ_MS = 90_000
_HEAD = (
    (60, 780, 18, "Lighthouse Supplies Ltd"),
    (60, 762, 10, "1 Pier Road, 2000 Harbourtown"),
    (60, 700, 10, "Harbour Office"),
    (60, 686, 10, "7 Quay Street"),
    (60, 672, 10, "2001 Harbourtown"),
    (60, 620, 16, "Invoice"),
    (350, 620, 10, "Invoice number: {number}"),
    (350, 604, 10, "Invoice date: 2026-11-02"),
    (60, 560, 10, "Description"),
    (300, 560, 10, "Quantity"),
    (380, 560, 10, "Unit price"),
    (480, 560, 10, "Amount"),
)
_ITEMS = (("Lamp oil", "2", "25.00", "50.00"), ("Rope, 20 m", "1", "50.00", "50.00"))
_FOOT = (
    (380, 480, 10, "Net amount"),
    (480, 480, 10, "100.00"),
    (380, 464, 10, "VAT 19%"),
    (480, 464, 10, "{tax}"),
    (380, 448, 10, "Total EUR"),
    (480, 448, 10, "{total}"),
    (60, 380, 10, "Order reference: {order}"),
)


def invoice(
    number: str = "INV-1001", *, tax: str = "19.00", total: str = "119.00", pages: int = 1
) -> bytes:
    """An invoice of two lines as PDF; the pages after the first hold terms."""
    rows = [
        (x, 540 - 16 * line, 10, cell)
        for line, item in enumerate(_ITEMS)
        for x, cell in zip((60, 300, 380, 480), item, strict=True)
    ]
    told = {"number": number, "tax": tax, "total": total, "order": "PO-77 / lighthouse"}
    with pikepdf.new() as document:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        for page_number in range(pages):
            texts = (*_HEAD, *rows, *_FOOT) if not page_number else ((60, 700, 11, "Our terms"),)
            page = document.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F0=font))
            lines = (
                f"BT /F0 {size} Tf {x} {y} Td ({text.format(**told)}) Tj ET"
                for x, y, size, text in texts
            )
            page.Contents = document.make_stream("\n".join(lines).encode("latin-1"))
        stream = io.BytesIO()
        document.save(stream)
    return stream.getvalue()


@dataclass
class Office:
    """A program that holds one extraction session."""

    url: str
    http: requests.Session

    @classmethod
    def opened(cls, stack: Stack, *arguments: str) -> Office:
        """A new program with a new session."""
        scopes = ("--scope", "sessions:write", "--scope", "documents:ocr", *arguments)
        http = stack.integrator(CLIENT, *scopes).http
        office = cls(stack.url, http)
        office.start()
        return office

    def start(self) -> None:
        """Another session."""
        self.http.headers.pop("Session-Id", None)
        self.http.headers["Session-Id"] = self._post("/session/start", json={})["sessionId"]

    def link(self, reviewer: str = "J. Doe") -> str:
        """The address of the page."""
        address: str = self._post("/session/review", json={"reviewer": reviewer})["reviewUrl"]
        return address

    def send(self, content: bytes, name: str, *, wait: int = 90) -> str:
        """Sends a document; its id."""
        answer = self.http.post(
            f"{self.url}/documents/append",
            files={"document": (name, content)},
            headers={"Prefer": f"wait={wait}"},
            timeout=120,
        )
        members = answer.json()
        if answer.status_code == 202:
            return str(members["documentId"])
        assert answer.status_code == 200, answer.text
        return str(members["documentId"])

    def refused(self, content: bytes, name: str) -> None:
        """Sends a document that cannot be read."""
        answer = self.http.post(
            f"{self.url}/documents/append", files={"document": (name, content)}, timeout=120
        )
        assert answer.status_code == 422, answer.text

    def result(self, document: str) -> dict[str, Any]:
        """What the program gets of a document."""
        answer = self.http.get(f"{self.url}/documents/{document}/result", timeout=60)
        assert answer.status_code == 200, answer.text
        members: dict[str, Any] = answer.json()
        return members

    def expect_result(self, document: str, version: int) -> dict[str, Any]:
        """The result, once it has this version."""
        deadline = time.monotonic() + 30
        while (found := self.result(document))["version"] < version:
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        assert found["version"] == version
        return found

    def end(self) -> None:
        """Ends the session."""
        answer = self.http.post(f"{self.url}/session/end", json={}, timeout=60)
        assert answer.status_code == 204, answer.text

    def _post(self, path: str, **arguments: Any) -> dict[str, Any]:
        answer = self.http.post(self.url + path, timeout=60, **arguments)
        assert answer.status_code == 200, answer.text
        members: dict[str, Any] = answer.json()
        return members


@dataclass
class ReviewPage:
    """The page as a person uses it."""

    page: Page
    watch: Watch

    def open(self, address: str) -> ReviewPage:
        """Follows a link."""
        self.page.goto(address)
        return self

    def read(self, address: str) -> ReviewPage:
        """Follows a link and waits for the fields and the first page."""
        self.open(address)
        expect(self.page.get_by_test_id("field").first).to_be_visible(timeout=READ_MS)
        return self

    def field(self, name: str) -> Locator:
        """A field's row."""
        return self.page.locator(f'[data-testid="field"][data-name="{name}"]')

    def main(self, name: str) -> Locator:
        """The part of a row that has the focus."""
        return self.field(name).locator(".row-main")

    def value(self, name: str) -> Locator:
        """A field's value as it is shown."""
        return self.field(name).locator(".row-value")

    def box(self, name: str) -> Locator:
        """A value's box on the page."""
        return self.page.locator(f'.box[data-name="{name}"]')

    def cell(self, name: str) -> Locator:
        """A cell of a table."""
        return self.page.locator(f'[role="gridcell"][data-name="{name}"]')

    @property
    def editor(self) -> Locator:
        """Where a value is typed."""
        return self.page.get_by_test_id("edit")

    @property
    def entries(self) -> Locator:
        """The documents of the pile."""
        return self.page.get_by_test_id("pile-entry")

    @property
    def message(self) -> Locator:
        """What stands in the place of a document."""
        return self.page.get_by_test_id("state-message")

    def press(self, *keys: str) -> None:
        """Presses keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def expect_saved(self, version: int | None = None) -> None:
        """The server has what was said."""
        expect(self.page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
        if version:
            expect(self.page.get_by_test_id("author")).to_contain_text(f"Version {version},")

    def expect_progress(self, text: str) -> None:
        """How many documents are checked."""
        expect(self.page.get_by_test_id("progress")).to_have_text(text)
