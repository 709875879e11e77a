"""A model behind an endpoint: what it says counts only where the page shows it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from apps.core.errors import ErrorCode, PortalError
from apps.extraction import engines
from tests.dialects.datawollet.test_documents import LINES, page_of


class Endpoint:
    """A server that answers as it is told, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: dict[str, str] = {}
        self.status, self.answer = 200, "{}"

    def tell(self, *fields: dict[str, Any], kind: str = "invoice") -> None:
        content = json.dumps({"class": kind, "fields": list(fields)})
        self.answer = json.dumps({"choices": [{"message": {"content": content}}]})


@pytest.fixture
def endpoint(settings: Any) -> Iterator[Endpoint]:
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            endpoint.asked.append({"path": self.path} | json.loads(body))
            endpoint.headers = dict(self.headers)
            content = endpoint.answer.encode()
            self.send_response(endpoint.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            """Tests print nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.EXTRACTION_ENGINE, settings.EXTRACTION_MODEL = "openai", "m"
    settings.EXTRACTION_URL = f"http://127.0.0.1:{server.server_port}/v1"
    settings.EXTRACTION_API_KEY = "k"
    yield endpoint
    server.shutdown()
    server.server_close()


def read(lines: list[str] = LINES, **more: Any) -> dict[str, Any]:
    reading = {"pages": [page_of(lines)], "form": [], "attachments": []} | more
    return engines.understand(reading, None)


def field(name: str, text: str, kind: str = "text") -> dict[str, Any]:
    return {"name": name, "type": kind, "text": text, "page": 0}


def test_what_is_asked(endpoint: Endpoint) -> None:
    endpoint.tell()
    assert read()["engine"] == "openai"
    (asked,) = endpoint.asked
    assert asked["path"] == "/v1/chat/completions" and asked["model"] == "m"
    assert endpoint.headers["Authorization"] == "Bearer k"
    assert "Total 119.00 EUR" in asked["messages"][1]["content"]


def test_values_are_made_from_the_page(endpoint: Endpoint) -> None:
    endpoint.tell(
        field("total", "119.00", "amount"),
        field("invoiceDate", "2026-11-02", "date"),
        field("number", "2026-117"),
        field("title", "Invoice   Number:"),
    )
    found = read()
    assert found["classIdentifier"] == "invoice"
    values = {name: one["value"] for name, one in found["fields"].items()}
    assert values == {
        "total": "119.00",
        "invoiceDate": "2026-11-02",
        "number": "2026-117",
        "title": "Invoice Number:",
    }
    total = found["fields"]["total"]
    assert total["text"] == "119.00" and total["page"] == 0 and total["confidence"] <= 0.9
    assert total["source"] == "text" and len(total["polygon"]) == 4


@pytest.mark.parametrize(
    "told",
    [
        field("x", "120.00", "amount"),  # nowhere
        field("x", "19", "amount"),  # within 119.00 and 19.00, and "19%"
        field("x", "119", "amount"),
        field("x", "Invo"),
        field("x", "Total 120"),
        field("x", "Net", "amount"),  # no amount
        field("x", "Total", "date"),
        field("x", ""),
        {"name": "x", "text": 7},
        {"name": "x"},
    ],
)
def test_what_the_page_does_not_show_is_dropped(endpoint: Endpoint, told: dict[str, Any]) -> None:
    lines = [line.replace("19%", "") for line in LINES]
    endpoint.tell(told)
    found = read(lines)
    assert found["fields"] == {}
    assert [one["code"] for one in found["warnings"]] == ["unproven_value"]


def test_hidden_text_proves_nothing(endpoint: Endpoint) -> None:
    page = page_of(LINES) | {"hidden": [{"text": "999.00", "box": [0, 0, 9, 9], "reason": "white"}]}
    endpoint.tell(field("total", "999.00", "amount"))
    found = read(pages=[page])
    assert found["fields"] == {}
    assert {one["code"] for one in found["warnings"]} == {"hidden_text", "unproven_value"}
    assert "999.00" not in endpoint.asked[0]["messages"][1]["content"]


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, "{}"),
        (302, "{}"),
        (200, "no json"),
        (200, "{}"),
        (200, '{"choices": []}'),
        (200, '{"choices": [{"message": {"content": "no json"}}]}'),
        (200, "x" * 2_000_000),
    ],
)
def test_answers_that_are_none(endpoint: Endpoint, status: int, answer: str) -> None:
    endpoint.status, endpoint.answer = status, answer
    with pytest.raises(PortalError) as caught:
        read()
    assert caught.value.code == ErrorCode.REMOTE_FAILED


@pytest.mark.parametrize(
    "content", ["[]", '"x"', '{"fields": {}}', '{"fields": [1, null]}', '{"class": ["x"]}']
)
def test_strange_answers(endpoint: Endpoint, content: str) -> None:
    endpoint.answer = json.dumps({"choices": [{"message": {"content": content}}]})
    assert read()["fields"] == {}


def test_the_callers_own_fields_only(endpoint: Endpoint) -> None:
    endpoint.tell(field("mine", "2026-117"), field("other", "INVOICE"))
    reading = {"pages": [page_of(LINES)], "form": [], "attachments": []}
    found = engines.understand(reading, {"properties": {"mine": {"type": "string"}}})
    assert found["fields"]["mine"]["value"] == "2026-117"
    assert "other" not in found["fields"]
