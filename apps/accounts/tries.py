"""How often one may try to sign in: few times under a name, and not many under any, per address.

A try is counted before it is made, so that tries at the same moment all count; signing in takes
back what it counted. Nobody can lock a person out from another address.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format

from apps.accounts.models import SignInTries
from apps.audit import trail
from apps.core import batches
from apps.core.correlation import address

WINDOW = timedelta(minutes=15)
UNDER_ONE_NAME = 5
UNDER_ANY_NAME = 50


def take(username: str) -> None:
    """Counts a try from the request's address. Raises ValidationError while that is locked."""
    for name, most in ((_name(username), UNDER_ONE_NAME), ("", UNDER_ANY_NAME)):
        if until := _take(name, most):
            raise refusal(until)


def _take(name: str, most: int) -> datetime | None:
    now = timezone.now()
    with transaction.atomic():
        rows = SignInTries.objects.select_for_update()
        row, _ = rows.get_or_create(username=name, network=_network())
        if row.locked_until and row.locked_until > now:
            return row.locked_until
        if row.locked_until or row.since < now - WINDOW:
            row.count, row.since, row.locked_until = 0, now, None
        row.count += 1
        if row.count >= most:
            row.locked_until = now + WINDOW
        row.save()
    return None


def failed(username: str) -> None:
    """The try came to nothing. Raises ValidationError if it was the last one for a while."""
    here = SignInTries.objects.filter(network=_network(), username__in=("", _name(username)))
    for row in here.filter(locked_until__gt=timezone.now()).order_by("-username"):
        detail = f"{row.count} tries since {row.since:%H:%M:%S} UTC"
        trail.record(trail.By.NOBODY, row.username or "anybody", "locked out", row, detail)
        raise refusal(row.locked_until or timezone.now())


def forgive(username: str) -> None:
    """The person has signed in."""
    here = SignInTries.objects.filter(network=_network())
    here.filter(username=_name(username)).delete()
    here.filter(username="", count__gt=0).update(count=F("count") - 1, locked_until=None)


def refusal(until: datetime) -> ValidationError:
    """Says when to try again; the same words whether or not there is such a person."""
    minutes = max(1, round((until - timezone.now()).total_seconds() / 60))
    return ValidationError(
        f"Too many failed attempts. Try again at {date_format(until, 'H:i')} UTC, in {minutes} "
        f"minute{'s' if minutes > 1 else ''}, or ask another administrator to unlock you.",
        code="locked",
    )


def sweep() -> int:
    """Deletes what counts no longer; returns how many."""
    now = timezone.now()
    over = Q(locked_until=None) | Q(locked_until__lt=now)
    return batches.delete(
        SignInTries.objects.filter(over, since__lt=now - WINDOW).order_by("since")
    )


def _name(username: str) -> str:
    """Without regard to case: a person of another spelling would not be found."""
    return username.strip().casefold()[:150]


def _network() -> str:
    """The address; of an IPv6 one what a single customer has, who owns all addresses in it."""
    try:
        parsed = ipaddress.ip_address(address.get())
    except ValueError:
        return address.get()
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(parsed), 64), strict=False))
