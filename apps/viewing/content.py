"""What a person reads of a viewing session: state, pages, text, search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.utils import timezone

from apps.comparison.services import Redline
from apps.conversion import recipe as recipes
from apps.conversion import search
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.conversion.models import RenditionPart as RenditionPart  # what page_image() returns
from apps.core.errors import ErrorCode, PortalError
from apps.viewing import texts
from apps.viewing.view import View
from apps.workfiles import services as workfiles
from apps.workfiles.formats import FORMATS

_SEARCH_HITS = 500


def name(view: View) -> str:
    """What the document is called: as the caller named it, else by its format."""
    if view.detail.display_name or view.shown is None:
        return view.detail.display_name
    if view.compares and isinstance(view.shown, Redline):
        return "Comparison.docx"
    return getattr(view.shown, "name", "") or f"document.{view.shown.extension}"


@dataclass(frozen=True, slots=True)
class Status:
    """How far a document is. `pages_ready` is 1 when the first page is there before the rest."""

    state: Literal["empty", "converting", "ready", "failed", "password_required"]
    stage: Literal["waiting", "converting", "preparing"]
    pages_ready: int
    elapsed_ms: int
    error: PortalError | None = None


def status(view: View) -> Status:
    """How far the session's document is."""
    pdf = view.pdf
    if view.detail.error_code:
        error = PortalError(ErrorCode(view.detail.error_code), view.detail.error_detail)
        return Status("failed", "waiting", 0, 0, error)
    if pdf is None and view.comparison is not None:
        found = _progress(view.comparison)
        # Nobody is asked for a password here: it would not be known of which document.
        return replace(found, state="failed") if found.state == "password_required" else found
    return Status("empty", "waiting", 0, 0) if pdf is None else _progress(pdf)


def _progress(pdf: Rendition) -> Status:
    """How far a job is whose end shows the document."""
    end = pdf.finished_at or timezone.now()
    elapsed = max(0, round((end - pdf.requested_at).total_seconds() * 1000))
    if pdf.state == Rendition.State.READY and pdf.kind == "pdf":
        return Status("ready", "preparing", int(pdf.meta["pages"]), elapsed)
    if pdf.state == Rendition.State.FAILED:
        error = conversion.failure(pdf)
        if error.code in (ErrorCode.PASSWORD_REQUIRED, ErrorCode.PASSWORD_WRONG):
            return Status("password_required", "waiting", 0, elapsed, error)
        return Status("failed", "converting", 0, elapsed, error)
    if conversion.part(pdf, "first"):
        return Status("converting", "preparing", 1, elapsed)
    running = pdf.state == Rendition.State.RUNNING
    return Status("converting", "converting" if running else "waiting", 0, elapsed)


def title(view: View) -> str:
    """The title the document gives itself, as far as known."""
    return str(view.pdf.meta.get("title", "")) if view.pdf else ""


def substituted_fonts(view: View) -> list[dict[str, str]]:
    """Fonts the document asks for that are not here, each with its replacement."""
    fonts = view.pdf.meta.get("fonts", {}) if view.pdf else {}
    substituted: list[dict[str, str]] = fonts.get("substituted", [])
    return substituted


def prefers_jpeg(view: View) -> bool:
    """Whether pages are photographs, for which PNG is far too large."""
    return view.shown is not None and FORMATS[view.shown.extension].family == "image"


def wait_for_pages(view: View, *, seconds: float) -> int:
    """How many pages the document has. Raises NOT_READY, or why the conversion failed."""
    pdf = view.required_pdf()
    conversion.wait_for(pdf, "whole", seconds=seconds)
    # The last part is readable a moment before the job is done and its page count stored.
    conversion.wait_until_done(pdf, seconds=seconds)
    return int(pdf.meta["pages"])


def sizes(view: View) -> list[list[Any]]:
    """Page sizes known so far, run-length encoded: [width, height, count] in points."""
    if view.pdf is None:
        return []
    if view.pages is not None:
        known = view.pdf.meta["sizes"]
    else:
        first = conversion.part(view.pdf, "first")
        known = first.meta.get("sizes", []) if first else []
    return [[*size[:2], size[2] if len(size) > 2 else 1] for size in known]


