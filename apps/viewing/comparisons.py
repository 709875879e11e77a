"""Sessions opened to compare two documents of any format, and how far the comparison is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.db import transaction

from apps.clients.actors import Actor
from apps.comparison import services as comparison
from apps.comparison.revision import Proof
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.core.errors import ErrorCode, PortalError
from apps.viewing import services
from apps.viewing.comparing import Side, attach_work_files
from apps.viewing.view import View


@dataclass(frozen=True, slots=True)
class Status:
    """How far a comparison is; counts and proof once it is ready."""

    state: Literal["empty", "comparing", "ready", "failed"]
    revisions: int | None = None
    substantive: int | None = None
    proof: Proof | None = None
    error: PortalError | None = None


def open_session(
    actor: Actor, options: services.Options, file_ids: Mapping[Side, str], *, dialect: str
) -> str:
    """Opens a session on two documents, on work files as far as they are named; returns its id.

    `options.compare` says how. Raises SCOPE_MISSING, QUOTA_EXCEEDED, and WORK_FILE_NOT_FOUND or
    FORMAT_NOT_COMPARABLE `at` the side; then nothing is opened.
    """
    with transaction.atomic():
        _, identity = services.open_session(actor, options, dialect=dialect)
        if file_ids:
            attach_work_files(actor, identity, file_ids)
    return identity


def find(actor: Actor, identity: str) -> View:
    """The actor's session on two documents of any format. Raises SESSION_NOT_FOUND for others."""
    view = services.find(actor, identity)
    if not view.detail.method:
        raise PortalError(ErrorCode.SESSION_NOT_FOUND)
    return view


def look(identity: str) -> View:
    """A session on two documents, for whoever holds its id; a use of it.

    Raises SESSION_NOT_FOUND, also where it is on a single document, and session errors.
    """
    view = services.look(Actor.viewer(), identity)
    if not view.compares:
        raise PortalError(ErrorCode.SESSION_NOT_FOUND)
    return view


def status(view: View) -> Status:
    """How far the comparison of a session is."""
    rendition = view.comparison
    if rendition is None:
        return Status("empty")
    if rendition.state == Rendition.State.READY:
        meta = rendition.meta
        proof = comparison.proof_of(meta)
        return Status("ready", meta["revisions"], meta["substantive"], proof)
    try:
        conversion.raise_failure(rendition)
    except PortalError as error:
        return Status("failed", error=error)
    return Status("comparing")
