"""A DXF drawing as SVG, in which each run of lines says which layer it is on.

Lines keep their width on the screen however near one looks: so details can be told apart.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from ezdxf.addons.drawing.svg import SVGBackend, SVGRenderBackend
from ezdxf.path import Command

from .job import Refusal

_PIXELS_PER_MM = 3.0
_LEAST_WIDTH, _MOST_WIDTH = 1.0, 4.0
_MOST_PATHS = 400_000
_LONG_PATH = 2000
_MOST_ENDS = 30_000
Ends = set[tuple[int, int]]


class _Renderer(SVGRenderBackend):  # type: ignore[misc]
    def __init__(self, page: Any, settings: Any, layers: dict[str, int]) -> None:
        super().__init__(page, settings)
        self._layers = layers
        self._run: tuple[int, Any] = (-1, None)
        # Lines of the same looks that follow each other are one path: browsers read it sooner.
        self._stroke: tuple[Any, Any] = (None, None)
        self._count = 0
        self.ends: Ends = set()
        self._whole: Any = self.entities
        style = ElementTree.SubElement(self.root.find("defs"), "style")
        style.text = "path { vector-effect: non-scaling-stroke; }"

    def resolve_stroke_width(self, width: float) -> Any:
        pixels = min(max(width * _PIXELS_PER_MM, _LEAST_WIDTH), _MOST_WIDTH)
        return f"{round(pixels, 1):g}px"

    def add_strokes(self, d: str, properties: Any) -> None:
        if not d:
            return
        self._begin(properties.layer)
        looks = (properties.color, properties.lineweight)
        path = self._stroke[1] if self._stroke[0] == looks else None
        if path is not None and len(path.get("d")) < _LONG_PATH:
            path.set("d", f"{path.get('d')} {d}")
            return
        super().add_strokes(d, properties)
        self._stroke = (looks, self.entities[-1])

    def add_filling(self, d: str, properties: Any) -> None:
        self._begin(properties.layer)
        self._stroke = (None, None)
        super().add_filling(d, properties)

    def _begin(self, layer: str) -> None:
        self._count += 1
        if self._count > _MOST_PATHS:
            raise Refusal("too_large", "The drawing has too many lines to be shown at once.")
        number = self._layers.get(layer.casefold(), -1)
        if number != self._run[0] or self._run[1] is None:
            self._run = (number, ElementTree.SubElement(self._whole, "g"))
            self._run[1].set("data-layer", str(number))
            self._stroke = (None, None)
        self.entities = self._run[1]

    def draw_line(self, start: Any, end: Any, properties: Any) -> None:
        self._note(start, end)
        super().draw_line(start, end, properties)

    def draw_path(self, path: Any, properties: Any) -> None:
        if len(path):
            drawn = [one.end for one in path.commands() if one.type != Command.MOVE_TO]
            self._note(path.start, *drawn)
        super().draw_path(path, properties)

    def _note(self, *points: Any) -> None:
        if len(self.ends) <= _MOST_ENDS:
            self.ends.update((round(point.x), round(point.y)) for point in points)


class Picture(SVGBackend):  # type: ignore[misc]
    """Records what is drawn and makes an SVG of it. `layers` are their numbers by folded name."""

    def __init__(self, layers: dict[str, int]) -> None:
        super().__init__()
        self._layers = layers
        self._renderer: Any = None

    def make_backend(self, page: Any, settings: Any) -> Any:
        """The renderer that `get_xml_root_element` draws with."""
        self._renderer = _Renderer(page, settings, self._layers)
        return self._renderer

    @property
    def size(self) -> list[float]:
        """Width and height of the picture made last."""
        return [float(side) for side in self._renderer.root.get("viewBox").split()[2:]]

    def ends(self) -> list[int]:
        """Where lines end, x and y in turn; none where they are too many to be of use."""
        found = self._renderer.ends
        return [] if len(found) > _MOST_ENDS else [side for end in sorted(found) for side in end]
