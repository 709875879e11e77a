"""Comparisons: two documents of any format, opened by a system and read by whoever has the id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.dialects.base import json_body
from apps.dialects.native import comparison_schema as schema
from apps.dialects.native import comparison_wire as wire
from apps.dialects.native.views import NativeView
from apps.viewing import comparing, comparisons
from apps.viewing import services as viewing

_ENDED = "The comparison was ended by the system that opened it."


@schema.described
class _ComparisonView(NativeView):
    """A call of the system that compares."""


class Comparisons(_ComparisonView):
    """POST /api/v1/comparisons"""

    @schema.open_comparison
    def post(self, request: Request) -> HttpResponse:
        """Opens a comparison, on work files or on documents that are uploaded next."""
        options, file_ids = wire.parse(json_body(request))
        with wire.named_as_here():
            identity = comparisons.open_session(self.actor, options, file_ids, dialect="native")
        response = _answer(identity, 201)
        response["Location"] = f"/api/v1/comparisons/{identity}"
        return response


class Comparison(_ComparisonView):
    """GET, DELETE /api/v1/comparisons/{id}"""

    methods_by_id = frozenset({"get"})

    def get_authenticators(self) -> list[BaseAuthentication]:
        """To look, the id is enough."""
        return [] if self._by_id() else super().get_authenticators()

    def get_permissions(self) -> Sequence[Any]:
        """As for authenticators."""
        return [] if self._by_id() else super().get_permissions()

    def _by_id(self) -> bool:
        # The API reference asks a view that has no request yet.
        return getattr(self.request, "method", "").lower() in self.methods_by_id

    @schema.get_comparison
    def get(self, request: Request, identity: str) -> HttpResponse:
        """How far the comparison is, and in the end how much changed and what is proven."""
        return _answer(identity)

    @schema.end_comparison
    def delete(self, request: Request, identity: str) -> HttpResponse:
        """Ends the comparison; whoever looks at it is told so."""
        comparisons.find(self.actor, identity)
        viewing.stop(self.actor, identity, status=403, message=_ENDED)
        return HttpResponse(status=204)


class ComparedFile(_ComparisonView):
    """PUT /api/v1/comparisons/{id}/original|revised?extension="""

    @schema.put_document
    def put(self, request: Request, identity: str, side: str) -> HttpResponse:
        """Uploads one of the two documents: raw bytes, whatever the Content-Type says."""
        chosen = wire.side(side)
        extension = wire.extension(request.query_params.get("extension", ""))
        comparisons.find(self.actor, identity)
        comparing.attach_upload(self.actor, identity, chosen, request._request, extension=extension)
        return _answer(identity)


def _answer(identity: str, status: int = 200) -> HttpResponse:
    body = wire.comparison(identity, comparisons.look(identity))
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
