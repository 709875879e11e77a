"""Sessions that show a viewing package in PDF page groups, kept alive by a heartbeat.

Source: seed 002. The idle time and the maximum are that page's, whatever the client's policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from apps.clients.actors import Actor
from apps.conversion import recipe as recipes
from apps.conversion import services as conversion
from apps.conversion.models import RenditionPart
from apps.core.errors import ErrorCode, PortalError
from apps.document_sessions import services as sessions
from apps.document_sessions.lifecycle import Lifetime
from apps.document_sessions.models import DocumentSession
from apps.viewing import packages
from apps.viewing.models import ViewingDetail, ViewingPackage

VIEW = DocumentSession.Kind.VIEW
_LIFETIME = Lifetime(idle=timedelta(minutes=5), maximum=timedelta(hours=6))


@dataclass(frozen=True, slots=True)
class PackageView:
    """A live session with the complete package it shows."""

    session: DocumentSession
    package: ViewingPackage
    pages: int

    @property
    def group_starts(self) -> list[int]:
        """The first page of each group, counted from 0."""
        return recipes.group_starts(self.pages)


def open_session(actor: Actor, package_id: str, *, dialect: str) -> str:
    """A new session on a complete package, whose life it extends; returns its id.

    Raises SCOPE_MISSING, QUOTA_EXCEEDED, PACKAGE_NOT_FOUND, PACKAGE_NOT_COMPLETE.
    """
    actor.require("viewing:write")
    package = packages.get_complete(actor, package_id)
    with transaction.atomic():
        session, identity = sessions.create(actor, kind=VIEW, dialect=dialect, lifetime=_LIFETIME)
        ViewingDetail.objects.create(
            session=session,
            source=package.source,
            package=package,
            password=package.password,
            allow_download=actor.require_client().allow_download,
            renewed_by_heartbeat=True,
        )
    packages.note_use(package)
    return identity


def find(identity: str) -> PackageView:
    """The session a viewer holds the id of. Looking does not renew it.

    Raises SESSION_NOT_FOUND, also where it was opened in another way, SESSION_EXPIRED and
    SESSION_STOPPED.
    """
    session = sessions.find(Actor.viewer(), identity, kinds=(VIEW,))
    related = ("package__source__blob", "package__client")
    detail = ViewingDetail.objects.select_related(*related).filter(session=session).first()
    package = detail.package if detail is not None and detail.renewed_by_heartbeat else None
    if package is None or package.pages is None or not packages.is_live(package):
        raise PortalError(ErrorCode.SESSION_NOT_FOUND)
    return PackageView(session, package, package.pages)


def heartbeat(identity: str) -> None:
    """Renews a session; errors as for :func:`find`."""
    sessions.touch(find(identity).session, always=True)


def page_group(identity: str, index: int, *, seconds: float) -> RenditionPart:
    """The PDF of a group of pages; a use of the package, not of the session.

    The group after it is set going, so that it is there when it is asked for. Raises
    PAGE_NOT_FOUND, NOT_READY after `seconds`, and errors as for :func:`find`.
    """
    view = find(identity)
    count = len(view.group_starts)
    if not 0 <= index < count:
        raise PortalError(
            ErrorCode.PAGE_NOT_FOUND, f"There is no page group {index}; there are {count}."
        )
    sessions.activate(view.session)
    packages.note_use(view.package)
    recipe = recipes.page_group(index, view.pages)
    part = conversion.wait_for(packages.request(view.package, recipe), "group", seconds=seconds)
    if index + 1 < count:
        packages.request(view.package, recipes.page_group(index + 1, view.pages))
    return part
