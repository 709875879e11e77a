"""Running jobs: claiming, talking to the engine, publishing what it makes.

A Celery message is only a wake-up call. What is to be done, by whom and until when stands in the
Rendition row; every change of a running job needs the fence it was claimed with, so that a worker
that was given up for lost cannot publish over its successor.
"""

from __future__ import annotations

import errno
import json
import logging
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.conversion import leases, made, measured, services
from apps.conversion.engines import protocol
from apps.conversion.engines.registry import Route, route
from apps.conversion.models import Rendition, RenditionPart
from apps.conversion.recipe import all_text
from apps.core.correlation import correlation_id
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import new_token, unseal
from apps.core.tracing import span
from apps.workfiles import services as workfiles
from apps.workfiles.models import Blob

logger = logging.getLogger(__name__)
State, Lane = Rendition.State, Rendition.Lane

_ENGINE_PATIENCE_SECONDS = 20.0
_SIZES_BYTES = 16 * 1024**2
_READ_OUT = ("words", "embedded")
# What the second source of a recipe is to the engine.
_SECOND_SOURCE = {"search": "terms", "join": "next"}
# Less than this left on the disk: whatever failed failed for want of room.
_ROOM_BYTES = 1024**2
# Bulk jobs, and among them one huge one, leave threads of each worker to people who wait.
_permits = {
    Lane.BULK: threading.BoundedSemaphore(max(1, settings.WORKERS // 2)),
    Lane.HUGE: threading.BoundedSemaphore(1),
}


@dataclass(slots=True)
class Outcome:
    """What the engine said of a job."""

    meta: dict[str, Any]
    stats: dict[str, Any]


def work() -> int:
    """Runs queued jobs until none is left for this thread; returns how many it ran."""
    count = 0
    while True:
        with _lanes() as lanes:
            rendition = leases.claim(lanes)
            if rendition is None:
                return count
            for lane in [lane for lane in lanes if lane != rendition.lane]:
                _give_back(lanes, lane)
            run(rendition)
            count += 1


@contextmanager
def _lanes() -> Iterator[set[int]]:
    """The lanes this thread may serve now; permits are given back at the end."""
    lanes: set[int] = {Lane.INTERACTIVE}
    lanes |= {lane for lane, permit in _permits.items() if permit.acquire(blocking=False)}
    try:
        yield lanes
    finally:
        for lane in list(lanes):
            _give_back(lanes, lane)


def _give_back(lanes: set[int], lane: int) -> None:
    lanes.discard(lane)
    if lane in _permits:
        _permits[Lane(lane)].release()


def run(rendition: Rendition) -> None:
    """Carries out a claimed job to its end: ready, or failed with a code."""
    token = correlation_id.set(rendition.correlation_id or "-")
    leases.held.add(rendition.fence)
    try:
        trace = rendition.traceparent
        with span(f"job {rendition.kind}", parent=trace, format=rendition.extension):
            outcome = _convert(rendition)
        _finish(rendition, outcome.meta, outcome.stats)
    except PortalError as error:
        stats = error.data.get("stats")
        _fail(rendition, error.code, error.detail, stats if isinstance(stats, dict) else {})
    except Exception as error:
        outage = workfiles.outage(error)
        if not outage:
            logger.exception("Job %s failed unexpectedly", rendition.pk)
            _fail(rendition, ErrorCode.INTERNAL, "An unexpected error occurred; it was logged.", {})
        elif timezone.now() - rendition.requested_at > workfiles.OUTAGE:
            _fail(rendition, ErrorCode.STORAGE_UNAVAILABLE, outage, {})
        else:  # its lease lapses, and a worker takes it up again: this was no attempt
            logger.warning("Job %s waits: %s", rendition.pk, outage)
            _mine(rendition).update(attempts=0)
    finally:
        leases.held.discard(rendition.fence)
        services.release(rendition)
        services.wake(rendition)
        correlation_id.reset(token)


def _convert(rendition: Rendition) -> Outcome:
    recipe = rendition.what
    way = route(rendition.extension, recipe)
    source, extension = _starting_point(rendition)
    params: dict[str, Any] = recipe.parameters()
    if recipe.kind == "pdf":
        password = unseal(rendition.password) or None
        params |= {"format": rendition.extension, "first_page": True, "password": password}
    with _job_directory(rendition.fence) as directory:
        # So do the jobs on other pages; but what is read out once leaves nothing behind.
        again = rendition.parent is not None and recipe.kind not in _READ_OUT
        workfiles.copy_to(source, directory / "in" / f"source.{extension}", again=again)
        against = _made_of(rendition.partner) if rendition.partner else rendition.against
        if against is not None:
            second = _SECOND_SOURCE.get(recipe.kind, "revised")
            params[second] = f"in/{second}.{recipe.format}"
            workfiles.copy_to(against, directory / params[second])
        if recipe.kind == "search" and rendition.parent:
            params |= _stage_texts(rendition.parent, directory)
        name = f"in/source.{extension}"
        if recipe.kind == "compare":
            name, params["revised"] = (
                _as_docx(directory, name, "original"),
                _as_docx(directory, params["revised"], "revised"),
            )
        return _run_engine(rendition, way, directory, name, params)


def _stage_texts(pdf: Rendition, directory: Path) -> dict[str, Any]:
    """Where a search finds the text of every page; nothing unless all of it has been read."""
    pages = pdf.meta.get("pages")
    if pages is None:  # the whole is there a moment before its job is done
        return {}
    read = RenditionPart.objects.filter(rendition__parent=pdf, rendition__kind="text", name="text")
    parts = {part.rendition.what: part for part in read.select_related("rendition", "blob")}
    wanted = [parts.get(recipe) for recipe in all_text(pages)]
    names = [f"in/text-{number}.json.gz" for number in range(len(wanted))]
    for name, part in zip(names, wanted, strict=True):
        if part is None:
            return {}
        workfiles.copy_to(part.blob, directory / name)
    return {"pages": pages, "texts": names}


def _as_docx(directory: Path, name: str, which: str) -> str:
    """A staged Word document, turned into docx by the office engine unless it is; its new name."""
    stem, _, extension = name.partition(".")
    if extension == "docx":
        return name
    for event in _events(Route("office", "docx"), directory, name, {"format": extension}):
        if event["event"] == "failed":
            raise PortalError(_code(event["code"]), f"The {which} document: {event['detail']}")
        if event["event"] == "part" and event["file"]:
            made.copy(directory, event["file"], directory / f"{stem}.docx")
    return f"{stem}.docx"


def _starting_point(rendition: Rendition) -> tuple[Blob, str]:
    """The bytes a job starts from: the source itself, or the PDF that was made from it."""
    if rendition.parent is None:
        return rendition.source, rendition.extension
    names = ("first",) if rendition.what.needs_first_page_only else ()
    return _made_of(rendition.parent, *names), "pdf"


def _made_of(origin: Rendition, *names: str) -> Blob:
    """The first of these parts that is there, at last the whole."""
    parts = (services.part(origin, name) for name in (*names, *services.WHOLE))
    pdf = next(filter(None, parts), None)
    if pdf is None:
        raise PortalError(ErrorCode.INTERNAL, "The PDF this is made from is gone.")
    return pdf.blob


@contextmanager
def _job_directory(name: str) -> Iterator[Path]:
    directory = settings.JOBS_DIR / name
    for room in ("in", "out", "tmp"):
        (directory / room).mkdir(parents=True)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _run_engine(
    rendition: Rendition, way: Route, directory: Path, source: str, params: dict[str, Any]
) -> Outcome:
    """Sends one request and publishes each part as it comes."""
    outcome = Outcome({}, {})
    failure: protocol.Failed | None = None
    for event in _events(way, directory, source, params):
        if event["event"] == "part":
            _publish(rendition, directory, event)
        elif event["event"] == "done":
            outcome.meta = _whole_meta(event["meta"], directory)
        elif event["event"] == "failed":
            failure = event
        else:
            outcome.stats = {k: v for k, v in event.items() if k != "event"}
    if failure is not None:
        raise PortalError(_code(failure["code"]), failure["detail"], stats=outcome.stats)
    if rendition.kind == "pdf" and "sizes" not in outcome.meta:
        whole = services.part(rendition, "whole")
        if whole is None:
            raise PortalError(ErrorCode.ENGINE_CRASHED, "The engine ended without a document.")
        outcome.meta |= _inspect(whole.blob)
    return outcome


def _events(
    way: Route, directory: Path, source: str, params: dict[str, Any]
) -> Iterator[protocol.Event]:
    """The engine's events; an engine that is being restarted is waited for."""
    seconds, memory = services.limits()
    request: protocol.Request = {
        "op": way.operation,
        "dir": str(directory),
        "source": source,
        "params": params,
        "deadline": seconds,
        "memory": memory,
    }
    socket = settings.RUN_DIR / f"{way.engine}.sock"
    patience = time.monotonic() + _ENGINE_PATIENCE_SECONDS
    while True:
        begun = False
        # Waiting in the engine's own queue is not the document's fault: leave time for it.
        with span(f"engine {way.engine} {way.operation}", "CLIENT"):
            for event in protocol.submit(socket, request, timeout=seconds * 4.0):
                unavailable = event["event"] == "failed" and event["code"] == "engine_unavailable"
                if unavailable and not begun and time.monotonic() < patience:
                    break
                begun = True
                if event["event"] == "failed" and not _has_room():
                    raise OSError(errno.ENOSPC, event["detail"])
                yield event
            else:
                return
        time.sleep(0.25)


def _has_room() -> bool:
    """A converter without room blames the document, or nobody."""
    return shutil.disk_usage(settings.JOBS_DIR).free >= _ROOM_BYTES


def _code(engine_code: str) -> ErrorCode:
    return ErrorCode.LIMIT_EXCEEDED if engine_code == "too_large" else ErrorCode(engine_code)


def _publish(rendition: Rendition, directory: Path, event: protocol.Part) -> None:
    """Makes a part readable, if the job is still ours."""
    if event["media_type"] not in made.MEDIA_TYPES:
        raise PortalError(ErrorCode.ENGINE_CRASHED, "The engine named a type that it never makes.")
    if event["file"] is None:
        blob = rendition.source
    else:
        with made.opened(directory, event["file"]) as stream:
            blob = workfiles.keep(stream)
    meta = dict(event["meta"])
    if rendition.kind == "pdf" and event["name"] == "first":
        meta |= _inspect(blob)
    with transaction.atomic():
        if not Rendition.objects.filter(pk=rendition.pk, fence=rendition.fence).exists():
            raise PortalError(ErrorCode.INTERNAL, "The job was taken over by another worker.")
        part = RenditionPart(
            rendition=rendition,
            name=event["name"],
            blob=blob,
            media_type=event["media_type"],
            meta=meta,
        )
        # One statement: it is run for every page of every document.
        RenditionPart.objects.bulk_create(
            [part],
            update_conflicts=True,
            unique_fields=["rendition", "name"],
            update_fields=["blob", "media_type", "meta"],
        )
    services.release(rendition)


def _inspect(pdf: Blob) -> dict[str, Any]:
    """Page count, page sizes, title of a PDF the engine made, told by the engine."""
    with _job_directory(new_token()) as directory:
        workfiles.copy_to(pdf, directory / "in" / "source.pdf")
        meta: dict[str, Any] = {}
        for event in _events(Route("pages", "inspect"), directory, "in/source.pdf", {}):
            if event["event"] == "failed":
                raise PortalError(_code(event["code"]), event["detail"])
            if event["event"] == "done":
                meta = _whole_meta(event["meta"], directory)
        return meta


def _whole_meta(meta: dict[str, Any], directory: Path) -> dict[str, Any]:
    """The meta of `done`; page sizes too many for a message stand in a file of their own."""
    named = meta.pop("sizes_file", None)
    if named is None:
        return meta
    with made.opened(directory, named) as stream:
        return meta | {"sizes": json.loads(stream.read(_SIZES_BYTES))}


def _mine(rendition: Rendition) -> QuerySet[Rendition]:
    return Rendition.objects.filter(pk=rendition.pk, state=State.RUNNING, fence=rendition.fence)


def _finish(
    rendition: Rendition,
    meta: dict[str, Any],
    stats: dict[str, Any],
    code: str = "",
    detail: str = "",
) -> None:
    now = timezone.now()
    ended = _mine(rendition).update(
        state=State.FAILED if code else State.READY,
        meta=meta,
        stats=stats,
        error_code=code,
        error_detail=detail,
        password="",
        lease_until=None,
        finished_at=now,
    )
    if ended:
        measured.ended(rendition, now, code)


def _fail(rendition: Rendition, code: ErrorCode, detail: str, stats: dict[str, Any]) -> None:
    logger.warning("Job %s (%s) failed: %s: %s", rendition.pk, rendition, code, detail)
    _finish(rendition, {}, stats, code, detail)
