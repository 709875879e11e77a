"""The words of a scanned page, whichever way it was laid on the glass."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy

from . import page_pictures
from .lines import Word, described, in_reading_order
from .ocr_models import Models, Pixels, Reading
from .raster import Canvas
from .words import Scan, described_hidden

# Pixels: of the picture read, of the picture looked at for lines, and once more where it has none.
_LONGEST, _GLANCE, _FURTHER = 2000, 1280, 736
_DOTS_PER_INCH = 200.0
_STEEP = 1.5  # how much higher than wide a line of a page is that lies on its side
_VERTICAL = 2.0  # and a line that runs up or down an upright page
_GLANCED_AT = 16  # lines that decide whether a page stands on its head
_DOUBT = 0.25  # nearer to even odds than this, reading some lines both ways decides
_READ_TO_DECIDE = 6
_LEAST_CONFIDENCE = 0.5  # of a line
_LEAST_CONTRAST = 24.0  # of 255
_GAP = 3.5  # in widths of a character, between two words without a space
_LONG = 3.0  # how much wider than high a line is that tells the skew

Array = numpy.ndarray[Any, Any]


class _Found(NamedTuple):
    """A word and its corners in pixels, from its top left clockwise as one reads it."""

    text: str
    corners: Array
    confidence: float


def scan(models: Models, document: Any, page: Any) -> Scan:
    """Read a page's picture. Boxes are points of the page as displayed."""
    picture = _picture(document, page)
    return read(models, picture, page.get_width() / picture.shape[1])


def _picture(document: Any, page: Any) -> Pixels:
    """The page, blue first, at its scan's resolution; at 200 dots an inch where it is drawn."""
    longer = max(page.get_width(), page.get_height(), 0.1)
    fine = page_pictures.resolution(page) or _DOTS_PER_INCH
    dpi = min(max(fine, 72.0), _LONGEST * 72.0 / longer)
    pixels = Canvas().draw(document, page, {"dpi": dpi})
    if pixels.ndim == 2:
        return numpy.repeat(pixels[:, :, None], 3, axis=2)
    return numpy.ascontiguousarray(pixels[:, :, ::-1])


def read(models: Models, picture: Pixels, scale: float = 1.0) -> Scan:
    """The words in a picture (height, width, 3), in reading order; boxes are pixels x `scale`."""
    lines = _lines(models, picture)
    if not len(lines):
        return Scan([], [], 0.0)
    quarters = _quarters(models, picture, lines)
    upright = numpy.ascontiguousarray(numpy.rot90(picture, -quarters))
    if quarters:
        # Lines are found best where they run as they should.
        lines = _lines(models, upright)
    lines = _with_vertical_lines(models, upright, lines)
    skew = _skew(lines)
    readings = models.read(upright, lines)
    found = [
        word
        for corners, reading in zip(lines, readings, strict=True)
        for word in _words(corners, reading)
    ]
    degrees = 180 - (180 - 90 * quarters + skew) % 360
    placing = _Placing(quarters, picture.shape, scale)
    faint = [_is_faint(upright, word) for word in found]
    plain = [word for word, is_faint in zip(found, faint, strict=True) if not is_faint]
    hidden = [word for word, is_faint in zip(found, faint, strict=True) if is_faint]
    return Scan(
        _ordered(plain, skew, placing),
        [described_hidden(word.text, placing.box(word), "white") for word in hidden],
        round(degrees, 1) or 0.0,
    )


def _lines(models: Models, picture: Pixels) -> Array:
    lines = models.find(picture, _GLANCE)
    # A few words on an empty page are found from further away.
    return lines if len(lines) else models.find(picture, _FURTHER)


def _is_faint(upright: Pixels, word: _Found) -> bool:
    """Whether a word has so little contrast that a person would not see it."""
    left, top = word.corners.min(axis=0).astype(int).clip(0)
    right, bottom = word.corners.max(axis=0).astype(int) + 1
    part = upright[top:bottom, left:right]
    if not part.size:
        return True
    dark, bright = numpy.percentile(part.reshape(-1, 3), (2, 98), axis=0)
    return bool((bright - dark).max() < _LEAST_CONTRAST)


def _quarters(models: Models, picture: Pixels, lines: Array) -> int:
    """The quarter turns, clockwise, that bring the lines upright."""
    wide, high = _sides(lines)
    lying = high > _STEEP * wide
    aside = (high * lying).sum() > (wide * ~lying).sum()
    telling = lying if aside else ~lying
    longest = numpy.argsort(-numpy.maximum(wide, high) * telling)[:_GLANCED_AT]
    some = numpy.roll(lines[longest], 1 if aside else 0, axis=1)
    odds = float(models.upside_down(picture, some).mean())
    if abs(odds - 0.5) < _DOUBT:
        few = some[:_READ_TO_DECIDE]
        upright = _confidence(models.read(picture, few))
        on_its_head = _confidence(models.read(picture, numpy.roll(few, 2, axis=1)))
        odds = float(on_its_head > upright)
    return (1 if aside else 0) + (2 if odds > 0.5 else 0)


