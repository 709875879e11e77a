"""Kudo's token service: each view parses, calls one service, renders.

Source: seed 004.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from rest_framework.request import Request

from apps.clients import rates
from apps.clients import services as clients
from apps.clients.actors import Actor
from apps.clients.authentication import ClientAuthentication, ClientPrincipal
from apps.core.errors import PortalError
from apps.dialects.base import DialectView, PublicView, json_body
from apps.dialects.kudo import errors, schema
from apps.editing import tokens

KEY_HEADER, TOKEN_HEADER = "X-Api-Key", "X-Api-Token"


class KeyAuthentication(ClientAuthentication):
    """`x-api-key` and nothing else. Requests are counted for each key by itself."""

    def authenticate(self, request: Request) -> tuple[ClientPrincipal, Actor] | None:
        """The principal and the actor, or None without a key."""
        key = request.headers.get(KEY_HEADER, "")
        if not key:
            return None
        actor = clients.authenticate_access_key(key)
        client = actor.require_client()
        rates.count_request(client, credential_id=actor.credential_id)
        return ClientPrincipal(client), actor


class KudoView(DialectView):
    """A call of the token service."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answers; what is answered is kept by nobody."""
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def render_error(self, error: PortalError) -> HttpResponse:
        return errors.render(error)


@schema.described
class Generate(KudoView):
    """POST /generate"""

    authentication_classes = [KeyAuthentication]

    @schema.generate
    def post(self, request: Request) -> HttpResponse:
        """Makes a launch token for the editor's parameters."""
        launch = tokens.generate(self.actor, json_body(request))
        return JsonResponse(
            {"token": launch.token, "expiration_time": int(launch.expires_at.timestamp())}
        )


@schema.described
class Verify(KudoView, PublicView):
    """GET /verify"""

    @schema.verify
    def get(self, request: Request) -> HttpResponse:
        """The parameters that a token was made for."""
        return JsonResponse(tokens.verify(request.headers.get(TOKEN_HEADER, "").strip()))
