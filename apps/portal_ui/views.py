"""The portal's pages. They carry no data of their own: scripts ask the native API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static

from apps.clients.actors import Actor
from apps.core.correlation import correlation_id
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import is_token
from apps.portal_ui.words import (
    chosen,
    direction,
    explain,
    language_of,
    names,
    of_scripts,
    say,
)
from apps.viewing import content
from apps.viewing import services as viewing
from apps.viewing.view import View

_ENDED = {
    ErrorCode.SESSION_NOT_FOUND,
    ErrorCode.SESSION_EXPIRED,
    ErrorCode.SESSION_STOPPED,
}


def landing(request: HttpRequest) -> HttpResponse:
    """`/`: what this server is."""
    return page(request, "landing", {}, language_of(request))


def viewer(request: HttpRequest, spelled: str) -> HttpResponse:
    """`/view/u{id}`, of a v3 session `/view/{id}`: the viewer page; the id itself opens it."""
    try:
        identity, view = _look(spelled)
    except PortalError as error:
        return failed(request, error, language_of(request))
    context = {
        "session_id": identity,
        "document_name": content.name(view),
        "compares": view.compares,
        "in_page_groups": view.in_page_groups,
        "permissions": {
            "download": view.detail.allow_download,
            "print": view.detail.allow_print,
            "copy": view.detail.allow_copy,
        },
    }
    client = view.session.client
    return page(
        request,
        "viewer",
        context,
        language_of(request),
        client.origin_list,
        is_sandbox=client.is_sandbox,
    )


def _look(spelled: str) -> tuple[str, View]:
    """A session and its id, which is written as in its own protocol: with a `u` in V1's."""
    in_page_groups = is_token(spelled)
    identity = spelled if in_page_groups else spelled.removeprefix("u")
    view = viewing.look(Actor.viewer(), identity)
    if view.in_page_groups != in_page_groups:
        raise PortalError(ErrorCode.SESSION_NOT_FOUND)
    return identity, view


def favicon(request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`: where browsers look for the picture of pages that name none."""
    response = redirect(static("img/logo.svg"))
    response["Cache-Control"] = "public, max-age=86400"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Any address that is nothing else."""
    return failed(request, PortalError(ErrorCode.NOT_ROUTED), language_of(request))


def server_error(request: HttpRequest) -> HttpResponse:
    """An unexpected failure of a page."""
    return failed(request, PortalError(ErrorCode.INTERNAL), language_of(request))


def failed(request: HttpRequest, error: PortalError, language: str) -> HttpResponse:
    """The page of a failure, in a language of `words`."""
    if error.code == ErrorCode.SESSION_STOPPED:
        message = str(error.data.get("message") or explain(language, error.code).cause)
        title = say(language, "This session has ended")
        status = int(str(error.data.get("status") or 403))
        return ended(request, "stopped", (title, message), language, status)
    if error.code in _ENDED:
        words = (
            say(language, "This link is no longer valid"),
            say(
                language,
                "It has expired, or it never existed. Go back to the site that sent you here and "
                "open the document again.",
            ),
        )
        return ended(request, "expired_or_unknown", words, language, 404)
    told = explain(language, error.code)
    if error.code == ErrorCode.NOT_ROUTED:
        # The catalogue speaks to programs; somebody with a link knows no endpoints.
        context = {
            "title": told.title,
            "message": say(language, "The address is incomplete, or it is gone."),
            "remedy": say(language, "Check the link, or go back to the site that sent you here."),
        }
        return page(request, "error", context, language, status=404)
    english = told == error.explanation
    context = {
        "title": told.title,
        "message": told.cause,
        "remedy": error.remedy if english else told.remedy,
        "correlation_id": correlation_id.get(),
    }
    return page(request, "error", context, language, status=500)


def ended(
    request: HttpRequest, reason: str, words: tuple[str, str], language: str, status: int
) -> HttpResponse:
    """The page of a link that leads nowhere any more: a title and a message."""
    context = {"reason": reason, "title": words[0], "message": words[1]}
    return page(request, "ended", context, language, status=status)


def page(
    request: HttpRequest,
    name: str,
    context: dict[str, Any],
    language: str,
    origins: Iterable[str] = (),
    status: int = 200,
    *,
    is_sandbox: bool = False,
) -> HttpResponse:
    """A page by the name of its template and its scripts; only `origins` may frame it.

    What a sandbox shows is marked, so that nobody takes it for real.
    """
    context |= {
        "is_sandbox": is_sandbox,
        "page_language": language,
        "page_direction": direction(language),
        "languages": names(),
        "chosen_language": chosen(request),
        "script_words": of_scripts(language, name),
    }
    content = render_to_string(f"portal_ui/{name}.html", context, request)
    response = HttpResponse(content, status=status)
    response["Vary"] = "Accept-Language, Cookie"
    return protect(response, origins)


def protect(
    response: HttpResponse, origins: Iterable[str] = (), *, suite: str = ""
) -> HttpResponse:
    """Adds the pages' policy: own scripts and styles only; framed only by the given origins.

    The one page that an office suite is opened in may frame `suite`, and post a form to it.
    """
    ancestors = " ".join(origins) or "'none'"
    frames, forms = (suite, f"'self' {suite}") if suite else ("'none'", "'self'")
    response["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        f"connect-src 'self'; font-src 'self'; frame-src {frames}; "
        f"form-action {forms}; base-uri 'none'; frame-ancestors {ancestors}"
    )
    # Browsers that know frame-ancestors ignore X-Frame-Options, and it cannot name origins.
    response.xframe_options_exempt = True
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
