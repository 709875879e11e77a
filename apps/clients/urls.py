"""The OAuth endpoints, at the root. Several spellings of one token endpoint, as vendors have it."""

from __future__ import annotations

from django.urls import path

from apps.clients import views

app_name = "clients"
urlpatterns = [
    path("o/token/", views.token, name="token"),
    path("o/token", views.token),
    path("ids/connect/token", views.token),
    path("oauth/token", views.token),
    path("o/revoke_token/", views.revoke_token, name="revoke-token"),
    path("o/introspect/", views.introspect, name="introspect"),
    path(".well-known/oauth-authorization-server", views.metadata, name="metadata"),
]
