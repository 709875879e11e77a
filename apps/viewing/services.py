"""Viewing sessions: a document in, pages and text out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from apps.clients.actors import Actor
from apps.conversion import recipe as recipes
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.conversion.models import RenditionPart as RenditionPart  # what page_image() returns
from apps.core import remote
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import seal, unseal
from apps.core.queue import enqueue
from apps.document_sessions import services as sessions
from apps.document_sessions.lifecycle import Lifetime
from apps.document_sessions.models import DocumentSession
from apps.viewing import search
from apps.viewing.models import ViewingDetail
from apps.viewing.watermarks import Watermark
from apps.workfiles import services as workfiles
from apps.workfiles.formats import FORMATS
from apps.workfiles.models import WorkFile

VIEW = DocumentSession.Kind.VIEW
_SEARCH_HITS = 500


@dataclass(frozen=True, slots=True)
class Options:
    """What the opener of a session decides. None means the client's policy decides."""

    display_name: str = ""
    external_id: str = ""
    password: str = ""
    source_url: str = ""
    watermarks: Sequence[Watermark] = ()
    idle: timedelta | None = None
    allow_download: bool | None = None
    starts_converting: bool = True
    echo: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class View:
    """A live viewing session with its document's PDF rendition, if it has a document."""

    session: DocumentSession
    detail: ViewingDetail
    pdf: Rendition | None

    @property
    def source(self) -> WorkFile:
        """The document. Raises DOCUMENT_MISSING, or why it could not be fetched."""
        if self.detail.error_code:
            raise PortalError(ErrorCode(self.detail.error_code), self.detail.error_detail)
        if self.detail.source is None:
            raise PortalError(ErrorCode.DOCUMENT_MISSING)
        return self.detail.source

    @property
    def pages(self) -> int | None:
        """How many pages; None while that is not known."""
        if self.pdf is None or self.pdf.state != Rendition.State.READY:
            return None
        return int(self.pdf.meta["pages"])


def open_session(actor: Actor, options: Options, *, dialect: str) -> tuple[DocumentSession, str]:
    """Opens a viewing session without a document yet; returns it and its id, told once.

    Raises SCOPE_MISSING, QUOTA_EXCEEDED.
    """
    actor.require("viewing:write")
    client = actor.require_client()
    if options.source_url:
        remote.check(options.source_url, hosts=client.download_host_list)
    lifetime = Lifetime(
        idle=options.idle or timedelta(seconds=client.session_idle_seconds),
        maximum=timedelta(seconds=client.session_maximum_seconds),
    )
    allowed = options.allow_download
    with transaction.atomic():
        session, identity = sessions.create(
            actor,
            kind=VIEW,
            dialect=dialect,
            lifetime=lifetime,
            external_id=options.external_id,
            echo=options.echo,
        )
        ViewingDetail.objects.create(
            session=session,
            display_name=workfiles.clean_name(options.display_name),
            password=seal(options.password),
            # A client that may not hand out originals cannot allow it for one session.
            allow_download=client.allow_download and (allowed is None or allowed),
            starts_converting=options.starts_converting,
            source_url=options.source_url,
            watermarks=[asdict(watermark) for watermark in options.watermarks],
        )
        if options.source_url:
            enqueue("viewing.fetch", session.pk)
    return session, identity


def find(actor: Actor, identity: str) -> View:
    """The actor's live session; a use of it, so its expiry moves. Sets no conversion going."""
    if actor.kind == "client":
        actor.require("viewing:read")
    session = sessions.find(actor, identity, kinds=(VIEW,))
    sessions.touch(session)
    detail = ViewingDetail.objects.select_related("source__blob").get(session=session)
    return View(session, detail, None)


def look(actor: Actor, identity: str) -> View:
    """The session as somebody looks at it: the first look sets the conversion going."""
    view = find(actor, identity)
    if view.detail.source is not None:
        sessions.activate(view.session)
        view.pdf = _request_pdf(view)
    return view


def attach_upload(
    actor: Actor, identity: str, stream: workfiles.Readable, *, extension: str = "", name: str = ""
) -> WorkFile:
    """Uploads the session's document. Raises DOCUMENT_ALREADY_ASSIGNED and upload errors."""
    actor.require("viewing:write")
    view = find(actor, identity)
    _ensure_no_document(view)
    work_file = workfiles.upload(
        actor,
        stream,
        extension=extension,
        name=name or view.detail.display_name,
        keep=view.session.ends_at - view.session.created_at,
    )
    return _assign(view, work_file)


