"""The editor page's JSON: a session's state, versions, what a save was stored as."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.native.errors import problem
from apps.editing import drawing, pushing
from apps.editing import services as editing
from apps.editing.office import access
from apps.editing.office.access import Frame
from apps.editing.services import Editing, Revision
from apps.workfiles import services as workfiles
from apps.workfiles.formats import FORMATS

Json = dict[str, Any]
_TAG = re.compile(r'(?:W/)?"?(\d{1,9})"?')


def state(found: Editing) -> Json:
    """All that the page needs: see `EditState` of the API reference."""
    error, newest, suite = None, None, ""
    try:
        newest = editing.head(found)
        suite = access.origin(found)
    except PortalError as failure:
        error = problem(failure)
    wanted, detail = found.wanted, found.detail
    return {
        "state": "failed" if error else "ready" if newest else "loading",
        "error": error,
        "document": _document(found, newest),
        "revision": revision(found, newest) if newest else None,
        "access": detail.access,
        "autosave": {"enabled": detail.autosave, "seconds": settings.EDITOR_AUTOSAVE_SECONDS},
        "draft": {"base": detail.draft_base} if detail.draft else None,
        "office": suite or None,
        "unsent": _unsent(found),
        "user": detail.user,
        "locale": wanted.locale,
        "mobile": wanted.mobile,
        "debug": wanted.debug,
        "workspace": wanted.workspace,
        "viewer_workspace": wanted.viewer_workspace,
        "client": found.client.name,
        "origins": list(found.client.origin_list),
        "expires_at": found.session.expires_at.isoformat(),
        "now": timezone.now().isoformat(),
    }


def _document(found: Editing, newest: Revision | None) -> Json:
    kind = FORMATS[newest.work_file.extension] if newest else None
    return {
        "name": found.document.name,
        "format": kind.extension if kind else None,
        "media_type": kind.media_type if kind else None,
        "family": kind.family if kind else None,
        "size": newest.size if newest else None,
    }


def revision(found: Editing, one: Revision) -> Json:
    """A version, without its content."""
    return {
        "name": one.label,
        "number": one.number,
        "side": one.side,
        "base": one.base,
        "reason": one.reason,
        "author": one.author,
        "own": str(one.session) == found.handle,
        "size": one.size,
        "format": workfiles.describe(one.work_file).extension,
        "saved_at": one.created_at.isoformat(),
        "current": not one.side and one.number == found.document.head,
    }


def office(opened: Frame) -> Json:
    """What the page posts to the office suite's frame, and where."""
    granted = opened.granted
    return {
        "address": opened.address,
        "access_token": granted.token,
        "access_token_ttl": int(granted.expires_at.timestamp() * 1000),
    }


def saved(found: Editing, made: Revision) -> Json:
    """What storage has now."""
    return {
        "revision": revision(found, made),
        "unsent": _unsent(found),
        "now": timezone.now().isoformat(),
    }


def _unsent(found: Editing) -> Json | None:
    """What the client's own server does not have yet."""
    push = pushing.waiting(found.document)
    return {"version": str(push.number), "error": push.error or None} if push else None


def revisions(found: Editing, rows: list[Revision], *, limit: int) -> Json:
    """A page of versions; `before` asks for the next."""
    shown = rows[:limit]
    return {
        "revisions": [revision(found, one) for one in shown],
        "before": shown[-1].pk if len(rows) > limit else None,
    }


def expected(text: str, at: str) -> int:
    """The number of a version, also as an entity tag. Raises INPUT_MISSING, INPUT_INVALID."""
    if not text:
        raise PortalError(
            ErrorCode.INPUT_MISSING, f"`{at}` says which version the page has.", at=at
        )
    match = _TAG.fullmatch(text.strip())
    if match is None:
        raise PortalError(
            ErrorCode.INPUT_INVALID, f"`{at}` must be the number of a version.", at=at
        )
    return int(match[1])


def extension(text: str) -> str:
    """A format of ours, `markup`, or blank. Raises INPUT_INVALID."""
    if text and text not in FORMATS and text != drawing.MARKUP:
        raise PortalError(
            ErrorCode.INPUT_INVALID, f"{text[:20]!r} is no format known here.", at="extension"
        )
    return text
