"""DataWollet's paths."""

from __future__ import annotations

from django.urls import path, re_path

from apps.dialects.datawollet import base, views
from apps.dialects.datawollet.envelope_urls import urlpatterns as envelope_paths

urlpatterns = [
    path("session", views.SessionStatus.as_view()),
    path("session/start", views.SessionStart.as_view()),
    path("session/resume", views.SessionResume.as_view()),
    path("session/end", views.SessionEnd.as_view()),
    path("session/review", views.SessionReview.as_view()),
    path("documents/append", views.DocumentAppend.as_view()),
    path("documents/single", views.DocumentSingle.as_view()),
    path("documents/<str:identity>", views.Document.as_view()),
    path("documents/<str:identity>/result", views.DocumentResult.as_view()),
    path("requests/<str:identity>", views.RequestStatus.as_view()),
    *envelope_paths,
    re_path(r"^(?:session|documents|requests|envelope)(?:/|$)", base.NotRouted.as_view()),
]
