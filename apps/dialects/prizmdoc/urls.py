"""The paths of seeds 001 and 002. The list of V1's is mounted twice: as PrizmDoc Server and as its
application services (PAS), which leave out the prefix."""

from __future__ import annotations

from django.urls import include, path, re_path

from apps.dialects.prizmdoc import (
    comparison_views,
    package_views,
    page_views,
    pas_views,
    task_views,
    views,
)

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
    path("Document/q/Attributes", page_views.DocumentAttributes.as_view()),
    path("Document/q/<int:first>-<int:last>/Text", page_views.DocumentText.as_view()),
    path("Page/q/<int:page>", page_views.Page.as_view()),
    path("Page/q/<int:page>/Attributes", page_views.PageAttributes.as_view()),
    path(
        "Page/q/<int:page>/Tile/<int:x>/<int:y>/<int:width>/<int:height>", page_views.Tile.as_view()
    ),
    path("Page/q/<int:page>/<int:width>x<int:height>", page_views.Thumbnail.as_view()),
]

_packages_v2 = [
    path("viewingPackageCreators", package_views.PackageCreatorsV2.as_view()),
    path("viewingPackageCreators/<str:process_id>", package_views.PackageCreatorV2.as_view()),
    path(
        "viewingPackageCreators/<str:process_id>/SourceFile",
        package_views.PackageSourceFile.as_view(),
    ),
    path("viewingPackages/<str:package_id>", package_views.PackageV2.as_view()),
]
_tasks = [
    path("viewingSessions/<str:u_id>/searchTasks", task_views.SearchTasks.as_view()),
    path("searchTasks/<str:process_id>", task_views.SearchTask.as_view()),
    path("searchTasks/<str:process_id>/results", task_views.SearchResults.as_view()),
    path("contentConverters", task_views.ContentConverters.as_view()),
    path("contentConverters/<str:process_id>", task_views.ContentConverter.as_view()),
]
_v3 = [
    path("viewingPackageCreators", package_views.PackageCreatorsV3.as_view()),
    path("viewingPackageCreators/<str:process_id>", package_views.PackageCreatorV3.as_view()),
    path("viewingPackages/<str:package_id>", package_views.PackageV3.as_view()),
    path("viewingPackages/<str:package_id>/content/pdf", package_views.PackagePdf.as_view()),
    path("viewingSessions", package_views.ViewingSessions.as_view()),
    path("viewingSessions/<str:identity>/content/root/metadata", package_views.Metadata.as_view()),
    path(
        "viewingSessions/<str:identity>/content/root/pageGroups/<int:index>",
        package_views.PageGroup.as_view(),
    ),
    path("viewingSessions/<str:identity>/heartbeat", package_views.Heartbeat.as_view()),
]
_compared = "v2/viewingSessions/<str:u_id>"

urlpatterns = [
    path(f"{_compared}/sourceFile/original", comparison_views.OriginalFile.as_view()),
    path(f"{_compared}/sourceFile/revised", comparison_views.RevisedFile.as_view()),
    path(f"{_compared}/revisionData", comparison_views.RevisionData.as_view()),
    path("v2/", include(_packages_v2)),
    path("v2/", include(_tasks)),
    path("v3/", include(_v3)),
    re_path(r"^v[23]/", views.V2NotRouted.as_view()),
    path("PCCIS/V1/", include((_sessions, "prizmdoc"), namespace="server")),
    re_path(r"^PCCIS/", views.NotRouted.as_view()),
    path("ViewingSession", pas_views.ViewingSessions.as_view()),
    path("", include((_sessions, "prizmdoc"), namespace="pas")),
]
