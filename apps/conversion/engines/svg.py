"""Vector graphics by two external programs, each run inside the jail."""

from __future__ import annotations

from pathlib import Path

from . import pdf
from .job import Job, Refusal
from .protocol import Meta
from .raster import page_range

RSVG_CONVERT = "/usr/bin/rsvg-convert"
PDFTOCAIRO = "/usr/bin/pdftocairo"
# Character maps for East Asian fonts that a PDF does not embed.
POPPLER_DATA = "/usr/share/poppler"

_LARGEST_SIDE = 14_400.0  # points, PDF's own limit
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_FALLBACK_WIDTH = "1200"  # CSS pixels


def to_pdf(job: Job) -> Meta:
    """Operation `pdf` for SVG. References to other files lead nowhere: the jail has none."""
    content = job.source.read_bytes()
    if not content.strip():
        raise Refusal("document_empty", "The file has no bytes.")
    if not any("svg".encode(encoding) in content for encoding in _ENCODINGS):
        raise Refusal("format_mismatch", "The content is not an SVG drawing.")
    whole = job.out / "whole.pdf"
    convert(job, job.source, whole)
    with pdf.open_pdf(whole) as document:
        width, height = document[0].get_size()
    if max(width, height) > _LARGEST_SIDE or min(width, height) < 1:
        convert(job, job.source, whole, "--keep-aspect-ratio", "--width", _FALLBACK_WIDTH)
    return pdf.deliver(job, whole)


def convert(job: Job, source: Path, target: Path, *options: str) -> None:
    """SVG to PDF by librsvg. Raises Refusal."""
    arguments = ("--format", "pdf", "--output", str(target), *options, str(source))
    code = job.run_program(RSVG_CONVERT, *arguments)
    if code != 0 or not target.exists():
        raise Refusal("document_corrupt", f"librsvg cannot draw it{_last_words(job)}")


def pages(job: Job) -> Meta:
    """Operation `svg`: pages `first` to `last` of a PDF, each as one SVG file."""
    with pdf.open_pdf(job.source) as document:
        count = len(document)
    wanted = page_range(job.params, count)
    for index in wanted:
        draw(job, index)
    return {"pages": count, "first": wanted.start, "last": wanted.stop - 1}


def draw(job: Job, index: int) -> None:
    """Deliver one page of a PDF as part `page/N`. Raises Refusal."""
    target = job.out / f"page-{index}.svg"
    number = str(index + 1)
    code = job.run_program(
        PDFTOCAIRO, "-svg", "-f", number, "-l", number, str(job.source), str(target)
    )
    if code != 0 or not target.exists():
        detail = f"Page {index} cannot be drawn as SVG{_last_words(job)}"
        raise Refusal("document_corrupt", detail)
    job.part(f"page/{index}", target, "image/svg+xml")


def _last_words(job: Job) -> str:
    words = (job.tmp / "stderr.txt").read_text("utf-8", "replace").strip().splitlines()
    return f": {words[-1].replace(f'{job.directory}/', '')[:300]}" if words else "."
