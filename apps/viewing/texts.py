"""The text of pages, kept at hand for those who search and read on."""

from __future__ import annotations

import threading
from collections import OrderedDict

from apps.conversion import made
from apps.conversion.models import RenditionPart
from apps.conversion.texts.groups import TextGroup, parse
from apps.workfiles import services as workfiles

# Of each web process: some 2,000 pages.
_MOST_BYTES = 48 * 1024**2
_groups: OrderedDict[str, TextGroup] = OrderedDict()
_lock = threading.Lock()


def group_of(part: RenditionPart) -> TextGroup:
    """The pages in a part "text". Those read last are kept, up to a bound."""
    with _lock:
        if part.blob.sha256 in _groups:
            _groups.move_to_end(part.blob.sha256)
            return _groups[part.blob.sha256]
    group = parse(made.unpacked(workfiles.read_all(part.blob)))
    with _lock:
        _groups[part.blob.sha256] = group
        size = sum(kept.size for kept in _groups.values())
        while size > _MOST_BYTES and len(_groups) > 1:
            size -= _groups.popitem(last=False)[1].size
    return group
