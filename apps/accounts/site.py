"""The administration's site: who comes in, and how."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite


class Site(UnfoldAdminSite):  # type: ignore[misc]  # unfold has no types
    """Unfold's, with a second factor. The form of the first is named in `UNFOLD`."""

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Name and password; then, where there is one or must be, the second factor."""
        from apps.accounts import forms, pages  # models are not there when the site is made

        try:
            return super().login(request, extra_context)  # type: ignore[no-any-return]
        except forms.CodeWanted as wanted:
            return pages.want_code(request, wanted.person)

    def has_permission(self, request: HttpRequest) -> bool:
        """Where the second factor is required, also sessions from before must have shown one."""
        from apps.accounts import pages

        shown = settings.ADMIN_SECOND_FACTOR != "required" or pages.SHOWN in request.session
        return shown and bool(super().has_permission(request))

    def extra_urls(self) -> list[URLPattern]:
        """The pages of the second factor."""
        from apps.accounts import pages

        return [
            path("login/code/", never_cache(partial(pages.ask_code, self)), name="sign_in_code"),
            path("second-factor/", self.admin_view(partial(pages.own, self)), name="second_factor"),
        ]
