"""Launch tokens, edit sessions, and the documents that are edited with all their revisions."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.clients.models import ApiClient, Credential
from apps.document_sessions.models import DocumentSession
from apps.workfiles.models import WorkFile


class EditedDocument(models.Model):
    """A document as it goes on from session to session: one for each file of a client.

    `head` is the number of its newest revision, 0 before it was fetched. Every save moves it by
    one conditional UPDATE, so that of two saves at once one wins.
    """

    class Source(models.TextChoices):
        WORK_FILE = "work_file", "Work file"
        SERVER = "server", "The client's server"
        URL = "url", "Address"

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="+", editable=False)
    source = models.CharField(max_length=9, choices=Source)
    # Digest of what names it for its client: a file id, a server with a file, a session.
    reference = models.CharField(max_length=64, editable=False)
    file = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255, blank=True)
    head = models.PositiveIntegerField("version", default=0)
    sides = models.PositiveIntegerField("kept beside", default=0)
    # Of a file on the client's server: the entity tag of what was read or written there last.
    etag = models.CharField(max_length=255, blank=True, editable=False)
    created_at = models.DateTimeField("created", default=timezone.now)
    saved_at = models.DateTimeField("saved", null=True, blank=True)
    kept_until = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["client", "reference"], name="editing_document")
        ]

    def __str__(self) -> str:
        return self.name or f"Document {self.pk}"


class Revision(models.Model):
    """One version of a document. Those kept beside the line are what a conflict would have lost."""

    class Reason(models.TextChoices):
        ORIGINAL = "original", "As it came"
        AUTOSAVE = "autosave", "Saved by itself"
        EXPLICIT = "explicit", "Saved"
        CLOSE = "close", "Saved on closing"
        RESTORE = "restore", "Restored"
        EXTERNAL = "external", "Changed elsewhere"

    document = models.ForeignKey(EditedDocument, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    side = models.BooleanField("kept beside", default=False)
    base = models.PositiveIntegerField(help_text="The version it was made from.")
    work_file = models.ForeignKey(WorkFile, models.PROTECT, related_name="+", editable=False)
    size = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=8, choices=Reason)
    author = models.CharField("user", max_length=255, blank=True)
    session = models.UUIDField(null=True, editable=False)  # EditDetail.handle
    created_at = models.DateTimeField("saved", default=timezone.now)

    class Meta:
        verbose_name = "version"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "side", "number"], name="editing_revision_number"
            ),
            models.CheckConstraint(
                condition=Q(base__lt=F("number")) | Q(side=True), name="editing_base"
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.label}"

    @property
    def label(self) -> str:
        """What it is called: `4`, or `s1` for one that was kept beside the line."""
        return f"s{self.number}" if self.side else str(self.number)


class LaunchToken(models.Model):
    """A way into the editor, once. The table holds its digest and sealed parameters."""

    digest = models.CharField(max_length=64, editable=False)
    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="+")
    credential = models.ForeignKey(
        Credential, models.CASCADE, related_name="+", verbose_name="access key"
    )
    user = models.CharField(max_length=255)
    parameters = models.TextField(editable=False)  # sealed
    created_at = models.DateTimeField("made", default=timezone.now)
    expires_at = models.DateTimeField("expires", db_index=True)
    exchanged_at = models.DateTimeField("used", null=True, blank=True)
    revoked_at = models.DateTimeField("revoked", null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["digest"], name="editing_token_digest")]

    def __str__(self) -> str:
        return f"Launch token {self.pk}"


class EditDetail(models.Model):
    """A person at work on a document: what an edit session adds to a session.

    `handle` stands in addresses and says nothing; the session's id is held as a cookie.
    """

    class Access(models.TextChoices):
        VIEW = "view", "View"
        EDIT = "edit", "Edit"

    session = models.OneToOneField(
        DocumentSession, models.CASCADE, primary_key=True, related_name="editing"
    )
    handle = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token = models.OneToOneField(
        LaunchToken, models.SET_NULL, null=True, related_name="detail", editable=False
    )
    document = models.ForeignKey(EditedDocument, models.CASCADE, related_name="sessions")
    user = models.CharField(max_length=255)
    access = models.CharField(max_length=4, choices=Access)
    autosave = models.BooleanField()
    parameters = models.TextField(editable=False)  # sealed
    # Until its document has come from the other server, or why not is known.
    fetching = models.BooleanField(default=False)
    error_code = models.CharField("error", max_length=32, blank=True)
    error_detail = models.TextField("reason", blank=True)
    # What the page has not saved yet; becomes a revision when the person goes away.
    draft = models.ForeignKey(
        WorkFile, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    draft_base = models.PositiveIntegerField(default=0, editable=False)
    saves = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    # On the client's server; taken again from time to time, so that it does not lapse.
    locked = models.BooleanField("holds a lock", default=False)
    locked_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField("closed", null=True, blank=True)
    notified_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "edit session"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["session"], name="editing_untold", condition=Q(notified_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.document}"


class PendingSave(models.Model):
    """Something small that arrived when its page closed and storage was down: stored later."""

    document = models.ForeignKey(EditedDocument, models.CASCADE, related_name="pending")
    detail = models.ForeignKey(EditDetail, models.SET_NULL, null=True, related_name="+")
    content = models.BinaryField(editable=False)
    base = models.PositiveIntegerField()
    extension = models.CharField(max_length=12)
    author = models.CharField(max_length=255)
    session = models.UUIDField(editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Pending save {self.pk}"


class Push(models.Model):
    """The newest version of a document that its client's server does not have yet.

    The row is the queue, and goes when the server has it. What it takes to ask the server outlives
    the session in which the version was saved.
    """

    document = models.OneToOneField(
        EditedDocument, models.CASCADE, primary_key=True, related_name="push"
    )
    number = models.PositiveIntegerField("version")
    parameters = models.TextField(editable=False)  # sealed, as of the launch
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField("waiting since", default=timezone.now)
    due_at = models.DateTimeField("next attempt", default=timezone.now, db_index=True)
    busy_until = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "version to be sent"
        verbose_name_plural = "versions to be sent"
        ordering = ["due_at"]

    def __str__(self) -> str:
        return f"{self.document}, version {self.number}"


class OfficeFile(models.Model):
    """A document as an office suite knows it (WOPI): a handle that stays, and the suite's lock."""

    document = models.OneToOneField(
        EditedDocument, models.CASCADE, primary_key=True, related_name="office"
    )
    handle = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The handle of the first of those that were saved from one another under other names.
    folder = models.UUIDField(db_index=True, editable=False)
    lock = models.CharField(max_length=1024, blank=True, editable=False)
    locked_until = models.DateTimeField(null=True, blank=True)
    # The newest version that whoever holds the lock knows of.
    base = models.PositiveIntegerField(default=0, editable=False)

    def __str__(self) -> str:
        return str(self.document)


class OfficeToken(models.Model):
    """What an office suite shows to act for one person in one edit session. Holds the digest."""

    digest = models.CharField(max_length=64, editable=False)
    detail = models.ForeignKey(EditDetail, models.CASCADE, related_name="office_tokens")
    created_at = models.DateTimeField("made", default=timezone.now)
    expires_at = models.DateTimeField("expires")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="editing_office_digest")]

    def __str__(self) -> str:
        return f"Office token {self.pk}"
