"""`GET /metrics` in Prometheus' text format: counted when asked, the same from every process."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Count, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from apps.conversion.models import Rendition
from apps.document_sessions.lifecycle import LIVE
from apps.document_sessions.models import DocumentSession
from apps.extraction.models import ExtractionRequest
from apps.workfiles.models import Blob
from portal import health
from portal import settings as portal_settings


def metrics(request: HttpRequest) -> HttpResponse:
    """Sessions, conversion jobs, stored bytes and the state of each part. Names nobody."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    def collect(self) -> Iterable[Metric]:
        yield _gauge("info", "The running version.", [({"version": portal_settings.VERSION}, 1)])
        yield _gauge(
            "part_ready",
            "Whether a part of the portal is ready, as /readyz tells it.",
            [
                ({"part": name}, float(bool(health.state(check)["ready"])))
                for name, check in health.CHECKS.items()
            ],
        )
        yield from _sessions()
        yield from _jobs()
        yield from _extraction()
        yield from _storage()


def _sessions() -> Iterator[Metric]:
    live = DocumentSession.objects.filter(state__in=LIVE, expires_at__gt=timezone.now())
    counts = dict(live.order_by().values_list("kind").annotate(Count("pk")))
    yield _gauge(
        "sessions_live",
        "Sessions that can be used now.",
        [({"kind": kind}, counts.get(kind, 0)) for kind in DocumentSession.Kind.values],
    )


def _jobs() -> Iterator[Metric]:
    counts = dict(Rendition.objects.order_by().values_list("state").annotate(Count("pk")))
    yield _gauge(
        "conversion_jobs",
        "Conversion jobs on record.",
        [({"state": state}, counts.get(state, 0)) for state in Rendition.State.values],
    )
    queued = Rendition.objects.filter(state=Rendition.State.QUEUED)
    oldest = queued.aggregate(at=Min("requested_at"))["at"]
    waits = max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0
    yield _gauge(
        "conversion_queue_age_seconds", "How long the oldest job has waited.", [({}, waits)]
    )


def _extraction() -> Iterator[Metric]:
    rows = ExtractionRequest.objects.order_by().values_list("state")
    counts = dict(rows.annotate(Count("pk")))
    yield _gauge(
        "extraction_requests",
        "Extraction requests on record.",
        [({"state": state}, counts.get(state, 0)) for state in ExtractionRequest.State.values],
    )


def _storage() -> Iterator[Metric]:
    stored = Blob.objects.aggregate(count=Count("pk"), size=Sum("size"))
    yield _gauge("stored_files", "Distinct contents stored.", [({}, stored["count"])])
    yield _gauge("stored_bytes", "Bytes of all stored contents.", [({}, stored["size"] or 0)])
    yield _gauge(
        "disk_free_bytes",
        "Free bytes below DATA_DIR.",
        [({}, shutil.disk_usage(settings.DATA_DIR).free)],
    )


def _gauge(name: str, words: str, samples: Iterable[tuple[dict[str, str], float]]) -> Metric:
    family = GaugeMetricFamily(f"recto_{name}", words)
    for labels, value in samples:
        family.add_sample(family.name, labels, value)
    return family
