"""The review page. Its script asks the native API for the documents and what was read from them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from apps.core.errors import PortalError
from apps.extraction import reviews
from apps.portal_ui.views import failed, page
from apps.portal_ui.words import language_of


def review(request: HttpRequest) -> HttpResponse:
    """`/app/web/review?token=`: a person checks extracted data; the link's token opens it."""
    token = request.GET.get("token", "")
    try:
        found = reviews.find(token)
    except PortalError as error:
        return failed(request, error, language_of(request))
    client = found.extraction.client
    context = {"token": token, "client_name": client.name}
    language = language_of(request)
    return page(
        request, "review", context, language, client.origin_list, is_sandbox=client.is_sandbox
    )
