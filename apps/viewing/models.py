"""What a viewing session adds to a session."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from apps.clients.models import ApiClient
from apps.document_sessions.models import DocumentSession
from apps.workfiles.models import Blob, WorkFile


class ViewingPackage(models.Model):
    """A document made ready to be viewed, under an id that its client chose.

    It keeps its document alive. Of the PDF it keeps only the number of pages, from when that is
    known; the PDF itself is a rendition, made again where the cache forgot it.
    """

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="viewing_packages")
    package_id = models.CharField(max_length=255)
    source = models.ForeignKey(WorkFile, models.PROTECT, null=True, blank=True, related_name="+")
    password = models.TextField(blank=True, editable=False)  # sealed
    pages = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)
    # After the last use; none means for ever.
    lifetime = models.DurationField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    # A document the portal fetches itself; the error says why it could not.
    source_url = models.TextField(blank=True)
    source_headers = models.TextField(blank=True, editable=False)  # sealed JSON
    # The format of a document to come whose bytes do not tell it.
    file_extension = models.CharField(max_length=12, blank=True)
    error_code = models.CharField(max_length=32, blank=True)
    error_detail = models.TextField(blank=True)
    # What the caller's protocol wants back verbatim.
    echo = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "package_id"], name="viewing_package_id_of_client"
            )
        ]

    def __str__(self) -> str:
        return self.package_id


class ViewingDetail(models.Model):
    """The document a viewing session shows, or the two it compares, and what is allowed."""

    class Method(models.TextChoices):
        AUTO = "auto", "The best way for the formats"
        REDLINE = "redline", "Red-lined document"
        TEXT = "text", "Texts"

    session = models.OneToOneField(
        DocumentSession, models.CASCADE, primary_key=True, related_name="viewing"
    )
    source = models.ForeignKey(WorkFile, models.PROTECT, null=True, blank=True, related_name="+")
    # Instead of a source: the two documents of a comparison.
    original = models.ForeignKey(WorkFile, models.PROTECT, null=True, blank=True, related_name="+")
    revised = models.ForeignKey(WorkFile, models.PROTECT, null=True, blank=True, related_name="+")
    # How these are compared; blank where only two Word documents, or a single one, will do.
    method = models.CharField(max_length=8, choices=Method, blank=True)
    display_name = models.CharField(max_length=255, blank=True)
    password = models.TextField(blank=True, editable=False)  # sealed
    allow_download = models.BooleanField(default=True)
    allow_print = models.BooleanField(default=True)
    allow_copy = models.BooleanField(default=True)
    starts_converting = models.BooleanField(default=True)
    # The package the document is of; uses of the session extend its life.
    package = models.ForeignKey(
        ViewingPackage, models.SET_NULL, null=True, blank=True, related_name="views"
    )
    # Looking at it does not renew the session.
    renewed_by_heartbeat = models.BooleanField(default=False)
    watermarks = models.JSONField(default=list, blank=True)
    # A document the portal fetches itself; the error says why it could not.
    source_url = models.TextField(blank=True)
    source_headers = models.TextField(blank=True, editable=False)  # sealed JSON
    # The format of a document to come whose bytes do not tell it.
    file_extension = models.CharField(max_length=12, blank=True)
    error_code = models.CharField(max_length=32, blank=True)
    error_detail = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.display_name or "document"


class Process(models.Model):
    """Work that a caller asked for and asks after: its id is a capability, kept as a digest.

    How far it is, is told by its renditions. `output` is what was made of them once.
    """

    class Kind(models.TextChoices):
        PACKAGE = "package", "Viewing package"
        SEARCH = "search", "Search"
        CONVERT = "convert", "Conversion"

    digest = models.CharField(max_length=64, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="+")
    package = models.ForeignKey(
        ViewingPackage, models.CASCADE, null=True, blank=True, related_name="processes"
    )
    session = models.ForeignKey(
        DocumentSession, models.CASCADE, null=True, blank=True, related_name="+"
    )
    # Of a search: what is searched for.
    terms = models.ForeignKey(Blob, models.PROTECT, null=True, blank=True, related_name="+")
    input = models.JSONField(default=dict)
    # Of a conversion: what is to be made of which files.
    plan = models.JSONField(default=dict, blank=True)
    passwords = models.TextField(blank=True, editable=False)  # sealed JSON
    output = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "processes"
        constraints = [models.UniqueConstraint(fields=["digest"], name="viewing_process_digest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