def attach_work_file(actor: Actor, identity: str, file_id: str) -> WorkFile:
    """Makes an uploaded work file the session's document."""
    actor.require("viewing:write")
    view = find(actor, identity)
    _ensure_no_document(view)
    work_file = workfiles.get(actor, file_id)
    workfiles.keep_until(work_file, view.session.ends_at)
    return _assign(view, work_file)


def fetch(session_pk: int) -> None:
    """Fetches the document of a session that names a URL; a failure is kept for the page."""
    session = DocumentSession.objects.select_related("client").filter(pk=session_pk).first()
    detail = ViewingDetail.objects.filter(session_id=session_pk, source=None).first()
    if session is None or detail is None:
        return
    view = View(session, detail, None)
    actor = Actor.of_client(session.client, ())
    path = urlsplit(detail.source_url).path
    try:
        sessions.ensure_live(session)
        with remote.fetch(detail.source_url, hosts=session.client.download_host_list) as answer:
            work_file = workfiles.upload(
                actor,
                answer,
                extension=PurePosixPath(path).suffix.lstrip("."),
                name=detail.display_name,
                keep=session.ends_at - session.created_at,
            )
        _assign(view, work_file)
    except PortalError as error:
        ViewingDetail.objects.filter(session=session).update(
            error_code=error.code, error_detail=error.detail
        )


def _ensure_no_document(view: View) -> None:
    if view.detail.source is not None:
        raise PortalError(ErrorCode.DOCUMENT_ALREADY_ASSIGNED)


def _assign(view: View, work_file: WorkFile) -> WorkFile:
    """Gives the session its document, once: of two uploads at the same time one wins."""
    vacant = ViewingDetail.objects.filter(session=view.session, source=None)
    if not vacant.update(source=work_file):
        raise PortalError(ErrorCode.DOCUMENT_ALREADY_ASSIGNED)
    view.detail.source = work_file
    if view.detail.starts_converting:
        _request_pdf(view)
    return work_file


def source_of(actor: Actor, identity: str) -> tuple[View, WorkFile]:
    """The document's work file, for the client that opened the session."""
    view = find(actor, identity)
    return view, view.source


def download(identity: str) -> tuple[View, WorkFile]:
    """The original, for the person looking at it.

    Raises DOWNLOAD_REFUSED, also where pages are watermarked: the original is not.
    """
    view = find(Actor.viewer(), identity)
    if not allows_original(view):
        raise PortalError(ErrorCode.DOWNLOAD_REFUSED)
    return view, view.source


def allows_original(view: View) -> bool:
    """Whether the person may have the original file."""
    return view.detail.allow_download and not view.detail.watermarks


def pdf_of(identity: str, *, seconds: float) -> tuple[View, RenditionPart]:
    """The document as PDF, with its watermarks, for the person looking at it.

    Raises DOWNLOAD_REFUSED, NOT_READY.
    """
    view = look(Actor.viewer(), identity)
    if not view.detail.allow_download:
        raise PortalError(ErrorCode.DOWNLOAD_REFUSED)
    _pdf(view)
    return view, conversion.wait_for(_request(view, recipes.PDF), "whole", seconds=seconds)


def start(actor: Actor, identity: str) -> None:
    """Ensures the conversion has begun; without a document yet it begins when that arrives."""
    actor.require("viewing:write")
    look(actor, identity)


def stop(actor: Actor, identity: str, *, status: int, message: str) -> None:
    """Ends the session; later requests get this status and message."""
    actor.require("viewing:write")
    sessions.stop(find(actor, identity).session, status=status, message=message)


def delete(actor: Actor, identity: str) -> None:
    """Deletes a session that was opened without caching.

    Raises SESSION_NOT_DELETABLE. (seed 001, DELETE)
    """
    actor.require("viewing:write")
    view = find(actor, identity)
    if view.session.echo.get("serverCaching") != "none":
        raise PortalError(ErrorCode.SESSION_NOT_DELETABLE)
    sessions.delete(view.session)


