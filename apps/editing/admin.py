"""The administration of the editor: tokens, sessions and versions. No content is shown."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display

from apps.accounts.models import User
from apps.audit.administration import LINK, RecordAdmin, asked
from apps.clients.actors import Actor
from apps.editing import pushing, tokens
from apps.editing.models import EditDetail, EditedDocument, LaunchToken, Push, Revision

_LIVE = Q(revoked_at=None, exchanged_at=None)


class TokenState(admin.SimpleListFilter):
    """Filters by what a token is now."""

    title = "state"
    parameter_name = "now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("live", "Live"), ("used", "Used"), ("expired", "Expired"), ("revoked", "Revoked")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[LaunchToken]
    ) -> QuerySet[LaunchToken]:
        now = timezone.now()
        conditions = {
            "live": _LIVE & Q(expires_at__gt=now),
            "used": Q(exchanged_at__isnull=False),
            "expired": _LIVE & Q(expires_at__lte=now),
            "revoked": Q(revoked_at__isnull=False),
        }
        wanted = conditions.get(self.value() or "")
        return queryset.filter(wanted) if wanted else queryset


@admin.register(LaunchToken)
class LaunchTokenAdmin(RecordAdmin):
    """Launch tokens by the key they were made with. The tokens themselves are stored nowhere."""

    list_display = ("created_at", "client", "credential", "user", "state", "expires_at")
    list_filter = (TokenState, "client", "credential", "created_at")
    list_select_related = ("client", "credential")
    search_fields = ("user", "client__name", "credential__label", "credential__prefix")
    first_row = (
        "A launch token lets a person into the editor once. One appears here when a program with "
        "an access key asks for it."
    )
    actions = ("revoke_tokens",)
    fields = (
        "client",
        "credential",
        "user",
        "state",
        "created_at",
        "expires_at",
        "exchanged_at",
        "revoked_at",
    )

    @display(
        description="state",
        label={"live": "success", "used": "info", "expired": "warning", "revoked": "danger"},
    )
    def state(self, token: LaunchToken) -> str:
        """What it is now."""
        if token.revoked_at:
            return "revoked"
        if token.exchanged_at:
            return "used"
        return "live" if token.expires_at > timezone.now() else "expired"

    @admin.action(description="Revoke the selected tokens", permissions=["change"])
    def revoke_tokens(
        self, request: HttpRequest, queryset: QuerySet[LaunchToken]
    ) -> HttpResponse | None:
        """From now on they open nothing; sessions that they opened go on."""
        words = "They open nothing from then on, and cannot be brought back. Sessions go on."
        title = f"Revoke {queryset.count()} launch token(s)?"
        if question := asked(self, request, "revoke_tokens", title, words, "Revoke"):
            return question
        for token in queryset.filter(_LIVE):
            self.log_change(request, token, "Revoked.")
        count = tokens.revoke(Actor.admin(cast(User, request.user)), queryset)
        self.message_user(request, f"{count} launch token(s) revoked.", messages.SUCCESS)
        return None


@admin.register(EditDetail)
class EditDetailAdmin(RecordAdmin):
    """Who is at work on what. Sessions are stopped in the list of all sessions."""

    list_display = ("opened", "client", "user", "document", "access", "state", "saves", "failing")
    list_filter = ("access", "session__client")
    list_select_related = ("session__client", "document")
    search_fields = ("user", "document__name", "document__file", "session__client__name")
    first_row = (
        "Who is at work on which document. A row appears when a person opens the editor with a "
        "launch token."
    )
    fields = (
        "client",
        "user",
        "document",
        "access",
        "autosave",
        "state",
        "opened",
        "closed_at",
        "saves",
        "failing_since",
        "error_code",
        "error_detail",
    )

    @display(description="opened", ordering="session__created_at")
    def opened(self, detail: EditDetail) -> Any:
        """When its person came."""
        return detail.session.created_at

    @display(description="client", ordering="session__client__name")
    def client(self, detail: EditDetail) -> str:
        """The program that launched it."""
        return str(detail.session.client)

    @display(
        description="state",
        label={"created": "info", "active": "success", "expired": "warning"},
    )
    def state(self, detail: EditDetail) -> str:
        """The session's state now."""
        return detail.session.current_state.value

    @display(description="saves fail", label={"failing": "danger"})
    def failing(self, detail: EditDetail) -> str | None:
        """Whether the last save did not work."""
        return None if detail.failing_since is None else "failing"


@admin.register(EditedDocument)
class EditedDocumentAdmin(RecordAdmin):
    """Documents that were opened in the editor."""

    list_display = ("label", "client", "source", "head", "sides", "saved_at", "kept_until")
    list_filter = ("source", "client", "created_at")
    list_select_related = ("client",)
    search_fields = ("name", "file", "client__name")
    first_row = "Documents appear here when they are opened in the editor, with all their versions."
    fields = (
        "label",
        "client",
        "source",
        "file",
        "head",
        "sides",
        "versions",
        "created_at",
        "saved_at",
        "kept_until",
    )

    @display(description="versions")
    def versions(self, document: EditedDocument) -> str:
        """Leads to all of them."""
        url = reverse(
            "admin:editing_revision_changelist", query={"document__id__exact": document.pk}
        )
        return format_html('<a class="{}" href="{}">{}</a>', LINK, url, "Who saved what when")

    @display(description="document", ordering="name")
    def label(self, document: EditedDocument) -> str:
        """Its name, or its number."""
        return str(document)


@admin.register(Push)
class PushAdmin(RecordAdmin):
    """Versions that clients' own servers do not have yet, and why."""

    list_display = ("document", "client", "number", "attempts", "error", "created_at", "due_at")
    list_filter = ("document__client",)
    list_select_related = ("document__client",)
    search_fields = ("document__name", "document__file", "document__client__name")
    first_row = (
        "Nothing waits. A version stands here while its client's own server cannot be reached; it "
        "is sent again by itself."
    )
    actions = ("send_now",)
    fields = ("document", "client", "number", "attempts", "error", "created_at", "due_at")

    @display(description="client", ordering="document__client__name")
    def client(self, push: Push) -> str:
        """Whose server."""
        return str(push.document.client)

    @admin.action(description="Send the selected versions now", permissions=["change"])
    def send_now(self, request: HttpRequest, queryset: QuerySet[Push]) -> None:
        """Without waiting for the next attempt."""
        for push in queryset:
            self.log_change(request, push, "Sent at once.")
        count = pushing.try_now(Actor.admin(cast(User, request.user)), queryset)
        self.message_user(request, f"Sending {count}.", messages.SUCCESS)


@admin.register(Revision)
class RevisionAdmin(RecordAdmin):
    """Versions: who saved what when, not what is in them."""

    list_display = ("created_at", "document", "label", "reason", "author", "base", "bytes", "kind")
    list_filter = ("side", "reason", "document__client", "created_at")
    list_select_related = ("document__client", "work_file")
    search_fields = ("author", "document__name", "document__file")
    first_row = (
        "Each time somebody saves in the editor, a version appears here: who, when, how large."
    )
    fields = (
        "document",
        "label",
        "side",
        "reason",
        "author",
        "base",
        "bytes",
        "kind",
        "created_at",
    )

    @display(description="version", ordering="number")
    def label(self, revision: Revision) -> str:
        """Its name."""
        return revision.label

    @display(description="bytes", ordering="size")
    def bytes(self, revision: Revision) -> str:
        """Its size."""
        return f"{revision.size:,}"

    @display(description="format")
    def kind(self, revision: Revision) -> str:
        """Its format."""
        return revision.work_file.extension
