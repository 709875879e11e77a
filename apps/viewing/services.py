"""Viewing sessions: opening, giving them their document, ending them.

What is read of one is in `content`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import urlsplit

from django.db import transaction

from apps.clients.actors import Actor
from apps.comparison import services as comparison
from apps.conversion import recipe as recipes
from apps.conversion import services as conversion
from apps.conversion.models import Rendition, RenditionPart
from apps.core import remote
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import seal, unseal
from apps.core.queue import enqueue
from apps.document_sessions import services as sessions
from apps.document_sessions.lifecycle import Lifetime
from apps.document_sessions.models import DocumentSession
from apps.viewing import packages
from apps.viewing.models import ViewingDetail
from apps.viewing.view import View
from apps.viewing.watermarks import Watermark
from apps.workfiles import services as workfiles
from apps.workfiles.models import WorkFile

logger = logging.getLogger(__name__)
VIEW, COMPARE = DocumentSession.Kind.VIEW, DocumentSession.Kind.COMPARE
DOCUMENTS = ("redline", "original", "revised")


@dataclass(frozen=True, slots=True)
class Options:
    """What the opener of a session decides. None means the client's policy decides.

    `extension` is the format of a document to come, where its bytes do not tell. With `compare` the
    session is on two documents of any format; without, it may still become one on two of Word's.
    """

    display_name: str = ""
    external_id: str = ""
    password: str = ""
    source_url: str = ""
    source_headers: Mapping[str, str] = field(default_factory=dict)
    extension: str = ""
    package_id: str = ""
    compare: Literal["", "auto", "redline", "text"] = ""
    watermarks: Sequence[Watermark] = ()
    idle: timedelta | None = None
    allow_download: bool | None = None
    starts_converting: bool = True
    echo: dict[str, object] = field(default_factory=dict)


def open_session(actor: Actor, options: Options, *, dialect: str) -> tuple[DocumentSession, str]:
    """Opens a viewing session, on a package or without a document yet; returns it and its id.

    The id is told once. Raises SCOPE_MISSING, QUOTA_EXCEEDED, REMOTE_REFUSED, PACKAGE_NOT_FOUND,
    PACKAGE_NOT_COMPLETE.
    """
    actor.require("viewing:write")
    client = actor.require_client()
    if options.source_url:
        remote.check(options.source_url, hosts=client.download_host_list)
    package = packages.get_complete(actor, options.package_id) if options.package_id else None
    lifetime = Lifetime(
        idle=options.idle or timedelta(seconds=client.session_idle_seconds),
        maximum=timedelta(seconds=client.session_maximum_seconds),
    )
    allowed = options.allow_download
    with transaction.atomic():
        session, identity = sessions.create(
            actor,
            kind=COMPARE if options.compare else VIEW,
            dialect=dialect,
            lifetime=lifetime,
            external_id=options.external_id,
            echo=options.echo,
        )
        ViewingDetail.objects.create(
            session=session,
            display_name=workfiles.clean_name(options.display_name),
            method=options.compare,
            file_extension=options.extension,
            source=package.source if package else None,
            package=package,
            password=package.password if package else seal(options.password),
            # A client that may not hand out originals cannot allow it for one session.
            allow_download=client.allow_download and (allowed is None or allowed),
            starts_converting=options.starts_converting,
            source_url=options.source_url,
            source_headers=packages.sealed(options.source_headers),
            watermarks=[asdict(watermark) for watermark in options.watermarks],
        )
        if options.source_url:
            enqueue("viewing.fetch", session.pk)
    if package is not None:
        packages.note_use(package)
    return session, identity


def find(actor: Actor, identity: str) -> View:
    """The actor's live session; a use of it, so its expiry moves. Sets no conversion going.

    A session that a heartbeat keeps alive is not renewed by this.
    """
    if actor.kind == "client":
        actor.require("viewing:read")
    return _find(actor, identity)


def find_to_change(actor: Actor, identity: str) -> View:
    """The same for a client that may change it, whether or not it may read."""
    actor.require("viewing:write")
    return _find(actor, identity)


def _find(actor: Actor, identity: str) -> View:
    session = sessions.find(actor, identity, kinds=(VIEW, COMPARE))
    view = _view(session)
    if not view.detail.renewed_by_heartbeat:
        sessions.touch(session)
    if view.detail.package is not None:
        packages.note_use(view.detail.package)
    return view


def _view(session: DocumentSession) -> View:
    detail = ViewingDetail.objects.select_related(
        "source__blob", "original__blob", "revised__blob", "package"
    ).get(session=session)
    return View(session, detail, shown=detail.source)


def show(session: DocumentSession) -> View:
    """What a live session shows. No use of it."""
    view = _view(session)
    if view.compares:
        _show_comparison(view, "redline")
    return view


def look(actor: Actor, identity: str, *, document: str = "redline") -> View:
    """The session as somebody looks at it: the first look sets the conversion going.

    `document`, one of DOCUMENTS, chooses what of a comparison is shown.
    """
    return _look(find(actor, identity), document)


def _look(view: View, document: str = "redline") -> View:
    if view.compares:
        _show_comparison(view, document)
    if view.shown is not None:
        sessions.activate(view.session)
        view.request_pdf()
    return view


def _show_comparison(view: View, document: str) -> None:
    original, revised, method = view.detail.original, view.detail.revised, view.method
    if document != "redline":
        view.shown = original if document == "original" else revised
    if original is None or revised is None or method is None:
        return
    view.comparison = comparison.request(
        original, revised, client=view.session.client, method=method
    )
    if document == "redline" and method == "text":
        view.shown = revised
    elif document == "redline" and view.comparison.state == Rendition.State.READY:
        view.shown = comparison.redline_source(view.comparison)


def attach_upload(
    actor: Actor, identity: str, stream: workfiles.Readable, *, extension: str = "", name: str = ""
) -> WorkFile:
    """Uploads the session's document. Raises DOCUMENT_ALREADY_ASSIGNED and upload errors."""
    view = find_to_change(actor, identity)
    _ensure_no_document(view)
    work_file = workfiles.upload(
        actor,
        stream,
        extension=extension or view.detail.file_extension,
        name=name or view.detail.display_name,
        keep=view.session.ends_at - view.session.created_at,
    )
    return _assign(view, work_file)


