"""A Content-Security-Policy for every page that has none of its own."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

# Who may frame a page is X-Frame-Options' word here: the pages that portals frame have a policy of
# their own. Colours and Swagger's page are styles in the page.
_POLICY = (
    "default-src 'none'; script-src 'self'{}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
_PAGES = _POLICY.format("")
# Unfold's pages are written for Alpine, which evaluates their attributes.
_ADMINISTRATION = _POLICY.format(" 'unsafe-eval'")


class PolicyMiddleware:
    """Own scripts only, none of them in the page; nothing from elsewhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            policy = _ADMINISTRATION if request.path.startswith("/admin/") else _PAGES
            response.headers.setdefault("Content-Security-Policy", policy)
        return response
