"""Files to hand out, made of a PDF's pages: PDF, TIFF, text, or one image a page."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import pikepdf
from PIL import Image, TiffImagePlugin

from . import groups, pdf, svg
from .job import Job, Refusal
from .protocol import Meta
from .raster import Canvas, encode
from .text import page_text

_MEDIA_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "svg": "image/svg+xml",
    "tiff": "image/tiff",
    "pdf": pdf.MEDIA_TYPE,
}
# Formats of which each page is a file in any case.
_SINGLE = {"png", "jpeg", "svg"}
_POINTS_PER_INCH = 72.0
_DRAWN = {"png", "jpeg", "tiff"}
_MOST_FILES = 2000
_QUALITY = 85


def file(job: Job) -> Meta:
    """Operation `file`, params {format, pages?, dpi | width?, height?, apart?}.

    Makes a part `file`, or parts `page/N`. `pages` is as `chosen` takes it; images fit into `width`
    and `height`. Meta: {pages, chosen}, how many there are and were taken.
    """
    form = str(job.params["format"])
    apart = form in _SINGLE or bool(job.params.get("apart"))
    with pdf.open_pdf(job.source) as document:
        count = len(document)
        wanted = chosen(str(job.params.get("pages") or ""), count)
        if apart and len(wanted) > _MOST_FILES:
            raise Refusal("too_large", f"More than {_MOST_FILES} pages, one file each.")
        if form in _DRAWN:
            document.init_forms()
        for index in wanted if apart and form != "pdf" else ():
            _page(job, document, index, form)
        if form == "tiff" and not apart:
            _tiff(job, document, wanted, job.out / "file.tiff")
            job.part("file", job.out / "file.tiff", _MEDIA_TYPES[form])
        elif form == "txt":
            _text(job, document, wanted)
    if form == "pdf":
        _pdf(job, wanted, apart=apart)
    return {"pages": count, "chosen": len(wanted)}


def programs(params: Meta) -> tuple[str, ...]:
    """The programs `file` may run."""
    return (svg.PDFTOCAIRO,) if params.get("format") == "svg" else ()


def chosen(pages: str, count: int) -> list[int]:
    """Page numbers (from 0) of "0-2,5,7-"; blank is all. Refuses pages that are not there."""
    if not pages:
        return list(range(count))
    wanted: list[int] = []
    for part in pages.split(","):
        first, dash, last = part.partition("-")
        begin = int(first)
        end = begin if not dash else int(last) if last else count - 1
        if not begin <= end < count:
            raise Refusal("page_not_found", f"The document has {count} pages.")
        wanted += range(begin, end + 1)
        if len(wanted) > 100 * count:
            raise Refusal("too_large", "Pages are repeated too often.")
    return wanted


def _page(job: Job, document: Any, index: int, form: str) -> None:
    if form == "svg":
        svg.draw(job, index)
        return
    target = job.out / f"page-{index}.{form}"
    if form == "tiff":
        _tiff(job, document, [index], target)
    else:
        page = pdf.load_page(document, index)
        pixels = Canvas().draw(document, page, _fitted(page, job.params))
        target.write_bytes(encode(pixels, form, _QUALITY))
        page.close()
    job.part(f"page/{index}", target, _MEDIA_TYPES[form])


def _fitted(page: Any, params: Meta) -> Meta:
    """The params with the width that lets the page fit into a box, where there is one."""
    if not params.get("height"):
        return params
    width = float(params["height"]) * page.get_width() / max(page.get_height(), 0.1)
    return {**params, "width": min(width, float(params.get("width") or width))}


def _pdf(job: Job, wanted: Sequence[int], *, apart: bool) -> None:
    with groups.open_for_copying(job.source) as source:
        if not apart:
            groups.write(source, wanted, job.out / "file.pdf")
            job.part("file", job.out / "file.pdf", pdf.MEDIA_TYPE)
        for index in wanted if apart else ():
            target = job.out / f"page-{index}.pdf"
            groups.write(source, [index], target)
            job.part(f"page/{index}", target, pdf.MEDIA_TYPE)


def _tiff(job: Job, document: Any, wanted: Sequence[int], target: Path) -> None:
    """One file of all pages, written page by page so that memory holds one at a time."""
    canvas = Canvas()
    with TiffImagePlugin.AppendingTiffWriter(str(target), new=True) as tiff:
        for index in wanted:
            page = pdf.load_page(document, index)
            drawn = canvas.draw(document, page, _fitted(page, job.params))
            dpi = drawn.shape[1] / max(page.get_width(), 0.1) * _POINTS_PER_INCH
            Image.fromarray(numpy.ascontiguousarray(drawn)).save(
                tiff, "TIFF", compression="tiff_adobe_deflate", dpi=(dpi, dpi)
            )
            tiff.newFrame()
            page.close()


def _text(job: Job, document: Any, wanted: Sequence[int]) -> None:
    """UTF-8; pages are parted by form feeds."""
    target = job.out / "file.txt"
    with target.open("w", encoding="utf-8", errors="replace") as stream:
        for position, index in enumerate(wanted):
            stream.write(("\f" if position else "") + page_text(document, index)["text"] + "\n")
    job.part("file", target, "text/plain; charset=utf-8")


def join(job: Job) -> Meta:
    """Operation `join`, params {next}: the pages of the source, then those of another PDF."""
    target = job.out / "whole.pdf"
    paths = (job.source, job.directory / str(job.params["next"]))
    try:
        with pikepdf.new() as document, contextlib.ExitStack() as stack:
            for path in paths:  # kept open: what is copied is read when the document is saved
                source = stack.enter_context(groups.open_for_copying(path))
                groups.append(document, source, range(len(source.pages)))
            groups.save(document, target)
    except pikepdf.PdfError as error:
        raise Refusal("document_corrupt", f"The PDFs cannot be joined: {error}") from error
    return pdf.deliver(job, target)
