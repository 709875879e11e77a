"""The administration of envelopes: whose they are, until when, and what was done with them.

What is in them is not shown, because it cannot be: the portal does not have their keys.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.decorators import action, display

from apps.accounts.models import User
from apps.audit.administration import RecordAdmin
from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.envelopes import services
from apps.envelopes.models import Envelope, EnvelopeEvent

State = Envelope.State
_PAGE = 50
_WARNING = (
    "Its key and all that is in it are destroyed at once, for every program that uses it. Nobody "
    "can bring it back. The audit trail stays."
)


class CurrentState(admin.SimpleListFilter):
    """Filters by the state now: the end of retention is a fact of the clock, swept later."""

    title = "state"
    parameter_name = "now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, state.label) for state in State]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Envelope]) -> QuerySet[Envelope]:
        over = Q(state=State.LIVE, retain_until__lte=timezone.now())
        conditions = {
            State.LIVE: Q(state=State.LIVE) & ~over,
            State.DELETED: Q(state=State.DELETED),
            State.EXPIRED: Q(state=State.EXPIRED) | over,
        }
        wanted = self.value()
        return queryset.filter(conditions[State(wanted)]) if wanted in conditions else queryset


@admin.register(Envelope)
class EnvelopeAdmin(RecordAdmin):
    """Envelopes, who has access, and their audit trails. `destroy` ends one; its row stays."""

    list_display = ("label_shown", "owner", "state_now", "items_in_it", "size", "retain_until")
    list_filter = (CurrentState, "owner", "created_at")
    list_select_related = ("owner",)
    search_fields = ("label", "guid", "owner__name")
    first_row = (
        "An envelope keeps documents and data beyond a session. Programs with the scope "
        "envelopes:create make them when they start an extraction session. What is in one can be "
        "read only with the key that the program was given: not here, and not from a copy of the "
        "database."
    )
    change_form_outer_after_template = "admin/envelopes/envelope/trail.html"
    actions_detail = ("destroy",)
    fields = (
        "guid",
        "label",
        "owner",
        "state_now",
        "created_at",
        "retain_until",
        "ended_at",
        "items_in_it",
        "size",
    )

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """There is nothing to change."""
        return False

    def has_destroy_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whoever may delete envelopes may end them. Rows stay, so Django's own way is off."""
        return cast(User, request.user).has_perm("envelopes.delete_envelope")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Envelope]:
        """Envelopes with their counts."""
        counts = {"item_count": Count("items"), "item_bytes": Sum("items__size")}
        return super().get_queryset(request).annotate(**counts)  # type: ignore[no-any-return]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What is known of it, with access and audit trail below."""
        envelope = self.get_object(request, object_id)
        context = _tables(request, envelope) if envelope else {}
        return super().change_view(  # type: ignore[no-any-return]
            request, object_id, form_url, {**(extra_context or {}), **context}
        )

    @display(description="envelope", ordering="label")
    def label_shown(self, envelope: Envelope) -> str:
        """What its program calls it, or the beginning of its id."""
        return str(envelope)

    @display(
        description="state",
        label={"Live": "success", "Deleted": "danger", "Retention ended": "warning"},
    )
    def state_now(self, envelope: Envelope) -> str:
        """The state now."""
        over = envelope.state == State.LIVE and envelope.retain_until <= timezone.now()
        return str((State.EXPIRED if over else State(envelope.state)).label)

    @display(description="items", ordering="item_count")
    def items_in_it(self, envelope: Any) -> int:
        """How many items."""
        return int(envelope.item_count)

    @display(description="size", ordering="item_bytes")
    def size(self, envelope: Any) -> str:
        """All items together, in words."""
        return filesizeformat(envelope.item_bytes or 0)

    @action(description="Delete ...", permissions=["destroy"])
    def destroy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link, so it asks (GET), and acts on POST only."""
        envelope = self.get_object(request, object_id)
        if envelope is None:
            raise Http404
        back_url = reverse("admin:envelopes_envelope_change", args=[envelope.pk])
        if envelope.state != State.LIVE:
            messages.info(request, "It has ended already; there is nothing left in it.")
            return redirect(back_url)
        if request.method == "POST":
            services.delete(Actor.admin(cast(User, request.user)), envelope)
            self.log_change(request, envelope, "Deleted, key destroyed.")
            messages.success(request, "The envelope's key and contents are destroyed.")
            return redirect(back_url)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": envelope,
            "title": f"Delete {envelope} of {envelope.owner}?",
            "explanation": _WARNING,
            "button": "Delete for good",
            "danger": True,
            "back_url": back_url,
        }
        return TemplateResponse(request, "admin/ask.html", context)


def _tables(request: HttpRequest, envelope: Envelope) -> dict[str, Any]:
    """Access, and a page of the audit trail."""
    before = request.GET.get("before", "")
    events = envelope.events.all()
    if before.isascii() and before.isdigit() and len(before) < 10:
        events = events.filter(number__lt=int(before))
    page = list(events[:_PAGE])
    names = dict(
        ApiClient.objects.filter(
            client_id__in={name for event in page for name in (event.actor, event.grantee)}
        ).values_list("client_id", "name")
    )
    grants = [
        [
            str(grant.client),
            grant.subject or "-",
            grant.get_access_display(),
            _when(grant.granted_at),
            _when(grant.revoked_at) if grant.revoked_at else "-",
        ]
        for grant in envelope.grants.select_related("client")
    ]
    owner = [str(envelope.owner), "-", "Owner", _when(envelope.created_at), "-"]
    is_last = not page or page[-1].number == 1
    return {
        "grants": {
            "headers": ["Program", "Person", "Access", "Since", "Revoked"],
            "rows": [owner, *grants],
        },
        "events": {
            "headers": ["No.", "When", "What", "By", "About", "Correlation id"],
            "rows": [_event_row(event, names) for event in page],
        },
        "events_title": f"Audit trail ({envelope.events_counted} events)",
        "older_url": "" if is_last else f"?before={page[-1].number}",
    }


def _event_row(event: EnvelopeEvent, names: dict[str, str]) -> list[str]:
    by = names.get(event.actor, event.actor) or event.actor_kind
    about = ", ".join(
        part
        for part in (
            names.get(event.grantee, event.grantee),
            event.grantee_subject,
            event.get_access_display(),
            f"item {str(event.item)[:8]}" if event.item else "",
        )
        if part
    )
    return [
        str(event.number),
        _when(event.at),
        str(event.get_action_display()),
        f"{by} ({event.actor_subject})" if event.actor_subject else by,
        about or "-",
        event.correlation_id,
    ]


def _when(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
