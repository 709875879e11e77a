"""SVG drawings: their groups as layers, and mark-up in a group of its own.

An object of mark-up is a group that carries itself as JSON in an attribute of our namespace.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from apps.conversion import drawings
from apps.conversion.drawings import Markup

from . import drawing_shapes as shapes
from .drawing_shapes import Point
from .job import Job, Refusal
from .protocol import Meta

SVG = "http://www.w3.org/2000/svg"
RECTO = "urn:recto:markup"
_INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
_LAYOUT = "Drawing"
_OBJECT, _OURS, _GROUP = f"{{{RECTO}}}object", f"{{{RECTO}}}layer", f"{{{SVG}}}g"
_LABEL, _MODE = f"{{{_INKSCAPE}}}label", f"{{{_INKSCAPE}}}groupmode"
_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "image"}
_SHAPES |= {"use", "tspan"}
_MOST_LAYERS = 1000
_DEPTH = 5
_LENGTH = re.compile(
    r"\s*([0-9.]{1,20}(?:e[+-]?\d{1,2})?)\s*(px|mm|cm|in|pt|pc|Q)?\s*", re.IGNORECASE
)
_PIXELS = {"px": 1.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 24 / 25.4, "pt": 4 / 3}
_PIXELS |= {"pc": 16.0}
_MEASURED_IN = {"mm", "cm", "in"}
_DEFAULT_SIZE = (300.0, 150.0)  # CSS 2, 10.3.2
_CAPITAL = 0.7  # of the size of letters
_STROKE = 0.12  # of the height of a capital
_LINE_SPACING = 5 / 3


def read(job: Job) -> tuple[Meta, list[bytes]]:
    """What part `drawing` says of an SVG drawing, and its picture. Raises Refusal."""
    tree = _parse(job.source)
    root = tree.getroot()
    markup = list(_markup(root))
    _clear(root)
    layers = []
    for number, group in enumerate(_layers(root)):
        group.set("data-layer", str(number))
        layers.append(_described(group, number))
    left, top, width, height, unit, scale = _sheet(root)
    root.set("viewBox", f"{left:g} {top:g} {width:g} {height:g}")
    root.set("width", f"{width:g}")
    root.set("height", f"{height:g}")
    root.attrib.pop("preserveAspectRatio", None)
    layout = {
        "name": _LAYOUT,
        "unit": unit,
        "scale": scale,
        "size": [width, height],
        "matrix": [1.0, 0.0, 0.0, 1.0, -left, -top],
        "ends": [],
    }
    about = {"layers": layers, "layouts": [layout], "markup": markup, "recovered": False}
    return about, [etree.tostring(root, encoding="utf-8", with_tail=False)]


def write(job: Job, objects: list[Markup], target: Path) -> None:
    """The drawing with this mark-up. Raises Refusal."""
    tree = _parse(job.source)
    root = tree.getroot()
    _clear(root)
    if objects:
        group = etree.SubElement(root, _GROUP, nsmap={"recto": RECTO})
        group.set("id", "recto-markup")
        group.set(_OURS, "markup")
        for one in objects:
            _add(group, one)
    encoding = tree.docinfo.encoding or "utf-8"
    tree.write(target, encoding=encoding, xml_declaration=True)


def _parse(path: Path) -> Any:
    parser = etree.XMLParser(resolve_entities="internal", no_network=True, huge_tree=False)
    try:
        tree = etree.parse(path, parser)
    except (etree.XMLSyntaxError, OSError, ValueError) as error:
        raise Refusal("document_corrupt", f"The drawing cannot be read: {error}"[:500]) from error
    if etree.QName(tree.getroot()).localname != "svg":
        raise Refusal("format_mismatch", "The content is not an SVG drawing.")
    return tree


# --- Layers -------------------------------------------------------------------------------------


def _layers(root: Any) -> list[Any]:
    """Inkscape's layers; where there are none, the outermost groups."""
    named = [group for group in root.iter(_GROUP) if group.get(_MODE) == "layer"]
    if named:
        return named[:_MOST_LAYERS]
    inside = root
    for _ in range(_DEPTH):
        drawn = [child for child in inside if _name(child) in _SHAPES | {"g"}]
        groups = [child for child in drawn if _name(child) == "g"]
        if len(drawn) != 1 or not groups or not groups[0].findall(_GROUP):
            return groups[:_MOST_LAYERS]
        inside = groups[0]
    return []


def _name(element: Any) -> str:
    is_element = isinstance(element.tag, str)
    return str(etree.QName(element).localname) if is_element else ""


