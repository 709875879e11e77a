"""Office documents and text become PDF: first page first, reasons for what does not."""

from __future__ import annotations

import os
import signal
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.conversion.engines import pdf as pdf_engine
from apps.conversion.engines import protocol, written_pdf
from tests import corpus
from tests.engine import documents
from tests.engine_process import EngineProcess, Outcome


def _text(engine: EngineProcess, outcome: Outcome) -> str:
    import gzip
    import json

    result = engine.run("pages", "text", outcome.file("whole"))
    content = json.loads(gzip.decompress(result.file("text").read_bytes()))
    return "\n".join(page["text"] for page in content["pages"])


def _size(outcome: Outcome) -> list[float]:
    with pdf_engine.open_pdf(outcome.file("whole")) as document:
        return [round(side) for side in document[0].get_size()]


def test_a_page(engine: EngineProcess) -> None:
    outcome = engine.pdf(
        documents.docx(documents.paragraphs("Grüße & Ελλάδα".replace("&", "und"))), "docx"
    )
    assert outcome.parts == ["whole"]
    assert outcome.meta["pages"] == 1
    assert "Grüße und Ελλάδα" in _text(engine, outcome)


def test_the_first_page_comes_first(engine: EngineProcess) -> None:
    body = documents.paragraphs(*(f"Line {number}" for number in range(200)))
    outcome = engine.pdf(documents.docx(body), "docx")
    assert outcome.parts == ["first", "whole"]
    assert outcome.meta["pages"] > 1
    with pdf_engine.open_pdf(outcome.file("first")) as first:
        assert len(first) == 1
    with pdf_engine.open_pdf(outcome.file("whole")) as whole:
        assert len(whole) == outcome.meta["pages"]


def test_only_the_whole_when_asked(engine: EngineProcess) -> None:
    body = documents.paragraphs(*(f"Line {number}" for number in range(200)))
    assert engine.pdf(documents.docx(body), "docx", first_page=False).parts == ["whole"]


def test_a_limit_of_pages(engine: EngineProcess) -> None:
    body = documents.paragraphs(*(f"Line {number}" for number in range(300)))
    outcome = engine.pdf(documents.docx(body), "docx", max_pages=2)
    assert (outcome.meta["pages"], outcome.meta["truncated"]) == (2, True)


def test_missing_fonts_are_named(engine: EngineProcess) -> None:
    body = (
        '<w:p><w:r><w:rPr><w:rFonts w:ascii="No Such Font" w:hAnsi="No Such Font"/></w:rPr>'
        '<w:t>Odd</w:t></w:r><w:r><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/></w:rPr>'
        "<w:t>Stand-in</w:t></w:r></w:p>"
    )
    substituted = engine.pdf(documents.docx(body), "docx").meta["fonts"]["substituted"]
    replacements = {font["name"]: font["replacement"] for font in substituted}
    assert replacements["Calibri"] == "Carlito"
    assert replacements["No Such Font"]


@pytest.mark.parametrize(
    ("locale", "size"), [("en-GB", [595, 842]), ("en-US", [612, 792]), (None, [595, 842])]
)
def test_paper_of_a_bare_table(engine: EngineProcess, locale: str | None, size: list[int]) -> None:
    outcome = engine.pdf(b"a,b\n1,2\n", "csv", **({"locale": locale} if locale else {}))
    assert _size(outcome) == size


def test_a_wide_table_lies_on_its_side(engine: EngineProcess) -> None:
    row = ";".join(f"column number {number}" for number in range(12))
    outcome = engine.pdf(f"{row}\n{row}\n".encode(), "csv")
    width, height = _size(outcome)
    assert width > height
    assert outcome.meta["pages"] == 1
    assert "column number 11" in _text(engine, outcome).replace("\n", " ")


def test_table_formulas_stay_text(engine: EngineProcess) -> None:
    outcome = engine.pdf(b'"=1+1",x\n"=HYPERLINK(""http://example.invalid"")",y\n', "csv")
    assert "=1+1" in _text(engine, outcome)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_text_in_any_encoding(engine: EngineProcess, encoding: str) -> None:
    text = "Größe und Maß für alle Gäste, schöne Grüße aus Köln und Düsseldorf.\n" * 3
    outcome = engine.pdf(text.encode(encoding), "txt")
    assert "Größe und Maß für alle Gäste" in _text(engine, outcome)


