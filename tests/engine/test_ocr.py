"""Scans: read in the jail, whichever way they lie, and nothing believed but the picture."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests import corpus
from tests.engine import readings
from tests.engine_process import EngineProcess, children_of, command_of

_LINES = [
    "KÖNIG & SÖHNE GmbH",
    "Rechnung Nr. 2026-0815",
    "Datum: 14.03.2026",
    "Zwischensumme 100,00 EUR",
    "Umsatzsteuer 19% 19,00 EUR",
    "Gesamtbetrag 119,00 EUR",
    "IBAN DE89 3704 0044 0532 0130 00",
]
_SAID = " ".join(_LINES).split()


def _lines(found: dict[str, Any]) -> list[str]:
    count = 1 + max(word["line"] for word in found["words"])
    return [
        " ".join(word["text"] for word in found["words"] if word["line"] == number)
        for number in range(count)
    ]


def test_a_scan_is_read(engine: EngineProcess) -> None:
    found = readings.read(engine, readings.scanned(readings.scan(_LINES)), ocr=True)
    assert (found["source"], found["turned"]) == ("ocr", 0)
    assert _lines(found) == _LINES
    assert all(0.5 < word["confidence"] <= 1 for word in found["words"])
    total = next(word for word in found["words"] if word["text"] == "119,00")
    left, top, right, bottom = total["box"]
    # Where the scan has it: the sixth line, 12 pt high, right of "Gesamtbetrag".
    assert 140 < left < right < 220
    assert 245 < top < 256
    assert 258 < bottom < 272


@pytest.mark.parametrize("turned", [90, 180, 270, 4, -9, 94])
def test_a_turned_scan_is_righted(engine: EngineProcess, turned: float) -> None:
    picture = readings.scan(_LINES, turned=turned)
    found = readings.read(engine, readings.scanned(picture), ocr=True)
    words = readings.texts(found["words"])
    assert len(set(_SAID) & set(words)) >= 0.9 * len(set(_SAID))
    assert "Gesamtbetrag 119,00 EUR" in _lines(found)
    assert abs((found["turned"] + turned + 180) % 360 - 180) < 1.5
    # Places are those of the page as it lies: there is ink in every word's box.
    scale = picture.width / found["width"]
    for word in found["words"]:
        box = [round(value * scale) for value in word["box"]]
        assert picture.crop(tuple(box)).getextrema()[0] < 128  # type: ignore[operator,arg-type]
        outside = (box[0] - 60, box[1] - 60, box[2] + 60, box[3] + 60)
        assert outside[0] >= 0 - 60
        assert outside[2] <= picture.width + 60


def test_text_is_not_read_from_its_picture(engine: EngineProcess) -> None:
    found = readings.read(engine, readings.page(readings.text("Total 119,00")), ocr=True)
    assert found["source"] == "text"
    assert readings.texts(found["words"]) == ["Total", "119,00"]


def test_a_forged_text_layer_is_reported_and_not_read(engine: EngineProcess) -> None:
    forged = readings.text("Gesamtbetrag 999,00", x=70, y=540, before="3 Tr")
    found = readings.read(engine, readings.scanned(readings.scan(_LINES), forged), ocr=True)
    assert found["source"] == "ocr"
    assert "999,00" not in readings.texts(found["words"])
    # What the layer says as the picture does is nothing to report.
    assert readings.texts(found["hidden"]) == ["999,00"]


def test_what_is_too_faint_to_see_is_not_read(engine: EngineProcess) -> None:
    faint = readings.scan(["Total 119,00", "Total 999,00"], shades={1: 240})
    found = readings.read(engine, readings.scanned(faint), ocr=True)
    assert readings.texts(found["words"]) == ["Total", "119,00"]
    assert {word["reason"] for word in found["hidden"]} <= {"white"}
    grey = readings.scan(["Total 119,00", "Tax 19,00"], shades={1: 190})
    assert "19,00" in readings.texts(
        readings.read(engine, readings.scanned(grey), ocr=True)["words"]
    )


def test_outlined_text_is_read(engine: EngineProcess) -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200">'
        b'<rect width="400" height="200" fill="#fff"/>'
        b'<text x="20" y="60" font-family="DejaVu Sans" font-size="20">Invoice 4711</text></svg>'
    )
    whole = engine.pdf(svg, "svg").file("whole").read_bytes()
    assert readings.texts(readings.read(engine, whole, ocr=True)["words"]) == ["Invoice", "4711"]


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (640, 480)])
def test_pictures_without_text(engine: EngineProcess, size: tuple[int, int]) -> None:
    buffer = io.BytesIO()
    Image.new("L", size, 90).save(buffer, "PNG")
    whole = engine.pdf(buffer.getvalue(), "png").file("whole").read_bytes()
    assert readings.read(engine, whole, ocr=True)["words"] == []


def test_a_huge_picture_is_refused(engine: EngineProcess) -> None:
    buffer = io.BytesIO()
    Image.new("1", (40_000, 40_000)).save(buffer, "PNG")
    assert engine.pdf(buffer.getvalue(), "png").code == "too_large"


def test_too_little_memory_is_said(engine: EngineProcess) -> None:
    content = readings.scanned(readings.scan(["Total 119,00"]))
    outcome = engine.run("ocr", "words", content, {}, extension="pdf", memory=150 * 1024**2)
    assert outcome.code == "out_of_memory", outcome.events


def test_the_zygote_has_one_thread(engine: EngineProcess) -> None:
    zygotes = [pid for pid in children_of(engine.process.pid) if "ocr_engine" in command_of(pid)]
    assert len(zygotes) == 1
    assert len(list(Path(f"/proc/{zygotes[0]}/task").iterdir())) == 1


def test_memory_is_bounded(engine: EngineProcess) -> None:
    content = readings.scanned(readings.scan(_LINES * 3, dpi=400))
    outcome = engine.run("ocr", "words", content, {}, extension="pdf")
    assert len(readings.reading(outcome)[0]["words"]) > 40
    assert outcome.exit["maxrss_bytes"] < 1024**3


def test_a_receipt(engine: EngineProcess) -> None:
    source = corpus.file("extraction/receipts/sroie_009.jpg")
    whole = engine.pdf(source).file("whole").read_bytes()
    joined = " ".join(readings.texts(readings.read(engine, whole, ocr=True)["words"]))
    assert "Gerbang Alaf Restaurants Sdn Bhd" in joined
    assert "26.60" in joined
