"""The editor page. A launch token is exchanged once for a cookie and a clean address."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from apps.core import partitioned
from apps.core.errors import ErrorCode, PortalError
from apps.editing import services as editing
from apps.editing.office import access
from apps.editing.services import Editing
from apps.portal_ui.views import ended, failed, page, protect
from apps.portal_ui.words import language_of, say

DIALECT = "kudo"
# The native API reads the same cookie (apps/dialects/native/edit_views.py).
COOKIE = "__Host-recto-edit-"
SAYS = {
    ErrorCode.LAUNCH_TOKEN_USED: (
        "This link was used already",
        "A link opens the editor once. Go back to the site that sent you here and open the "
        "document again.",
    ),
    ErrorCode.LAUNCH_TOKEN_WRONG: (
        "This link is no longer valid",
        "It has expired, or it never existed. Go back to the site that sent you here and open the "
        "document again.",
    ),
    ErrorCode.SESSION_KEY_WRONG: (
        "This page was opened elsewhere",
        "The browser holds no key to it: it was opened in another browser, or the browser does "
        "not keep cookies for this site. Go back to the site that sent you here and open the "
        "document again.",
    ),
    ErrorCode.QUOTA_EXCEEDED: (
        "Too many documents are open",
        "The site that sent you here has as many documents open as it may have. Close one and "
        "open this link again.",
    ),
    ErrorCode.WORK_FILE_NOT_FOUND: (
        "The document is not here any more",
        "It was removed after this link was made. Go back to the site that sent you here.",
    ),
}


@require_GET
def launch(request: HttpRequest) -> HttpResponse:
    """`/editor?apitoken=`: uses the token up and leads on to the session's own address.

    Going back to it in the same browser leads on to the same session; elsewhere it says that the
    token was used. A browser that only looks ahead uses nothing up.
    """
    token = request.GET.get("apitoken", "")
    if "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
        return protect(HttpResponse(status=503))
    if handle := editing.opened_with(token, _secrets(request)):
        return protect(redirect("portal_ui:editor", handle=handle))
    try:
        opened = editing.open_session(token, dialect=DIALECT)
    except PortalError as error:
        return _refused(request, error)
    session, handle = opened.editing.session, opened.editing.handle
    response = redirect("portal_ui:editor", handle=handle)
    seconds = round((session.ends_at - session.created_at).total_seconds())
    partitioned.set_cookie(response, COOKIE + handle, opened.secret, seconds=seconds)
    return protect(response, opened.editing.client.origin_list)


@require_GET
def editor(request: HttpRequest, handle: UUID) -> HttpResponse:
    """`/editor/{handle}`: the page of an edit session, for the browser that holds its key.

    Its script asks the native API for the document and its state.
    """
    try:
        found = editing.find(str(handle), request.COOKIES.get(f"{COOKIE}{handle}", ""))
    except PortalError as error:
        return _refused(request, error)
    context = {
        "handle": found.handle,
        "access": found.detail.access,
        "document_name": found.document.name,
        "workspace": found.wanted.workspace,
        "viewer_workspace": found.wanted.viewer_workspace,
        "mobile": found.wanted.mobile,
        "debug": found.wanted.debug,
        "version": settings.VERSION,
    }
    language = language_of(request, found.wanted.locale)
    origins = found.client.origin_list
    sandbox = found.client.is_sandbox
    response = page(request, "editor", context, language, origins, is_sandbox=sandbox)
    return protect(response, origins, suite=_suite(found))


def _suite(found: Editing) -> str:
    """Where the office suite that opens this document comes from; blank for none."""
    try:
        return access.origin(found)
    except PortalError:
        return ""  # the page's script says why


def _secrets(request: HttpRequest) -> dict[str, str]:
    """The keys of edit sessions that the browser holds, by handle."""
    return {
        name.removeprefix(COOKIE): value
        for name, value in request.COOKIES.items()
        if name.startswith(COOKIE)
    }


def _refused(request: HttpRequest, error: PortalError) -> HttpResponse:
    language = language_of(request)
    if error.code not in SAYS:
        return failed(request, error, language)
    title, message = (say(language, text) for text in SAYS[error.code])
    return ended(request, str(error.code), (title, message), language, 403)
