"""Calls from the pages of public clients (CORS): their exact origins, with cookies, and no others.

Source: Fetch standard, "CORS protocol and credentials".
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from apps.clients import services as clients
from apps.core.errors import PortalError

_SENT = "Content-Type, Idempotency-Key, Prefer, Session-Id, X-Correlation-Id"
_SHOWN = "Location, Preference-Applied, Retry-After, X-Correlation-Id"
_SECONDS = 600


def allow(request: HttpRequest, response: HttpResponseBase) -> None:
    """Lets the page read the answer, if its origin is a public client's."""
    patch_vary_headers(response, ["Origin"])
    if origin := _registered(request):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Credentials"] = "true"
        response["Access-Control-Expose-Headers"] = _SHOWN


def is_preflight(request: HttpRequest) -> bool:
    """Whether a browser asks if a page may send a request."""
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def preflight(request: HttpRequest, methods: Iterable[str]) -> HttpResponse:
    """The answer to that: nothing that permits anything, unless the origin is registered."""
    response = HttpResponse(status=204)
    allow(request, response)
    if "Access-Control-Allow-Origin" in response:
        response["Access-Control-Allow-Methods"] = ", ".join(methods)
        response["Access-Control-Allow-Headers"] = _SENT
        response["Access-Control-Max-Age"] = str(_SECONDS)
    return response


def _registered(request: HttpRequest) -> str:
    origin = request.headers.get("Origin", "")
    try:
        clients.authenticate_origin(origin)
    except PortalError:
        return ""
    return origin
