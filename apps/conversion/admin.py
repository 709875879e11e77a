"""The administration of conversion jobs: state, reason, cost, and another try."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.audit.administration import RecordAdmin, requests_of
from apps.audit.lists import RecentValues
from apps.conversion import services
from apps.conversion.models import Rendition
from apps.core.errors import CATALOGUE, ErrorCode


@admin.register(Rendition)
class RenditionAdmin(RecordAdmin):
    """Jobs, newest first."""

    list_display = (
        "label",
        "state_shown",
        "reason",
        "client",
        "lane",
        "requested_at",
        "took",
        "attempts",
        "proof",
    )
    list_filter = (
        "state",
        "requested_at",
        ("error_code", RecentValues),
        ("extension", RecentValues),
        ("kind", RecentValues),
        "lane",
        "client",
    )
    list_select_related = ("client",)
    search_fields = ("error_code", "error_detail", "client__name")
    search_help_text = "A correlation id in full, or a part of the client, code or detail"
    actions = ("retry_jobs",)
    fields = (
        "label",
        "state_shown",
        "explanation",
        "client",
        "recipe",
        "lane",
        "attempts",
        "requested_at",
        "started_at",
        "finished_at",
        "took",
        "cost",
        "proof",
        "meta",
        "caused_by",
    )
    known_by = ("correlation_id",)
    first_row = (
        "Every document that is shown leaves its conversions here: how long they took, and why "
        "one failed. A failed job can be tried again."
    )

    @display(description="job", ordering="pk")
    def label(self, job: Rendition) -> str:
        """What is made from what."""
        recipe = job.what
        if recipe.kind == "pdf":
            return f"{job.extension} to PDF"
        if recipe.kind == "compare":
            return f"{job.extension} compared with {recipe.format}"
        if recipe.kind == "drawing":
            return f"{job.extension} as layers"
        pages = f"{recipe.first + 1}" + (
            f"-{recipe.last + 1}" if recipe.last > recipe.first else ""
        )
        return f"{job.extension}: {recipe.format or recipe.kind} of page {pages}"

    @display(
        description="state",
        ordering="state",
        label={
            "Waiting for the PDF": "info",
            "Queued": "info",
            "Running": "warning",
            "Ready": "success",
            "Failed": "danger",
        },
    )
    def state_shown(self, job: Rendition) -> str:
        """The state in words."""
        return job.get_state_display()

    @display(description="reason")
    def reason(self, job: Rendition) -> str:
        """Why it failed, in a few words."""
        return CATALOGUE[ErrorCode(job.error_code)].title if job.error_code else "-"

    @display(description="reason")
    def explanation(self, job: Rendition) -> SafeString | str:
        """Why it failed and what to do about it."""
        if not job.error_code:
            return "-"
        error = services.failure(job)
        return format_html(
            "<strong>{}</strong> ({})<br>{}<br>{}",
            error.explanation.title,
            error.code,
            error.detail,
            error.remedy,
        )

    @display(description="took")
    def took(self, job: Rendition) -> str:
        """How long it ran."""
        return f"{job.duration.total_seconds():.2f} s" if job.duration else "-"

    @display(description="correlation id")
    def caused_by(self, job: Rendition) -> SafeString | str:
        """The request that asked for it."""
        return requests_of(job.correlation_id)

    @display(description="cost")
    def cost(self, job: Rendition) -> str:
        """Processor time, peak memory and how its process ended."""
        if not job.stats:
            return "-"
        memory = filesizeformat(job.stats.get("maxrss_bytes", 0))
        end = f"signal {job.stats['signal']}" if job.stats.get("signal") else job.stats.get("rc")
        return f"{job.stats.get('cpu_seconds', 0):.2f} s processor, {memory} at most, ended {end}"

    @display(description="proof")
    def proof(self, job: Rendition) -> str:
        """Whether a comparison's red-line proved to hold both documents, and what it left out."""
        proof = job.meta.get("proof")
        if not proof:
            return "-"
        verdict = "holds" if proof["accept_all"] and proof["reject_all"] else "FAILS"
        left_out = ", ".join(proof["not_compared"])
        return f"{verdict}; not compared: {left_out}" if left_out else verdict

    @admin.action(description="Try the selected failed jobs again", permissions=["change"])
    def retry_jobs(self, request: HttpRequest, queryset: QuerySet[Rendition]) -> None:
        """Queues failed jobs; others are left alone. A document's password is not kept: a job
        that needs one is tried again by the person who enters it."""
        retried = [job for job in queryset.select_related("parent") if services.retry(job)]
        for job in retried:
            self.log_change(request, job, "Tried again.")
        level = messages.SUCCESS if retried else messages.WARNING
        self.message_user(request, f"{len(retried)} job(s) queued again.", level)
