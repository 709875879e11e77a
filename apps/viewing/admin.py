"""The administration of viewing packages and processes: how far they are, and why they failed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.accounts.models import User
from apps.audit.administration import RecordAdmin
from apps.clients.actors import Actor
from apps.core.errors import CATALOGUE, ErrorCode, PortalError
from apps.core.ids import digest, is_token
from apps.document_sessions.models import DocumentSession
from apps.viewing import converting, packages, searching
from apps.viewing.models import Process, ViewingPackage
from apps.viewing.processes import Progress

_LABELS = {"complete": "success", "error": "danger", "processing": "info", "expired": "warning"}


class PackageState(admin.SimpleListFilter):
    """By what is stored and the clock; how far a conversion is stands in the list."""

    title = "state"
    parameter_name = "now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("complete", "Complete"),
            ("incomplete", "Not complete"),
            ("expired", "Expired"),
            ("forever", "Without expiry"),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ViewingPackage]
    ) -> QuerySet[ViewingPackage]:
        live = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        wanted = {
            "complete": Q(live, pages__isnull=False),
            "incomplete": Q(live, pages=None),
            "expired": ~live,
            "forever": Q(expires_at=None),
        }.get(self.value() or "")
        return queryset.filter(wanted) if wanted else queryset


def _reason(progress: Progress) -> SafeString | str:
    """Why something failed and what to do about it."""
    if progress.error is None:
        return "-"
    known = CATALOGUE[progress.error.code]
    return format_html(
        "<strong>{}</strong> ({})<br>{}<br>{}",
        known.title,
        progress.error.code,
        progress.error.detail,
        progress.error.remedy,
    )


def _title(progress: Progress) -> str:
    return CATALOGUE[progress.error.code].title if progress.error else "-"


def _glance(look: Any, *arguments: Any, **options: Any) -> Progress:
    """What a look says; a cache that forgot means under way."""
    try:
        found: Progress = look(*arguments, **options)
    except PortalError as error:
        waits = error.code == ErrorCode.NOT_READY
        return Progress() if waits else Progress("error", 0, error)
    return found


def _of_package(package: ViewingPackage) -> Progress:
    return _glance(packages.progress, package, begin=False)


def _of_process(process: Process) -> Progress:
    if process.kind == Process.Kind.CONVERT:
        return _glance(converting.glance, process)
    if process.kind == Process.Kind.SEARCH:
        return _glance(searching.glance, process)
    return _of_package(process.package) if process.package else Progress()


@admin.register(ViewingPackage)
class ViewingPackageAdmin(RecordAdmin):
    """Documents made ready to be viewed, under the ids their clients chose."""

    list_display = (
        "package_id",
        "state_now",
        "reason",
        "client",
        "pages",
        "size",
        "used_at",
        "expires_at",
    )
    list_filter = (PackageState, "client", "created_at")
    list_select_related = ("client", "source__blob")
    search_fields = ("package_id", "client__name", "source__name", "=source__file_id")
    search_help_text = "Package id, client, or the document's name or fileId"
    fields = (
        "package_id",
        "state_now",
        "explanation",
        "client",
        "source",
        "source_url",
        "size",
        "pages",
        "sessions",
        "created_at",
        "used_at",
        "lifetime",
        "expires_at",
    )
    deletable = True
    first_row = (
        "A package is a document that a program had prepared with POST /v3/viewingPackageCreators, "
        "so that it opens at once later."
    )

    def get_deleted_objects(
        self, objs: Iterable[ViewingPackage], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What goes with packages: the sessions on them."""
        chosen = list(objs)
        sessions = DocumentSession.objects.filter(viewing__package__in=chosen).count()
        counts = {"viewing packages": len(chosen), "sessions on them": sessions}
        return [str(package) for package in chosen], counts, set(), []

    def delete_model(self, request: HttpRequest, obj: ViewingPackage) -> None:
        """One, with the sessions on it."""
        packages.delete_as_administrator(Actor.admin(cast(User, request.user)), obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ViewingPackage]) -> None:
        """Several."""
        for package in queryset:
            self.delete_model(request, package)

    @display(description="state", label=_LABELS)
    def state_now(self, package: ViewingPackage) -> str:
        """The state now."""
        return _of_package(package).state if packages.is_live(package) else "expired"

    @display(description="reason")
    def reason(self, package: ViewingPackage) -> str:
        """Why it failed, in a few words."""
        return _title(_of_package(package))

    @display(description="reason")
    def explanation(self, package: ViewingPackage) -> SafeString | str:
        """Why it failed and what to do."""
        return _reason(_of_package(package))

    @display(description="size", ordering="source__blob__size")
    def size(self, package: ViewingPackage) -> str:
        """The document's size in words."""
        return filesizeformat(package.source.blob.size) if package.source else "-"

    @display(description="live sessions")
    def sessions(self, package: ViewingPackage) -> int:
        """How many people may be looking at it."""
        views = package.views.filter(session__expires_at__gt=timezone.now())
        return views.exclude(session__state=DocumentSession.Stored.STOPPED).count()


@admin.register(Process)
class ProcessAdmin(RecordAdmin):
    """Work that systems asked for and ask after."""

    list_display = ("label", "state_now", "reason", "client", "about", "created_at", "expires_at")
    list_filter = ("kind", "client", "created_at")
    list_select_related = ("client", "package__source__blob", "session__viewing__source__blob")
    search_fields = ("client__name", "package__package_id", "session__external_id")
    search_help_text = "The processId in full, client, package id, or the session's externalId"
    fields = (
        "label",
        "state_now",
        "explanation",
        "client",
        "about",
        "input",
        "created_at",
        "expires_at",
    )
    first_row = (
        "Package creators, searches and conversions that programs ask for appear here until they "
        "expire."
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Process], search_term: str
    ) -> tuple[QuerySet[Process], bool]:
        """An id is a capability: only its digest is stored, so it is found in full or not."""
        term = search_term.strip()
        if is_token(term):
            return queryset.filter(digest=digest(term)), False
        return super().get_search_results(request, queryset, search_term)

    @display(description="process", ordering="kind")
    def label(self, process: Process) -> str:
        """Kind and number."""
        return str(process)

    @display(description="state", label=_LABELS)
    def state_now(self, process: Process) -> str:
        """The state now."""
        live = process.expires_at > timezone.now()
        return _of_process(process).state if live else "expired"

    @display(description="reason")
    def reason(self, process: Process) -> str:
        """Why it failed, in a few words."""
        return _title(_of_process(process))

    @display(description="reason")
    def explanation(self, process: Process) -> SafeString | str:
        """Why it failed and what to do."""
        return _reason(_of_process(process))

    @display(description="about")
    def about(self, process: Process) -> str:
        """What it is on."""
        if process.package is not None:
            return process.package.package_id
        if process.session is not None:
            return process.session.external_id or f"Session {process.session.pk}"
        sources = process.plan.get("sources", [])
        files = f"{len(sources)} files" if len(sources) != 1 else "1 file"
        return f"{files} to {process.plan.get('format', '?')}"
