"""The administration of work files: what is here, whose it is, and until when. No contents."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from unfold.decorators import display

from apps.audit.administration import RecordAdmin
from apps.audit.lists import RecentValues
from apps.workfiles.models import WorkFile


@admin.register(WorkFile)
class WorkFileAdmin(RecordAdmin):
    """Uploaded documents, until they expire."""

    list_display = ("label", "extension", "size", "client", "created_at", "expires_at")
    list_filter = (("extension", RecentValues), "client", "created_at")
    list_select_related = ("client", "blob")
    search_fields = ("name", "client__name")
    fields = ("label", "extension", "size", "client", "created_at", "expires_at")
    first_row = "Documents appear here when a program uploads them, and go when they expire."

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """There is nothing to change."""
        return False

    @display(description="file", ordering="name")
    def label(self, work_file: WorkFile) -> str:
        """Its name, or the beginning of its id."""
        return str(work_file)

    @display(description="size", ordering="blob__size")
    def size(self, work_file: WorkFile) -> str:
        """Its size in words."""
        return filesizeformat(work_file.blob.size)
