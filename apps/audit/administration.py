"""What the apps' administrations share: acts that are audited, rows that systems make, pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin as UnfoldAdmin

from apps.audit import trail

Row = TypeVar("Row", bound=Model)


class ModelAdmin(UnfoldAdmin):  # type: ignore[misc]  # unfold has no types
    """Unfold's look. What its log of actions is told goes to the audit log, too."""

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

    show_full_result_count = False
    deletable = False

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> Sequence[str]:
        """All of them."""
        return list(self.fields)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Where the kind of row is `deletable`."""
        return self.deletable and bool(super().has_delete_permission(request, obj))


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
