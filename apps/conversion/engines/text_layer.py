"""Invisible text over a page whose letters are outlines, so that it can be found and copied."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name

_NAME = Name("/RectoText")
_CHARACTER_WIDTH = 0.5  # of the font's size, for every character
_CAPITAL_HEIGHT = 0.7
# Character codes are UTF-16 code units; this maps each to itself.
_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
1 beginbfrange <0000> <FFFF> <0000> endbfrange
endcmap CMapName currentdict /CMap defineresource pop end end"""

Point = tuple[float, float]


class Line(NamedTuple):
    """A text, the ends of its baseline and the top left of a capital, in points, y upwards."""

    content: str
    start: Point
    end: Point
    top: Point


def add(path: Path, lines: Iterable[Line]) -> None:
    """Write the lines invisibly (text rendering mode 3) onto the first page of a PDF file."""
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        page = document.pages[0]
        font = document.make_indirect(_font(document))
        page.add_resource(font, Name.Font, _NAME)
        page.contents_add(document.make_stream(b"q\n"), prepend=True)
        content = f"Q q BT 3 Tr {_NAME} 1 Tf\n" + "".join(map(_operators, lines)) + "ET Q\n"
        page.contents_add(document.make_stream(content.encode("ascii")))
        document.save(path)


def _operators(line: Line) -> str:
    codes = line.content.encode("utf-16-be", "replace")
    length = max(1, len(codes) // 2) * _CHARACTER_WIDTH
    (x, y), end, top = line.start, line.end, line.top
    matrix = (
        (end[0] - x) / length,
        (end[1] - y) / length,
        (top[0] - x) / _CAPITAL_HEIGHT,
        (top[1] - y) / _CAPITAL_HEIGHT,
        x,
        y,
    )
    return f"{' '.join(f'{value:.4f}' for value in matrix)} Tm <{codes.hex()}> Tj\n"


def _font(document: pikepdf.Pdf) -> Dictionary:
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=_NAME,
        Flags=5,
        FontBBox=Array([0, -200, 1000, 800]),
        ItalicAngle=0,
        Ascent=800,
        Descent=-200,
        CapHeight=700,
        StemV=80,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=_NAME,
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        CIDToGIDMap=Name.Identity,
        DW=int(1000 * _CHARACTER_WIDTH),
        FontDescriptor=document.make_indirect(descriptor),
    )
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=_NAME,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([document.make_indirect(descendant)]),
        ToUnicode=document.make_stream(_TO_UNICODE),
    )
