"""A templates engine that says what a test wants it to say of a file."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.clients.actors import Actor
from apps.document_templates import services
from apps.document_templates.models import Datasource
from tests import fakes

ADMIN = Actor.system()


class Reader:
    """What the engine finds; `fields` and `findings` are set by the test."""

    def __init__(self) -> None:
        self.fields: list[dict[str, Any]] = [{"key": "Name", "kind": "text", "label": "Name"}]
        self.findings: list[dict[str, Any]] = []
        self.failure: dict[str, str] = {}
        self.filled: list[dict[str, Any]] = []

    def script(self, request: dict[str, Any], directory: Path) -> Iterator[dict[str, Any]]:
        if self.failure:
            yield {"event": "failed", **self.failure}
            yield fakes.EXIT
            return
        name = {"template_read": "template", "template_fill": "document", "template_diff": "diff"}[
            request["op"]
        ]
        target = directory / "out" / name
        meta: dict[str, Any] = {}
        if name == "template":
            used = [field["key"] for field in self.fields]
            found = {"fields": self.fields, "findings": self.findings, "used": used}
            target.write_text(json.dumps(found))
        elif name == "diff":
            target.write_text(json.dumps({"fields": [], "paragraphs": [{"change": "added"}]}))
        else:
            self.filled.append(json.loads((directory / "in" / "values.json").read_text()))
            target.write_bytes(b"filled")
            meta = {"warnings": ["“X” has no value."]}
        yield {"event": "part", "name": name, "file": f"out/{name}", "media_type": "", "meta": {}}
        yield {"event": "done", "meta": meta}
        yield fakes.EXIT


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    with fakes.Engine(reader.script, "templates"):
        yield reader


@pytest.fixture
def library() -> Datasource:
    return services.create_datasource(ADMIN, "Letters", languages=["de-CH", "fr-CH"])


def uploaded(content: bytes = b"PK one") -> io.BytesIO:
    return io.BytesIO(content)
