"""Viewing packages: documents made ready to be viewed, under ids that their clients choose."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.conversion import recipe as recipes
from apps.conversion import services as conversion
from apps.conversion.models import Rendition, RenditionPart
from apps.core import batches, remote
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import seal, unseal
from apps.core.queue import enqueue
from apps.document_sessions.models import DocumentSession
from apps.viewing import processes
from apps.viewing.models import Process
from apps.viewing.models import ViewingPackage as ViewingPackage
from apps.viewing.processes import COMPLETE, Progress
from apps.workfiles import services as workfiles
from apps.workfiles.models import WorkFile

logger = logging.getLogger(__name__)
# A use is written down once in so many parts of the lifetime, and once an hour at least.
_RESOLUTION = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """A package to be made. Its document is a work file, a URL, or uploaded later.

    `extension` is its format where its bytes do not tell. `lifetime` counts from the
    last use; None means for ever. `echo` is kept for who asks.
    """

    package_id: str
    lifetime: timedelta | None
    file_id: str = ""
    source_url: str = ""
    extension: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    password: str = ""
    echo: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Started(processes.Started):
    """The process that makes a package, its id, and the package."""

    package: ViewingPackage


def create(actor: Actor, wanted: Wanted) -> Started:
    """Begins a package.

    Of two creators of one id at a time the unique key lets one win; the other, and whoever comes
    later, gets PACKAGE_ID_TAKEN. An id is free again when its package was deleted, has expired or
    has failed. Raises also SCOPE_MISSING, WORK_FILE_NOT_FOUND, REMOTE_REFUSED.
    """
    actor.require("viewing:write")
    client = actor.require_client()
    if wanted.source_url:
        remote.check(wanted.source_url, hosts=client.download_host_list)
    source = workfiles.get(actor, wanted.file_id) if wanted.file_id else None
    _vacate(client, wanted.package_id)
    now = timezone.now()
    try:
        with transaction.atomic():
            package = ViewingPackage.objects.create(
                client=client,
                package_id=wanted.package_id,
                source=source,
                password=seal(wanted.password),
                lifetime=wanted.lifetime,
                expires_at=now + wanted.lifetime if wanted.lifetime is not None else None,
                source_url=wanted.source_url,
                file_extension=wanted.extension,
                source_headers=sealed(wanted.headers),
                echo=dict(wanted.echo),
            )
            until = now + timedelta(seconds=client.workfile_seconds)
            begun = processes.create(client, Process.Kind.PACKAGE, package=package, until=until)
    except IntegrityError:
        raise PortalError(ErrorCode.PACKAGE_ID_TAKEN, at="input.packageId") from None
    if source is not None:
        _request_pdf(package)
    elif wanted.source_url:
        enqueue("viewing.fetch_package", package.pk)
    return Started(begun.process, begun.identity, package)


def sealed(headers: Mapping[str, str]) -> str:
    """Request headers, which may hold credentials, as they are kept; blank for none."""
    return seal(json.dumps(dict(headers))) if headers else ""


def _vacate(client: ApiClient, package_id: str) -> None:
    """Makes room for a new package of this id where the old one is of no use any more."""
    for package in ViewingPackage.objects.filter(client=client, package_id=package_id):
        expired = package.expires_at is not None and package.expires_at <= timezone.now()
        if expired or progress(package).state == "error":
            _remove(package)


def get(actor: Actor, package_id: str) -> ViewingPackage:
    """A live package of the actor's client. Raises PACKAGE_NOT_FOUND, also for a foreign one."""
    actor.require("viewing:read")
    package = _live().filter(client=actor.require_client(), package_id=package_id).first()
    if package is None:
        raise PortalError(ErrorCode.PACKAGE_NOT_FOUND)
    return package


def _live() -> QuerySet[ViewingPackage]:
    living = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return ViewingPackage.objects.filter(living).select_related("client", "source__blob")


def created_by(actor: Actor, identity: str) -> tuple[Process, ViewingPackage]:
    """A creator, known by its id, with its package. Raises JOB_NOT_FOUND."""
    actor.require("viewing:read")
    process = processes.find(actor, identity, Process.Kind.PACKAGE)
    if process.package is None:
        raise PortalError(ErrorCode.JOB_NOT_FOUND)
    return process, process.package


def get_complete(actor: Actor, package_id: str) -> ViewingPackage:
    """A package to be viewed. Raises PACKAGE_NOT_FOUND, PACKAGE_NOT_COMPLETE."""
    package = get(actor, package_id)
    if progress(package).state != "complete":
        raise PortalError(ErrorCode.PACKAGE_NOT_COMPLETE)
    return package


def is_live(package: ViewingPackage) -> bool:
    """Whether it has not expired."""
    return package.expires_at is None or package.expires_at > timezone.now()


