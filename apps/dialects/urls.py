"""Every dialect's paths. PrizmDoc last: its PAS spelling sits at the root."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("apps.dialects.kudo.urls")),
    path("", include("apps.dialects.wopi.urls")),
    path("", include("apps.dialects.native.urls")),
    path("", include("apps.dialects.primedocs.urls")),
    path("", include("apps.dialects.datawollet.urls")),
    path("", include("apps.dialects.prizmdoc.urls")),
]
