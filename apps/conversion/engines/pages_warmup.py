"""First work of the pages zygote, so that no child has to do it: fonts listed, styles parsed."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import weasyprint

from . import compare, pdf_warmup


def run(directory: Path) -> None:
    """Render a PDF with a font to look for and a small web page, read a pair of Word documents.

    Below `directory`; ends with a single thread.
    """
    pdf_warmup.run()
    with tempfile.TemporaryDirectory(dir=directory) as folder:
        compare.rehearse(Path(folder))
    weasyprint.HTML(string="<h1>A</h1><p><b>b</b> <i>i</i></p>").write_pdf()
    # Pango lists the fonts in a thread of its own, once; a fork must not meet it.
    while len(list(Path("/proc/self/task").iterdir())) > 1:
        time.sleep(0.005)
