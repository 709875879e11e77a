"""Documents made for the browser's tests, each with a text that a test knows."""

from __future__ import annotations

import functools
import io
import time

import pikepdf
from docx import Document
from docx.shared import Pt
from PIL import Image, ImageDraw

from tests.stack import Integrator

GUIDE_NAME = "Harbour guide.docx"
GUIDE_PAGES = 4
FIRST_LINE = "The lighthouse keeper writes down every ship."


def show(integrator: Integrator, name: str, content: bytes) -> str:
    """A session on a document; returns its id."""
    identity = integrator.open(externalId=name)
    answer = integrator.upload(identity, content, name.rpartition(".")[2])
    assert answer.status_code == 200, answer.headers.get("Accusoft-Status-Message")
    return identity


def pack(integrator: Integrator, package_id: str, content: bytes, **input: object) -> None:
    """A complete viewing package of a PDF."""
    file = integrator.call("POST", "/PCCIS/V1/WorkFile?FileExtension=pdf", data=content).json()
    source = {"type": "workFile", "fileId": file["fileId"]}
    body = {"input": {"source": source, "packageId": package_id, **input}}
    process = integrator.call("POST", "/v3/viewingPackageCreators", json=body).json()["processId"]
    deadline = time.monotonic() + 120
    while True:
        answer = integrator.call("GET", f"/v3/viewingPackageCreators/{process}").json()
        if answer["state"] == "complete":
            return
        assert answer["state"] == "processing", answer
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)


def show_package(integrator: Integrator, package_id: str) -> str:
    """A v3 session on a package; returns its id."""
    body = {"input": {"source": {"type": "viewingPackage", "packageId": package_id}}}
    answer = integrator.call("POST", "/v3/viewingSessions", json=body)
    assert answer.status_code == 200, answer.text
    identity: str = answer.json()["viewingSessionId"]
    return identity


@functools.cache
def guide() -> bytes:
    """Four pages of .docx; "lighthouse" stands on the first, the second and the last."""
    document = Document()
    document.styles["Normal"].font.name = "Carlito"
    document.styles["Normal"].font.size = Pt(12)
    texts = [
        [FIRST_LINE, "A second paragraph tells of the weather."],
        ["Seen from the sea, the lighthouse stands on the left."],
        ["Here stands nothing about it."],
        ["The last Lighthouse has a capital letter."],
    ]
    for number, paragraphs in enumerate(texts):
        if number:
            document.add_page_break()
        for text in paragraphs:
            document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@functools.cache
def long_pdf(pages: int) -> bytes:
    """A PDF whose every page says its number; each tenth page lies on its side."""
    document = pikepdf.new()
    font = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
    )
    for number in range(1, pages + 1):
        size = (842, 595) if number % 10 == 0 else (595, 842)
        page = document.add_blank_page(page_size=size)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        text = f"BT /F1 40 Tf 72 400 Td (Sheet {number} of {pages}) Tj ET"
        page.Contents = document.make_stream(text.encode())
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@functools.cache
def encrypted_pdf(password: str) -> bytes:
    """A page that opens with a password only."""
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(long_pdf(1))) as document:
        document.save(stream, encryption=pikepdf.Encryption(user=password, owner="owner"))
    return stream.getvalue()


@functools.cache
def scan() -> bytes:
    """A picture of some lines, as a scanner makes it: no text."""
    image = Image.new("L", (850, 1100), 255)
    pen = ImageDraw.Draw(image)
    for y in range(100, 900, 30):
        pen.line((100, y, 750, y), fill=90, width=6)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
