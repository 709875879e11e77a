"""What can be made from a document, as plain values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Literal

Kind = Literal[
    "pdf",
    "stamp",
    "group",
    "raster",
    "tile",
    "svg",
    "text",
    "words",
    "drawing",
    "embedded",
    "search",
    "compare",
    "changes",
    "file",
    "join",
]
# What is made of the document itself and not of its PDF.
FROM_SOURCE: tuple[Kind, ...] = ("pdf", "compare", "drawing")
RASTER_FORMATS = ("png", "jpeg", "webp")
# Image widths in pixels. A closed ladder keeps the cache small; each step is at most 2x the last.
WIDTHS = (160, 320, 640, 960, 1280, 1600, 2000, 2400, 3200, 4000, 4800)
_GROUP_PAGES: dict[Kind, int] = {"raster": 8, "svg": 4, "text": 50, "words": 20, "group": 50}
# To read a scan takes seconds a page: few together, so that several are read at once.
_SCANNED_PAGES = 4


@dataclass(frozen=True, slots=True)
class Recipe:
    """One thing to make. Pages count from 0; `first` to `last` inclusive.

    `pdf` makes the document's PDF: part "whole", and for several pages part "first" before it;
    with `format` "a-2b" an office document's PDF/A.
    `stamp` puts watermarks on that PDF: on its first page alone (`last` 0, part "first") or on
    all of it (part "whole"). `raster` and `svg` make parts "page/N" of the one or the other,
    `group` a PDF of these pages (part "group"), and `text` a part "text". `stamp` holds the
    watermarks as JSON, or in what is made from stamped pages only their digest.

    `compare` has two sources, the original and the revised document; `format` is the extension
    of the revised one. It makes parts "redline" and "revisions". `search` has the terms (JSON) as
    its second source and makes parts "hits/N", one after another.

    `file` makes files to hand out of some `pages`, or all: a part "file" (pdf, tiff, txt), or parts
    "page/N" (png, jpeg, svg, and where the pages are to be `apart` also pdf, tiff). Images fit into
    `width` and `height`, where these are given. `join` makes a PDF, part "whole", of two. `changes`
    compares the texts of two PDFs: a part "revisions". `tile` makes part of the image of a page,
    the pixels in `box`: a part "tile".

    `words` reads pages for extraction, scans only where `format` is "ocr" and not "text": a part
    "words". `embedded` takes out what the PDF carries for programs: a part "embedded". `drawing`
    reads a DXF or SVG drawing of this `format`: a part "drawing" that lists layers, sheets and
    mark-up (JSON), and the sheets as SVG, parts "picture/N".
    """

    kind: Kind
    first: int = 0
    last: int = 0
    format: str = ""
    width: int = 0
    dpi: int = 0
    rotate: int = 0
    stamp: str = ""
    pages: str = ""  # "0-2,5,7-"; blank for all
    height: int = 0
    apart: bool = False
    box: str = ""  # "x,y,width,height"

    def canonical(self) -> str:
        """The same text for the same recipe: part of the cache key."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    def parameters(self) -> dict[str, object]:
        """What the engine's operation takes of it."""
        if self.kind == "pdf":
            return {"standard": self.format or None}
        if self.kind == "stamp":
            part = "first" if self.needs_first_page_only else "whole"
            return {"part": part, "watermarks": json.loads(self.stamp)}
        names = ["first", "last", "format", "rotate", "dpi" if self.dpi else "width"]
        names += [name for name in ("pages", "height", "apart", "box") if getattr(self, name)]
        return {name: getattr(self, name) for name in names}

    @property
    def needs_first_page_only(self) -> bool:
        """Whether part "first" of the PDF is enough to start from."""
        return self.kind not in FROM_SOURCE and self.last == 0


PDF = Recipe("pdf")
PDF_A = Recipe("pdf", format="a-2b")
_ALL_PAGES = 1_000_000
SEARCH = Recipe("search", last=_ALL_PAGES, format="json")
JOIN = Recipe("join", last=_ALL_PAGES, format="pdf")
EMBEDDED = Recipe("embedded", last=_ALL_PAGES, format="json")
CHANGES = Recipe("changes", last=_ALL_PAGES, format="pdf")


