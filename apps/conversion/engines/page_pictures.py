"""What is drawn on a page besides text: how much its images cover, how fine they are."""

from __future__ import annotations

import ctypes
import math
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

_MOST_OBJECTS = 5000
_DEEPEST_FORM = 4
_FEW_SHAPES = 20  # too few for the bars of a code
_SQUARE_INCH = 72.0 * 72.0
_SHAPES = {pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING}


class Picture(NamedTuple):
    """An image and the square points it covers."""

    handle: Any
    area: float


class Drawing(NamedTuple):
    """The images of a page, also those in its forms, and the number of shapes it draws."""

    pictures: list[Picture]
    shapes: int

    @property
    def may_hold_codes(self) -> bool:
        """Whether there is anything a bar code could be made of."""
        return bool(self.pictures) or self.shapes > _FEW_SHAPES


def share(page: Any, drawing: Drawing) -> float:
    """How much of the page its pictures cover, 0..1; where they overlap they count twice."""
    covered = sum(picture.area for picture in drawing.pictures)
    return float(min(1.0, covered / max(1.0, page.get_width() * page.get_height())))


def resolution(page: Any) -> float | None:
    """Dots an inch of the largest picture; None where there is none."""
    pictures = survey(page).pictures
    largest = max(pictures, key=lambda picture: picture.area, default=None)
    if largest is None or largest.area <= 0:
        return None
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not pdfium.FPDFImageObj_GetImagePixelSize(
        largest.handle, ctypes.byref(width), ctypes.byref(height)
    ):
        return None
    return math.sqrt(width.value * height.value / largest.area * _SQUARE_INCH)


def survey(page: Any) -> Drawing:
    """Look at the objects of a page, at most some thousands."""
    found: list[Picture] = []
    shapes = 0
    count = pdfium.FPDFPage_CountObjects(page)
    pending = [
        (pdfium.FPDFPage_GetObject(page, number), 1.0, 0)
        for number in range(min(count, _MOST_OBJECTS))
    ]
    looked_at = 0
    while pending and looked_at < _MOST_OBJECTS:
        looked_at += 1
        one, scale, depth = pending.pop()
        kind = pdfium.FPDFPageObj_GetType(one)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            found.append(Picture(one, _area(one) * scale))
        elif kind in _SHAPES:
            shapes += 1
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            matrix = pdfium.FS_MATRIX()
            pdfium.FPDFPageObj_GetMatrix(one, ctypes.byref(matrix))
            inside = scale * abs(matrix.a * matrix.d - matrix.b * matrix.c)
            count = pdfium.FPDFFormObj_CountObjects(one)
            pending += [
                (pdfium.FPDFFormObj_GetObject(one, number), inside, depth + 1)
                for number in range(min(count, _MOST_OBJECTS))
            ]
    return Drawing(found, shapes)


def _area(one: Any) -> float:
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(one, *map(ctypes.byref, edges)):
        return 0.0
    left, bottom, right, top = (edge.value for edge in edges)
    return abs((right - left) * (top - bottom))
