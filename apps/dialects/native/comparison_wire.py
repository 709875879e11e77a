"""The native API's JSON of comparisons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from apps.comparison.revision import Proof
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.native.errors import problem
from apps.viewing import comparisons
from apps.viewing.comparing import Side
from apps.viewing.services import Options
from apps.viewing.view import View

Json = dict[str, Any]
METHODS = ("auto", "redline", "text")
SIDES: tuple[Side, Side] = ("original", "revised")
EXTENSION_PATTERN = "^[A-Za-z0-9]{1,12}$"
_PROPERTIES = ("original", "revised", "method", "name", "external_id")


def parse(body: Json) -> tuple[Options, dict[Side, str]]:
    """The body of POST /api/v1/comparisons. Raises INPUT_MISSING, INPUT_INVALID."""
    _only(body, "", _PROPERTIES)
    method = _text(body, "method") or "auto"
    if method not in METHODS:
        raise _invalid("method", f"must be one of {', '.join(METHODS)}", {"enum": list(METHODS)})
    file_ids: dict[Side, str] = {}
    for side in SIDES:
        document = body.get(side)
        if document is None:
            continue
        if not isinstance(document, dict):
            raise _invalid(side, "must be an object", {"type": "object"})
        _only(document, f"{side}.", ("file_id",))
        file_id = _text(document, "file_id", f"{side}.")
        if not file_id:
            at = f"{side}.file_id"
            raise PortalError(ErrorCode.INPUT_MISSING, f"`{at}` is required.", at=at)
        file_ids[side] = file_id
    options = Options(
        display_name=_text(body, "name"),
        external_id=_text(body, "external_id"),
        compare=method,  # type: ignore[arg-type]  # one of METHODS
    )
    return options, file_ids


@contextmanager
def named_as_here() -> Iterator[None]:
    """Errors of work files name the property as this API spells it."""
    try:
        yield
    except PortalError as error:
        error.at = error.at.replace(".fileId", ".file_id")
        raise


def side(name: str) -> Side:
    """One of the two documents by its name in the path. Raises NOT_ROUTED."""
    for known in SIDES:
        if name == known:
            return known
    raise PortalError(ErrorCode.NOT_ROUTED, f"A comparison has no {name!r}.")


def extension(text: str) -> str:
    """`extension` of the query, in lower case. Raises INPUT_INVALID, also for a period."""
    if text and not re.fullmatch(EXTENSION_PATTERN, text, re.ASCII):
        expected = {"type": "string", "pattern": EXTENSION_PATTERN}
        raise _invalid("extension", "must be letters and digits, without a period", expected)
    return text.lower()


def comparison(identity: str, view: View) -> Json:
    """A comparison as it stands; `view_url` shows it to a person."""
    status = comparisons.status(view)
    return {
        "id": identity,
        "state": status.state,
        "method": view.method,
        "revisions": status.revisions,
        "substantive": status.substantive,
        "proof": proof(status.proof) if status.proof else None,
        "error": problem(status.error) if status.error else None,
        "view_url": f"/view/u{identity}",
        "expires_at": view.session.expires_at.isoformat(),
    }


def proof(proof: Proof) -> Json:
    """What was checked after a comparison."""
    return {
        "accept_all": proof.accept_all,
        "reject_all": proof.reject_all,
        "holds": proof.holds,
        "complete": proof.complete,
        "not_compared": list(proof.not_compared),
        "details": list(proof.details),
    }


def _only(body: Json, path: str, known: tuple[str, ...]) -> None:
    for name in body:
        if name not in known:
            raise _invalid(path + name, f"is not one of {', '.join(known)}", {"enum": list(known)})


def _text(body: Json, name: str, path: str = "") -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 255 or "\0" in value:
        expected = {"type": "string", "maxLength": 255}
        raise _invalid(path + name, "must be a string of 255 characters at most", expected)
    return value


def _invalid(at: str, fault: str, expected: Json) -> PortalError:
    return PortalError(ErrorCode.INPUT_INVALID, f"`{at}` {fault}.", at=at, expected=expected)
