"""All bytes the portal keeps, and the handles programs know them by."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from apps.clients.models import ApiClient


class Blob(models.Model):
    """Content, kept once. Its hash never leaves the server; its location is random.

    The location is not derived from the hash, so that a sweep that removes an old copy can never
    remove the file of a new one.
    """

    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveBigIntegerField(editable=False)
    location = models.CharField(max_length=120, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Moved forward when an upload finds this content already here; a sweep spares recent ones.
    claimed_at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256"], name="blob_sha256"),
            models.UniqueConstraint(fields=["location"], name="blob_location"),
        ]

    def __str__(self) -> str:
        return f"{self.size} bytes"


class WorkFile(models.Model):
    """A file a client uploaded or a session received, known by its `file_id` until it expires."""

    file_id = models.CharField(max_length=43, editable=False)
    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="work_files")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+", editable=False)
    name = models.CharField(max_length=255, blank=True)
    extension = models.CharField(max_length=12)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["file_id"], name="work_file_id")]

    def __str__(self) -> str:
        return self.name or f"{self.file_id[:6]}.{self.extension}"