def progress(package: ViewingPackage, *, begin: bool = True) -> Progress:
    """How far a package is. Once complete it stays so, whatever the cache forgets.

    Without `begin` this only looks, and raises NOT_READY where the cache forgot its conversion.
    """
    if package.pages is not None:
        return COMPLETE
    if package.error_code:
        error = PortalError(ErrorCode(package.error_code), package.error_detail)
        return processes.failure(error)
    if package.source is None:
        return Progress()
    pdf = request(package, recipes.PDF, again=False, begin=begin)
    if begin and pdf.state == Rendition.State.READY:
        package.pages = int(pdf.meta["pages"])
        ViewingPackage.objects.filter(pk=package.pk).update(pages=package.pages)
    return processes.of(pdf)


def _request_pdf(package: ViewingPackage) -> Rendition:
    return request(package, recipes.PDF, again=False)


def request(
    package: ViewingPackage, recipe: recipes.Recipe, *, again: bool = True, begin: bool = True
) -> Rendition:
    """A rendition of the package's document. Raises DOCUMENT_MISSING."""
    if package.source is None:
        raise PortalError(ErrorCode.DOCUMENT_MISSING)
    password = unseal(package.password)
    return conversion.request(
        package.source,
        recipe,
        client=package.client,
        password=password,
        again=again,
        begin=begin,
    )


def note_use(package: ViewingPackage) -> None:
    """Moves the expiry. Most uses write nothing."""
    now = timezone.now()
    if package.lifetime is None or package.expires_at is None:
        return
    if now - package.used_at < min(package.lifetime / _RESOLUTION, timedelta(hours=1)):
        return
    package.used_at, package.expires_at = now, now + package.lifetime
    ViewingPackage.objects.filter(pk=package.pk, expires_at__gt=now).update(
        used_at=package.used_at, expires_at=package.expires_at
    )


def pdf(actor: Actor, package_id: str, *, seconds: float) -> RenditionPart:
    """The package's document as PDF; a use of it.

    Raises PACKAGE_NOT_FOUND, PACKAGE_NOT_COMPLETE, NOT_READY while it is made again.
    """
    package = get_complete(actor, package_id)
    note_use(package)
    return conversion.wait_for(request(package, recipes.PDF), "whole", seconds=seconds)


def delete(actor: Actor, package_id: str) -> None:
    """Removes a package with the sessions on it. Raises PACKAGE_NOT_FOUND."""
    actor.require("viewing:write")
    _remove(get(actor, package_id))


def delete_as_administrator(actor: Actor, package: ViewingPackage) -> None:
    """Removes a package whoever made it. Raises NOT_AUTHENTICATED unless an administrator asks."""
    if not actor.is_administrator:
        raise PortalError(ErrorCode.NOT_AUTHENTICATED, "This is for administrators.")
    _remove(package)


def _remove(package: ViewingPackage) -> None:
    with transaction.atomic():
        DocumentSession.objects.filter(viewing__package=package).delete()
        package.delete()


def attach_upload(
    actor: Actor, identity: str, stream: workfiles.Readable, *, extension: str = ""
) -> None:
    """Uploads the document of a package by its creator's id.

    Raises JOB_NOT_FOUND, DOCUMENT_ALREADY_ASSIGNED and upload errors.
    """
    actor.require("viewing:write")
    _, package = created_by(actor, identity)
    if package.source is not None or package.source_url:
        raise PortalError(ErrorCode.DOCUMENT_ALREADY_ASSIGNED)
    extension = extension or package.file_extension
    _assign(package, workfiles.upload(actor, stream, extension=extension, keep=_keep(package)))


def fetch(package_pk: int) -> None:
    """Fetches the document of a package that names a URL; a failure is kept."""
    package = _live().filter(pk=package_pk, source=None).first()
    if package is None:
        return
    path = urlsplit(package.source_url).path
    headers = json.loads(unseal(package.source_headers) or "{}")
    hosts = package.client.download_host_list
    try:
        with remote.fetch(package.source_url, hosts=hosts, headers=headers) as answer:
            work_file = workfiles.upload(
                Actor.of_client(package.client, ()),
                answer,
                extension=package.file_extension or PurePosixPath(path).suffix.lstrip("."),
                keep=_keep(package),
            )
        _assign(package, work_file)
    except Exception as error:
        failure = workfiles.failure(error)
        if failure is not error:
            logger.exception("A package's document could not be fetched")
        ViewingPackage.objects.filter(pk=package.pk, source=None).update(
            error_code=failure.code, error_detail=failure.detail
        )


def _keep(package: ViewingPackage) -> timedelta:
    return timedelta(seconds=package.client.workfile_seconds)


def _assign(package: ViewingPackage, work_file: WorkFile) -> None:
    """Gives the package its document, once: of two uploads at the same time one wins."""
    if not ViewingPackage.objects.filter(pk=package.pk, source=None).update(source=work_file):
        raise PortalError(ErrorCode.DOCUMENT_ALREADY_ASSIGNED)
    package.source = work_file
    _request_pdf(package)


def sweep(batch: int = 200) -> int:
    """Removes expired packages; returns how many. What is left of their files is swept later."""
    expired = ViewingPackage.objects.filter(expires_at__lte=timezone.now()).order_by("expires_at")

    def step(size: int) -> int:
        with transaction.atomic():
            chosen = batches.held(expired, size)
            for package in chosen:
                _remove(package)
        return len(chosen)

    return batches.until_done(step, batch)
