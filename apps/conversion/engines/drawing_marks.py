"""Mark-up in DXF drawings: entities on a layer of its own, which say in XDATA what they are.

An object's first entity carries it as JSON in strings (group 1000); its points are positions
(group 1011), which CAD programs move, scale and turn along with the entity. Those of a freehand
line are the vertices of the line itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ezdxf.colors import aci2rgb, rgb2int
from ezdxf.lldxf.const import DXF12

from apps.conversion import drawings
from apps.conversion.drawings import Markup

from . import drawing_shapes as shapes
from .drawing_shapes import Point

LAYER = "RECTO_MARKUP"
_APPID = LAYER
_STRING, _POSITION = 1000, 1011
_LONGEST_STRING = 250
_PART = "part"
_LINEWEIGHT = 50  # hundredths of a millimetre
_LINE_SPACING = 5 / 3  # of TEXT, in heights of a capital
_BLACK_OR_WHITE = 7


def is_mark(entity: Any) -> bool:
    """Whether an entity is mark-up, or part of it."""
    return bool(entity.has_xdata(_APPID))


def read(drawing: Any) -> list[Markup]:
    """The mark-up of a drawing; what others wrote there and is none is passed over."""
    found: dict[str, Markup] = {}
    for layout in drawing.layouts:
        for entity in layout:
            if is_mark(entity):
                for one in _of(entity, layout.name):
                    found[one["id"]] = one
    return list(found.values())[: drawings.MOST_OBJECTS]


def _of(entity: Any, layout: str) -> Iterator[Markup]:
    tags = entity.get_xdata(_APPID)
    text = "".join(value for code, value in tags if code == _STRING)
    if text == _PART:
        return
    points = [[value[0], value[1]] for code, value in tags if code == _POSITION]
    try:
        values = json.loads(text)
        points = points or [[point[0], point[1]] for point in _vertices(entity)]
        yield drawings.check(values | {"points": points, "layout": layout})
    except (ValueError, TypeError, RecursionError):
        return


def _vertices(entity: Any) -> Any:
    if entity.dxftype() == "LWPOLYLINE":
        return entity.get_points("xy")
    return list(entity.points()) if entity.dxftype() == "POLYLINE" else []


def write(drawing: Any, objects: list[Markup]) -> None:
    """Make these the mark-up of a drawing, instead of what it has."""
    for layout in drawing.layouts:
        for entity in [one for one in layout if is_mark(one)]:
            layout.delete_entity(entity)
    drawing.entitydb.purge()
    if objects and LAYER not in drawing.layers:
        drawing.layers.add(LAYER, color=1)
    if objects and _APPID not in drawing.appids:
        drawing.appids.add(_APPID)
    names = set(drawing.layouts.names())
    for one in objects:
        known = one["layout"] in names
        layout = drawing.layouts.get(one["layout"]) if known else drawing.modelspace()
        _add(layout, one, drawing.dxfversion <= DXF12)


def _add(layout: Any, one: Markup, is_old: bool) -> None:
    rgb = tuple(bytes.fromhex(one["colour"][1:]))
    looks: dict[str, Any] = {"layer": LAYER, "color": _nearest_aci(rgb)}
    if not is_old:
        looks |= {"lineweight": _LINEWEIGHT}
    if layout.doc.dxfversion >= "AC1018":
        looks |= {"true_color": rgb2int(rgb)}
    entities = list(_entities(layout, one, looks, is_old))
    values = {name: one[name] for name in one if name not in ("points", "layout")}
    text = json.dumps(values, separators=(",", ":"))
    tags: list[tuple[int, Any]] = [
        (_STRING, text[at : at + _LONGEST_STRING]) for at in range(0, len(text), _LONGEST_STRING)
    ]
    if one["kind"] != "freehand":
        tags += [(_POSITION, (x, y, 0.0)) for x, y in one["points"]]
    entities[0].set_xdata(_APPID, tags)
    for entity in entities[1:]:
        entity.set_xdata(_APPID, [(_STRING, _PART)])


def _entities(layout: Any, one: Markup, looks: dict[str, Any], is_old: bool) -> Iterator[Any]:
    points: list[Point] = [(x, y) for x, y in one["points"]]

    def polyline(ends: list[Point], *, bulge: float = 0.0, close: bool = True) -> Any:
        add = layout.add_polyline2d if is_old else layout.add_lwpolyline
        return add([(*end, bulge) for end in ends], format="xyb", close=close, dxfattribs=looks)

    match one["kind"]:
        case "text":
            yield from _lines_of_text(layout, one, looks)
        case "line" | "arrow":
            yield layout.add_line(*points, dxfattribs=looks)
            head = shapes.arrow_head(points, one["size"]) if one["kind"] == "arrow" else []
            if head:
                # The corners of a SOLID are those of a "Z"; a triangle repeats the last.
                yield layout.add_solid([*head, head[2]], dxfattribs=looks)
        case "rectangle":
            yield polyline(shapes.corners(points))
        case "cloud":
            yield polyline(shapes.cloud(points, one["size"]), bulge=shapes.CLOUD_BULGE)
        case _:
            yield polyline(points, close=False)


def _lines_of_text(layout: Any, one: Markup, looks: dict[str, Any]) -> Iterator[Any]:
    [(x, y)], size = one["points"], one["size"]
    for number, line in enumerate(one["text"].split("\n")):
        # Signs that would begin a code of TEXT.
        plain = line.replace("^", "^ ").replace("%%", "%%%%%%")
        place = (x, y - number * _LINE_SPACING * size)
        yield layout.add_text(plain, height=size, dxfattribs=looks | {"insert": place})


def _nearest_aci(rgb: tuple[int, ...]) -> int:
    """The nearest of the named colours 1 to 7; the last is drawn black on white paper."""
    if max(rgb) - min(rgb) < 40:
        return _BLACK_OR_WHITE
    return min(
        range(1, _BLACK_OR_WHITE),
        key=lambda aci: sum((a - b) ** 2 for a, b in zip(aci2rgb(aci), rgb, strict=True)),
    )
