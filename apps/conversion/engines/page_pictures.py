"""The images on a page: how much of it they cover, how fine they are."""

from __future__ import annotations

import ctypes
import math
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

_MOST_OBJECTS = 5000
_DEEPEST_FORM = 4
_SQUARE_INCH = 72.0 * 72.0


class Picture(NamedTuple):
    """An image and the square points it covers."""

    handle: Any
    area: float


def share(page: Any) -> float:
    """How much of the page its pictures cover, 0..1; where they overlap they count twice."""
    covered = sum(picture.area for picture in _pictures(page))
    return float(min(1.0, covered / max(1.0, page.get_width() * page.get_height())))


def resolution(page: Any) -> float | None:
    """Dots an inch of the largest picture; None where there is none."""
    largest = max(_pictures(page), key=lambda picture: picture.area, default=None)
    if largest is None or largest.area <= 0:
        return None
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not pdfium.FPDFImageObj_GetImagePixelSize(
        largest.handle, ctypes.byref(width), ctypes.byref(height)
    ):
        return None
    return math.sqrt(width.value * height.value / largest.area * _SQUARE_INCH)


def _pictures(page: Any) -> list[Picture]:
    """The page's images, also those in its forms."""
    found: list[Picture] = []
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
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            matrix = pdfium.FS_MATRIX()
            pdfium.FPDFPageObj_GetMatrix(one, ctypes.byref(matrix))
            inside = scale * abs(matrix.a * matrix.d - matrix.b * matrix.c)
            count = pdfium.FPDFFormObj_CountObjects(one)
            pending += [
                (pdfium.FPDFFormObj_GetObject(one, number), inside, depth + 1)
                for number in range(min(count, _MOST_OBJECTS))
            ]
    return found


def _area(one: Any) -> float:
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(one, *map(ctypes.byref, edges)):
        return 0.0
    left, bottom, right, top = (edge.value for edge in edges)
    return abs((right - left) * (top - bottom))
