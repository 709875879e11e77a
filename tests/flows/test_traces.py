"""One upload is one trace: from the call over the queue to the engine, and nothing secret in it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests import factories
from tests.stack import running_stack

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = f"00-{TRACE}-b7ad6b7169203331-01"


class Collector:
    """Takes what is sent to /v1/traces."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.raw = b""
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") != "gzip":
                    collector.take(body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, body: bytes) -> None:
        self.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                self.spans += scope.spans

    def of(self, trace: str) -> dict[str, Span]:
        """The spans of a trace by name."""
        return {span.name: span for span in self.spans if span.trace_id.hex() == trace}


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.server.shutdown()


def test_one_upload_is_one_trace(collector: Collector) -> None:
    endpoint = f"http://127.0.0.1:{collector.server.server_port}"
    with running_stack(OTEL_EXPORTER_OTLP_ENDPOINT=endpoint) as stack:
        integrator = stack.integrator()
        integrator.http.headers.update({"traceparent": CALLER, "X-Correlation-Id": "order-7"})
        identity = integrator.open(externalId="the-secret-name")
        document = factories.docx("the secret text")
        answer = integrator.upload(identity, document)
        assert answer.status_code == 200
        integrator.settled(identity)
        wanted = {
            "PUT prizmdoc SourceFile": "b7ad6b7169203331",
            "job pdf": "PUT prizmdoc SourceFile",
            "engine office pdf": "job pdf",
        }
        deadline = time.monotonic() + 30
        while not wanted.keys() <= (spans := collector.of(TRACE)).keys():
            assert time.monotonic() < deadline, sorted(spans)
            time.sleep(0.2)
        for name, parent in wanted.items():
            above = spans[parent].span_id.hex() if parent in spans else parent
            assert spans[name].parent_span_id.hex() == above, name
            known = {one.key: one.value.string_value for one in spans[name].attributes}
            assert known["recto.correlation_id"] == "order-7", name
        assert "conversion.work" in spans  # the message that woke the worker
    token = str(integrator.http.headers["Authorization"]).split()[1]
    for secret in (identity, "the-secret-name", "the secret text", token):
        assert secret.encode() not in collector.raw
