"""What browsers may do with an answer that does not say so itself."""

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
# XML may hold scripts as HTML does.
_DATA = "default-src 'none'; sandbox"
_NOTHING = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class PolicyMiddleware:
    """Own scripts only, none of them in the page; nothing from elsewhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        kind = response.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind == "text/html":
            policy = _ADMINISTRATION if request.path.startswith("/admin/") else _PAGES
            response.headers.setdefault("Content-Security-Policy", policy)
            response.headers.setdefault("Permissions-Policy", _NOTHING)
            response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        elif kind.endswith("xml"):
            response.headers.setdefault("Content-Security-Policy", _DATA)
        return response