@pytest.mark.parametrize(
    ("content", "extension", "code"),
    [
        (b"", "docx", "document_empty"),
        (b"", "txt", "document_empty"),
        (os.urandom(5000).replace(b"PK", b"xx"), "docx", "format_mismatch"),
        (documents.pdf(), "docx", "format_mismatch"),
        (b"<html><body>x</body></html>", "doc", "format_mismatch"),
        (documents.package({"a.txt": "x"}), "docx", "format_mismatch"),
        (documents.docx(documents.paragraphs("x"))[:900], "docx", "document_corrupt"),
        (documents.docx("<w:p><w:broken"), "docx", "document_corrupt"),
        (b"x", "xps", "format_unsupported"),
        (documents.package({"mimetype": "x", "big": bytes(80 << 20)}), "odt", "too_large"),
        (documents.package({"mimetype": "x", **{str(n): "" for n in range(10_001)}}), "odt",
         "too_large"),
    ],
    ids=["empty", "empty-text", "noise", "a-pdf", "html", "a-zip", "cut", "bad-xml", "unknown",
         "bomb", "entries"],
)  # fmt: skip
def test_refusals(engine: EngineProcess, content: bytes, extension: str, code: str) -> None:
    outcome = engine.pdf(content, extension)
    assert outcome.code == code
    failed = next(event for event in outcome.events if event["event"] == "failed")
    assert failed["detail"].endswith(".") or code == "document_corrupt"


def test_a_zip_that_lies_about_overlap(engine: EngineProcess) -> None:
    content = bytearray(documents.docx(documents.paragraphs("x")))
    position = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, position + 20, len(content) + 1)
    assert engine.pdf(bytes(content), "docx").code == "too_large"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("hostile/made/agile-encrypted.docx", "geheim-dev"),
        ("hostile/poi__bug53475-password-is-solrcell.docx", "solrcell"),
        ("hostile/poi__password_tika_binaryrc4.doc", "tika"),
    ],
)
def test_passwords(engine: EngineProcess, name: str, password: str) -> None:
    path = corpus.file(name)
    assert engine.pdf(path).code == "password_required"
    assert engine.pdf(path, password="not this one").code == "password_wrong"
    assert engine.pdf(path, password=password).code == "done"


def test_a_cell_in_the_far_corner_costs_nothing(engine: EngineProcess) -> None:
    started = time.monotonic()
    outcome = engine.pdf(corpus.file("hostile/made/sparse-corner.xlsx"))
    assert outcome.code == "done"
    assert time.monotonic() - started < 20


def test_a_crash_of_libreoffice_is_one_documents(engine: EngineProcess) -> None:
    body = documents.paragraphs(*(f"Line {number}" for number in range(20_000)))
    directory, name = engine.job(documents.docx(body), "docx")
    request: protocol.Request = {
        "op": "pdf", "dir": str(directory), "source": name, "params": {"format": "docx"}
    }  # fmt: skip
    with ThreadPoolExecutor(1) as pool:
        events = pool.submit(list, protocol.submit(engine.socket("office"), request, 60))
        worker = engine.worker(directory)
        time.sleep(0.2)
        os.kill(worker, signal.SIGSEGV)
        codes = [event["code"] for event in events.result() if event["event"] == "failed"]
    assert codes == ["engine_crashed"]
    assert engine.pdf(documents.docx(documents.paragraphs("next")), "docx").code == "done"


def test_too_little_memory_is_said(engine: EngineProcess) -> None:
    body = documents.paragraphs(*(f"Line {number}" for number in range(30_000)))
    outcome = engine.run(
        "office", "pdf", documents.docx(body), {"format": "docx"}, extension="docx",
        memory=40 * 1024**2,
    )  # fmt: skip
    assert outcome.code == "out_of_memory"
    assert engine.pdf(documents.docx(documents.paragraphs("next")), "docx").code == "done"


def test_the_deadline_holds(engine: EngineProcess) -> None:
    body = documents.paragraphs(*(f"Line {number}" for number in range(60_000)))
    outcome = engine.run(
        "office", "pdf", documents.docx(body), {"format": "docx"}, extension="docx", deadline=0.3
    )
    assert outcome.code == "timeout"
    assert outcome.exit["timed_out"]


def test_only_spreadsheets_have_a_limit_that_documents_reach() -> None:
    assert written_pdf.page_limit({}, "calc") == 2000
    assert written_pdf.page_limit({}, "writer") == 100_000
    assert written_pdf.page_limit({"max_pages": 30}, "calc") == 30
