"""PDF, images, drawings and web pages: described, drawn, read."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import numpy
import pikepdf
import pytest
from PIL import Image, ImageColor

from apps.conversion.engines import pdf as pdf_engine
from tests import corpus
from tests.engine import documents
from tests.engine_process import EngineProcess, Outcome


def _pages(engine: EngineProcess, op: str, content: bytes, **params: Any) -> Outcome:
    return engine.run("pages", op, content, params, extension="pdf")


def _picture(outcome: Outcome, page: int = 0) -> Image.Image:
    return Image.open(outcome.file(f"page/{page}"))


def _words(outcome: Outcome) -> list[dict[str, Any]]:
    return json.loads(gzip.decompress(outcome.file("text").read_bytes()))["pages"]


def _upright(engine: EngineProcess, content: bytes, extension: str) -> Image.Image:
    outcome = engine.pdf(content, extension)
    assert outcome.code == "done", outcome.events
    return _picture(engine.run("pages", "raster", outcome.file("whole"), {"width": 200}))


# inspect


def test_inspect(engine: EngineProcess) -> None:
    pages = [
        ("a", {}),
        ("b", {"Rotate": 90}),
        ("c", {"CropBox": pikepdf.Array([100, 100, 400, 700])}),
    ]
    meta = _pages(engine, "inspect", documents.pdf(pages)).meta
    assert (meta["pages"], meta["encrypted"]) == (3, False)
    assert meta["sizes"] == [[600, 800], [800, 600], [300, 600]]
    assert meta["permissions"]["print"]


def test_many_sizes_are_shortened(engine: EngineProcess) -> None:
    content = documents.pdf([("x", {})] * 100)
    assert _pages(engine, "inspect", content).meta["sizes"] == [[600, 800, 100]]


def test_a_title(engine: EngineProcess) -> None:
    with pikepdf.open(io.BytesIO(documents.pdf())) as document:
        document.docinfo["/Title"] = "Über Käse 漢字"
        buffer = io.BytesIO()
        document.save(buffer)
    assert _pages(engine, "inspect", buffer.getvalue()).meta["title"] == "Über Käse 漢字"


# pdf


def test_a_pdf_stays_what_it_is(engine: EngineProcess) -> None:
    outcome = engine.pdf(documents.pdf(), "pdf")
    assert outcome.part("whole")["meta"]["same_as_source"] is True
    assert outcome.part("whole")["file"] is None
    assert outcome.meta["pages"] == 1


def test_an_encrypted_pdf(engine: EngineProcess) -> None:
    content = documents.pdf(password="secret")
    assert engine.pdf(content, "pdf").code == "password_required"
    assert engine.pdf(content, "pdf", password="wrong").code == "password_wrong"
    outcome = engine.pdf(content, "pdf", password="secret")
    with pdf_engine.open_pdf(outcome.file("whole")) as document:
        assert len(document) == 1
    assert outcome.meta["encrypted"] is True
    assert _pages(engine, "raster", content, password="secret").parts == ["page/0"]


@pytest.mark.parametrize(
    ("content", "extension", "code"),
    [
        (b"", "pdf", "document_empty"),
        (b"%PDF-1.7 nothing", "pdf", "document_corrupt"),
        (documents.image("PNG"), "pdf", "format_mismatch"),
        (documents.pdf(), "png", "format_mismatch"),
        (documents.image("PNG"), "jpg", "format_mismatch"),
        (b"", "png", "document_empty"),
        (b"", "svg", "document_empty"),
        (b"<html/>", "svg", "format_mismatch"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><rect", "svg", "document_corrupt"),
        (b"", "dxf", "document_empty"),
        (b"no drawing", "dxf", "format_mismatch"),
        (b"", "html", "document_empty"),
        (documents.pdf(), "html", "format_mismatch"),
    ],
)
def test_refusals(engine: EngineProcess, content: bytes, extension: str, code: str) -> None:
    assert engine.pdf(content, extension).code == code


def test_pixel_limit(engine: EngineProcess) -> None:
    buffer = io.BytesIO()
    Image.new("1", (12_000, 11_000)).save(buffer, "PNG")
    assert engine.pdf(buffer.getvalue(), "png").code == "too_large"


# raster


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
def test_raster(engine: EngineProcess, form: str) -> None:
    outcome = _pages(
        engine, "raster", documents.pdf([("a", {})] * 3), format=form, width=300, last=1
    )
    assert outcome.parts == ["page/0", "page/1"]
    assert outcome.part("page/0")["meta"] == {"width": 300, "height": 400}
    picture = _picture(outcome)
    assert picture.format == form.upper()
    assert picture.size == (300, 400)
    corner = picture.convert("L").getpixel((5, 5))
    assert corner > 250
    assert numpy.asarray(picture.convert("L")).min() < 100


def test_raster_by_resolution_rotation_and_limit(engine: EngineProcess) -> None:
    content = documents.pdf([("a", {"Rotate": 90})])
    assert _picture(_pages(engine, "raster", content, dpi=72)).size == (800, 600)
    assert _picture(_pages(engine, "raster", content, dpi=72, rotate=90)).size == (600, 800)
    limited = _picture(_pages(engine, "raster", content, dpi=600, max_pixels=120_000))
    assert limited.size == (400, 300)


def test_grey_pages_are_grey_and_coloured_ones_right(engine: EngineProcess) -> None:
    assert _picture(_pages(engine, "raster", documents.pdf(), width=200)).mode == "L"
    square = (
        b"<svg xmlns='http://www.w3.org/2000/svg' width='90' height='90'>"
        b"<rect width='90' height='90' fill='#ff0000'/></svg>"
    )
    picture = _upright(engine, square, "svg")
    assert picture.mode == "RGB"
    assert picture.getpixel((100, 100)) == (255, 0, 0)


def test_colours_are_right_whatever_the_page_before_was_like(engine: EngineProcess) -> None:
    """Pages share their memory, and the order of bytes they are drawn in."""
    wanted = ["red", "blue", "grey", "lime", "grey", "grey", "red"]
    squares = [Image.new("RGB", (300, 300), colour) for colour in wanted]
    stream = io.BytesIO()
    squares[0].save(stream, "PDF", save_all=True, append_images=squares[1:])
    outcome = _pages(engine, "raster", stream.getvalue(), width=100, last=len(wanted) - 1)
    for index, colour in enumerate(wanted):
        picture = _picture(outcome, index)
        assert picture.mode == ("L" if colour == "grey" else "RGB")
        shown = picture.convert("RGB").getpixel((50, 50))
        for is_there, should_be in zip(shown, ImageColor.getrgb(colour), strict=True):
            assert abs(is_there - should_be) <= 3  # the PDF holds them as JPEG


def test_form_fields_are_drawn(engine: EngineProcess) -> None:
    path = corpus.file("templates/pdf-forms/ocrmypdf__acroform.pdf")
    assert engine.run("pages", "raster", path, {"width": 400}).code == "done"
    assert engine.run("pages", "inspect", path).meta["form"] is True


def test_a_damaged_page_has_a_name(engine: EngineProcess) -> None:
    path = corpus.file("hostile/made/page-loop.pdf")
    assert engine.run("pages", "raster", path).code == "document_corrupt"
    assert engine.run("pages", "text", path).code == "document_corrupt"


# text


@pytest.mark.parametrize(
    ("entries", "box"),
    [
        ({}, (100, 78, 180, 106)),
        ({"CropBox": pikepdf.Array([50, 100, 600, 750])}, (50, 28, 130, 56)),
        ({"Rotate": 90}, (694, 100, 722, 180)),
        ({"Rotate": 180}, (420, 694, 500, 722)),
        ({"Rotate": 270}, (78, 420, 106, 500)),
    ],
    ids=["plain", "cropped", "90", "180", "270"],
)
def test_words_are_where_they_are_shown(
    engine: EngineProcess, entries: dict[str, object], box: tuple[int, ...]
) -> None:
    content = documents.pdf([("Hamburg Bremen", entries)])
    (page,) = _words(_pages(engine, "text", content))
    start, length, *edges = page["words"][0]
    assert page["text"][start : start + length] == "Hamburg"
    x0, y0, x1, y1 = edges
    # Helvetica's width of "Hamburg" at 24 pt is 98 pt; its loose height about 28 pt.
    along = (x1 - x0) if entries.get("Rotate", 0) in (0, 180) else (y1 - y0)
    assert along == pytest.approx(99, abs=4)
    pixels = numpy.asarray(
        _picture(_pages(engine, "raster", content, dpi=72)).convert("L"), dtype=int
    )
    inside = pixels[round(y0) : round(y1) + 1, round(x0) : round(x1) + 1]
    assert inside.min() < 128
    assert (page["width"], page["height"]) == (pixels.shape[1], pixels.shape[0])


def test_lines_and_indices(engine: EngineProcess) -> None:
    path = corpus.file("pdf/unst__multi-column-2p.pdf")
    pages = _words(engine.run("pages", "text", path, {"first": 1, "last": 1}))
    assert [page["page"] for page in pages] == [1]
    (page,) = pages
    assert "\n" in page["text"]
    assert "\r" not in page["text"]
    assert len(page["words"]) > 300
    for start, length, x0, y0, x1, y1 in page["words"]:
        word = page["text"][start : start + length]
        assert word
        assert not set(word) & set(" \n\t")
        assert -2 <= x0 < x1 <= page["width"] + 2
        assert -2 <= y0 < y1 <= page["height"] + 2


# svg


def test_pages_as_svg(engine: EngineProcess) -> None:
    outcome = _pages(engine, "svg", documents.pdf([("one", {}), ("two", {})]), first=1, last=1)
    assert outcome.parts == ["page/1"]
    assert b"<svg" in outcome.file("page/1").read_bytes()[:200]


# images


@pytest.mark.parametrize(
    ("form", "extension", "mode"),
    [
        ("PNG", "png", "RGB"), ("PNG", "png", "L"), ("PNG", "png", "1"), ("PNG", "png", "P"),
        ("JPEG", "jpg", "RGB"), ("JPEG", "jpeg", "CMYK"), ("GIF", "gif", "P"),
        ("BMP", "bmp", "RGB"),
        ("TIFF", "tif", "RGB"), ("TIFF", "tif", "CMYK"), ("WEBP", "webp", "RGB"),
        ("JPEG2000", "jp2", "RGB"), ("PPM", "ppm", "RGB"), ("PNG", "png", "I;16"),
    ],
)  # fmt: skip
def test_images(engine: EngineProcess, form: str, extension: str, mode: str) -> None:
    if mode == "I;16":
        ramp = numpy.tile(numpy.linspace(0, 65_535, 200).astype(numpy.uint16), (100, 1))
        buffer = io.BytesIO()
        Image.fromarray(ramp).save(buffer, form)
        content = buffer.getvalue()
    else:
        content = documents.image(form, mode=mode)
    picture = _upright(engine, content, extension).convert("L")
    assert picture.size == (200, 100)
    pixels = numpy.asarray(picture)
    assert pixels[:, :20].mean() < 60
    assert pixels[:, -20:].mean() > 195


def test_a_jpeg_keeps_its_bytes(engine: EngineProcess) -> None:
    content = documents.image("JPEG", quality=70)
    outcome = engine.pdf(content, "jpg")
    with pikepdf.open(outcome.file("whole")) as document:
        (stored,) = document.pages[0].get_images().values()
        assert stored.read_raw_bytes() == content


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_photo_is_turned_upright(engine: EngineProcess, form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the top is at the right: turn clockwise
    picture = _upright(engine, documents.image(form, exif=exif), form.lower()).convert("L")
    assert picture.width < picture.height
    assert picture.getpixel((picture.width // 2, 20)) < 80
    assert picture.getpixel((picture.width // 2, picture.height - 20)) > 175


def test_transparency_is_white(engine: EngineProcess) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (100, 50), (0, 0, 0, 0)).save(buffer, "PNG")
    assert _upright(engine, buffer.getvalue(), "png").convert("L").getpixel((50, 25)) == 255


def test_frames_of_a_tiff_are_pages(engine: EngineProcess) -> None:
    frames = [Image.new("L", (100, 50 + 10 * number), number) for number in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:], dpi=(144, 144))
    outcome = engine.pdf(buffer.getvalue(), "tiff")
    assert outcome.parts == ["first", "whole"]
    assert outcome.meta["sizes"] == [[50, 25], [50, 30], [50, 35]]


def test_resolution_is_believed_within_reason(engine: EngineProcess) -> None:
    size = (2000, 1000)
    assert engine.pdf(documents.image("PNG", size, dpi=(200, 200)), "png").meta["sizes"] == [
        [pytest.approx(720, abs=0.2), pytest.approx(360, abs=0.2)]
    ]
    ((width, _),) = engine.pdf(documents.image("PNG", size), "png").meta["sizes"]
    assert width == pytest.approx(1190.5, abs=1)


# drawings


def test_drawing_text_is_found_where_it_is_drawn(engine: EngineProcess) -> None:
    import ezdxf

    drawing = ezdxf.new()
    space = drawing.modelspace()
    space.add_lwpolyline([(0, 0), (400, 0), (400, 200), (0, 200)], close=True)
    space.add_text("Türblatt", height=20).set_placement((100, 100))
    stream = io.StringIO()
    drawing.write(stream)
    outcome = engine.pdf(stream.getvalue().encode(), "dxf")
    (page,) = _words(engine.run("pages", "text", outcome.file("whole")))
    assert page["text"].strip() == "Türblatt"
    _, _, x0, y0, x1, y1 = page["words"][0]
    raster = engine.run("pages", "raster", outcome.file("whole"), {"dpi": 72})
    pixels = numpy.asarray(_picture(raster).convert("L"), dtype=int)
    assert pixels[round(y0) : round(y1), round(x0) : round(x1)].min() < 100
    assert 0.2 * page["width"] < x0 < 0.3 * page["width"]
    assert pixels[5, 5] == 255


def test_colour_seven_is_black_on_white(engine: EngineProcess) -> None:
    import ezdxf

    drawing = ezdxf.new()
    drawing.modelspace().add_solid([(0, 0), (10, 0), (0, 10), (10, 10)], dxfattribs={"color": 7})
    stream = io.StringIO()
    drawing.write(stream)
    picture = _upright(engine, stream.getvalue().encode(), "dxf").convert("L")
    assert picture.getpixel((100, 100)) < 40
    assert picture.getpixel((1, 1)) == 255


# web pages


def test_a_web_page(engine: EngineProcess) -> None:
    content = "<meta charset=utf-8><title>Titel</title><p>Grüße<p style='break-before:page'>zwei"
    outcome = engine.pdf(content.encode(), "html")
    assert outcome.parts == ["first", "whole"]
    assert (outcome.meta["pages"], outcome.meta["title"]) == (2, "Titel")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_drawing_whose_root_comes_late_or_in_wide_letters(
    engine: EngineProcess, encoding: str
) -> None:
    drawing = (
        f"<?xml version='1.0' encoding='{encoding}'?><!-- {'x' * 70_000} -->"
        "<svg xmlns='http://www.w3.org/2000/svg' width='96' height='48'><rect width='9'/></svg>"
    )
    outcome = engine.run(
        "pages", "pdf", drawing.encode(encoding), {"format": "svg"}, extension="svg"
    )
    assert outcome.code == "done"
    assert outcome.meta["sizes"] == [[72.0, 36.0]]


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
def test_a_tile_is_part_of_the_page(engine: EngineProcess, form: str) -> None:
    source = documents.pdf([("Words", {})])
    whole = _pages(engine, "raster", source, first=0, last=0, format="png", dpi=72)
    with Image.open(whole.file("page/0")) as page:
        width, height = page.size
        expected = page.convert("RGB").crop((100, 50, 164, 82))
    params = {"first": 0, "last": 0, "format": form, "dpi": 72, "box": "100,50,64,32"}
    outcome = engine.run("pages", "tile", source, params, extension="pdf")
    with Image.open(outcome.file("tile")) as tile:
        assert tile.size == (64, 32)
        if form == "png":
            assert tile.convert("RGB").tobytes() == expected.tobytes()
    params["box"] = f"{width - 10},{height - 5},64,32"
    outcome = engine.run("pages", "tile", source, params, extension="pdf")
    assert outcome.part("tile")["meta"] == {"width": 10, "height": 5}
    params["box"] = f"{width},0,64,32"
    assert engine.run("pages", "tile", source, params, extension="pdf").code == "page_not_found"
