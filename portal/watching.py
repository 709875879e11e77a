"""What is noted of each request: figures for /metrics and the dashboard, a span, a log's row."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from apps.audit import requests
from apps.audit.models import AnsweredRequest
from apps.core import tracing
from apps.core.correlation import Found, address, correlation_id, found
from apps.tallies import store
from apps.tallies.figures import REQUEST_SECONDS, REQUESTS

# The administration has the audit log; probes and documentation fail nobody's program.
NOT_LOGGED = {"admin", "portal"}
# How PrizmDoc's API says "ask again": nothing else here answers so.
NOT_YET = 504


class WatchingMiddleware:
    """Counts and times requests by whose API they are: never by an address, which may be secret."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        store.begin(requests.write)
        noted = Found()
        found.set(noted)
        began = time.monotonic()
        asked = request.headers.get("traceparent", "")
        with tracing.span(str(request.method), "SERVER", parent=asked) as span:
            response = self.get_response(request)
            surface, view = place(request)
            if span is not None:
                span.update_name(f"{request.method} {surface} {view}")
                span.set_attributes(
                    {
                        "http.request.method": str(request.method),
                        "http.route": request.resolver_match.route
                        if request.resolver_match
                        else "",
                        "http.response.status_code": response.status_code,
                    }
                )
        status = str(response.status_code) if 100 <= response.status_code < 600 else "other"
        REQUESTS.add(surface=surface, view=view, status=status)
        seconds = time.monotonic() - began
        REQUEST_SECONDS.observe(seconds, surface=surface)
        failed = response.status_code >= 400 and response.status_code != NOT_YET
        if surface not in NOT_LOGGED and (noted.logs_all or failed):
            requests.note(_row(request, response, surface, noted, seconds))
        return response


def _row(
    request: HttpRequest, response: HttpResponseBase, surface: str, noted: Found, seconds: float
) -> AnsweredRequest:
    match = request.resolver_match
    sent = _number(response.get("Content-Length"))
    if sent is None and not response.streaming:
        sent = len(response.content)  # type: ignore[attr-defined]
    return AnsweredRequest(
        correlation_id=correlation_id.get(),
        client=noted.client[:100],
        surface=surface,
        method=str(request.method)[:8],
        route=match.route[:200] if match else "",
        status=response.status_code,
        error_code=noted.error_code,
        milliseconds=round(seconds * 1000),
        received=_number(request.META.get("CONTENT_LENGTH")),
        sent=sent,
        address=address.get(),
    )


def _number(header: str | None) -> int | None:
    return int(header[:15]) if header and header.isascii() and header.isdigit() else None


def place(request: HttpRequest) -> tuple[str, str]:
    """Whose API a request was for, and the view that answered it."""
    match = request.resolver_match
    if match is None:
        return "none", "none"
    view = getattr(match.func, "view_class", None) or getattr(match.func, "cls", match.func)
    module = str(getattr(view, "__module__", ""))
    name = str(getattr(view, "__name__", type(view).__name__))
    parts = module.split(".")
    if parts[:2] == ["apps", "dialects"]:
        return parts[2], name
    if match.app_names == ["admin"]:
        return "admin", "admin"
    surfaces = {"apps.portal_ui": "pages", "apps.clients": "oauth"}
    return surfaces.get(".".join(parts[:2]), "portal"), name
