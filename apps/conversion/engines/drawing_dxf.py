"""DXF drawings: their layers, a picture of each sheet by ezdxf, and mark-up written into them."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ezdxf import DXFError
from ezdxf.addons.drawing import RenderContext
from ezdxf.addons.drawing.frontend import UniversalFrontend
from ezdxf.addons.drawing.layout import Margins, Page, Units
from ezdxf.addons.drawing.pipeline import RenderPipeline2d
from ezdxf.lldxf.const import DXF12
from ezdxf.lldxf.tagwriter import BinaryTagWriter, TagWriter
from ezdxf.math import BoundingBox2d, Vec2
from ezdxf.tools.juliandate import juliandate

from apps.conversion.drawings import Markup

from . import cad, drawing_marks
from .drawing_picture import Picture
from .job import Job, Refusal
from .protocol import Meta

_MOST_LAYOUTS = 20
_LONG_SIDE = 400.0  # millimetres, as a page of the PDF
_MARGIN = 0.04
_LEAST_SHARE = 0.02
# $INSUNITS by number.
_UNITS = (
    *("", "in", "ft", "mi", "mm", "cm", "m", "km", "µin", "mil", "yd", "Å", "nm", "µm", "dm"),
    *("dam", "hm", "Gm", "au", "ly", "pc", "ft", "in", "yd", "mi"),
)
_PAPER_UNITS = ("in", "mm", "px")
_BLACK_OR_WHITE = 7


def read(job: Job) -> tuple[Meta, list[bytes]]:
    """What part `drawing` says of a DXF drawing, and its pictures. Raises Refusal."""
    drawing, recovered = cad.read(job.source)
    layers = _layers(drawing)
    numbers = {layer["name"].casefold(): number for number, layer in enumerate(layers)}
    frozen = {layer["name"].casefold() for layer in layers if layer["frozen"]}
    layouts: list[Meta] = []
    pictures: list[bytes] = []
    for layout in _sheets(drawing):
        picture = Picture(numbers)
        _draw(drawing, layout, picture, frozen)
        box = picture.player().bbox()
        if not box.has_data:
            if pictures or layout.name != "Model":
                continue
            box = BoundingBox2d([(0, 0), (100, 100)])
        layouts.append({"name": layout.name, "unit": _unit(drawing, layout), "scale": 1.0})
        root = _draw_on(picture, box)
        layouts[-1] |= {
            "size": picture.size,
            "matrix": _affine(picture.transformation_matrix),
            "ends": picture.ends(),
        }
        pictures.append(ElementTree.tostring(root, encoding="utf-8"))
    about = {
        "layers": layers,
        "layouts": layouts,
        "markup": drawing_marks.read(drawing),
        "recovered": recovered,
    }
    return about, pictures


def write(job: Job, objects: list[Markup], target: Path) -> None:
    """The drawing with this mark-up; the same input makes the same file. Raises Refusal."""
    drawing, _ = cad.read(job.source)
    drawing_marks.write(drawing, objects)
    _stamp(drawing, job.source.read_bytes(), objects)
    _export(drawing, target, is_binary=cad.is_binary(job.source))


def _stamp(drawing: Any, source: bytes, objects: list[Markup]) -> None:
    """Put right what ezdxf says of a drawing's making when it loads it, and say what is new."""
    header = drawing.header
    version = hashlib.sha256(source + repr(objects).encode()).digest()[:16]
    guid = f"{{{uuid.UUID(bytes=version)}}}".upper()
    created = re.search(rb"\$TDCREATE\s+40\s+([0-9.]{1,30})\s", source)
    if created:
        header["$TDCREATE"] = float(created[1])
    else:
        header["$TDCREATE"] = header.get("$TDUPDATE", 0.0)
    if b"$FINGERPRINTGUID" not in source:
        header["$FINGERPRINTGUID"] = guid
    header["$VERSIONGUID"] = guid
    if objects:
        latest = max(datetime.fromisoformat(one["made"]).astimezone(UTC) for one in objects)
        header["$TDUPDATE"] = juliandate(latest)


def _export(drawing: Any, target: Path, *, is_binary: bool) -> None:
    """Write a drawing as ezdxf's own `write` does, without its marks and the time of writing."""
    drawing.commit_pending_changes()
    is_old = drawing.dxfversion <= DXF12
    if not is_old:
        _add_classes(drawing)
    drawing.header["$HANDSEED"] = str(drawing.entitydb.handles)
    options = {
        "dxfversion": drawing.dxfversion,
        "write_handles": not is_old or bool(drawing.header.get("$HANDLING", 0)),
    }
    encoding = drawing.output_encoding
    try:
        if is_binary:
            with target.open("wb") as stream:
                writer = BinaryTagWriter(stream, encoding=encoding, **options)
                writer.write_signature()
                drawing.export_sections(writer)
        else:
            with target.open("w", encoding=encoding, errors="dxfreplace", newline="") as text:
                drawing.export_sections(TagWriter(text, **options))
    except (DXFError, ValueError, TypeError, AttributeError) as error:
        raise Refusal("document_corrupt", f"It cannot be written: {error}"[:500]) from error