def _confidence(readings: list[Reading]) -> float:
    return sum(float(reading.probabilities.sum()) for reading in readings)


def _sides(lines: Array) -> tuple[Array, Array]:
    """Width and height of each line, as one reads it."""
    width = numpy.linalg.norm(lines[:, 1] - lines[:, 0], axis=1)
    return width, numpy.linalg.norm(lines[:, 3] - lines[:, 0], axis=1)


def _with_vertical_lines(models: Models, picture: Pixels, lines: Array) -> Array:
    """The same lines, those that run up or down given from where they start."""
    wide, high = _sides(lines)
    vertical = numpy.flatnonzero(high > _VERTICAL * wide)
    if not len(vertical):
        return lines
    lines = lines.copy()
    downwards = numpy.roll(lines[vertical], 3, axis=1)
    on_its_head = models.upside_down(picture, downwards) > 0.5
    lines[vertical] = numpy.where(
        on_its_head[:, None, None], numpy.roll(downwards, 2, axis=1), downwards
    )
    return lines


def _skew(lines: Array) -> float:
    """Degrees clockwise by which the lines slope: the median by their lengths."""
    width, height = _sides(lines)
    across, down = (lines[:, 1] - lines[:, 0]).T
    angles = numpy.degrees(numpy.arctan2(down, across))
    telling = (width > _LONG * height) & (numpy.abs(angles) < 45)
    if not telling.any():
        return 0.0
    angles, weights = angles[telling], width[telling]
    order = numpy.argsort(angles)
    middle = numpy.searchsorted(weights[order].cumsum(), weights.sum() / 2)
    return float(angles[order][min(int(middle), len(order) - 1)])


def _words(corners: Array, reading: Reading) -> Iterator[_Found]:
    """A line's words; where one ends is told by its characters' places."""
    if not len(reading.text) or reading.probabilities.mean() < _LEAST_CONFIDENCE:
        return
    pitch = _pitch(reading)
    start = corners[[0, 3]]
    along = corners[[1, 2]] - start
    for first, last in _spans(reading, pitch):
        left = max(0.0, reading.middles[first] - pitch * 0.6)
        right = min(1.0, reading.middles[last - 1] + pitch * 0.6)
        if first > 0:
            left = max(left, (reading.middles[first] + reading.middles[first - 1]) / 2)
        if last < len(reading.text):
            right = min(right, (reading.middles[last - 1] + reading.middles[last]) / 2)
        begin, end = start + along * left, start + along * right
        word = numpy.array([begin[0], end[0], end[1], begin[1]])
        confidence = float(reading.probabilities[first:last].mean())
        yield _Found(reading.text[first:last], word, min(1.0, confidence))


def _pitch(reading: Reading) -> float:
    """The usual distance of two characters, as a share of the line."""
    if len(reading.text) < 2:
        return 1.0
    return float(numpy.median(numpy.diff(reading.middles)))


def _spans(reading: Reading, pitch: float) -> Iterator[tuple[int, int]]:
    first = 0
    for index, character in enumerate(reading.text):
        gap = index > first and reading.middles[index] - reading.middles[index - 1] > _GAP * pitch
        if character.isspace() or gap:
            if index > first:
                yield first, index
            first = index + 1 if character.isspace() else index
    if first < len(reading.text):
        yield first, len(reading.text)


class _Placing(NamedTuple):
    """How the upright picture lies on the page: turned this often clockwise, then scaled."""

    quarters: int
    shape: tuple[int, ...]
    scale: float

    def box(self, word: _Found) -> list[float]:
        """The box on the page around a word of the upright picture."""
        corners = word.corners
        edges = numpy.concatenate((corners.min(axis=0), corners.max(axis=0)))
        box: list[float] = self.on_page(edges[None])[0].tolist()
        return box

    def on_page(self, boxes: Array) -> Array:
        """Boxes (n, 4) of the upright picture as boxes of the page."""
        height, width = self.shape[:2]
        left, top, right, bottom = boxes.T
        if self.quarters == 1:
            left, top, right, bottom = top, height - right, bottom, height - left
        elif self.quarters == 2:
            left, top, right, bottom = width - right, height - bottom, width - left, height - top
        elif self.quarters == 3:
            left, top, right, bottom = width - bottom, left, width - top, right
        return numpy.stack((left, top, right, bottom), axis=1) * self.scale


def _ordered(found: list[_Found], skew: float, placing: _Placing) -> list[dict[str, Any]]:
    """The words in the order and on the lines they have once the skew is taken out."""
    if not found:
        return []
    corners = numpy.array([word.corners for word in found])
    cosine, sine = math.cos(math.radians(skew)), math.sin(math.radians(skew))
    level = corners @ numpy.array([[cosine, -sine], [sine, cosine]])
    order = in_reading_order(numpy.concatenate((level.min(axis=1), level.max(axis=1)), axis=1))
    return [
        described(Word(word.text, placing.box(word), word.confidence), line)
        for word, line in ((found[index], line) for index, line in order)
    ]
