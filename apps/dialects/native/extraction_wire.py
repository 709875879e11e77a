"""The review page's JSON: the documents of an extraction session, their fields, corrections."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.native.errors import problem
from apps.extraction import changes, documents
from apps.extraction.changes import Change
from apps.extraction.documents import ExtractedDocument
from apps.extraction.reviews import Review

Json = dict[str, Any]
_MOST_CHANGES = 200
_CHANGE = ("field", "action", "value", "type", "text", "page", "box")


def review(found: Review) -> Json:
    """All documents, without their fields: see `ReviewState` of the API reference."""
    session = found.extraction.session
    return {
        "reviewer": found.reviewer or None,
        "threshold": changes.AUTO_ACCEPT,
        "client": session.client.name,
        "documents": [_brief(found, one) for one in documents.documents(found.extraction)],
        "expires_at": session.expires_at.isoformat(),
        "now": timezone.now().isoformat(),
    }


def document(found: Review, one: ExtractedDocument) -> Json:
    """One document with its fields: see `ReviewDocument`."""
    return _document(found, one)[0]


def _brief(found: Review, one: ExtractedDocument) -> Json:
    members, result = _document(found, one)
    for name in ("fields", "tables", "validations", "warnings", "author", "pages"):
        members.pop(name)
    states = [field.get("state") for field in (result or {}).get("fields", {}).values()]
    return members | {
        "page_count": one.pages,
        "field_count": len(states),
        "checked_count": sum(state is not None for state in states),
    }


def _document(found: Review, one: ExtractedDocument) -> tuple[Json, Json | None]:
    request = documents.latest_of(one)
    result = documents.result(found.extraction, request)
    error = documents.failure(request)
    shown = result or {}
    return {
        "id": str(one.guid),
        "name": documents.name_of(found.extraction, one) or None,
        "status": request.state,
        "error": problem(error) if error else None,
        "image_format": "jpeg" if documents.is_picture(one) else "png",
        "class_identifier": shown.get("classIdentifier"),
        "class_name": shown.get("className"),
        "confidence": shown.get("confidence"),
        "version": shown.get("version"),
        "pages": shown.get("pages", []),
        "fields": shown.get("fields", {}),
        "tables": shown.get("tables", []),
        "validations": shown.get("validations", []),
        "warnings": shown.get("warnings", []),
        "author": shown.get("author"),
        "review": shown.get("review"),
        "left_count": None if result is None else changes.left_to_check(result),
    }, result


def corrections(body: Json) -> tuple[int, list[Change]]:
    """`version` and `changes`. Raises INPUT_INVALID."""
    version, wanted = _version(body, "version"), body.get("changes")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= _MOST_CHANGES:
        raise _invalid("changes", "array")
    return version, [_change(one, f"changes[{number}]") for number, one in enumerate(wanted)]


def undoing(body: Json) -> tuple[int, int]:
    """`version` and `undone`. Raises INPUT_INVALID."""
    return _version(body, "version"), _version(body, "undone")


def _version(body: Json, name: str) -> int:
    number = body.get(name)
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number < 2**31:
        raise _invalid(name, "integer")
    return number


def _change(one: Any, at: str) -> Change:
    if not isinstance(one, dict):
        raise _invalid(at, "object")
    if foreign := next((name for name in one if name not in _CHANGE), None):
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"`{at}.{foreign[:80]}` is not known here; known: {', '.join(_CHANGE)}.",
            at=f"{at}.{foreign[:80]}",
        )
    action = one.get("action")
    if action not in changes.ACTIONS:
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"`{at}.action` must be one of {', '.join(changes.ACTIONS)}.",
            at=f"{at}.action",
            expected=list(changes.ACTIONS),
        )
    value = one.get("value")
    if value is not None and not isinstance(value, str | bool):
        raise _invalid(f"{at}.value", "string")
    page = one.get("page")
    if page is not None and (isinstance(page, bool) or not isinstance(page, int)):
        raise _invalid(f"{at}.page", "integer")
    return Change(
        field=_text(one, "field", at, default="" if action == "check" else None),
        action=action,
        value=value,
        type=_text(one, "type", at, default=""),
        text=_text(one, "text", at, default=""),
        page=page,
        box=None if one.get("box") is None else box(one["box"], f"{at}.box"),
    )


def place(body: Json) -> tuple[int, tuple[float, float, float, float], str]:
    """`page`, `box` and the `type` of the value, if it is known. Raises INPUT_INVALID."""
    page = body.get("page")
    if isinstance(page, bool) or not isinstance(page, int) or page < 0:
        raise _invalid("page", "integer")
    return page, box(body.get("box"), "box"), _text(body, "type", "", default="")


def box(value: Any, at: str) -> tuple[float, float, float, float]:
    """Left, top, right, bottom in points. Raises INPUT_INVALID."""
    numbers = [
        float(side)
        for side in (value if isinstance(value, list) else [])
        if isinstance(side, int | float) and not isinstance(side, bool) and abs(side) < 1e7
    ]
    if len(numbers) != 4 or len(value) != 4:
        raise _invalid(at, "array of four numbers")
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _text(one: Json, name: str, at: str, *, default: str | None = None) -> str:
    value = one.get(name, default)
    if not isinstance(value, str):
        raise _invalid(f"{at}.{name}" if at else name, "string")
    return value


def _invalid(at: str, kind: str) -> PortalError:
    return PortalError(
        ErrorCode.INPUT_INVALID,
        f"`{at}` must be of the type {kind}.",
        at=at,
        expected={"type": kind},
    )
