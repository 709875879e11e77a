"""The OCR zygote: models loaded once, a jailed child for each few pages of scans."""

from __future__ import annotations

import functools
import os
import sysconfig

# Before numpy is loaded: its threads would not survive the fork.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from importlib.metadata import version
from typing import NoReturn

import numpy

from . import jail_test, ocr, pdf_warmup, words, zygote
from .job import Engine, Job, Operation
from .ocr_models import Models
from .protocol import Meta

_MEMORY = 1024**3
_LIBRARIES = tuple(
    sorted({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
)


def main() -> NoReturn:
    """Run the zygote; see zygote.parse_arguments."""
    options = zygote.parse_arguments("Read scanned pages.")
    models = Models()
    _warm_up(models)

    def read(job: Job) -> Meta:
        """Operation `words`, params {first, last}: as of the pages engine, but scans are read."""
        return words.read_pages(job, functools.partial(ocr.scan, models))

    operations = {"words": Operation(read, memory=_MEMORY), "jail-test": Operation(jail_test.probe)}
    name = f"PP-OCRv6, ONNX Runtime {version('onnxruntime')}"
    zygote.serve(Engine("ocr", "zygote", name, operations, _LIBRARIES), options)


def _warm_up(models: Models) -> None:
    """Run each model once, so that what it keeps is made before the first fork."""
    pdf_warmup.run()
    white = numpy.full((64, 320, 3), 255, numpy.uint8)
    white[20:40, 20:300:7] = 0
    line = numpy.array([[[0, 0], [319, 0], [319, 63], [0, 63]]], numpy.float32)
    models.find(white, 320)
    models.read(white, line)
    models.upside_down(white, line)


if __name__ == "__main__":
    main()
