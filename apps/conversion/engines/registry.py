"""Which engine makes what, and where it listens."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from apps.conversion.engines import compare_host
from apps.conversion.recipe import Kind, Recipe
from apps.workfiles.formats import FORMATS

Name = Literal["office", "pages", "templates", "ocr"]
# Raised when the engines' output changes, so that cached renditions are made anew.
_REVISION = 4
_OFFICE_FAMILIES = {"word", "sheet", "slides", "drawing", "text"}
_LIBREOFFICE = Path("/usr/lib/libreoffice/program/versionrc")


@dataclass(frozen=True, slots=True)
class Route:
    """The engine and operation that carry out a recipe."""

    engine: Name
    operation: str


def route(extension: str, recipe: Recipe) -> Route:
    """The way from a format to a recipe; everything but the PDF itself starts from the PDF."""
    if recipe.kind == "words" and recipe.format == "ocr":
        return Route("ocr", "words")
    if recipe.kind != "pdf":
        return Route("pages", recipe.kind)
    office = FORMATS[extension].family in _OFFICE_FAMILIES
    return Route("office" if office else "pages", "pdf")


@functools.cache
def engine_version(kind: Kind) -> str:
    """Part of every cache key: our revision, LibreOffice's build, what compares documents."""
    try:
        build = hashlib.sha256(_LIBREOFFICE.read_bytes()).hexdigest()[:12]
    except OSError:
        build = "none"
    comparing = f"/{compare_host.VERSION}" if kind == "compare" else ""
    return f"{_REVISION}/{build}{comparing}"
