"""Content converters: work files in, work files in another format out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.clients.actors import Actor
from apps.conversion import recipe as recipes
from apps.conversion import services as conversion
from apps.conversion.models import Rendition, RenditionPart
from apps.core.errors import PortalError
from apps.core.ids import seal, unseal
from apps.viewing import processes
from apps.viewing.models import Process
from apps.viewing.processes import COMPLETE, Progress, Started
from apps.workfiles import services as workfiles

FORMATS = ("pdf", "png", "jpeg", "svg", "tiff", "txt")
# Sources can be joined into one file of these.
JOINED_FORMATS = ("pdf", "tiff")
MOST_SOURCES = 100


@dataclass(frozen=True, slots=True)
class ConverterSource:
    """A work file, and which of its pages: "0-2,5,7-" from 0, blank for all."""

    file_id: str
    pages: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The files to be made: several sources become one, in their order, unless pages are `apart`.

    Images fit into `width` and `height` pixels where these are not 0. The files live for `keep`
    at least.
    """

    sources: Sequence[ConverterSource]
    format: str
    width: int = 0
    height: int = 0
    apart: bool = False
    keep: timedelta = timedelta()


class _AlreadyHandedOut(Exception):
    """Another request has made the output."""


def start(actor: Actor, wanted: Wanted, *, echo: Mapping[str, object]) -> Started:
    """Begins a conversion; it goes on to its end by itself.

    Raises SCOPE_MISSING, WORK_FILE_NOT_FOUND at `input.sources[n].fileId`.
    """
    actor.require("workfiles:read")
    actor.require("workfiles:write")
    client = actor.require_client()
    files = []
    for number, source in enumerate(wanted.sources):
        try:
            files.append(workfiles.get(actor, source.file_id))
        except PortalError as error:
            error.at = f"input.sources[{number}].fileId"
            raise
    keep = max(wanted.keep, timedelta(seconds=client.workfile_seconds))
    started = processes.create(
        client,
        Process.Kind.CONVERT,
        input=dict(echo),
        plan={
            "format": wanted.format,
            "width": wanted.width,
            "height": wanted.height,
            "apart": wanted.apart,
            "sources": [[source.file_id, source.pages] for source in wanted.sources],
        },
        passwords=seal(json.dumps([source.password for source in wanted.sources])),
        until=timezone.now() + keep,
    )
    for file in files:
        workfiles.keep_until(file, started.process.expires_at)
    _made(started.process)
    return started


def get(actor: Actor, identity: str) -> tuple[Process, Progress]:
    """A conversion, known by its id; `process.output` holds its result once it is complete.

    The result is a list of {file_id, pages, sources: [[file_id, pages], ...]}: one for each page,
    or one of all. Raises SCOPE_MISSING, JOB_NOT_FOUND.
    """
    actor.require("workfiles:read")
    process = processes.find(actor, identity, Process.Kind.CONVERT)
    return process, progress(process)


def progress(process: Process) -> Progress:
    """How far a conversion is; once its files are there they are handed out."""
    if process.output is not None:
        return COMPLETE
    try:
        made, final = _made(process)
    except PortalError as error:
        return processes.failure(error)
    found = processes.together([processes.of(rendition) for rendition in (*made, *final)])
    if found.state == "complete":
        _hand_out(process, made, final)
    return found


def glance(process: Process) -> Progress:
    """The same for who only looks: nothing is begun and nothing handed out. Raises NOT_READY."""
    if process.output is not None:
        return COMPLETE
    made, final = _made(process, begin=False)
    return processes.together([processes.of(rendition) for rendition in (*made, *final)])


def _made(process: Process, *, begin: bool = True) -> tuple[list[Rendition], list[Rendition]]:
    """What is made of each source, and of that what is handed out. Raises WORK_FILE_NOT_FOUND.

    All of it is asked for at once: what is made from something else waits for that.
    """
    plan = process.plan
    options = {name: plan[name] for name in ("width", "height", "apart")}
    joins = len(plan["sources"]) > 1 and not plan["apart"]
    form = "pdf" if joins else plan["format"]
    passwords = json.loads(unseal(process.passwords))
    actor = Actor.of_client(process.client, ())
    made = []
    for (file_id, pages), password in zip(plan["sources"], passwords, strict=True):
        plain = form == "pdf" and not pages and not plan["apart"]
        recipe = recipes.PDF if plain else recipes.file(form, pages, **({} if joins else options))
        file = workfiles.get(actor, file_id)
        made.append(
            conversion.request(
                file, recipe, client=process.client, password=password, again=False, begin=begin
            )
        )
    if not joins:
        return made, made
    joined = made[0]
    for following in made[1:]:
        joined = conversion.derive(recipes.JOIN, joined, following, again=False, begin=begin)
    if plan["format"] == "tiff":
        recipe = recipes.file("tiff", "", **options)
        joined = conversion.derive(recipe, joined, again=False, begin=begin)
    return made, [joined]


def _hand_out(process: Process, made: Sequence[Rendition], final: Sequence[Rendition]) -> None:
    """Makes work files of the result, once: of two requests at the same time one wins."""
    sources = [
        [file_id, _closed(pages or "0-", int(rendition.meta["pages"]) - 1)]
        for (file_id, pages), rendition in zip(process.plan["sources"], made, strict=True)
    ]
    shares = [sources] if len(final) == 1 else [[source] for source in sources]
    try:
        with transaction.atomic():
            output = [
                _result(process, rendition, part, share)
                for rendition, share in zip(final, shares, strict=True)
                for part in conversion.parts(rendition)
                if part.name != "first"
            ]
            vacant = Process.objects.filter(pk=process.pk, output__isnull=True)
            if not vacant.update(output=output):
                raise _AlreadyHandedOut
    except _AlreadyHandedOut:
        process.refresh_from_db(fields=["output"])
    else:
        process.output = output


def _closed(pages: str, last: int) -> str:
    """The same pages with nothing left open."""
    spans = [f"{part}{last}" if part.endswith("-") else part for part in pages.split(",")]
    return ",".join("0" if span == "0-0" else span for span in spans)


def _result(
    process: Process, final: Rendition, part: RenditionPart, sources: list[list[str]]
) -> dict[str, Any]:
    keep = process.expires_at - timezone.now()
    format = process.plan["format"]
    file = workfiles.hand_out(process.client, part.blob, extension=format, keep=keep)
    kind, _, page = part.name.partition("/")
    if kind == "page":
        return {"file_id": file.file_id, "pages": 1, "sources": [[sources[0][0], page]]}
    pages = final.meta.get("chosen", final.meta["pages"])
    return {"file_id": file.file_id, "pages": pages, "sources": sources}
