"""Boxes on a page: points, origin top left, y down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# No paper is longer; a box beyond it is a fault of the file or of an engine.
_FARTHEST = 1e5


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """The height of its centre line."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2

    def polygon(self) -> list[list[float]]:
        """Its corners clockwise from the top left."""
        left, top, right, bottom = (
            round(side, 2) for side in (self.left, self.top, self.right, self.bottom)
        )
        return [[left, top], [right, top], [right, bottom], [left, bottom]]

    def overlaps_across(self, other: Box) -> float:
        """How much of the narrower one's width both share, 0 to 1."""
        shared = min(self.right, other.right) - max(self.left, other.left)
        return max(0.0, shared / max(min(self.width, other.width), 0.1))


def parse(sides: object) -> Box | None:
    """A box of four finite numbers in any order of sides; None for anything else."""
    if not isinstance(sides, list | tuple) or len(sides) != 4:
        return None
    x0, y0, x1, y1 = sides
    for side in sides:
        # The negation leaves out what is not a number as well (NaN).
        if not isinstance(side, int | float) or not -_FARTHEST <= side <= _FARTHEST:
            return None
    if x0 <= x1 and y0 <= y1:
        return Box(x0, y0, x1, y1)
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around at least one box."""
    every = list(boxes)
    if len(every) == 1:
        return every[0]
    return Box(
        min(box.left for box in every),
        min(box.top for box in every),
        max(box.right for box in every),
        max(box.bottom for box in every),
    )
