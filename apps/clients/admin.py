"""The administration of clients. The pages about credentials are in `credential_pages`."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from oauth2_provider.models import (
    get_access_token_model,
    get_grant_model,
    get_id_token_model,
    get_refresh_token_model,
)

from apps.accounts.models import User
from apps.audit.administration import ModelAdmin
from apps.clients import credential_pages, services, usage, webhook_admin
from apps.clients.actors import Actor
from apps.clients.forms import ApiClientForm
from apps.clients.models import ApiClient, Credential, Scope
from apps.clients.selectors import is_live

__all__ = ["webhook_admin"]  # imported for its registrations

# The toolkit registers its own pages, which would show applications without our policies, and
# tables this product does not use.
for _model in (
    ApiClient,
    get_access_token_model(),
    get_grant_model(),
    get_id_token_model(),
    get_refresh_token_model(),
):
    admin.site.unregister(_model)


@admin.register(ApiClient)
class ApiClientAdmin(ModelAdmin):
    """Programs: what they may do, how they are bounded, and their credentials."""

    form = ApiClientForm
    list_display = (
        "name",
        "client_type",
        "is_active",
        "is_sandbox",
        "scope_count",
        "live_credentials",
        "last_used_at",
    )
    list_filter = ("is_active", "is_sandbox", "client_type", "scopes")
    search_fields = ("name", "client_id", "origins", "credentials__prefix", "credentials__label")
    first_row = (
        "A client is a program that calls this portal, such as your web shop or archive. Add one, "
        "tick what it may do, and copy the secret you are shown once."
    )
    change_form_outer_before_template = "admin/clients/apiclient/credentials.html"
    readonly_fields = ("identifier", "created", "last_used_at", "used_of_limits")
    view_on_site = False
    fieldsets = (
        (None, {"fields": ("name", "client_type", "is_active", "is_sandbox", "log_requests")}),
        ("Permissions", {"fields": ("scopes", "default_scopes")}),
        (
            "Embedding and downloads",
            {"fields": ("origins", "download_hosts", "allow_download", "return_url")},
        ),
        (
            "Lifetimes, in seconds",
            {
                "fields": (
                    "token_seconds",
                    "session_idle_seconds",
                    "session_maximum_seconds",
                    "workfile_seconds",
                )
            },
        ),
        ("Envelopes, in days", {"fields": ("envelope_days", "envelope_maximum_days")}),
        (
            "Limits",
            {
                "fields": (
                    "requests_per_minute",
                    "conversions_per_hour",
                    "maximum_live_sessions",
                    "maximum_storage_bytes",
                    "maximum_upload_bytes",
                )
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: ApiClient | None = None) -> Any:
        """A client that exists also shows its id and history."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        return (("Identity", {"fields": self.readonly_fields}), *fieldsets)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiClient]:
        """Clients with their counts."""
        counts = {
            "scope_count": Count("scopes", distinct=True),
            "live_count": Count("credentials", filter=is_live("credentials__"), distinct=True),
        }
        return super().get_queryset(request).annotate(**counts)  # type: ignore[no-any-return]

    @admin.display(description="scopes", ordering="scope_count")
    def scope_count(self, client: Any) -> int:
        """How many scopes are ticked."""
        return int(client.scope_count)

    @admin.display(description="live credentials", ordering="live_count")
    def live_credentials(self, client: Any) -> int:
        """How many secrets and access keys work now."""
        return int(client.live_count)

    @admin.display(description="client ID")
    def identifier(self, client: ApiClient) -> str:
        """The client id, which may wrap on a small screen; copying it is not affected."""
        half = len(client.client_id) // 2
        return format_html("{}<wbr>{}", client.client_id[:half], client.client_id[half:])

    @admin.display(description="in use now")
    def used_of_limits(self, client: ApiClient) -> str:
        """What the client uses, of what it may."""
        return format_html_join(
            mark_safe("<br>"),
            "{}: {} of {}",
            [
                (what, used, "unlimited" if most is None else most)
                for what, used, most in usage.lines(client)
            ],
        )

    def get_urls(self) -> list[URLPattern]:
        """The credential pages beside the usual ones."""
        return [*credential_pages.urls(self), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One button: what follows is the page with the secret."""
        buttons = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(  # type: ignore[no-any-return]
            request, form_url, {**(extra_context or {}), **buttons}
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form, with the client's credentials above it."""
        client = self.get_object(request, object_id)
        context = {"credentials": client and self._credentials(request, client)}
        return super().change_view(  # type: ignore[no-any-return]
            request, object_id, form_url, {**(extra_context or {}), **context}
        )

    def response_add(
        self, request: HttpRequest, obj: ApiClient, post_url_continue: str | None = None
    ) -> HttpResponse:
        """A new confidential client is answered with its first secret, shown this once."""
        if obj.is_public:
            return super().response_add(  # type: ignore[no-any-return]
                request, obj, post_url_continue
            )
        plain = services.issue_secret(Actor.admin(cast(User, request.user)), obj, "first secret")
        return credential_pages.show_once(self, request, obj, plain)

    def _credentials(self, request: HttpRequest, client: ApiClient) -> dict[str, Any]:
        """What the panel above the form shows: a table, and the buttons one may press."""
        may_change = self.has_change_permission(request, client) and not client.is_public
        pages = credential_pages.ISSUE_PAGES.items()
        return {
            "table": {
                "headers": ["Credential", "Label", "Created", "Last used", "State", ""],
                "rows": [
                    _credential_row(credential, may_change)
                    for credential in client.credentials.all()
                ],
            },
            "buttons": [
                (page.title, reverse(f"admin:clients_apiclient_{name}", args=[client.pk]))
                for name, page in pages
                if may_change
            ],
            "is_public": client.is_public,
        }


def _credential_row(credential: Credential, may_revoke: bool) -> list[str]:
    def when(moment: Any) -> str:
        return date_format(moment, "DATETIME_FORMAT") if moment else "never"

    if credential.revoked_at:
        state = f"revoked {when(credential.revoked_at)}"
    elif not credential.is_live():
        state = f"expired {when(credential.expires_at)}"
    elif credential.expires_at:
        state = f"works until {when(credential.expires_at)}"
    else:
        state = "works"
    url = reverse("admin:clients_apiclient_revoke", args=[credential.client_id, credential.pk])
    return [
        str(credential),
        credential.label,
        when(credential.created_at),
        when(credential.last_used_at),
        state,
        format_html('<a class="text-red-600" href="{}">Revoke ...</a>', url)
        if may_revoke and credential.is_live()
        else "",
    ]


@admin.register(Scope)
class ScopeAdmin(ModelAdmin):
    """What there is to tick. Scopes belong to the code, so they are only shown."""

    list_display = ("name", "label", "description")
    search_fields = ("name", "label", "description")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: code requires scopes, administrators grant them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Scope | None = None) -> bool:
        """Never: see above."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Scope | None = None) -> bool:
        """Never: see above."""
        return False


@admin.register(get_access_token_model())
class AccessTokenAdmin(ModelAdmin):
    """Who holds tokens for what, and until when. Deleting one ends it; nobody can read one."""

    list_display = ("application", "scopes_shown", "created", "expires")
    list_filter = ("application",)
    list_select_related = ("application",)
    search_fields = ("application__name", "application__client_id")
    fields = ("application", "scope", "created", "expires")
    ordering = ("-id",)
    first_row = (
        "A token appears here when a program trades its id and secret for one at /o/token/. "
        "Deleting one ends it."
    )

    @admin.display(description="scopes")
    def scopes_shown(self, token: Any) -> str:
        """The first few; all stand on its page."""
        names = token.scope.split()
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return ", ".join(names[:3]) + more

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: tokens come from the token endpoint."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        """Never: a token is what was granted."""
        return False
