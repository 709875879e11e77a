"""The rules of the token endpoint, as django-oauth-toolkit's OAUTH2_VALIDATOR_CLASS.

It replaces what the toolkit does with the application's own secret column: a stored blank secret
would match a blank one, a public client with a secret would get tokens, and each grant would pay
for a password hash.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_plus

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749 import errors

from apps.clients import rates, services
from apps.clients.models import ApiClient
from apps.clients.scopes import ClientScopes
from apps.core.errors import PortalError


class ClientCredentialsValidator(OAuth2Validator):  # type: ignore[misc]  # no types
    """Client authentication against `Credential`, and scopes per client."""

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Always: public clients have no business at these endpoints."""
        return True

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Sets `request.client`, or raises InvalidClientError that says why.

        HTTP Basic decides when it is sent; otherwise `client_id` and `client_secret` of the body
        (RFC 6749 section 2.3.1).
        """
        try:
            client_id, secret = _sent_credentials(request)
            client = services.authenticate_secret(client_id, secret)
        except PortalError as error:
            raise errors.InvalidClientError(description=error.detail, request=request) from None
        if request.client_id not in (None, client.client_id):
            raise errors.InvalidClientError(
                description="The client_id of the body is not that of the Authorization header.",
                request=request,
            )
        rates.count_request(client)
        request.client = client
        return True

    def authenticate_client_id(
        self, client_id: str, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Never: an id alone proves nothing."""
        return False

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        """Never: the toolkit's own secret column is not in use."""
        return False

    def validate_scopes(
        self,
        client_id: str,
        scopes: Iterable[str],
        client: ApiClient,
        request: Any,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        """Whether the client may have all of `scopes`; else InvalidScopeError names those not."""
        allowed = ClientScopes().get_available_scopes(client)
        if foreign := sorted(set(scopes) - set(allowed)):
            raise errors.InvalidScopeError(
                description=f"Not granted to this client: {' '.join(foreign)}. It may ask for: "
                f"{' '.join(allowed) or 'nothing; an administrator grants scopes'}.",
                request=request,
            )
        return True

    def introspect_token(
        self, token: str, token_type_hint: str, request: Any, *args: Any, **kwargs: Any
    ) -> dict[str, object] | None:
        """The claims of the caller's own live token (RFC 7662 section 2.2); None for any other."""
        found = services.find_token(token)
        if found is None or found.application_id != request.client.pk:
            return None
        return {
            "scope": found.scope,
            "client_id": request.client.client_id,
            "token_type": "Bearer",
            "exp": int(found.expires.timestamp()),
            "iat": int(found.created.timestamp()),
        }


def _sent_credentials(request: Any) -> tuple[str, str]:
    scheme, _, encoded = (request.headers.get("Authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return request.client_id or "", request.client_secret or ""
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise errors.InvalidClientError(
            description="The Authorization header is not Basic base64(client_id:client_secret).",
            request=request,
        ) from None
    return unquote_plus(client_id), unquote_plus(secret)
