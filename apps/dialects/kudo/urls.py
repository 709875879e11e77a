"""Kudo's paths."""

from __future__ import annotations

from django.urls import path

from apps.dialects.kudo import views

urlpatterns = [
    path("generate", views.Generate.as_view()),
    path("verify", views.Verify.as_view()),
]
