"""The text of pages as the engine's `text` operation writes it, read no further than is asked.

A group holds up to 50 pages, a line of JSON each. Taking all of them apart takes twenty times as
long as reading their plain text, so that a page's words are read only where they are wanted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from apps.conversion.search import Page

_HEAD, _TAIL, _TEXT = b'{"pages":[', b"]}", '"text":'
_decode = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class TextGroup:
    """Some pages: the plain text of each, and its words with their boxes on demand."""

    texts: list[str]
    lines: list[bytes]

    def page(self, index: int) -> Page:
        """The page at a place in this group, with its words."""
        page: Page = json.loads(self.lines[index])
        return page

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return sum(map(len, self.lines)) + sum(map(len, self.texts))


def parse(data: bytes) -> TextGroup:
    """A group as it was written, no longer compressed."""
    inner = data.strip().removeprefix(_HEAD).removesuffix(_TAIL)
    lines = [line.rstrip(b",") for line in inner.strip(b"\n").split(b"\n") if line]
    try:
        return TextGroup([_text(line.decode()) for line in lines], lines)
    except ValueError:  # in other lines than those
        pages: list[Page] = json.loads(data)["pages"]
        lines = [json.dumps(page).encode() for page in pages]
        return TextGroup([page["text"] for page in pages], lines)


def _text(line: str) -> str:
    """The text of a page, which stands before its words. Raises ValueError."""
    text, _ = _decode(line, line.index(_TEXT) + len(_TEXT))
    if not isinstance(text, str) or not line.endswith("]}"):
        raise ValueError(line[:80])
    return text
