"""The reading of pages: words with places, what is hidden among them, codes."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from . import codes, pdf, text_words, visibility
from .job import Job
from .lines import Word, as_json
from .protocol import Meta
from .raster import page_range

# Enough to see a dot of small print, and the modules of a payment slip's code.
_RESOLUTION = {"dpi": 150.0, "max_pixels": 6_000_000.0}
_MOST_PAGES = 200
_FEW_WORDS, _MOSTLY_PICTURE, _MOSTLY_UNREADABLE = 8, 0.5, 0.4
_MOST_OBJECTS = 5000
_DEEPEST_FORM = 4


class Scan(NamedTuple):
    """What was read from a page's picture; `turned`: degrees clockwise it was righted by."""

    words: list[dict[str, Any]]
    turned: float


Scanner = Callable[[Any, Any], Scan]


def words(job: Job) -> Meta:
    """Operation `words`, params {first, last}: the reading of these pages, without OCR.

    Part `words` is {"pages": [{number, width, height, source, turned, words, hidden, codes}]}. All
    lengths are points of the page as displayed, from its top left. A page whose text is a picture
    has the source "none".
    """
    return read_pages(job, None)


def read_pages(job: Job, scanner: Scanner | None) -> Meta:
    """The same, with a scanner for the pages whose text is a picture."""
    with pdf.open_pdf(job.source, job.params.get("password")) as document:
        document.init_forms()
        pages = page_range(job.params, len(document))[:_MOST_PAGES]
        target = job.out / "words.json"
        with target.open("w", encoding="utf-8", errors="replace") as file:
            file.write('{"pages":[')
            for number in pages:
                file.write(",\n" if number > pages.start else "\n")
                reading = read_page(document, number, scanner)
                json.dump(reading, file, ensure_ascii=False, separators=(",", ":"))
            file.write("\n]}")
        job.part("words", target, "application/json", {"pages": len(pages)})
        return {"pages": len(document), "first": pages.start, "last": pages.stop - 1}


def read_page(document: Any, number: int, scanner: Scanner | None) -> Meta:
    """The reading of one page."""
    page = pdf.load_page(document, number)
    drawn = visibility.Drawn(document, page, _RESOLUTION)
    layer = text_words.read(page, drawn)
    reading: Meta = {
        "number": number,
        "width": round(page.get_width(), 1),
        "height": round(page.get_height(), 1),
        "source": "text",
        "turned": 0,
        "words": [],
        "hidden": [hidden_as_json(hidden) for hidden in layer.hidden],
        "codes": codes.find(drawn.pixels, drawn.scale),
    }
    if not _is_picture(page, layer, drawn):
        reading["words"] = as_json(layer.words)
    elif scanner is None:
        reading["source"] = "none"
    else:
        scan = scanner(document, page)
        reading |= {"source": "ocr", "words": scan.words, "turned": scan.turned}
    page.close()
    return reading


def hidden_as_json(hidden: text_words.Hidden) -> Meta:
    """A hidden word as the reading of a page gives it."""
    box = [round(value, 1) for value in hidden.box]
    return {"text": hidden.text, "box": box, "reason": hidden.reason}


def _is_picture(page: Any, layer: text_words.TextLayer, drawn: visibility.Drawn) -> bool:
    """Whether what the page says is, for the most part, not in its text."""
    telling = sum(1 for word in layer.words if _tells(word))
    if not telling:
        return not visibility.is_blank(drawn.pixels)
    if layer.unreadable > _MOSTLY_UNREADABLE:
        return True
    return telling < _FEW_WORDS and picture_share(page) > _MOSTLY_PICTURE


def _tells(word: Word) -> bool:
    return any(character.isalnum() for character in word.text)


def picture_share(page: Any) -> float:
    """How much of the page its pictures cover, 0..1; where they overlap they count twice."""
    area = 0.0
    edges = [ctypes.c_float() for _ in range(4)]
    for picture, scale in _pictures(page):
        if pdfium.FPDFPageObj_GetBounds(picture, *map(ctypes.byref, edges)):
            left, bottom, right, top = (edge.value for edge in edges)
            area += abs((right - left) * (top - bottom)) * scale
    return float(min(1.0, area / max(1.0, page.get_width() * page.get_height())))


def _pictures(page: Any) -> list[tuple[Any, float]]:
    """The page's images, also those in its forms, each with what the form scales areas by."""
    found: list[tuple[Any, float]] = []
    count = pdfium.FPDFPage_CountObjects(page)
    pending = [
        (pdfium.FPDFPage_GetObject(page, number), 1.0, 0)
        for number in range(min(count, _MOST_OBJECTS))
    ]
    looked_at = 0
    while pending and looked_at < _MOST_OBJECTS:
        looked_at += 1
        one, scale, depth = pending.pop()
        kind = pdfium.FPDFPageObj_GetType(one)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            found.append((one, scale))
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            matrix = pdfium.FS_MATRIX()
            pdfium.FPDFPageObj_GetMatrix(one, ctypes.byref(matrix))
            inside = scale * abs(matrix.a * matrix.d - matrix.b * matrix.c)
            count = pdfium.FPDFFormObj_CountObjects(one)
            pending += [
                (pdfium.FPDFFormObj_GetObject(one, number), inside, depth + 1)
                for number in range(min(count, _MOST_OBJECTS))
            ]
    return found
