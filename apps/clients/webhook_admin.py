"""The administration of webhooks: where clients are told, and what was sent.

A signing secret is the answer to a POST and stands nowhere else: not in a message or a log.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import action, display

from apps.accounts.models import User
from apps.audit.administration import ModelAdmin, RecordAdmin
from apps.audit.lists import RecentValues
from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.clients.models import WebhookDelivery, WebhookEndpoint

_LOOKS = {"Delivered": "success", "Waiting": "info", "Given up": "danger"}
# Of a message's data: whoever has them reads what a person filled in.
_CAPABILITIES = {"sessionId", "result"}


@dataclass(frozen=True, slots=True)
class _SecretPage:
    """A page that asks, and then tells a signing secret."""

    title: str
    explanation: str
    said: str
    logged: str
    secret: Callable[[Actor, WebhookEndpoint], str]


_SHOW = _SecretPage(
    "Show the signing secret",
    "Whoever knows it can make messages that look like this portal's. The receiver needs it to "
    "check who sent a message.",
    "The receiver checks messages with this.",
    "Showed the signing secret.",
    webhooks.secret_of,
)
_ROTATE = _SecretPage(
    "Rotate the secret",
    "You get a new secret. For 24 hours messages carry the signatures of both, so that the "
    "receiver can change over; then the old one ends.",
    "For 24 hours messages carry the signatures of this secret and of the one before it.",
    "Rotated the signing secret.",
    webhooks.rotate_secret,
)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ModelAdmin):
    """Where a client is told what happened."""

    list_display = ("url", "client", "is_active", "last_delivery")
    list_filter = ("is_active", "client")
    list_select_related = ("client",)
    search_fields = ("url", "client__name")
    first_row = (
        "A webhook is an address of a program that is told when something has happened: a form "
        "completed, a document read, a session ended. Add one, and give the program's operator "
        "the signing secret."
    )
    actions_detail = ("show_secret", "rotate_secret")
    view_on_site = False

    def get_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        """One that exists stays its client's."""
        fields = ("client", "url", "allow_private", "is_active")
        return (*fields, "last_delivery") if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        """See above."""
        return ("client", "last_delivery") if obj else ()

    @admin.display(description="last message")
    def last_delivery(self, endpoint: WebhookEndpoint) -> str:
        """The newest message, as a link to the log."""
        newest = endpoint.deliveries.first()
        if newest is None:
            return "none yet"
        url = reverse("admin:clients_webhookdelivery_change", args=[newest.pk])
        return format_html(
            '<a href="{}">{} ({})</a>', url, newest.event, newest.get_state_display()
        )

    def save_model(
        self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool
    ) -> None:
        """A new endpoint gets its signing secret."""
        if not change:
            webhooks.give_secret(obj)
        super().save_model(request, obj, form, change)

    @action(description="Show the signing secret ...", permissions=["change"])  # type: ignore[untyped-decorator]
    def show_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Tells the secret, which the receiver's set-up needs."""
        return self._ask_and_tell(request, object_id, _SHOW)

    @action(description="Rotate the secret ...", permissions=["change"])  # type: ignore[untyped-decorator]
    def rotate_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A new secret; for a day messages carry both signatures."""
        return self._ask_and_tell(request, object_id, _ROTATE)

    def _ask_and_tell(
        self, request: HttpRequest, object_id: str, page: _SecretPage
    ) -> HttpResponse:
        """These actions are links, so they ask (GET), and act on POST only."""
        endpoint = self.get_object(request, object_id)
        if endpoint is None:
            raise Http404
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": endpoint,
            "title": f"{page.title}: {endpoint}",
            "back_url": reverse("admin:clients_webhookendpoint_change", args=[endpoint.pk]),
        }
        if request.method != "POST":
            asked = {"explanation": page.explanation, "button": page.title}
            return TemplateResponse(request, "admin/ask.html", context | asked)
        told = {"plain": page.secret(_administrator(request), endpoint), "said": page.said}
        self.log_change(request, endpoint, page.logged)
        template = "admin/clients/webhookendpoint/secret.html"
        response = TemplateResponse(request, template, context | told)
        response["Cache-Control"] = "no-store"
        return response


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(RecordAdmin):
    """The log of messages; what failed can be sent again."""

    list_display = ("created_at", "event", "endpoint", "shown_state", "attempts", "status", "error")
    list_filter = ("state", ("event", RecentValues), "created_at", "endpoint__client")
    list_select_related = ("endpoint",)
    search_fields = ("=message_id", "endpoint__url")
    search_help_text = "The message's id in full, or a part of the address"
    first_row = (
        "What was sent to webhooks, with the receiver's answers. Add a webhook first; then this "
        "list fills by itself."
    )
    actions = ("send_again",)
    fields = (
        "event",
        "endpoint",
        "message_id",
        "shown_state",
        "attempts",
        "status",
        "error",
        "created_at",
        "due_at",
        "delivered_at",
        "shown_body",
    )
    deletable = True

    @display(description="state", label=_LOOKS, ordering="state")  # type: ignore[untyped-decorator]
    def shown_state(self, delivery: WebhookDelivery) -> str:
        """The state in words."""
        return str(delivery.get_state_display())

    @admin.display(description="body")
    def shown_body(self, delivery: WebhookDelivery) -> str:
        """The message, laid out, without the ids that open what it is about."""
        message = json.loads(delivery.message)
        hidden = dict.fromkeys(_CAPABILITIES & message["data"].keys(), "(not shown)")
        message["data"] |= hidden
        laid_out = json.dumps(message, indent=2, ensure_ascii=False)
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', laid_out)

    @admin.action(description="Send again", permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        """Queues the chosen messages once more, under the same ids."""
        for delivery in queryset:
            webhooks.resend(_administrator(request), delivery)
            self.log_change(request, delivery, "Sent again.")
        self.message_user(request, f"{len(queryset)} message(s) queued.", messages.SUCCESS)


def _administrator(request: HttpRequest) -> Actor:
    return Actor.admin(cast(User, request.user))
