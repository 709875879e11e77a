"""The native API's JSON."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.comparison.revision import Listing
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.native.comparison_wire import proof
from apps.dialects.native.errors import problem
from apps.viewing import content
from apps.viewing import services as viewing
from apps.viewing.view import View

Json = dict[str, Any]


def view(view: View) -> Json:
    """What a viewer page needs to know of its session."""
    status = content.status(view)
    return {
        "state": status.state,
        "document": {
            "name": content.name(view),
            "format": view.shown.extension if view.shown else None,
            "pages": view.pages,
            "sizes": content.sizes(view),
            "title": content.title(view),
        },
        "image_format": "jpeg" if content.prefers_jpeg(view) else "png",
        "progress": {
            "stage": status.stage,
            "pages_ready": status.pages_ready,
            "elapsed_ms": status.elapsed_ms,
        },
        "error": problem(status.error) if status.error else None,
        "fonts": {"substituted": content.substituted_fonts(view)},
        "permissions": {
            "download": view.detail.allow_download,
            "original": viewing.allows_original(view),
            "print": view.detail.allow_print,
            "copy": view.detail.allow_copy,
        },
        "compares": view.compares,
        "comparison": {"method": view.method} if view.compares else None,
        "expires_at": view.session.expires_at.isoformat(),
        "now": timezone.now().isoformat(),
    }


def revisions(listing: Listing) -> Json:
    """What changed, and what is proven of it."""
    return {
        "revisions": [revision.as_json() for revision in listing.revisions],
        "total": listing.total,
        "located": listing.located,
        "proof": proof(listing.proof),
    }


def search_result(query: str, result: content.SearchResult) -> Json:
    """Hits of a search."""
    return {
        "query": query,
        "complete": result.complete,
        "total": len(result.hits),
        "truncated": result.truncated,
        "hits": [
            {
                "page": hit.page,
                "before": hit.before,
                "match": hit.match,
                "after": hit.after,
                "boxes": hit.boxes,
            }
            for hit in result.hits
        ],
    }


def number(text: str | None, name: str, *, default: int, least: int, most: int) -> int:
    """A whole number of the query. Raises INPUT_INVALID."""
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"`{name}` must be a whole number from {least} to {most}.",
            at=name,
            expected={"type": "integer", "minimum": least, "maximum": most},
        )
    return int(text)


def choice(text: str, name: str, choices: tuple[str, ...]) -> str:
    """One of a few words. Raises INPUT_INVALID."""
    if text not in choices:
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"`{name}` must be one of {', '.join(choices)}.",
            at=name,
            expected={"type": "string", "enum": list(choices)},
        )
    return text