def _add_classes(drawing: Any) -> None:
    """Add the classes that are missing, in an order that is always the same."""
    section = drawing.classes
    had = dict(section.classes)
    section.add_required_classes(drawing.dxfversion)
    new = sorted(section.classes.items() - had.items(), key=lambda item: item[0])
    section.classes = had | dict(new)


def _layers(drawing: Any) -> list[Meta]:
    """The layers by name, also those that only entities name."""
    marks = sum(drawing_marks.is_mark(entity) for space in drawing.layouts for entity in space)
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for entity in drawing.chain_layouts_and_blocks():
        name = entity.dxf.get("layer", "0")
        names.setdefault(name.casefold(), name)
        counts[name.casefold()] += 1
    counts[drawing_marks.LAYER.casefold()] -= marks
    context = RenderContext(drawing)
    found = []
    for layer in drawing.layers:
        name = layer.dxf.name
        names.pop(name.casefold(), None)
        colour = context.layers[name.lower()].color if name.lower() in context.layers else ""
        if layer.color == _BLACK_OR_WHITE and not layer.dxf.hasattr("true_color"):
            colour = "#000000"  # on white
        found.append(
            {
                "name": name,
                "colour": colour[:7],
                "on": layer.is_on(),
                "frozen": layer.is_frozen(),
                "locked": layer.is_locked(),
                "entities": counts[name.casefold()],
            }
        )
    looks = {"colour": "", "on": True, "frozen": False, "locked": False}
    found += [{"name": name, **looks, "entities": counts[key]} for key, name in names.items()]
    own = drawing_marks.LAYER.casefold()
    shown = [one for one in found if one["name"].casefold() != own or one["entities"] > 0]
    return sorted(shown, key=lambda one: str(one["name"]).casefold())


def _sheets(drawing: Any) -> list[Any]:
    names = [name for name in drawing.layout_names_in_taborder() if name != "Model"]
    return [drawing.modelspace(), *map(drawing.layouts.get, names[: _MOST_LAYOUTS - 1])]


def _unit(drawing: Any, layout: Any) -> str:
    names: tuple[str, ...]
    if layout.is_any_paperspace:
        number, names = layout.dxf_layout.dxf.get("plot_paper_units", 1), _PAPER_UNITS
    else:
        number, names = drawing.header.get("$INSUNITS", 0), _UNITS
    return names[number] if 0 <= number < len(names) else ""


class _Frontend(UniversalFrontend):  # type: ignore[misc]
    """Draws all layers; what a block reference on a frozen layer shows is of that layer."""

    frozen: frozenset[str] = frozenset()

    def draw_composite_entity(self, entity: Any, properties: Any) -> None:
        if properties.layer.casefold() not in self.frozen:
            super().draw_composite_entity(entity, properties)
            return

        def of_this_layer(_: Any, inner: Any) -> None:
            inner.layer = properties.layer

        self.push_property_override_function(of_this_layer)
        try:
            super().draw_composite_entity(entity, properties)
        finally:
            self.pop_property_override_function()


def _draw(drawing: Any, layout: Any, picture: Picture, frozen: set[str]) -> None:
    def show(layers: Any) -> None:
        for layer in layers:
            layer.is_visible = True

    context = RenderContext(drawing)
    context.set_layer_properties_override(show)
    frontend = _Frontend(context, RenderPipeline2d(picture), cad.CONFIGURATION)
    frontend.frozen = frozenset(frozen)
    try:
        frontend.draw_layout(layout, filter_func=lambda one: not drawing_marks.is_mark(one))
    except (DXFError, RecursionError, ValueError) as error:
        raise Refusal("document_corrupt", f"The drawing cannot be drawn: {error}"[:500]) from error


def _draw_on(picture: Picture, box: Any) -> Any:
    """The picture of a box that is a little larger than what is drawn, and not a mere line."""
    extent = max(box.size.x, box.size.y) or 1.0
    least = extent * _LEAST_SHARE
    room = [max(size, least) / 2 + extent * _MARGIN for size in (box.size.x, box.size.y)]
    middle, half = box.center, Vec2(room)
    larger = BoundingBox2d([middle - half, middle + half])
    scale = _LONG_SIDE / max(larger.size.x, larger.size.y)
    page = Page(larger.size.x * scale, larger.size.y * scale, Units.mm, Margins.all(0))
    return picture.get_xml_root_element(page, render_box=larger)


def _affine(matrix: Any) -> list[float]:
    """(a, b, c, d, e, f) of x' = ax + cy + e, y' = bx + dy + f."""
    start, across, up = matrix.fast_2d_transform([Vec2(0, 0), Vec2(1, 0), Vec2(0, 1)])
    return [*(across - start), *(up - start), *start]
