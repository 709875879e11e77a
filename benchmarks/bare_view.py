"""The least a Django endpoint that stores something can do: one route and one insert."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import override_settings
from django.urls import path
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

PATH = "/insert"


def insert(request: HttpRequest) -> HttpResponse:
    """Stores one row of the table that access tokens live in."""
    token = secrets.token_urlsafe(32)
    get_access_token_model().objects.create(
        token=token, expires=timezone.now() + timedelta(minutes=30), scope="viewing:read"
    )
    return JsonResponse({"access_token": token})


urlpatterns = [path(PATH[1:], insert)]


def application() -> WSGIHandler:
    """A WSGI application with this view alone, in the same process and database."""
    with override_settings(MIDDLEWARE=["benchmarks.bare_view.own_routes"]):
        return WSGIHandler()


def own_routes(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """The only middleware: points the request at this module's routes."""

    def middleware(request: HttpRequest) -> Any:
        request.urlconf = __name__
        return get_response(request)

    return middleware
