"""Bookmarks of copied pages: those that lead to them, under the headings they stand under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem

# More would take longer to look through than the pages to copy.
_MOST_ITEMS = 20_000
_DEPTH = 32
PageKey = tuple[int, int]


@dataclass
class _Walk:
    """What stays the same on the way through one outline. `left` bounds damaged ones."""

    pages: Mapping[PageKey, Any]
    named: Any  # a NameTree or a dictionary
    left: int = _MOST_ITEMS
    seen: set[PageKey] = field(default_factory=set)


def copy(document: Any, source: Any, pages: Mapping[PageKey, Any]) -> None:
    """Add to a document the bookmarks of another that lead to pages copied from it.

    `pages` are the copies by the object number of their original. A heading whose own page was not
    copied stays, without a target, where one below it leads to a copy.
    """
    root = source.Root.get("/Outlines")
    if not isinstance(root, Dictionary):
        return
    items = _items(root.get("/First"), _Walk(pages, _named(source)), _DEPTH)
    if items:
        with document.open_outline() as outline:
            outline.root.extend(items)


def _named(source: Any) -> Any:
    names = source.Root.get("/Names")
    tree = names.get("/Dests") if isinstance(names, Dictionary) else None
    if isinstance(tree, Dictionary):
        return pikepdf.NameTree(tree)
    return source.Root.get("/Dests", {})


def _items(item: Any, walk: _Walk, depth: int) -> list[OutlineItem]:
    """The items from one on that lead to copied pages, with those below them."""
    found: list[OutlineItem] = []
    while isinstance(item, Dictionary) and walk.left > 0 and item.objgen not in walk.seen:
        walk.left -= 1
        if item.is_indirect:
            walk.seen.add(item.objgen)
        below = _items(item.get("/First"), walk, depth - 1) if depth else []
        target = _target(item, walk)
        if target is not None or below:
            heading = OutlineItem(str(item.get("/Title", "")), target)
            heading.children.extend(below)
            heading.is_closed = int(item.get("/Count", 0)) < 0
            found.append(heading)
        item = item.get("/Next")
    return found


def _target(item: Any, walk: _Walk) -> Any:
    """The item's destination on a copied page; None where it leads elsewhere."""
    destination = item.get("/Dest")
    action = item.get("/A")
    if destination is None and isinstance(action, Dictionary) and action.get("/S") == Name.GoTo:
        destination = action.get("/D")
    if isinstance(destination, pikepdf.String | Name):
        destination = _look_up(destination, walk.named)
    if isinstance(destination, Dictionary):
        destination = destination.get("/D")
    if not isinstance(destination, Array) or not len(destination):
        return None
    page = destination[0]
    copied = walk.pages.get(page.objgen) if isinstance(page, Dictionary) else None
    if copied is None:
        return None
    where = [value for value in destination[1:] if not isinstance(value, Array | Dictionary)]
    return Array([copied, *where])


def _look_up(name: Any, named: Any) -> Any:
    try:
        key = str(name)
        return named.get(key)
    except (ValueError, TypeError, pikepdf.PdfError):
        return None  # a damaged tree
