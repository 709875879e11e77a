"""Which of a page's text a person can see: what the page loses when its text is taken away.

The page is drawn twice, with and without its text. Where nothing changes nobody sees a text,
whether it is invisible, white on white, clipped, on a hidden layer or under something else; where
something changes it is seen, be it white on a dark bar.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy
import pypdfium2.raw as pdfium

from .raster import Canvas, Pixels

_LEAST_CHANGE = 20  # of 255: less contrast is not readable
_NO_CHANGE, _MOST_ALIKE = (0.0,) * 4, (_LEAST_CHANGE - 1.0,) * 4
_SIDE, _EDGE = 0.2, 0.15  # of a character's box that may show its neighbours
_MOST_SIDE = 1.0  # pixels
_LEAST_SHARE = 0.02  # of what is left of a character's box

Array = numpy.ndarray[Any, Any]
cv2.setNumThreads(1)  # before the first fork
_set_active = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium.FPDFPageObj_SetIsActive, ctypes.c_void_p).value or 0
)


class Drawn:
    """A page as it is and as it is without some of its objects; `scale` is pixels a point."""

    def __init__(self, document: Any, page: Any, resolution: dict[str, float]) -> None:
        self._arguments = (document, page, resolution)
        self.pixels: Pixels = _draw(*self._arguments)
        self.scale = self.pixels.shape[1] / max(page.get_width(), 0.1)

    def without(self, objects: Iterable[int]) -> Pixels:
        """The page without these objects (their addresses)."""
        hidden = list(objects)
        for one in hidden:
            _set_active(one, 0)
        try:
            return _draw(*self._arguments)
        finally:
            for one in hidden:
                _set_active(one, 1)


def _draw(document: Any, page: Any, resolution: dict[str, float]) -> Pixels:
    # In one run of memory, as OpenCV likes it.
    return numpy.ascontiguousarray(Canvas(coloured=True).draw(document, page, resolution))


def seen(pixels: Pixels, without: Pixels, boxes: Array, scale: float) -> Array:
    """Whether something is seen in each box (n, 4; points), given both pictures: (n,) bool."""
    unchanged = _unchanged(pixels, without)
    sums = cv2.integral(unchanged)
    left, top, right, bottom = (boxes * scale).T
    side = numpy.minimum((right - left) * _SIDE, _MOST_SIDE)
    edge = (bottom - top) * _EDGE
    x0, x1 = _span(left + side, right - side, unchanged.shape[1])
    y0, y1 = _span(top + edge, bottom - edge, unchanged.shape[0])
    alike = sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]
    return numpy.asarray(alike / 255 < (x1 - x0) * (y1 - y0) * (1 - _LEAST_SHARE))


def background(without: Pixels, box: Sequence[float], scale: float) -> Array:
    """The mean colour (red, green, blue) in a box (4; points) of the page without its text."""
    left, top, right, bottom = (round(value * scale) for value in box)
    part = without[
        max(0, top) : max(top, 0) + max(1, bottom - top), max(0, left) : max(right, left + 1)
    ]
    if not part.size:
        return numpy.full(3, 255.0)
    mean = part.reshape(-1, part.shape[2] if part.ndim == 3 else 1).mean(axis=0)
    return mean if len(mean) == 3 else numpy.repeat(mean, 3)


def is_blank(pixels: Pixels) -> bool:
    """Whether a picture is all of one colour."""
    return int(pixels.max()) - int(pixels.min()) < _LEAST_CHANGE if pixels.size else True


def _unchanged(pixels: Pixels, without: Pixels) -> Array:
    """255 where both pictures are alike in every colour, else 0."""
    one, other = (
        picture if pixels.ndim == without.ndim else _coloured(picture)
        for picture in (pixels, without)
    )
    return numpy.asarray(cv2.inRange(cv2.absdiff(one, other), _NO_CHANGE, _MOST_ALIKE))


def _coloured(picture: Pixels) -> Pixels:
    return numpy.repeat(picture[:, :, None], 3, axis=2) if picture.ndim == 2 else picture


def _span(low: Array, high: Array, length: int) -> tuple[Array, Array]:
    first = numpy.floor(low + 0.5).astype(numpy.int64).clip(0, length - 1)
    last = numpy.floor(high + 0.5).astype(numpy.int64)
    return first, numpy.maximum(last, first + 1).clip(1, length)
