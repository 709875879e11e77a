"""Launch tokens: made for a program, told once, exchanged once for an edit session."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from apps.clients.actors import Actor
from apps.core import batches
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, is_guid, new_guid, seal, unseal
from apps.editing import parameters, sources
from apps.editing.models import LaunchToken

Json = dict[str, Any]
# How long a token that is over still answers "used" rather than "wrong".
_REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Launch:
    """A new token and the moment at which it ends."""

    token: str = field(repr=False)
    expires_at: datetime


def generate(actor: Actor, sent: Mapping[str, Any]) -> Launch:
    """A token for these parameters, a GUID that is told once; `auth` is filled in from the key.

    Raises NOT_AUTHENTICATED unless the program came with an access key, SCOPE_MISSING,
    INPUT_INVALID with `errors`, WORK_FILE_NOT_FOUND and REMOTE_REFUSED for what the parameters
    name.
    """
    actor.require("editor:launch")
    client = actor.require_client()
    if actor.credential_id is None:
        raise PortalError(ErrorCode.NOT_AUTHENTICATED, "Launch tokens are made with access keys.")
    wanted = parameters.read(sent)
    sources.check(client, wanted)
    token, now = new_guid(), timezone.now()
    expires_at = now + timedelta(seconds=settings.EDITOR_TOKEN_SECONDS)
    LaunchToken.objects.create(
        digest=digest(token),
        client=client,
        credential_id=actor.credential_id,
        user=wanted.user,
        parameters=seal(json.dumps({**sent, "auth": client.client_id})),
        created_at=now,
        expires_at=expires_at,
    )
    return Launch(token, expires_at)


def verify(token: str) -> Json:
    """The parameters as they were sent, with `auth`. The token's life is not moved.

    Raises LAUNCH_TOKEN_WRONG alike for one that is unknown, expired or revoked, and for one whose
    key or client is no longer good.
    """
    found = _live().filter(digest=digest(token)).first() if is_guid(token) else None
    if found is None:
        raise PortalError(ErrorCode.LAUNCH_TOKEN_WRONG)
    return sent(found)


def find(token: str) -> LaunchToken | None:
    """The row of a token, whatever became of it."""
    if not is_guid(token):
        return None
    return LaunchToken.objects.select_related("client").filter(digest=digest(token)).first()


def sent(token: LaunchToken) -> Json:
    """The parameters as they were sent."""
    members: Json = json.loads(unseal(token.parameters))
    return members


def exchange(token: LaunchToken) -> None:
    """Uses the token up, once: of two at the same moment one wins.

    Raises LAUNCH_TOKEN_USED, LAUNCH_TOKEN_WRONG.
    """
    rows = _live().filter(pk=token.pk, exchanged_at=None).values("pk")
    if not LaunchToken.objects.filter(pk__in=rows, exchanged_at=None).update(
        exchanged_at=timezone.now()
    ):
        token.refresh_from_db()
        used = token.exchanged_at is not None
        raise PortalError(ErrorCode.LAUNCH_TOKEN_USED if used else ErrorCode.LAUNCH_TOKEN_WRONG)


def revoke(actor: Actor, tokens: QuerySet[LaunchToken]) -> int:
    """Refuses the tokens from now on; returns how many still lived.

    Raises SCOPE_MISSING unless an administrator asks.
    """
    if not actor.is_administrator:
        raise PortalError(ErrorCode.SCOPE_MISSING, "Only administrators revoke launch tokens.")
    now = timezone.now()
    live = tokens.filter(revoked_at=None, exchanged_at=None, expires_at__gt=now)
    return live.update(revoked_at=now)


def sweep() -> int:
    """Forgets tokens that ended long ago; returns how many."""
    long_ago = timezone.now() - _REMEMBERED
    old = LaunchToken.objects.filter(expires_at__lt=long_ago)
    return batches.delete(old.order_by("expires_at"))


def _live() -> QuerySet[LaunchToken]:
    """Tokens that are good now, with their keys and clients."""
    now = timezone.now()
    rows = LaunchToken.objects.filter(revoked_at=None, expires_at__gt=now, client__is_active=True)
    rows = rows.filter(credential__revoked_at=None)
    return rows.exclude(credential__expires_at__lte=now)