def attach_work_file(actor: Actor, identity: str, file_id: str) -> WorkFile:
    """Makes an uploaded work file the session's document."""
    view = find_to_change(actor, identity)
    _ensure_no_document(view, at="fileId")
    work_file = workfiles.get(actor, file_id)
    workfiles.keep_until(work_file, view.session.ends_at)
    return _assign(view, work_file)


def fetch(session_pk: int) -> None:
    """Fetches the document of a session that names a URL; a failure is kept for the page."""
    session = DocumentSession.objects.select_related("client").filter(pk=session_pk).first()
    detail = ViewingDetail.objects.filter(session_id=session_pk, source=None).first()
    if session is None or detail is None:
        return
    view = View(session, detail, shown=None)
    actor = Actor.of_client(session.client, ())
    path = urlsplit(detail.source_url).path
    try:
        sessions.ensure_live(session)
        headers = json.loads(unseal(detail.source_headers) or "{}")
        hosts = session.client.download_host_list
        with remote.fetch(detail.source_url, hosts=hosts, headers=headers) as answer:
            work_file = workfiles.upload(
                actor,
                answer,
                extension=detail.file_extension or PurePosixPath(path).suffix.lstrip("."),
                name=detail.display_name,
                keep=session.ends_at - session.created_at,
            )
        _assign(view, work_file)
    except Exception as error:
        failure = workfiles.failure(error)
        if failure is not error:
            logger.exception("A session's document could not be fetched")
        ViewingDetail.objects.filter(session=session).update(
            error_code=failure.code, error_detail=failure.detail
        )


