"""The words of a page's own text: those a person can see, and those nobody can."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal, NamedTuple

import numpy
import pypdfium2.raw as pdfium

from . import text, visibility
from .lines import Word
from .raster import Pixels

Reason = Literal["invisible", "off_page", "white", "tiny", "covered"]
_RUN = re.compile("[^\\s\x00\x01\x03-\x1f]+")
_HYPHENS = str.maketrans({"\x02": "-", "\ufffe": "-", "\u00ad": "-"})
_MOST_CHARACTERS = 60_000  # of one page
_LEAST_HEIGHT = 2.2  # points from the deepest to the highest letter
_SAME_COLOUR = 24.0
_INVISIBLE_MODES = {3}

Array = numpy.ndarray[Any, Any]
_owner_of = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
)


class Hidden(NamedTuple):
    """A word nobody sees, and why."""

    text: str
    box: tuple[float, float, float, float]
    reason: Reason


@dataclass(slots=True)
class TextLayer:
    """What a page's text says. `unreadable` is the share of characters without a meaning."""

    words: list[Word] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    unreadable: float = 0.0
    # The page without its text.
    without: Pixels | None = None


@dataclass(slots=True)
class _Glyphs:
    """The characters of a page, their boxes as displayed (n, 4) and the objects that draw them."""

    characters: str
    boxes: Array
    owners: list[int]


def read(page: Any, drawn: visibility.Drawn) -> TextLayer:
    """The words of a page, in the order of its content."""
    textpage = page.get_textpage()
    try:
        glyphs = _glyphs(page, textpage)
        without = drawn.without({owner for owner in glyphs.owners if owner})
        states = _states(glyphs, drawn, without, page)
        layer = TextLayer(without=without)
        for match in _RUN.finditer(glyphs.characters):
            for span in _alike(states, *match.span()):
                _add(layer, glyphs, states, span, textpage, without, drawn.scale)
        letters = [character for character in glyphs.characters if not character.isspace()]
        unknown = sum(1 for character in letters if _is_unreadable(character))
        layer.unreadable = unknown / max(1, len(letters))
        return layer
    finally:
        textpage.close()


def _glyphs(page: Any, textpage: Any) -> _Glyphs:
    characters = text.characters_of(textpage)[:_MOST_CHARACTERS]
    rectangles = numpy.zeros((len(characters), 4), numpy.float32)
    owners = [0] * len(characters)
    address, handle = rectangles.ctypes.data, ctypes.cast(textpage.raw, ctypes.c_void_p)
    for match in _RUN.finditer(characters):
        for index in range(*match.span()):
            text.loose_box(handle, index, address + 16 * index)
            owners[index] = _owner_of(handle, index) or 0
    # FS_RECTF: left, top, right, bottom.
    edges = rectangles[:, [0, 3, 2, 1]].astype(numpy.float64)
    return _Glyphs(characters, text.on_display(page, edges), owners)


_SEEN, _UNSEEN, _TINY, _OFF_PAGE = range(4)


def _states(glyphs: _Glyphs, drawn: visibility.Drawn, without: Pixels, page: Any) -> Array:
    """What is the matter with each character."""
    boxes = glyphs.boxes
    count = len(boxes)
    if not count:
        return numpy.zeros(0, numpy.int8)
    seen = visibility.seen(drawn.pixels, without, boxes, drawn.scale)
    _follow_neighbours(glyphs, seen)
    states = numpy.where(seen, _SEEN, _UNSEEN).astype(numpy.int8)
    # Steep text is as high as its box is wide.
    height = numpy.maximum(boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0])
    states[height < _LEAST_HEIGHT] = _TINY
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    outside = (x < 0) | (y < 0) | (x > page.get_width()) | (y > page.get_height())
    states[outside] = _OFF_PAGE
    return states


def _follow_neighbours(glyphs: _Glyphs, seen: Array) -> None:
    """A point or a hyphen has too little ink to tell: it is seen as the letters beside it are."""
    for match in _RUN.finditer(glyphs.characters):
        first, last = match.span()
        known = [index for index in range(first, last) if glyphs.characters[index].isalnum()]
        if not known or len(known) == last - first:
            continue
        for index in set(range(first, last)).difference(known):
            nearest = min(known, key=lambda other: (abs(other - index), other > index))
            seen[index] = seen[nearest]


def _alike(states: Array, first: int, last: int) -> list[tuple[int, int]]:
    """The runs of one state among these characters."""
    spans = []
    for _, run in groupby(range(first, last), key=lambda index: int(states[index])):
        members = list(run)
        spans.append((members[0], members[-1] + 1))
    return spans


def _add(
    layer: TextLayer,
    glyphs: _Glyphs,
    states: Array,
    span: tuple[int, int],
    textpage: Any,
    without: Pixels,
    scale: float,
) -> None:
    first, last = span
    boxes = glyphs.boxes[first:last]
    low, high = boxes.min(axis=0), boxes.max(axis=0)
    box = (float(low[0]), float(low[1]), float(high[2]), float(high[3]))
    written = glyphs.characters[first:last].translate(_HYPHENS)
    state = int(states[first])
    if state == _SEEN:
        layer.words.append(Word(written, box))
        return
    reason: Reason
    if state == _OFF_PAGE:
        reason = "off_page"
    elif state == _TINY:
        reason = "tiny"
    else:
        reason = _why(textpage, glyphs, first, numpy.array(box), without, scale)
    layer.hidden.append(Hidden(written, box, reason))


def _why(
    textpage: Any, glyphs: _Glyphs, index: int, box: Array, without: Pixels, scale: float
) -> Reason:
    owner = glyphs.owners[index]
    if owner:
        handle = ctypes.cast(owner, pdfium.FPDF_PAGEOBJECT)
        if pdfium.FPDFTextObj_GetTextRenderMode(handle) in _INVISIBLE_MODES:
            return "invisible"
    channels = [ctypes.c_uint() for _ in range(4)]
    if not pdfium.FPDFText_GetFillColor(textpage, index, *map(ctypes.byref, channels)):
        return "covered"
    *colour, alpha = (channel.value for channel in channels)
    if alpha < 10:
        return "invisible"
    distance = numpy.abs(visibility.background(without, box, scale) - colour).max()
    return "white" if distance < _SAME_COLOUR else "covered"


def _is_unreadable(character: str) -> bool:
    """Without a Unicode value, or with one that means something only to its font."""
    return character in "\ufffd\x00" or "\ue000" <= character <= "\uf8ff"
