"""The words of a PDF's own text, their places, and those that nobody can see."""

from __future__ import annotations

import re

import numpy
import pikepdf
import pytest
import zxingcpp
from PIL import Image

from tests import corpus
from tests.engine import readings
from tests.engine.readings import page, placed, rectangle, text
from tests.engine_process import EngineProcess

_VISIBLE = text("Total 119,00", y=600)


def test_words_have_places_and_lines(engine: EngineProcess) -> None:
    found = readings.read(engine, page(text("Net 100,00"), text("EUR", x=400), text("Sum", y=680)))
    assert (found["width"], found["height"]) == (600, 800)
    assert (found["source"], found["turned"]) == ("text", 0)
    assert [(word["text"], word["line"]) for word in found["words"]] == [
        ("Net", 0), ("100,00", 0), ("EUR", 0), ("Sum", 1)
    ]  # fmt: skip
    left, top, right, bottom = found["words"][0]["box"]
    assert left == pytest.approx(100, abs=1)
    assert top < 100 < bottom
    assert right < found["words"][1]["box"][0]
    assert found["words"][0]["confidence"] == 1
    assert not found["hidden"]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_is_read_as_it_is_displayed(engine: EngineProcess, rotation: int) -> None:
    # Written so that it stands upright once the page is turned.
    matrix = {90: "0 1 -1 0 300 100", 180: "-1 0 0 -1 300 700", 270: "0 -1 1 0 300 700"}[rotation]
    content = f"BT /F0 12 Tf {matrix} Tm (Hello there) Tj ET"
    found = readings.read(engine, page(content, entries={"Rotate": rotation}))
    assert (found["width"], found["height"]) == ((600, 800) if rotation == 180 else (800, 600))
    (first, second) = found["words"]
    assert (first["text"], second["text"]) == ("Hello", "there")
    assert first["box"][2] < second["box"][0]
    assert first["box"][1] == second["box"][1]
    assert first["line"] == second["line"]


def test_places_count_from_the_crop_box(engine: EngineProcess) -> None:
    box = pikepdf.Array([50, 100, 550, 750])
    found = readings.read(engine, page(text("Here"), entries={"CropBox": box}))
    assert (found["width"], found["height"]) == (500, 650)
    assert found["words"][0]["box"][0] == pytest.approx(50, abs=1)
    assert found["words"][0]["box"][3] == pytest.approx(52, abs=4)


_NOISE = Image.fromarray(numpy.random.default_rng(1).integers(0, 255, (50, 50), numpy.uint8))
_HIDDEN = {
    "invisible": text("Total 999,00", before="3 Tr"),
    "white": text("Total 999,00", before="1 1 1 rg"),
    "nearly white": text("Total 999,00", before="0.97 0.97 0.97 rg"),
    "off the page": text("Total 999,00", x=-400),
    "below the page": text("Total 999,00", y=-50),
    "tiny": text("Total 999,00", size=1),
    "tiny by its matrix": "q 0.1 0 0 0.1 0 0 cm " + text("Total 999,00", x=900, y=6900) + " Q",
    "under a white box": text("Total 999,00") + rectangle(90, 690, 200, 30, "1 1 1"),
    "under a picture": text("Total 999,00") + placed("Im", 90, 690, 200, 30),
    "black on black": rectangle(90, 690, 200, 30, "0 0 0") + text("Total 999,00"),
    "clipped": "q 0 0 50 50 re W n " + text("Total 999,00") + " Q",
    "transparent": "q /G0 gs " + text("Total 999,00") + " Q",
    "on a picture of its colour": placed("Grey", 90, 690, 200, 30)
    + text("Total 999,00", before="0.5 g"),
}
_REASONS = {
    "invisible": "invisible",
    "transparent": "invisible",
    "white": "white",
    "nearly white": "white",
    "black on black": "white",
    "on a picture of its colour": "white",
    "off the page": "off_page",
    "below the page": "off_page",
    "tiny": "tiny",
    "tiny by its matrix": "tiny",
}


@pytest.mark.parametrize("how", _HIDDEN)
def test_what_nobody_sees_is_no_word(engine: EngineProcess, how: str) -> None:
    content = page(
        _VISIBLE,
        _HIDDEN[how],
        images={"Im": _NOISE, "Grey": Image.new("L", (10, 10), 128)},
        states={"/G0": pikepdf.Dictionary(ca=0)},
    )
    found = readings.read(engine, content)
    assert readings.texts(found["words"]) == ["Total", "119,00"]
    assert "".join(readings.texts(found["hidden"])) == "Total999,00"
    assert {word["reason"] for word in found["hidden"]} == {_REASONS.get(how, "covered")}


