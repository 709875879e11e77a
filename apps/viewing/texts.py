"""The text of pages as the engine wrote it, kept at hand for those who search and read on.

A part holds up to 50 pages, a line of JSON each. Taking all of them apart takes twenty times as
long as reading their plain text, so that a page's words are read only where they are wanted.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass

from apps.conversion import made
from apps.conversion.models import RenditionPart
from apps.conversion.search import Page
from apps.workfiles import services as workfiles

# Of each web process: some 2,000 pages.
_MOST_BYTES = 48 * 1024**2
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


_groups: OrderedDict[str, TextGroup] = OrderedDict()
_lock = threading.Lock()


def group_of(part: RenditionPart) -> TextGroup:
    """The pages in a part "text". Those read last are kept, up to a bound."""
    with _lock:
        if part.blob.sha256 in _groups:
            _groups.move_to_end(part.blob.sha256)
            return _groups[part.blob.sha256]
    group = parse(workfiles.read_all(part.blob))
    with _lock:
        _groups[part.blob.sha256] = group
        size = sum(kept.size for kept in _groups.values())
        while size > _MOST_BYTES and len(_groups) > 1:
            size -= _groups.popitem(last=False)[1].size
    return group


def parse(content: bytes) -> TextGroup:
    """A group as the engine's `text` operation writes it, compressed."""
    data = made.unpacked(content)
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
