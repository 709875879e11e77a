"""The pages zygote: PDF, images, drawings and web pages, by libraries loaded once."""

from __future__ import annotations

import os
import sysconfig

# Before numpy is loaded: its threads would not survive the fork.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from typing import NoReturn

import pypdfium2

from . import jail_test, pdf, raster, text, zygote
from .job import Engine, Operation
from .protocol import Meta


def _probe_programs(params: Meta) -> tuple[str, ...]:
    return (jail_test.PROGRAM,) if params.get("programs") else ()


# Installed libraries only: some modules load others late.
_LIBRARIES = tuple(
    sorted({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
)

OPERATIONS = {
    "inspect": Operation(pdf.inspect),
    "pdf": Operation(pdf.pass_through),
    "raster": Operation(raster.raster),
    "text": Operation(text.text),
    "jail-test": Operation(jail_test.probe, _probe_programs),
}


def main() -> NoReturn:
    """Run the zygote; see zygote.parse_arguments."""
    options = zygote.parse_arguments("Serve PDF pages, images, drawings and web pages.")
    version = f"PDFium {pypdfium2.PDFIUM_INFO}"
    zygote.serve(Engine("pages", "zygote", version, OPERATIONS, _LIBRARIES), options)


if __name__ == "__main__":
    main()
