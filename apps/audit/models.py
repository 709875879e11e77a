"""Who did what to which thing, and how programs' calls were answered: rows are only added."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class AuditEvent(models.Model):
    """One act of an administrator, a program or the portal itself.

    All of it is text: it outlives the people, programs and things it speaks of. The database
    itself refuses to change a row (a trigger says so); only the sweep deletes, and by age.
    """

    class By(models.TextChoices):
        ADMIN = "admin", "Administrator"
        CLIENT = "client", "Program"
        SYSTEM = "system", "The portal"
        NOBODY = "nobody", "Unknown"

    at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    by = models.CharField(max_length=6, choices=By, editable=False)
    who = models.CharField(max_length=150, editable=False)
    action = models.CharField(max_length=48, editable=False)
    kind = models.CharField("kind of thing", max_length=60, blank=True, editable=False)
    thing_id = models.CharField("number", max_length=64, blank=True, editable=False)
    thing = models.CharField(max_length=200, blank=True, editable=False)
    detail = models.TextField(blank=True, editable=False)
    address = models.CharField(max_length=45, blank=True, editable=False)
    correlation_id = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kind", "thing_id"], name="audit_thing"),
            models.Index(fields=["correlation_id"], name="audit_correlation"),
        ]

    def __str__(self) -> str:
        return f"{self.who}: {self.action} {self.thing}".strip()


class AnsweredRequest(models.Model):
    """A call of an API and how it was answered: to look up by the id that its caller was told.

    The route is the pattern that matched, never the address: that may hold a session's id. No
    query, no header, no body.
    """

    at = models.DateTimeField(default=timezone.now, editable=False)
    correlation_id = models.CharField("correlation id", max_length=64, editable=False)
    client = models.CharField(max_length=100, blank=True, editable=False)  # its name
    surface = models.CharField("API", max_length=16, editable=False)
    method = models.CharField(max_length=8, editable=False)
    route = models.CharField(max_length=200, blank=True, editable=False)
    status = models.PositiveSmallIntegerField(editable=False)
    error_code = models.CharField("reason", max_length=32, blank=True, editable=False)
    milliseconds = models.PositiveIntegerField(editable=False)
    received = models.PositiveBigIntegerField(null=True, editable=False)  # bytes of the body
    sent = models.PositiveBigIntegerField(null=True, editable=False)
    address = models.CharField(max_length=45, blank=True, editable=False)

    class Meta:
        verbose_name = "request"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["at"], name="request_at"),
            models.Index(fields=["correlation_id"], name="request_correlation"),
            models.Index(fields=["client", "at"], name="request_of_client"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.route or '(no such path)'}: {self.status}"
