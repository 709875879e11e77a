"""What the apps' administrations share: rows that systems make, and pages beside the lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

Row = TypeVar("Row", bound=Model)


class RecordAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
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