def give_password(identity: str, password: str) -> View:
    """Tries a password on the session's document and keeps it if it opens.

    Raises PASSWORD_WRONG, and NOT_READY when the attempt takes too long.
    """
    view = find(Actor.viewer(), identity)
    view.detail.password = seal(password)
    pdf = _request_pdf(view)
    if pdf.state == Rendition.State.FAILED:
        conversion.retry(pdf, password)
    try:
        conversion.wait_for(pdf, "whole", seconds=20)
    except PortalError as error:
        if error.code in (ErrorCode.PASSWORD_REQUIRED, ErrorCode.PASSWORD_WRONG):
            raise PortalError(ErrorCode.PASSWORD_WRONG, at="password") from error
        if error.code != ErrorCode.NOT_READY:
            raise
    ViewingDetail.objects.filter(session=view.session).update(password=view.detail.password)
    return look(Actor.viewer(), identity)


def page_image(
    view: View,
    page: int,
    *,
    format: str,
    width: int = 0,
    dpi: int = 0,
    rotate: int = 0,
    seconds: float,
) -> RenditionPart:
    """The image of a page. Raises PAGE_NOT_FOUND, NOT_READY after `seconds`, or why it failed."""
    pages = _ensure_page(view, page, seconds)
    recipe = recipes.raster(page, pages, format=format, width=width, dpi=dpi, rotate=rotate)
    return conversion.wait_for(_request(view, recipe), f"page/{page}", seconds=seconds)


def page_svg(view: View, page: int, *, seconds: float) -> RenditionPart:
    """The SVG of a page; errors as for :func:`page_image`."""
    pages = _ensure_page(view, page, seconds)
    recipe = recipes.svg(page, pages)
    return conversion.wait_for(_request(view, recipe), f"page/{page}", seconds=seconds)


def page_text(view: View, page: int, *, seconds: float) -> search.Page:
    """The text of a page with the box of each word; errors as for :func:`page_image`."""
    pages = _ensure_page(view, page, seconds)
    rendition = _request(view, recipes.text(page, pages))
    for found in _pages_in(conversion.wait_for(rendition, "text", seconds=seconds)):
        if found["page"] == page:
            return found
    raise PortalError(ErrorCode.PAGE_NOT_FOUND)


def page_size(view: View, page: int, *, seconds: float) -> tuple[float, float]:
    """Width and height of a page in points, as displayed."""
    _ensure_page(view, page, seconds)
    number = 0
    for width, height, count in sizes(view):
        number += count
        if page < number:
            return width, height
    raise PortalError(ErrorCode.PAGE_NOT_FOUND)


def sizes(view: View) -> list[list[Any]]:
    """Page sizes known so far, run-length encoded: [width, height, count] in points."""
    if view.pdf is None:
        return []
    if view.pages is not None:
        known = view.pdf.meta["sizes"]
    else:
        first = conversion.part(view.pdf, "first")
        known = first.meta.get("sizes", []) if first else []
    return [[*size[:2], size[2] if len(size) > 2 else 1] for size in known]


def password(view: View) -> str:
    """The password the document is opened with; blank for none."""
    return unseal(view.detail.password)


def name(view: View) -> str:
    """What the document is called: as the caller named it, else by its format."""
    source = view.detail.source
    if view.detail.display_name:
        return view.detail.display_name
    if source is None:
        return ""
    return source.name or f"document.{source.extension}"


@dataclass(frozen=True, slots=True)
class Status:
    """How far a document is. `pages_ready` is 1 when the first page is there before the rest."""

    state: Literal["empty", "converting", "ready", "failed", "password_required"]
    stage: Literal["waiting", "converting", "preparing"]
    pages_ready: int
    elapsed_ms: int
    error: PortalError | None = None


def status(view: View) -> Status:
    """How far the session's document is."""
    pdf = view.pdf
    if view.detail.error_code:
        error = PortalError(ErrorCode(view.detail.error_code), view.detail.error_detail)
        return Status("failed", "waiting", 0, 0, error)
    if pdf is None:
        return Status("empty", "waiting", 0, 0)
    end = pdf.finished_at or timezone.now()
    elapsed = max(0, round((end - pdf.requested_at).total_seconds() * 1000))
    if pdf.state == Rendition.State.READY:
        return Status("ready", "preparing", int(pdf.meta["pages"]), elapsed)
    if pdf.state == Rendition.State.FAILED:
        error = PortalError(ErrorCode(pdf.error_code), pdf.error_detail)
        if error.code in (ErrorCode.PASSWORD_REQUIRED, ErrorCode.PASSWORD_WRONG):
            return Status("password_required", "waiting", 0, elapsed, error)
        return Status("failed", "converting", 0, elapsed, error)
    if conversion.part(pdf, "first"):
        return Status("converting", "preparing", 1, elapsed)
    running = pdf.state == Rendition.State.RUNNING
    return Status("converting", "converting" if running else "waiting", 0, elapsed)


