"""A library with a template that has every kind of field, a program that opens forms on it, and
the form page as a person uses it."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import requests
from docx import Document
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.watch import Watch
from tests.stack import Stack

CLIENT = "Harbour office"
NAME = "Offer"
READY_MS = 60_000
DEFINITION: dict[str, Any] = {
    "fields": [
        {"key": "About", "kind": "info", "label": "Offer", "help": "The letter grows beside you."},
        {
            "key": "Subject",
            "kind": "text",
            "label": "Subject",
            "help": "Stands above the letter.",
            "required": True,
            "max_length": 60,
        },
        {"key": "Day", "kind": "date", "label": "Date", "required": True},
        {
            "key": "To",
            "kind": "group",
            "label": "Recipient",
            "fields": [
                {
                    "key": "Customer",
                    "kind": "object",
                    "label": "Customer",
                    "fields": [
                        {"key": "Name", "kind": "text", "label": "Name", "required": True},
                        {"key": "Town", "kind": "text", "label": "Town"},
                    ],
                },
                {
                    "key": "Delivery",
                    "kind": "choice",
                    "label": "Delivery",
                    "choices": [
                        {"value": "sea", "label": "By sea"},
                        {"value": "rail", "label": "By rail"},
                    ],
                },
            ],
        },
        {"key": "Text", "kind": "text", "label": "Letter", "multiline": True},
        {
            "key": "Country",
            "kind": "choice",
            "label": "Country",
            "required": True,
            "choices": [
                {"value": code, "label": label}
                for code, label in {
                    "AT": "Austria",
                    "BE": "Belgium",
                    "CH": "Switzerland",
                    "DE": "Germany",
                    "FR": "France",
                    "IT": "Italy",
                }.items()
            ],
        },
        {"key": "Discounted", "kind": "yes_no", "label": "Grant a discount"},
        {
            "key": "Discount",
            "kind": "number",
            "label": "Discount in percent",
            "required": True,
            "min": 1,
            "max": 50,
            "depends_on": {"key": "Discounted", "equals": True},
        },
        {
            "key": "Positions",
            "kind": "collection",
            "label": "Positions",
            "required": True,
            "max_items": 4,
            "fields": [
                {"key": "Title", "kind": "text", "label": "Title", "required": True},
                {"key": "Price", "kind": "number", "label": "Price", "required": True, "min": 0},
            ],
        },
        {"key": "Logo", "kind": "picture", "label": "Logo"},
    ]
}
SCRIPT = """<primedocsConnect>
<Template Id="{template}" />
<DocumentLanguage Code="de-CH" />
<Forms>
<Value Key="Subject">From Sample Script</Value>
<Object Key="Customer"><Value Key="Name">{customer}</Value></Object>
</Forms>
<Data>
<Value Key="InvoiceNumber">INV-1234</Value>
</Data>
</primedocsConnect>"""
PICKER = """<primedocsConnect>
<Template><TagFilter AllowTemplatePicker="true"><Tag>{tag}</Tag></TagFilter></Template>
</primedocsConnect>"""


def letter() -> bytes:
    """A Word template with a mark for each field of DEFINITION."""
    document = Document()
    for text in (
        "{{ Subject }}",
        "{{ Day | date('long') }}",
        "{{ Customer.Name }}, {{ Customer.Town }}",
        "Delivery: {{ Delivery }}",
        "{{ Text }}",
        "Country: {{ Country }}",
        "{%p if Discounted %}",
        "Discount {{ Discount }} percent",
        "{%p endif %}",
        "Invoice {{ InvoiceNumber }}",
    ):
        document.add_paragraph(text)
    table = document.add_table(rows=3, cols=2)
    rows: Sequence[tuple[str, str]] = (
        ("{%tr for position in Positions %}", ""),
        ("{{ position.Title }}", "{{ position.Price | money('CHF') }}"),
        ("{%tr endfor %}", ""),
    )
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.add_paragraph("{{ Logo | picture(30, 30) }}")
    return _saved(document)


def note() -> bytes:
    """A second, small template, two pages long."""
    document = Document()
    document.add_paragraph("Note: {{ Subject }}")
    document.add_page_break()
    document.add_paragraph("The second page of {{ Subject }}")
    return _saved(document)


def _saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def picture() -> bytes:
    """A small PNG."""
    stream = io.BytesIO()
    Image.new("RGB", (120, 80), (14, 102, 112)).save(stream, "PNG")
    return stream.getvalue()


@dataclass
class Library:
    """A datasource with templates, and the program that may use it."""

    stack: Stack
    datasource: str
    template: str
    http: requests.Session

    @classmethod
    def made(cls, stack: Stack, folder: Path, name: str = "Offers") -> Library:
        """Made with the commands an operator has."""
        made = stack.manage("create_datasource", name, "--language", "de-CH", "--json")
        datasource = json.loads(made)["id"]
        credentials = stack.register(
            CLIENT, "--scope", "pd_ConnectWebApi", "--datasource", datasource
        )
        stack.manage(
            "shell",
            "-c",
            "from apps.clients.models import ApiClient;"
            f"ApiClient.objects.filter(client_id={credentials['client_id']!r})"
            ".update(return_url='https://harbour.example/done')",
        )
        token = requests.post(
            f"{stack.url}/ids/connect/token",
            data=credentials | {"grant_type": "client_credentials", "scope": "pd_ConnectWebApi"},
            timeout=30,
        )
        http = requests.Session()
        http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        library = cls(stack, datasource, "", http)
        library.template = library.add(folder, NAME, letter(), DEFINITION, "offer")
        return library

    def add(
        self,
        folder: Path,
        name: str,
        content: bytes,
        definition: dict[str, Any] | None = None,
        *tags: str,
    ) -> str:
        """Imports a template, published, with this form; returns its id."""
        file = folder / f"{uuid.uuid4()}.docx"
        file.write_bytes(content)
        words = [word for tag in tags for word in ("--tag", tag)]
        made = self.stack.manage(
            "import_template",
            str(file),
            "--datasource",
            self.datasource,
            "--name",
            name,
            *words,
            "--json",
        )
        template: str = json.loads(made)["id"]
        if definition:
            self.shell(
                "from apps.document_templates.models import TemplateVersion;"
                f"TemplateVersion.objects.filter(template__guid={template!r})"
                f".update(definition={definition!r})"
            )
        return template

    def shell(self, code: str) -> None:
        """Runs Python on the portal's data."""
        self.stack.manage("shell", "-c", code)

    def open(self, document: str = "") -> str:
        """The script: posts XML; returns the id of the session."""
        document = document or self.script()
        answer = self.http.post(
            f"{self.stack.url}/webapi/api/v3/{self.datasource}/connect/session",
            data=document.encode(),
            headers={"Content-Type": "application/xml; charset=utf-8"},
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        identity: str = answer.json()["sessionId"]
        return identity

    def script(self, template: str = "", customer: str = "Müller & Söhne") -> str:
        """The XML a program sends."""
        return SCRIPT.format(template=template or self.template, customer=escape(customer))


@dataclass
class FormPage:
    """The form page."""

    page: Page
    url: str
    watch: Watch

    def open(self, identity: str) -> FormPage:
        """Follows the link to a form, without waiting for anything."""
        self.page.goto(f"{self.url}/app/web/connect?sessionId={identity}")
        return self

    def fill_in(self, identity: str) -> FormPage:
        """Follows the link and waits for the fields."""
        self.open(identity)
        expect(self.page.get_by_test_id("connect")).to_have_attribute("data-shows", "form")
        return self

    def field(self, key: str, within: Locator | None = None) -> Locator:
        """Everything of a field."""
        return (within or self.page).locator(f'[data-testid="field"][data-key="{key}"]')

    def box(self, key: str, within: Locator | None = None) -> Locator:
        """What a field is typed into."""
        return self.field(key, within).locator("input, textarea, select").first

    def entry(self, number: int) -> Locator:
        """An entry of the collection, from 0."""
        return self.page.get_by_test_id("entry").nth(number)

    @property
    def summary(self) -> Locator:
        """What keeps the document from being made."""
        return self.page.get_by_test_id("summary")

    @property
    def message(self) -> Locator:
        """What stands in the place of the form."""
        return self.page.get_by_test_id("state-message")

    def complete(self) -> None:
        """Fills in what is required and not given by the script."""
        self.box("Day").fill("2026-11-22")
        self.box("Country").select_option("CH")
        self.page.get_by_role("button", name="Positions: add entry").click()
        self.box("Title", self.entry(0)).fill("Lamp")
        self.box("Price", self.entry(0)).fill("1234.5")

    def finish(self) -> None:
        """Presses the button."""
        self.page.get_by_test_id("finish").click()

    def expect_saved(self) -> None:
        """The draft is kept."""
        expect(self.page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")

    def expect_preview(self) -> None:
        """A page of the document is drawn."""
        preview = self.page.get_by_test_id("preview")
        expect(preview).to_have_attribute("data-state", "ready", timeout=READY_MS)
