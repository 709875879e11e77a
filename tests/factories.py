"""People and things that tests need: clients, work files, sessions, renditions, small documents."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone
from docx import Document
from PIL import Image

from apps.clients import services as clients
from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.conversion import services as conversion
from apps.conversion.models import Rendition, RenditionPart
from apps.conversion.recipe import PDF, Recipe
from apps.document_sessions import services as sessions
from apps.document_sessions.lifecycle import Lifetime
from apps.document_sessions.models import DocumentSession
from apps.viewing import services as viewing
from apps.viewing.models import ViewingDetail
from apps.workfiles import services as workfiles
from apps.workfiles.models import Blob, WorkFile

SCOPES = ("viewing:read", "viewing:write", "workfiles:read", "workfiles:write")
READ_ONLY = ("viewing:read", "workfiles:read")
DAY = timedelta(days=1)
PDF_BYTES = b"%PDF-1.4\n%no parser of this project is meant to see these bytes\n%%EOF\n"


def actor(name: str = "full", *, scopes: Iterable[str] = SCOPES, **policies: Any) -> Actor:
    """A program of this name, the same one each time, with these policies and scopes."""
    client = ApiClient.objects.filter(name=name).first()
    if client is None:
        client = clients.register_client(Actor.system(), name, scopes=SCOPES, default_scopes=SCOPES)
    for policy, value in policies.items():
        setattr(client, policy, value)
    client.save()
    return Actor.of_client(client, scopes)


def caller(name: str = "full", *, scopes: Iterable[str] = SCOPES) -> Client:
    """An HTTP client of Django's test tools that holds the program's access key."""
    program = actor(name)
    assert program.client is not None
    program.client.scopes.set(scopes)
    key = clients.issue_access_key(Actor.system(), program.client)
    return Client(headers={"Acs-Api-Key": key})


def work_file(
    owner: Actor | None = None,
    content: bytes = PDF_BYTES,
    *,
    extension: str = "",
    name: str = "",
    keep: timedelta = DAY,
) -> WorkFile:
    """An uploaded file."""
    return workfiles.upload(
        owner or actor(), io.BytesIO(content), extension=extension, name=name, keep=keep
    )


def kept(content: bytes) -> Blob:
    """Content the portal made itself, in storage."""
    return workfiles.keep_bytes(content)


def session(
    owner: Actor | None = None,
    *,
    idle: timedelta = timedelta(minutes=20),
    maximum: timedelta = DAY,
    **values: Any,
) -> tuple[DocumentSession, str]:
    """A live session of the core, and its id."""
    return sessions.create(
        owner or actor(),
        kind=DocumentSession.Kind.VIEW,
        dialect="test",
        lifetime=Lifetime(idle, maximum),
        **values,
    )


def view(
    owner: Actor | None = None, content: bytes | None = None, *, extension: str = "", **options: Any
) -> str:
    """A viewing session's id; with content it has that document."""
    owner = owner or actor()
    _, identity = viewing.open_session(owner, viewing.Options(**options), dialect="test")
    if content is not None:
        viewing.attach_upload(owner, identity, io.BytesIO(content), extension=extension)
    return identity


def source_of(identity: str) -> WorkFile:
    """The document of a viewing session."""
    source = viewing.find(Actor.viewer(), identity).detail.source
    assert source is not None
    return source


def detail_of(identity: str) -> ViewingDetail:
    """What the viewing app keeps of a session."""
    return viewing.find(Actor.viewer(), identity).detail


def ready_pdf(source: WorkFile, pages: int = 1, *, password: str = "", **meta: Any) -> Rendition:
    """The PDF rendition of a source as if an engine had made it."""
    rendition = conversion.request(source, PDF, client=source.client, password=password)
    add_part(rendition, "whole", PDF_BYTES, "application/pdf")
    return finish(rendition, {"pages": pages, "sizes": [[612.0, 792.0, pages]], "title": ""} | meta)


def ready(source: WorkFile, recipe: Recipe, parts: dict[str, tuple[bytes, str]]) -> Rendition:
    """Another rendition as if an engine had made it; parts are (bytes, media type) by name."""
    rendition = conversion.request(source, recipe, client=source.client)
    for name, (content, media_type) in parts.items():
        add_part(rendition, name, content, media_type)
    return finish(rendition, {})


def text_part(*pages: dict[str, Any]) -> tuple[bytes, str]:
    """What the engine's text operation makes of some pages."""
    return gzip.compress(json.dumps({"pages": pages}).encode()), "application/json"


def add_part(
    rendition: Rendition, name: str, content: bytes, media_type: str, **meta: Any
) -> RenditionPart:
    """A readable piece of a rendition."""
    return RenditionPart.objects.create(
        rendition=rendition, name=name, blob=kept(content), media_type=media_type, meta=meta
    )


def finish(rendition: Rendition, meta: dict[str, Any]) -> Rendition:
    """Marks a rendition ready."""
    rendition.state, rendition.meta = Rendition.State.READY, meta
    rendition.finished_at = timezone.now()
    rendition.save()
    conversion.release(rendition)
    return rendition


def fail(rendition: Rendition, code: str, detail: str = "") -> Rendition:
    """Marks a rendition failed."""
    rendition.state = Rendition.State.FAILED
    rendition.error_code, rendition.error_detail = code, detail
    rendition.finished_at = timezone.now()
    rendition.save()
    conversion.release(rendition)
    return rendition


def page_of(text: str, number: int = 0, *, width: float = 612, height: float = 792) -> Any:
    """A page as the text operation describes it: ten points a letter, twenty a line."""
    words, position = [], 0
    for row, line in enumerate(text.split("\n")):
        column = 0
        for word in line.split(" "):
            if word:
                x0, y0 = 10 + 10 * column, 20 + 20 * row
                words.append([position, len(word), x0, y0, x0 + 10 * len(word), y0 + 15])
            column += len(word) + 1
            position += len(word) + 1
    return {"page": number, "width": width, "height": height, "text": text, "words": words}


def docx(*paragraphs: str) -> bytes:
    """A Word document of these paragraphs; "\\f" begins a new page."""
    document = Document()
    for paragraph in paragraphs:
        if paragraph == "\f":
            document.add_page_break()
        else:
            document.add_paragraph(paragraph)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def png(width: int = 40, height: int = 30) -> bytes:
    """A picture of one colour."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(stream, "PNG")
    return stream.getvalue()
