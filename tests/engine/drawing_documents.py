"""A plan of three layers, and mark-up of each kind."""

from __future__ import annotations

import io
from typing import Any

import ezdxf

LAYER = "RECTO_MARKUP"


def mark(kind: str, *points: tuple[float, float], **members: Any) -> dict[str, Any]:
    return {
        "id": f"m-{kind}-{len(points)}",
        "kind": kind,
        "points": [[float(x), float(y)] for x, y in points],
        "size": 2.5,
        "text": "",
        "colour": "#c0261b",
        "author": "anna",
        "made": "2026-11-22T12:03:07Z",
        "layout": "Model",
    } | members


MARKS = [
    mark("text", (10.123456789, 20), text="Check 5 %% ^ here\nzwölf €"),
    mark("line", (0, 0), (1, 1), colour="#000000"),
    mark("arrow", (0, 0), (40, 30), colour="#0b57d0"),
    mark("rectangle", (5, 5), (2, 3)),
    mark("cloud", (0, 0), (100, 50)),
    mark("freehand", *((step * 0.1, step * step / 1000) for step in range(900))),
]


def plan() -> Any:
    """In millimetres; PIPES is off, OLD is frozen and has a block with a line of WALLS."""
    drawing = ezdxf.new("R2018", setup=True, units=4)
    for name, colour in (("WALLS", 1), ("PIPES", 5), ("OLD", 3)):
        drawing.layers.add(name, color=colour)
    drawing.layers.get("OLD").freeze()
    drawing.layers.get("PIPES").off()
    space = drawing.modelspace()
    space.add_line((1000, 1000), (1300, 1400), dxfattribs={"layer": "WALLS"})
    space.add_circle((1100, 1100), 50, dxfattribs={"layer": "PIPES"})
    block = drawing.blocks.new("DOOR")
    block.add_line((0, 0), (10, 0), dxfattribs={"layer": "WALLS"})
    space.add_blockref("DOOR", (1200, 1200), dxfattribs={"layer": "OLD"})
    return drawing


def content(drawing: Any) -> bytes:
    """The bytes of a DXF file."""
    stream = io.StringIO()
    drawing.write(stream)
    return bytes(drawing.encode(stream.getvalue()))
