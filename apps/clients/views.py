"""The OAuth endpoints: token, revocation, introspection, metadata.

RFC 6749 (client credentials only), RFC 7009, RFC 7662, RFC 8414. oauthlib does the protocol,
`ClientCredentialsValidator` holds our rules; nothing else of django-oauth-toolkit is routed.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from oauthlib.oauth2 import BackendApplicationServer
from oauthlib.oauth2.rfc6749 import errors

from apps.clients import schema
from apps.clients.scopes import ClientScopes
from apps.clients.validators import ClientCredentialsValidator
from apps.core.correlation import note_error
from apps.core.errors import PortalError
from apps.core.ids import new_token

MAXIMUM_BODY_BYTES = 64 * 1024
# Only these reach oauthlib, which would take any other name as an attribute of its request.
_PARAMETERS = ("grant_type", "scope", "client_id", "client_secret", "token")
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
# RFC 6749 section 5.2: what an error_description may consist of.
_NOT_DESCRIPTION = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_DESCRIPTIONS = {"unsupported_grant_type": "This server grants client_credentials only."}


@cache
def _server() -> Any:
    return BackendApplicationServer(
        ClientCredentialsValidator(),
        token_generator=lambda request, refresh_token=False: new_token(),
        token_expires_in=lambda request: request.client.token_seconds,
    )


@schema.token
@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """Grants an access token: RFC 6749 section 4.4, form-encoded or JSON."""
    return _answer(request, _server().create_token_response)


@csrf_exempt
def revoke_token(request: HttpRequest) -> HttpResponse:
    """Ends one of the caller's own access tokens: RFC 7009; 200 also for an unknown one."""
    return _answer(request, _server().create_revocation_response)


@csrf_exempt
def introspect(request: HttpRequest) -> HttpResponse:
    """Describes one of the caller's own access tokens: RFC 7662; any other is not active."""
    return _answer(request, _server().create_introspect_response)


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """What this authorization server does: RFC 8414."""
    methods = ["client_secret_basic", "client_secret_post"]
    return JsonResponse(
        {
            "issuer": settings.PUBLIC_URL,
            "token_endpoint": settings.PUBLIC_URL + reverse("clients:token"),
            "token_endpoint_auth_methods_supported": methods,
            "revocation_endpoint": settings.PUBLIC_URL + reverse("clients:revoke-token"),
            "revocation_endpoint_auth_methods_supported": methods,
            "introspection_endpoint": settings.PUBLIC_URL + reverse("clients:introspect"),
            "introspection_endpoint_auth_methods_supported": methods,
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "scopes_supported": sorted(ClientScopes().get_all_scopes()),
        }
    )


def _answer(request: HttpRequest, endpoint: Any) -> HttpResponse:
    if request.method != "POST":
        response = _error("invalid_request", "Send a POST request.", 405)
        response["Allow"] = "POST"
        return response
    authorization = {"Authorization": request.headers.get("Authorization", "")}
    try:
        parameters = _parameters(request)
        headers, body, status = endpoint(request.path, "POST", parameters, authorization)
    except errors.OAuth2Error as error:
        return _error(error.error, error.description, error.status_code)
    except PortalError as error:
        response = _error("temporarily_unavailable", error.detail, 429)
        response["Retry-After"] = str(error.data["retry_after"])
        return response
    if status >= 400:
        fault = json.loads(body)
        return _error(fault["error"], fault.get("error_description", ""), status)
    return HttpResponse(body, status=status, headers=headers | _NO_STORE)


def _error(code: str, description: str, status: int) -> HttpResponse:
    note_error(code)
    text = _NOT_DESCRIPTION.sub("?", description or _DESCRIPTIONS.get(code, ""))
    fault = {"error": code} | ({"error_description": text} if text else {})
    response = JsonResponse(fault, status=status, headers=_NO_STORE)
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="recto", charset="UTF-8"'
    return response


def _parameters(request: HttpRequest) -> dict[str, str]:
    """The known parameters of the body. Raises InvalidRequestError, or another OAuth2Error."""
    if request.META.get("QUERY_STRING"):
        raise errors.InvalidRequestError(
            "Send the parameters in the body; what stands in a URL ends up in logs."
        )
    body = request.read(MAXIMUM_BODY_BYTES + 1)
    if len(body) > MAXIMUM_BODY_BYTES:
        raise errors.InvalidRequestError("The body is larger than 64 KiB.")
    if request.content_type == "application/x-www-form-urlencoded" or not body:
        sent: dict[str, Any] = _of_form(body)
    elif request.content_type == "application/json":
        sent = _of_json(body)
    else:
        raise errors.InvalidRequestError(
            "The Content-Type must be application/x-www-form-urlencoded or application/json."
        )
    if "resource" in sent:
        raise errors.CustomOAuth2Error(
            error="invalid_target", description="Tokens cannot be restricted to a resource here."
        )
    known = {name: sent[name] for name in _PARAMETERS if sent.get(name) is not None}
    if not all(isinstance(value, str) for value in known.values()):
        raise errors.InvalidRequestError("The values must be strings.")
    # A parameter without a value counts as omitted (RFC 6749 section 3.2).
    known["scope"] = " ".join(dict.fromkeys(known.get("scope", "").split()))
    return {name: value for name, value in known.items() if value}


def _of_form(body: bytes) -> dict[str, str]:
    try:
        form = QueryDict(body)
    except ValueError as error:
        raise errors.InvalidRequestError("The form cannot be read.") from error
    if repeated := [name for name, values in form.lists() if len(values) > 1]:
        raise errors.InvalidRequestError(f"Sent more than once: {', '.join(repeated)}.")
    return form.dict()


def _of_json(body: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise errors.InvalidRequestError("The body is not JSON.") from error
    if not isinstance(sent, dict):
        raise errors.InvalidRequestError("The body is not a JSON object.")
    return sent
