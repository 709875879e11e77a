"""The audit log and the request log: to look at and to search. Nobody changes them here."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.audit.administration import LINK, RecordAdmin, requests_of
from apps.audit.lists import RecentValues
from apps.audit.models import AnsweredRequest, AuditEvent
from apps.core.errors import CATALOGUE, ErrorCode
from apps.core.spreadsheets import harmless

_COLUMNS = (
    *("at", "by", "who", "action", "kind", "thing_id", "thing", "detail"),
    *("address", "correlation_id"),
)


@admin.register(AuditEvent)
class AuditEventAdmin(RecordAdmin):
    """Who did what, newest first."""

    list_display = ("at", "shown_by", "who", "action", "thing", "detail", "address")
    list_filter = ("at", "by", ("action", RecentValues), ("kind", RecentValues))
    search_fields = ("who", "thing", "thing_id", "detail", "address")
    search_help_text = "A correlation id in full, or a part of who, thing, detail or address"
    actions = ("export",)
    fields = (*_COLUMNS[:-1], "caused_by")
    known_by = ("correlation_id",)
    first_row = (
        "What administrators and programs do is noted here: who, what, when and from where. Rows "
        "are never changed; they go by age (AUDIT_DAYS)."
    )

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

    @display(description="correlation id")
    def caused_by(self, event: AuditEvent) -> SafeString | str:
        """The request it was done in."""
        return requests_of(event.correlation_id)

    @admin.action(description="Export as CSV", permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> StreamingHttpResponse:
        """The selected events, or all that the filters leave, for another program."""
        return StreamingHttpResponse(
            _lines(queryset),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
        )


# How Django spells a place in a path, such as <str:session>.
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


class Outcome(admin.SimpleListFilter):
    """By how it ended, whatever the exact status."""

    title = "outcome"
    parameter_name = "outcome"
    _RANGES: ClassVar = {"refused": (400, 500), "failed": (500, 600), "succeeded": (0, 400)}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("refused", "Refused (4xx)"),
            ("failed", "Failed (5xx)"),
            ("succeeded", "Succeeded"),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AnsweredRequest]
    ) -> QuerySet[AnsweredRequest]:
        wanted = self._RANGES.get(self.value() or "")
        return queryset.filter(status__gte=wanted[0], status__lt=wanted[1]) if wanted else queryset


@admin.register(AnsweredRequest)
class AnsweredRequestAdmin(RecordAdmin):
    """How programs' calls were answered, newest first; found by the id their caller was told."""

    list_display = (
        "when",
        "status_shown",
        "client_shown",
        "call",
        "reason",
        "took",
        "correlation_id",
    )
    list_filter = (
        Outcome,
        "at",
        ("client", RecentValues),
        ("surface", RecentValues),
        ("error_code", RecentValues),
    )
    known_by = ("correlation_id",)
    search_fields = ("client", "route", "error_code")
    search_help_text = "A correlation id in full, or a part of the client, path or code"
    fields = (
        "when",
        "status",
        "explanation",
        "client_shown",
        "call",
        "surface",
        "took",
        "received_shown",
        "sent_shown",
        "address",
        "correlation_id",
        "elsewhere",
    )
    first_row = (
        "Every answer carries an id, X-Correlation-Id. Calls that fail appear here within seconds "
        "and are found by it; calls that succeed, too, where the client's page says Log all "
        "requests or Sandbox."
    )

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: what was answered, was answered."""
        return False

    @display(description="at (UTC)", ordering="at")
    def when(self, row: AnsweredRequest) -> SafeString:
        """With seconds: it is compared with other logs."""
        spelled = row.at.strftime("%Y-%m-%d %H:%M:%S")
        return format_html('<span class="whitespace-nowrap">{}</span>', spelled)

    @display(
        description="answer",
        ordering="status",
        label={"ok": "success", "refused": "warning", "failed": "danger"},
    )
    def status_shown(self, row: AnsweredRequest) -> tuple[str, str]:
        """The status, coloured."""
        look = "ok" if row.status < 400 else "refused" if row.status < 500 else "failed"
        return look, str(row.status)

    @display(description="client", ordering="client")
    def client_shown(self, row: AnsweredRequest) -> str:
        """Who called, where that was known."""
        return row.client or "-"

    @display(description="call")
    def call(self, row: AnsweredRequest) -> SafeString:
        """Method and the pattern of the path; what stood in its places is not kept."""
        path = _PLACE.sub(r"{\1}", f"/{row.route.lstrip('^')}") if row.route else "(no such path)"
        return format_html('{} <span class="break-all">{}</span>', row.method, path)

    @display(description="reason", ordering="error_code")
    def reason(self, row: AnsweredRequest) -> str:
        """Why it was refused or failed, in a few words."""
        known = row.error_code in CATALOGUE
        return CATALOGUE[ErrorCode(row.error_code)].title if known else row.error_code or "-"

    @display(description="reason")
    def explanation(self, row: AnsweredRequest) -> SafeString | str:
        """Why, and what the caller can do."""
        if row.error_code not in CATALOGUE:
            return row.error_code or "-"
        known = CATALOGUE[ErrorCode(row.error_code)]
        return format_html(
            "<strong>{}</strong> ({})<br>{}<br>{}",
            known.title,
            row.error_code,
            known.cause,
            known.remedy,
        )

    @display(description="took", ordering="milliseconds")
    def took(self, row: AnsweredRequest) -> str:
        """How long until the answer began."""
        return f"{row.milliseconds:,} ms"

    @display(description="received")
    def received_shown(self, row: AnsweredRequest) -> str:
        """The size of what was sent to us."""
        return "-" if row.received is None else filesizeformat(row.received)

    @display(description="sent")
    def sent_shown(self, row: AnsweredRequest) -> str:
        """The size of the answer, where it was known when it began."""
        return "-" if row.sent is None else filesizeformat(row.sent)

    @display(description="what it led to")
    def elsewhere(self, row: AnsweredRequest) -> SafeString:
        """Its jobs and its audit events."""
        lists = (("Conversion jobs", "conversion_rendition"), ("Audit log", "audit_auditevent"))
        found = (
            (LINK, reverse(f"admin:{name}_changelist", query={"q": row.correlation_id}), title)
            for title, name in lists
        )
        return format_html_join(", ", '<a class="{}" href="{}">{}</a>', found)


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
