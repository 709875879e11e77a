"""Search tasks: many terms at once, in the background, with results as they come.

Terms may be regular expressions, so the jailed engine searches, not this process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from apps.clients.actors import Actor
from apps.conversion import made
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.conversion.recipe import SEARCH
from apps.conversion.search import Term as Term
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import unseal
from apps.document_sessions import services as sessions
from apps.viewing import processes, services
from apps.viewing.models import Process
from apps.viewing.processes import Progress
from apps.viewing.view import View
from apps.workfiles import services as workfiles
from apps.workfiles.models import Blob

MOST_TERMS = 1000
Hit = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a search searches for, as the second source of its rendition."""

    blob: Blob
    extension: str = "json"


@dataclass(frozen=True, slots=True)
class Task:
    """A search task as it stands. `timed_out` are the numbers of terms that took too long."""

    process: Process
    progress: Progress
    timed_out: Sequence[int] = ()
    truncated: bool = False


def start(identity: str, terms: Sequence[Term], *, echo: Mapping[str, object]) -> tuple[str, Task]:
    """Begins to search a session's document; returns the task's id with the task.

    Raises DOCUMENT_MISSING, INPUT_INVALID for no regular expression, and session errors.
    """
    for number, term in enumerate(terms):
        try:
            term.check()
        except ValueError as error:
            raise PortalError(
                ErrorCode.INPUT_INVALID,
                f"The pattern is no regular expression: {error}.",
                at=f"input.searchTerms[{number}].pattern",
            ) from error
    view = services.look(Actor.viewer(), identity)
    content = json.dumps({"terms": [asdict(term) for term in terms]}, sort_keys=True)
    started = processes.create(
        view.session.client,
        Process.Kind.SEARCH,
        session=view.session,
        terms=workfiles.keep_bytes(content.encode()),
        input=dict(echo),
        until=view.session.ends_at,
    )
    return started.identity, _task(started.process, _request(view, started.process))


def get(identity: str) -> Task:
    """A task, known by its id. Raises JOB_NOT_FOUND, and errors of the session it belongs to."""
    process = processes.find(Actor.viewer(), identity, Process.Kind.SEARCH)
    return _task(process, _rendition(process))


def cancel(identity: str) -> None:
    """Forgets a task. Raises JOB_NOT_FOUND."""
    processes.find(Actor.viewer(), identity, Process.Kind.SEARCH).delete()


@dataclass(frozen=True, slots=True)
class Results:
    """Hits from an offset on. `following` is where to go on; None at the end of a whole search."""

    hits: list[Hit]
    following: int | None


def results(identity: str, *, offset: int, limit: int) -> Results:
    """Hits found so far, by page, then term, then place on the page.

    A hit is {page, term, before, match, after, boxes}: `term` counts from 0, boxes are in points
    from the top left of the page. Errors as for :func:`get`; that of a failed search is raised
    when its hits have all been read.
    """
    process = processes.find(Actor.viewer(), identity, Process.Kind.SEARCH)
    rendition = _rendition(process)
    whole = rendition.state == Rendition.State.READY
    hits: list[Hit] = []
    begin = 0
    for part in conversion.parts(rendition):
        end = begin + int(part.meta["hits"])
        if end > offset and len(hits) < limit:
            found = json.loads(made.unpacked(workfiles.read_all(part.blob)))["hits"]
            first = max(0, offset - begin)
            hits += found[first : first + limit - len(hits)]
        begin = end
    following = offset + len(hits)
    if not hits:
        conversion.raise_failure(rendition)
    return Results(hits, None if whole and following >= begin else following)


def glance(process: Process) -> Progress:
    """How far a task is, for who only looks: nothing is begun. Raises NOT_READY."""
    detail = process.session.viewing if process.session is not None else None
    if detail is None or detail.source is None or process.terms is None:
        raise PortalError(ErrorCode.NOT_READY)
    rendition = conversion.request(
        detail.source,
        SEARCH,
        client=None,
        password=unseal(detail.password),
        against=_Terms(process.terms),
        begin=False,
    )
    return _task(process, rendition).progress


def _rendition(process: Process) -> Rendition:
    if process.session is None:
        raise PortalError(ErrorCode.JOB_NOT_FOUND)
    sessions.ensure_live(process.session)
    return _request(services.show(process.session), process)


def _request(view: View, process: Process) -> Rendition:
    if process.terms is None:
        raise PortalError(ErrorCode.JOB_NOT_FOUND)
    return conversion.request(
        view.source,
        SEARCH,
        client=view.session.client,
        password=view.password,
        against=_Terms(process.terms),
        again=False,
    )


def _task(process: Process, rendition: Rendition) -> Task:
    progress = processes.of(rendition)
    if progress.state != "processing":
        meta = rendition.meta
        return Task(process, progress, meta.get("timed_out", ()), bool(meta.get("truncated")))
    pages = rendition.parent.meta.get("pages") if rendition.parent else None
    done = max((int(part.meta["pages"]) for part in conversion.parts(rendition)), default=0)
    percent = min(99, 100 * done // int(pages)) if pages else 0
    return Task(process, Progress("processing", percent))
