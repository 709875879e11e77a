"""What the calls share by which programs operate what is theirs: ETags, repeats, pages of lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import RequestDataTooBig
from django.db.models import Model
from django.http import HttpResponse, JsonResponse
from rest_framework.request import Request

from apps.clients import repeating
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.native import wire
from apps.dialects.native.views import NativeView

Json = dict[str, Any]
Row = TypeVar("Row", bound=Model)
Method = TypeVar("Method", bound=Callable[..., HttpResponse])
LIMIT, MOST = 50, 200
_LARGEST_ID = 2**62


class ProgramView(NativeView):
    """A call of a program about its own things."""

    def one(self, body: Json, status: int = 200) -> HttpResponse:
        """An answer with an ETag; 304 where the caller has it already."""
        response = JsonResponse(body, status=status, headers={"Cache-Control": "no-cache"})
        tag = response["ETag"] = _etag(body)
        if self.request.method == "GET" and tag in _tags(self.request, "If-None-Match"):
            return HttpResponse(status=304, headers={"ETag": tag, "Cache-Control": "no-cache"})
        return response

    def require_match(self, now: Json) -> None:
        """Raises PRECONDITION_FAILED where `If-Match` names another state (RFC 9110, 13.1.1)."""
        wanted = _tags(self.request, "If-Match")
        if wanted and not {"*", _etag(now)} & set(wanted):
            raise PortalError(ErrorCode.PRECONDITION_FAILED, at="If-Match")

    def page(
        self,
        find: Callable[..., Sequence[Row]],
        spell: Callable[[Row], Json],
        *filters: str,
        number: Callable[[Row], int] = lambda row: row.pk,
    ) -> HttpResponse:
        """One page of a list: `find(before=, limit=)` is asked for one row more than is shown.

        Raises INPUT_INVALID for a filter of the query that is none of `filters`: left out silently,
        a filter that is misspelt would show everything.
        """
        query = self.request.query_params
        known = [*filters, "limit", "cursor"]
        if strange := [name for name in query if name not in known]:
            raise PortalError(
                ErrorCode.INPUT_INVALID,
                f"`{strange[0]}` is no filter of this list; known: {', '.join(known)}.",
                at=strange[0],
                expected=known,
            )
        limit = wire.number(query.get("limit"), "limit", default=LIMIT, least=1, most=MOST)
        cursor = query.get("cursor")
        before = cursor and wire.number(cursor, "cursor", default=0, least=1, most=_LARGEST_ID)
        found = find(before=before or None, limit=limit + 1)
        shown = found[:limit]
        following = str(number(shown[-1])) if len(found) > limit else None
        return self.one({"items": [spell(row) for row in shown], "next": following})

    def chosen(self, name: str, choices: tuple[str, ...]) -> str:
        """A filter of the query; blank where there is none. Raises INPUT_INVALID."""
        text = self.request.query_params.get(name, "")
        return wire.choice(text, name, choices) if text else ""


def _etag(body: Json) -> str:
    return f'"{hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]}"'


def _tags(request: Request, header: str) -> list[str]:
    return [one.strip() for one in request.headers.get(header, "").split(",") if one.strip()]


def identity(text: str) -> int:
    """A number of the path. Raises NOT_ROUTED for what cannot be one."""
    if not (text.isascii() and text.isdigit()) or int(text) > _LARGEST_ID:
        raise PortalError(ErrorCode.NOT_ROUTED, "There is nothing with this id.")
    return int(text)


def raw_body(request: Request) -> bytes:
    """A small body, which can still be read as JSON afterwards. Raises MALFORMED_BODY."""
    try:
        return request._request.body
    except RequestDataTooBig as error:
        raise PortalError(ErrorCode.MALFORMED_BODY, "The body is too large.", at="body") from error


def repeatable(method: Method) -> Method:
    """A method that may be sent twice with the same `Idempotency-Key`; it acts once."""

    @wraps(method)
    def once(view: ProgramView, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return method(view, request, *args, **kwargs)
        asked = [str(request.method), request.path, raw_body(request).hex()]
        client = view.actor.require_client()
        row = repeating.begin(client, key, json.dumps(asked).encode())
        if (given := repeating.answer(row)) is not None:
            status, body = given
            return HttpResponse(
                body,
                status=status,
                content_type="application/json" if body else None,
                headers={"Idempotent-Replayed": "true", "Cache-Control": "no-store"},
            )
        try:
            response = method(view, request, *args, **kwargs)
            repeating.keep(row, response.status_code, response.content)
        except BaseException:
            repeating.forget(row)
            raise
        return response

    return cast(Method, once)
