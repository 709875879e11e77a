"""The ledger of conversion jobs, as the program whose documents they are of sees it."""

from __future__ import annotations

from django.db.models import QuerySet

from apps.clients.actors import Actor
from apps.conversion import services
from apps.conversion.models import Rendition as Rendition
from apps.core.errors import ErrorCode, PortalError

STATES = tuple(Rendition.State.values)


def jobs(
    actor: Actor,
    *,
    state: str = "",
    format: str = "",
    code: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[Rendition]:
    """The client's own jobs, newest first: those with an id below `before`. Raises SCOPE_MISSING.

    Blank filters are none.
    """
    rows = _own(actor)
    wanted = {"state": state, "extension": format, "error_code": code}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def job(actor: Actor, identity: int) -> Rendition:
    """One of the client's jobs. Raises SCOPE_MISSING, JOB_NOT_FOUND."""
    found = _own(actor).filter(pk=identity).first()
    if found is None:
        raise PortalError(ErrorCode.JOB_NOT_FOUND)
    return found


def retry(actor: Actor, identity: int) -> Rendition:
    """Queues a job that failed once more; one that did not is left as it is.

    A document's password is not kept: a job that needs one fails again. Raises SCOPE_MISSING,
    JOB_NOT_FOUND.
    """
    actor.require("jobs:write")
    found = job(actor, identity)
    if services.retry(found):
        actor.note("job tried again", found)
    return found


def _own(actor: Actor) -> QuerySet[Rendition]:
    actor.require("jobs:read")
    return Rendition.objects.filter(client=actor.require_client()).select_related("parent")
