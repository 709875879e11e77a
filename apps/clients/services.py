"""Registering programs, their credentials, and telling who is asking."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from apps.clients.actors import Actor
from apps.clients.models import ApiClient, Credential, Repeatable, Scope
from apps.clients.selectors import is_live
from apps.core import batches
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, is_token, new_token

logger = logging.getLogger(__name__)

# What a credential begins with, so that people and leak scanners recognise it.
SPELLING = {Credential.Kind.SECRET: "rcs_", Credential.Kind.ACCESS_KEY: "rck_"}
PREFIX_LENGTH = 8
_WORDS = {Credential.Kind.SECRET.value: "secret", Credential.Kind.ACCESS_KEY.value: "access key"}
USE_RESOLUTION = timedelta(minutes=1)
DEAD_CREDENTIALS_KEPT = timedelta(days=30)
ANSWERS_KEPT = timedelta(days=1)

# Written out, because every call asks both: building them from models takes five times as long
# as the database does, and made up half of what opening a session costs.
_BEARER_QUERY = """
SELECT client.*, token.scope AS granted
FROM oauth2_provider_accesstoken AS token
JOIN clients_apiclient AS client ON client.id = token.application_id
WHERE token.token_checksum = %s AND token.expires > %s AND client.is_active
"""
_SCOPES_QUERY = "SELECT scope_id FROM clients_apiclient_scopes WHERE apiclient_id = %s"


# --- Registration -----------------------------------------------------------------------------


@transaction.atomic
def register_client(
    actor: Actor,
    name: str,
    *,
    public: bool = False,
    scopes: Iterable[str] = (),
    default_scopes: Iterable[str] = (),
    origins: Iterable[str] = (),
) -> ApiClient:
    """A new client without credentials.

    Raises PortalError: SCOPE_MISSING unless an administrator asks; INPUT_INVALID for an unknown
    scope, a default scope that is not among `scopes`, an origin that is none, or a blank name.
    """
    _require_administrator(actor)
    wanted, defaults = set(scopes), set(default_scopes)
    known = {scope.name: scope for scope in Scope.objects.all()}
    if unknown := wanted - known.keys():
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"Unknown scope: {', '.join(sorted(unknown))}. Known: {', '.join(known)}.",
            at="scopes",
            expected=list(known),
        )
    if foreign := defaults - wanted:
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"A default scope must be one of the client's scopes: {', '.join(sorted(foreign))}.",
            at="default_scopes",
        )
    kind = ApiClient.CLIENT_PUBLIC if public else ApiClient.CLIENT_CONFIDENTIAL
    client = ApiClient(name=name.strip(), client_type=kind, origins="\n".join(origins))
    try:
        client.full_clean()
    except ValidationError as error:
        at, messages = next(iter(error.message_dict.items()))
        raise PortalError(ErrorCode.INPUT_INVALID, " ".join(messages), at=at) from error
    client.save()
    client.scopes.set(known[name] for name in wanted)
    client.default_scopes.set(known[name] for name in defaults)
    logger.info("Registered client %s (%s)", client.client_id, client)
    actor.note("client added", client)
    return client


# --- Credentials ------------------------------------------------------------------------------


def issue_secret(
    actor: Actor, client: ApiClient, label: str = "", expires_at: datetime | None = None
) -> str:
    """A new client secret beside those that live: `rcs_` and 43 characters.

    This is the only time the plain text exists. Raises PortalError: SCOPE_MISSING unless an
    administrator asks, INPUT_CONFLICTS for a public client, INPUT_INVALID for a past expiry.
    """
    return _issue(actor, Credential.Kind.SECRET, client, label, expires_at)


def issue_access_key(
    actor: Actor, client: ApiClient, label: str = "", expires_at: datetime | None = None
) -> str:
    """A new access key (`rck_` and 43 characters); otherwise as :func:`issue_secret`."""
    return _issue(actor, Credential.Kind.ACCESS_KEY, client, label, expires_at)


@transaction.atomic
def rotate_secret(
    actor: Actor, client: ApiClient, overlap: timedelta = timedelta(hours=24), label: str = ""
) -> str:
    """A new secret; every other one keeps working until `overlap` has passed, and then ends.

    Returns the plain text and raises as :func:`issue_secret` does.
    """
    ends = timezone.now() + overlap
    older = client.credentials.filter(kind=Credential.Kind.SECRET).exclude(expires_at__lte=ends)
    older.update(expires_at=ends)
    return issue_secret(actor, client, label)


@transaction.atomic
def revoke(actor: Actor, credential: Credential, *, end_tokens: bool = True) -> None:
    """Refuses the credential from now on.

    With `end_tokens`, revoking a secret also ends the client's access tokens: a token does not
    know which secret it was got with, and a client with another secret simply asks for a new one.
    Revoking twice changes nothing. Raises PortalError(SCOPE_MISSING) unless an administrator asks.
    """
    _require_administrator(actor)
    Credential.objects.filter(pk=credential.pk, revoked_at=None).update(revoked_at=timezone.now())
    if end_tokens and credential.kind == Credential.Kind.SECRET:
        get_access_token_model().objects.filter(application=credential.client_id).delete()
    logger.info("Revoked %s of client %s", credential, credential.client.client_id)
    actor.note(f"{_WORDS[credential.kind]} revoked", credential.client, f"{credential.prefix}...")


def _issue(
    actor: Actor,
    kind: Credential.Kind,
    client: ApiClient,
    label: str,
    expires_at: datetime | None,
) -> str:
    _require_administrator(actor)
    if client.is_public:
        raise PortalError(
            ErrorCode.INPUT_CONFLICTS,
            "A public client cannot keep a secret, so it gets none.",
            at="client_type",
        )
    if expires_at is not None and expires_at <= timezone.now():
        raise PortalError(ErrorCode.INPUT_INVALID, "The expiry is in the past.", at="expires_at")
    plain = SPELLING[kind] + new_token()
    credential = Credential.objects.create(
        client=client,
        kind=kind,
        label=label,
        prefix=plain[:PREFIX_LENGTH],
        digest=digest(plain),
        expires_at=expires_at,
    )
    logger.info("Issued %s to client %s", credential, client.client_id)
    actor.note(f"{_WORDS[kind]} issued", client, f"{credential.prefix}...")
    return plain


def _require_administrator(actor: Actor) -> None:
    if not actor.is_administrator:
        raise PortalError(ErrorCode.SCOPE_MISSING, "Only administrators manage clients.")


# --- Who is asking ----------------------------------------------------------------------------


def authenticate_secret(client_id: str, secret: str) -> ApiClient:
    """The confidential client that proves itself with this id and secret.

    Raises PortalError(NOT_AUTHENTICATED); it says no more than that one of the two is wrong.
    """
    credential = _live_credential(Credential.Kind.SECRET, secret)
    client = credential.client if credential else None
    if not credential or not client or client.client_id != client_id or client.is_public:
        raise PortalError(
            ErrorCode.NOT_AUTHENTICATED,
            "The client id or the secret is wrong, expired or revoked, or the client is not "
            "active. Public clients have no secret and get no token.",
        )
    _note_use(credential)
    return client


def authenticate_access_key(key: str) -> Actor:
    """The client whose access key this is, with all of its scopes.

    Raises PortalError(NOT_AUTHENTICATED).
    """
    credential = _live_credential(Credential.Kind.ACCESS_KEY, key)
    if not credential or credential.client.is_public:
        raise PortalError(
            ErrorCode.NOT_AUTHENTICATED,
            "The access key is unknown, expired or revoked, or its client is not active.",
        )
    _note_use(credential)
    actor = Actor.of_client(credential.client, _scopes_of(credential.client))
    return replace(actor, credential_id=credential.pk)


def authenticate_token(token: str) -> Actor:
    """The client to which this access token was granted, with the token's scopes.

    A scope taken from the client since then is gone from its tokens, too. Raises
    PortalError(NOT_AUTHENTICATED).
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    found = next(iter(ApiClient.objects.raw(_BEARER_QUERY, [_checksum(token), now])), None)
    if found is None:
        raise PortalError(
            ErrorCode.NOT_AUTHENTICATED,
            "The access token is unknown, expired or revoked, or its client is not active.",
        )
    _note_use(found)
    return Actor.of_client(found, _scopes_of(found) & set(found.granted.split()))


