"""Comparing two documents: asking for it, and reading what was found."""

from __future__ import annotations

from dataclasses import dataclass

from apps.clients.models import ApiClient
from apps.comparison.revision import Comparison, Listing
from apps.comparison.text_changes import text_changes as text_changes
from apps.conversion.models import Rendition
from apps.conversion.services import Source
from apps.workfiles.formats import FORMATS
from apps.workfiles.models import Blob

COMPARABLE = frozenset(name for name, known in FORMATS.items() if known.family == "word")


@dataclass(frozen=True, slots=True)
class Redline:
    """The red-lined document, a Source to be viewed like any other Word document."""

    blob: Blob
    extension: str = "docx"


def request(original: Source, revised: Source, *, client: ApiClient | None) -> Rendition:
    """The comparison of two Word documents; the first asker sets the work going.

    Returns at once, whatever its state: wait with `conversion.services.wait_until_done`, or look
    at `rendition.state`. Formats other than docx are turned into docx first.
    Raises FORMAT_NOT_COMPARABLE (`at` "original" or "revised").
    """
    raise NotImplementedError


def result(rendition: Rendition) -> Comparison:
    """What a comparison found, without places on pages.

    Raises the comparison's own error when it failed, and NOT_READY while it is under way.
    """
    raise NotImplementedError


def redline_source(rendition: Rendition) -> Redline:
    """The red-lined document: real tracked changes by "Recto", for `conversion.services.request`.

    Raises as :func:`result` does.
    """
    raise NotImplementedError


def revisions(
    rendition: Rendition,
    *,
    offset: int = 0,
    limit: int = 100,
    substantive_only: bool = False,
    client: ApiClient | None = None,
    seconds: float = 0.0,
) -> Listing:
    """Some of the revisions in document order, with their places on the red-lined pages.

    The red-lined document's PDF and its text are asked for and waited for up to `seconds`; when
    they are not there by then, the revisions come without places and `located` is False.
    Raises as :func:`result` does.
    """
    raise NotImplementedError
