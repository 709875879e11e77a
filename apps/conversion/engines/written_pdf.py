"""Facts of a PDF that LibreOffice has just written: flat page tree, nothing compressed but streams.

Standard library only; for any other PDF ask the pages engine.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# A spreadsheet has a page for every screenful down to its last cell; other documents have the
# pages that somebody wrote.
_MOST_SHEET_PAGES = 2000
_MOST_PAGES = 100_000

_PAGE_TREE = re.compile(rb"/Type\s*/Pages\b")
_COUNT = re.compile(rb"/Count\s+(\d+)")
_MEDIA_BOX = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]")
_TITLE = re.compile(rb"/Title\s*<FEFF([0-9A-Fa-f]*)>\s*/(?:Author|Subject|Keywords|Creator)")


def page_limit(params: Mapping[str, Any], kind: str) -> int:
    """How many pages to write at most: `max_pages`, or what suits the kind ("calc", "writer")."""
    asked = params.get("max_pages")
    return int(asked or (_MOST_SHEET_PAGES if kind == "calc" else _MOST_PAGES))


def pages_of(pdf: Path) -> int | None:
    """Number of pages, None where the file is built in another way."""
    with pdf.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        trees = [match.start() for match in _PAGE_TREE.finditer(data)]
        count = _COUNT.search(data, trees[-1]) if trees else None
        return int(count[1]) if count else None


def size_of(pdf: Path) -> tuple[float, float] | None:
    """Width and height in points of the first page, None where the file is built in another way."""
    with pdf.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        box = _MEDIA_BOX.search(data)
        return (float(box[1]), float(box[2])) if box else None


def title_of(pdf: Path) -> str:
    """The document's title, empty without one."""
    with pdf.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = _TITLE.search(data, max(0, len(data) - 65_536))
        return bytes.fromhex(found[1].decode()).decode("utf-16-be", "replace") if found else ""
