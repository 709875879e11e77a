"""The text of pages, each word with its place, for search and selection."""

from __future__ import annotations

import ctypes
import json
import re
from typing import Any

import numpy
import pypdfium2.raw as pdfium
from isal import igzip

from . import pdf
from .job import Job
from .protocol import Meta
from .raster import page_range

# PDFium marks a hyphen that breaks a word at a line's end with one of these.
_HYPHENS = {0x02: "\u00ad", 0xFFFE: "\u00ad"}
_WORD_JSON = "[%d,%d,%.1f,%.1f,%.1f,%.1f]"
WORD = re.compile("[^\\s\x00-\x1f\ufffe]+[\x02\ufffe]?")
# FPDFText_GetLooseCharBox with plain addresses: called twice a word, it has to be cheap.
loose_box = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
    ctypes.cast(pdfium.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0
)


def text(job: Job) -> Meta:
    """Operation `text`: words of pages `first` to `last` into out/text.json.gz.

    Each page is a line of its own, so that one can be read without the others.
    """
    with pdf.open_pdf(job.source, job.params.get("password")) as document:
        pages = page_range(job.params, len(document))
        lines = ",\n".join(_page_line(document, index) for index in pages)
        target = job.out / "text.json.gz"
        data = f'{{"pages":[\n{lines}\n]}}'
        target.write_bytes(igzip.compress(data.encode("utf-8", "replace"), 1))
        job.part("text", target, "application/gzip", {"pages": len(pages)})
        return {"pages": len(document), "first": pages.start, "last": pages.stop - 1}


def page_text(document: Any, index: int) -> Meta:
    """{"page", "width", "height", "text", "words": [[start, length, x0, y0, x1, y1], ...]}.

    `start` and `length` count characters of `text`; boxes are points from the top left of the page
    as displayed (rotation and crop box applied). A word broken over two lines has two entries with
    a soft hyphen between them.
    """
    result, spans, boxes = _read(document, index)
    result["words"] = [
        [start, end - start, *box] for (start, end), box in zip(spans, boxes.tolist(), strict=True)
    ]
    return result


def _page_line(document: Any, index: int) -> str:
    """`page_text` as JSON. The numbers are a page's bulk, and `json` is slow with them."""
    result, spans, boxes = _read(document, index)
    words = ",".join(
        [
            _WORD_JSON % (start, end - start, *box)
            for (start, end), box in zip(spans, boxes.tolist(), strict=True)
        ]
    )
    head = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    return f'{head[:-1]},"words":[{words}]}}'


def _read(document: Any, index: int) -> tuple[Meta, list[tuple[int, int]], Any]:
    """What `page_text` says but the words; their (start, end) and their boxes (words, 4)."""
    page = pdf.load_page(document, index)
    textpage = page.get_textpage()
    characters = characters_of(textpage)
    spans = [match.span() for match in WORD.finditer(characters)]
    boxes = on_display(page, _boxes(textpage, spans))
    result = {
        "page": index,
        "width": round(page.get_width(), 1),
        "height": round(page.get_height(), 1),
        "text": _tidy(characters),
    }
    textpage.close()
    page.close()
    return result, spans, numpy.nan_to_num(boxes)


def characters_of(textpage: Any) -> str:
    """One Python character per PDFium character, so that an index means the same in both."""
    count = textpage.count_chars()
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(textpage, 0, count, buffer) - 1
    characters = bytes(buffer)[: 2 * max(0, written)].decode("utf-16-le", "replace")
    if len(characters) == count:
        return characters
    # Some character has no Unicode value or needs two units: ask for each.
    unicode_of, raw = pdfium.FPDFText_GetUnicode, textpage.raw
    return "".join(_character(unicode_of(raw, i)) for i in range(count))


def _character(value: int) -> str:
    return chr(value) if 0 < value < 0x110000 and not 0xD800 <= value < 0xE000 else "\ufffd"


def _tidy(characters: str) -> str:
    # Lengths must not change, or the words would point elsewhere.
    return characters.replace("\r\n", " \n").replace("\r", "\n").translate(_HYPHENS)


def _boxes(textpage: Any, spans: list[tuple[int, int]]) -> Any:
    """Array (words, 4) of left, bottom, right, top in page space.

    A word's box spans the loose boxes of its first and last characters.
    """
    # FS_RECTF: left, top, right, bottom.
    rectangles = numpy.zeros((len(spans), 2, 4), numpy.float32)
    address, page = rectangles.ctypes.data, ctypes.cast(textpage.raw, ctypes.c_void_p)
    for start, end in spans:
        loose_box(page, start, address)
        loose_box(page, end - 1, address + 16)
        address += 32
    low, high = rectangles.min(axis=1), rectangles.max(axis=1)
    edges = numpy.stack((low[:, 0], low[:, 3], high[:, 2], high[:, 1]), axis=1)
    return edges.astype(numpy.float64)


def on_display(page: Any, boxes: Any) -> Any:
    """Turn page space (origin bottom left, unrotated) into what a viewer shows, one decimal."""
    area = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(area))
    left, bottom, right, top = boxes.T
    quarter_turns = pdfium.FPDFPage_GetRotation(page)
    if quarter_turns == 0:
        edges = (left - area.left, area.top - top, right - area.left, area.top - bottom)
    elif quarter_turns == 1:
        edges = (bottom - area.bottom, left - area.left, top - area.bottom, right - area.left)
    elif quarter_turns == 2:
        edges = (area.right - right, bottom - area.bottom, area.right - left, top - area.bottom)
    else:
        edges = (area.top - top, area.right - right, area.top - bottom, area.right - left)
    return numpy.round(numpy.stack(edges, axis=1), 1)
