"""The differences of two texts with boxes: PDF, ODT, whatever can be viewed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.comparison.revision import Revision

Page = dict[str, Any]


def text_changes(original: Sequence[Page], revised: Sequence[Page]) -> list[Revision]:
    """Word by word, what was inserted, deleted and replaced between two documents' texts.

    Pages are as the engine's `text` operation makes them: {"page", "width", "height", "text",
    "words"}. Revisions are in the revised document's order, with places on both sides.
    """
    raise NotImplementedError
