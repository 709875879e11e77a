"""The paths of envelopes: all act on the envelope of the session that the request names."""

from __future__ import annotations

from django.urls import path

from apps.dialects.datawollet import envelope_views as views

urlpatterns = [
    path("envelope", views.Envelope.as_view()),
    path("envelope/items", views.Items.as_view()),
    path("envelope/items/<str:item_id>", views.Item.as_view()),
    path("envelope/acl", views.AccessList.as_view()),
    path("envelope/acl/<str:client_id>", views.ClientAccess.as_view()),
    path("envelope/acl/<str:client_id>/<path:subject>", views.SubjectAccess.as_view()),
    path("envelope/audit", views.Audit.as_view()),
]
