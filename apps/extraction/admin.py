"""The administration of extraction: what was asked for and how it went. No content is shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.audit.administration import RecordAdmin, requests_of
from apps.audit.lists import RecentValues
from apps.core.errors import CATALOGUE, ErrorCode
from apps.extraction import figures
from apps.extraction.models import ExtractionRequest

_LABELS = {"succeeded": "success", "failed": "danger", "running": "info", "queued": "warning"}


@admin.register(ExtractionRequest)
class ExtractionRequestAdmin(RecordAdmin):
    """Requests, newest first. They stay for a while when their sessions have ended."""

    list_display = (
        "received_at",
        "client",
        "type",
        "format",
        "pages",
        "class_identifier",
        "sureness",
        "shown_state",
        "took",
    )
    list_filter = (
        "state",
        "received_at",
        ("type", RecentValues),
        ("class_identifier", RecentValues),
        ("error_code", RecentValues),
        ("format", RecentValues),
        "client",
    )
    first_row = (
        "A request appears here when a program asks to read a document in an extraction session. "
        "It tells what was found and how sure, never the contents."
    )
    list_select_related = ("client",)
    search_fields = ("guid", "correlation_id")
    list_before_template = "admin/extraction/extractionrequest/figures.html"
    fields = (
        "client",
        "guid",
        "type",
        "shown_state",
        "reason",
        "format",
        "pages",
        "class_identifier",
        "sureness",
        "wanted",
        "received_at",
        "finished_at",
        "stages",
        "field_confidences",
        "corrections",
        "caused_by",
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list below its plots."""
        shown = (extra_context or {}) | {"figures": figures.recent()}
        response: HttpResponse = super().changelist_view(request, shown)
        return response

    @display(description="state", label=_LABELS, ordering="state")
    def shown_state(self, one: ExtractionRequest) -> str:
        """Its state, coloured."""
        return str(one.state)

    @display(description="confidence", ordering="confidence")
    def sureness(self, one: ExtractionRequest) -> str:
        """Of the class."""
        return "-" if one.confidence is None else f"{one.confidence:.2f}"

    @display(description="took")
    def took(self, one: ExtractionRequest) -> str:
        """From its receipt to its end."""
        total = one.timings.get("total")
        return "-" if total is None else f"{total / 1000:.2f} s"

    @display(description="reason")
    def reason(self, one: ExtractionRequest) -> SafeString | str:
        """Why it failed, and what to do about it."""
        if not one.error_code:
            return "-"
        known = CATALOGUE[ErrorCode(one.error_code)]
        return format_html(
            "<strong>{}</strong> ({})<br>{}<br>{}",
            known.title,
            one.error_code,
            one.error_detail,
            known.remedy,
        )

    @display(description="asked for")
    def wanted(self, one: ExtractionRequest) -> str:
        """What the caller preferred."""
        options = one.options.get("expectation", {})
        words = [*options.get("classes", []), *options.get("contexts", [])]
        words += ["strict"] if options.get("strict") else []
        words += ["text recognition"] if one.options.get("ocr") else []
        words += ["own fields"] if one.options.get("schema") else []
        return ", ".join(words) or "-"

    @display(description="correlation id")
    def caused_by(self, one: ExtractionRequest) -> SafeString | str:
        """The request that asked for it."""
        return requests_of(one.correlation_id)

    @display(description="stages")
    def stages(self, one: ExtractionRequest) -> str:
        """How long each took."""
        parts = [f"{name} {milliseconds} ms" for name, milliseconds in one.timings.items()]
        return ", ".join(parts) or "-"

    @display(description="field confidences")
    def field_confidences(self, one: ExtractionRequest) -> str:
        """How sure the engine was of each field."""
        return ", ".join(f"{name} {value:.2f}" for name, value in one.confidences.items()) or "-"

    @display(description="corrections")
    def corrections(self, one: ExtractionRequest) -> str:
        """What people said of its fields, without the values."""
        rows = one.corrections.values_list("version", "field", "kind").order_by("pk")
        return ", ".join(f"{number}: {field} {kind}" for number, field, kind in rows) or "-"
