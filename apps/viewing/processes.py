"""Processes: work a caller asks for and asks after. What they do stands in their own modules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils import timezone

from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.core import batches
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, is_token, new_token
from apps.viewing.models import Process as Process

Kind = Process.Kind


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a process is, as its renditions tell; `error` is why it failed."""

    state: Literal["processing", "complete", "error"] = "processing"
    percent: int = 0
    error: PortalError | None = None


COMPLETE = Progress("complete", 100)


@dataclass(frozen=True, slots=True)
class Started:
    """A process just begun, with its id, told once."""

    process: Process
    identity: str


def create(client: ApiClient, kind: Kind, *, until: datetime, **values: Any) -> Started:
    """A new process that can be asked after `until` then."""
    identity = new_token()
    process = Process.objects.create(
        digest=digest(identity), kind=kind, client=client, expires_at=until, **values
    )
    return Started(process, identity)


def find(actor: Actor, identity: str, kind: Kind) -> Process:
    """The live process with this id. A client finds its own only, a viewer the one it holds.

    Raises JOB_NOT_FOUND alike for an unknown, an expired and a foreign one.
    """
    live = Process.objects.filter(kind=kind, expires_at__gt=timezone.now())
    if actor.kind == "client":
        live = live.filter(client=actor.require_client())
    related = ("client", "package__source__blob", "session", "terms")
    process = None
    if is_token(identity):
        process = live.filter(digest=digest(identity)).select_related(*related).first()
    if process is None:
        raise PortalError(ErrorCode.JOB_NOT_FOUND)
    return process


def failure(error: PortalError) -> Progress:
    """The progress of what failed."""
    return Progress("error", 0, error)


def of(rendition: Rendition) -> Progress:
    """How far one rendition is."""
    if rendition.state == Rendition.State.READY:
        return COMPLETE
    try:
        conversion.raise_failure(rendition)
    except PortalError as error:
        return failure(error)
    if conversion.part(rendition, "first"):
        return Progress("processing", 50)
    return Progress("processing", 10 if rendition.state == Rendition.State.RUNNING else 0)


def together(parts: list[Progress]) -> Progress:
    """How far work is that consists of these: failed as soon as one of them has."""
    failed = next((part for part in parts if part.state == "error"), None)
    if failed is not None:
        return failed
    if all(part.state == "complete" for part in parts):
        return COMPLETE
    return Progress("processing", min(99, sum(part.percent for part in parts) // len(parts)))


def sweep() -> int:
    """Deletes processes nobody can ask after any more; returns how many."""
    over = Process.objects.filter(expires_at__lte=timezone.now())
    return batches.delete(over.order_by("expires_at"))
