"""The geometry of mark-up: clouds and heads of arrows, in a plane whose y axis points up."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]
# The tangent of a quarter of an arc's angle; of a cloud's arcs, which curve outward.
CLOUD_BULGE = 0.5
_ARC = 2.0  # chord of a cloud's arc and length of an arrow's head, in heights of a letter
_MOST_ARCS_A_SIDE = 100
_HEAD_WIDTH = 0.35


def corners(opposite: Sequence[Point]) -> list[Point]:
    """The corners of an upright rectangle, counterclockwise from the lower left."""
    (left, right), (low, high) = (sorted(sides) for sides in zip(*opposite, strict=True))
    return [(left, low), (right, low), (right, high), (left, high)]


def cloud(opposite: Sequence[Point], size: float) -> list[Point]:
    """The ends of the arcs of a cloud around a rectangle, counterclockwise."""
    box = corners(opposite)
    ends: list[Point] = []
    for (x, y), (to_x, to_y) in zip(box, [*box[1:], box[0]], strict=True):
        wanted = round(math.hypot(to_x - x, to_y - y) / (_ARC * size))
        count = min(max(1, wanted), _MOST_ARCS_A_SIDE)
        ends += [
            (x + (to_x - x) * step / count, y + (to_y - y) * step / count) for step in range(count)
        ]
    return ends


def arrow_head(ends: Sequence[Point], size: float) -> list[Point]:
    """The triangle at the tip of an arrow, its second end; nothing where it has no length."""
    tail, tip = ends
    length = math.hypot(tip[0] - tail[0], tip[1] - tail[1])
    if not length:
        return []
    reach = min(_ARC * size, length)
    x, y = ((tail[0] - tip[0]) * reach / length, (tail[1] - tip[1]) * reach / length)
    side = (-y * _HEAD_WIDTH, x * _HEAD_WIDTH)
    base = (tip[0] + x, tip[1] + y)
    return [tip, (base[0] + side[0], base[1] + side[1]), (base[0] - side[0], base[1] - side[1])]
