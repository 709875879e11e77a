"""What a form session adds to a session."""

from __future__ import annotations

from django.db import models

from apps.document_sessions.models import DocumentSession
from apps.document_templates.models import Datasource, DocumentTemplate, TemplateVersion
from apps.workfiles.models import WorkFile


class ConnectDetail(models.Model):
    """A form that a person fills in: what the caller sent, the draft, and what came of it.

    The chosen template's version is kept, so that a new one published meanwhile changes nothing
    for a person at work. Its name stays when the template is deleted: that is how "gone" differs
    from "not chosen yet".
    """

    session = models.OneToOneField(
        DocumentSession, models.CASCADE, primary_key=True, related_name="connect"
    )
    datasource = models.ForeignKey(Datasource, models.CASCADE, related_name="+")
    selection = models.JSONField(editable=False)  # selection.Selection
    language = models.CharField(max_length=35)
    # As the caller sent them. `data` may fill marks of the document and is never shown.
    forms = models.JSONField(default=dict, editable=False)
    data = models.JSONField(default=dict, editable=False)
    template = models.ForeignKey(
        DocumentTemplate, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    version = models.ForeignKey(
        TemplateVersion, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    template_name = models.CharField(max_length=150, blank=True)
    # What stands in the form: defaults and the caller's values, then what the person typed.
    values = models.JSONField(default=dict, editable=False)
    draft_number = models.PositiveIntegerField(default=0)
    draft_saved_at = models.DateTimeField(null=True, blank=True)
    # Held by the request that makes the document.
    finishing_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    document = models.ForeignKey(WorkFile, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.template_name or "form"


class ConnectPicture(models.Model):
    """A picture that the person put into the form."""

    detail = models.ForeignKey(ConnectDetail, models.CASCADE, related_name="pictures")
    work_file = models.OneToOneField(WorkFile, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.work_file)


class SessionTemplate(models.Model):
    """A session prepared by an administrator, which programs open by its name.

    What the program sends is laid over the values that stand here.
    """

    datasource = models.ForeignKey(Datasource, models.CASCADE, related_name="session_templates")
    name = models.CharField(
        max_length=100, help_text="What programs call it by, as part of the address."
    )
    template = models.ForeignKey(
        DocumentTemplate,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the tags decide, or the person picks.",
    )
    tags = models.TextField(
        blank=True,
        help_text="One alternative per line; in a line, semicolons mean that all must be there.",
    )
    allow_picker = models.BooleanField(
        "may pick", default=False, help_text="The person chooses among the templates that match."
    )
    language = models.CharField(
        "document language", max_length=35, blank=True, help_text="Empty: the datasource's."
    )
    forms = models.JSONField(
        "values", default=dict, blank=True, help_text="Shown in the form; a JSON object."
    )
    data = models.JSONField(
        "hidden values", default=dict, blank=True, help_text="Never shown; a JSON object."
    )

    class Meta:
        verbose_name = "prepared session"
        ordering = ["datasource", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["datasource", "name"], name="connect_session_template_name"
            )
        ]

    def __str__(self) -> str:
        return self.name