def title(view: View) -> str:
    """The title the document gives itself, as far as known."""
    return str(view.pdf.meta.get("title", "")) if view.pdf else ""


def substituted_fonts(view: View) -> list[dict[str, str]]:
    """Fonts the document asks for that are not here, each with its replacement."""
    fonts = view.pdf.meta.get("fonts", {}) if view.pdf else {}
    substituted: list[dict[str, str]] = fonts.get("substituted", [])
    return substituted


def wait_for_pages(view: View, *, seconds: float) -> int:
    """How many pages the document has. Raises NOT_READY, or why the conversion failed."""
    pdf = _pdf(view)
    conversion.wait_for(pdf, "whole", seconds=seconds)
    # The last part is readable a moment before the job is done and its page count stored.
    conversion.wait_until_done(pdf, seconds=seconds)
    return int(pdf.meta["pages"])


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits so far. `complete` is False while the text of later pages is still being read."""

    hits: list[search.Hit]
    complete: bool
    truncated: bool


def find_text(view: View, query: str, *, case: bool, whole: bool) -> SearchResult:
    """Searches the document, as far as its text is there; asks for the rest to be read."""
    if not query.strip():
        return SearchResult([], complete=True, truncated=False)
    pattern = search.pattern_of(query, case=case, whole=whole)
    pages = view.pages
    if pages is None:
        conversion.raise_failure(_pdf(view))
    wanted = recipes.all_text(pages) if pages else [recipes.text(0, None)]
    hits: list[search.Hit] = []
    complete = pages is not None
    for recipe in wanted:
        rendition = _request(view, recipe)
        conversion.raise_failure(rendition)
        part = conversion.part(rendition, "text")
        if part is None:
            complete = False
            continue
        for page in _pages_in(part):
            hits.extend(search.find(page, pattern))
    return SearchResult(hits[:_SEARCH_HITS], complete, truncated=len(hits) > _SEARCH_HITS)


def read(part: RenditionPart) -> bytes:
    """A part's bytes."""
    return workfiles.read_all(part.blob)


def _pages_in(part: RenditionPart) -> list[search.Page]:
    pages: list[search.Page] = json.loads(gzip.decompress(read(part)))["pages"]
    return pages


def _ensure_page(view: View, page: int, seconds: float) -> int | None:
    """The page count. For page 0 it may be unknown; any other page waits for it."""
    pdf = _pdf(view)
    conversion.raise_failure(pdf)
    pages = view.pages
    if pages is None and page > 0:
        pages = wait_for_pages(view, seconds=seconds)
    if page < 0 or (pages is not None and page >= pages):
        raise PortalError(
            ErrorCode.PAGE_NOT_FOUND,
            f"Page {page} is outside the document; its pages are 0 to {(pages or 1) - 1}.",
        )
    return pages


def _pdf(view: View) -> Rendition:
    if view.pdf is None:
        view.pdf = _request_pdf(view)  # raises why there is no document
    return view.pdf


def _request(view: View, recipe: recipes.Recipe) -> Rendition:
    """A rendition of the session's document as its person may see it: with its watermarks."""
    watermarks = json.dumps(view.detail.watermarks) if view.detail.watermarks else ""
    return conversion.request(
        view.source,
        recipes.stamped(recipe, watermarks),
        client=view.session.client,
        password=password(view),
        watermarks=watermarks,
    )


def _request_pdf(view: View) -> Rendition:
    """The document's PDF without watermarks: it tells pages, sizes and what went wrong."""
    return conversion.request(
        view.source, recipes.PDF, client=view.session.client, password=password(view)
    )


def prefers_jpeg(view: View) -> bool:
    """Whether pages are photographs, for which PNG is far too large."""
    source = view.detail.source
    return source is not None and FORMATS[source.extension].family == "image"
