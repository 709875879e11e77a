"""Template libraries, their templates, and the versions of these."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.clients.models import ApiClient
from apps.document_templates.form import Form
from apps.workfiles.models import Blob


class Datasource(models.Model):
    """A template library. Programs see it, and what is in it, once they are granted it."""

    guid = models.UUIDField("ID", default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100, unique=True)
    # Codes as programs send them ("de-CH"), beside the default.
    languages = models.JSONField(default=list, blank=True)
    default_language = models.CharField(max_length=35, default="en")
    clients = models.ManyToManyField(ApiClient, blank=True, related_name="datasources")
    created_at = models.DateTimeField("created", default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DocumentTemplate(models.Model):
    """A Word document that people fill in by its form. Programs know it by its GUID or its tags."""

    guid = models.UUIDField("ID", default=uuid.uuid4, unique=True, editable=False)
    datasource = models.ForeignKey(Datasource, models.CASCADE, related_name="templates")
    name = models.CharField(max_length=150)
    # The document's languages; empty for all of the datasource's.
    languages = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="An inactive template is offered to nobody."
    )
    created_at = models.DateTimeField("created", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "template"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["datasource", "name"], name="template_name_in_source")
        ]

    def __str__(self) -> str:
        return self.name


class TemplateTag(models.Model):
    """A word templates are found by; compared without regard to case."""

    template = models.ForeignKey(DocumentTemplate, models.CASCADE, related_name="tags")
    name = models.CharField(max_length=100)
    folded = models.CharField(max_length=200, db_index=True, editable=False)

    class Meta:
        ordering = ["folded"]
        constraints = [
            models.UniqueConstraint(fields=["template", "folded"], name="template_tag_once")
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """One state of a template: its Word file, its form and what the doctor found.

    The form is one JSON document (see form.py) and not rows: it is a tree that is read, edited,
    copied to the next version and compared always as a whole.
    A version is a `conversion.services.Source`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    template = models.ForeignKey(DocumentTemplate, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+", editable=False)
    file_name = models.CharField(max_length=255, blank=True)
    definition = models.JSONField("form", default=dict, blank=True)
    # Dotted paths of what the document uses: "Positions.Price".
    used = models.JSONField(default=list, blank=True, editable=False)
    # See services.Finding.
    findings = models.JSONField(default=list, blank=True, editable=False)
    sample = models.JSONField("sample values", default=dict, blank=True)
    created_at = models.DateTimeField("created", default=timezone.now, editable=False)
    published_at = models.DateTimeField("published", null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_number"),
            models.UniqueConstraint(
                fields=["template"], condition=Q(state="draft"), name="template_one_draft"
            ),
            models.UniqueConstraint(
                fields=["template"], condition=Q(state="published"), name="template_one_published"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def extension(self) -> str:
        """The format of the file."""
        return "docx"

    @property
    def form(self) -> Form:
        """The form as a value."""
        return Form.from_json(self.definition)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The findings that keep the version from being published."""
        return [finding for finding in self.findings if finding["severity"] == "error"]
