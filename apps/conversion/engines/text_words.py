"""The words of a page's own text: those a person can see, and those nobody can."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal, NamedTuple

import numpy
import pypdfium2.raw as pdfium

from . import text, visibility
from .lines import Word
from .raster import Pixels

Reason = Literal["invisible", "off_page", "white", "tiny", "covered"]
_HYPHENS = str.maketrans({"\x02": "-", "\ufffe": "-", "\u00ad": "-"})
_MOST_CHARACTERS = 60_000  # of one page
_LEAST_HEIGHT = 2.2  # points from the deepest to the highest letter
_SAME_COLOUR = 24.0
_INVISIBLE_MODES = {3}
_LEAST_ALPHA = 10  # of 255
# Of words that stand on each other: how much of the smaller one, and how many are looked into.
_MUCH, _EDGE = 0.3, 0.25
_MOST_LAYERS, _MOST_PAIRS, _ROWS = 4, 2000, 256

Array = numpy.ndarray[Any, Any]
_owner_of = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
)


class Hidden(NamedTuple):
    """A word nobody sees, and why."""

    text: str
    box: Sequence[float]
    reason: Reason


@dataclass(slots=True)
class TextLayer:
    """What a page's text says. `unreadable` is the share of characters without a meaning."""

    words: list[Word] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    unreadable: float = 0.0


@dataclass(slots=True)
class _Glyphs:
    """The characters of a page, their boxes as displayed (n, 4) and the objects that draw them."""

    characters: str
    boxes: Array
    owners: list[int]


@dataclass(slots=True)
class _Writing:
    """A page's characters, and its pictures with and without them."""

    textpage: Any
    glyphs: _Glyphs
    drawn: visibility.Drawn
    without: Pixels


def read(page: Any, drawn: visibility.Drawn) -> TextLayer:
    """The words of a page, in the order of its content."""
    textpage = page.get_textpage()
    try:
        glyphs = _glyphs(page, textpage)
        without = drawn.without({owner for owner in glyphs.owners if owner})
        states = _states(glyphs, drawn, without, page).tolist()
        spans = [
            span
            for match in text.WORD.finditer(glyphs.characters)
            for span in _alike(states, *match.span())
        ]
        writing = _Writing(textpage, glyphs, drawn, without)
        boxes = _around(glyphs.boxes, spans)
        seen = [number for number, (first, _) in enumerate(spans) if states[first] == _SEEN]
        over = _printed_over(writing, [spans[number] for number in seen], boxes[seen])
        layer = TextLayer()
        for span, box in zip(spans, boxes.tolist(), strict=True):
            _add(layer, writing, over.get(span, states[span[0]]), span, box)
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
    for match in text.WORD.finditer(characters):
        for index in range(*match.span()):
            text.loose_box(handle, index, address + 16 * index)
            owners[index] = _owner_of(handle, index) or 0
    # FS_RECTF: left, top, right, bottom.
    edges = rectangles[:, [0, 3, 2, 1]].astype(numpy.float64)
    return _Glyphs(characters, text.on_display(page, edges), owners)


_SEEN, _UNSEEN, _TINY, _OFF_PAGE, _DOUBLE = range(5)


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
    for match in text.WORD.finditer(glyphs.characters):
        first, last = match.span()
        known = [index for index in range(first, last) if glyphs.characters[index].isalnum()]
        if not known or len(known) == last - first:
            continue
        for index in set(range(first, last)).difference(known):
            # Rather of those drawn with it.
            owner = glyphs.owners[index]
            beside = [other for other in known if glyphs.owners[other] == owner] or known
            seen[index] = seen[min(beside, key=lambda other: abs(other - index))]


def _around(boxes: Array, spans: Sequence[tuple[int, int]]) -> Array:
    """The boxes (spans, 4) around the boxes (n, 4) of each span."""
    if not spans:
        return numpy.zeros((0, 4))
    limits = numpy.array(spans).ravel()
    # Every other piece lies between two spans; a last limit at the end of the boxes has none.
    limits = limits[:-1] if limits[-1] == len(boxes) else limits
    low = numpy.minimum.reduceat(boxes[:, :2], limits)[::2]
    high = numpy.maximum.reduceat(boxes[:, 2:], limits)[::2]
    return numpy.concatenate((low, high), axis=1)


def _alike(states: Sequence[int], first: int, last: int) -> list[tuple[int, int]]:
    """The runs of one state among these characters."""
    if len(set(states[first:last])) == 1:
        return [(first, last)]
    spans = []
    for _, run in groupby(range(first, last), key=states.__getitem__):
        members = list(run)
        spans.append((members[0], members[-1] + 1))
    return spans


