"""A partner whose users edit documents, and the editor page as they use it."""

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

OPEN_MS = 60_000
_SCOPES = ("editor:launch", "workfiles:read", "workfiles:write")


@dataclass
class Partner:
    """A program that launches the editor with an access key."""

    url: str
    key: str

    @classmethod
    def registered(cls, stack: Stack, *arguments: str) -> Partner:
        """A new one."""
        scopes = [word for scope in _SCOPES for word in ("--scope", scope)]
        credentials = stack.register("Harbour drawings", *scopes, "--access-key", *arguments)
        return cls(stack.url, credentials["access_key"])

    def upload(self, content: bytes, extension: str) -> str:
        """A work file's id."""
        answer = requests.post(
            f"{self.url}/PCCIS/V1/WorkFile?FileExtension={extension}",
            data=content,
            headers={"x-api-key": self.key},
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        identity: str = answer.json()["fileId"]
        return identity

    def link(self, file: str, **parameters: Any) -> str:
        """The address that opens the editor once."""
        answer = requests.post(
            f"{self.url}/generate",
            json={"userId": "anna", "file": file, "access": "edit"} | parameters,
            headers={"x-api-key": self.key},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        return f"{self.url}/editor?apitoken={answer.json()['token']}"


@dataclass
class EditorPage:
    """The editor as a person uses it."""

    page: Page
    watch: Watch

    def open(self, address: str) -> EditorPage:
        """Follows a link and waits for the document."""
        self.page.goto(address)
        expect(self.page.locator('#editor[data-shows="document"]')).to_be_visible(timeout=OPEN_MS)
        expect(self.status).not_to_be_empty(timeout=OPEN_MS)
        return self

    @property
    def status(self) -> Locator:
        """The line that says what storage has."""
        return self.page.get_by_test_id("status")

    @property
    def text(self) -> Locator:
        """The text that is edited."""
        return self.page.get_by_test_id("surface").get_by_role("textbox", name="Text of")

    @property
    def message(self) -> Locator:
        """What stands in the place of the document."""
        return self.page.get_by_test_id("state-message")

    def write(self, words: str) -> None:
        """Adds words at the end of the text."""
        self.text.focus()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(words)

    def tool(self, name: str) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def expect_saved(self, version: int | str) -> None:
        """The server has it as this version."""
        expect(self.status).to_contain_text(f"version {version}", timeout=OPEN_MS)

    @property
    def door(self) -> str:
        """Where this person's page asks."""
        return self.page.url.replace("/editor/", "/api/v1/edits/")

    def stored(self, version: str = "") -> bytes:
        """What storage has, as this person's browser gets it."""
        path = f"revisions/{version}" if version else "content"
        answer = self.page.request.get(f"{self.door}/{path}")
        assert answer.status == 200, answer.text()
        return answer.body()

    def expect_stored(self, content: bytes) -> None:
        """Storage comes to have exactly this."""
        deadline = time.monotonic() + 30
        while (found := self.stored()) != content:
            assert time.monotonic() < deadline, found
            time.sleep(0.2)


def pdf(*lines: str, field: str = "") -> bytes:
    """A page with lines of text and, if it is named, a form field."""
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F0=font))
        texts = (
            f"BT /F0 14 Tf 60 {760 - 24 * row} Td ({line}) Tj ET" for row, line in enumerate(lines)
        )
        page.Contents = document.make_stream("\n".join(texts).encode("latin-1"))
        if field:
            _add_field(document, page, font, field)
        stream = io.BytesIO()
        document.save(stream)
    return stream.getvalue()


def _add_field(
    document: pikepdf.Pdf, page: pikepdf.Page, font: pikepdf.Dictionary, name: str
) -> None:
    widget = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Tx,
            T=pikepdf.String(name),
            F=4,
            Rect=[60, 560, 300, 584],
            DA=pikepdf.String("/F0 12 Tf 0 g"),
        )
    )
    page.Annots = document.make_indirect(pikepdf.Array([widget]))
    document.Root.AcroForm = pikepdf.Dictionary(
        Fields=[widget],
        DA=pikepdf.String("/F0 12 Tf 0 g"),
        DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(F0=font)),
    )


def annotations(content: bytes) -> dict[str, str]:
    """The annotations of a PDF's first page: text or value by kind."""
    with pikepdf.open(io.BytesIO(content)) as document:
        found = document.pages[0].get("/Annots", pikepdf.Array())
        return {
            str(one.Subtype).lstrip("/"): str(one.get("/V", one.get("/Contents", "")))
            for one in found
        }
