"""Figures of the administration: how sure values were, and how often people changed them.

They are made of numbers and field names; content is no part of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from apps.extraction.models import ExtractionRequest, FieldCorrection

_BINS = 20
_DAYS = 30
_MOST_REQUESTS = 5000
_MOST_FIELDS = 20
# Of the plots, in the units of their SVG.
_HEIGHT = 120
_WIDTH = 300


@dataclass(frozen=True, slots=True)
class Bin:
    """How many values had a confidence from `low` to `high`; drawn as a bar."""

    low: float
    high: float
    count: int
    x: int
    height: int

    @property
    def top(self) -> int:
        """Where the bar begins, from the top."""
        return _HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class Rate:
    """What people said of a field's values; `percent` of those looked at were changed."""

    field: str
    confirmed: int
    corrected: int
    added: int
    percent: int
    y: int

    @property
    def width(self) -> int:
        """Of the bar."""
        return round(_WIDTH * self.percent / 100)


@dataclass(frozen=True, slots=True)
class Figures:
    """Both plots, of requests of the last days."""

    days: int
    values: int
    bins: list[Bin]
    rates: list[Rate]

    @property
    def rates_height(self) -> int:
        """Of the plot of rates."""
        return 24 * len(self.rates)


def recent() -> Figures:
    """Figures of the last 30 days, of the newest 5,000 requests at most."""
    since = timezone.now() - timedelta(days=_DAYS)
    told = (
        ExtractionRequest.objects.filter(
            received_at__gte=since, state=ExtractionRequest.State.SUCCEEDED
        )
        .order_by("-received_at")
        .values_list("confidences", flat=True)[:_MOST_REQUESTS]
    )
    counts = Counter(
        min(_BINS - 1, int(confidence * _BINS)) for one in told for confidence in one.values()
    )
    most = max(counts.values(), default=1)
    bins = [
        Bin(
            low=number / _BINS,
            high=(number + 1) / _BINS,
            count=counts[number],
            x=number * 16,
            height=-(-counts[number] * _HEIGHT // most),
        )
        for number in range(_BINS)
    ]
    rows = (
        FieldCorrection.objects.filter(created_at__gte=since)
        .order_by()
        .values("field", "kind")
        .annotate(count=Count("request", distinct=True))
    )
    return Figures(_DAYS, sum(counts.values()), bins, _rates(rows))


def _rates(rows: Iterable[Mapping[str, Any]]) -> list[Rate]:
    """The fields that people changed most often, first."""
    by_field: dict[str, Counter[str]] = {}
    for row in rows:
        by_field.setdefault(row["field"], Counter())[row["kind"]] += row["count"]
    kinds = FieldCorrection.Kind
    ranked = []
    for field, counts in by_field.items():
        looked_at = counts[kinds.CONFIRMED] + counts[kinds.CORRECTED] + counts[kinds.ADDED]
        changed = counts[kinds.CORRECTED] + counts[kinds.ADDED]
        ranked.append((round(100 * changed / looked_at), field, counts))
    ranked.sort(key=lambda one: (-one[0], one[1]))
    return [
        Rate(
            field=field,
            confirmed=counts[kinds.CONFIRMED],
            corrected=counts[kinds.CORRECTED],
            added=counts[kinds.ADDED],
            percent=percent,
            y=24 * number,
        )
        for number, (percent, field, counts) in enumerate(ranked[:_MOST_FIELDS])
    ]
