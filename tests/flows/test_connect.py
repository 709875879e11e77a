"""Connect on the running product: a program opens a form, it is completed, a document comes out."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from docx import Document

from tests.stack import Stack
from tests.unit.clients.test_webhooks import Receiver, verified

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
EXTENSIONS = {"None": "docx", "Pdf": "pdf", "PdfA": "pdf"}


@dataclass
class Program:
    """Another system that fills in documents: its datasource, template, token and receiver."""

    url: str
    datasource: str
    template: str
    http: requests.Session
    receiver: Receiver
    secret: str

    def address(self, rest: str) -> str:
        return f"{self.url}/webapi/api/v3/{self.datasource}/connect/{rest}"

    def post(self, rest: str, document: str, **arguments: Any) -> requests.Response:
        headers = {"Content-Type": "application/xml; charset=utf-8"}
        return self.http.post(
            self.address(rest), document.encode(), headers=headers, timeout=120, **arguments
        )

    def open(self, document: str | None = None) -> str:
        answer = self.post("session", document or SCRIPT.format(template=self.template))
        assert answer.status_code == 200, answer.text
        identity: str = answer.json()["sessionId"]
        return identity

    def page(self, method: str, identity: str, rest: str = "", **arguments: Any) -> Any:
        """A call of the form page: no credentials."""
        address = f"{self.url}/api/v1/forms/{identity}{rest}"
        return requests.request(method, address, timeout=120, **arguments)

    def result(self, identity: str, conversion: str) -> requests.Response:
        return self.http.get(
            self.address(f"session/{identity}/Result?conversion={conversion}"), timeout=120
        )


def letter() -> bytes:
    """A letter of the script's fields, with a table of positions."""
    document = Document()
    document.add_paragraph("{{ Subject }}")
    document.add_paragraph("{{ Notes }}")
    document.add_paragraph("Invoice {{ InvoiceNumber }}")
    table = document.add_table(rows=4, cols=2)
    rows = [
        ("Text", "Price"),
        ("{%tr for item in Positions %}", ""),
        ("{{ item.Text }}", "{{ item.Price }}"),
        ("{%tr endfor %}", ""),
    ]
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def text_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.fixture(scope="module")
def program(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    file: Path = tmp_path_factory.mktemp("connect") / "letter.docx"
    file.write_bytes(letter())
    datasource = json.loads(
        stack.manage("create_datasource", "Letters", "--language", "es-es", "--json")
    )["id"]
    template = json.loads(
        stack.manage(
            "import_template",
            str(file),
            "--datasource",
            datasource,
            "--name",
            "Letter",
            "--tag",
            "sales",
            "--json",
        )
    )["id"]
    credentials = stack.register("CRM", "--scope", "pd_ConnectWebApi", "--datasource", datasource)
    receiver = Receiver()
    secret = json.loads(
        stack.manage(
            "register_webhook", credentials["client_id"], receiver.url, "--private", "--json"
        )
    )["secret"]
    token = requests.post(
        f"{stack.url}/ids/connect/token",
        data={
            "client_id": credentials["client_id"],
            "client_secret": credentials["client_secret"],
            "grant_type": "client_credentials",
            "scope": "pd_ConnectWebApi",
        },
        timeout=30,
    )
    http = requests.Session()
    http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    yield Program(stack.url, datasource, template, http, receiver, secret)
    receiver.server.shutdown()


def test_from_the_script_to_the_documents(program: Program) -> None:
    identity = program.open()
    state = program.page("GET", identity).json()
    assert state["state"] == "filling"
    assert state["values"]["Subject"] == "From Sample Script"
    keys = [field["key"] for field in state["form"]["fields"]]
    assert "InvoiceNumber" not in keys
    assert "1234" not in json.dumps(state)
    values = state["values"] | {
        "Notes": "Typed by a person: Ünïcödé & <angle>",
        "Positions": [{"Text": "Lamp", "Price": "12"}, {"Text": "Rope", "Price": "7"}],
    }
    saved = program.page("PUT", identity, "/draft", json={"number": 0, "values": values})
    assert saved.json()["number"] == 1, saved.text
    preview = program.page("POST", identity, "/preview", json={"values": values})
    assert preview.headers["Content-Type"] == "image/png", preview.text
    assert json.loads(preview.headers["Recto-Preview"])["pages"] == 1
    assert program.result(identity, "None").json()["code"] == "form_not_finished"
    done = program.page("POST", identity, "/complete", json={"number": 1, "values": values})
    assert done.status_code == 200, done.text
    result = done.json()["result"]
    documents = {}
    for conversion, extension in EXTENSIONS.items():
        answer = program.result(identity, conversion)
        assert answer.status_code == 200, answer.text
        assert f'filename="Letter.{extension}"' in answer.headers["Content-Disposition"]
        documents[conversion] = answer.content
    words = ["From Sample Script", "Typed by a person: Ünïcödé & <angle>", "1234", "Lamp", "Rope"]
    text = text_of(documents["None"])
    assert [word for word in words if word not in text] == []
    assert documents["Pdf"].startswith(b"%PDF")
    assert b"pdfaid:part" in documents["PdfA"]
    for format in result["formats"]:
        assert program.page("GET", identity, f"/result/{format}").status_code == 200
    assert program.page("GET", identity).json()["result"] == result


def test_client_is_told_and_gets_the_result(program: Program) -> None:
    program.receiver.messages.clear()
    identity = program.open()
    values = program.page("GET", identity).json()["values"]
    done = program.page("POST", identity, "/complete", json={"number": 0, "values": values})
    deadline = time.monotonic() + 30
    while not program.receiver.messages:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    ((headers, body),) = program.receiver.messages
    assert verified(program.secret, headers, body)
    message = json.loads(body)
    assert message["type"] == "connect.completed"
    assert message["data"]["sessionId"] == identity
    assert message["data"]["result"] == done.json()["result"]["reference"]
    assert program.result(message["data"]["sessionId"], "None").status_code == 200


def test_many_tabs_finish_at_once(program: Program) -> None:
    identity = program.open()
    values = program.page("GET", identity).json()["values"]

    def finish(_: int) -> requests.Response:
        body = {"number": 0, "values": values}
        while True:
            answer: requests.Response = program.page("POST", identity, "/complete", json=body)
            if answer.status_code != 202:
                return answer
            time.sleep(0.1)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(finish, range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.json()["result"]["reference"] for answer in answers}) == 1


def test_fifty_megabytes_are_refused(program: Program) -> None:
    large = "<primedocsConnect><!--" + "x" * 50 * 1024**2 + "--></primedocsConnect>"
    assert program.post("session", large).status_code == 413

    def chunks() -> Iterator[bytes]:
        yield b"<primedocsConnect><!--"
        for _ in range(50):
            yield b"x" * 1024**2

    answer = program.http.post(
        program.address("session"),
        chunks(),
        headers={"Content-Type": "application/xml"},
        timeout=120,
    )
    assert answer.status_code == 413


def test_document_without_a_person(program: Program) -> None:
    answer = program.post("document?conversion=Pdf", SCRIPT.format(template=program.template))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf"
    answer = program.post("document", SCRIPT.format(template=program.template))
    assert "1234" in text_of(answer.content)