def _add(
    layer: TextLayer, writing: _Writing, state: int, span: tuple[int, int], box: Sequence[float]
) -> None:
    written = writing.glyphs.characters[slice(*span)].translate(_HYPHENS)
    if state == _SEEN:
        layer.words.append(Word(written, box))
    elif state == _UNSEEN:
        layer.hidden.append(Hidden(written, box, _why(writing, span[0], box)))
    elif state != _DOUBLE:
        layer.hidden.append(Hidden(written, box, "tiny" if state == _TINY else "off_page"))


def _why(writing: _Writing, index: int, box: Sequence[float]) -> Reason:
    owner = writing.glyphs.owners[index]
    if owner:
        handle = ctypes.cast(owner, pdfium.FPDF_PAGEOBJECT)
        if pdfium.FPDFTextObj_GetTextRenderMode(handle) in _INVISIBLE_MODES:
            return "invisible"
    channels = [ctypes.c_uint() for _ in range(4)]
    if not pdfium.FPDFText_GetFillColor(writing.textpage, index, *map(ctypes.byref, channels)):
        return "covered"
    *colour, alpha = (channel.value for channel in channels)
    if alpha < _LEAST_ALPHA:
        return "invisible"
    background = visibility.background(writing.without, box, writing.drawn.scale)
    return "white" if numpy.abs(background - colour).max() < _SAME_COLOUR else "covered"


def _printed_over(
    writing: _Writing, spans: list[tuple[int, int]], boxes: Array
) -> dict[tuple[int, int], int]:
    """The states of words that stand on each other: the same twice, or one that is not seen.

    Each is taken away alone; what has the colour of the page itself counts as not seen.
    """
    owners = [set(writing.glyphs.owners[first:last]) for first, last in spans]
    layers: dict[int, int] = {}
    states: dict[tuple[int, int], int] = {}
    for one, other in _overlapping(boxes):
        if owners[one] & owners[other]:
            continue
        first, second = (writing.glyphs.characters[slice(*spans[i])] for i in (one, other))
        if first == second:
            states[spans[other]] = _DOUBLE
            continue
        layers.setdefault(one, 0)
        layers[other] = max(layers.get(other, 0), layers[one] + 1)
    for layer in range(min(_MOST_LAYERS, 1 + max(layers.values(), default=-1))):
        members = [number for number, at in layers.items() if at == layer]
        removed = set().union(*(owners[number] for number in members)) - {0}
        seen = visibility.seen(
            writing.drawn.pixels,
            writing.drawn.without(removed),
            boxes[members],
            writing.drawn.scale,
        )
        for number, is_seen in zip(members, seen.tolist(), strict=True):
            plain = _why(writing, spans[number][0], boxes[number]) == "covered"
            if not (is_seen and plain):
                states[spans[number]] = _UNSEEN
    for number, layer in layers.items():
        if layer >= _MOST_LAYERS:
            states[spans[number]] = _UNSEEN
    return states


def _overlapping(boxes: Array) -> list[tuple[int, int]]:
    """Pairs of boxes of which one covers a good part of the other, by their numbers."""
    found: list[tuple[int, int]] = []
    if not len(boxes):
        return found
    # The upper and lower parts of a line reach into its neighbours.
    edge = (boxes[:, 3] - boxes[:, 1]) * _EDGE
    left, right = boxes[:, 0], boxes[:, 2]
    top, bottom = boxes[:, 1] + edge, boxes[:, 3] - edge
    area = numpy.maximum((right - left) * (bottom - top), 0.01)
    for start in range(0, len(boxes), _ROWS):
        rows = slice(start, start + _ROWS)
        width = numpy.minimum(right[rows, None], right) - numpy.maximum(left[rows, None], left)
        height = numpy.minimum(bottom[rows, None], bottom) - numpy.maximum(top[rows, None], top)
        common = width.clip(0) * height.clip(0)
        much = common > _MUCH * numpy.minimum(area[rows, None], area)
        for one, other in numpy.argwhere(numpy.triu(much, 1 + start))[:_MOST_PAIRS].tolist():
            found.append((one + start, other))
    return found[:_MOST_PAIRS]


def _is_unreadable(character: str) -> bool:
    """Without a Unicode value, or with one that means something only to its font."""
    return character in "\ufffd\x00" or "\ue000" <= character <= "\uf8ff"
