"""Where text is in a picture and what it says: PP-OCRv6's models, run by ONNX Runtime.

The models are files of the `rapidocr` package; its code is not loaded, as it would download what
it misses. Everything runs in the calling thread: a process that has loaded the models can fork.
Sources: M. Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2019);
A. Graves et al., "Connectionist Temporal Classification" (2006); PaddleOCR's pre- and
postprocessing.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy
import onnxruntime

_DETECTOR, _RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
_UPRIGHTNESS = "ch_ppocr_mobile_v2.0_cls_mobile.onnx"
# Of detection: a pixel's and a box's least probability, and how far a box is wider than its core.
_PIXEL, _BOX, _UNCLIP = 0.3, 0.5, 1.6
_MOST_BOXES = 1000
_LEAST_CORE, _LEAST_BOX = 3.0, 5.0  # pixels
_LINE_HEIGHT = 48
_LEAST_WIDTH, _MOST_WIDTH = 160, 3200
_BATCH_WIDTH = 1600  # pixels of all lines that are read at once
_GLANCE_WIDTH = 192

Pixels = numpy.ndarray[Any, numpy.dtype[numpy.uint8]]
Array = numpy.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """A line's characters, each with its probability and where its middle is (0..1 of the line)."""

    text: str
    probabilities: Array
    middles: Array


class Models:
    """The three models. Loading takes a second and some 100 MB; starts no threads."""

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        self._detector = _session(_DETECTOR)
        self._recogniser = _session(_RECOGNISER)
        self._uprightness = _session(_UPRIGHTNESS)
        characters = self._recogniser.get_modelmeta().custom_metadata_map["character"]
        self._characters = ["", *characters.split("\n"), " "]

    def find(self, picture: Pixels, longest: int) -> Array:
        """Corners of the lines of text, (n, 4, 2) in pixels of the picture: see `rectangles`.

        `picture` is (height, width, 3); it is looked at no larger than `longest` pixels.
        """
        height, width = picture.shape[:2]
        scale = min(1.0, longest / max(height, width))
        size = (_multiple_of_32(width * scale), _multiple_of_32(height * scale))
        smaller = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        batch = cv2.dnn.blobFromImage(smaller, 1 / 127.5, mean=(127.5, 127.5, 127.5))
        probabilities = _run(self._detector, batch)
        found = _rectangles(probabilities[0, 0])
        return found * numpy.array([width / size[0], height / size[1]], numpy.float32)

    def read(self, picture: Pixels, lines: Array) -> list[Reading]:
        """What stands in lines given by their corners, in their order."""
        shapes = [_line_width(corners) for corners in lines]
        order = sorted(range(len(lines)), key=shapes.__getitem__)
        readings: list[Reading] = [Reading("", _NOTHING, _NOTHING)] * len(lines)
        for batch in _batches(order, shapes):
            widest = max(_LEAST_WIDTH, shapes[batch[-1]])
            cuts = [cut(picture, lines[number], shapes[number]) for number in batch]
            probabilities = _run(self._recogniser, _side_by_side(cuts, widest))
            for number, found in zip(batch, probabilities, strict=True):
                readings[number] = self._decoded(found, shapes[number] / widest)
        return readings

    def upside_down(self, picture: Pixels, lines: Array) -> Array:
        """How likely each line stands on its head, 0..1."""
        cuts = [cut(picture, corners, _line_width(corners))[:, :_GLANCE_WIDTH] for corners in lines]
        probabilities = _run(self._uprightness, _side_by_side(cuts, _GLANCE_WIDTH))
        return numpy.asarray(probabilities[:, 1])

    def _decoded(self, probabilities: Array, share: float) -> Reading:
        """Greedy decoding of (steps, classes); `share` of the steps is used, class 0 is blank."""
        best = probabilities.argmax(axis=1)
        fresh = best != 0
        fresh[1:] &= best[1:] != best[:-1]
        steps = numpy.flatnonzero(fresh)
        middles = (steps + 0.5) / (len(best) * share)
        text = "".join(self._characters[index] for index in best[steps])
        return Reading(text, probabilities[steps, best[steps]], middles.clip(0.0, 1.0))


_NOTHING = numpy.zeros(0)


