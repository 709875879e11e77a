"""Comparing the texts of two PDFs: what changed, with its places on both."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

from apps.conversion.texts.changes import differences

from . import pdf
from .job import Job, Refusal
from .protocol import Meta
from .text import page_text

_REVISED = re.compile(r"in/[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}")
_MOST_NAMED = 20
_WITHOUT_TEXT = "pages without text"


def changes(job: Job) -> Meta:
    """Operation `changes`, params {revised: "in/NAME.pdf"}; the source is the original.

    Part "revisions", {"revisions": [...], "proof", "engine"} as json.gz; see
    `texts.changes.Change`. Proof and counts are in the meta.
    """
    name = str(job.params.get("revised", ""))
    if not _REVISED.fullmatch(name):
        raise Refusal("format_unsupported", "A comparison needs a revised document.")
    original, revised = _pages(job.source), _pages(job.directory / name)
    found = differences(original, revised)
    silent = [*_silent("original", original), *_silent("revised", revised)]
    proof = {
        "accept_all": found.accounted_for,
        "reject_all": found.accounted_for,
        "not_compared": ["formatting", "pictures", *([_WITHOUT_TEXT] if silent else [])],
        "details": silent,
    }
    engine = {"name": "Recto", "version": "text 1"}
    content = {
        "revisions": [item.as_json(f"r{n}") for n, item in enumerate(found.changes, 1)],
        "proof": proof,
        "engine": engine,
    }
    target = job.out / "revisions.json.gz"
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    target.write_bytes(gzip.compress(data.encode("utf-8", "replace"), 1, mtime=0))
    job.part("revisions", target, "application/gzip")
    substantive = sum(item.substantive for item in found.changes)
    return {
        "revisions": len(found.changes),
        "substantive": substantive,
        "proof": proof,
        "engine": engine,
    }


def _pages(path: Path) -> list[dict[str, Any]]:
    with pdf.open_pdf(path) as document:
        return [page_text(document, index) for index in range(len(document))]


def _silent(which: str, pages: list[dict[str, Any]]) -> list[str]:
    """A sentence on pages that hold no text, as scanned ones: what they show is not compared."""
    numbers = [str(page["page"] + 1) for page in pages if not page["words"]]
    if not numbers:
        return []
    more = f" and {len(numbers) - _MOST_NAMED} more" if len(numbers) > _MOST_NAMED else ""
    named = ", ".join(numbers[:_MOST_NAMED]) + more
    return [f"Without text, so that they were not compared: page {named} of the {which} document."]
