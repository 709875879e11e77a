"""The paths of seed 001. The list is mounted twice: as PrizmDoc Server and as its
application services (PAS), which leave out the prefix."""

from __future__ import annotations

from django.urls import include, path, re_path

from apps.dialects.prizmdoc import comparison_views, views

_sessions = [
    path("ViewingSession", views.ViewingSessions.as_view()),
    path("ViewingSession/<str:u_id>", views.ViewingSession.as_view()),
    path("ViewingSession/<str:u_id>/SourceFile", views.SourceFile.as_view()),
    path("ViewingSession/<str:u_id>/SourceRef", views.SourceRef.as_view()),
    path("ViewingSession/<str:u_id>/FileId", views.FileId.as_view()),
    path("ViewingSession/<str:u_id>/Notification/SessionStarted", views.SessionStarted.as_view()),
    path("ViewingSession/<str:u_id>/Notification/SessionStopped", views.SessionStopped.as_view()),
    path("WorkFile", views.WorkFiles.as_view()),
    path("WorkFile/<str:file_id>", views.WorkFile.as_view()),
    path("WorkFile/<str:file_id>/Info", views.WorkFileInfo.as_view()),
    path("Document/q/Attributes", views.DocumentAttributes.as_view()),
    path("Document/q/<int:first>-<int:last>/Text", views.DocumentText.as_view()),
    path("Page/q/<int:page>", views.Page.as_view()),
    path("Page/q/<int:page>/Attributes", views.PageAttributes.as_view()),
    path("Page/q/<int:page>/<int:width>x<int:height>", views.Thumbnail.as_view()),
]

_compared = "v2/viewingSessions/<str:u_id>"

urlpatterns = [
    path(f"{_compared}/sourceFile/original", comparison_views.ComparedFile.as_view()),
    path(f"{_compared}/sourceFile/revised", comparison_views.ComparedFile.as_view(side="revised")),
    path(f"{_compared}/revisionData", comparison_views.RevisionData.as_view()),
    path("PCCIS/V1/", include((_sessions, "prizmdoc"), namespace="server")),
    re_path(r"^PCCIS/", views.NotRouted.as_view()),
    path("", include((_sessions, "prizmdoc"), namespace="pas")),
]
