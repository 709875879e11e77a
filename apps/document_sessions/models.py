"""The one session table. What a kind of session adds stands in its own app, one row to one."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.clients.models import ApiClient
from apps.document_sessions.lifecycle import Lifetime, State, state_at


class DocumentSession(models.Model):
    """A session another system opened. Its id is a capability: only the digest is stored."""

    class Kind(models.TextChoices):
        VIEW = "view", "View"
        COMPARE = "compare", "Compare"
        CONNECT = "connect", "Fill in"
        EXTRACT = "extract", "Extract"
        EDIT = "edit", "Edit"

    class Stored(models.TextChoices):
        CREATED = State.CREATED.value, "Created"
        ACTIVE = State.ACTIVE.value, "Active"
        STOPPED = State.STOPPED.value, "Stopped"

    digest = models.CharField(max_length=64, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    dialect = models.CharField(max_length=16, help_text="The protocol it was opened in.")
    client = models.ForeignKey(
        ApiClient, models.CASCADE, related_name="document_sessions", db_index=False
    )
    state = models.CharField(max_length=8, choices=Stored, default=Stored.CREATED)
    created_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    idle_seconds = models.PositiveIntegerField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_status = models.PositiveSmallIntegerField(null=True, blank=True)
    stop_message = models.CharField(max_length=500, blank=True)
    external_id = models.CharField(max_length=255, blank=True)
    # What the caller's protocol wants back verbatim.
    echo = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "session"
        # Not `unique=True`: that brings a second index, for searching by the first characters.
        constraints = [models.UniqueConstraint(fields=["digest"], name="session_digest")]
        indexes = [
            models.Index(fields=["client", "state", "expires_at"], name="session_live"),
            models.Index(fields=["client", "created_at"], name="session_of_client"),
            models.Index(fields=["created_at"], name="session_newest"),
            models.Index(fields=["external_id"], name="session_external"),
            models.Index(
                fields=["stopped_at"], name="session_stopped", condition=Q(stopped_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.external_id or f"Session {self.pk}"

    @property
    def current_state(self) -> State:
        """The state now; expired is told by the clock."""
        return state_at(self, timezone.now())

    @property
    def lifetime(self) -> Lifetime:
        """The lifetime fixed at creation."""
        return Lifetime(timedelta(seconds=self.idle_seconds), self.ends_at - self.created_at)
