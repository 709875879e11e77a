"""`GET /metrics` in Prometheus' text format: the same from every process of every host.

What is counted as it happens and what the schedule measures stand in one small table
(`apps.tallies`), so that a scrape reads a few hundred rows however large the others are. Only
what an index answers at once is asked of the others.
"""

from __future__ import annotations

import hmac
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from apps.conversion.models import Rendition
from apps.tallies import figures, store
from portal import health, measuring
from portal import settings as portal_settings

Samples = Iterable[tuple[dict[str, str], float]]


class Described(NamedTuple):
    """A metric as docs/reference/metrics.md shows it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str


_NOW = (
    Described("recto_info", "gauge", ("version",), "The running version."),
    Described(
        "recto_part_ready",
        "gauge",
        ("part",),
        "Whether a part of the portal is ready, as /readyz tells it.",
    ),
    Described("recto_conversion_jobs", "gauge", ("state",), "Conversion jobs that have not ended."),
    Described(
        "recto_conversion_queue_age_seconds", "gauge", (), "How long the oldest job has waited."
    ),
    Described("recto_disk_free_bytes", "gauge", (), "Free bytes below DATA_DIR."),
)
_MEASURED = tuple(Described(one.name, "gauge", one.labels, one.help) for one in measuring.MEASURES)
CATALOGUE = (
    *(Described(one.name, "counter", one.labels, one.help) for one in figures.COUNTERS),
    *(Described(one.name, "histogram", one.labels, one.help) for one in figures.HISTOGRAMS),
    *_NOW,
    *_MEASURED,
)
_HELP = {one.name: one.help for one in CATALOGUE}


def metrics(request: HttpRequest) -> HttpResponse:
    """All figures, to whoever holds METRICS_TOKEN; without one, to callers on this host only."""
    if not _may_read(request):
        words = (
            "Send `Authorization: Bearer` with METRICS_TOKEN, or ask from the host itself where "
            "none is set.\n"
        )
        return HttpResponse(words, status=403, content_type="text/plain")
    store.write()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        said = request.headers.get("Authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    proxied = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded"))
    return not proxied and request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}


class _Figures(Collector):
    def collect(self) -> Iterable[Metric]:
        names = [*(one.name for one in figures.COUNTERS), *(one.name for one in _MEASURED)]
        parts = [f"{one.name}_{part}" for one in figures.HISTOGRAMS for part in ("bucket", "sum")]
        totals = store.totals(*names, *parts)
        for counter in figures.COUNTERS:
            yield _counter(counter, totals[counter.name])
        for histogram in figures.HISTOGRAMS:
            name = histogram.name
            yield _histogram(name, totals[f"{name}_bucket"], totals[f"{name}_sum"])
        for measure in _MEASURED:
            yield _gauge(measure.name, totals[measure.name])
        yield from _as_it_is_now()


def _as_it_is_now() -> Iterator[Metric]:
    yield _gauge("recto_info", [({"version": portal_settings.VERSION}, 1)])
    ready = {name: health.state(check)["ready"] for name, check in health.CHECKS.items()}
    yield _gauge(
        "recto_part_ready", [({"part": name}, float(bool(is_so))) for name, is_so in ready.items()]
    )
    unfinished = Rendition.objects.filter(state__in=Rendition.UNDER_WAY).order_by()
    counts = dict(unfinished.values_list("state").annotate(Count("pk")))
    yield _gauge(
        "recto_conversion_jobs",
        [({"state": state}, counts.get(state, 0)) for state in Rendition.UNDER_WAY],
    )
    yield _gauge("recto_conversion_queue_age_seconds", [({}, queue_age())])
    yield _gauge("recto_disk_free_bytes", [({}, shutil.disk_usage(settings.DATA_DIR).free)])


def queue_age() -> float:
    """For how many seconds the oldest queued job has waited."""
    queued = Rendition.objects.filter(state=Rendition.State.QUEUED)
    oldest = queued.aggregate(at=Min("requested_at"))["at"]
    return max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0


def _counter(counter: figures.Counter, samples: Samples) -> Metric:
    family = CounterMetricFamily(counter.name, counter.help)
    for labels, value in samples:
        family.add_sample(counter.name, labels, value)
    return family


def _gauge(name: str, samples: Samples) -> Metric:
    family = GaugeMetricFamily(name, _HELP[name])
    for labels, value in samples:
        family.add_sample(name, labels, value)
    return family


def _histogram(name: str, buckets: Samples, sums: Samples) -> Metric:
    """Rows that count one bucket each, as Prometheus' buckets, which include the lower ones."""
    series: dict[tuple[tuple[str, str], ...], dict[str, float]] = defaultdict(dict)
    for labels, value in buckets:
        bound = labels.pop("le")
        series[tuple(sorted(labels.items()))][bound] = value
    family = HistogramMetricFamily(name, _HELP[name])
    for pairs, counts in series.items():
        running = 0.0
        for bound in (*figures.SECONDS, "+Inf"):
            running += counts.get(bound, 0)
            family.add_sample(f"{name}_bucket", dict(pairs) | {"le": bound}, running)
        family.add_sample(f"{name}_count", dict(pairs), running)
    for labels, value in sums:
        family.add_sample(f"{name}_sum", labels, value)
    return family
