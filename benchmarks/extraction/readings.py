"""Readings of files, made by the product's own engines and kept by content and engine."""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import portal_data

_ENGINES = Path(__file__).resolve().parents[2] / "apps" / "conversion" / "engines"
_PARTS_OF_ENGINE = ("words", "text_words", "ocr", "ocr_models", "lines", "visibility", "embedded")
CACHE = Path(tempfile.gettempdir()) / "recto-readings"


def of(
    paths: Iterable[Path], *, fresh: bool = False, known: bool = False
) -> dict[Path, dict[str, Any]]:
    """The reading of each file. The engines start only when one is not yet known.

    With `fresh`, nothing known is used; with `known`, also what older engines read.
    """
    CACHE.mkdir(exist_ok=True)
    engine = _engine_digest()
    found: dict[Path, dict[str, Any]] = {}
    with ExitStack() as stack:
        started = False
        for path in paths:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            kept = CACHE / f"{digest[:32]}-{engine}.json"
            if known and not kept.is_file():
                older = sorted(CACHE.glob(f"{digest[:32]}-*.json"), key=lambda p: p.stat().st_mtime)
                kept = older[-1] if older else kept
            if not kept.is_file() or fresh:
                if path.suffix == ".xml":
                    made = _of_xml(path)
                else:
                    if not started:
                        stack.enter_context(portal_data.prepared())
                        stack.enter_context(portal_data.engines())
                        started = True
                    print(f"reading {path.name}", file=sys.stderr, flush=True)
                    made = _of_file(path)
                kept.write_text(json.dumps(made))
            found[path] = json.loads(kept.read_text())
    return found


def _engine_digest() -> str:
    digest = hashlib.sha256()
    for name in _PARTS_OF_ENGINE:
        source = _ENGINES / f"{name}.py"
        digest.update(source.read_bytes() if source.is_file() else b"")
    return digest.hexdigest()[:16]


def _of_xml(path: Path) -> dict[str, Any]:
    """An electronic invoice that has no pages."""
    text = path.read_bytes().decode("utf-8-sig", "replace")
    return {"pages": [], "form": [], "attachments": [{"name": path.name, "text": text}]}


def _of_file(path: Path) -> dict[str, Any]:
    """As extraction reads a document: its PDF, then words page group by page group."""
    from apps.conversion import recipe

    extension = path.suffix.lstrip(".").lower()
    source = portal_data.work_file(path.read_bytes(), extension)
    pages = int(portal_data.converted(source).meta["pages"])
    reading: dict[str, Any] = _part(source, recipe.EMBEDDED, "embedded")
    reading["pages"] = []
    while len(reading["pages"]) < pages:
        group = recipe.words(len(reading["pages"]), pages, ocr=True)
        made = _part(source, group, "words")["pages"]
        reading["pages"] += made
        if not made:
            break
    return reading


def _part(source: Any, recipe: Any, name: str) -> dict[str, Any]:
    from apps.conversion import services
    from apps.workfiles import services as workfiles

    rendition = services.request(source, recipe, client=source.client)
    portal_data.work()
    services.wait_until_done(rendition, seconds=1)
    part = services.part(rendition, name)
    assert part is not None, name
    content = workfiles.read_all(part.blob)
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    members: dict[str, Any] = json.loads(content)
    return members