def _ensure_no_document(view: View, *, at: str = "") -> None:
    if view.compares:
        raise PortalError(
            ErrorCode.INPUT_CONFLICTS,
            "The session compares two documents; it cannot show a single one as well.",
        )
    if view.detail.source is not None:
        raise PortalError(ErrorCode.DOCUMENT_ALREADY_ASSIGNED, at=at)


def _assign(view: View, work_file: WorkFile) -> WorkFile:
    """Gives the session its document, once: of two uploads at the same time one wins."""
    vacant = ViewingDetail.objects.filter(
        session=view.session, source=None, original=None, revised=None
    )
    if not vacant.update(source=work_file):
        raise PortalError(ErrorCode.DOCUMENT_ALREADY_ASSIGNED)
    view.detail.source = view.shown = work_file
    if view.detail.starts_converting:
        view.request_pdf()
    return work_file


def source_of(actor: Actor, identity: str) -> tuple[View, WorkFile]:
    """The document's work file, for the client that opened the session."""
    view = find(actor, identity)
    return view, _work_file(view)


def _work_file(view: View) -> WorkFile:
    """The document as it was given. Raises why there is none."""
    if view.detail.source is None:
        view.ensure_fetched()
        raise PortalError(ErrorCode.DOCUMENT_MISSING)
    return view.detail.source


def download(identity: str) -> tuple[View, WorkFile]:
    """The original, for the person looking at it.

    Raises DOWNLOAD_REFUSED, also where pages are watermarked: the original is not.
    """
    view = find(Actor.viewer(), identity)
    if not allows_original(view):
        raise PortalError(ErrorCode.DOWNLOAD_REFUSED)
    return view, _work_file(view)


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
    view.required_pdf()
    return view, conversion.wait_for(view.request(recipes.PDF), "whole", seconds=seconds)


def start(actor: Actor, identity: str) -> None:
    """Ensures the conversion has begun; without a document yet it begins when that arrives."""
    _look(find_to_change(actor, identity))


def stop(actor: Actor, identity: str, *, status: int, message: str) -> None:
    """Ends the session; later requests get this status and message."""
    view = find_to_change(actor, identity)
    sessions.stop(view.session, status=status, message=message)
    actor.note("session stopped", view.session, message)


def delete(actor: Actor, identity: str) -> None:
    """Deletes a session that was opened without caching.

    Raises SESSION_NOT_DELETABLE. (seed 001, DELETE)
    """
    view = find_to_change(actor, identity)
    if view.session.echo.get("serverCaching") != "none":
        raise PortalError(ErrorCode.SESSION_NOT_DELETABLE)
    sessions.delete(view.session)


def give_password(identity: str, password: str, *, seconds: float = 20.0) -> View:
    """Tries a password on the session's document and keeps it if it opens.

    Raises PASSWORD_WRONG, and NOT_READY when it is not known in time whether it does: then nothing
    is kept, and asking again goes on waiting. Also DOCUMENT_MISSING, and why the conversion failed.
    A document that does not ask for a password is left as it is.
    """
    view = look(Actor.viewer(), identity)
    if not _asks_for_password(view.required_pdf(), seconds):
        return view
    view.detail.password = seal(password)
    pdf = view.request_pdf()
    if pdf.state == Rendition.State.FAILED:
        conversion.retry(pdf, password)
    if _asks_for_password(pdf, seconds):
        raise PortalError(ErrorCode.PASSWORD_WRONG, at="password")
    ViewingDetail.objects.filter(session=view.session).update(password=view.detail.password)
    return look(Actor.viewer(), identity)


def _asks_for_password(pdf: Rendition, seconds: float) -> bool:
    try:
        conversion.wait_for(pdf, "first", "whole", seconds=seconds)
    except PortalError as error:
        if error.code not in (ErrorCode.PASSWORD_REQUIRED, ErrorCode.PASSWORD_WRONG):
            raise
        return True
    return False
