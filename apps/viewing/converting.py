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
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import seal, unseal
from apps.viewing import processes
from apps.viewing.models import Process
from apps.viewing.processes import COMPLETE, Progress, Started
from apps.workfiles import services as workfiles
from apps.workfiles.models import Blob

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
class _Pdf:
    """A PDF an earlier step made, as the source of the next."""

    blob: Blob
    extension: str = "pdf"


class _AlreadyHandedOut(Exception):
    """Another request has made the output."""


def start(
    actor: Actor, sources: Sequence[ConverterSource], format: str, *, echo: Mapping[str, object]
) -> Started:
    """Begins a conversion. Several sources become one file, in their order.

    Raises SCOPE_MISSING, WORK_FILE_NOT_FOUND at `input.sources[n].fileId`.
    """
    actor.require("workfiles:read")
    actor.require("workfiles:write")
    client = actor.require_client()
    files = []
    for number, source in enumerate(sources):
        try:
            files.append(workfiles.get(actor, source.file_id))
        except PortalError as error:
            error.at = f"input.sources[{number}].fileId"
            raise
    keep = timedelta(seconds=client.workfile_seconds)
    started = processes.create(
        client,
        Process.Kind.CONVERT,
        input=dict(echo),
        plan={
            "format": format,
            "sources": [[source.file_id, source.pages] for source in sources],
        },
        passwords=seal(json.dumps([source.password for source in sources])),
        until=timezone.now() + keep,
    )
    for file in files:
        workfiles.keep_until(file, started.process.expires_at)
    _made(started.process)
    return started


def get(actor: Actor, identity: str) -> tuple[Process, Progress]:
    """A conversion, known by its id; `process.output` holds its result once it is complete.

    The result is a list of {file_id, pages, sources: [[file_id, pages], ...]}: one for each page,
    or one of all. Asking takes the conversion its next step. Raises SCOPE_MISSING, JOB_NOT_FOUND.
    """
    actor.require("workfiles:read")
    process = processes.find(actor, identity, Process.Kind.CONVERT)
    return process, progress(process)


def progress(process: Process) -> Progress:
    """How far a conversion is; takes it its next step."""
    if process.output is not None:
        return COMPLETE
    try:
        made = _made(process)
        found = processes.together([processes.of(rendition) for rendition in made])
        if found.state != "complete":
            return found
        final = made[0] if len(made) == 1 else _joined(process, made)
    except PortalError as error:
        if error.code == ErrorCode.NOT_READY:
            return Progress()
        return processes.failure(error)
    found = processes.of(final)
    if found.state == "complete":
        _hand_out(process, final)
    return found if found.state != "processing" else Progress("processing", max(50, found.percent))


def _made(process: Process) -> list[Rendition]:
    """What is made of each source. Raises WORK_FILE_NOT_FOUND."""
    format, sources = process.plan["format"], process.plan["sources"]
    passwords = json.loads(unseal(process.passwords))
    actor = Actor.of_client(process.client, ())
    made = []
    for (file_id, pages), password in zip(sources, passwords, strict=True):
        form = format if len(sources) == 1 else "pdf"
        recipe = recipes.PDF if form == "pdf" and not pages else recipes.file(form, pages)
        file = workfiles.get(actor, file_id)
        made.append(
            conversion.request(file, recipe, client=process.client, password=password, again=False)
        )
    return made


def _joined(process: Process, made: Sequence[Rendition]) -> Rendition:
    """One file of several PDFs, as far as it has come: each step starts when the last is done."""
    step = made[0]
    for following in made[1:]:
        step = conversion.request(
            _pdf(step), recipes.JOIN, client=process.client, against=_pdf(following), again=False
        )
        if step.state != Rendition.State.READY:
            return step
    if process.plan["format"] == "tiff":
        recipe = recipes.file("tiff", "")
        step = conversion.request(_pdf(step), recipe, client=process.client, again=False)
    return step


def _pdf(rendition: Rendition) -> _Pdf:
    """Raises NOT_READY where the cache has just forgotten it."""
    part = conversion.part(rendition, "file" if rendition.kind == "file" else "whole")
    if part is None:
        raise PortalError(ErrorCode.NOT_READY)
    return _Pdf(part.blob)


def _hand_out(process: Process, final: Rendition) -> None:
    """Makes work files of the result, once: of two requests at the same time one wins."""
    parts = [part for part in conversion.parts(final) if part.name != "first"]
    try:
        with transaction.atomic():
            output = [_result(process, final, part) for part in parts]
            vacant = Process.objects.filter(pk=process.pk, output__isnull=True)
            if not vacant.update(output=output):
                raise _AlreadyHandedOut
    except _AlreadyHandedOut:
        process.refresh_from_db(fields=["output"])
    else:
        process.output = output


def _result(process: Process, final: Rendition, part: RenditionPart) -> dict[str, Any]:
    format, sources = process.plan["format"], process.plan["sources"]
    keep = process.expires_at - timezone.now()
    file = workfiles.hand_out(process.client, part.blob, extension=format, keep=keep)
    kind, _, page = part.name.partition("/")
    if kind == "page":
        return {"file_id": file.file_id, "pages": 1, "sources": [[sources[0][0], page]]}
    pages = final.meta.get("chosen", final.meta["pages"])
    return {"file_id": file.file_id, "pages": pages, "sources": sources}
