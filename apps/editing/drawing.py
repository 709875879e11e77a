"""Drawings: what one consists of, and the mark-up that a page sends instead of a whole drawing."""

from __future__ import annotations

from contextlib import suppress

from django.db.models import ProtectedError

from apps.clients.actors import Actor
from apps.conversion import direct, drawings, recipe
from apps.conversion import services as conversion
from apps.conversion.models import RenditionPart
from apps.core.errors import ErrorCode, PortalError
from apps.editing import sources
from apps.editing.models import EditedDocument, Revision
from apps.editing.services import Editing
from apps.workfiles import services as workfiles
from apps.workfiles.formats import FORMATS
from apps.workfiles.models import WorkFile

# What a page names as the format of mark-up, where others name that of a file.
MARKUP = "markup"
_FAMILIES = ("dxf", "svg")
_STORED_AS = "json"
_SECONDS = 60.0


def part(editing: Editing, revision: Revision, name: str, *, seconds: float) -> RenditionPart:
    """A part of a drawing as `conversion.recipe` describes it: `drawing` or `picture/N`.

    Raises FORMAT_UNSUPPORTED for what is no drawing, PAGE_NOT_FOUND, NOT_READY while it is being
    made, and why it could not be.
    """
    extension = revision.work_file.extension
    if not _is_drawing(extension):
        raise PortalError(ErrorCode.FORMAT_UNSUPPORTED, f"A file .{extension} is no drawing.")
    wanted = recipe.drawing(extension)
    rendition = conversion.request(revision.work_file, wanted, client=editing.client)
    return conversion.wait_for(rendition, name, seconds=seconds)


def take_in(actor: Actor, body: workfiles.Readable, document: EditedDocument) -> WorkFile:
    """The mark-up of a drawing, checked; :func:`built` makes the drawing of it.

    Raises FORMAT_MISMATCH where the document is no drawing, INPUT_INVALID, DOCUMENT_TOO_LARGE.
    """
    newest = document.revisions.filter(side=False).latest("number")
    if not _is_drawing(newest.work_file.extension):
        raise PortalError(ErrorCode.FORMAT_MISMATCH, "Only drawings take mark-up.", at="extension")
    content = b""
    while piece := body.read(drawings.MOST_BYTES + 1 - len(content)):
        content += piece
    if len(content) > drawings.MOST_BYTES:
        raise PortalError(
            ErrorCode.DOCUMENT_TOO_LARGE,
            f"Mark-up may have {drawings.MOST_BYTES} bytes.",
            at="body",
            limit=drawings.MOST_BYTES,
        )
    try:
        drawings.read(content)
    except ValueError as error:
        raise PortalError(ErrorCode.INPUT_INVALID, str(error), at="body") from error
    return _stored(actor, document, content, _STORED_AS)


def built(document: EditedDocument, work_file: WorkFile, base: int) -> WorkFile:
    """The drawing of version `base` with mark-up that was taken in; any other file as it is.

    Where autosaves since have removed that version, of the last one before it. The same mark-up
    on the same version makes the same bytes. Raises why the engine could not do it.
    """
    versions = document.revisions.filter(side=False, number__lte=base)
    revision = versions.select_related("work_file__blob").order_by("-number").first()
    if revision is None or work_file.extension != _STORED_AS:
        return work_file
    source = revision.work_file
    if not _is_drawing(source.extension):
        return work_file
    name = f"source.{source.extension}"
    params = {"format": source.extension, "markup": "in/markup.json"}
    try:
        with direct.bench() as bench:
            bench.put(name, source.blob)
            bench.put("markup.json", work_file.blob)
            _, files = bench.run("pages", "markup", name, params, seconds=_SECONDS)
            content = bench.read(files["drawing"])
    except PortalError as error:
        if error.code == ErrorCode.NOT_READY:
            raise PortalError(ErrorCode.ENGINE_UNAVAILABLE) from error
        raise
    made = _stored(Actor.of_client(document.client, ()), document, content, source.extension)
    with suppress(ProtectedError):  # a draft, until the version is there
        work_file.delete()
    return made


def _is_drawing(extension: str) -> bool:
    return FORMATS[extension].family in _FAMILIES


def _stored(actor: Actor, document: EditedDocument, content: bytes, extension: str) -> WorkFile:
    client = actor.require_client()
    return workfiles.hand_out(
        client,
        workfiles.keep_bytes(content),
        extension=extension,
        name=document.name,
        keep=sources.keep(client),
    )
