"""Another system that has documents filled in, on the running product."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from docx import Document

from tests.stack import Stack
from tests.unit.clients.test_webhooks import Receiver

SCRIPT = """<primedocsConnect>
<Template Id="{template}" />
<DocumentLanguage Code="es-es" />
<Forms>
<Value Key="Subject">From Sample Script</Value>
<Value Key="Notes">Sample Note</Value>
</Forms>
<Data>
<Value Key="InvoiceNumber">1234</Value>
</Data>
</primedocsConnect>"""


@dataclass
class Connector:
    """A program with its datasource, template, token and receiver of webhooks."""

    url: str
    datasource: str
    template: str
    credentials: dict[str, str]
    http: requests.Session
    receiver: Receiver
    secret: str

    def address(self, rest: str) -> str:
        return f"{self.url}/webapi/api/v3/{self.datasource}/connect/{rest}"

    def post(self, rest: str, document: str = "", **arguments: Any) -> requests.Response:
        """A call with a Connect document, by default the script's."""
        content = document or SCRIPT.format(template=self.template)
        headers = {"Content-Type": "application/xml; charset=utf-8"}
        return self.http.post(
            self.address(rest), content.encode(), headers=headers, timeout=120, **arguments
        )

    def open(self, document: str = "") -> str:
        """A session's id."""
        answer = self.post("session", document)
        assert answer.status_code == 200, answer.text
        identity: str = answer.json()["sessionId"]
        return identity

    def page(self, method: str, identity: str, rest: str = "", **arguments: Any) -> Any:
        """A call of the form page: no credentials."""
        address = f"{self.url}/api/v1/forms/{identity}{rest}"
        return requests.request(method, address, timeout=120, **arguments)

    def complete(self, identity: str) -> requests.Response:
        """The person finishes the form as it is."""
        state = self.page("GET", identity).json()
        body = {"number": state["draft"]["number"], "values": state["values"]}
        answer: requests.Response = self.page("POST", identity, "/complete", json=body)
        return answer

    def result(self, identity: str, conversion: str) -> requests.Response:
        address = self.address(f"session/{identity}/Result?conversion={conversion}")
        return self.http.get(address, timeout=120)


@contextmanager
def connector(stack: Stack, directory: Path) -> Iterator[Connector]:
    """A registered program with the letter below as its template."""
    file = directory / "letter.docx"
    file.write_bytes(letter())

    def manage(*arguments: str) -> dict[str, str]:
        printed: dict[str, str] = json.loads(stack.manage(*arguments, "--json"))
        return printed

    datasource = manage("create_datasource", f"Letters {directory}", "--language", "es-es")["id"]
    named = ("--datasource", datasource, "--name", "Letter", "--tag", "sales")
    template = manage("import_template", str(file), *named)["id"]
    scope = ("--scope", "pd_ConnectWebApi", "--datasource", datasource)
    credentials = stack.register("CRM", *scope)
    receiver = Receiver()
    client = credentials["client_id"]
    secret = manage("register_webhook", client, receiver.url, "--private")["secret"]
    token = requests.post(
        f"{stack.url}/ids/connect/token",
        data={
            "client_id": client,
            "client_secret": credentials["client_secret"],
            "grant_type": "client_credentials",
            "scope": "pd_ConnectWebApi",
        },
        timeout=30,
    )
    http = requests.Session()
    http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    yield Connector(stack.url, datasource, template, credentials, http, receiver, secret)
    receiver.server.shutdown()


def letter() -> bytes:
    """A letter of the script's fields, with a table of positions."""
    document = Document()
    document.add_paragraph("{{ Subject }}")
    document.add_paragraph("{{ Notes }}")
    document.add_paragraph("Invoice {{ InvoiceNumber }}")
    rows = [
        ("Text", "Price"),
        ("{%tr for item in Positions %}", ""),
        ("{{ item.Text }}", "{{ item.Price }}"),
        ("{%tr endfor %}", ""),
    ]
    table = document.add_table(rows=len(rows), cols=2)
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def text_of(content: bytes) -> str:
    """The text of a .docx: paragraphs, then cells."""
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
