"""Who did what to which thing: a table that rows are only added to."""

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
        indexes = [models.Index(fields=["kind", "thing_id"], name="audit_thing")]

    def __str__(self) -> str:
        return f"{self.who}: {self.action} {self.thing}".strip()
