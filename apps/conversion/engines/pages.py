"""The pages zygote: PDF, images, drawings and web pages, by libraries loaded once."""

from __future__ import annotations

import os
import sysconfig

# Before numpy is loaded: its threads would not survive the fork.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from typing import NoReturn

import pypdfium2

from . import (
    cad,
    changes,
    compare,
    compare_host,
    drawing,
    embedded,
    files,
    groups,
    images,
    jail_test,
    markup,
    pages_warmup,
    pdf,
    raster,
    searching,
    stamp,
    svg,
    text,
    tiles,
    words,
    zygote,
)
from .job import Engine, Job, Operation, Refusal
from .protocol import Meta

_TO_PDF = {
    "pdf": pdf.pass_through,
    "svg": svg.to_pdf,
    "dxf": cad.to_pdf,
    **dict.fromkeys(("html", "htm", "xhtml"), markup.to_pdf),
    **dict.fromkeys(images.FORMATS, images.to_pdf),
}
_READING_MEMORY = 1024**3
_DRAWN_BY_LIBRSVG = {"svg", "dxf"}

# Installed libraries only: some modules load others late.
_LIBRARIES = tuple(
    sorted({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
)


def to_pdf(job: Job) -> Meta:
    """Operation `pdf`, params {format, password?}: whatever this engine reads as PDF."""
    form = _format(job.params)
    if form not in _TO_PDF:
        raise Refusal("format_unsupported", f"The pages engine does not read .{form} files.")
    return _TO_PDF[form](job)


def _format(params: Meta) -> str:
    return str(params.get("format", "pdf")).lower()


def _programs_for_pdf(params: Meta) -> tuple[str, ...]:
    return (svg.RSVG_CONVERT,) if _format(params) in _DRAWN_BY_LIBRSVG else ()


def _programs_for_svg(params: Meta) -> tuple[str, ...]:
    return (svg.PDFTOCAIRO,)


def _programs_for_probe(params: Meta) -> tuple[str, ...]:
    return (jail_test.PROGRAM,) if params.get("programs") else ()


OPERATIONS = {
    "changes": Operation(changes.changes),
    "compare": Operation(compare.compare),
    "drawing": Operation(drawing.drawing),
    "embedded": Operation(embedded.embedded, memory=_READING_MEMORY),
    "file": Operation(files.file, files.programs),
    "group": Operation(groups.group),
    "inspect": Operation(pdf.inspect),
    "join": Operation(files.join),
    "markup": Operation(drawing.markup),
    "pdf": Operation(to_pdf, _programs_for_pdf),
    "raster": Operation(raster.raster),
    "search": Operation(searching.search),
    "stamp": Operation(stamp.stamp),
    "svg": Operation(svg.pages, _programs_for_svg),
    "text": Operation(text.text),
    "tile": Operation(tiles.tile),
    "words": Operation(words.words, memory=_READING_MEMORY),
    "jail-test": Operation(jail_test.probe, _programs_for_probe),
}


def main() -> NoReturn:
    """Run the zygote; see zygote.parse_arguments."""
    options = zygote.parse_arguments("Serve PDF pages, images, drawings and web pages.")
    pages_warmup.run(options.scratch_dir)
    comparing = Operation(compare.compare, host=compare_host.set_up(options.state_dir))
    operations = {**OPERATIONS, "compare": comparing}
    readable = (*_LIBRARIES, svg.POPPLER_DATA)
    version = f"PDFium {pypdfium2.PDFIUM_INFO}"
    zygote.serve(Engine("pages", "zygote", version, operations, readable), options)


if __name__ == "__main__":
    main()
