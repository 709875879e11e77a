"""Questions about credentials that more than one place asks."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone


def is_live(path: str = "") -> Q:
    """The condition "works now" on a credential, reached through `path` ("credentials__")."""
    unexpired = Q(**{f"{path}expires_at": None}) | Q(**{f"{path}expires_at__gt": timezone.now()})
    return Q(**{f"{path}revoked_at": None}) & unexpired
