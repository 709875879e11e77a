"""Asking for renditions and reading their parts."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from apps.clients import rates
from apps.clients.models import ApiClient
from apps.conversion.engines import protocol
from apps.conversion.engines.registry import engine_version
from apps.conversion.models import Rendition, RenditionPart
from apps.conversion.recipe import Recipe, basis_of
from apps.core.correlation import correlation_id
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, seal
from apps.core.queue import enqueue
from apps.core.tracing import traceparent
from apps.workfiles import services as workfiles
from apps.workfiles.models import Blob

State = Rendition.State
Json = dict[str, Any]
Found = TypeVar("Found")
# How long a failure answers for itself before the next asker may try again.
_FAILURE_MEMORY = timedelta(minutes=10)
_PASSING = {ErrorCode.ENGINE_UNAVAILABLE, ErrorCode.STORAGE_UNAVAILABLE, ErrorCode.INTERNAL}
_PASSING_MEMORY = timedelta(seconds=10)
_BULK_BYTES = 5 * 1024**2
_HUGE_BYTES = 50 * 1024**2
# Nothing is made from these, so nothing waits for them.
_COMPARING = {"compare", "changes"}
_UNLOCK = (
    "Remove the password in the program the document was made with, and send both documents again."
)
_LEAVES = {"raster", "tile", "svg", "text", "words", "embedded", "group", "search", "changes"}
_LEAVES |= {"drawing", "compare"}
_MANY_PAGES = {"text", "words", "search", "file"}
# The part of a rendition that others are made from.
WHOLE = ("whole", "file")


class Source(Protocol):
    """What renditions are made from: a work file, or a part the portal made itself."""

    @property
    def blob(self) -> Blob: ...

    @property
    def extension(self) -> str: ...


def request(
    source: Source,
    recipe: Recipe,
    *,
    client: ApiClient | None,
    password: str = "",
    watermarks: str = "",
    against: Source | None = None,
    again: bool = True,
    begin: bool = True,
) -> Rendition:
    """The rendition of a source by a recipe; the first asker sets the work going.

    Returns at once, whatever its state. A password is part of the cache key: whoever does not
    know it gets nothing that was made with it. `watermarks` is JSON for the engine's `stamp`;
    `against` is the revised document of a comparison, or the terms of a search. With `again`, a
    failure of some time ago is tried once more. Without `begin` this only looks, and raises
    NOT_READY where nobody has asked yet.
    """

    def row() -> Json:
        basis = basis_of(recipe, watermarks)
        parent = None
        if basis is not None:
            parent = request(source, basis, client=client, password=password, watermarks=watermarks)
        return {
            "source": source.blob,
            "against": against.blob if against else None,
            "extension": source.extension,
            "parent": parent,
            "client": client,
            "state": State.WAITING if parent else State.QUEUED,
            "password": seal(password) if parent is None else "",
        }

    key = _key(source, recipe, password, against)
    return _obtain(key, recipe, row, password=password, again=again, begin=begin)


def derive(
    recipe: Recipe,
    parent: Rendition,
    partner: Rendition | None = None,
    *,
    again: bool = True,
    begin: bool = True,
) -> Rendition:
    """What is made of one or two renditions that may be under way themselves.

    It starts by itself when their documents are there (part "whole" or "file"), and fails with the
    first of them that fails. `recipe` is a `join`, `changes`, or a `file` of what was joined;
    `again` and `begin` are as for :func:`request`.
    """
    origins = [parent, *([partner] if partner else [])]
    lines = [*(one.key for one in origins), recipe.canonical(), engine_version(recipe.kind)]
    key = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    row: Json = {
        "source": parent.source,
        "extension": parent.extension,
        "parent": parent,
        "partner": partner,
        "client": parent.client,
        "state": State.WAITING,
    }
    return _obtain(key, recipe, lambda: row, password="", again=again, begin=begin)


def _obtain(
    key: str, recipe: Recipe, row: Callable[[], Json], *, password: str, again: bool, begin: bool
) -> Rendition:
    """The rendition with this key. Of those who ask at once, one makes its row and starts it."""
    rendition = Rendition.objects.filter(key=key).first()
    if not begin:
        if rendition is None:
            raise PortalError(ErrorCode.NOT_READY)
        return rendition
    if rendition is None:
        values = row()
        if values["client"] is not None and values["parent"] is None:
            rates.count_conversion(values["client"])
        values |= {
            "recipe": _as_json(recipe),
            "kind": recipe.kind,
            "lane": _lane(values["source"], recipe),
            "correlation_id": correlation_id.get(),
            "traceparent": traceparent(),
        }
        rendition, created = Rendition.objects.get_or_create(key=key, defaults=values)
        if created:
            _start(rendition)
            return rendition
    _note_use(rendition)
    if again:
        _retry_forgotten_failure(rendition, password)
    return rendition


def _start(rendition: Rendition) -> None:
    """Lets new work begin, at once or when what it is made from is there."""
    if rendition.parent is None:
        enqueue("conversion.work")
        return
    release(rendition.parent)
    if rendition.partner is not None:
        release(rendition.partner)


def part(rendition: Rendition, name: str) -> RenditionPart | None:
    """A part if it is made already."""
    return rendition.parts.filter(name=name).select_related("blob").first()


def ready_parts(
    source: Source, recipes: Sequence[Recipe], name: str, *, password: str = ""
) -> dict[Recipe, RenditionPart]:
    """The parts of this name that are made already, of many recipes in one look; a use of them."""
    keys = {_key(source, recipe, password, None): recipe for recipe in recipes}
    made = RenditionPart.objects.filter(rendition__key__in=keys, name=name)
    found = {keys[part.rendition.key]: part for part in made.select_related("rendition", "blob")}
    now = timezone.now()
    stale = [
        part.rendition_id
        for part in found.values()
        if now - part.rendition.used_at > timedelta(minutes=1)
    ]
    if stale:
        Rendition.objects.filter(pk__in=stale).update(used_at=now)
    return found


def parts(rendition: Rendition) -> list[RenditionPart]:
    """The parts made so far, in the order they were made in."""
    return list(rendition.parts.select_related("blob").order_by("pk"))


def add_part(rendition: Rendition, name: str, content: bytes, media_type: str) -> None:
    """Keeps what was worked out from a rendition's parts beside them.

    Nothing is kept when the rendition was evicted meanwhile.
    """
    blob = workfiles.keep_bytes(content)
    with contextlib.suppress(IntegrityError), transaction.atomic():
        rendition.parts.update_or_create(
            name=name, defaults={"blob": blob, "media_type": media_type}
        )


def wait_for(rendition: Rendition, *names: str, seconds: float) -> RenditionPart:
    """A part, or whichever of several is there first, waiting up to `seconds` for it.

    Raises the rendition's own error when it failed, and NOT_READY when the time is over.
    """

    def look() -> RenditionPart | None:
        if found := _any_part(rendition, names):
            return found
        _refresh(rendition)
        raise_failure(rendition)
        if rendition.state != State.READY:
            return None
        # Made between the two look-ups, or not one of its parts at all.
        if found := _any_part(rendition, names):
            return found
        raise PortalError(ErrorCode.PAGE_NOT_FOUND, f"There is no {names[0]} in this document.")

    return _before_long(look, seconds)


def _any_part(rendition: Rendition, names: tuple[str, ...]) -> RenditionPart | None:
    return rendition.parts.filter(name__in=names).select_related("blob").first()


def wait_until_done(rendition: Rendition, *, seconds: float) -> None:
    """Waits for the end of a job. Raises its error when it failed, and NOT_READY in the end."""

    def look() -> bool | None:
        _refresh(rendition)
        raise_failure(rendition)
        return rendition.state == State.READY or None

    _before_long(look, seconds)


def _before_long(look: Callable[[], Found | None], seconds: float) -> Found:
    """What is found in the end. Raises NOT_READY when the time is over."""
    began = time.monotonic()
    while (found := look()) is None:
        waited = time.monotonic() - began
        if waited >= seconds:
            raise PortalError(ErrorCode.NOT_READY)
        # Nobody waits much longer than the work takes, and long waits cost few look-ups.
        time.sleep(min(max(0.01, waited / 8), 0.25))
    return found


def _refresh(rendition: Rendition) -> None:
    """Reads the row again. Raises NOT_READY when it was evicted: asking again makes it anew."""
    try:
        rendition.refresh_from_db()
    except Rendition.DoesNotExist:
        raise PortalError(ErrorCode.NOT_READY) from None


def raise_failure(rendition: Rendition) -> None:
    """Raises the error a failed rendition ended with."""
    if rendition.state == State.FAILED:
        raise failure(rendition)


def failure(rendition: Rendition) -> PortalError:
    """The error a failed rendition ended with."""
    code = ErrorCode(rendition.error_code)
    locked = code == ErrorCode.PASSWORD_REQUIRED and rendition.kind in _COMPARING
    remedy = _UNLOCK if locked else ""
    return PortalError(code, rendition.error_detail, remedy=remedy)


def release(parent: Rendition) -> None:
    """Lets the renditions start that waited for a part of this one; fails them if it failed.

    What is made of two waits for both. Safe to call at any time and twice: each
    change is conditional.
    """
    if parent.kind in _LEAVES:
        return
    try:
        parent.refresh_from_db(fields=["state", "error_code", "error_detail"])
    except Rendition.DoesNotExist:
        return  # evicted, and with it what waited
    waiting = Rendition.objects.filter(Q(parent=parent) | Q(partner=parent), state=State.WAITING)
    if parent.state == State.FAILED:
        failed = list(waiting)
        waiting.update(
            state=State.FAILED,
            error_code=parent.error_code,
            error_detail=parent.error_detail,
            finished_at=timezone.now(),
        )
        for rendition in failed:
            release(rendition)
        return
    names = set(parent.parts.values_list("name", flat=True))
    if names.isdisjoint(WHOLE):
        if "first" not in names:
            return
        waiting = waiting.filter(recipe__last=0)
    made = RenditionPart.objects.filter(name__in=WHOLE)
    both = Q(Exists(made.filter(rendition=OuterRef("parent")))) & Q(
        Exists(made.filter(rendition=OuterRef("partner")))
    )
    for _ in range(waiting.filter(Q(partner=None) | both).update(state=State.QUEUED)):
        enqueue("conversion.work")


def wake(rendition: Rendition) -> None:
    """Tells those who wait for renditions of this kind that one has ended."""
    for task in settings.WAKE_AFTER_CONVERSION.get(rendition.kind, ()):
        enqueue(task)


def retry(rendition: Rendition, password: str = "") -> bool:
    """Queues a failed rendition once more; False when it is not failed (any more)."""
    parent = rendition.parent
    for origin in filter(None, (parent, rendition.partner)):
        origin.refresh_from_db()
        if origin.state == State.FAILED:
            retry(origin, password)
    changed = Rendition.objects.filter(pk=rendition.pk, state=State.FAILED).update(
        state=State.WAITING if parent else State.QUEUED,
        attempts=0,
        error_code="",
        error_detail="",
        finished_at=None,
        requested_at=timezone.now(),
        password=seal(password) if parent is None else "",
        correlation_id=correlation_id.get(),
        traceparent=traceparent(),
    )
    if changed:
        rendition.refresh_from_db()
        _start(rendition)
    return bool(changed)


def _retry_forgotten_failure(rendition: Rendition, password: str) -> None:
    if rendition.state != State.FAILED or rendition.finished_at is None:
        return
    memory = _PASSING_MEMORY if rendition.error_code in _PASSING else _FAILURE_MEMORY
    if timezone.now() - rendition.finished_at > memory:
        retry(rendition, password)


def _note_use(rendition: Rendition) -> None:
    """Keeps it from being evicted; written at most once a minute."""
    now = timezone.now()
    if now - rendition.used_at > timedelta(minutes=1):
        chain = filter(None, (rendition.pk, rendition.parent_id, rendition.partner_id))
        Rendition.objects.filter(pk__in=list(chain)).update(used_at=now)


def _key(source: Source, recipe: Recipe, password: str, against: Source | None) -> str:
    parts = [
        source.blob.sha256,
        source.extension,
        recipe.canonical(),
        engine_version(recipe.kind),
        digest(password) if password else "",
        *([against.blob.sha256, against.extension] if against else []),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _as_json(recipe: Recipe) -> dict[str, object]:
    return {name: getattr(recipe, name) for name in Recipe.__slots__}


def _lane(source: Blob, recipe: Recipe) -> int:
    """Pages a person looks at come first; then by size, so that one big file stalls nobody."""
    if recipe.kind == "join" or (recipe.kind in _MANY_PAGES and recipe.last > 0):
        return Rendition.Lane.BULK
    if recipe.kind != "pdf" or source.size <= _BULK_BYTES:
        return Rendition.Lane.INTERACTIVE
    return Rendition.Lane.BULK if source.size <= _HUGE_BYTES else Rendition.Lane.HUGE


def queue_length() -> int:
    """How many jobs wait for a worker."""
    return Rendition.objects.filter(state=State.QUEUED).count()


def limits() -> tuple[int, int]:
    """(seconds, bytes of memory) one document may use."""
    return settings.CONVERSION_SECONDS, settings.CONVERSION_MEMORY_BYTES


def engine(name: str, *, seconds: float = 5.0) -> protocol.Pong:
    """What an engine says of itself. Raises EngineUnavailable when it says nothing in time."""
    return protocol.ping(settings.RUN_DIR / f"{name}.sock", seconds)
