"""What is noted of each request: figures for /metrics and the dashboard, and a span."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from apps.core import tracing
from apps.tallies import store
from apps.tallies.figures import REQUEST_SECONDS, REQUESTS


class WatchingMiddleware:
    """Counts and times requests by whose API they are: never by an address, which may be secret."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        store.begin()
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
        REQUEST_SECONDS.observe(time.monotonic() - began, surface=surface)
        return response


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
