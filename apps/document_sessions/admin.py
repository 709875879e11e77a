"""The administration of sessions: look, and stop. Ids are capabilities and never shown."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import display

from apps.accounts.models import User
from apps.audit.administration import RecordAdmin
from apps.clients.actors import Actor
from apps.core.errors import PortalError
from apps.document_sessions import services
from apps.document_sessions.lifecycle import LIVE, State
from apps.document_sessions.models import DocumentSession


class CurrentState(admin.SimpleListFilter):
    """Filters by the state now: expired is a fact of the clock and stored nowhere."""

    title = "state"
    parameter_name = "now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("live", "Live"), ("expired", "Expired"), ("stopped", "Stopped")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[DocumentSession]
    ) -> QuerySet[DocumentSession]:
        now = timezone.now()
        conditions = {
            "live": Q(state__in=LIVE, expires_at__gt=now),
            "expired": Q(state__in=LIVE, expires_at__lte=now),
            "stopped": Q(state=State.STOPPED),
        }
        wanted = conditions.get(self.value() or "")
        return queryset.filter(wanted) if wanted else queryset


@admin.register(DocumentSession)
class DocumentSessionAdmin(RecordAdmin):
    """Sessions that systems opened, with what became of them."""

    list_display = ("label", "state_now", "kind", "client", "dialect", "created_at", "expires_at")
    # Neither the dialects nor the days there are: both would be read off all rows each time.
    list_filter = (CurrentState, "kind", "client", "created_at")
    list_select_related = ("client",)
    search_fields = ("external_id",)
    search_help_text = "What its program calls it (externalId), in full or a part"
    known_by = ("external_id",)
    actions = ("stop_sessions",)
    fields = (
        "label",
        "state_now",
        "kind",
        "dialect",
        "client",
        "created_at",
        "touched_at",
        "expires_at",
        "ends_at",
        "stopped_at",
        "stop_status",
        "stop_message",
        "echo",
    )
    first_row = (
        "A session is one document that a program shows to a person, or lets them compare, fill "
        "in, extract or edit. One appears here when a program opens it; register the program as "
        "an API client first. The page with its secret shows a line to try."
    )

    @display(description="session", ordering="pk")
    def label(self, session: DocumentSession) -> str:
        """What the caller calls the document, or the session's number."""
        return str(session)

    @display(
        description="state",
        label={"created": "info", "active": "success", "expired": "warning"},
    )
    def state_now(self, session: DocumentSession) -> str:
        """The state now."""
        return session.current_state.value

    @admin.action(description="Stop the selected sessions", permissions=["change"])
    def stop_sessions(
        self, request: HttpRequest, queryset: QuerySet[DocumentSession]
    ) -> HttpResponse | None:
        """Asks first; then whoever has the page open loses it at their next request."""
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": "Stop these sessions?",
                "sessions": queryset.select_related("client")[:100],
                "count": queryset.count(),
                "selected": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
                "opts": self.opts,
            }
            return TemplateResponse(
                request, "admin/document_sessions/documentsession/stop.html", context
            )
        actor = Actor.admin(cast(User, request.user))
        message = request.POST.get("message", "").strip()
        stopped = 0
        for session in queryset.select_related("client"):
            try:
                services.stop_as_administrator(actor, session, message=message)
            except PortalError:
                continue  # it ended by itself meanwhile
            self.log_change(request, session, "Stopped.")
            stopped += 1
        self.message_user(request, f"{stopped} session(s) stopped.", messages.SUCCESS)
        return None