def authenticate_origin(origin: str) -> Actor:
    """The public client whose page sends requests from this origin, with all of its scopes.

    The `Origin` header must equal a registered one to the letter. Raises
    PortalError(ORIGIN_UNKNOWN), also where several clients have registered it.
    """
    public = ApiClient.objects.filter(
        client_type=ApiClient.CLIENT_PUBLIC, is_active=True, origins__contains=origin
    )
    found = [client for client in public if origin in client.origin_list] if origin else []
    if len(found) != 1:
        how = "registered with several clients" if found else "not a public client's"
        raise PortalError(
            ErrorCode.ORIGIN_UNKNOWN, f"The origin {origin[:200]!r} is {how}.", at="Origin"
        )
    _note_use(found[0])
    return Actor.of_client(found[0], _scopes_of(found[0]))


def find_token(token: str) -> Any:
    """The toolkit's AccessToken row with its application, or None unless it may be used now."""
    tokens = get_access_token_model().objects.select_related("application")
    live = tokens.filter(token_checksum=_checksum(token), expires__gt=timezone.now())
    return live.filter(application__is_active=True).first()


def _checksum(token: str) -> str:
    """As the toolkit stores it; what cannot be a token has one that no row has."""
    return hashlib.sha256(token.encode()).hexdigest() if is_token(token) else ""


def _live_credential(kind: Credential.Kind, plain: str) -> Credential | None:
    prefix = SPELLING[kind]
    if not plain.startswith(prefix) or not is_token(plain.removeprefix(prefix)):
        return None
    return (
        Credential.objects.select_related("client")
        .filter(is_live(), kind=kind, digest=digest(plain), client__is_active=True)
        .first()
    )


def _scopes_of(client: ApiClient) -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(_SCOPES_QUERY, [client.pk])
        return frozenset(scope for (scope,) in cursor.fetchall())


def _note_use(used: Credential | ApiClient) -> None:
    now = timezone.now()
    rows = (used, used.client) if isinstance(used, Credential) else (used,)
    for row in rows:
        if row.last_used_at is None or now - row.last_used_at >= USE_RESOLUTION:
            type(row)._default_manager.filter(pk=row.pk).update(last_used_at=now)


# --- Housekeeping -----------------------------------------------------------------------------


def sweep() -> int:
    """Deletes expired access tokens and credentials long dead; returns how many rows went."""
    now = timezone.now()
    expired = get_access_token_model().objects.filter(expires__lte=now)
    long_ago = now - DEAD_CREDENTIALS_KEPT
    dead = Q(revoked_at__lte=long_ago) | Q(expires_at__lte=long_ago)
    answers = Repeatable.objects.filter(created_at__lte=now - ANSWERS_KEPT)
    gone = (expired.order_by("pk"), Credential.objects.filter(dead), answers.order_by("created_at"))
    return sum(batches.delete(rows) for rows in gone)
