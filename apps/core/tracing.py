"""Traces (OpenTelemetry): from a call over the queue to the engine. Off without an endpoint.

Nothing of OpenTelemetry is loaded while it is off. What crosses a process is a `traceparent`
(W3C Trace Context); what a span tells is names and numbers, never addresses or contents.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Literal

from django.conf import settings

from apps.core.correlation import correlation_id

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

Kind = Literal["SERVER", "CONSUMER", "CLIENT", "INTERNAL"]


def span(
    name: str, kind: Kind = "INTERNAL", *, parent: str = "", **attributes: str | int
) -> AbstractContextManager[Span | None]:
    """A span until the end of the block, below `parent` (a traceparent) or the current one."""
    if not settings.OTEL_ENDPOINT:
        return nullcontext()
    return _span(name, kind, parent, attributes)


def traceparent() -> str:
    """The current span, for another process to continue; blank where there is none."""
    if not settings.OTEL_ENDPOINT:
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent", "")


@contextmanager
def _span(
    name: str, kind: Kind, parent: str, attributes: dict[str, str | int]
) -> Iterator[Span | None]:
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract({"traceparent": parent}) if parent else None
    known = {f"recto.{key}": value for key, value in attributes.items()}
    with _tracer().start_as_current_span(
        name,
        context,
        SpanKind[kind],
        known | {"recto.correlation_id": correlation_id.get()},
        # A message may quote a document; the type is enough.
        record_exception=False,
        set_status_on_exception=False,
    ) as started:
        yield started


@cache
def _tracer() -> Tracer:
    """Sends spans from a thread of its own; one for each process, made at its first span."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "recto"}))
    exporter = OTLPSpanExporter(endpoint=f"{settings.OTEL_ENDPOINT}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    return provider.get_tracer("recto")
