"""The review page. Its script asks the native API for the documents and what was read from them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.errors import PortalError
from apps.extraction import reviews
from apps.portal_ui.views import failed, protect


def review(request: HttpRequest) -> HttpResponse:
    """`/app/web/review?token=`: a person checks extracted data; the link's token opens it."""
    token = request.GET.get("token", "")
    try:
        found = reviews.find(token)
    except PortalError as error:
        return failed(request, error)
    client = found.extraction.client
    context = {"token": token, "client_name": client.name}
    response = render(request, "portal_ui/review.html", context)
    return protect(response, client.origin_list)
