"""DXF drawings as PDF: drawn by ezdxf, printed by librsvg, with their text searchable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import ezdxf
import pikepdf
from ezdxf import recover
from ezdxf.addons.drawing import RenderContext
from ezdxf.addons.drawing.config import BackgroundPolicy, ColorPolicy, Configuration, ImagePolicy
from ezdxf.addons.drawing.frontend import UniversalFrontend
from ezdxf.addons.drawing.layout import Margins, Page, Settings, Units
from ezdxf.addons.drawing.pipeline import RenderPipeline2d
from ezdxf.addons.drawing.svg import SVGBackend
from ezdxf.math import Matrix44, Vec2

from . import pdf, svg, text_layer
from .job import Job, Refusal
from .protocol import Meta
from .text_layer import Line

_LONG_SIDE, _LEAST_SHORT_SIDE, _MARGIN = 400.0, 80.0, 10.0  # millimetres: about an A3 sheet
_LARGEST_SHEET = 5_000.0
_MAX_LAYOUTS = 50
_POINTS_PER_MM = 72.0 / 25.4
# What ezdxf raises besides its own errors where a file is cut off or garbled.
_DAMAGED = (ValueError, TypeError, AttributeError, StopIteration)
_BINARY_SIGNATURE = b"AutoCAD Binary DXF"

CONFIGURATION = Configuration(
    # On white, colour 7 (black or white) is black.
    background_policy=BackgroundPolicy.WHITE,
    color_policy=ColorPolicy.COLOR,
    # An image is a reference to another file.
    image_policy=ImagePolicy.RECT,
    hatching_timeout=5.0,
)


class _Text(NamedTuple):
    """A drawn text in drawing units: its baseline's ends and the top left of a capital."""

    content: str
    start: Vec2
    end: Vec2
    top: Vec2


class _Pipeline(RenderPipeline2d):  # type: ignore[misc]
    """Draws text as usual and takes a note of it."""

    def __init__(self, backend: SVGBackend) -> None:
        super().__init__(backend)
        self.texts: list[_Text] = []

    def draw_text(
        self,
        text: str,
        transform: Matrix44,
        properties: Any,
        cap_height: float,
        dxftype: str = "TEXT",
    ) -> None:
        super().draw_text(text, transform, properties, cap_height, dxftype)
        if not text.strip():
            return
        face = properties.font or self.default_font_face
        width = self.text_engine.get_text_line_width(text, face, cap_height)
        corners = [Vec2(0, 0), Vec2(width, 0), Vec2(0, cap_height)]
        points = [Vec2(p) for p in transform.transform_vertices(corners)]
        if self.clipping_portal.clip_point(points[0]) is None:
            return

        def through_viewport(stage: Any) -> bool:
            if stage.transform:
                points[:] = [Vec2(p) for p in stage.transform.fast_2d_transform(points)]
            return True

        self.clipping_portal.foreach_stage(through_viewport)
        self.texts.append(_Text(text, *points))


def to_pdf(job: Job) -> Meta:
    """Operation `pdf` for DXF: the model, then each sheet that has something on it."""
    drawing, _ = read(job.source)
    sheets = []
    layouts = [drawing.modelspace(), *list(drawing.layouts)[: _MAX_LAYOUTS + 1]]
    for number, layout in enumerate(layouts):
        if number and layout.name == "Model":
            continue
        sheet = _draw(job, drawing, layout, number)
        if sheet:
            sheets.append(sheet)
    if not sheets:
        raise Refusal("document_empty", "The drawing has nothing to show.")
    whole = job.out / "whole.pdf"
    if len(sheets) > 1:
        first = job.out / "first.pdf"
        sheets[0].rename(first)
        sheets[0] = first
        job.part("first", first, pdf.MEDIA_TYPE)
        _join(sheets, whole)
    else:
        sheets[0].rename(whole)
    return pdf.deliver(job, whole)


def is_binary(path: Path) -> bool:
    """Whether a DXF file is of the binary form."""
    with path.open("rb") as file:
        return file.read(len(_BINARY_SIGNATURE)) == _BINARY_SIGNATURE


def read(path: Path) -> tuple[Any, bool]:
    """The drawing of a DXF file, and whether faults had to be mended for it. Raises Refusal."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise Refusal("document_empty", "The file has no bytes.")
    if not head.startswith(_BINARY_SIGNATURE) and b"SECTION" not in head:
        raise Refusal("format_mismatch", "The content is not a DXF drawing.")
    try:
        return ezdxf.readfile(path), False
    except (ezdxf.DXFError, OSError, LookupError, *_DAMAGED):
        pass
    try:
        return recover.readfile(path)[0], True
    except (ezdxf.DXFError, OSError, LookupError, *_DAMAGED) as error:
        raise Refusal("document_corrupt", f"The drawing cannot be read: {error}"[:500]) from error


def _draw(job: Job, drawing: Any, layout: Any, number: int) -> Path | None:
    backend = SVGBackend()
    pipeline = _Pipeline(backend)
    try:
        UniversalFrontend(RenderContext(drawing), pipeline, CONFIGURATION).draw_layout(layout)
    except (ezdxf.DXFError, RecursionError, ValueError) as error:
        raise Refusal("document_corrupt", f"The drawing cannot be drawn: {error}"[:500]) from error
    box = backend.player().bbox()
    if not box.has_data or not max(box.size.x, box.size.y) > 0:
        return None
    source, target = job.tmp / f"layout-{number}.svg", job.tmp / f"layout-{number}.pdf"
    page = _page(layout, box.size)
    source.write_text(backend.get_string(page), "utf-8", errors="replace")
    svg.convert(job, source, target)
    lines = list(_placed(pipeline.texts, backend.transformation_matrix, page))
    if lines:
        text_layer.add(target, lines)
    return target


def _page(layout: Any, size: Vec2) -> Page:
    margins = Margins.all(_MARGIN)
    if layout.is_any_paperspace:
        sheet = Page.from_dxf_layout(layout)
        if all(_MARGIN < side < _LARGEST_SHEET for side in (sheet.width, sheet.height)):
            return Page(sheet.width, sheet.height, Units.mm, Margins.all(0))
    long_side, short_side = max(size.x, size.y), min(size.x, size.y)
    short = max(_LEAST_SHORT_SIDE, _LONG_SIDE * short_side / long_side) + 2 * _MARGIN
    long = _LONG_SIDE + 2 * _MARGIN
    width, height = (long, short) if size.x >= size.y else (short, long)
    return Page(round(width, 1), round(height, 1), Units.mm, margins)


def _placed(texts: list[_Text], matrix: Any, page: Page) -> Iterator[Line]:
    """Texts in points from the bottom left of the page."""
    output_space = Settings().output_coordinate_space
    scale = max(page.width_in_mm, page.height_in_mm) * _POINTS_PER_MM / output_space
    height = page.height_in_mm * _POINTS_PER_MM
    for text in texts:
        corners = matrix.transform_vertices([text.start, text.end, text.top])
        start, end, top = ((p.x * scale, height - p.y * scale) for p in corners)
        yield Line(text.content, start, end, top)


def _join(sheets: list[Path], target: Path) -> None:
    with pikepdf.new() as whole:
        for sheet in sheets:
            with pikepdf.open(sheet) as single:
                whole.pages.extend(single.pages)
        whole.save(target)
