"""Text groups: read once, taken apart only where wanted, kept within a bound."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from apps.conversion.models import RenditionPart
from apps.conversion.recipe import text
from apps.conversion.texts.groups import parse
from apps.viewing import texts
from apps.workfiles import services as workfiles
from tests import factories

PAGES = [factories.page_of('He said "no",\nthen left: ]} [{', 0), factories.page_of("", 1)]


def as_the_engine_writes(pages: list[dict[str, Any]]) -> bytes:
    lines = ",\n".join(json.dumps(page, separators=(",", ":")) for page in pages)
    return gzip.compress(f'{{"pages":[\n{lines}\n]}}'.encode())


@pytest.mark.parametrize("pages", [PAGES, PAGES[:1], [], PAGES * 20])
@pytest.mark.parametrize("indent", ["engine", None, 1])
def test_pages_are_what_was_written(pages: list[dict[str, Any]], indent: Any) -> None:
    content = gzip.decompress(as_the_engine_writes(pages))
    if indent != "engine":
        content = json.dumps({"pages": pages}, indent=indent).encode()
    group = parse(content)
    assert group.texts == [page["text"] for page in pages]
    assert [group.page(index) for index in range(len(pages))] == pages


@pytest.mark.django_db
def test_groups_are_kept_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    whole = workfiles.read_all
    monkeypatch.setattr(texts, "_groups", type(texts._groups)())
    monkeypatch.setattr(workfiles, "read_all", lambda blob: read.append(blob.pk) or whole(blob))
    parts: list[RenditionPart] = []
    for number in range(4):
        source = factories.work_file(content=b"%%PDF-%d" % number)
        content = as_the_engine_writes([factories.page_of(f"page {number} " * 50, 1)])
        rendition = factories.ready(source, text(1, 9), {"text": (content, "x/y")})
        parts.append(rendition.parts.get())
    one = texts.group_of(parts[0]).size
    monkeypatch.setattr(texts, "_MOST_BYTES", 3 * one)
    for part in (*parts[:3], parts[0], parts[3], parts[0]):
        texts.group_of(part)
    assert read == [part.blob_id for part in parts]
    texts.group_of(parts[1])  # the one read longest ago is gone
    assert len(read) == 5
