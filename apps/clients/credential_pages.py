"""The administration's pages that make and revoke credentials of one client.

Each asks first (GET), acts on POST only, needs the permission to change clients, and leaves an
entry in the admin log. A new credential is the answer to the POST itself and stands nowhere
else: not in a session, a message or a log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.administration import changeable, page
from apps.clients import services
from apps.clients.actors import Actor
from apps.clients.forms import CredentialForm, LabelForm, RevokeForm
from apps.clients.models import ApiClient, Credential
from apps.core.errors import PortalError


@dataclass(frozen=True, slots=True)
class IssuePage:
    """A page that ends with a new credential."""

    title: str
    explanation: str
    button: str
    form: type[Form]
    issue: Callable[[Actor, ApiClient, Mapping[str, Any]], str]


def _expiry(answers: Mapping[str, Any]) -> Any:
    days = answers["days"]
    return timezone.now() + timedelta(days=int(days)) if days else None


ISSUE_PAGES = {
    "new-secret": IssuePage(
        "New secret",
        "The new secret works beside those the client has. To replace them, use Rotate.",
        "Make the secret",
        CredentialForm,
        lambda actor, client, answers: services.issue_secret(
            actor, client, answers["label"], _expiry(answers)
        ),
    ),
    "rotate": IssuePage(
        "Rotate (older ones end in 24 h)",
        "You get a new secret. All older ones keep working for 24 hours, so that the program can "
        "change over without an interruption, and then end.",
        "Rotate",
        LabelForm,
        lambda actor, client, answers: services.rotate_secret(
            actor, client, label=answers["label"]
        ),
    ),
    "new-access-key": IssuePage(
        "New access key",
        "A key is sent with each request instead of a token, and carries all scopes of the client.",
        "Make the access key",
        CredentialForm,
        lambda actor, client, answers: services.issue_access_key(
            actor, client, answers["label"], _expiry(answers)
        ),
    ),
}


def urls(model_admin: ModelAdmin[ApiClient]) -> list[URLPattern]:
    """The pages' URLs, below the list of clients."""
    protect = model_admin.admin_site.admin_view
    pages = [
        path(
            f"<int:client_pk>/{name}/",
            protect(partial(_issue, model_admin, page)),
            name=f"clients_apiclient_{name}",
        )
        for name, page in ISSUE_PAGES.items()
    ]
    revoke = path(
        "<int:client_pk>/revoke/<int:credential_pk>/",
        protect(partial(_revoke, model_admin)),
        name="clients_apiclient_revoke",
    )
    return [*pages, revoke]


def show_once(
    model_admin: ModelAdmin[ApiClient], request: HttpRequest, client: ApiClient, plain: str
) -> HttpResponse:
    """The page that shows a new secret or access key, with a command that uses it."""
    is_key = plain.startswith(services.SPELLING[Credential.Kind.ACCESS_KEY])
    what = "access key" if is_key else "secret"
    model_admin.log_change(
        request, client, f"Issued the {what} {plain[: services.PREFIX_LENGTH]}..."
    )
    context = {
        "title": f"The new {what} of {client}",
        "what": what,
        "plain": plain,
        "curl": _curl_with_key(client, plain) if is_key else _curl_for_token(client, plain),
        "client_url": _client_url(client),
    }
    response = page(model_admin, request, "admin/clients/apiclient/issued.html", context, client)
    response["Cache-Control"] = "no-store"
    return response


def _issue(
    model_admin: ModelAdmin[ApiClient], asked: IssuePage, request: HttpRequest, client_pk: int
) -> HttpResponse:
    client = changeable(model_admin, ApiClient, request, client_pk)
    form = asked.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            plain = asked.issue(_actor(request), client, form.cleaned_data)
        except PortalError as error:
            form.add_error(None, error.detail)
        else:
            return show_once(model_admin, request, client, plain)
    context = {
        "title": f"{asked.title}: {client}",
        "explanation": asked.explanation,
        "form": form,
        "button": asked.button,
        "back_url": _client_url(client),
    }
    return page(model_admin, request, "admin/ask.html", context, client)


def _revoke(
    model_admin: ModelAdmin[ApiClient], request: HttpRequest, client_pk: int, credential_pk: int
) -> HttpResponse:
    client = changeable(model_admin, ApiClient, request, client_pk)
    credential = get_object_or_404(client.credentials, pk=credential_pk)
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if credential.kind != Credential.Kind.SECRET:
        del form.fields["end_tokens"]
    if form.is_valid():
        end_tokens = form.cleaned_data.get("end_tokens", False)
        services.revoke(_actor(request), credential, end_tokens=end_tokens)
        suffix = " and ended the access tokens" if end_tokens else ""
        model_admin.log_change(request, client, f"Revoked the {credential}{suffix}")
        messages.success(request, f"The {credential} is revoked and refused from now on.")
        return redirect(_client_url(client))
    context = {
        "title": f"Revoke the {credential} of {client}",
        "explanation": "Whatever uses it is refused from that moment on. This cannot be undone.",
        "form": form,
        "button": "Revoke",
        "danger": True,
        "back_url": _client_url(client),
    }
    return page(model_admin, request, "admin/ask.html", context, client)


def _actor(request: HttpRequest) -> Actor:
    return Actor.admin(cast(User, request.user))


def _client_url(client: ApiClient) -> str:
    return reverse("admin:clients_apiclient_change", args=[client.pk])


def _curl_for_token(client: ApiClient, secret: str) -> str:
    scopes = " ".join(client.scopes.values_list("name", flat=True))
    asked = "" if client.default_scopes.exists() else f" --data-urlencode 'scope={scopes}'"
    return (
        f"curl -u '{client.client_id}:{secret}' -d grant_type=client_credentials{asked} "
        f"{settings.PUBLIC_URL}{reverse('clients:token')}"
    )


# A first call by the scope that it needs; the telling ones first.
_FIRST_CALLS = {
    "viewing:write": ("/PCCIS/V1/ViewingSession", " -H 'Content-Type: application/json' -d '{}'"),
    "workfiles:write": ("/api/v1/work-files?name=first.txt", " --data-binary 'Good morning.'"),
    "workfiles:read": ("/api/v1/work-files", ""),
    "sessions:read": ("/api/v1/sessions", ""),
    "templates:read": ("/api/v1/templates", ""),
    "jobs:read": ("/api/v1/jobs", ""),
    "webhooks:read": ("/api/v1/webhooks", ""),
}


def _curl_with_key(client: ApiClient, key: str) -> str:
    """A command that tries the key; blank where its client may do nothing that needs no more."""
    allowed = set(client.scopes.values_list("name", flat=True))
    for scope, (address, body) in _FIRST_CALLS.items():
        if scope in allowed:
            return f"curl -H 'Acs-Api-Key: {key}'{body} '{settings.PUBLIC_URL}{address}'"
    return ""