def cut(picture: Pixels, corners: Array, width: int) -> Pixels:
    """A line turned level, as high as the models want it."""
    right, bottom = width - 1, _LINE_HEIGHT - 1
    target = numpy.array([[0, 0], [right, 0], [right, bottom]], numpy.float32)
    matrix = cv2.getAffineTransform(numpy.ascontiguousarray(corners[:3], numpy.float32), target)
    size = (width, _LINE_HEIGHT)
    edge = cv2.BORDER_REPLICATE
    return cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=edge)  # type: ignore[return-value]


def _session(name: str) -> Any:
    # Found without importing the package.
    package = importlib.util.find_spec("rapidocr")
    if package is None or package.origin is None:
        raise FileNotFoundError("The package rapidocr, which carries the models, is missing.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    model = Path(package.origin).parent / "models" / name
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _run(session: Any, batch: Array) -> Array:
    try:
        (result,) = session.run(None, {"x": batch})
    except Exception as error:
        # ONNX Runtime has no exception of its own for it.
        if "bad_alloc" in str(error):
            raise MemoryError(str(error)) from error
        raise
    return numpy.asarray(result)


def _multiple_of_32(length: float) -> int:
    return max(32, round(length / 32) * 32)


def _rectangles(probabilities: Array) -> Array:
    """Rectangles around what is probably text: corners from the text's top left, clockwise.

    A rectangle whose sides differ little from the page's is taken to be level; text is taken to run
    along the longer side unless that is steep by little.
    """
    likely = (probabilities > _PIXEL).astype(numpy.uint8)
    core = cv2.dilate(likely, numpy.ones((2, 2), numpy.uint8))
    contours, _ = cv2.findContours(core, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in contours[:_MOST_BOXES]:
        middle, (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < _LEAST_CORE:
            continue
        if _mean_inside(probabilities, cv2.boxPoints((middle, (width, height), angle))) < _BOX:
            continue
        more = _UNCLIP * width * height / (width + height)
        if min(width, height) + more < _LEAST_BOX:
            continue
        found.append(_from_top_left(middle, width + more, height + more, angle))
    return numpy.array(found, numpy.float32).reshape(-1, 4, 2)


def _mean_inside(probabilities: Array, corners: Array) -> float:
    left, top = numpy.floor(corners.min(axis=0)).astype(int).clip(0)
    right, bottom = numpy.ceil(corners.max(axis=0)).astype(int) + 1
    part = probabilities[top:bottom, left:right]
    mask = numpy.zeros(part.shape, numpy.uint8)
    cv2.fillPoly(mask, [(corners - (left, top)).astype(numpy.int32)], 1)
    return float(cv2.mean(part, mask)[0])


def _from_top_left(middle: Sequence[float], width: float, height: float, angle: float) -> Array:
    # OpenCV's angle is of the side called width; make it the one nearest to level.
    while angle > 45:
        width, height, angle = height, width, angle - 90
    while angle < -45:
        width, height, angle = height, width, angle + 90
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    along = numpy.array([cosine, sine]) * width / 2
    down = numpy.array([-sine, cosine]) * height / 2
    centre = numpy.array(middle)
    return numpy.array(
        [centre - along - down, centre + along - down, centre + along + down, centre - along + down]
    )


def _line_width(corners: Array) -> int:
    """Pixels of a line's width when it is as high as the models want it."""
    width = float(numpy.linalg.norm(corners[1] - corners[0]))
    height = float(numpy.linalg.norm(corners[3] - corners[0]))
    return min(max(8, math.ceil(_LINE_HEIGHT * width / max(height, 1.0))), _MOST_WIDTH)


def _batches(order: Sequence[int], widths: Sequence[int]) -> Iterator[list[int]]:
    """Lines of nearly the same width together; what pads them is work for nothing."""
    batch: list[int] = []
    for number in order:
        widest = max(_LEAST_WIDTH, widths[number])
        if batch and (
            widest * (len(batch) + 1) > _BATCH_WIDTH
            or widest > 1.25 * max(_LEAST_WIDTH, widths[batch[0]])
        ):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _side_by_side(cuts: Sequence[Pixels], width: int) -> Array:
    """The cuts as one input (n, 3, height, width), grey where they are too short."""
    batch = numpy.zeros((len(cuts), 3, _LINE_HEIGHT, width), numpy.float32)
    for place, one in zip(batch, cuts, strict=True):
        place[:, :, : one.shape[1]] = one.transpose(2, 0, 1) / 127.5 - 1.0
    return batch
