"""The pages' paths."""

from __future__ import annotations

from django.urls import path

from apps.portal_ui import connect, editor, review, views

app_name = "portal_ui"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("view/<str:spelled>", views.viewer, name="viewer"),
    path("app/web/connect", connect.connect, name="connect"),
    path("app/web/review", review.review, name="review"),
    path("editor", editor.launch, name="launch"),
    path("editor/<uuid:handle>", editor.editor, name="editor"),
    path("favicon.ico", views.favicon),
]
