"""The administration of webhooks: where clients are told, and what was sent."""

from __future__ import annotations

import json
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from apps.accounts.models import User
from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.clients.models import WebhookDelivery, WebhookEndpoint

_LOOKS = {"Delivered": "success", "Waiting": "info", "Given up": "danger"}


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """Where a client is told what happened."""

    list_display = ("url", "client", "is_active", "last_delivery")
    list_filter = ("is_active", "client")
    list_select_related = ("client",)
    search_fields = ("url", "client__name")
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

    @action(description="Show the signing secret", permissions=["change"])  # type: ignore[untyped-decorator]
    def show_secret(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Tells the secret, which the receiver's set-up needs."""
        endpoint = WebhookEndpoint.objects.get(pk=object_id)
        secret = webhooks.secret_of(_administrator(request), endpoint)
        self.log_change(request, endpoint, "Showed the signing secret.")
        self.message_user(request, f"The signing secret: {secret}", messages.INFO)
        return redirect("admin:clients_webhookendpoint_change", object_id)

    @action(description="Rotate the secret", permissions=["change"])  # type: ignore[untyped-decorator]
    def rotate_secret(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A new secret; for a day messages carry both signatures."""
        endpoint = WebhookEndpoint.objects.get(pk=object_id)
        secret = webhooks.rotate_secret(_administrator(request), endpoint)
        self.log_change(request, endpoint, "Rotated the signing secret.")
        self.message_user(
            request,
            f"The new signing secret: {secret} For 24 hours messages carry both signatures.",
            messages.SUCCESS,
        )
        return redirect("admin:clients_webhookendpoint_change", object_id)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """The log of messages; what failed can be sent again."""

    list_display = ("created_at", "event", "endpoint", "shown_state", "attempts", "status", "error")
    list_filter = ("state", "event", "endpoint__client")
    list_select_related = ("endpoint",)
    search_fields = ("message_id", "endpoint__url", "body")
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
    readonly_fields = fields

    @display(description="state", label=_LOOKS, ordering="state")  # type: ignore[untyped-decorator]
    def shown_state(self, delivery: WebhookDelivery) -> str:
        """The state in words."""
        return str(delivery.get_state_display())

    @admin.display(description="body")
    def shown_body(self, delivery: WebhookDelivery) -> str:
        """The message as it is sent, laid out."""
        laid_out = json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False)
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', laid_out)

    @admin.action(description="Send again", permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        """Queues the chosen messages once more, under the same ids."""
        for delivery in queryset:
            webhooks.resend(_administrator(request), delivery)
            self.log_change(request, delivery, "Sent again.")
        self.message_user(request, f"{len(queryset)} message(s) queued.", messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: messages come from events."""
        return False


def _administrator(request: HttpRequest) -> Actor:
    return Actor.admin(cast(User, request.user))
