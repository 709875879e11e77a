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
    parts = re.split(r"<str:(\w+)>", route)
    pattern = "".join(
        f"(?P<{part}>[^/]+)" if number % 2 else _any_case(part) for number, part in enumerate(parts)
    )
    yield re_path(f"^{pattern}/?$", view)


def _any_case(text: str) -> str:
    """A pattern for the text in any case; Django cannot reverse paths with flags."""
    return "".join(
        f"[{letter.lower()}{letter.upper()}]" if letter.isalpha() else re.escape(letter)
        for letter in text
    )


urlpatterns = [
    pattern for call, view in _CALLS.items() for pattern in _spellings(f"{_BASE}/{call}", view)
]
urlpatterns.append(re_path(f"^{_any_case('webapi/')}", views.NotRouted.as_view()))
