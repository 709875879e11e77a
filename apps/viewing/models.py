"""What a viewing session adds to a session."""

from __future__ import annotations

from django.db import models

from apps.document_sessions.models import DocumentSession
from apps.workfiles.models import WorkFile


class ViewingDetail(models.Model):
    """The document a viewing session shows, or the two it compares, and what is allowed."""

    session = models.OneToOneField(
        DocumentSession, models.CASCADE, primary_key=True, related_name="viewing"
    )
    source = models.ForeignKey(WorkFile, models.PROTECT, null=True, blank=True, related_name="+")
    # Instead of a source: the two documents of a comparison.
    original = models.ForeignKey(WorkFile, models.PROTECT, null=True, blank=True, related_name="+")
    revised = models.ForeignKey(WorkFile, models.PROTECT, null=True, blank=True, related_name="+")
    display_name = models.CharField(max_length=255, blank=True)
    password = models.TextField(blank=True, editable=False)  # sealed
    allow_download = models.BooleanField(default=True)
    allow_print = models.BooleanField(default=True)
    allow_copy = models.BooleanField(default=True)
    starts_converting = models.BooleanField(default=True)
    watermarks = models.JSONField(default=list, blank=True)
    # A document the portal fetches itself; the error says why it could not.
    source_url = models.TextField(blank=True)
    error_code = models.CharField(max_length=32, blank=True)
    error_detail = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.display_name or "document"
