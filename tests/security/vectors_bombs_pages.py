"""Bombs in PDF files and DXF drawings; the others, and the list of all, are in vectors_bombs.py."""

from __future__ import annotations

import io
import zlib
from functools import cache

import ezdxf
import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.engine import documents

MIB = 1024**2
_CHUNK = bytes(MIB)


@cache
def deflated_zeros(mib: int) -> tuple[bytes, int]:
    """So many MiB of zeros, deflated without making them first; and their CRC."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(_CHUNK) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(mib):
        check = zlib.crc32(_CHUNK, check)
    return piece * mib + zlib.compressobj(9, zlib.DEFLATED, -15).flush(), check


def _saved(document: pikepdf.Pdf, **options: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer, **options)
    return buffer.getvalue()


def flate(mib: int) -> bytes:
    """zlib's form of the same zeros."""
    return zlib.compress(b"", 9)[:2] + deflated_zeros(mib)[0] + b"\0\0\0\0"


def pdf_stream(data: bytes, filters: int = 1) -> bytes:
    """A page whose content is this, deflated so many times."""
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(600, 800))
        page.Contents = document.make_stream(b"")
        page.Contents.write(data, filter=Array([Name.FlateDecode] * filters))
        return _saved(document, compress_streams=False)


def pdf_object_stream() -> bytes:
    content = documents.pdf()
    data = flate(1024)
    stream = (
        b"77 0 obj\n<</Type/ObjStm/N 1000000/First 12000000/Filter/FlateDecode/Length %d>>stream\n"
        % len(data)
    )
    at = content.rindex(b"startxref")
    start = int(content[at:].split()[1])
    added = len(content) + 1
    section = b"\nxref\n0 0\ntrailer\n<</Size 99/Prev %d/XRefStm %d/Root 1 0 R>>\n" % (start, added)
    body = content + b"\n" + stream + data + b"\nendstream\nendobj\n"
    return body + section + b"startxref\n%d\n%%%%EOF" % (len(body) + 1)


def pdf_pages(count: int) -> bytes:
    """One page, listed so often."""
    kids = b"3 0 R " * count
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count %d"
        b"/Kids[%s]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
        b"trailer<</Root 1 0 R/Size 4>>\n%%%%EOF" % (count, kids)
    )


def pdf_deep_pages(depth: int) -> bytes:
    nodes = b"".join(
        b"%d 0 obj<</Type/Pages/Count 1/Parent %d 0 R/Kids[%d 0 R]>>endobj\n" % (n, n - 1, n + 1)
        for n in range(2, depth)
    )
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n%s"
        b"%d 0 obj<</Type/Page/Parent %d 0 R/MediaBox[0 0 99 99]>>endobj\n"
        b"trailer<</Root 1 0 R/Size %d>>\n%%%%EOF" % (nodes, depth, depth - 1, depth + 1)
    )


def pdf_box(side: str) -> bytes:
    box = f"[0 0 {side} {side}]".encode()
    return documents.pdf().replace(b"[ 0 0 600 800 ]", box)


def pdf_laughs() -> bytes:
    """Forms that draw the one before ten times: ten to the ninth in all."""
    with pikepdf.open(io.BytesIO(documents.pdf())) as document:
        form = document.make_stream(b"0 0 9 9 re f")
        form.stream_dict = Dictionary(Subtype=Name.Form, BBox=[0, 0, 9, 9])
        for _ in range(9):
            outer = document.make_stream(b"/X Do " * 10)
            outer.stream_dict = Dictionary(
                Subtype=Name.Form,
                BBox=[0, 0, 9, 9],
                Resources=Dictionary(XObject=Dictionary(X=form)),
            )
            form = outer
        page = document.pages[0].obj
        page.Resources.XObject = Dictionary(X=form)
        page.Contents = document.make_stream(b"/X Do")
        return _saved(document)


def pdf_itself() -> bytes:
    """A form that draws itself."""
    with pikepdf.open(io.BytesIO(documents.pdf())) as document:
        form = document.make_indirect(document.make_stream(b"/X Do /X Do"))
        form.stream_dict = Dictionary(Subtype=Name.Form, BBox=[0, 0, 9, 9])
        form.Resources = Dictionary(XObject=Dictionary(X=form))
        page = document.pages[0].obj
        page.Resources.XObject = Dictionary(X=form)
        page.Contents = document.make_stream(b"/X Do")
        return _saved(document)


def pdf_picture() -> bytes:
    with pikepdf.open(io.BytesIO(documents.pdf())) as document:
        picture = document.make_stream(b"")
        picture.write(flate(1024), filter=Name.FlateDecode)
        picture.stream_dict = Dictionary(
            Subtype=Name.Image, Width=100_000, Height=85_000, BitsPerComponent=1,
            ColorSpace=Name.DeviceGray, Filter=Name.FlateDecode,
        )  # fmt: skip
        page = document.pages[0].obj
        page.Resources.XObject = Dictionary(X=picture)
        page.Contents = document.make_stream(b"600 0 0 800 0 0 cm /X Do")
        return _saved(document, compress_streams=False)


def pdf_deep_objects() -> bytes:
    return documents.pdf().replace(
        b"/Type /Catalog", b"/Type /Catalog /A " + b"[" * 200_000 + b"]" * 200_000
    )


def pdf_loop() -> bytes:
    """A cross-reference section that says that it follows itself."""
    content = documents.pdf()
    at = content.rindex(b"startxref")
    start = content[at:].split()[1]
    return content[:at].replace(b"/Size", b"/Prev " + start + b" /Size") + content[at:]


# Drawings


def dxf_rows() -> bytes:
    drawing = ezdxf.new()
    drawing.blocks.new("a").add_line((0, 0), (1, 1))
    drawing.modelspace().add_blockref(
        "a", (0, 0), {"row_count": 30_000, "column_count": 30_000, "row_spacing": 1,
                      "column_spacing": 1}
    )  # fmt: skip
    return _dxf(drawing)


def dxf_blocks() -> bytes:
    """Blocks that insert the one before ten times."""
    drawing = ezdxf.new()
    drawing.blocks.new("b0").add_line((0, 0), (1, 1))
    for level in range(1, 10):
        block = drawing.blocks.new(f"b{level}")
        for number in range(10):
            block.add_blockref(f"b{level - 1}", (number, level))
    drawing.modelspace().add_blockref("b9", (0, 0))
    return _dxf(drawing)


def dxf_hatch() -> bytes:
    drawing = ezdxf.new()
    hatch = drawing.modelspace().add_hatch()
    hatch.paths.add_polyline_path([(0, 0), (1e6, 0), (1e6, 1e6), (0, 1e6)], is_closed=True)
    hatch.set_pattern_fill("ANSI31", scale=0.0001)
    return _dxf(drawing)


def _dxf(drawing: ezdxf.document.Drawing) -> bytes:
    stream = io.StringIO()
    drawing.write(stream)
    return stream.getvalue().encode()
