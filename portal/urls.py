"""Every path of the portal, by who answers it."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from portal import catalogue, health, metrics

urlpatterns = [
    path("admin/", admin.site.urls),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/collection", catalogue.calls),
    path("api/docs/errors", catalogue.errors),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("", include("apps.clients.urls")),
    path("", include("apps.portal_ui.urls")),
    path("", include("apps.dialects.urls")),
]
handler404 = "apps.portal_ui.views.not_found"
handler500 = "apps.portal_ui.views.server_error"
