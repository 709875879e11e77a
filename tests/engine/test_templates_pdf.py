"""PDF/A: what says so stands in the file."""

from __future__ import annotations

import pikepdf

from tests.engine.template_documents import template
from tests.engine_process import EngineProcess


def test_an_office_document_as_pdf_a(engine: EngineProcess) -> None:
    outcome = engine.pdf(template("Kept for ever"), "docx", standard="a-2b")
    assert outcome.code == "done"
    with pikepdf.open(outcome.file("whole")) as document:
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "2B"
        assert "/OutputIntents" in document.Root
    plain = engine.pdf(template("Not so"), "docx")
    with pikepdf.open(plain.file("whole")) as document, document.open_metadata() as metadata:
        assert metadata.pdfa_status == ""


def test_one_page_of_several(engine: EngineProcess) -> None:
    content = template(*[f"Line {number}" for number in range(120)])
    whole = engine.pdf(content, "docx").meta["pages"]
    assert whole > 1
    for asked, shown in ((1, 1), (99, whole - 1)):
        outcome = engine.pdf(content, "docx", page=asked)
        assert outcome.parts == ["page"]
        assert (outcome.meta["page"], outcome.meta["pages"]) == (shown, whole)
        assert [round(side) for side in outcome.meta["size"]] in ([595, 842], [612, 792])
        with pikepdf.open(outcome.file("page")) as document:
            assert len(document.pages) == 1
