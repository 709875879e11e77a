"""Page images. The encoder is the cost, not the renderer: PNG is written here with isal."""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy
import pypdfium2.raw as pdfium
from isal import isal_zlib
from PIL import Image

from . import pdf
from .job import Job, Refusal
from .protocol import Meta

_POINTS_PER_INCH = 72.0
_DEFAULT_DPI = 150.0
_DEFAULT_MAX_PIXELS = 40_000_000
_MAX_SIDE = 32_000
_MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
_WEBP_MAX_SIDE = 16_383
_ROWS_AT_A_TIME = 32
_NO_FILTER = 0

Pixels = numpy.ndarray[Any, numpy.dtype[numpy.uint8]]


def raster(job: Job) -> Meta:
    """Operation `raster`: one image a page, on white, with annotations and filled form fields.

    Params: first, last (page indices, inclusive), format (png, jpeg, webp), width (pixels) or dpi,
    quality (1-100), max_pixels (a larger page is scaled down to it), rotate (degrees clockwise).
    """
    params = job.params
    form = params.get("format", "png")
    if form not in _MEDIA_TYPES:
        raise Refusal("format_unsupported", f"No page image format {form!r}.")
    with pdf.open_pdf(job.source, params.get("password")) as document:
        document.init_forms()
        pages = page_range(params, len(document))
        canvas, max_side = Canvas(), _WEBP_MAX_SIDE if form == "webp" else _MAX_SIDE
        for index in pages:
            page = pdf.load_page(document, index)
            pixels = canvas.draw(document, page, params, max_side)
            target = job.out / f"page-{index}.{form}"
            target.write_bytes(encode(pixels, form, int(params.get("quality", 80))))
            height, width = pixels.shape[:2]
            meta = {"width": width, "height": height}
            job.part(f"page/{index}", target, _MEDIA_TYPES[form], meta)
            page.close()
        return {"pages": len(document), "first": pages.start, "last": pages.stop - 1}


def image_type(form: str) -> str:
    """The media type of an image format. Raises Refusal for one that is not made here."""
    if form not in _MEDIA_TYPES:
        raise Refusal("format_unsupported", f"No page image format {form!r}.")
    return _MEDIA_TYPES[form]


def page_range(params: Meta, count: int) -> range:
    """The pages asked for by `first` and `last`, cut to those that exist."""
    first = max(0, int(params.get("first", 0)))
    last = min(count - 1, int(params.get("last", count - 1)))
    return range(first, max(first, last + 1))


class Canvas:
    """Memory to draw pages on, one after the other; a page is valid until the next is drawn.

    Drawing on memory already touched, and in PDFium's own order of bytes, each save a quarter of
    the time. Turning the bytes round afterwards costs more than that, and only colour needs it: so
    a page is drawn in the order that suits it if it is like the page before.
    """

    def __init__(self, *, coloured: bool = False) -> None:
        self._memory: Pixels = numpy.empty(0, numpy.uint8)
        self._coloured = coloured

    def draw(self, document: Any, page: Any, params: Meta, max_side: int = _MAX_SIDE) -> Pixels:
        """The page as an array: (height, width, 3) RGB, or (height, width) where all is grey."""
        quarter_turns = int(params.get("rotate", 0)) // 90 % 4
        size = page.get_width(), page.get_height()
        if quarter_turns % 2:
            size = size[::-1]
        width, height = image_size(*size, params, max_side)
        rows = self._blank(width, height)
        flags = pdfium.FPDF_ANNOT | (pdfium.FPDF_REVERSE_BYTE_ORDER if self._coloured else 0)
        bitmap = pdfium.FPDFBitmap_CreateEx(
            width, height, pdfium.FPDFBitmap_BGR, rows.ctypes.data, rows.strides[0]
        )
        arguments = (bitmap, page, 0, 0, width, height, quarter_turns, flags)
        try:
            pdfium.FPDF_RenderPageBitmap(*arguments)
            if document.formenv:
                pdfium.FPDF_FFLDraw(document.formenv, *arguments)
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)
        pixels = rows.reshape(height, width, 3)
        if _is_grey(rows):
            self._coloured = False
            return pixels[:, :, 0]
        drawn_as_rgb, self._coloured = self._coloured, True
        return pixels if drawn_as_rgb else pixels[:, :, ::-1]

    def _blank(self, width: int, height: int) -> Pixels:
        needed = width * height * 3
        if self._memory.size < needed:
            self._memory = numpy.empty(needed, numpy.uint8)
        rows = self._memory[:needed].reshape(height, width * 3)
        rows.fill(255)
        return rows


def image_size(width: float, height: float, params: Meta, max_side: int) -> tuple[int, int]:
    """Pixels for a page of this many points, at the size asked for but never past the limits."""
    width, height = max(width, 0.1), max(height, 0.1)
    scale = float(params.get("dpi") or _DEFAULT_DPI) / _POINTS_PER_INCH
    if params.get("width"):
        scale = float(params["width"]) / width
    max_pixels = float(params.get("max_pixels") or _DEFAULT_MAX_PIXELS)
    scale = min(scale, math.sqrt(max_pixels / (width * height)))
    scale = min(scale, max_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _is_grey(rows: Pixels) -> bool:
    """Whether red, green and blue are alike in rows of three bytes a pixel.

    Neighbouring bytes are compared in a straight run, a few rows at a time: ten times faster than
    colour by colour. Every third pair is of two pixels and does not count.
    """
    within_a_pixel = numpy.arange(rows.shape[1] - 1) % 3 != 2
    for first in range(0, len(rows), _ROWS_AT_A_TIME):
        some = rows[first : first + _ROWS_AT_A_TIME]
        if ((some[:, 1:] != some[:, :-1]) & within_a_pixel).any():
            return False
    return True


def encode(pixels: Pixels, form: str, quality: int) -> bytes:
    """The image file. `quality` concerns jpeg and webp."""
    if form == "png":
        return b"".join(png(pixels))
    buffer = io.BytesIO()
    image = Image.fromarray(numpy.ascontiguousarray(pixels))
    if form == "jpeg":
        image.save(buffer, "JPEG", quality=quality)
    else:
        image.save(buffer, "WEBP", quality=quality, method=0)
    return buffer.getvalue()


def png(pixels: Pixels) -> Iterator[bytes]:
    """A PNG file (RFC 2083) of 8-bit grey or RGB, deflated by isal at level 1, no row filter."""
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else 3
    rows = numpy.empty((height, 1 + width * channels), numpy.uint8)
    rows[:, 0] = _NO_FILTER
    if channels == 1:
        rows[:, 1:] = pixels
    elif pixels.flags.c_contiguous:
        rows[:, 1:] = pixels.reshape(height, width * 3)
    else:
        for channel in range(3):  # to copy all at once takes five times as long
            rows[:, 1 + channel :: 3] = pixels[:, :, channel]
    yield b"\x89PNG\r\n\x1a\n"
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    yield from _chunk(b"IHDR", header)
    yield from _chunk(b"IDAT", isal_zlib.compress(rows, 1))
    yield from _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> Iterator[bytes]:
    yield struct.pack(">I", len(data)) + kind
    yield data
    yield struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))