def stamped(recipe: Recipe, watermarks: str) -> Recipe:
    """The same recipe made from pages with watermarks; text is read without them."""
    if not watermarks or recipe.kind in ("text", "words", "embedded", "search"):
        return recipe
    if recipe.kind == "pdf":
        return Recipe("stamp", last=1, stamp=watermarks)
    return replace(recipe, stamp=hashlib.sha256(watermarks.encode()).hexdigest())


def basis_of(recipe: Recipe, watermarks: str) -> Recipe | None:
    """What a recipe starts from; None for one that starts from the document itself."""
    if recipe.kind in FROM_SOURCE:
        return None
    if recipe.kind == "stamp" or not recipe.stamp:
        return PDF
    return Recipe("stamp", last=min(1, recipe.last), stamp=watermarks)


def group_of(kind: Kind, page: int, pages: int | None, size: int | None = None) -> tuple[int, int]:
    """The group of pages (first, last) that is made together with `page`.

    Page 0 is a group of its own, so that it can be made before the rest of the document exists.
    """
    if page == 0:
        return 0, 0
    size = size or _GROUP_PAGES[kind]
    first = 1 + (page - 1) // size * size
    last = first + size - 1
    return first, last if pages is None else min(last, pages - 1)


def raster(
    page: int, pages: int | None, *, format: str, width: int = 0, dpi: int = 0, rotate: int = 0
) -> Recipe:
    """The images of the page's group, `width` pixels wide or at `dpi` dots per inch."""
    first, last = group_of("raster", page, pages)
    return Recipe("raster", first, last, format=format, width=width, dpi=dpi, rotate=rotate)


def page_group(index: int, pages: int) -> Recipe:
    """Group `index` of a document as PDF. Raises IndexError where there is none."""
    return Recipe("group", *group_of("group", group_starts(pages)[index], pages))


def group_starts(pages: int) -> list[int]:
    """The first page of each PDF group: page 0 alone, then many together."""
    return [0, *range(1, pages, _GROUP_PAGES["group"])]


def file(
    format: str, pages: str, *, width: int = 0, height: int = 0, apart: bool = False
) -> Recipe:
    """Files to hand out: see `Recipe`. Images have 150 dots per inch unless they have a size."""
    recipe = Recipe("file", last=_ALL_PAGES, format=format, pages=pages, apart=apart)
    if width or height:
        return replace(recipe, width=width, height=height)
    return replace(recipe, dpi=150)


def tile(page: int, box: tuple[int, int, int, int], *, format: str, dpi: int) -> Recipe:
    """The pixels (x, y, width, height) of a page's image at `dpi` dots per inch."""
    written = ",".join(map(str, box))
    return Recipe("tile", page, page, format=format, dpi=dpi, box=written)


def on_ladder(width: int) -> int:
    """The smallest width of the ladder that is not below `width`, or its last step."""
    return next((step for step in WIDTHS if step >= width), WIDTHS[-1])


def svg(page: int, pages: int | None) -> Recipe:
    """The SVG of the page's group."""
    return Recipe("svg", *group_of("svg", page, pages))


def drawing(extension: str) -> Recipe:
    """What a DXF or SVG drawing consists of."""
    return Recipe("drawing", format=extension)


def text(page: int, pages: int | None) -> Recipe:
    """The text and boxes of the page's group."""
    return Recipe("text", *group_of("text", page, pages))


def words(page: int, pages: int | None, *, ocr: bool) -> Recipe:
    """The reading of the page's group, with OCR or without."""
    size = _SCANNED_PAGES if ocr else None
    first, last = group_of("words", page, pages, size)
    return Recipe("words", first, last, format="ocr" if ocr else "text")


def all_text(pages: int) -> list[Recipe]:
    """The recipes that together hold the text of the whole document."""
    firsts = [0, *range(1, pages, _GROUP_PAGES["text"])]
    return [text(first, pages) for first in firsts]
