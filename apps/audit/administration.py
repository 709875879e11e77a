"""What the apps' administrations share: acts that are audited, rows that systems make, pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.contrib.admin import ShowFacets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin as UnfoldAdmin

from apps.audit import lists, trail

Row = TypeVar("Row", bound=Model)
LINK = "text-primary-600 dark:text-primary-400"


class ModelAdmin(UnfoldAdmin):  # type: ignore[misc]  # unfold has no types
    """Unfold's look. What its log of actions is told goes to the audit log, too."""

    # What an empty list says: what it lists, and how its first row comes here.
    first_row = ""
    show_full_result_count = False
    show_facets = ShowFacets.NEVER

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], per_page: int, *rest: Any, **more: Any
    ) -> lists.BoundedPaginator:
        """One that does not count all rows."""
        page = lists.page_of(request)
        return lists.BoundedPaginator(queryset, per_page, *rest, page=page, **more)

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[lists.Changes]:
        """One that does not need to know how many there are."""
        return lists.Changes

    def log_addition(self, request: HttpRequest, obj: Model, message: object) -> Any:
        """Something was added."""
        return self._audited(request, "added", obj, super().log_addition(request, obj, message))

    def log_change(self, request: HttpRequest, obj: Model, message: object) -> Any:
        """Something was changed, or an action done to it."""
        return self._audited(request, "changed", obj, super().log_change(request, obj, message))

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> Any:
        """Things are about to be deleted."""
        for row in queryset:
            trail.record(trail.By.ADMIN, _name(request), "deleted", row)
        return super().log_deletions(request, queryset)

    def _audited(self, request: HttpRequest, action: str, row: Model, entry: Any) -> Any:
        trail.record(trail.By.ADMIN, _name(request), action, row, entry.get_change_message())
        return entry


class RecordAdmin(ModelAdmin):
    """Rows to look at. Calls make them and sweeps remove them; people run actions on them."""

    deletable = False
    # Fields with an index: a search looks there first, for a value in full.
    known_by: tuple[str, ...] = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What is known by exactly this; else what has it in one of the fields."""
        term = search_term.strip()
        for field in self.known_by if term else ():
            exactly = queryset.filter(**{field: term})
            if exactly.exists():
                return exactly, False
        return super().get_search_results(request, queryset, search_term)  # type: ignore[no-any-return]

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> Sequence[str]:
        """All of them."""
        return list(self.fields)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Without buttons that would save nothing."""
        context |= {"show_save": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[no-any-return]

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Where the kind of row is `deletable`."""
        return self.deletable and bool(super().has_delete_permission(request, obj))


def asked(
    model_admin: Any, request: HttpRequest, action: str, title: str, explanation: str, button: str
) -> TemplateResponse | None:
    """A page that asks before an action on chosen rows; None once a person has said yes."""
    if "confirmed" in request.POST:
        return None
    chosen = {
        "action": action,
        "confirmed": "yes",
        "select_across": request.POST.get("select_across", "0"),
    }
    context = {
        "title": title,
        "explanation": explanation,
        "button": button,
        "danger": True,
        "back_url": request.get_full_path(),
        "chosen": [
            *chosen.items(),
            *((ACTION_CHECKBOX_NAME, pk) for pk in request.POST.getlist(ACTION_CHECKBOX_NAME)),
        ],
    }
    return page(model_admin, request, "admin/ask.html", context)


def requests_of(correlation_id: str) -> SafeString | str:
    """A correlation id that leads to the request it was given to, in the request log."""
    if correlation_id in ("", "-"):
        return "-"
    url = reverse("admin:audit_answeredrequest_changelist", query={"q": correlation_id})
    return format_html('<a class="{}" href="{}">{}</a>', LINK, url, correlation_id)


def _name(request: HttpRequest) -> str:
    return request.user.get_username()


def changeable(model_admin: Any, model: type[Row], request: HttpRequest, pk: int) -> Row:
    """A row this person may change. Raises Http404, PermissionDenied."""
    row = get_object_or_404(model, pk=pk)
    if not model_admin.has_change_permission(request, row):
        raise PermissionDenied
    return row


def page(
    model_admin: Any,
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    original: Model | None = None,
) -> TemplateResponse:
    """A page of its own inside the administration, about `original` where there is one."""
    site = model_admin.admin_site.each_context(request)
    shown = {**site, "opts": model_admin.opts, "original": original, **context}
    return TemplateResponse(request, template, shown)
