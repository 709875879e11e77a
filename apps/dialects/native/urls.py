"""The native API's paths."""

from __future__ import annotations

from django.urls import include, path, re_path

from apps.dialects.native import (
    comparison_views,
    drawing_views,
    edit_views,
    extraction_views,
    form_views,
    operation_views,
    store_views,
    views,
)

_comparison = "comparisons/<str:identity>"
_review = "reviews/<str:token>"
_reviewed = f"{_review}/documents/<str:identity>"
_edit = "edits/<str:handle>"
_webhook = "webhooks/<str:webhook>"
_template = "templates/<str:template>"
_version = f"{_template}/versions/<str:version>"

_paths = [
    path("jobs", operation_views.Jobs.as_view()),
    path("jobs/<str:job>", operation_views.Job.as_view()),
    path("jobs/<str:job>/retry", operation_views.JobRetry.as_view()),
    path("sessions", operation_views.Sessions.as_view()),
    path("sessions/<str:session>", operation_views.Session.as_view()),
    path("sessions/<str:session>/stop", operation_views.SessionStop.as_view()),
    path("webhooks", operation_views.Webhooks.as_view()),
    path(_webhook, operation_views.Webhook.as_view()),
    path(f"{_webhook}/secret", operation_views.WebhookSecret.as_view()),
    path(f"{_webhook}/deliveries", operation_views.Deliveries.as_view()),
    path(f"{_webhook}/deliveries/<str:delivery>/redeliver", operation_views.Redelivery.as_view()),
    path("work-files", store_views.WorkFiles.as_view()),
    path("work-files/<str:file>", store_views.WorkFile.as_view()),
    path("work-files/<str:file>/content", store_views.WorkFileContent.as_view()),
    path("envelopes", store_views.Envelopes.as_view()),
    path("envelopes/<str:envelope>", store_views.Envelope.as_view()),
    path("envelopes/<str:envelope>/events", store_views.EnvelopeEvents.as_view()),
    path("datasources", store_views.Datasources.as_view()),
    path("templates", store_views.Templates.as_view()),
    path(_template, store_views.Template.as_view()),
    path(_version, store_views.TemplateVersion.as_view()),
    path(f"{_version}/file", store_views.TemplateFile.as_view()),
    path(f"{_version}/publish", store_views.TemplatePublication.as_view()),
    path("comparisons", comparison_views.Comparisons.as_view()),
    path(_comparison, comparison_views.Comparison.as_view()),
    path(f"{_comparison}/<str:side>", comparison_views.ComparedFile.as_view()),
    path("views/<str:identity>", views.Overview.as_view()),
    path("views/<str:identity>/pages/<int:page>/image", views.PageImage.as_view()),
    path("views/<str:identity>/pages/<int:page>/svg", views.PageSvg.as_view()),
    path("views/<str:identity>/pages/<int:page>/text", views.PageText.as_view()),
    path("views/<str:identity>/search", views.Search.as_view()),
    path("views/<str:identity>/revisions", views.Revisions.as_view()),
    path("views/<str:identity>/password", views.Password.as_view()),
    path("views/<str:identity>/download", views.Download.as_view()),
    path("views/<str:identity>/pdf", views.Pdf.as_view()),
    path("forms/<str:identity>", form_views.State.as_view()),
    path("forms/<str:identity>/templates", form_views.Templates.as_view()),
    path("forms/<str:identity>/template", form_views.Choice.as_view()),
    path("forms/<str:identity>/draft", form_views.Draft.as_view()),
    path("forms/<str:identity>/preview", form_views.Preview.as_view()),
    path("forms/<str:identity>/pictures", form_views.Pictures.as_view()),
    path("forms/<str:identity>/pictures/<str:picture>", form_views.Picture.as_view()),
    path("forms/<str:identity>/complete", form_views.Completion.as_view()),
    path("forms/<str:identity>/result/<str:format>", form_views.Result.as_view()),
    path(_review, extraction_views.State.as_view()),
    path(_reviewed, extraction_views.Document.as_view()),
    path(f"{_reviewed}/corrections", extraction_views.Corrections.as_view()),
    path(f"{_reviewed}/undo", extraction_views.Undo.as_view()),
    path(f"{_reviewed}/text", extraction_views.TextInBox.as_view()),
    path(f"{_reviewed}/pages/<int:page>/image", extraction_views.PageImage.as_view()),
    path(f"{_review}/export/<str:format>", extraction_views.Export.as_view()),
    path(_edit, edit_views.State.as_view()),
    path(f"{_edit}/content", edit_views.Content.as_view()),
    path(f"{_edit}/draft", edit_views.Draft.as_view()),
    path(f"{_edit}/beacon", edit_views.Beacon.as_view()),
    path(f"{_edit}/office", edit_views.Office.as_view()),
    path(f"{_edit}/pdf", edit_views.Pdf.as_view()),
    path(f"{_edit}/drawing", drawing_views.Drawing.as_view()),
    path(f"{_edit}/drawing/<int:number>", drawing_views.Picture.as_view()),
    path(f"{_edit}/revisions", edit_views.Revisions.as_view()),
    path(f"{_edit}/revisions/<str:name>", edit_views.Version.as_view()),
    path(f"{_edit}/revisions/<str:name>/restore", edit_views.Restore.as_view()),
    path(f"{_edit}/close", edit_views.Close.as_view()),
    re_path("", views.NotRouted.as_view()),
]
# One prefix, asked for once: calls of the other dialects pass these paths by.
urlpatterns = [path("api/v1/", include(_paths))]
