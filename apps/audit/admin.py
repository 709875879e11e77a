"""The audit log to look at, to search and to take along. Nobody changes it here."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from unfold.decorators import display

from apps.audit.administration import RecordAdmin
from apps.audit.models import AuditEvent
from apps.core.spreadsheets import harmless

_COLUMNS = (
    *("at", "by", "who", "action", "kind", "thing_id", "thing", "detail"),
    *("address", "correlation_id"),
)


@admin.register(AuditEvent)
class AuditEventAdmin(RecordAdmin):
    """Who did what, newest first."""

    list_display = ("at", "shown_by", "who", "action", "thing", "detail", "address")
    list_filter = ("by", "action", "kind")
    search_fields = ("who", "thing", "thing_id", "detail", "address", "correlation_id")
    date_hierarchy = "at"
    actions = ("export",)
    fields = _COLUMNS
    list_before_template = "admin/audit/auditevent/about.html"

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: what happened, happened."""
        return False

    @display(
        description="by",
        ordering="by",
        label={"Administrator": "info", "Program": "success", "Unknown": "danger"},
    )
    def shown_by(self, event: AuditEvent) -> str:
        """What kind of party."""
        return event.get_by_display()

    @admin.action(description="Export as CSV", permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> StreamingHttpResponse:
        """The selected events, or all that the filters leave, for another program."""
        return StreamingHttpResponse(
            _lines(queryset),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
        )


class _Line:
    """Takes a line of csv.writer and gives it back."""

    def write(self, line: str) -> str:
        return line


def _lines(events: QuerySet[AuditEvent]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(_COLUMNS)
    for event in events.values_list(*_COLUMNS).iterator(chunk_size=1000):
        moment, *texts = event
        yield writer.writerow([moment.isoformat(), *map(harmless, texts)])