@pytest.mark.parametrize(
    "content",
    [
        rectangle(90, 690, 200, 30, "0.1 0.1 0.3") + text("Total 119,00", before="1 1 1 rg"),
        placed("Im", 90, 690, 200, 30) + text("Total 119,00", before="0 0 1 rg"),
        text("Total 119,00", before="0.75 0.75 0.75 rg"),
        text("Total 119,00", before="1 0 0 rg", size=5),
        text("Total 119,00") + rectangle(90, 600, 200, 30, "1 1 1"),
        "q 0.966 0.259 -0.259 0.966 300 -100 cm " + text("Total 119,00") + " Q",
    ],
    ids=["white on dark", "on a photo", "light grey", "small red", "box beside", "slanted"],
)
def test_what_a_person_can_read_is_not_hidden(engine: EngineProcess, content: str) -> None:
    found = readings.read(engine, page(content, images={"Im": _NOISE}))
    assert readings.texts(found["words"]) == ["Total", "119,00"]
    assert not found["hidden"]


def test_digits_hidden_in_a_number_are_taken_out_of_it(engine: EngineProcess) -> None:
    digits = "BT /F0 12 Tf 100 700 Td (11) Tj 1 1 1 rg (9) Tj 0 0 0 rg (,50) Tj ET"
    found = readings.read(engine, page(_VISIBLE, digits))
    assert readings.texts(found["words"]) == ["11", ",50", "Total", "119,00"]
    assert readings.texts(found["hidden"]) == ["9"]


def test_half_a_number_under_a_box_is_not_read(engine: EngineProcess) -> None:
    found = readings.read(
        engine, page(_VISIBLE, text("119,00"), rectangle(99, 690, 7, 30, "1 1 1"))
    )
    assert "119,00" not in readings.texts(found["words"][:1])
    assert readings.texts(found["hidden"]) == ["1"]


def test_white_text_under_visible_text_is_not_read(engine: EngineProcess) -> None:
    forged = text("Total 999,00", y=600, before="1 1 1 rg")
    found = readings.read(engine, page(forged, _VISIBLE))
    assert readings.texts(found["words"]) == ["Total", "119,00"]


def test_the_text_layer_of_a_scan_is_not_trusted(engine: EngineProcess) -> None:
    forged = text("Total 999,00", before="3 Tr")
    found = readings.read(engine, readings.scanned(readings.scan(["Total 119,00"]), forged))
    assert (found["source"], found["words"]) == ("none", [])
    assert {word["reason"] for word in found["hidden"]} == {"invisible"}


def test_a_scan_needs_ocr(engine: EngineProcess) -> None:
    found = readings.read(engine, readings.scanned(readings.scan(["Total 119,00"])))
    assert (found["source"], found["words"], found["hidden"]) == ("none", [], [])


def test_an_empty_page_needs_none(engine: EngineProcess) -> None:
    found = readings.read(engine, page())
    assert (found["source"], found["words"]) == ("text", [])


def test_codes(engine: EngineProcess) -> None:
    slip = readings.code("SPC\n0200\n1\nCH4431999123000889012", zxingcpp.BarcodeFormat.QRCode)
    label = readings.code("RECTO-42", zxingcpp.BarcodeFormat.Code128)
    drawn = placed("A", 100, 100, 130, 130) + placed("B", 300, 100, 200, 60)
    found = readings.read(engine, page(_VISIBLE, drawn, images={"A": slip, "B": label}))
    codes = {code["kind"]: code for code in found["codes"]}
    assert codes["qr"]["text"] == "SPC\n0200\n1\nCH4431999123000889012"
    assert codes["code128"]["text"] == "RECTO-42"
    left, top, right, bottom = codes["qr"]["box"]
    assert 100 <= left < right <= 230
    assert 570 <= top < bottom <= 700


def test_only_the_pages_asked_for_are_read(engine: EngineProcess) -> None:
    content = page(_VISIBLE, pages=30)
    outcome = engine.run("pages", "words", content, {"first": 4, "last": 6}, extension="pdf")
    assert [one["number"] for one in readings.reading(outcome)] == [4, 5, 6]
    assert outcome.meta == {"pages": 30, "first": 4, "last": 6}


def test_a_job_reads_no_more_than_some_pages(engine: EngineProcess) -> None:
    outcome = engine.run("pages", "words", page(_VISIBLE, pages=10_000), {}, extension="pdf")
    assert len(readings.reading(outcome)) == 200
    assert outcome.meta["last"] == 199
    assert outcome.exit["maxrss_bytes"] < 1024**3


def test_an_invoice(engine: EngineProcess) -> None:
    folder = corpus.file("extraction/invoices")
    source = next(folder.glob("zugferdv1__acme*noxml.pdf"))
    found = readings.read(engine, source.read_bytes())
    joined = " ".join(readings.texts(found["words"]))
    assert re.search(r"IBAN|Rechnung", joined)
    assert not found["hidden"]
