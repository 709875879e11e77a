"""Who sends an API request: an access token or an access key becomes an `Actor`.

The one module of this app that knows Django REST framework.
"""

from __future__ import annotations

from dataclasses import dataclass

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.clients import rates, services
from apps.clients.actors import Actor
from apps.clients.models import ApiClient

CHALLENGE = 'Bearer realm="recto"'
KEY_HEADERS = ("X-Api-Key", "Acs-Api-Key")


@dataclass(frozen=True, slots=True)
class ClientPrincipal:
    """What stands in `request.user` for a program: enough for IsAuthenticated."""

    client: ApiClient
    is_authenticated: bool = True

    def __str__(self) -> str:
        return str(self.client)


class ClientAuthentication(BaseAuthentication):
    """`Authorization: Bearer`, else an access key; `request.auth` is the `Actor`.

    Without credentials it passes, and the view's permissions answer 401. Wrong credentials raise
    PortalError(NOT_AUTHENTICATED), a used-up rate PortalError(QUOTA_EXCEEDED, retry_after=...).
    Nothing is read from the URL.
    """

    def authenticate(self, request: Request) -> tuple[ClientPrincipal, Actor] | None:
        """The principal and the actor, or None when the request carries no credentials."""
        actor = _actor(request)
        if actor is None or actor.client is None:
            return None
        rates.count_request(actor.client)
        return ClientPrincipal(actor.client), actor

    def authenticate_header(self, request: Request) -> str:
        """The challenge; without one DRF would answer 403 where 401 is meant."""
        return CHALLENGE


class OriginAuthentication(ClientAuthentication):
    """The same, and without credentials the `Origin` of a public client's page.

    Raises PortalError(ORIGIN_UNKNOWN) for an origin that is no public client's.
    """

    def authenticate(self, request: Request) -> tuple[ClientPrincipal, Actor] | None:
        """The principal and the actor, or None when the request carries nothing of all this."""
        found = super().authenticate(request)
        if found is not None or "Origin" not in request.headers:
            return found
        actor = services.authenticate_origin(request.headers["Origin"])
        client = actor.require_client()
        rates.count_request(client)
        return ClientPrincipal(client), actor


def _actor(request: Request) -> Actor | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return services.authenticate_token(token.strip())
    for name in KEY_HEADERS:
        if key := request.headers.get(name):
            return services.authenticate_access_key(key)
    return None