def page_image(
    view: View,
    page: int,
    *,
    format: str,
    width: int = 0,
    dpi: int = 0,
    rotate: int = 0,
    seconds: float,
) -> RenditionPart:
    """The image of a page. Raises PAGE_NOT_FOUND, NOT_READY after `seconds`, or why it failed."""
    pages = _ensure_page(view, page, seconds)
    recipe = recipes.raster(page, pages, format=format, width=width, dpi=dpi, rotate=rotate)
    return conversion.wait_for(view.request(recipe), f"page/{page}", seconds=seconds)


def page_tile(
    view: View,
    page: int,
    box: tuple[int, int, int, int],
    *,
    format: str,
    dpi: int,
    seconds: float,
) -> RenditionPart:
    """Some pixels (x, y, width, height) of a page's image; errors as for :func:`page_image`."""
    _ensure_page(view, page, seconds)
    recipe = recipes.tile(page, box, format=format, dpi=dpi)
    return conversion.wait_for(view.request(recipe), "tile", seconds=seconds)


def page_svg(view: View, page: int, *, seconds: float) -> RenditionPart:
    """The SVG of a page; errors as for :func:`page_image`."""
    pages = _ensure_page(view, page, seconds)
    recipe = recipes.svg(page, pages)
    return conversion.wait_for(view.request(recipe), f"page/{page}", seconds=seconds)


def page_text(view: View, page: int, *, seconds: float) -> search.Page:
    """The text of a page with the box of each word; errors as for :func:`page_image`."""
    return next(page_texts(view, range(page, page + 1), seconds=seconds))


def page_texts(view: View, wanted: range, *, seconds: float) -> Iterator[search.Page]:
    """The text of pages in a row, one at a time; errors come before the first."""
    pages = _ensure_page(view, wanted[-1], seconds)
    recipe_of = {page: recipes.text(page, pages) for page in wanted}
    renditions = {recipe: view.request(recipe) for recipe in dict.fromkeys(recipe_of.values())}
    parts = {
        recipe: conversion.wait_for(rendition, "text", seconds=seconds)
        for recipe, rendition in renditions.items()
    }

    def read(page: int) -> search.Page:
        recipe = recipe_of[page]
        group = texts.group_of(parts[recipe])
        if page - recipe.first >= len(group.lines):
            raise PortalError(ErrorCode.PAGE_NOT_FOUND)
        return group.page(page - recipe.first)

    return map(read, wanted)


def page_size(view: View, page: int, *, seconds: float) -> tuple[float, float]:
    """Width and height of a page in points, as displayed."""
    _ensure_page(view, page, seconds)
    number = 0
    for width, height, count in sizes(view):
        number += count
        if page < number:
            return width, height
    raise PortalError(ErrorCode.PAGE_NOT_FOUND)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits so far. `complete` is False while the text of later pages is still being read."""

    hits: list[search.Hit]
    complete: bool
    truncated: bool


def find_text(view: View, query: str, *, case: bool, whole: bool) -> SearchResult:
    """Searches the document, as far as its text is there; asks for the rest to be read."""
    if not query.strip():
        return SearchResult([], complete=True, truncated=False)
    pattern = search.pattern_of(query, case=case, whole=whole)
    pages = view.pages
    if pages is None:
        conversion.raise_failure(view.required_pdf())
    wanted = recipes.all_text(pages) if pages else [recipes.text(0, None)]
    hits: list[search.Hit] = []
    complete = pages is not None
    for part in view.parts(wanted, "text"):
        if part is None:
            complete = False
            continue
        group = texts.group_of(part)
        for index, text in enumerate(group.texts):
            if pattern.search(text):
                most = _SEARCH_HITS + 1 - len(hits)
                hits.extend(search.find(group.page(index), pattern, most=most))
        if len(hits) > _SEARCH_HITS:
            break
    return SearchResult(hits[:_SEARCH_HITS], complete, truncated=len(hits) > _SEARCH_HITS)


def read(part: RenditionPart) -> bytes:
    """A part's bytes."""
    return workfiles.read_all(part.blob)


def _ensure_page(view: View, page: int, seconds: float) -> int | None:
    """The page count. For page 0 it may be unknown; any other page waits for it."""
    pdf = view.required_pdf()
    conversion.raise_failure(pdf)
    pages = view.pages
    if pages is None and page > 0:
        pages = wait_for_pages(view, seconds=seconds)
    if page < 0 or (pages is not None and page >= pages):
        raise PortalError(
            ErrorCode.PAGE_NOT_FOUND,
            f"Page {page} is outside the document; its pages are 0 to {(pages or 1) - 1}.",
        )
    return pages
