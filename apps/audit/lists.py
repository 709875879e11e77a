"""Lists of any length: a page of a million rows costs what a page of a hundred does.

Django counts all rows for the numbers below a list, and reads all rows for the values of a filter.
Here it is counted as far as a reader can go from the page at hand, and filters offer the values of
the newest rows.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpRequest
from unfold.views import ChangeList

_PAGES_AHEAD = 20
_NEWEST = 10_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than some pages beyond the one that is looked at."""

    def __init__(self, *arguments: Any, page: int, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._most = (page + _PAGES_AHEAD) * self.per_page

    @cached_property
    def _found(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self._most + 1].count())

    @cached_property
    def count(self) -> int:
        """How many rows there are, as far as was counted."""
        return min(self._found, self._most)

    @property
    def is_bounded(self) -> bool:
        """Whether there are more rows than `count`."""
        return self._found > self._most


class Changes(ChangeList):  # type: ignore[misc]  # unfold has no types
    """A list that knows whether it is filtered without counting what it would be otherwise."""

    def get_results(self, request: HttpRequest) -> None:
        """See above; where nothing was found it is not asked a second time."""
        super().get_results(request)
        self.is_narrowed = bool(self.query or self.has_active_filters)
        if not self.is_narrowed or self.paginator.is_bounded:
            self.full_result_count = self.result_count
        if not self.result_count:
            self.result_list = self.queryset.none()


def page_of(request: HttpRequest) -> int:
    """The number of the page that is asked for; the first where that is no number."""
    asked = request.GET.get("p", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


class RecentValues(admin.AllValuesFieldListFilter):
    """Offers the values that the newest rows have. Others can still be written into the address."""

    def __init__(
        self, field: Any, request: Any, params: Any, model: Any, *rest: Any, **more: Any
    ) -> None:
        super().__init__(field, request, params, model, *rest, **more)
        newest = model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0
        rows = model._default_manager.filter(pk__gt=newest - _NEWEST).order_by()
        found = rows.values_list(self.field_path, flat=True).distinct()
        self.lookup_choices: Any = sorted({str(value) for value in found if value})
