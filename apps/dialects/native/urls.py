"""The native API's paths."""

from __future__ import annotations

from django.urls import path, re_path

from apps.dialects.native import views

urlpatterns = [
    path("api/v1/views/<str:identity>", views.Overview.as_view()),
    path("api/v1/views/<str:identity>/pages/<int:page>/image", views.PageImage.as_view()),
    path("api/v1/views/<str:identity>/pages/<int:page>/svg", views.PageSvg.as_view()),
    path("api/v1/views/<str:identity>/pages/<int:page>/text", views.PageText.as_view()),
    path("api/v1/views/<str:identity>/search", views.Search.as_view()),
    path("api/v1/views/<str:identity>/revisions", views.Revisions.as_view()),
    path("api/v1/views/<str:identity>/password", views.Password.as_view()),
    path("api/v1/views/<str:identity>/download", views.Download.as_view()),
    path("api/v1/views/<str:identity>/pdf", views.Pdf.as_view()),
    re_path(r"^api/v1/", views.NotRouted.as_view()),
]
