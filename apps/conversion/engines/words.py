"""The reading of pages: words with places, what is hidden among them, codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from . import codes, page_pictures, pdf, text_words, visibility
from .job import Job
from .lines import Word, as_json
from .protocol import Meta
from .raster import page_range

# Enough to see a dot of small print; and the modules of a payment slip's code.
_COARSE = {"dpi": 110.0, "max_pixels": 6_000_000.0}
_FINE = {"dpi": 150.0, "max_pixels": 6_000_000.0}
_MOST_PAGES = 200
_FEW_WORDS, _MOSTLY_PICTURE, _MOSTLY_UNREADABLE = 8, 0.5, 0.4


class Scan(NamedTuple):
    """What was read from a page's picture; `turned`: degrees clockwise it was righted by."""

    words: list[dict[str, Any]]
    hidden: list[dict[str, Any]]
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
    drawing = page_pictures.survey(page)
    drawn = visibility.Drawn(document, page, _FINE if drawing.may_hold_codes else _COARSE)
    layer = text_words.read(page, drawn)
    reading: Meta = {
        "number": number,
        "width": round(page.get_width(), 1),
        "height": round(page.get_height(), 1),
        "source": "text",
        "turned": 0,
        "words": [],
        "hidden": [described_hidden(*hidden) for hidden in layer.hidden],
        "codes": codes.find(drawn.pixels, drawn.scale) if drawing.may_hold_codes else [],
    }
    if not _is_picture(page, layer, drawn, drawing):
        reading["words"] = as_json(layer.words)
    elif scanner is None:
        reading["source"] = "none"
    else:
        scan = scanner(document, page)
        reading |= {"source": "ocr", "words": scan.words, "turned": scan.turned}
        reading["hidden"] = scan.hidden + [
            one for one in reading["hidden"] if not _says_as_much(one, scan.words)
        ]
    page.close()
    return reading


def described_hidden(text: str, box: Sequence[float], reason: text_words.Reason) -> Meta:
    """A hidden word as the reading of a page gives it."""
    return {"text": text, "box": [round(value, 1) for value in box], "reason": reason}


def _says_as_much(hidden: Meta, words: list[Meta]) -> bool:
    """Whether an invisible word repeats what was read at its place: a scanner's own text."""
    if hidden["reason"] != "invisible":
        return False
    left, top, right, bottom = hidden["box"]
    middle, height = (top + bottom) / 2, bottom - top
    return any(
        word["text"].casefold() == hidden["text"].casefold()
        and word["box"][0] - height < (left + right) / 2 < word["box"][2] + height
        and word["box"][1] - height < middle < word["box"][3] + height
        for word in words
    )


def _is_picture(
    page: Any,
    layer: text_words.TextLayer,
    drawn: visibility.Drawn,
    drawing: page_pictures.Drawing,
) -> bool:
    """Whether what the page says is, for the most part, not in its text."""
    telling = sum(1 for word in layer.words if _tells(word))
    if not telling:
        return not visibility.is_blank(drawn.pixels)
    if layer.unreadable > _MOSTLY_UNREADABLE:
        return True
    return telling < _FEW_WORDS and page_pictures.share(page, drawing) > _MOSTLY_PICTURE


def _tells(word: Word) -> bool:
    return any(character.isalnum() for character in word.text)
