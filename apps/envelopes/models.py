"""Envelopes: documents and data kept beyond a session, readable only with the caller's key."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.clients.models import ApiClient
from apps.workfiles.models import Blob


class Access(models.TextChoices):
    """How far a party may go."""

    READ = "read", "Read"
    WRITE = "write", "Read and write"


class Envelope(models.Model):
    """A box with a lock. The key of its contents is kept only wrapped by the key the caller holds.

    When it is deleted, or its retention ends, the wrapped key is destroyed; the row stays as a
    tombstone, with its audit trail.
    """

    class State(models.TextChoices):
        LIVE = "live", "Live"
        DELETED = "deleted", "Deleted"
        EXPIRED = "expired", "Retention ended"

    guid = models.UUIDField("ID", default=uuid.uuid4, unique=True, editable=False)
    # A client is not deleted while it owns envelopes: that would destroy what it keeps.
    owner = models.ForeignKey(ApiClient, models.PROTECT, related_name="envelopes")
    # What the caller calls it. Not encrypted: administrators and the database show it.
    label = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.LIVE)
    wrapped_key = models.BinaryField(editable=False)
    created_at = models.DateTimeField("created", default=timezone.now, editable=False)
    retain_until = models.DateTimeField("kept until", db_index=True)
    ended_at = models.DateTimeField("ended", null=True, blank=True, editable=False)
    # The number of its newest audit event: numbers have no gaps.
    events_counted = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="live") | Q(wrapped_key=b""), name="envelope_ended_without_key"
            )
        ]

    def __str__(self) -> str:
        return self.label or f"Envelope {str(self.guid)[:8]}"


class EnvelopeItem(models.Model):
    """A document or data in an envelope. Name, type and what the caller noted are encrypted too."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", "Document"
        DATA = "data", "Data"

    envelope = models.ForeignKey(Envelope, models.CASCADE, related_name="items")
    guid = models.UUIDField("ID", default=uuid.uuid4, unique=True, editable=False)
    # That of the event that tells of it: the order in which items came.
    number = models.PositiveIntegerField(editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    size = models.PositiveBigIntegerField(help_text="Bytes, before encryption.")
    sealed_details = models.BinaryField(editable=False)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField("added", default=timezone.now, editable=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["envelope", "number"], name="envelope_item_number")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {str(self.guid)[:8]}"


class EnvelopeGrant(models.Model):
    """Access of another client, or of one of its people (`subject`, as that client names them)."""

    envelope = models.ForeignKey(Envelope, models.CASCADE, related_name="grants")
    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="envelope_grants")
    subject = models.CharField(max_length=255, blank=True)
    access = models.CharField(max_length=5, choices=Access)
    granted_by = models.ForeignKey(ApiClient, models.SET_NULL, null=True, related_name="+")
    granted_at = models.DateTimeField("granted", default=timezone.now, editable=False)
    revoked_at = models.DateTimeField("revoked", null=True, blank=True, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["envelope", "client", "subject"],
                condition=Q(revoked_at=None),
                name="envelope_one_live_grant",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_access_display()}: {self.client}"


class EnvelopeEvent(models.Model):
    """One line of an envelope's audit trail: written once, never changed, without any content."""

    class Action(models.TextChoices):
        CREATED = "created", "Created"
        ATTACHED = "attached", "Attached to a session"
        DETACHED = "detached", "Detached from a session"
        DENIED = "denied", "Refused: wrong key or revoked"
        ITEM_ADDED = "item_added", "Item added"
        ITEM_READ = "item_read", "Item read"
        ITEM_REMOVED = "item_removed", "Item removed"
        GRANTED = "granted", "Access granted"
        REVOKED = "revoked", "Access revoked"
        DELETED = "deleted", "Deleted, key destroyed"
        EXPIRED = "expired", "Retention ended, key destroyed"

    envelope = models.ForeignKey(Envelope, models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=12, choices=Action)
    at = models.DateTimeField(default=timezone.now)
    # Who did it: "client", "admin" or "system". Ids as text: they outlive their clients.
    actor_kind = models.CharField("by", max_length=6)
    actor = models.CharField("client", max_length=100, blank=True)
    actor_subject = models.CharField(max_length=255, blank=True)
    # Whom or what it was done to.
    grantee = models.CharField(max_length=100, blank=True)
    grantee_subject = models.CharField(max_length=255, blank=True)
    access = models.CharField(max_length=5, choices=Access, blank=True)
    item = models.UUIDField(null=True, blank=True)
    correlation_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["envelope", "number"], name="envelope_event_number")
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.get_action_display()}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Only once. Raises TypeError for a row that exists."""
        if not self._state.adding:
            raise TypeError("An audit event is never changed.")
        super().save(*args, **kwargs)  # type: ignore[arg-type]
