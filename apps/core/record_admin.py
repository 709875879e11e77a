"""The administration of rows that systems make."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from unfold.admin import ModelAdmin


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
