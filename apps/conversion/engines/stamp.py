"""Watermarks on every page of a PDF: drawn once for each page size, referred to by each page."""

from __future__ import annotations

import html
import io
import math
import re
from typing import Any

import pikepdf
import weasyprint
from pikepdf import Name

from . import pdf
from .job import Job, Refusal
from .markup import only_data
from .protocol import Meta

_MARGIN = 24  # points between the page's edge and a watermark
_LETTER_WIDTH = 0.55  # of an average letter, in units of the font size
_SAFE_COLOR = re.compile(r"#[0-9a-fA-F]{3,6}|[a-zA-Z]+")
_SIDES = {"left", "center", "right"}
_ALIGN = {"top": "flex-start", "left": "flex-start", "center": "center"}


def stamp(job: Job) -> Meta:
    """Operation `stamp`, params {part, watermarks}: the PDF with watermarks over each page.

    A watermark has the fields of `apps.viewing.watermarks.Watermark`. The source stays as it is.
    """
    part, watermarks = str(job.params["part"]), list(job.params["watermarks"])
    target = job.out / f"{part}.pdf"
    try:
        with pikepdf.open(job.source) as document:
            pages = list(document.pages)[: 1 if part == "first" else None]
            drawn: dict[tuple[float, float], Any] = {}
            overlays = []  # kept open: their streams are read when the document is saved
            for page in pages:
                box, size = _visible(page)
                if size not in drawn:
                    overlays.append(_draw(watermarks, *size))
                    form = overlays[-1].pages[0].as_form_xobject()
                    drawn[size] = document.copy_foreign(form)
                _put(page, drawn[size], box)
            del document.pages[len(pages) :]
            document.save(target)
    except pikepdf.PdfError as error:
        raise Refusal("document_corrupt", f"The PDF cannot be stamped: {error}") from error
    job.part(part, target, pdf.MEDIA_TYPE)
    with pdf.open_pdf(target) as stamped:
        return pdf.shortened(job, pdf.describe(stamped))


def _visible(page: Any) -> tuple[pikepdf.Rectangle, tuple[float, float]]:
    """The box that is shown, and its (width, height) as displayed, in points."""
    box = pikepdf.Rectangle(page.cropbox)
    width, height = float(box.width), float(box.height)
    turned = int(page.obj.get("/Rotate", 0)) % 180 == 90
    return box, (height, width) if turned else (width, height)


def _put(page: Any, drawing: Any, box: pikepdf.Rectangle) -> None:
    """Refers to the drawing after the page's own content, whose state is put in brackets."""
    name = page.add_resource(drawing, Name.XObject)
    placed = page.calc_form_xobject_placement(
        drawing, name, box, invert_transformations=True, allow_shrink=True, allow_expand=True
    )
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"\nQ\n" + placed)


def _draw(watermarks: list[Meta], width: float, height: float) -> Any:
    """All watermarks on a transparent page of this size, as a PDF of one page."""
    body = "".join(_element(watermark, width, height) for watermark in watermarks)
    markup = (
        f"<style>@page {{ size: {width}pt {height}pt; margin: 0 }}"
        "body { margin: 0 } div { position: absolute; inset: 0; display: flex }"
        f"p {{ margin: {_MARGIN}pt; white-space: pre-line }} img {{ max-width: 60%;"
        f" max-height: 60%; margin: {_MARGIN}pt }}</style><body>{body}"
    )
    rendered: Any = weasyprint.HTML(string=markup, url_fetcher=only_data()).write_pdf()
    return pikepdf.open(io.BytesIO(rendered))


def _element(watermark: Meta, width: float, height: float) -> str:
    opacity = min(1.0, max(0.0, float(watermark["opacity"])))
    place = (
        f"opacity: {opacity}; justify-content: {_ALIGN.get(watermark['horizontal'], 'flex-end')};"
        f"align-items: {_ALIGN.get(watermark['vertical'], 'flex-end')}"
    )
    if watermark["kind"] == "image":
        source = html.escape(str(watermark["image"]))
        return f'<div style="{place}"><img src="{source}" alt=""></div>'
    color = watermark["color"] if _SAFE_COLOR.fullmatch(watermark["color"]) else "gray"
    font = re.sub(r"[^\w ,-]", "", str(watermark["font"]))
    style = (
        f"color: {color}; font-family: {font}; font-size: {float(watermark['size'])}pt;"
        f"font-weight: {'bold' if watermark['bold'] else 'normal'};"
        f"font-style: {'italic' if watermark['italic'] else 'normal'};"
        f"text-align: {watermark['horizontal'] if watermark['horizontal'] in _SIDES else 'center'};"
    )
    text = html.escape(str(watermark["text"]))
    if watermark["kind"] != "diagonal":
        return f'<div style="{place}"><p style="{style}">{text}</p></div>'
    lines = str(watermark["text"]).splitlines() or [""]
    longest = max(map(len, lines)) or 1
    diagonal = math.hypot(width, height)
    size = min(0.75 * diagonal / (longest * _LETTER_WIDTH), 0.5 * min(width, height) / len(lines))
    angle = math.degrees(math.atan2(height, width)) * (-1 if watermark["slope"] == "up" else 1)
    style += f"font-size: {size}pt; white-space: pre; transform: rotate({angle}deg);"
    centred = f"opacity: {opacity}; justify-content: center; align-items: center"
    return f'<div style="{centred}"><p style="{style}text-align: center">{text}</p></div>'