def _described(group: Any, number: int) -> Meta:
    title = group.findtext(f"{{{SVG}}}title") or ""
    name = group.get(_LABEL) or title.strip() or group.get("id") or f"Group {number + 1}"
    style = group.get("style", "").replace(" ", "").lower()
    hidden = group.get("display") == "none" or "display:none" in style
    return {
        "name": name[:255],
        "colour": "",
        "on": not hidden,
        "frozen": False,
        "locked": False,
        "entities": sum(_name(element) in _SHAPES for element in group.iter()),
    }


def _sheet(root: Any) -> tuple[float, float, float, float, str, float]:
    """Left, top, width, height in user units; the unit to measure in, and how many one is."""
    sides = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    found = [(float(side[1]), (side[2] or "px").lower()) if side else None for side in sides]
    box = _view_box(root.get("viewBox", ""))
    if box is None:
        pixels = [one[0] * _PIXELS[one[1]] if one else 0.0 for one in found]
        width, height = (
            size or default for size, default in zip(pixels, _DEFAULT_SIZE, strict=True)
        )
        box = (0.0, 0.0, width, height)
    if found[0] is None or not found[0][0]:
        return *box, "px", 1.0
    value, unit = found[0]
    if unit not in _MEASURED_IN:
        value, unit = value * _PIXELS[unit], "px"
    return *box, unit, value / box[2]


def _view_box(text: str) -> tuple[float, float, float, float] | None:
    try:
        left, top, width, height = (float(part) for part in re.split(r"[\s,]+", text.strip()))
    except ValueError:
        return None
    return (left, top, width, height) if width > 0 and height > 0 else None


# --- Mark-up ------------------------------------------------------------------------------------


def _ours(root: Any) -> Iterator[Any]:
    return (group for group in list(root.iter(_GROUP)) if group.get(_OURS) == "markup")


def _clear(root: Any) -> None:
    for group in _ours(root):
        group.getparent().remove(group)


def _markup(root: Any) -> Iterator[Markup]:
    """The mark-up of a drawing; what others wrote there and is none is passed over."""
    seen: set[str] = set()
    for group in _ours(root):
        for element in group:
            try:
                one = drawings.check(json.loads(element.get(_OBJECT, "")) | {"layout": _LAYOUT})
            except (ValueError, TypeError, RecursionError):
                continue
            if one["id"] not in seen and len(seen) < drawings.MOST_OBJECTS:
                seen.add(one["id"])
                yield one


def _add(group: Any, one: Markup) -> None:
    values = {name: one[name] for name in one if name != "layout"}
    element = etree.SubElement(group, _GROUP)
    element.set(_OBJECT, json.dumps(values, separators=(",", ":")))
    if one["kind"] == "text":
        _add_text(element, one)
        return
    looks = {"fill": "none", "stroke": one["colour"], "stroke-width": f"{_STROKE * one['size']:g}"}
    etree.SubElement(element, f"{{{SVG}}}path", looks | {"d": _path(one)})
    if one["kind"] == "arrow":
        head = shapes.arrow_head([_point(pair) for pair in one["points"]], one["size"])
        if head:
            d = _straight(head) + "z"
            etree.SubElement(element, f"{{{SVG}}}path", {"fill": one["colour"], "d": d})


def _add_text(element: Any, one: Markup) -> None:
    [(x, y)], size = one["points"], one["size"]
    looks = {"font-family": "sans-serif", "font-size": repr(size / _CAPITAL), "fill": one["colour"]}
    text = etree.SubElement(element, f"{{{SVG}}}text", looks)
    for number, line in enumerate(one["text"].split("\n")):
        place = {"x": repr(x), "y": repr(y + number * _LINE_SPACING * size)}
        etree.SubElement(text, f"{{{SVG}}}tspan", place).text = line


def _path(one: Markup) -> str:
    points = [_point(pair) for pair in one["points"]]
    if one["kind"] == "rectangle":
        return _straight(shapes.corners(points)) + "z"
    if one["kind"] != "cloud":
        return _straight(points)
    ends = shapes.cloud(points, one["size"])
    # Where y points down, the ends go round clockwise, and so do arcs that curve outward.
    arcs = (_arc(end, to) for end, to in zip(ends, [*ends[1:], ends[0]], strict=True))
    return f"M{ends[0][0]!r} {ends[0][1]!r}" + "".join(arcs) + "z"


def _arc(end: Point, to: Point) -> str:
    chord = ((to[0] - end[0]) ** 2 + (to[1] - end[1]) ** 2) ** 0.5
    radius = chord * (1 + shapes.CLOUD_BULGE**2) / (4 * shapes.CLOUD_BULGE)
    return f"A{radius!r} {radius!r} 0 0 1 {to[0]!r} {to[1]!r}"


def _straight(points: list[Point]) -> str:
    return "M" + "L".join(f"{x!r} {y!r}" for x, y in points)


def _point(pair: list[float]) -> Point:
    return pair[0], pair[1]
