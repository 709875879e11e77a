"""Small PDF files with text, pictures and codes, and what was read from them."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy
import pikepdf
import zxingcpp
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw, ImageFont

from tests.engine_process import EngineProcess, Outcome

SIZE = (600, 800)
_FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def page(
    *contents: str,
    images: dict[str, Image.Image] | None = None,
    states: dict[str, Any] | None = None,
    entries: dict[str, Any] | None = None,
    pages: int = 1,
) -> bytes:
    """A PDF of 600 x 800 points with these content operators; fonts F0 and bold F1, 12 pt."""
    buffer = io.BytesIO()
    with pikepdf.new() as document:
        fonts = {
            f"/F{number}": Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=name)
            for number, name in enumerate((Name.Helvetica, Name("/Helvetica-Bold")))
        }
        drawn = {f"/{name}": _image(document, image) for name, image in (images or {}).items()}
        for _ in range(pages):
            added = document.add_blank_page(page_size=SIZE)
            added.Resources = Dictionary(
                Font=Dictionary(fonts),
                XObject=Dictionary(drawn),
                ExtGState=Dictionary(states or {}),
            )
            added.Contents = document.make_stream("\n".join(contents).encode("latin-1"))
            for key, value in (entries or {}).items():
                added[f"/{key}"] = value
        document.save(buffer)
    return buffer.getvalue()


def text(words: str, x: float = 100, y: float = 700, size: float = 12, before: str = "") -> str:
    """Operators that write words at a place (from the bottom left)."""
    return f"q BT {before} /F0 {size} Tf 1 0 0 1 {x} {y} Tm ({words}) Tj ET Q\n"


def rectangle(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f"q {colour} rg {x} {y} {width} {height} re f Q\n"


def placed(name: str, x: float, y: float, width: float, height: float) -> str:
    """Operators that draw an image."""
    return f"q {width} 0 0 {height} {x} {y} cm /{name} Do Q\n"


def _image(document: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    grey = image.mode == "L"
    return document.make_stream(
        (image if grey else image.convert("RGB")).tobytes(),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=image.width,
        Height=image.height,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray if grey else Name.DeviceRGB,
    )


def scan(
    lines: list[str], *, turned: float = 0, dpi: int = 150, shades: dict[int, int] | None = None
) -> Image.Image:
    """A scan of a page with these lines, turned clockwise by so many degrees.

    `shades` gives lines, by number, another grey than nearly black.
    """
    scale = dpi / 72
    picture = Image.new("L", (round(SIZE[0] * scale), round(SIZE[1] * scale)), 255)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(_FONT, round(12 * scale))
    for number, line in enumerate(lines):
        shade = (shades or {}).get(number, 20)
        draw.text((70 * scale, (100 + 30 * number) * scale), line, fill=shade, font=font)
    return picture.rotate(-turned, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)


def scanned(picture: Image.Image, *contents: str) -> bytes:
    """A PDF whose page is this picture, 800 points on its longer side."""
    scale = max(SIZE) / max(picture.size)
    width, height = picture.width * scale, picture.height * scale
    box = Array([0, 0, width, height])
    operators = (placed("Im", 0, 0, width, height), *contents)
    return page(*operators, images={"Im": picture}, entries={"MediaBox": box})


def code(content: str, kind: zxingcpp.BarcodeFormat) -> Image.Image:
    made = zxingcpp.create_barcode(content, kind).to_image(scale=4, add_quiet_zones=True)
    return Image.fromarray(numpy.array(made))


def reading(outcome: Outcome) -> list[dict[str, Any]]:
    """The pages of a part `words`."""
    assert outcome.code == "done", outcome.events
    pages: list[dict[str, Any]] = json.loads(outcome.file("words").read_text())["pages"]
    return pages


def read(engine: EngineProcess, content: bytes, *, ocr: bool = False) -> dict[str, Any]:
    """The reading of a PDF's first page."""
    name = "ocr" if ocr else "pages"
    params = {"first": 0, "last": 0}
    return reading(engine.run(name, "words", content, params, extension="pdf"))[0]


def texts(words: list[dict[str, Any]]) -> list[str]:
    return [word["text"] for word in words]
