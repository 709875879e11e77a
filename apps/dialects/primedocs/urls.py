"""Connect's paths. The vendor's own samples mix `Connect/Session` and `connect/session`: the case
of letters does not matter in any of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, path, re_path

from apps.dialects.primedocs import views

_BASE = "webapi/api/v3/<str:datasource_id>/connect"
_CALLS: dict[str, Callable[..., Any]] = {
    "session": views.Sessions.as_view(),
    "session/template/<str:name>": views.PreparedSessions.as_view(),
    "session/<str:session_id>/Navigation": views.Navigation.as_view(),
    "session/<str:session_id>/Input": views.Input.as_view(),
    "session/<str:session_id>/Result": views.Result.as_view(),
    "document": views.Documents.as_view(),
    "templates": views.Templates.as_view(),
}


def _spellings(route: str, view: Callable[..., Any]) -> Iterator[URLPattern]:
    """The path as the reference shows it, and the same in any case of letters."""
    yield path(route, view)
    pattern = re.sub(r"<str:(\w+)>", r"(?P<\1>[^/]+)", route)
    yield re_path(rf"(?i)^{pattern}/?$", view)


urlpatterns = [
    pattern for call, view in _CALLS.items() for pattern in _spellings(f"{_BASE}/{call}", view)
]
urlpatterns.append(re_path(r"(?i)^webapi/", views.NotRouted.as_view()))
