"""Filling a one-page template, against docxtpl alone in a loop; and the preview of a form."""

from __future__ import annotations

import io
import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from docx import Document

from benchmarks.measure import Cost, Failed, Row, failures, ms, ratio, take_turns, timed, wall

_AIM = 1.5
_PREVIEW_SECONDS = 0.5
_OURS, _BARE = "fill", "docxtpl in a loop"
_LOOP = "{%tr for row in Rows %}"
_VALUES: dict[str, Any] = {
    "Company": "ACME",
    "Customer": {"Name": "Ann Müller & Söhne", "City": "Bern"},
    "Text": "The first line.\nThe second line.",
    "Express": True,
    "Rows": [{"Name": f"Item {number}", "Price": f"{12.5 * number}"} for number in range(8)],
}


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """Rows for filling and for the preview of a page."""
    template = directory / "template.docx"
    _write_template(template)
    items = [template] * (10 if quick else 60)
    taken = take_turns(items, {_OURS: _filled, _BARE: _bare})
    value = ratio(taken[_OURS], taken[_BARE])
    yield Row(
        "fill a one-page template",
        value.n,
        ms(wall(taken[_OURS])),
        _BARE,
        ms(wall(taken[_BARE])),
        value.wall,
        value.cpu,
        f"<= {_AIM}, 40 ms",
        value.at_most(_AIM) and wall(taken[_OURS]) <= 0.04,
        f"{failures(taken[_OURS])} failed",
    )
    shown = take_turns(items[: 5 if quick else 30], {"preview": _previewed})["preview"]
    yield Row(
        "preview of a form: fill, lay out, draw a page",
        len(shown),
        ms(wall(shown)),
        aim=ms(_PREVIEW_SECONDS),
        met=wall(shown) <= _PREVIEW_SECONDS,
        note=f"{failures(shown)} failed",
    )


def _write_template(path: Path) -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{{ Company }}"
    document.add_heading("Offer", 1)
    document.add_paragraph("{{ Customer.Name }}, {{ Customer.City }}")
    for text in ("{%p if Express %}", "By express. {{ Text }}", "{%p endif %}"):
        document.add_paragraph(text)
    table = document.add_table(0, 2)
    for texts in ((_LOOP, ""), ("{{ row.Name }}", "{{ row.Price }}"), ("{%tr endfor %}", "")):
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text
    document.save(str(path))


def _bare(template: Path) -> Cost:
    from docxtpl import DocxTemplate
    from jinja2 import Environment

    def run() -> None:
        document = DocxTemplate(str(template))
        document.render(_VALUES, Environment(autoescape=True), autoescape=True)
        document.save(io.BytesIO())

    return timed(run)


def _filled(template: Path) -> Cost:
    return _in_a_job(template, lambda job: _run(job, "templates", "template_fill", "source.docx"))


def _previewed(template: Path) -> Cost:
    """The operations of `document_templates.services.preview`, in its order."""

    def run(job: Path) -> float:
        spent = _run(job, "templates", "template_fill", "source.docx")
        (job / "out" / "document.docx").rename(job / "in" / "filled.docx")
        layout = {"format": "docx", "first_page": False, "page": 0}
        spent += _run(job, "office", "pdf", "filled.docx", layout)
        (job / "out" / "page.pdf").rename(job / "in" / "page.pdf")
        drawing = {"first": 0, "last": 0, "format": "png", "width": 1280}
        return spent + _run(job, "pages", "raster", "page.pdf", drawing)

    return _in_a_job(template, run)


def _in_a_job(template: Path, run: Callable[[Path], float]) -> Cost:
    from django.conf import settings

    def action() -> float:
        job = settings.JOBS_DIR / secrets.token_hex(8)
        for room in ("in", "out", "tmp"):
            (job / room).mkdir(parents=True)
        try:
            shutil.copyfile(template, job / "in" / "source.docx")
            values = {"fields": [], "values": _VALUES, "language": "de-CH"}
            (job / "in" / "values.json").write_text(json.dumps(values))
            return run(job)
        finally:
            shutil.rmtree(job)

    return timed(action)


def _run(
    job: Path, engine: str, operation: str, source: str, params: dict[str, Any] | None = None
) -> float:
    """Processor seconds of one operation."""
    from django.conf import settings

    from apps.conversion.engines import protocol

    request: protocol.Request = {
        "op": operation,
        "dir": str(job),
        "source": f"in/{source}",
        "params": params or {},
        "deadline": 30.0,
    }
    events = list(protocol.submit(settings.RUN_DIR / f"{engine}.sock", request, 30))
    if any(event["event"] == "failed" for event in events):
        raise Failed
    return sum(event["cpu_seconds"] for event in events if event["event"] == "exit")
