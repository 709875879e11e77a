"""What the API reference says of proving who one is: the credentials, and the token endpoint."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiRequest, OpenApiResponse, extend_schema
from rest_framework.views import APIView

Json = dict[str, Any]
ViewFunction = TypeVar("ViewFunction", bound=Callable[..., HttpResponse])
REQUIRED_SCOPES = "x-required-scopes"
_PATH = "/o/token/"


def released_scopes() -> list[tuple[str, str, str]]:
    """Name, label and description of every scope, as the migrations create them."""
    package = import_module("apps.clients.migrations")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    modules = [import_module(f"{package.__name__}.{name}") for name in names]
    return [scope for module in modules for scope in getattr(module, "SCOPES", [])]


class ClientCredentialsScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]  # no types
    """The three ways of `ClientAuthentication`; an operation's scopes stand in its extension."""

    target_class = "apps.clients.authentication.ClientAuthentication"
    name = ["oauth2", "prizmDocKey", "accessKey"]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[Json]:
        """The security schemes, in the order of `name`."""
        scopes = {name: description for name, _, description in released_scopes()}
        return [
            {
                "type": "oauth2",
                "description": "Client credentials (RFC 6749 section 4.4).",
                "flows": {"clientCredentials": {"tokenUrl": _PATH, "scopes": scopes}},
            },
            _key("Acs-Api-Key", "An access key, in the header that PrizmDoc's clients send."),
            _key("X-Api-Key", "An access key. It has all of its client's scopes."),
        ]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[str]]]:
        """Any one of the three; a token needs the operation's scopes."""
        scopes = auto_schema.get_extensions().get(REQUIRED_SCOPES, [])
        return [{"oauth2": scopes}, {"prizmDocKey": []}, {"accessKey": []}]


def _key(header: str, description: str) -> Json:
    return {"type": "apiKey", "in": "header", "name": header, "description": description}


class _TokenSchema(AutoSchema):  # type: ignore[misc]  # no types
    def is_excluded(self) -> bool:
        return bool(self.path != _PATH)


_REQUEST = {
    "type": "object",
    "properties": {
        "grant_type": {"const": "client_credentials"},
        "scope": {
            "type": "string",
            "description": "Scopes, separated by blanks. Left out: the client's default scopes.",
        },
        "client_id": {"type": "string", "description": "Unless sent by HTTP Basic."},
        "client_secret": {"type": "string", "description": "Unless sent by HTTP Basic."},
    },
    "required": ["grant_type"],
}
_TOKEN = {
    "type": "object",
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer", "description": "Seconds."},
        "scope": {"type": "string"},
    },
    "required": ["access_token", "token_type", "expires_in", "scope"],
}
_ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
    "required": ["error"],
}
_ASKED = {"grant_type": "client_credentials", "scope": "viewing:read viewing:write"}
_GRANTED = {
    "access_token": "8mKu3Vb0b7...",
    "token_type": "Bearer",
    "expires_in": 3600,
    "scope": "viewing:read viewing:write",
}


def _request() -> OpenApiRequest:
    return OpenApiRequest(_REQUEST, examples=[OpenApiExample("Example", value=_ASKED)])


def _refusal(description: str, error: str, text: str) -> OpenApiResponse:
    example = {"error": error, "error_description": text}
    return OpenApiResponse(
        _ERROR, description=description, examples=[OpenApiExample(error, value=example)]
    )


class _TokenEndpoint(APIView):
    """Stands in the reference for the token endpoint, which is a plain Django view."""

    authentication_classes = []
    permission_classes = []
    schema = _TokenSchema()

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="getToken",
        tags=["OAuth 2.0"],
        summary="Get an access token.",
        description="Grants a token for the client credentials, sent by HTTP Basic or in the body. "
        "The same endpoint answers at `/ids/connect/token` and `/oauth/token`.",
        request={
            "application/x-www-form-urlencoded": _request(),
            "application/json": _request(),
        },
        responses={
            200: OpenApiResponse(
                _TOKEN, "The token.", examples=[OpenApiExample("Example", value=_GRANTED)]
            ),
            400: _refusal("What was asked for is not possible.", "invalid_scope", "Not granted."),
            401: _refusal("The credentials are wrong.", "invalid_client", "Unknown client."),
            429: _refusal(
                "More requests than the client may send.", "temporarily_unavailable", "Wait."
            ),
        },
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Never called: `apps.clients.views.token` answers."""
        raise NotImplementedError


def token(view: ViewFunction) -> ViewFunction:
    """Shows a plain view function in the API reference as the token endpoint."""
    view.cls, view.initkwargs = _TokenEndpoint, {}  # type: ignore[attr-defined]
    return view
