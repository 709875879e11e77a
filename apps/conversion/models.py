"""Renditions: what was made from documents. A row is a job and a cache entry at once."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone

from apps.clients.models import ApiClient
from apps.conversion.recipe import Recipe
from apps.workfiles.models import Blob


class Rendition(models.Model):
    """One recipe made from one source, or from two that are compared.

    The unique key makes the first asker the only one who sets the work going.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for the PDF"
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    UNDER_WAY = (State.WAITING, State.QUEUED, State.RUNNING)

    class Lane(models.IntegerChoices):
        INTERACTIVE = 0, "Interactive"
        BULK = 1, "Bulk"
        HUGE = 2, "Huge"

    key = models.CharField(max_length=64, editable=False)
    source = models.ForeignKey(Blob, models.CASCADE, related_name="+", editable=False)
    against = models.ForeignKey(
        Blob, models.CASCADE, null=True, blank=True, related_name="+", editable=False
    )
    extension = models.CharField("format", max_length=12)
    recipe = models.JSONField()
    kind = models.CharField(max_length=8)
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children", editable=False
    )
    # Of what is made of two renditions, as two PDFs joined: the second.
    partner = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="partnered", editable=False
    )
    client = models.ForeignKey(ApiClient, models.SET_NULL, null=True, blank=True, related_name="+")
    lane = models.PositiveSmallIntegerField(choices=Lane, default=Lane.INTERACTIVE)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Held by the worker that runs the job; publishing needs it (fencing).
    fence = models.CharField(max_length=43, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    password = models.TextField(blank=True, editable=False)  # sealed; blank once the job has ended
    error_code = models.CharField(max_length=32, blank=True)
    error_detail = models.TextField(blank=True)
    correlation_id = models.CharField(max_length=64, blank=True)
    traceparent = models.CharField(max_length=55, blank=True, editable=False)
    meta = models.JSONField(default=dict, blank=True)
    stats = models.JSONField(default=dict, blank=True)
    requested_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-requested_at"]
        verbose_name = "conversion job"
        constraints = [models.UniqueConstraint(fields=["key"], name="rendition_key")]
        indexes = [
            models.Index(fields=["state", "lane", "requested_at"], name="rendition_queue"),
            models.Index(fields=["requested_at"], name="rendition_newest"),
            models.Index(fields=["correlation_id"], name="rendition_correlation"),
        ]

    def __str__(self) -> str:
        return f"{self.extension} to {self.kind}"

    @property
    def what(self) -> Recipe:
        """The recipe as a value."""
        return Recipe(**self.recipe)

    @property
    def duration(self) -> timedelta | None:
        """From start to end, when both are known."""
        if self.started_at and self.finished_at:
            return self.finished_at - self.started_at
        return None


class RenditionPart(models.Model):
    """A readable piece of a rendition; it can be read before the rest is made."""

    rendition = models.ForeignKey(Rendition, models.CASCADE, related_name="parts")
    name = models.CharField(max_length=32)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    media_type = models.CharField(max_length=64)
    meta = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rendition", "name"], name="rendition_part_name")
        ]

    def __str__(self) -> str:
        return self.name


class CacheSize(models.Model):
    """One row: the bytes of all parts up to the last one that was counted (see `cache`)."""

    bytes = models.BigIntegerField(default=0)
    last_part = models.BigIntegerField(default=0)
    recount_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.bytes} bytes"
