"""Comparing two Word documents: a red-lined one, its revisions as data, and the proof."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

from . import compare_host, compare_rehearsal, redline_proof, redline_reader, revisions
from .job import Job, Refusal
from .protocol import Meta
from .redline_package import Package

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_REVISED = re.compile(r"in/[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}")


def compare(job: Job) -> Meta:
    """Operation `compare`, params {revised: "in/NAME.docx"}; the source is the original.

    Parts: "redline", the revised document with tracked changes by one author, and "revisions",
    {"revisions": [...], "stories": [{"location", "text"}, ...], "proof", "engine"} as json.gz.
    Spans of revisions count characters of their story's text. Proof and counts are in the meta.
    """
    name = str(job.params.get("revised", ""))
    if not _REVISED.fullmatch(name):
        raise Refusal("format_unsupported", "A comparison needs a revised document.")
    path = job.directory / name
    compare_host.ask(job, job.source.read_bytes(), path.read_bytes())
    # The host compares meanwhile; what is refused here ends it.
    original, revised = Package(job.source, "original"), Package(path, "revised")
    for package in (original, revised):
        package.xml(package.main)
    pair = redline_proof.read(original, revised)
    target = job.out / "redline.docx"
    target.write_bytes(compare_host.redline(job))
    stories = redline_reader.stories_of(Package(target, "red-lined"))
    proof = redline_proof.prove(pair, stories)
    engine = {"name": "Docxodus", "version": f"docx-scalpel {compare_host.VERSION}"}
    found = revisions.revisions_of(stories)
    content = {
        "revisions": [item.as_json(f"r{number}") for number, item in enumerate(found, 1)],
        "stories": [
            {"location": story.location, "text": revisions.shown_text(story)} for story in stories
        ],
        "proof": proof,
        "engine": engine,
    }
    job.part("redline", target, _DOCX)
    job.part("revisions", _packed(job, content), "application/gzip")
    substantive = sum(item.substantive for item in found)
    return {"revisions": len(found), "substantive": substantive, "proof": proof, "engine": engine}


def rehearse(directory: Path) -> None:
    """Read and prove a pair of ours, kept in `directory`: no job is the first to do so."""
    packages = []
    for name, content in zip(("original", "revised"), compare_rehearsal.pair(), strict=True):
        path = directory / f"{name}.docx"
        path.write_bytes(content)
        packages.append(Package(path, name))
    stories = redline_reader.stories_of(packages[0])
    redline_proof.prove(redline_proof.read(*packages), stories)
    revisions.revisions_of(stories)


def _packed(job: Job, content: Meta) -> Path:
    target = job.out / "revisions.json.gz"
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    target.write_bytes(gzip.compress(data.encode("utf-8", "replace"), 1, mtime=0))
    return target
