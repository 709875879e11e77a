"""WOPI's paths."""

from __future__ import annotations

from django.urls import path

from apps.dialects.wopi import views

urlpatterns = [
    path("wopi/files/<str:handle>", views.File.as_view()),
    path("wopi/files/<str:handle>/contents", views.Contents.as_view()),
]
