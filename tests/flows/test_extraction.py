"""Extraction on the running product: real documents in, typed fields with their places out."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pikepdf
import pytest
import requests
from PIL import Image, ImageDraw, ImageFont

from tests import factories
from tests.corpus import ROOT, requires_corpus
from tests.stack import Integrator, Stack

SCOPES = (
    "sessions:write",
    "documents:ocr",
    "envelopes:create",
    "envelopes:read",
    "envelopes:write",
)
INVOICES = ROOT / "extraction" / "invoices"
RECEIPTS = ROOT / "extraction" / "receipts"


class Extractor(Integrator):
    """A program that extracts data."""

    def start(self, **body: Any) -> dict[str, Any]:
        answer = self.call("POST", "/session/start", json=body)
        assert answer.status_code == 200, answer.text
        members: dict[str, Any] = answer.json()
        return members

    def send(
        self, session: str, content: Any, name: str, path: str = "/documents/append", **headers: str
    ) -> requests.Response:
        named = {"Session-Id": session} if session else {}
        named |= {key.replace("_", "-"): value for key, value in headers.items()}
        return self.call("POST", path, files={"document": (name, content)}, headers=named)

    def ask(self, session: str, path: str) -> requests.Response:
        return self.call("GET", path, headers={"Session-Id": session} if session else {})

    def ended(self, session: str, path: str, seconds: float = 120) -> dict[str, Any]:
        """A request once it has ended."""
        deadline = time.monotonic() + seconds
        while (found := self.ask(session, path).json())["status"] in ("queued", "running"):
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        members: dict[str, Any] = found
        return members


def extractor(stack: Stack, name: str, *scopes: str) -> Extractor:
    words = [word for scope in scopes or SCOPES for word in ("--scope", scope)]
    return Extractor(stack.url, stack.register(name, *words))


@pytest.fixture(scope="module")
def program(stack: Stack) -> Iterator[Extractor]:
    yield extractor(stack, "Extractor")


def invoice() -> bytes:
    """A Word invoice: office documents are read like any other."""
    return factories.docx(
        "Acme Lighting Ltd, 1 High Street, London",
        "INVOICE",
        "Invoice number: 2026-117",
        "Invoice date: 2026-11-02",
        "Net amount: EUR 100.00",
        "VAT 19%: EUR 19.00",
        "Total amount due: EUR 119.00",
    )


def scan(*lines: str) -> bytes:
    """A picture of a receipt."""
    picture = Image.new("RGB", (900, 120 + 60 * len(lines)), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype("DejaVuSans.ttf", 32)
    for number, line in enumerate(lines):
        draw.text((60, 60 + 60 * number), line, "black", font=font)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


RECEIPT = scan(
    "CORNER SHOP SDN BHD",
    "12 Jalan Besar, 50000 Kuala Lumpur",
    "TAX INVOICE",
    "Date: 03/04/2018 12:41",
    "Milk 1L 7.50",
    "Bread 4.50",
    "TOTAL RM 12.00",
    "CASH RM 20.00",
    "CHANGE RM 8.00",
)


def test_a_word_document(program: Extractor) -> None:
    session = program.start()["sessionId"]
    answer = program.send(session, invoice(), "invoice.docx")
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert result["classIdentifier"] == "invoice"
    total = result["fields"]["total"]
    assert total["value"] == "119.00" and total["source"] == "text" and total["page"] == 0
    (left, top), _, (right, bottom), _ = total["polygon"]
    size = result["pageSizes"][0]
    assert 0 <= left < right <= size["width"] and 0 <= top < bottom <= size["height"]


def test_a_scan(program: Extractor) -> None:
    session = program.start()["sessionId"]
    answer = program.send(session, RECEIPT, "receipt.png")
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert result["classIdentifier"] == "receipt"
    assert result["fields"]["total"]["value"] == "12.00"
    assert result["fields"]["total"]["source"] == "ocr"
    assert result["fields"]["date"]["value"] == "2018-04-03"


@requires_corpus
def test_an_electronic_invoice(program: Extractor) -> None:
    session = program.start()["sessionId"]
    for name in (
        "zugferdv1__acme_invoice-42_ZUGFeRD.pdf",
        "xml__EN16931_Sachversicherung_berechneter_Steuersatz.ubl.xml",
    ):
        answer = program.send(session, (INVOICES / name).read_bytes(), name)
        assert answer.status_code == 200, answer.text
        result = answer.json()
        assert result["classIdentifier"] == "invoice"
        assert any(field["source"] == "xml" for field in result["fields"].values())


def test_asynchronously(program: Extractor) -> None:
    session = program.start()["sessionId"]
    answer = program.send(session, invoice(), "a.docx", Prefer="respond-async")
    assert answer.status_code == 202
    found = program.ended(session, answer.headers["Location"])
    assert found["status"] == "succeeded", found
    resumed = program.start(sessionId=session)
    assert resumed["resumed"] is True
    assert resumed["requests"][0]["result"] == found["result"]


def test_without_a_session(program: Extractor) -> None:
    answer = program.send("", invoice(), "a.docx", "/documents/single")
    assert answer.status_code == 200, answer.text
    assert answer.json()["fields"]["total"]["value"] == "119.00"
    assert program.ask("", f"/requests/{answer.json()['requestId']}").status_code == 404
    answer = program.send("", invoice(), "a.docx", "/documents/single", Prefer="respond-async")
    found = program.ended("", answer.headers["Location"])
    assert found["status"] == "succeeded", found


def test_an_envelope_outlives_its_session(program: Extractor, stack: Stack) -> None:
    first = program.start(envelope={"create": True})
    envelope = first["envelope"]
    answer = program.send(first["sessionId"], invoice(), "a.docx")
    items = answer.json()["envelopeItems"]
    program.call("POST", "/session/end", json={"sessionId": first["sessionId"]})
    second = program.start(envelope={"id": envelope["id"], "key": envelope["key"]})
    session = second["sessionId"]
    listed = program.ask(session, "/envelope/items").json()["items"]
    assert {item["id"] for item in listed} == set(items.values())
    document = program.ask(session, f"/envelope/items/{items['document']}")
    assert document.content[:2] == b"PK"
    data = program.ask(session, f"/envelope/items/{items['data']}").json()
    assert data["fields"]["total"]["value"] == "119.00"


def test_bad_documents_have_an_end(program: Extractor) -> None:
    session = program.start()["sessionId"]
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        locked = io.BytesIO()
        pdf.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
        many = io.BytesIO()
        for _ in range(600):
            pdf.add_blank_page()
        pdf.save(many)
    for content, name, code in (
        (locked.getvalue(), "locked.pdf", "password_required"),
        (many.getvalue(), "many.pdf", "limit_exceeded"),
        (b"%PDF-1.7\nnothing of the kind", "broken.pdf", "document_corrupt"),
    ):
        answer = program.send(session, content, name)
        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] == code and answer.json()["requestId"]
    found = program.ask(session, "/session").json()["requests"]
    assert [one["status"] for one in found] == ["failed"] * 3


def test_an_empty_page_is_no_error(program: Extractor) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        stream = io.BytesIO()
        pdf.save(stream)
    answer = program.send(program.start()["sessionId"], stream.getvalue(), "empty.pdf")
    assert answer.status_code == 200, answer.text
    assert answer.json()["classIdentifier"] == "unknown" and answer.json()["fields"] == {}


def test_a_scan_without_the_scope(stack: Stack) -> None:
    careful = extractor(stack, "Careful extractor", "sessions:write")
    session = careful.start()["sessionId"]
    answer = careful.send(session, RECEIPT, "receipt.png")
    assert answer.status_code == 403 and answer.json()["scope"] == "documents:ocr"
    picture = io.BytesIO()
    Image.open(io.BytesIO(RECEIPT)).save(picture, "PDF")
    answer = careful.send(session, picture.getvalue(), "receipt.pdf")
    assert answer.status_code == 403 and answer.json()["scope"] == "documents:ocr"


def test_many_at_once(program: Extractor) -> None:
    """More documents than the workers have threads: none waits for ever."""
    session = program.start()["sessionId"]
    contents = [factories.docx(f"Invoice number: {number}", "Total: 1.00") for number in range(12)]

    def send(number: int) -> str:
        answer = program.send(session, contents[number], f"{number}.docx", Prefer="respond-async")
        return answer.headers["Location"]

    with ThreadPoolExecutor(6) as pool:
        places = list(pool.map(send, range(len(contents))))
    found = [program.ended(session, place) for place in places]
    assert [one["status"] for one in found] == ["succeeded"] * len(contents)


def test_nothing_is_told_to_the_log(program: Extractor, stack: Stack) -> None:
    session = program.start(partitionKey="secret-partition")["sessionId"]
    answer = program.call(
        "POST", "/session/review", json={"reviewer": "J. Doe"}, headers={"Session-Id": session}
    )
    url = answer.json()["reviewUrl"]
    assert "/app/web/review?token=" in url and session not in url
    program.call("GET", f"/api/v1/reviews/{url.rpartition('=')[2]}")
    log = stack.log.read_text()
    for secret in (session, url.rpartition("=")[2], "secret-partition", "J. Doe"):
        assert secret not in log
