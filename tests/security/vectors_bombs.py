"""Small files that would like to become large, long or deep."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image

from tests.engine import documents
from tests.security.vectors_bombs_pages import (
    MIB,
    deflated_zeros,
    dxf_blocks,
    dxf_hatch,
    dxf_rows,
    flate,
    pdf_box,
    pdf_deep_objects,
    pdf_deep_pages,
    pdf_itself,
    pdf_laughs,
    pdf_loop,
    pdf_object_stream,
    pdf_pages,
    pdf_picture,
    pdf_stream,
)
from tests.security.vectors_odf import flat
from tests.security.vectors_sheets import sheet
from tests.security.vectors_word import word


class Bomb(NamedTuple):
    """`ends`: what may become of it."""

    form: str
    build: Callable[[], bytes]
    ends: frozenset[str]


def zip_bomb(mib: int, said: int | None = None, copies: int = 1) -> bytes:
    """A Word document with a part of so many MiB; `said`: the size that its directory claims.

    `copies` list the same bytes under as many names.
    """
    data, check = deflated_zeros(mib)
    size = mib * MIB if said is None else said
    whole = io.BytesIO(documents.docx(documents.paragraphs("Text")))
    content = whole.getvalue()
    end = content.rfind(b"PK\x05\x06")
    count, length, start = struct.unpack_from("<HII", content, end + 10)
    directory = content[start : start + length]
    name = b"word/media/a%02d.xml"
    head = struct.pack("<HHHIIIIHH", 20, 0, 8, 0, check, len(data), size, len(name % 0), 0)
    local = b"PK\x03\x04" + head + name % 0 + data
    for number in range(copies):
        directory += (
            b"PK\x01\x02\x14\x00" + head + struct.pack("<HHHII", 0, 0, 0, 0, start) + name % number
        )
    tail = struct.pack(
        "<HHHHIIH", 0, 0, count + copies, count + copies, len(directory), start + len(local), 0
    )
    return content[:start] + local + directory + b"PK\x05\x06" + tail


# XML

_LAUGHS = "".join(
    f'<!ENTITY {after} "{f"&{before};" * 10}">'
    for before, after in zip("abcdefghi", "bcdefghij", strict=True)
)
LAUGHS = f'<!DOCTYPE d [<!ENTITY a "ha">{_LAUGHS}]>'
QUADRATIC = f'<!DOCTYPE d [<!ENTITY j "{"a" * 200_000}">]>'


def _laughing_text(prolog: str, times: int = 1) -> bytes:
    return flat("text", f"<text:p>{'&j;' * times}</text:p>", prolog=prolog)


def _laughing_word(prolog: str, times: int = 1) -> bytes:
    return word(f"<w:p><w:r><w:t>{'&j;' * times}</w:t></w:r></w:p>", prolog=prolog)


def _svg(inner: str, prolog: str = "", size: str = 'width="99" height="99"') -> bytes:
    return (
        f'{prolog}<svg xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" {size}>{inner}</svg>'
    ).encode()


def _deep(tag: str, depth: int, inner: str = "Text") -> str:
    name = tag.partition(" ")[0]
    return f"<{tag}>" * depth + inner + f"</{name}>" * depth


def _doubled(levels: int) -> str:
    """Each group uses the one before ten times."""
    groups = '<g id="g0"><rect width="9" height="9"/></g>'
    for level in range(1, levels):
        groups += f'<g id="g{level}">' + f'<use xlink:href="#g{level - 1}"/>' * 10 + "</g>"
    return f'<defs>{groups}</defs><use xlink:href="#g{levels - 1}"/>'


# Sheets


def _repeated() -> bytes:
    cell = (
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
        "<text:p>Text</text:p></table:table-cell>"
    )
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    return flat("spreadsheet", f'<table:table table:name="a">{row}</table:table>')


def _spaces() -> bytes:
    return flat("text", '<text:p>Text<text:s text:c="2147483647"/></text:p>')


def _formulas() -> bytes:
    """Each cell sums all before it, over whole columns."""
    row = "".join(
        f'<table:table-cell table:formula="of:=SUMPRODUCT([.A1:.XFD1048576]*[.A1:.XFD1048576])+{n}"'
        ' office:value-type="float" office:value="0"/>'
        for n in range(20)
    )
    return flat(
        "spreadsheet",
        f'<table:table table:name="a"><table:table-row>{row}</table:table-row></table:table>',
    )


# Pictures


def _picture(form: str, size: tuple[int, int], patch: tuple[int, str] | None = None) -> bytes:
    """A small picture whose head claims a size, at an offset in a byte order."""
    buffer = io.BytesIO()
    Image.new("L", (16, 16)).save(buffer, form)
    content = bytearray(buffer.getvalue())
    if patch:
        struct.pack_into(patch[1], content, patch[0], *size)
    return bytes(content)


def _png() -> bytes:
    content = _picture("PNG", (100_000, 100_000), (16, ">II"))
    return content[:29] + struct.pack(">I", zlib.crc32(content[12:29])) + content[33:]


def _jpeg() -> bytes:
    content = _picture("JPEG", (0, 0))
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + struct.pack(">HH", 65_000, 65_000) + content[at + 4 :]


def _webp() -> bytes:
    """A lossless picture whose head claims 16384 by 16384 (14 bits each, less one)."""
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16)).save(buffer, "WEBP", lossless=True)
    content = bytearray(buffer.getvalue())
    at = content.index(b"VP8L") + 9
    bits = struct.unpack_from("<I", content, at)[0] | 0xFFFFFFF
    struct.pack_into("<I", content, at, bits)
    return bytes(content)


def _png_with_text() -> bytes:
    content = _picture("PNG", (0, 0))
    packed = zlib.compress(b"", 9)[:2] + deflated_zeros(300)[0] + b"\0\0\0\0"
    body = b"zTXta\0\0" + packed
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return content[:33] + chunk + content[33:]


def _tiff(frames: int, loop: bool = False) -> bytes:
    """Frames of one pixel, which is the same; `loop`: after the last comes the first."""
    buffer = io.BytesIO()
    Image.new("L", (1, 1)).save(buffer, "TIFF")
    content = bytearray(buffer.getvalue())
    first = struct.unpack_from("<I", content, 4)[0]
    length = 2 + 12 * struct.unpack_from("<H", content, first)[0]
    directory = bytes(content[first : first + length])
    last = first + length
    for _ in range(frames - 1):
        struct.pack_into("<I", content, last, len(content))
        last = len(content) + length
        content += directory + bytes(4)
    if loop:
        struct.pack_into("<I", content, last, first)
    return bytes(content)


def _wide_tiff() -> bytes:
    content = bytearray(_tiff(1))
    first = struct.unpack_from("<I", content, 4)[0]
    for entry in range(2):  # ImageWidth and ImageLength come first
        struct.pack_into("<HII", content, first + 4 + 12 * entry, 4, 1, 100_000)
    return bytes(content)


_VARIABLES = "".join(f"--v{n}: var(--v{n - 1}) var(--v{n - 1});" for n in range(1, 40))
_CELL = '<c r="A2" t="s"><v>0</v></c>'


def _ends(*codes: str) -> frozenset[str]:
    return frozenset(codes)


_STOPPED = _ends("timeout", "out_of_memory", "too_large", "document_corrupt")
_BORNE = _ends("done") | _STOPPED
_REFUSED = _ends("document_corrupt")
_LARGE = _ends("too_large")

BOMBS = {
    "zip: 2 GiB in a part": Bomb("docx", lambda: zip_bomb(2048), _LARGE),
    "zip: 2 GiB that say they are little": Bomb("docx", lambda: zip_bomb(2048, 1000), _BORNE),
    "zip: overlapping parts": Bomb("docx", lambda: zip_bomb(16, copies=40), _LARGE),
    "zip: in a zip": Bomb(
        "docx", lambda: documents.package({"a.docx": zip_bomb(2048)}), _ends("format_mismatch")
    ),
    "xml: laughs in a flat text": Bomb("fodt", lambda: _laughing_text(LAUGHS), _REFUSED),
    "xml: laughs in Word": Bomb("docx", lambda: _laughing_word(LAUGHS), _REFUSED),
    "xml: laughs in SVG": Bomb("svg", lambda: _svg("<text>&j;</text>", LAUGHS), _REFUSED),
    "xml: laughs in a web page": Bomb("xhtml", lambda: _svg("&j;", LAUGHS), _BORNE),
    "xml: 1 GB of one word, text": Bomb(
        "fodt", lambda: _laughing_text(QUADRATIC, 5000), _REFUSED | _ends("document_empty")
    ),
    "xml: 1 GB of one word, Word": Bomb("docx", lambda: _laughing_word(QUADRATIC, 5000), _REFUSED),
    "xml: 1 GB of one word, SVG": Bomb(
        "svg", lambda: _svg(f"<text>{'&j;' * 5000}</text>", QUADRATIC), _STOPPED
    ),
    "xml: deep text": Bomb(
        "fodt", lambda: flat("text", f"<text:p>{_deep('text:span', 100_000)}</text:p>"), _BORNE
    ),
    "xml: deep Word": Bomb("docx", lambda: word(_deep("w:sdt", 100_000)), _BORNE),
    "xml: deep SVG": Bomb("svg", lambda: _svg(_deep("g", 200_000, "")), _BORNE),
    "xml: deep web page": Bomb("html", lambda: _deep("div", 100_000).encode(), _BORNE),
    "svg: laughs of use": Bomb("svg", lambda: _svg(_doubled(10)), _BORNE),
    "svg: 2 Tm wide": Bomb("svg", lambda: _svg("", size='width="2e12" height="2e12"'), _BORNE),
    "svg: noise of a large filter": Bomb(
        "svg",
        lambda: _svg(
            '<filter id="f" x="-9e4%" y="-9e4%" width="2e5%" height="2e5%"><feTurbulence '
            'numOctaves="255"/></filter><rect width="90000" height="90000" filter="url(#f)"/>',
            size='width="90000" height="90000"',
        ),
        _BORNE,
    ),
    "svg: packed": Bomb(
        "svg", lambda: gzip.compress(_svg("<!--" + " " * 10**7 + "-->")), _ends("format_mismatch")
    ),
    "html: doubling variables": Bomb(
        "html",
        lambda: f"<style>*{{--v0:a;{_VARIABLES}content:var(--v39)}}</style>Text".encode(),
        _BORNE,
    ),
    "html: a wide cell": Bomb(
        "html", lambda: b"<table><tr><td colspan=100000000 rowspan=65534>Text</table>", _BORNE
    ),
    "html: many pages": Bomb("html", lambda: b"<p style='break-after:page'>x" * 100_000, _BORNE),
    "rtf: deep": Bomb("rtf", lambda: b"{\\rtf1 " + b"{" * 500_000 + b"x" + b"}" * 500_001, _BORNE),
    "sheet: all cells": Bomb("fods", _repeated, _BORNE),
    "sheet: whole columns": Bomb("fods", _formulas, _BORNE),
    "sheet: a far corner": Bomb(
        "xlsx",
        lambda: sheet(_CELL, '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        _BORNE,
    ),
    "text: two thousand million blanks": Bomb("fodt", _spaces, _BORNE),
    "picture: PNG": Bomb("png", _png, _LARGE),
    "picture: PNG with long words": Bomb("png", _png_with_text, _BORNE),
    "picture: JPEG": Bomb("jpg", _jpeg, _LARGE),
    "picture: GIF": Bomb("gif", lambda: _picture("GIF", (65_000, 65_000), (6, "<HH")), _LARGE),
    "picture: BMP": Bomb("bmp", lambda: _picture("BMP", (90_000, 90_000), (18, "<ii")), _LARGE),
    "picture: WebP": Bomb("webp", _webp, _LARGE | _REFUSED | _ends("format_mismatch")),
    "picture: TIFF": Bomb("tif", _wide_tiff, _LARGE),
    "picture: TIFF of 2500 frames": Bomb("tif", lambda: _tiff(2500), _LARGE),
    "picture: TIFF without end": Bomb("tif", lambda: _tiff(3, loop=True), _BORNE),
    "pdf: 1 GiB of content": Bomb("pdf", lambda: pdf_stream(flate(1024)), _BORNE),
    "pdf: packed twice": Bomb("pdf", lambda: pdf_stream(zlib.compress(flate(4096), 9), 2), _BORNE),
    "pdf: 1 GiB of objects": Bomb("pdf", pdf_object_stream, _BORNE),
    "pdf: 150,000 pages": Bomb("pdf", lambda: pdf_pages(150_000), _LARGE),
    "pdf: deep pages": Bomb("pdf", lambda: pdf_deep_pages(50_000), _BORNE),
    "pdf: pages of themselves": Bomb(
        "pdf", lambda: pdf_pages(3).replace(b"3 0 R 3 0 R", b"2 0 R 2 0 R"), _BORNE
    ),
    "pdf: a large page": Bomb("pdf", lambda: pdf_box("1000000000"), _BORNE),
    "pdf: a page beyond numbers": Bomb("pdf", lambda: pdf_box("9" * 400), _BORNE),
    "pdf: laughs of forms": Bomb("pdf", pdf_laughs, _BORNE),
    "pdf: a form of itself": Bomb("pdf", pdf_itself, _BORNE),
    "pdf: a picture of 8.5 Gpx": Bomb("pdf", pdf_picture, _BORNE),
    "pdf: deep objects": Bomb("pdf", pdf_deep_objects, _BORNE),
    "pdf: references in a ring": Bomb("pdf", pdf_loop, _BORNE),
    "dxf: rows and columns": Bomb("dxf", dxf_rows, _BORNE),
    "dxf: laughs of blocks": Bomb("dxf", dxf_blocks, _BORNE),
    "dxf: a dense hatch": Bomb("dxf", dxf_hatch, _BORNE),
}
