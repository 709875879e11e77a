"""What an extraction session adds to a session. Content stands here encrypted only."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.clients.models import ApiClient
from apps.conversion.models import Rendition
from apps.document_sessions.models import DocumentSession
from apps.envelopes.models import Envelope
from apps.workfiles.models import WorkFile


class ExtractionDetail(models.Model):
    """Whom a session belongs to beside its client, and its keys, wrapped (see `vault`)."""

    session = models.OneToOneField(
        DocumentSession, models.CASCADE, primary_key=True, related_name="extraction"
    )
    # Of the client and the partitioning key together.
    partition = models.CharField(max_length=64, editable=False)
    # Of the session key, which the caller holds as a cookie.
    key_digest = models.CharField(max_length=64, editable=False)
    keyring = models.BinaryField(editable=False)  # empty once the session is over
    envelope = models.ForeignKey(
        Envelope, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    envelope_access = models.CharField(max_length=5, blank=True, editable=False)
    envelope_subject = models.CharField(max_length=255, blank=True, editable=False)
    # Of one document, sent without a session: its id is the request's id.
    single = models.BooleanField(default=False, editable=False)
    cleared_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "extraction session"
        indexes = [
            models.Index(fields=["partition"], name="extraction_partition"),
            models.Index(
                fields=["session"], name="extraction_uncleared", condition=Q(cleared_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"Extraction session {self.pk}"


class ReviewLink(models.Model):
    """A way for a person into a session. Its token is a capability: only the digest is stored."""

    detail = models.ForeignKey(ExtractionDetail, models.CASCADE, related_name="review_links")
    digest = models.CharField(max_length=64, editable=False)
    keyring = models.BinaryField(editable=False)
    reviewer = models.BinaryField(editable=False)  # who it was made for, encrypted
    scopes = models.JSONField(default=list, editable=False)  # of the program that made it
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="extraction_link_digest")]

    def __str__(self) -> str:
        return f"Review link {self.pk}"


class ExtractedDocument(models.Model):
    """A document of a session; its working copy goes when the session ends."""

    detail = models.ForeignKey(ExtractionDetail, models.CASCADE, related_name="documents")
    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    work_file = models.OneToOneField(WorkFile, models.PROTECT, related_name="+", editable=False)
    name = models.BinaryField(editable=False)  # encrypted
    pages = models.PositiveIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Document {str(self.guid)[:8]}"


class ExtractionRequest(models.Model):
    """One extraction: job row and log row at once. Its figures outlive the session."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"

    UNDER_WAY = (State.QUEUED, State.RUNNING)

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="+", editable=False)
    detail = models.ForeignKey(
        ExtractionDetail,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="requests",
        editable=False,
    )
    document = models.ForeignKey(
        ExtractedDocument,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="requests",
        editable=False,
    )
    # None where the id is a capability (`ExtractionDetail.single`).
    guid = models.UUIDField("ID", null=True, unique=True, editable=False)
    type = models.CharField(max_length=20)
    idempotency = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    error_code = models.CharField("error", max_length=32, blank=True)
    error_detail = models.TextField("reason", blank=True)
    # What was asked for: classes, contexts, strict, ocr.
    options = models.JSONField(default=dict, editable=False)
    # Keys and the caller's schema while it is under way, sealed; blank then.
    job = models.TextField(blank=True, editable=False)
    awaits = models.ManyToManyField(Rendition, related_name="+", editable=False)
    # Held by the worker that advances it; every change of a running job needs it (fencing).
    fence = models.CharField(max_length=43, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    losses = models.PositiveSmallIntegerField(default=0, editable=False)
    correlation_id = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField("received", default=timezone.now, db_index=True)
    finished_at = models.DateTimeField("finished", null=True, blank=True)
    format = models.CharField(max_length=12, blank=True)
    pages = models.PositiveIntegerField(null=True, blank=True)
    timings = models.JSONField(default=dict, blank=True)  # milliseconds by stage
    class_identifier = models.CharField("class", max_length=64, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    confidences = models.JSONField(default=dict, editable=False)  # by field

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["detail", "idempotency"],
                condition=~Q(idempotency=""),
                name="extraction_idempotency",
            )
        ]
        indexes = [
            models.Index(fields=["state", "lease_until", "received_at"], name="extraction_queue")
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"


class ResultVersion(models.Model):
    """A result as the engine found it (number 1) or as people corrected it, encrypted."""

    request = models.ForeignKey(ExtractionRequest, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.BinaryField(editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="extraction_version")
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"


class FieldCorrection(models.Model):
    """That a person changed, confirmed or added a field; not what it says."""

    class Kind(models.TextChoices):
        CORRECTED = "corrected", "Corrected"
        CONFIRMED = "confirmed", "Confirmed"
        ADDED = "added", "Added"

    request = models.ForeignKey(ExtractionRequest, models.CASCADE, related_name="corrections")
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=9, choices=Kind)
    field = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.field} {self.kind}"
